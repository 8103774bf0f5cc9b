import * as torch from 'cresset';
import { type Run, type Runs, repeated, without_grad } from '../../ours';

const { nn } = torch;

function trained(module: torch.nn.Module, shape: readonly number[]): Run {
  const x = torch.randn(shape, { requires_grad: true });
  const g = torch.randn(shape);
  return repeated(() => {
    x.grad = null;
    module.zero_grad();
    module.forward(x).backward(g);
  });
}

const batch_norm_for = (shape: readonly number[]) =>
  shape.length === 2 ? new nn.BatchNorm1d(shape[1]) : new nn.BatchNorm2d(shape[1]);

export const runs: Runs = {
  batch_norm: (...shape: number[]) => trained(batch_norm_for(shape), shape),
  batch_norm_leaky_relu: (...shape: number[]) =>
    trained(new nn.Sequential(batch_norm_for(shape), new nn.LeakyReLU(0.2)), shape),
  batch_norm_evaluation: (...shape: number[]) => {
    const module = batch_norm_for(shape).eval();
    const x = torch.randn(shape);
    return without_grad(() => module.forward(x));
  },
  layer_norm: (...shape: number[]) => trained(new nn.LayerNorm(shape[shape.length - 1]), shape),
  rms_norm: (...shape: number[]) => trained(new nn.RMSNorm(shape[shape.length - 1]), shape),
  group_norm: (...shape: number[]) => trained(new nn.GroupNorm(8, shape[1]), shape),
};
