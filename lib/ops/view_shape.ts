import type { Given } from '../arguments';
import { check_integer, fail, shape_text } from '../errors';
import {
  broadcast_strides,
  contiguous_strides,
  infer_size,
  numel_of,
  type Shape,
  same_shape,
  spread,
  view_strides,
  wrap_dim,
} from '../tensor/shape';
import { check_tensor, Tensor } from '../tensor/tensor';
import { by_name, type DimOption } from './by_name';
import { contiguous } from './copy';
import { op, sample } from './define';
import { sum_to } from './operand';
import { view_of } from './view_of';

/** The same elements under another shape. */

type FlattenArguments = Given<FlattenOptions, [start_dim: 'start_dim', end_dim: 'end_dim']>;

declare module '../tensor/tensor' {
  interface Tensor {
    /** The same elements under another shape; one size may be -1. A view where possible, else a copy. @example `torch.arange(6).reshape([2, 3])` */
    reshape(...shape: number[]): Tensor;
    reshape(shape: readonly number[]): Tensor;
    /** Like {@link Tensor.reshape}, but an error where only a copy would do. */
    view(...shape: number[]): Tensor;
    view(shape: readonly number[]): Tensor;
    /** {@link view} under the shape of another tensor. */
    view_as(other: Tensor): Tensor;
    /** {@link reshape} to the shape of another tensor. */
    reshape_as(other: Tensor): Tensor;
    /** Joins the dimensions from `start_dim` to `end_dim` into one. */
    flatten(...given: FlattenArguments): Tensor;
    /** Splits one dimension into several. */
    unflatten(dim: number, sizes: readonly number[]): Tensor;
    /** Swaps two dimensions. */
    transpose(dim0: number, dim1: number): Tensor;
    transpose(options: { dim0: number; dim1: number }): Tensor;
    /** Transposes a matrix; vectors and scalars stay. */
    t(): Tensor;
    /** Reorders all dimensions. */
    permute(...dims: number[]): Tensor;
    permute(dims: readonly number[]): Tensor;
    /** Removes dimensions of size 1: all, or those named. */
    squeeze(dim?: Dims | DimOption<Dims>): Tensor;
    /** Inserts a dimension of size 1. */
    unsqueeze(dim: number | Required<DimOption>): Tensor;
    /** Repeats dimensions of size 1 without copying; -1 keeps a size. */
    expand(...shape: number[]): Tensor;
    expand(shape: readonly number[]): Tensor;
    /** {@link expand} to the shape of another tensor. */
    expand_as(other: Tensor): Tensor;
    /** The dimensions in reverse order; a view. */
    readonly T: Tensor;
    /** The last two dimensions exchanged; a view. */
    readonly mT: Tensor;
  }
}

type Flatten = (input: Tensor, ...given: FlattenArguments) => Tensor;
type Transpose = {
  (input: Tensor, dim0: number, dim1: number): Tensor;
  (input: Tensor, options: { dim0: number; dim1: number }): Tensor;
};
type Dims = number | readonly number[];

/** Options of {@link flatten}. */
export interface FlattenOptions {
  /** The first dimension to join. Default 0. */
  start_dim?: number;
  /** The last one. Default -1. */
  end_dim?: number;
}

/**
 * The same memory under another shape; one size may be -1. An error where the strides do not allow it: {@link reshape} copies then.
 * @example
 * ```ts
 * torch.view(torch.arange(6), [2, -1]).tolist(); // [[0, 1, 2], [3, 4, 5]]
 * ```
 */
export const view = op({
  name: 'view',
  sees_layout: true,
  call: (x: Tensor, ...shape: readonly (number | readonly number[])[]): Tensor => {
    check_tensor('view', 'input', x);
    const wanted = infer_size('view', shape, x.count);
    const strides = view_strides(x.shape, x.strides, wanted);
    if (strides === null)
      fail(
        'view',
        `shape ${shape_text(wanted)} is not possible without a copy for strides ${shape_text(x.strides)}; use reshape()`,
      );
    return view_of(x, 'ViewBackward0', wanted, strides, x.offset, as_before);
  },
  samples: () => [
    { args: [sample([2, 6]), [3, 4]] },
    { args: [sample([2, 6]), [-1]] },
    { args: [sample([0, 2]), [2, 0]] },
  ],
  errors: () => [
    { args: [sample([2, 3]), [4, 2]], message: /shape \[4, 2\] does not fit 6 elements/ },
    { args: [sample([2, 3]), [-1, -1]], message: /only one dimension can be inferred/ },
  ],
});

