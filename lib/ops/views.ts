import {
  edge_of,
  Node as GraphNode,
  type Node,
  record,
  requires_grad,
  set_regenerate_view,
  tracks,
} from '../autograd/node';
import { check_integer, fail, fail_range, shape_text } from '../errors';
import { copy_into, fill_with } from '../native/map';
import {
  broadcast_strides,
  contiguous_strides,
  infer_size,
  numel_of,
  type Shape,
  same_shape,
  view_strides,
  wrap_dim,
} from '../tensor/shape';
import { allocate, check_tensor, Tensor, window } from '../tensor/tensor';
import { op, sample, set_rebase_view } from './define';
import { sum_to } from './operand';

/** Operations that show the same memory differently, and the history of views whose base changes in place. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** The same elements under another shape; one size may be -1. A view where possible, else a copy. @example `torch.arange(6).reshape([2, 3])` */
    reshape(...shape: number[]): Tensor;
    reshape(shape: readonly number[]): Tensor;
    /** Like {@link Tensor.reshape}, but an error where only a copy would do. */
    view(...shape: number[]): Tensor;
    view(shape: readonly number[]): Tensor;
    view_as(other: Tensor): Tensor;
    reshape_as(other: Tensor): Tensor;
    /** Joins the dimensions from `start_dim` to `end_dim` into one. */
    flatten(start_dim?: number, end_dim?: number): Tensor;
    /** Splits one dimension into several. */
    unflatten(dim: number, sizes: readonly number[]): Tensor;
    /** Swaps two dimensions. */
    transpose(dim0: number, dim1: number): Tensor;
    /** Transposes a matrix; vectors and scalars stay. */
    t(): Tensor;
    /** Reorders all dimensions. */
    permute(...dims: number[]): Tensor;
    permute(dims: readonly number[]): Tensor;
    /** Removes dimensions of size 1: all, or those named. */
    squeeze(dim?: number | readonly number[]): Tensor;
    /** Inserts a dimension of size 1. */
    unsqueeze(dim: number): Tensor;
    /** Repeats dimensions of size 1 without copying; -1 keeps a size. */
    expand(...shape: number[]): Tensor;
    expand(shape: readonly number[]): Tensor;
    expand_as(other: Tensor): Tensor;
    /** The index-th slice along `dim`, without that dimension. */
    select(dim: number, index: number): Tensor;
    /** `length` slices from `start` along `dim`. */
    narrow(dim: number, start: number, length: number): Tensor;
    /** Every `step`-th slice in [start, end); as Python's `t[start:end:step]` on one dimension. */
    slice(dim: number, start?: number, end?: number, step?: number): Tensor;
    /** A window of the storage with any shape, strides and offset. */
    as_strided(size: readonly number[], stride: readonly number[], storage_offset?: number): Tensor;
    /** The tensor without its history, in the same memory. */
    detach(): Tensor;
    /** Windows along `dim`, of `size` each, every `step`. */
    unfold(dim: number, size: number, step: number): Tensor;
    /** The diagonal of a matrix. */
    diagonal(offset?: number): Tensor;
    readonly T: Tensor;
    readonly mT: Tensor;
  }
}

/** Makes a view and records how its gradient flows back. */
function view_of(
  x: Tensor,
  name: string,
  shape: Shape,
  strides: Shape,
  offset: number,
  back: (g: Tensor) => Tensor,
): Tensor {
  const view = window(x, shape, strides, offset);
  view.base = x.base ?? x;
  view.node_version = x.storage.version;
  if (tracks(x)) record(view, name, [x], [], (g) => [back(g)]);
  return view;
}

const spread = (list: readonly unknown[]): unknown => (list.length === 1 && Array.isArray(list[0]) ? list[0] : list);

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
    return view_of(x, 'ViewBackward0', wanted, strides, x.offset, (g) => reshape(g, x.shape));
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

