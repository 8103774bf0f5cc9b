import * as torch from 'cresset';
import { type Run, type Runs, repeated } from '../../ours';

const TENSORS = 16;

function optimizer_step(name: string, count: number): Run {
  torch.manual_seed(0);
  const params = Array.from({ length: TENSORS }, () => torch.randn([count / TENSORS], { requires_grad: true }));
  for (const param of params) param.grad = torch.randn_like(param);
  const options = name === 'SGD' ? { lr: 1e-3, momentum: 0.9 } : { lr: 1e-3 };
  const optimizer = new torch.optim[name as 'SGD'](params, options);
  return repeated(() => optimizer.step());
}

export const runs: Runs = { optimizer_step };
