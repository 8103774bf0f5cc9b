import { type Given, positional } from '../arguments';
import { fail, shape_text } from '../errors';
import { same_shape } from '../tensor/shape';
import { check_same_dtype, check_tensor, type Tensor } from '../tensor/tensor';
import { op, type Sample, sample } from './define';
import { clone, type DiagonalOptions, diagonal, select, slice } from './views';

/** A copy of a tensor with a part of it exchanged: what a write into a view does, without the write. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** A copy whose index-th slice along `dim` is `src`. */
    select_scatter(src: Tensor, dim: number, index: number): Tensor;
    /** A copy whose slices from `start` to `end` along `dim` are `src`. */
    slice_scatter(src: Tensor, ...given: SliceArguments): Tensor;
    /** A copy whose diagonal is `src`. */
    diagonal_scatter(src: Tensor, ...given: DiagonalArguments): Tensor;
  }
}

/** Options of {@link slice_scatter}. */
export interface SliceScatterOptions {
  /** Default 0. */
  dim?: number;
  /** Default: from the first. */
  start?: number | null;
  /** Default: to the last. */
  end?: number | null;
  /** Default 1. */
  step?: number;
}

type SliceArguments = Given<SliceScatterOptions, [dim: 'dim', start: 'start', end: 'end', step: 'step']>;
type DiagonalArguments = Given<DiagonalOptions, [offset: 'offset', dim1: 'dim1', dim2: 'dim2']>;

function exchanged(name: string, input: Tensor, src: Tensor, view: (copy: Tensor) => Tensor): Tensor {
  check_tensor(name, 'input', input);
  check_tensor(name, 'src', src);
  check_same_dtype(name, input, src);
  const copy = clone(input);
  const part = view(copy);
  if (!same_shape(part.shape, src.shape))
    fail(name, `expected src of shape ${shape_text(part.shape)}, got ${shape_text(src.shape)}`);
  part.copy_(src);
  return copy;
}

const pairs = (...rest: readonly [readonly number[], ...unknown[]][]): Sample[] =>
  rest.map(([shape, ...given]) => ({ args: [sample([3, 4]), sample(shape), ...given] }));
const errors = (...given: readonly unknown[]) => [
  { args: [sample([3, 4]), sample([7]), ...given], message: /expected src of shape \[.*\], got \[7\]/ },
];

/**
 * A copy of `input` whose index-th slice along `dim` is `src`.
 * @example
 * ```ts
 * torch.select_scatter(torch.zeros([2, 2]), torch.tensor([1, 2]), 0, 1).tolist(); // [[0, 0], [1, 2]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.select_scatter.html
 */
export const select_scatter = op({
  name: 'select_scatter',
  call: (input: Tensor, src: Tensor, dim: number, index: number): Tensor =>
    exchanged('select_scatter', input, src, (copy) => select(copy, dim, index)),
  samples: () => pairs([[4], 0, 1], [[3], 1, -1]),
  errors: () => errors(0, 1),
});

/**
 * A copy of `input` whose slices from `start` to `end` along `dim` are `src`.
 * @example
 * ```ts
 * torch.slice_scatter(torch.zeros([4]), torch.tensor([1, 2]), 0, 1, 3).tolist(); // [0, 1, 2, 0]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.slice_scatter.html
 */
export const slice_scatter = op({
  name: 'slice_scatter',
  call: (input: Tensor, src: Tensor, ...given: SliceArguments): Tensor => {
    const defaults = { dim: 0, start: null as number | null, end: null as number | null, step: 1 };
    const { dim, start, end, step } = positional('slice_scatter', given, defaults);
    return exchanged('slice_scatter', input, src, (copy) => slice(copy, dim, start ?? 0, end ?? undefined, step));
  },
  samples: () => pairs([[2, 4], 0, 1], [[3, 2], 1, 0, 4, 2], [[3, 2], { dim: -1, start: -2 }]),
  errors: () => errors(),
});

/**
 * A copy of `input` whose diagonal (as {@link diagonal} gives it) is `src`.
 * @example
 * ```ts
 * torch.diagonal_scatter(torch.zeros([2, 2]), torch.tensor([1, 2])).tolist(); // [[1, 0], [0, 2]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.diagonal_scatter.html
 */
export const diagonal_scatter = op({
  name: 'diagonal_scatter',
  call: (input: Tensor, src: Tensor, ...given: DiagonalArguments): Tensor =>
    exchanged('diagonal_scatter', input, src, (copy) => diagonal(copy, ...given)),
  samples: () => pairs([[3]], [[3], 1], [[2], { offset: -1 }]),
  errors: () => errors(),
});
