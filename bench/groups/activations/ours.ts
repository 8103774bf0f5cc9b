import * as torch from 'cresset';
import { type Run, type Runs, repeated, without_grad } from '../../ours';

const { functional: F } = torch.nn;

const activations: Record<string, (x: torch.Tensor) => torch.Tensor> = {
  gelu: F.gelu,
  silu: F.silu,
  tanh: F.tanh,
  sigmoid: F.sigmoid,
  softplus: F.softplus,
};

function prelu_forward_backward(n: number): Run {
  const x = torch.randn([n], { requires_grad: true });
  const weight = torch.full([1], 0.25, { requires_grad: true });
  const g = torch.randn([n]);
  return repeated(() => {
    x.grad = null;
    weight.grad = null;
    F.prelu(x, weight).backward(g);
  });
}

function activation_no_grad(name: string, n: number): Run {
  const f = activations[name];
  const x = torch.randn([n]);
  return without_grad(() => f(x));
}

function activation_forward_backward(name: string, n: number): Run {
  const f = activations[name];
  const x = torch.randn([n], { requires_grad: true });
  const g = torch.randn([n]);
  return repeated(() => {
    x.grad = null;
    f(x).backward(g);
  });
}

export const runs: Runs = {
  prelu_forward_backward,
  activation_no_grad,
  activation_forward_backward,
};
