import type { Given } from '../arguments';
import { check_boolean } from '../errors';
import type { kernel } from '../native/kernel';
import { contiguous_strides, numel_of, type Shape, wrap_dim, wrap_dims } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import { type Reference, type Sample, sample } from './define';
import { expand, reshape } from './views';

/** What reductions share: their arguments, the geometry of their results, their samples and references. */

/** One dimension or several, negative ones from the end. */
export type Dims = number | readonly number[] | null;

/** Options of reductions over dimensions. */
export interface ReductionOptions {
  /** The dimensions to reduce; default all. */
  dim?: Dims;
  /** Keep reduced dimensions, with size 1. Default false. */
  keepdim?: boolean;
}

/** `(dim?, keepdim?)` by place or by name. */
export type ReductionArguments = Given<ReductionOptions, [dim: 'dim', keepdim: 'keepdim']>;

/** The option of a reduction whose dimension is given by place. */
export interface KeepdimOption {
  /** Keep the dimension, with size 1. Default false. */
  keepdim?: boolean;
}

/** A reduction's arguments as users give them, judged. */
export interface Reduction {
  dims: readonly number[];
  /** Whether the user named any. */
  named: boolean;
  keepdim: boolean;
}

/** For each number of dimensions the list of all of them. */
const all_dims = Array.from({ length: 17 }, (_, ndim) => Array.from({ length: ndim }, (_, i) => i));

function judge_dims(op: string, { length: ndim }: Shape, dim: unknown): readonly number[] {
  if (dim === undefined || dim === null) return all_dims[ndim];
  if (typeof dim !== 'number') return wrap_dims(op, dim, ndim);
  const wrapped = wrap_dim(op, dim, ndim);
  return ndim === 0 ? [] : [wrapped];
}

export function judge_reduction(op: string, shape: Shape, dim: unknown, keepdim: unknown): Reduction {
  check_boolean(op, 'keepdim', keepdim);
  return { dims: judge_dims(op, shape, dim), named: dim !== undefined && dim !== null, keepdim: keepdim as boolean };
}

/** The shape without the reduced dimensions, or with size 1 in their place. */
export function reduced_shape(shape: Shape, dims: readonly number[], keepdim: boolean): number[] {
  if (dims.length === shape.length && !keepdim) return [];
  const result: number[] = [];
  for (let i = 0; i < shape.length; i++)
    if (!dims.includes(i)) result.push(shape[i]);
    else if (keepdim) result.push(1);
  return result;
}

/** Number of elements that go into each result. */
export function reduced_count(shape: Shape, dims: readonly number[]): number {
  let n = 1;
  for (const d of dims) n *= shape[d];
  return n;
}

type Run = ReturnType<typeof kernel>;

/** Calls a native reduction: `dtype, kept shape, reduced shape, outputs, input with its strides, more`. */
export function launch(
  run: Run,
  x: Tensor,
  dims: readonly number[],
  outs: readonly Tensor[],
  more: readonly number[] = [],
): void {
  if (dims.length === x.ndim && x.is_contiguous()) {
    run(x.dtype.code, 0, 1, x.count, ...outs, x, 1, more);
    return;
  }
  const sizes: number[] = [];
  const strides: number[] = [];
  for (let i = 0; i < x.ndim; i++)
    if (!dims.includes(i)) {
      sizes.push(x.shape[i]);
      strides.push(x.strides[i]);
    }
  const kept = sizes.length;
  for (const d of dims) {
    sizes.push(x.shape[d]);
    strides.push(x.strides[d]);
  }
  run(x.dtype.code, kept, sizes.slice(0, kept), dims.length, sizes.slice(kept), ...outs, x, strides, more);
}

/** The reverse of a reduction's change of shape: its result (or gradient) as if repeated over the reduced dimensions. */
export function spread(g: Tensor, shape: Shape, { dims, keepdim }: Reduction): Tensor {
  const kept = keepdim || dims.length === shape.length ? g : reshape(g, reduced_shape(shape, dims, true));
  return expand(kept, shape);
}

/** Shapes and dims that every reduction is tried on. */
export function reduction_samples(
  more: { range?: readonly [number, number]; empty?: boolean; several?: boolean } = {},
): Sample[] {
  const { range, empty = true, several = true } = more;
  const x = (shape: readonly number[]) => sample(shape, { range });
  const samples: Sample[] = [
    ...[[], [1], [7], [8], [9], [15], [17], [3, 5], [1003]].map((shape) => ({ args: [x(shape)] })),
    ...[0, 1, 2, -1].map((dim) => ({ args: [x([3, 4, 5]), dim] })),
    { args: [x([3, 4, 5]), 1, true] },
    { args: [x([3, 17]), { dim: 0, keepdim: true }] },
    { args: [x([3, 4]), { dim: -1 }] },
    { args: [x([67, 33]), 0] },
    { args: [x([33, 67]), 1] },
    { args: [x([]), 0] },
  ];
  samples.push(...[[], [0], [1]].map((dims) => ({ args: [x([301, 401]), ...dims], large: true })), {
    args: [x([40, 70, 40]), 1],
    large: true,
  });
  if (several)
    samples.push({ args: [x([3, 4, 5]), [0, 2]] }, { args: [x([2, 3, 4]), [-1, 1], true] }, { args: [x([3, 4]), []] });
  if (empty) samples.push({ args: [x([0])] }, { args: [x([2, 0, 3]), 1] }, { args: [x([0, 3]), 1] });
  return samples;
}

/** Groups a reference tensor by result and applies `f` to the elements of each. */
export function reduce_reference(
  x: Reference,
  dims: readonly number[],
  keepdim: boolean,
  f: (values: number[]) => number,
): Reference {
  const groups = reference_groups(x, dims);
  return { shape: reduced_shape(x.shape, dims, keepdim), data: groups.map((group) => f(group.map((i) => x.data[i]))) };
}

/** For each result the flat indices of the elements that go into it, in row-major order. */
export function reference_groups(x: Reference, dims: readonly number[]): number[][] {
  const kept = reduced_shape(x.shape, dims, true);
  const strides = contiguous_strides(x.shape);
  const out_strides = contiguous_strides(kept);
  const groups: number[][] = Array.from({ length: numel_of(kept) }, () => []);
  for (let i = 0; i < numel_of(x.shape); i++) {
    let at = 0;
    for (let d = 0; d < x.shape.length; d++)
      if (!dims.includes(d)) at += (Math.floor(i / strides[d]) % x.shape[d]) * out_strides[d];
    groups[at].push(i);
  }
  return groups;
}
