import { reusable } from '../autograd/engine';
import { is_grad_enabled } from '../autograd/mode';
import { type Node, record, tracks } from '../autograd/node';
import { fail, shape_text } from '../errors';
import { kernel } from '../native/kernel';
import { numel_of, type Shape } from '../tensor/shape';
import { allocate, check_floating, check_same_dtype, check_tensor, type Tensor } from '../tensor/tensor';
import { mul } from './arithmetic';
import { gt } from './compare';
import { op, type Reference, sample } from './define';
import { sum_to } from './operand';
import { contiguous, reshape } from './views';
import { where } from './where';

/** The leaky rectifier whose slope is learned: one for all elements, or one a channel. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** `x > 0 ? x : x * weight`, the weight of one element or one for each channel. */
    prelu(weight: Tensor): Tensor;
  }
}

const forward = kernel('prelu');
const backward = kernel('prelu_backward');

/** [outer, channels, inner]: channels are dimension 1. */
function extents({ shape }: Tensor, weight: Tensor): readonly number[] {
  if (weight.count === 1) return [1, 1, numel_of(shape)];
  return [shape[0], shape[1], numel_of(shape.slice(2))];
}

function check_weight(x: Tensor, weight: Tensor): void {
  check_same_dtype('prelu', x, weight);
  if (weight.ndim > 1) fail('prelu', `expected a weight of 0 or 1 dimensions, got shape ${shape_text(weight.shape)}`);
  if (weight.count === 1) return;
  if (x.ndim === 0) fail('prelu', `a 0-dim input takes a weight of 1 element, got ${weight.count}`);
  const channels = x.ndim > 1 ? x.shape[1] : 1;
  if (weight.count !== channels)
    fail(
      'prelu',
      `expected a weight of 1 element or one for each of ${channels} channels, got ${weight.count} ` +
        `(input of shape ${shape_text(x.shape)})`,
    );
}

/** The shape in which a weight is broadcast over the input. */
function spread(x: Tensor, weight: Tensor): Shape {
  return weight.count === 1 ? [] : [weight.count, ...x.shape.slice(2).map(() => 1)];
}

/** Written with differentiable operations. */
function gradients(g: Tensor, x: Tensor, weight: Tensor, node: Node): (Tensor | null)[] {
  const positive = gt(x, 0);
  const shape = spread(x, weight);
  return [
    node.needs(0) ? where(positive, g, mul(g, reshape(weight, shape))) : null,
    node.needs(1) ? reshape(sum_to(where(positive, 0, mul(g, x)), shape), weight.shape) : null,
  ];
}

/** Both gradients in one pass over g and x. */
function rule(g: Tensor, node: Node): (Tensor | null)[] {
  const [x, weight] = [node.saved(0), node.saved(1)];
  if (is_grad_enabled()) return gradients(g, x, weight, node);
  const [dense, input, slopes] = [contiguous(g), contiguous(x), contiguous(weight)];
  const dx = !node.needs(0) ? null : reusable(dense) ? dense : allocate(x.shape, x.dtype);
  const dw = node.needs(1) ? allocate(weight.shape, weight.dtype) : null;
  backward(x.dtype.code, extents(x, weight), dx, dw, dense, input, slopes);
  return [dx, dw];
}

/**
 * `x > 0 ? x : x * weight`. The weight has one element, or one for each channel (dimension 1). The gradient of the weight is the same
 * bits for any number of threads.
 * @example
 * ```ts
 * const weight = torch.tensor([0.25, 0.5]);
 * torch.prelu(torch.tensor([[-4, -4]]), weight).tolist(); // [[-1, -2]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.prelu.html
 */
export const prelu = op({
  name: 'prelu',
  sums: true,
  call: (input: Tensor, weight: Tensor): Tensor => {
    const x = check_floating('prelu', 'input', input);
    check_weight(x, check_tensor('prelu', 'weight', weight));
    const [dense, slopes] = [contiguous(x), contiguous(weight)];
    const out = allocate(x.shape, x.dtype);
    forward(x.dtype.code, extents(x, weight), out, dense, slopes);
    if (tracks(x, weight)) record(out, 'PreluKernelBackward0', [x, weight], [x, weight], rule);
    return out;
  },
  reference: (x: Reference, weight: Reference): Reference => {
    const channels = weight.data.length;
    const inner = numel_of(x.shape.slice(2));
    const slope = (i: number): number => weight.data[channels === 1 ? 0 : Math.floor(i / inner) % channels];
    return {
      shape: x.shape,
      data: Float64Array.from(x.data as ArrayLike<number>, (v, i) => (v > 0 ? v : v * slope(i))),
    };
  },
  samples: () => {
    const pair = (shape: readonly number[], weight: readonly number[]) => ({
      args: [sample(shape, { avoid: [0] }), sample(weight)],
    });
    return [
      pair([], []),
      pair([7], [1]),
      pair([3, 17], [1]),
      pair([0, 3], [3]),
      pair([3, 0], [0]),
      pair([1, 5], [5]),
      pair([40, 3], [3]),
      pair([2, 3, 5], [3]),
      pair([2, 3, 9, 8], [3]),
      { ...pair([200_001], [1]), large: true },
      { ...pair([30_001, 7], [7]), large: true },
      { ...pair([9, 3, 10_001], [3]), large: true },
      { ...pair([3, 50_001], [50_001]), large: true },
    ];
  },
  errors: () => [
    { args: [sample([2, 3]), 0.25], message: /expected weight to be a Tensor, got 0.25/ },
    { args: [sample([2, 3]), sample([2])], message: /one for each of 3 channels, got 2/ },
    { args: [sample([3]), sample([3])], message: /one for each of 1 channels, got 3/ },
    { args: [sample([]), sample([2])], message: /a 0-dim input takes a weight of 1 element, got 2/ },
    { args: [sample([2, 3]), sample([3, 1])], message: /expected a weight of 0 or 1 dimensions, got shape \[3, 1\]/ },
    { args: [sample([2], { dtype: 'int64' }), sample([1])], message: /expected input to be of a floating point dtype/ },
    { args: [sample([2]), sample([1], { dtype: 'int64' })], message: /expected tensors of one dtype/ },
  ],
});
