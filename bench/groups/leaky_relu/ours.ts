import * as torch from 'cresset';
import * as kernels from 'cresset/kernels';
import { type Run, type Runs, repeated, without_grad } from '../../ours';

const { functional: F } = torch.nn;
const SLOPE = 0.01;

/** Aligned buffers that stay the same for all cases of a size. */
const buffers = new Map<number, { x: Float32Array; out: Float32Array; mask: Uint8Array }>();
function buffers_of(n: number): { x: Float32Array; out: Float32Array; mask: Uint8Array } {
  let found = buffers.get(n);
  if (found === undefined) {
    found = {
      x: kernels.alloc(n, 'float32') as Float32Array,
      out: kernels.alloc(n, 'float32') as Float32Array,
      mask: new Uint8Array(Math.ceil(n / 8)),
    };
    for (let i = 0; i < n; i++) found.x[i] = Math.sin(i * i);
    buffers.set(n, found);
  }
  return found;
}

function copy(n: number): Run {
  const { x, out } = buffers_of(n);
  const [from, to] = [torch.from_typed_array(x), torch.from_typed_array(out)];
  return without_grad(() => to.copy_(from));
}

function kernel_forward(n: number): Run {
  const { x, out } = buffers_of(n);
  const options = { negative_slope: SLOPE, out };
  return repeated(() => kernels.leaky_relu(x, options));
}

function kernel_forward_mask(n: number): Run {
  const { x, out, mask } = buffers_of(n);
  const options = { negative_slope: SLOPE, out, mask };
  return repeated(() => kernels.leaky_relu(x, options));
}

function kernel_backward(n: number): Run {
  const { x, out, mask } = buffers_of(n);
  kernels.leaky_relu(x, { negative_slope: SLOPE, mask });
  const options = { negative_slope: SLOPE, out, mask };
  return repeated(() => kernels.leaky_relu_backward(x, options));
}

/** In place again and again, a slope of 0.01 would end in subnormal numbers; -1 keeps the magnitude. */
function kernel_backward_in_place(n: number): Run {
  const { x, out, mask } = buffers_of(n);
  kernels.leaky_relu(x, { negative_slope: SLOPE, out, mask });
  const options = { negative_slope: -1, out, mask };
  return repeated(() => kernels.leaky_relu_backward(out, options));
}

function leaky_relu_in_place(n: number): Run {
  const x = torch.randn([n]);
  return without_grad(() => F.leaky_relu_(x, -1));
}

function leaky_relu_using(n: number): Run {
  const x = torch.randn([n]);
  return without_grad(() => {
    using _ = F.leaky_relu(x, SLOPE);
  });
}

function leaky_relu_no_grad(n: number): Run {
  const x = torch.randn([n]);
  return without_grad(() => F.leaky_relu(x, SLOPE));
}

function leaky_relu_forward_backward(n: number): Run {
  const x = torch.randn([n], { requires_grad: true });
  const g = torch.randn([n]);
  return repeated(() => {
    x.grad = null;
    F.leaky_relu(x, SLOPE).backward(g);
  });
}

export const runs: Runs = {
  copy,
  kernel_forward,
  kernel_forward_mask,
  kernel_backward,
  kernel_backward_in_place,
  leaky_relu_in_place,
  leaky_relu_using,
  leaky_relu_no_grad,
  leaky_relu_forward_backward,
};
