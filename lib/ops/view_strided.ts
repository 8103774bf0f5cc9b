import { record, tracks } from '../autograd/node';
import { check_integer, fail, fail_range, shape_text } from '../errors';
import { copy_into, fill_with } from '../native/map';
import { numel_of, type Shape } from '../tensor/shape';
import { allocate, check_tensor, type Tensor, window } from '../tensor/tensor';
import { op, sample } from './define';
import { view_of } from './view_of';

/** Windows of a storage with any shape and strides, and how gradients pass through them. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** A window of the storage with any shape, strides and offset. */
    as_strided(size: readonly number[], stride: readonly number[], storage_offset?: number): Tensor;
  }
}

/**
 * A view with any sizes, strides and offset (in elements) into the memory; where elements overlap, their gradients add up.
 * @example
 * ```ts
 * torch.as_strided(torch.arange(5), [3, 3], [1, 1]).tolist(); // [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.as_strided.html
 */
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

/** How a tensor lies in its storage. */
export interface Geometry {
  shape: Shape;
  strides: Shape;
  offset: number;
}

/**
 * The adjoint of as_strided: a gradient of the window becomes one of the tensor. Both are seen in one buffer that spans the two; elements that the
 * window shows more than once add up.
 */
export function as_strided_backward(g: Tensor, to: Geometry, from: Geometry): Tensor {
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
export function spread_out(g: Tensor, at: Geometry, span: number): Tensor {
  const buffer = allocate([span], g.dtype);
  fill_with(buffer, 0);
  copy_into(window(buffer, at.shape, at.strides, at.offset), g);
  const seen = window(buffer, [span], [1], 0);
  if (tracks(g)) record(seen, 'AsStridedBackward0', [g], [], (gg) => [as_strided(gg, at.shape, at.strides, at.offset)]);
  return seen;
}

/** The last element of the storage that the geometry touches. */
export function reach(at: Geometry): number {
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
