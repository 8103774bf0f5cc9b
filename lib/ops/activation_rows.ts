import { positional } from '../arguments';
import { is_grad_enabled } from '../autograd/mode';
import { type Node, record, tracks } from '../autograd/node';
import { fail } from '../errors';
import { map_kernel } from '../native/map';
import type { DType } from '../tensor/dtype';
import { wrap_dim } from '../tensor/shape';
import { allocate, check_floating, type Tensor, window } from '../tensor/tensor';
import { sigmoid } from './activation_smooth';
import { mul, neg, sub } from './arithmetic';
import { by_name } from './by_name';
import { op, type Reference, sample } from './define';
import { cat } from './join';
import { type AlongDim, type SoftmaxOptions, softmax } from './softmax';

/** Activations of whole rows: softmin, gated linear units. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** `softmax(-x)` along `dim`. */
    softmin(dim: number, options?: { dtype?: DType }): Tensor;
    softmin(options: SoftmaxOptions): Tensor;
    /** The first half along `dim` times the sigmoid of the second. */
    glu(dim?: number | GluOptions): Tensor;
  }
}

/**
 * `softmax(-x)` along `dim`.
 * @example
 * ```ts
 * torch.nn.functional.softmin(torch.tensor([0, 1]), 0).tolist(); // [0.7311, 0.2689]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softmin.html
 */
export const softmin: AlongDim = op({
  name: 'softmin',
  call: by_name('softmin', ['dim', 'dtype'], (input: Tensor, dim: number, dtype?: DType): Tensor => {
    const x = check_floating('softmin', 'input', input);
    if (dim === undefined || dim === null) fail('softmin', 'expected a dim');
    wrap_dim('softmin', dim, x.ndim);
    return softmax(neg(x), dim, { dtype });
  }) as AlongDim,
  reference: (x: Reference, dim: number): Reference => {
    const [outer, size, inner] = extents(x.shape, dim < 0 ? dim + x.shape.length : dim);
    const data = Float64Array.from(x.data as ArrayLike<number>, (v) => Math.exp(-v));
    return {
      shape: x.shape,
      data: data.map((v, at) => {
        const first = Math.floor(at / (size * inner)) * size * inner + (at % inner);
        let total = 0;
        for (let k = 0; k < size; k++) total += data[first + k * inner];
        return outer === 0 ? v : v / total;
      }),
    };
  },
  samples: () => [
    ...[1, 7, 17].map((n) => ({ args: [sample([3, n]), 1] })),
    ...[0, 1, -1].map((dim) => ({ args: [sample([3, 4, 5]), dim] })),
    { args: [sample([0, 3]), 1] },
  ],
  errors: () => [
    { args: [sample([2, 3])], message: /expected a dim/ },
    { args: [sample([2, 3]), 2], message: /dim 2 is out of range/ },
  ],
});

/** Sizes before, of, and behind a dimension. */
function extents(shape: readonly number[], dim: number): [outer: number, size: number, inner: number] {
  const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
  return [product(shape.slice(0, dim)), shape[dim], product(shape.slice(dim + 1))];
}

const gate = map_kernel('glu');
const gate_backward = map_kernel('glu_backward');

/** The halves along a dimension, outside the graph. */
function halves(x: Tensor, dim: number): [Tensor, Tensor] {
  const size = x.shape[dim] / 2;
  const shape = x.shape.with(dim, size);
  return [window(x, shape, x.strides, x.offset), window(x, shape, x.strides, x.offset + size * x.strides[dim])];
}

/** Written with differentiable operations. */
function glu_gradient(g: Tensor, x: Tensor, dim: number): Tensor {
  const size = x.shape[dim] / 2;
  const s = sigmoid(x.narrow(dim, size, size));
  const gs = mul(g, s);
  return cat([gs, mul(mul(gs, sub(1, s)), x.narrow(dim, 0, size))], dim);
}

function glu_rule(dim: number) {
  return (g: Tensor, node: Node) => {
    const x = node.saved(0);
    if (is_grad_enabled()) return [glu_gradient(g, x, dim)];
    const dx = allocate(x.shape, x.dtype);
    if (dx.count === 0) return [dx];
    const [a, b] = halves(x, dim);
    const [da, db] = halves(dx, dim);
    gate(x.dtype, da, [g, b]);
    gate_backward(x.dtype, db, [g, a, b]);
    return [dx];
  };
}

/** Options of {@link glu}. */
export interface GluOptions {
  /** The dimension to halve. Default -1. */
  dim?: number;
}

/**
 * Gated linear unit: the first half along `dim` times the sigmoid of the second; the size of `dim` must be even.
 * @example
 * ```ts
 * torch.nn.functional.glu(torch.tensor([3, 0])).tolist(); // [1.5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.glu.html
 */
export const glu = op({
  name: 'glu',
  call: (input: Tensor, ...given: readonly unknown[]): Tensor => {
    const x = check_floating('glu', 'input', input);
    const { dim } = positional('glu', given, { dim: -1 });
    if (x.ndim === 0) fail('glu', 'expected an input with dimensions, got a 0-dim tensor');
    const along = wrap_dim('glu', dim, x.ndim);
    if (x.shape[along] % 2 !== 0)
      fail('glu', `expected an even size to halve, got ${x.shape[along]} in dimension ${along}`);
    const [a, b] = halves(x, along);
    const out = allocate(a.shape, x.dtype);
    if (out.count > 0) gate(x.dtype, out, [a, b]);
    if (tracks(x)) record(out, 'GluBackward0', [x], [x], glu_rule(along));
    return out;
  },
  reference: (x: Reference, dim = -1): Reference => {
    const along = dim < 0 ? dim + x.shape.length : dim;
    const [outer, size, inner] = extents(x.shape, along);
    const half = (size / 2) * inner;
    const data = new Float64Array(outer * half);
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < half; i++) {
        const at = o * size * inner + i;
        data[o * half + i] = x.data[at] / (1 + Math.exp(-x.data[at + half]));
      }
    return { shape: x.shape.with(along, size / 2), data };
  },
  samples: () => [
    ...[[2], [6], [3, 34], [2, 0], [0, 4]].map((shape) => ({ args: [sample(shape)] })),
    { args: [sample([4, 3]), 0] },
    { args: [sample([2, 6, 5]), 1] },
    { args: [sample([2, 3, 40_002])], large: true },
  ],
  errors: () => [
    { args: [sample([])], message: /expected an input with dimensions/ },
    { args: [sample([2, 3])], message: /expected an even size to halve, got 3 in dimension 1/ },
    { args: [sample([2, 4]), 2], message: /dim 2 is out of range/ },
    { args: [sample([2], { dtype: 'int64' })], message: /expected input to be of a floating point dtype/ },
  ],
}) as (input: Tensor, dim?: number | GluOptions) => Tensor;