/** The same elements under another shape. @see https://pytorch.org/docs/stable/generated/torch.reshape.html */
export const reshape = op({
  name: 'reshape',
  call: (x: Tensor, ...shape: readonly (number | readonly number[])[]): Tensor => {
    check_tensor('reshape', 'input', x);
    const wanted = infer_size('reshape', shape, x.count);
    if (same_shape(wanted, x.shape) && shape.length === 1 && x.is_contiguous() && shape[0] === x.shape) return x;
    const strides = view_strides(x.shape, x.strides, wanted);
    if (strides !== null) return view_of(x, 'ViewBackward0', wanted, strides, x.offset, (g) => reshape(g, x.shape));
    const dense = contiguous(x);
    return view_of(dense, 'ViewBackward0', wanted, contiguous_strides(wanted), 0, (g) => reshape(g, x.shape));
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

export const flatten = op({
  name: 'flatten',
  call: (x: Tensor, start_dim = 0, end_dim = -1): Tensor => {
    check_tensor('flatten', 'input', x);
    const start = wrap_dim('flatten', start_dim, x.ndim);
    const end = wrap_dim('flatten', end_dim, x.ndim);
    if (start > end) fail('flatten', `start_dim ${start_dim} comes after end_dim ${end_dim}`);
    if (x.ndim === 0) return reshape(x, [1]);
    return reshape(x, [...x.shape.slice(0, start), numel_of(x.shape.slice(start, end + 1)), ...x.shape.slice(end + 1)]);
  },
  samples: () => [
    { args: [sample([2, 3, 4])] },
    { args: [sample([2, 3, 4]), 1] },
    { args: [sample([2, 3, 4]), 0, 1] },
    { args: [sample([])] },
  ],
  errors: () => [{ args: [sample([2, 3]), 1, 0], message: /start_dim 1 comes after end_dim 0/ }],
});

export const unflatten = op({
  name: 'unflatten',
  call: (x: Tensor, dim: number, sizes: readonly number[]): Tensor => {
    check_tensor('unflatten', 'input', x);
    const d = wrap_dim('unflatten', dim, x.ndim);
    return reshape(x, [...x.shape.slice(0, d), ...infer_size('unflatten', sizes, x.shape[d]), ...x.shape.slice(d + 1)]);
  },
  samples: () => [{ args: [sample([2, 12]), 1, [3, -1]] }],
});

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
      (g) => permute(g, back),
    );
  },
  samples: () => [{ args: [sample([2, 3, 4]), [2, 0, 1]] }, { args: [sample([2, 3, 4]), -1, 1, 0] }],
  errors: () => [{ args: [sample([2, 3]), [0, 0]], message: /do not name each of the 2 dimensions once/ }],
});

export const transpose = op({
  name: 'transpose',
  call: (x: Tensor, dim0: number, dim1: number): Tensor => {
    check_tensor('transpose', 'input', x);
    const a = wrap_dim('transpose', dim0, x.ndim);
    const b = wrap_dim('transpose', dim1, x.ndim);
    const swap = (list: Shape): number[] => list.map((value, i) => (i === a ? list[b] : i === b ? list[a] : value));
    return view_of(x, 'TransposeBackward0', swap(x.shape), swap(x.strides), x.offset, (g) => transpose(g, a, b));
  },
  samples: () => [{ args: [sample([2, 3]), 0, 1] }, { args: [sample([2, 3, 4]), -1, 0] }],
  errors: () => [{ args: [sample([2, 3]), 0, 2], message: /dim 2 is out of range \[-2, 1\]/ }],
});

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

export const squeeze = op({
  name: 'squeeze',
  call: (x: Tensor, dim?: number | readonly number[]): Tensor => {
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
      (g) => reshape(g, x.shape),
    );
  },
  samples: () => [
    { args: [sample([1, 3, 1])] },
    { args: [sample([1, 3, 1]), 0] },
    { args: [sample([1, 3, 1]), [0, 2]] },
    { args: [sample([2, 3]), 0] },
  ],
});

export const unsqueeze = op({
  name: 'unsqueeze',
  call: (x: Tensor, dim: number): Tensor => {
    check_tensor('unsqueeze', 'input', x);
    const d = wrap_dim('unsqueeze', dim, x.ndim + 1);
    const shape = [...x.shape.slice(0, d), 1, ...x.shape.slice(d)];
    const strides = [...x.strides.slice(0, d), d < x.ndim ? x.strides[d] * x.shape[d] : 1, ...x.strides.slice(d)];
    return view_of(x, 'UnsqueezeBackward0', shape, strides, x.offset, (g) => reshape(g, x.shape));
  },
  samples: () => [{ args: [sample([2, 3]), 0] }, { args: [sample([2, 3]), -1] }, { args: [sample([]), 0] }],
});

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
    return view_of(x, 'ExpandBackward0', shape, broadcast_strides(x.shape, x.strides, shape), x.offset, (g) =>
      sum_to(g, x.shape),
    );
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
  return view_of(x, 'SliceBackward0', shape, strides, x.offset + start * x.strides[dim], (g) =>
    pad_slice(g, x.shape, dim, start, step),
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
    return view_of(x, 'SelectBackward0', without(x.shape), without(x.strides), x.offset + at * x.strides[d], (g) =>
      pad_slice(unsqueeze(g, d), x.shape, d, at, 1),
    );
  },
  samples: () => [{ args: [sample([5, 3]), 0, 1] }, { args: [sample([5, 3]), 1, -1] }],
  errors: () => [{ args: [sample([5, 3]), 0, 5], message: /index 5 is out of range for dim 0 of size 5/ }],
});

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