const as_before = (g: Tensor, shape: Shape): Tensor => reshape(g, shape);

/**
 * The same elements under another shape.
 * @example
 * ```ts
 * torch.reshape(torch.arange(6), [2, -1]).tolist(); // [[0, 1, 2], [3, 4, 5]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.reshape.html
 */
export const reshape = op({
  name: 'reshape',
  call: (x: Tensor, ...shape: readonly (number | readonly number[])[]): Tensor => {
    check_tensor('reshape', 'input', x);
    const wanted = infer_size('reshape', shape, x.count);
    if (same_shape(wanted, x.shape) && shape.length === 1 && x.is_contiguous() && shape[0] === x.shape) return x;
    const strides = view_strides(x.shape, x.strides, wanted);
    if (strides !== null) return view_of(x, 'ViewBackward0', wanted, strides, x.offset, as_before);
    const dense = contiguous(x);
    return view_of(dense, 'ViewBackward0', wanted, contiguous_strides(wanted), 0, as_before);
  },
  samples: () => [{ args: [sample([2, 6]), [3, 4]] }, { args: [sample([4]), 2, 2] }, { args: [sample([]), [1]] }],
});

export const view_as = op({
  name: 'view_as',
  sees_layout: true,
  call: (x: Tensor, other: Tensor): Tensor => view(x, other.shape),
  samples: () => [{ args: [sample([2, 3]), sample([6])] }],
});
export const reshape_as = op({
  name: 'reshape_as',
  call: (x: Tensor, other: Tensor): Tensor => reshape(x, other.shape),
  samples: () => [{ args: [sample([2, 3]), sample([6])] }],
});

/**
 * The dimensions from `start_dim` to `end_dim` as one; a view where the memory allows.
 * @example
 * ```ts
 * torch.flatten(torch.zeros([2, 3, 4]), 1).shape; // [2, 12]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.flatten.html
 */
export const flatten: Flatten = op({
  name: 'flatten',
  call: by_name('flatten', ['start_dim', 'end_dim'], (x: Tensor, first?: number, last?: number): Tensor => {
    const [start_dim, end_dim] = [first ?? 0, last ?? -1];
    check_tensor('flatten', 'input', x);
    const start = wrap_dim('flatten', start_dim, x.ndim);
    const end = wrap_dim('flatten', end_dim, x.ndim);
    if (start > end) fail('flatten', `start_dim ${start_dim} comes after end_dim ${end_dim}`);
    if (x.ndim === 0) return reshape(x, [1]);
    return reshape(x, [...x.shape.slice(0, start), numel_of(x.shape.slice(start, end + 1)), ...x.shape.slice(end + 1)]);
  }) as Flatten,
  samples: () => [
    { args: [sample([2, 3, 4])] },
    { args: [sample([2, 3, 4]), 1] },
    { args: [sample([2, 3, 4]), 0, 1] },
    { args: [sample([])] },
  ],
  errors: () => [{ args: [sample([2, 3]), 1, 0], message: /start_dim 1 comes after end_dim 0/ }],
});

/**
 * One dimension as several; one of the sizes may be -1. A view.
 * @example
 * ```ts
 * torch.unflatten(torch.zeros([2, 12]), 1, [3, -1]).shape; // [2, 3, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.unflatten.html
 */
export const unflatten = op({
  name: 'unflatten',
  call: (x: Tensor, dim: number, sizes: readonly number[]): Tensor => {
    check_tensor('unflatten', 'input', x);
    const d = wrap_dim('unflatten', dim, x.ndim);
    return reshape(x, [...x.shape.slice(0, d), ...infer_size('unflatten', sizes, x.shape[d]), ...x.shape.slice(d + 1)]);
  },
  samples: () => [{ args: [sample([2, 12]), 1, [3, -1]] }],
});

