import { type Given, positional } from '../arguments';
import { record, tracks } from '../autograd/node';
import { check_integer, fail, fail_range, shape_text } from '../errors';
import { copy_into, fill_with } from '../native/map';
import { contiguous_strides, type Shape, wrap_dim } from '../tensor/shape';
import { allocate, check_tensor, type Tensor, window } from '../tensor/tensor';
import { op, type Reference, sample } from './define';
import { view_of } from './view_of';
import { unsqueeze } from './view_shape';
import { as_strided } from './view_strided';

/** Parts of a tensor, in the same memory. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** The index-th slice along `dim`, without that dimension. */
    select(dim: number, index: number): Tensor;
    /** `length` slices from `start` along `dim`. */
    narrow(dim: number, start: number, length: number): Tensor;
    /** Every `step`-th slice in [start, end); as Python's `t[start:end:step]` on one dimension. */
    slice(dim: number, start?: number, end?: number, step?: number): Tensor;
    /** Windows along `dim`, of `size` each, every `step`. */
    unfold(dim: number, size: number, step: number): Tensor;
    /** The diagonal of a matrix, or of the matrices of two dimensions. */
    diagonal(...given: DiagonalArguments): Tensor;
  }
}

/**
 * Every `step`-th slice in [start, end) along `dim`, as Python's `x[start:end:step]`; a view.
 * @example
 * ```ts
 * torch.slice(torch.arange(6), 0, 1, -1, 2).tolist(); // [1, 3]
 * ```
 */
export const slice = op({
  name: 'slice',
  call: (x: Tensor, dim: number, start = 0, end?: number, step = 1): Tensor => {
    check_tensor('slice', 'input', x);
    if (x.ndim === 0) fail('slice', 'a 0-dim tensor has nothing to slice');
    const d = wrap_dim('slice', dim, x.ndim);
    const size = x.shape[d];
    check_integer('slice', 'step', step, 1);
    const bound = (value: number): number => Math.min(Math.max(value < 0 ? value + size : value, 0), size);
    const from = bound(check_integer('slice', 'start', start));
    const to =
      end === undefined ? size : Math.max(bound(end === Infinity ? size : check_integer('slice', 'end', end)), from);
    return strided_part(x, d, from, Math.ceil((to - from) / step), step);
  },
  samples: () => [
    { args: [sample([5, 3]), 0, 1, 4] },
    { args: [sample([5, 3]), 0, 0, 5, 2] },
    { args: [sample([5, 3]), 1, -2] },
    { args: [sample([5]), 0, 3, 3] },
  ],
});

function strided_part(x: Tensor, dim: number, start: number, length: number, step: number): Tensor {
  const shape = x.shape.map((size, i) => (i === dim ? length : size));
  const strides = x.strides.map((stride, i) => (i === dim ? stride * step : stride));
  return view_of(x, 'SliceBackward0', shape, strides, x.offset + start * x.strides[dim], (g, of) =>
    pad_slice(g, of, dim, start, step),
  );
}

/** The adjoint of a slice: zeros with `g` at its place. */
const pad_slice = op({
  name: 'slice_backward',
  call: (g: Tensor, shape: Shape, dim: number, start: number, step: number): Tensor => {
    const out = allocate(shape, g.dtype);
    fill_with(out, 0);
    const strides = out.strides.map((stride, i) => (i === dim ? stride * step : stride));
    copy_into(window(out, g.shape, strides, start * out.strides[dim]), g);
    if (tracks(g))
      record(out, 'SliceBackwardBackward0', [g], [], (gg) => [strided_part(gg, dim, start, g.shape[dim], step)]);
    return out;
  },
  methods: [],
  samples: () => [{ args: [sample([2, 3]), [5, 3], 0, 1, 2] }],
});

/**
 * `length` slices from `start` along `dim`; a view.
 * @example
 * ```ts
 * torch.narrow(torch.arange(5), 0, 1, 3).tolist(); // [1, 2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.narrow.html
 */
export const narrow = op({
  name: 'narrow',
  call: (x: Tensor, dim: number, start: number, length: number): Tensor => {
    check_tensor('narrow', 'input', x);
    if (x.ndim === 0) fail('narrow', 'a 0-dim tensor cannot be narrowed');
    const d = wrap_dim('narrow', dim, x.ndim);
    const size = x.shape[d];
    check_integer('narrow', 'start', start, -size, size);
    check_integer('narrow', 'length', length, 0);
    const from = start < 0 ? start + size : start;
    if (from + length > size)
      fail_range('narrow', `start ${start} + length ${length} exceeds the size ${size} of dim ${dim}`);
    return strided_part(x, d, from, length, 1);
  },
  samples: () => [{ args: [sample([5, 3]), 0, 1, 3] }, { args: [sample([5, 3]), -1, 2, 1] }],
  errors: () => [{ args: [sample([5]), 0, 3, 4], message: /start 3 \+ length 4 exceeds the size 5 of dim 0/ }],
});

/**
 * The index-th slice along `dim`, without that dimension; a view.
 * @example
 * ```ts
 * torch.select(torch.tensor([[1, 2], [3, 4]]), 1, -1).tolist(); // [2, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.select.html
 */
