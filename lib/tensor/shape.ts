import { check_integer, fail, fail_range, fail_type, shape_text } from '../errors';

export type Shape = readonly number[];

export function numel_of(shape: Shape): number {
  let n = 1;
  for (let i = 0; i < shape.length; i++) n *= shape[i];
  return n;
}

export function contiguous_strides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= Math.max(shape[i], 1);
  }
  return strides;
}

export function is_contiguous(shape: Shape, strides: Shape): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] === 0) return true;
    if (shape[i] !== 1 && strides[i] !== step) return false;
    step *= shape[i];
  }
  return true;
}

export function same_shape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** A dimension as users give it (negative from the end), checked. 0-dim tensors have the dimensions 0 and -1. */
export function wrap_dim(op: string, dim: unknown, ndim: number): number {
  const span = Math.max(ndim, 1);
  if (typeof dim !== 'number' || !Number.isInteger(dim)) fail_type(op, 'dim', 'an integer', dim);
  if (dim < -span || dim >= span) fail_range(op, `dim ${dim} is out of range [${-span}, ${span - 1}]`);
  return dim < 0 ? dim + span : dim;
}

/** Several dimensions, each once; undefined, null or [] means all of them. */
export function wrap_dims(op: string, dims: unknown, ndim: number): number[] {
  if (dims === undefined || dims === null) return Array.from({ length: ndim }, (_, i) => i);
  const list = Array.isArray(dims) ? dims : [dims];
  if (list.length === 0) return Array.from({ length: ndim }, (_, i) => i);
  const wrapped = list.map((dim) => wrap_dim(op, dim, ndim));
  if (new Set(wrapped).size !== wrapped.length) fail(op, `dim ${shape_text(list)} names a dimension twice`);
  return ndim === 0 ? [] : wrapped.sort((a, b) => a - b);
}

export function broadcast_shapes(op: string, a: Shape, b: Shape): Shape {
  if (same_shape(a, b)) return a;
  const ndim = Math.max(a.length, b.length);
  const result = new Array<number>(ndim);
  for (let i = 1; i <= ndim; i++) {
    const x = i <= a.length ? a[a.length - i] : 1;
    const y = i <= b.length ? b[b.length - i] : 1;
    if (x !== y && x !== 1 && y !== 1)
      fail(
        op,
        `shapes ${shape_text(a)} and ${shape_text(b)} cannot be broadcast (sizes ${x} and ${y} at dim ${ndim - i})`,
      );
    result[ndim - i] = x === 1 ? y : x;
  }
  return result;
}

/** The strides with which a tensor is read as if it had the larger `shape`. */
export function broadcast_strides(from: Shape, strides: Shape, shape: Shape): Shape {
  if (same_shape(from, shape)) return strides;
  const lead = shape.length - from.length;
  return shape.map((_, i) => (i < lead || from[i - lead] === 1 ? 0 : strides[i - lead]));
}

/** A size given by a user: `[2, 3]`, or `2, 3`. */
export function check_size(op: string, size: unknown): number[] {
  const list = Array.isArray(size) && size.length === 1 && Array.isArray(size[0]) ? size[0] : size;
  if (!Array.isArray(list)) fail_type(op, 'size', 'an array of integers', size);
  if (list.length > 16) fail(op, `expected at most 16 dimensions, got ${list.length}`);
  let n = 1;
  for (const each of list) n *= check_integer(op, 'size', each, 0);
  if (n > 2 ** 46) fail(op, `a tensor of shape ${shape_text(list)} is too large`);
  return [...list];
}

/** Replaces the one -1 of a view's size by what is left over. */
export function infer_size(op: string, size: unknown, numel: number): number[] {
  const list = Array.isArray(size) && size.length === 1 && Array.isArray(size[0]) ? size[0] : size;
  if (!Array.isArray(list)) fail_type(op, 'shape', 'an array of integers', size);
  let known = 1;
  let unknown = -1;
  const result: number[] = list.map((each: unknown, i: number) => {
    const n = check_integer(op, 'shape', each, -1);
    if (n === -1) {
      if (unknown >= 0) fail(op, `only one dimension can be inferred, got shape ${shape_text(list)}`);
      unknown = i;
    } else known *= n;
    return n;
  });
  if (unknown >= 0) {
    if (known === 0) fail(op, `the -1 in shape ${shape_text(list)} is ambiguous for ${numel} elements`);
    result[unknown] = numel / known;
  }
  if (result.some((n) => !Number.isInteger(n)) || numel_of(result) !== numel)
    fail(op, `shape ${shape_text(list)} does not fit ${numel} elements`);
  return result;
}

/**
 * The strides that show the same memory under another shape, or null where only a copy can. Walks both shapes from the
 * end, matching runs of dimensions that are contiguous among themselves.
 */
export function view_strides(shape: Shape, strides: Shape, wanted: Shape): number[] | null {
  if (numel_of(shape) === 0) return contiguous_strides(wanted);
  const result = new Array<number>(wanted.length).fill(1);
  let to = wanted.length - 1;
  for (let from = shape.length - 1; from >= 0; ) {
    if (shape[from] === 1) {
      from--;
      continue;
    }
    const base = strides[from];
    let run = 1;
    for (; from >= 0 && (shape[from] === 1 || strides[from] === base * run); from--) run *= shape[from];
    let used = 1;
    for (; to >= 0 && (used < run || wanted[to] === 1); to--) {
      result[to] = base * used;
      used *= wanted[to];
    }
    if (used !== run) return null;
  }
  return result;
}

/** The shape with another size along a dimension. */
export function with_size(shape: Shape, dim: number, size: number): number[] {
  return shape.map((n, i) => (i === dim ? size : n));
}

/** Sizes or dimensions given one by one or as a list. */
export function spread(given: readonly unknown[]): readonly unknown[] {
  return given.length === 1 && Array.isArray(given[0]) ? given[0] : given;
}