export const diagonal = op({
  name: 'diagonal',
  call: (x: Tensor, offset = 0): Tensor => {
    check_tensor('diagonal', 'input', x);
    if (x.ndim !== 2) fail('diagonal', `expected a matrix, got shape ${shape_text(x.shape)}`);
    const [rows, columns] = x.shape;
    const length = Math.max(0, Math.min(offset >= 0 ? rows : rows + offset, offset >= 0 ? columns - offset : columns));
    const start = length === 0 ? 0 : offset >= 0 ? offset * x.strides[1] : -offset * x.strides[0];
    return as_strided(x, [length], [x.strides[0] + x.strides[1]], x.offset + start);
  },
  samples: () => [{ args: [sample([3, 4])] }, { args: [sample([3, 4]), 1] }, { args: [sample([3, 4]), -2] }],
});

export const as_strided = op({
  name: 'as_strided',
  sees_layout: true,
  call: (x: Tensor, size: readonly number[], stride: readonly number[], storage_offset?: number): Tensor => {
    check_tensor('as_strided', 'input', x);
    const shape = size.map((n) => check_integer('as_strided', 'size', n, 0));
    const strides = stride.map((n) => check_integer('as_strided', 'stride', n, 0));
    if (shape.length !== strides.length)
      fail('as_strided', `size ${shape_text(size)} and stride ${shape_text(stride)} differ in length`);
    const offset =
      storage_offset === undefined ? x.offset : check_integer('as_strided', 'storage_offset', storage_offset, 0);
    const end = offset + shape.reduce((sum, n, i) => sum + Math.max(n - 1, 0) * strides[i], 0);
    if (numel_of(shape) > 0 && end >= x.storage.nbytes / x.dtype.itemsize)
      fail_range(
        'as_strided',
        `size ${shape_text(size)} with stride ${shape_text(stride)} from ${offset} reaches outside the storage`,
      );
    const geometry = { shape: x.shape, strides: x.strides, offset: x.offset };
    return view_of(x, 'AsStridedBackward0', shape, strides, offset, (g) =>
      as_strided_backward(g, geometry, { shape, strides, offset }),
    );
  },
  samples: () => [{ args: [sample([3, 4]), [2, 2], [4, 1], 1] }, { args: [sample([6]), [3, 2], [1, 1]] }],
});

interface Geometry {
  shape: Shape;
  strides: Shape;
  offset: number;
}

/**
 * The adjoint of as_strided: a gradient of the window becomes one of the tensor. Both are seen in one buffer that spans the two; elements that the
 * window shows more than once add up.
 */
function as_strided_backward(g: Tensor, to: Geometry, from: Geometry): Tensor {
  const span = Math.max(reach(to), reach(from)) + 1;
  const buffer = allocate([span], g.dtype);
  fill_with(buffer, 0);
  add_window(g, buffer, from);
  const seen = window(buffer, to.shape, to.strides, to.offset);
  if (tracks(g))
    record(seen, 'AsStridedBackwardBackward0', [g], [], (gg) => [
      as_strided(spread_out(gg, to, span), from.shape, from.strides, from.offset),
    ]);
  return seen;
}

/** Lays a gradient out in a buffer with the geometry of the tensor it belongs to. */
function spread_out(g: Tensor, at: Geometry, span: number): Tensor {
  const buffer = allocate([span], g.dtype);
  fill_with(buffer, 0);
  copy_into(window(buffer, at.shape, at.strides, at.offset), g);
  const seen = window(buffer, [span], [1], 0);
  if (tracks(g)) record(seen, 'AsStridedBackward0', [g], [], (gg) => [as_strided(gg, at.shape, at.strides, at.offset)]);
  return seen;
}

function reach(at: Geometry): number {
  return at.shape.reduce((sum, n, i) => sum + Math.max(n - 1, 0) * at.strides[i], at.offset);
}

let add_elements: (target: Tensor, from: Tensor) => void;

/** Installed by arithmetic.ts. */
export function set_add_elements(add: (target: Tensor, from: Tensor) => void): void {
  add_elements = add;
}