export const select = op({
  name: 'select',
  call: (x: Tensor, dim: number, index: number): Tensor => {
    check_tensor('select', 'input', x);
    if (x.ndim === 0) fail('select', 'a 0-dim tensor has nothing to select');
    const d = wrap_dim('select', dim, x.ndim);
    const size = x.shape[d];
    if (!Number.isInteger(index) || index < -size || index >= size)
      fail_range('select', `index ${index} is out of range for dim ${dim} of size ${size}`);
    const at = index < 0 ? index + size : index;
    const without = (list: Shape): number[] => list.filter((_, i) => i !== d);
    return view_of(x, 'SelectBackward0', without(x.shape), without(x.strides), x.offset + at * x.strides[d], (g, of) =>
      pad_slice(unsqueeze(g, d), of, d, at, 1),
    );
  },
  samples: () => [{ args: [sample([5, 3]), 0, 1] }, { args: [sample([5, 3]), 1, -1] }],
  errors: () => [{ args: [sample([5, 3]), 0, 5], message: /index 5 is out of range for dim 0 of size 5/ }],
});

/**
 * Windows of `size` along `dim`, every `step`, as a new last dimension; a view.
 * @example
 * ```ts
 * torch.unfold(torch.arange(5), 0, 3, 2).tolist(); // [[0, 1, 2], [2, 3, 4]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.unfold.html
 */
export const unfold = op({
  name: 'unfold',
  call: (x: Tensor, dim: number, size: number, step: number): Tensor => {
    check_tensor('unfold', 'input', x);
    const d = wrap_dim('unfold', dim, x.ndim);
    check_integer('unfold', 'size', size, 0, x.shape[d]);
    check_integer('unfold', 'step', step, 1);
    const count = Math.floor((x.shape[d] - size) / step) + 1;
    const shape = [...x.shape.map((n, i) => (i === d ? count : n)), size];
    const strides = [...x.strides.map((s, i) => (i === d ? s * step : s)), x.strides[d]];
    return as_strided(x, shape, strides, x.offset);
  },
  samples: () => [{ args: [sample([7]), 0, 3, 2] }, { args: [sample([2, 5]), 1, 2, 1] }],
});

/** Options of {@link diagonal}. */
export interface DiagonalOptions {
  /** 0 is the main diagonal, positive ones lie above it. Default 0. */
  offset?: number;
  /** The dimension of the rows. Default 0. */
  dim1?: number;
  /** The dimension of the columns. Default 1. */
  dim2?: number;
}

type DiagonalArguments = Given<DiagonalOptions, [offset: 'offset', dim1: 'dim1', dim2: 'dim2']>;

/**
 * The diagonal of a matrix, or one above (`offset` > 0) or below it; a view. Of more dimensions than two, those of the matrices that `dim1` and `dim2`
 * span, as a new last dimension.
 * @example
 * ```ts
 * torch.diagonal(torch.tensor([[1, 2], [3, 4]])).tolist(); // [1, 4]
 * torch.diagonal(torch.ones([5, 2, 3]), { dim1: 1, dim2: 2 }).shape; // [5, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.diagonal.html
 */
export const diagonal = op({
  name: 'diagonal',
  call: (x: Tensor, ...given: DiagonalArguments): Tensor => {
    const { ndim, shape, strides } = check_tensor('diagonal', 'input', x);
    const { offset, dim1, dim2 } = positional('diagonal', given, { offset: 0, dim1: 0, dim2: 1 });
    check_integer('diagonal', 'offset', offset);
    if (ndim < 2) fail('diagonal', `expected a matrix, got shape ${shape_text(shape)}`);
    const [down, across] = [wrap_dim('diagonal', dim1, ndim), wrap_dim('diagonal', dim2, ndim)];
    if (down === across) fail('diagonal', `expected two different dimensions, got ${dim1} and ${dim2}`);
    const [rows, columns] = [shape[down], shape[across]];
    const length = Math.max(0, offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns));
    const start = length === 0 ? 0 : offset >= 0 ? offset * strides[across] : -offset * strides[down];
    const others = (list: readonly number[]): number[] => list.filter((_, d) => d !== down && d !== across);
    return as_strided(
      x,
      [...others(shape), length],
      [...others(strides), strides[down] + strides[across]],
      x.offset + start,
    );
  },
  samples: () => [
    { args: [sample([3, 4])] },
    { args: [sample([3, 4]), 1] },
    { args: [sample([3, 4]), -2] },
    { args: [sample([3, 4]), 4] },
    { args: [sample([2, 3, 4]), 1, 2, 0] },
    { args: [sample([2, 3, 4]), { offset: -1, dim1: -2, dim2: -1 }] },
  ],
  reference: (x: Reference, ...given: readonly unknown[]) => {
    const { offset, dim1, dim2 } = positional('diagonal', given, { offset: 0, dim1: 0, dim2: 1 });
    const own = contiguous_strides(x.shape);
    const [down, across] = [dim1, dim2].map((dim) => wrap_dim('diagonal', dim, x.shape.length));
    const order = x.shape.map((_, d) => d).filter((d) => d !== down && d !== across);
    const at = Array.from(x.data, (_, i) => x.shape.map((size, d) => Math.floor(i / own[d]) % size));
    const kept = at.map((place, i) => ({ place, i })).filter(({ place }) => place[across] - place[down] === offset);
    const rank = (place: readonly number[]): number[] => [...order, down].map((d) => place[d]);
    kept.sort((a, b) => rank(a.place).reduce((sign, v, d) => sign || v - rank(b.place)[d], 0));
    const outer = order.reduce((n, d) => n * x.shape[d], 1);
    return {
      shape: [...order.map((d) => x.shape[d]), outer === 0 ? 0 : kept.length / outer],
      data: kept.map(({ i }) => x.data[i]),
    };
  },
  errors: () => [
    { args: [sample([3])], message: /expected a matrix, got shape \[3\]/ },
    { args: [sample([3, 4]), 0, 1, -1], message: /expected two different dimensions, got 1 and -1/ },
  ],
});
