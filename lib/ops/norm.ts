import { type Given, positional } from '../arguments';
import { no_grad } from '../autograd/mode';
import { record, tracks } from '../autograd/node';
import { check_number, fail } from '../errors';
import { kernel } from '../native/kernel';
import { map_kernel } from '../native/map';
import type { Shape } from '../tensor/shape';
import { allocate, check_tensor, type Tensor } from '../tensor/tensor';
import { div, mul } from './arithmetic';
import { eq, ne } from './compare';
import { op, type Reference } from './define';
import { amax, amin } from './extreme';
import { cast_to } from './operand';
import { abs, sign } from './pointwise';
import { pow } from './power';
import { sum } from './reduce';
import {
  type Dims,
  judge_reduction,
  launch,
  type Reduction,
  type ReductionOptions,
  reduce_reference,
  reduced_shape,
  spread,
} from './reduction';
import { where } from './where';

/** Norms of vectors. */

/** Options of {@link norm}. */
export interface NormOptions extends ReductionOptions {
  /** Any number, Infinity and -Infinity too; default 2. */
  p?: number | 'fro' | null;
}

type NormArguments = Given<NormOptions, [p: 'p', dim: 'dim', keepdim: 'keepdim']>;

declare module '../tensor/tensor' {
  interface Tensor {
    /** The p-norm of the elements. */
    norm(...given: NormArguments): Tensor;
  }
}

type Norm = (input: Tensor, ...given: NormArguments) => Tensor;

const squares_kernel = kernel('norm2');
const sqrt_kernel = map_kernel('sqrt');
const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/**
 * The p-norm of the elements, over all dimensions or those named; p defaults to 2.
 * @example
 * ```ts
 * torch.norm(torch.tensor([3, 4])).item(); // 5
 * torch.norm(torch.tensor([[3, -4], [1, 1]]), 1, 1).tolist(); // [7, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.norm.html
 */
export const norm = op({
  name: 'norm',
  sums: true,
  call: (input: Tensor, ...given: readonly unknown[]): Tensor => {
    check_tensor('norm', 'input', input);
    const { p, how } = judge_norm(input.shape, given);
    if (!input.dtype.is_floating_point)
      fail('norm', `expected a tensor of a floating point dtype, got ${input.dtype}; convert with float()`);
    if (p === Infinity) return amax(abs(input), how.dims, how.keepdim);
    if (p === -Infinity) return amin(abs(input), how.dims, how.keepdim);
    const out = norm_value(input, p, how);
    if (tracks(input))
      record(out, 'LinalgVectorNormBackward0', [input], [input, out], (g, node) => [
        norm_gradient(g, node.saved(0), node.saved(1), p, how),
      ]);
    return out;
  },
  reference: (x: Reference, ...given: readonly unknown[]) => {
    const { p, how } = judge_norm(x.shape, given);
    return reduce_reference(x, how.dims, how.keepdim, (values) => {
      const sizes = values.map(Math.abs);
      if (p === 0) return sizes.filter((v) => v !== 0).length;
      if (Math.abs(p) === Infinity) return p > 0 ? Math.max(...sizes) : Math.min(...sizes);
      return total(sizes.map((v) => v ** p)) ** (1 / p);
    });
  },
  samples: () => [
    ...[[], [7], [17], [3, 5]].map((shape) => ({ args: [{ shape, avoid: [0] }] })),
    ...[0, 1, 1.5, 2, 3, Infinity, -Infinity].map((p) => ({ args: [{ shape: [4, 5], avoid: [0] }, p, 1] })),
    { args: [{ shape: [3, 4, 5] }, 2, [0, 2], true] },
    { args: [{ shape: [3, 4] }, { dim: 0, keepdim: true }] },
    { args: [{ shape: [2, 2], values: [0, 0, 3, 4] }, 2, 1], no_grad: true },
  ],
}) as Norm;

function judge_norm(shape: Shape, given: readonly unknown[]): { p: number; how: Reduction } {
  const { p, dim, keepdim } = positional('norm', given, {
    p: 2 as number | 'fro' | null,
    dim: null as Dims,
    keepdim: false,
  });
  return {
    p: p === null || p === 'fro' ? 2 : check_number('norm', 'p', p),
    how: judge_reduction('norm', shape, dim, keepdim),
  };
}

function norm_value(x: Tensor, p: number, how: Reduction): Tensor {
  if (p !== 2)
    return no_grad(() => {
      const sizes = abs(x);
      if (p === 0) return cast_to(sum(ne(x, 0), how.dims, how.keepdim), x.dtype);
      return p === 1 ? sum(sizes, how.dims, how.keepdim) : pow(sum(pow(sizes, p), how.dims, how.keepdim), 1 / p);
    });
  const out = allocate(reduced_shape(x.shape, how.dims, how.keepdim), x.dtype);
  launch(squares_kernel, x, how.dims, [out]);
  if (out.count > 0) sqrt_kernel(out.dtype, out, [out]);
  return out;
}

/** 0 where the norm is. */
function norm_gradient(g: Tensor, x: Tensor, y: Tensor, p: number, how: Reduction): Tensor | null {
  if (p === 0) return null;
  if (p === 1) return mul(spread(g, x.shape, how), sign(x));
  const scale = spread(where(eq(y, 0), 0, div(g, p === 2 ? y : pow(y, p - 1))), x.shape, how);
  return mul(scale, p === 2 ? x : mul(sign(x), pow(abs(x), p - 1)));
}