/** Adds g into a window, one slice at a time along the dimensions in which the window overlaps itself. */
function add_window(g: Tensor, buffer: Tensor, at: Geometry): void {
  const order = at.shape.map((_, i) => i).sort((a, b) => at.strides[a] - at.strides[b]);
  let covered = 0;
  let loop = -1;
  for (const d of order) {
    if (at.shape[d] <= 1) continue;
    if (at.strides[d] <= covered) loop = d;
    covered = Math.max(covered, 0) + at.strides[d] * (at.shape[d] - 1);
  }
  if (loop < 0) {
    add_elements(window(buffer, at.shape, at.strides, at.offset), g);
    return;
  }
  const without = (list: Shape): number[] => list.filter((_, i) => i !== loop);
  for (let i = 0; i < at.shape[loop]; i++)
    add_window(window(g, without(g.shape), without(g.strides), g.offset + i * g.strides[loop]), buffer, {
      shape: without(at.shape),
      strides: without(at.strides),
      offset: at.offset + i * at.strides[loop],
    });
}

export const contiguous = op({
  name: 'contiguous',
  call: (x: Tensor): Tensor => {
    check_tensor('contiguous', 'input', x);
    return x.is_contiguous() ? x : clone(x);
  },
  samples: () => [{ args: [sample([2, 3])] }],
});

export const clone = op({
  name: 'clone',
  call: (x: Tensor): Tensor => {
    check_tensor('clone', 'input', x);
    const out = allocate(x.shape, x.dtype);
    copy_into(out, x);
    if (tracks(x)) record(out, 'CloneBackward0', [x], [], (g) => [g]);
    return out;
  },
  samples: () => [{ args: [sample([2, 3])] }, { args: [sample([])] }, { args: [sample([0])] }],
});

declare module '../tensor/tensor' {
  interface Tensor {
    /** The tensor itself if its elements lie in order, else a copy in which they do. */
    contiguous(): Tensor;
    /** A copy, part of the graph. */
    clone(): Tensor;
  }
}

export const detach = op({
  name: 'detach',
  call: (x: Tensor): Tensor => window(check_tensor('detach', 'input', x), x.shape, x.strides, x.offset),
  differentiable: false,
  samples: () => [{ args: [sample([2, 3])] }],
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

/** A view whose base has changed in place gets its value from the base as it is now. */
set_regenerate_view((view) => {
  const base = view.base!;
  view.node_version = view.storage.version;
  const from = edge_of(base);
  if (from === null) {
    view.node = null;
    return;
  }
  const window_of_view = { shape: view.shape, strides: view.strides, offset: view.offset };
  const geometry = { shape: base.shape, strides: base.strides, offset: base.offset };
  view.node = new GraphNode('AsStridedBackward0', [base], [], (g) => [
    as_strided_backward(g, geometry, window_of_view),
  ]);
  view.output_index = 0;
});

/**
 * An in-place operation on a view is one on its base: the base's new node passes the gradient outside the window on unchanged and the
 * part inside through the operation's own rule.
 */
set_rebase_view((view) => {
  const base = view.base!;
  const inner = view.node!;
  const at = { shape: view.shape, strides: view.strides, offset: view.offset };
  const geometry = { shape: base.shape, strides: base.strides, offset: base.offset };
  const outer: Node = new GraphNode('CopySlices', [base], [], (g) => {
    const span = Math.max(reach(geometry), reach(at)) + 1;
    const buffer = spread_out(g, geometry, span);
    const inside = clone(as_strided(buffer, at.shape, at.strides, at.offset));
    const grads = inner.apply([inside]);
    const rest = as_strided(
      replace_window(buffer, at, grads[0] ?? null),
      geometry.shape,
      geometry.strides,
      geometry.offset,
    );
    return [rest, ...grads.slice(1)];
  });
  outer.next.push(...inner.next.slice(1));
  outer.next_index.push(...inner.next_index.slice(1));
  outer.adopt_saved(inner);
  base.node = outer;
  base.output_index = 0;
  base.node_version = base.storage.version;
  view.node_version = -1;
});

/** The buffer with another value in a window (null: zeros). */
function replace_window(buffer: Tensor, at: Geometry, value: Tensor | null): Tensor {
  const out = allocate(buffer.shape, buffer.dtype);
  copy_into(out, buffer);
  const hole = window(out, at.shape, at.strides, at.offset);
  if (value === null) fill_with(hole, 0);
  else copy_into(hole, value);
  const inputs = value === null ? [buffer] : [buffer, value];
  if (inputs.some((each) => tracks(each)))
    record(out, 'CopySlicesBackward0', inputs, [], (g) => {
      const grads = [replace_window(g, at, null)];
      if (value !== null) grads.push(as_strided(g, at.shape, at.strides, at.offset));
      return grads;
    });
  return out;
}

export { requires_grad };
