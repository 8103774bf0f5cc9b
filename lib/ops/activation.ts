import type { Tensor } from '../tensor/tensor';
import { le } from './compare';
import { unary } from './unary';
import { where } from './where';

/** Activations beside the leaky rectifier. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** `max(x, 0)`; NaN stays NaN. */
    relu(): Tensor;
    relu_(): Tensor;
  }
}

/** `max(x, 0)`, with gradient 0 at 0. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.relu.html */
export const relu: (input: Tensor) => Tensor = unary({
  name: 'relu',
  integers: 'refuse',
  saves: 'output',
  backward_kernel: 'relu_backward',
  gradient: (g, y) => where(le(y, 0), 0, g),
  reference: (x) => (x < 0 ? 0 : x),
  avoid: [0],
});

/** {@link relu} in place. */
export function relu_(input: Tensor): Tensor {
  return input.relu_();
}