/**
 * The dimensions in another order; a view.
 * @example
 * ```ts
 * torch.permute(torch.zeros([2, 3, 4]), [2, 0, 1]).shape; // [4, 2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.permute.html
 */
export const permute = op({
  name: 'permute',
  call: (x: Tensor, ...given: readonly (number | readonly number[])[]): Tensor => {
    check_tensor('permute', 'input', x);
    const list = spread(given) as readonly number[];
    const dims = list.map((dim) => wrap_dim('permute', dim, x.ndim));
    if (dims.length !== x.ndim || new Set(dims).size !== dims.length)
      fail('permute', `dims ${shape_text(list)} do not name each of the ${x.ndim} dimensions once`);
    const back = dims.map((_, i) => dims.indexOf(i));
    return view_of(
      x,
      'PermuteBackward0',
      dims.map((d) => x.shape[d]),
      dims.map((d) => x.strides[d]),
      x.offset,
      permute_by(back),
    );
  },
  samples: () => [{ args: [sample([2, 3, 4]), [2, 0, 1]] }, { args: [sample([2, 3, 4]), -1, 1, 0] }],
  errors: () => [{ args: [sample([2, 3]), [0, 0]], message: /do not name each of the 2 dimensions once/ }],
});

const permute_by = (dims: readonly number[]) => (g: Tensor) => permute(g, dims);

/**
 * Two dimensions exchanged; a view.
 * @example
 * ```ts
 * torch.transpose(torch.zeros([2, 3, 4]), 0, 2).shape; // [4, 3, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.transpose.html
 */
export const transpose: Transpose = op({
  name: 'transpose',
  call: by_name('transpose', ['dim0', 'dim1'], (x: Tensor, dim0: number, dim1: number): Tensor => {
    check_tensor('transpose', 'input', x);
    const a = wrap_dim('transpose', dim0, x.ndim);
    const b = wrap_dim('transpose', dim1, x.ndim);
    const swap = (list: Shape): number[] => list.map((value, i) => (i === a ? list[b] : i === b ? list[a] : value));
    return view_of(x, 'TransposeBackward0', swap(x.shape), swap(x.strides), x.offset, (g) => transpose(g, a, b));
  }) as Transpose,
  samples: () => [{ args: [sample([2, 3]), 0, 1] }, { args: [sample([2, 3, 4]), -1, 0] }],
  errors: () => [{ args: [sample([2, 3]), 0, 2], message: /dim 2 is out of range \[-2, 1\]/ }],
});

/**
 * A matrix transposed; vectors stay as they are. A view.
 * @example
 * ```ts
 * torch.t(torch.tensor([[1, 2], [3, 4]])).tolist(); // [[1, 3], [2, 4]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.t.html
 */
export const t = op({
  name: 't',
  call: (x: Tensor): Tensor => {
    check_tensor('t', 'input', x);
    if (x.ndim > 2)
      fail('t', `expected a tensor of at most 2 dimensions, got shape ${shape_text(x.shape)}; use transpose()`);
    return x.ndim < 2 ? x : transpose(x, 0, 1);
  },
  samples: () => [{ args: [sample([2, 3])] }, { args: [sample([3])] }],
});

/**
 * Without its dimensions of size 1, or without the one named; a view.
 * @example
 * ```ts
 * torch.squeeze(torch.zeros([2, 1, 3, 1])).shape; // [2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.squeeze.html
 */
