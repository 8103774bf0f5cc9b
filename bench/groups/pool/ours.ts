import * as torch from 'cresset';
import { type Run, type Runs, repeated, without_grad } from '../../ours';

const { functional: F } = torch.nn;
const SHAPE = [32, 64, 28, 28];

function forward_backward(shape: readonly number[], f: (x: torch.Tensor) => torch.Tensor): Run {
  const x = torch.randn(shape).requires_grad_();
  const g = torch.randn(f(x).shape);
  return repeated(() => {
    x.grad = null;
    f(x).backward(g);
  });
}

function max_pool2d(kernel: number, stride: number, padding: number): Run {
  return forward_backward(SHAPE, (x) => F.max_pool2d(x, kernel, stride, padding));
}

function max_pool2d_no_grad(kernel: number, stride: number, padding: number): Run {
  const x = torch.randn(SHAPE);
  return without_grad(() => F.max_pool2d(x, kernel, stride, padding));
}

function avg_pool2d(kernel: number, stride: number, padding: number): Run {
  return forward_backward(SHAPE, (x) => F.avg_pool2d(x, kernel, stride, padding));
}

function adaptive_avg_pool2d(size: number): Run {
  return forward_backward(SHAPE, (x) => F.adaptive_avg_pool2d(x, size));
}

function dropout(n: number): Run {
  return forward_backward([n], (x) => F.dropout(x, 0.5));
}

function dropout_no_grad(n: number): Run {
  const x = torch.randn([n]);
  return without_grad(() => F.dropout(x, 0.5));
}

export const runs: Runs = { max_pool2d, max_pool2d_no_grad, avg_pool2d, adaptive_avg_pool2d, dropout, dropout_no_grad };
