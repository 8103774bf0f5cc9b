import * as torch from 'cresset';
import { type Run, type Runs, repeated, without_grad } from '../../ours';

const F = torch.nn.functional;
const SHAPE = [8, 64, 56, 56];

function resize(mode: torch.nn.functional.InterpolationMode, size: number): Run {
  const x = torch.randn(SHAPE, { requires_grad: true });
  const g = torch.randn([8, 64, size, size]);
  return repeated(() => {
    x.grad = null;
    F.interpolate(x, { size, mode }).backward(g);
  });
}

function resize_no_grad(mode: torch.nn.functional.InterpolationMode, size: number): Run {
  const x = torch.randn(SHAPE);
  return without_grad(() => {
    F.interpolate(x, { size, mode });
  });
}

function shuffle(factor: number): Run {
  const x = torch.randn(SHAPE, { requires_grad: true });
  const g = torch.randn([8, 64 / factor ** 2, 56 * factor, 56 * factor]);
  return repeated(() => {
    x.grad = null;
    F.pixel_shuffle(x, factor).backward(g);
  });
}

function blocks(size: number): Run {
  const x = torch.randn(SHAPE, { requires_grad: true });
  const g = torch.randn([8, 64 * size * size, 56 * 56]);
  return repeated(() => {
    x.grad = null;
    F.unfold(x, size, { padding: (size - 1) / 2 }).backward(g);
  });
}

export const runs: Runs = { resize, resize_no_grad, shuffle, blocks };