export const squeeze: (input: Tensor, dim?: Dims | DimOption<Dims>) => Tensor = op({
  name: 'squeeze',
  call: by_name('squeeze', ['dim'], (x: Tensor, dim?: Dims): Tensor => {
    check_tensor('squeeze', 'input', x);
    const named =
      dim === undefined ? null : (Array.isArray(dim) ? dim : [dim]).map((d) => wrap_dim('squeeze', d, x.ndim));
    const kept = x.shape.map((_, i) => i).filter((i) => x.shape[i] !== 1 || (named !== null && !named.includes(i)));
    return view_of(
      x,
      'SqueezeBackward0',
      kept.map((i) => x.shape[i]),
      kept.map((i) => x.strides[i]),
      x.offset,
      as_before,
    );
  }),
  samples: () => [
    { args: [sample([1, 3, 1])] },
    { args: [sample([1, 3, 1]), 0] },
    { args: [sample([1, 3, 1]), [0, 2]] },
    { args: [sample([2, 3]), 0] },
  ],
});

/**
 * A new dimension of size 1; a view.
 * @example
 * ```ts
 * torch.unsqueeze(torch.zeros([2, 3]), 1).shape; // [2, 1, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.unsqueeze.html
 */
export const unsqueeze: (input: Tensor, dim: number | Required<DimOption>) => Tensor = op({
  name: 'unsqueeze',
  call: by_name('unsqueeze', ['dim'], (x: Tensor, dim: number): Tensor => {
    check_tensor('unsqueeze', 'input', x);
    const d = wrap_dim('unsqueeze', dim, x.ndim + 1);
    const shape = [...x.shape.slice(0, d), 1, ...x.shape.slice(d)];
    const strides = [...x.strides.slice(0, d), d < x.ndim ? x.strides[d] * x.shape[d] : 1, ...x.strides.slice(d)];
    return view_of(x, 'UnsqueezeBackward0', shape, strides, x.offset, as_before);
  }),
  samples: () => [{ args: [sample([2, 3]), 0] }, { args: [sample([2, 3]), -1] }, { args: [sample([]), 0] }],
});

/**
 * A view with dimensions of size 1 made larger, without a copy; -1 keeps a size, new dimensions come first.
 * @example
 * ```ts
 * torch.expand(torch.tensor([[1], [2]]), [-1, 3]).tolist(); // [[1, 1, 1], [2, 2, 2]]
 * ```
 */
export const expand = op({
  name: 'expand',
  call: (x: Tensor, ...given: readonly (number | readonly number[])[]): Tensor => {
    check_tensor('expand', 'input', x);
    const list = spread(given) as readonly number[];
    const lead = list.length - x.ndim;
    if (lead < 0)
      fail('expand', `shape ${shape_text(list)} has fewer dimensions than the tensor's ${shape_text(x.shape)}`);
    const shape = list.map((each, i) => {
      const size = check_integer('expand', 'shape', each, -1);
      const own = i < lead ? 1 : x.shape[i - lead];
      if (size === -1 && i < lead)
        fail('expand', `-1 stands for a dimension the tensor does not have in ${shape_text(list)}`);
      if (size !== -1 && own !== 1 && own !== size)
        fail(
          'expand',
          `a dimension of size ${own} cannot become ${size} (shape ${shape_text(x.shape)} to ${shape_text(list)})`,
        );
      return size === -1 ? own : size;
    });
    return view_of(x, 'ExpandBackward0', shape, broadcast_strides(x.shape, x.strides, shape), x.offset, sum_to);
  },
  samples: () => [
    { args: [sample([3, 1]), [3, 4]] },
    { args: [sample([3]), [2, 3]] },
    { args: [sample([3, 1]), -1, 2] },
    { args: [sample([]), [2]] },
  ],
  errors: () => [{ args: [sample([3]), [4]], message: /a dimension of size 3 cannot become 4/ }],
});
export const expand_as = op({
  name: 'expand_as',
  call: (x: Tensor, other: Tensor): Tensor => expand(x, other.shape),
  samples: () => [{ args: [sample([3, 1]), sample([3, 2])] }],
});

for (const name of ['T', 'mT'] as const)
  Object.defineProperty(Tensor.prototype, name, {
    get(this: Tensor): Tensor {
      if (name === 'mT' && this.ndim < 2)
        fail('mT', `expected at least 2 dimensions, got shape ${shape_text(this.shape)}`);
      return name === 'mT'
        ? transpose(this, -2, -1)
        : permute(
            this,
            this.shape.map((_, i) => this.ndim - 1 - i),
          );
    },
  });
