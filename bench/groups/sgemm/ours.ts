import * as torch from 'cresset';
import { type Run, type Runs, without_grad } from '../../ours';

function sgemm(m: number, k: number, n: number): Run {
  const [a, b] = [torch.randn([m, k]), torch.randn([k, n])];
  return without_grad(() => {
    using _ = torch.mm(a, b);
  });
}

export const runs: Runs = {
  sgemm,
};
