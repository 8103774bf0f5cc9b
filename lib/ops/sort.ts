import { type Given, positional } from '../arguments';
import { record, tracks } from '../autograd/node';
import { check_boolean, check_integer, fail } from '../errors';
import { kernel } from '../native/kernel';
import { int64 } from '../tensor/dtype';
import { type Shape, wrap_dim } from '../tensor/shape';
import { allocate, check_tensor, type Tensor } from '../tensor/tensor';
import { op, type Reference, sample } from './define';
import { ValuesAndIndices } from './extreme';
import { scattered } from './gather';
import { reference_groups } from './reduction';
import { contiguous, transpose } from './views';

/** Sorting. Stable; NaN is greater than every number. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** The elements in order along a dimension, and where each came from. */
    sort(...given: SortArguments): ValuesAndIndices;
    /** The indices that sort along a dimension. */
    argsort(...given: SortArguments): Tensor;
    /** The k largest (or smallest) elements along a dimension, in order. */
    topk(k: number, ...given: TopkArguments): ValuesAndIndices;
  }
}

/** Options of {@link sort} and {@link argsort}. */
export interface SortOptions {
  /** Default -1. */
  dim?: number;
  /** Default false. */
  descending?: boolean;
  /** Always so here. */
  stable?: boolean;
}

type SortArguments = Given<SortOptions, [dim: 'dim', descending: 'descending', stable: 'stable']>;

/** Options of {@link topk}. */
export interface TopkOptions {
  /** Default -1. */
  dim?: number;
  /** The largest, not the smallest. Default true. */
  largest?: boolean;
  /** Always so here. */
  sorted?: boolean;
}

type TopkArguments = Given<TopkOptions, [dim: 'dim', largest: 'largest', sorted: 'sorted']>;

const sort_kernel = kernel('sort');
const topk_kernel = kernel('topk');

/** The tensor with `dim` last, dense; 0-dim tensors are rows of one. */
function rows_of(x: Tensor, dim: number): { dense: Tensor; rows: number; columns: number } {
  const dense = contiguous(x.ndim < 2 ? x : transpose(x, dim, -1));
  const columns = dense.shape[dense.ndim - 1] ?? 1;
  return { dense, rows: columns === 0 ? 0 : dense.count / columns, columns };
}

const back = (x: Tensor, dim: number): Tensor => (x.ndim < 2 ? x : contiguous(transpose(x, dim, -1)));

function finished(name: string, input: Tensor, dim: number, values: Tensor, indices: Tensor): ValuesAndIndices {
  const pair = new ValuesAndIndices(back(values, dim), back(indices, dim));
  const { shape } = input;
  if (tracks(input))
    record(pair.values, name, [input], [pair.indices], (g, node) => [scattered(g, shape, dim, node.saved(0))]);
  return pair;
}

function judge_sort(name: string, shape: Shape, given: readonly unknown[]): { dim: number; descending: boolean } {
  const { dim, descending, stable } = positional(name, given, { dim: -1, descending: false, stable: true });
  check_boolean(name, 'stable', stable);
  return { dim: wrap_dim(name, dim, shape.length), descending: check_boolean(name, 'descending', descending) };
}

type Sort<Result> = (input: Tensor, ...given: SortArguments) => Result;

/** Positions in order of their values, for the references. */
function sorted_positions(values: readonly number[], descending: boolean): number[] {
  const key = (x: number): number => (Number.isNaN(x) ? Infinity : x);
  return values
    .map((_, i) => i)
    .sort((a, b) => (descending ? key(values[b]) - key(values[a]) : key(values[a]) - key(values[b])) || a - b);
}

/** Values and indices of the first `k` positions of every line. */
function sort_reference(x: Reference, dim: number, descending: boolean, k: number): Reference[] {
  const shape = x.shape.map((n, i) => (i === dim ? k : n));
  const inner = x.shape.slice(dim + 1).reduce((a, b) => a * b, 1);
  const values = new Float64Array(shape.reduce((a, b) => a * b, 1));
  const indices = new Float64Array(values.length);
  reference_groups(x, x.shape.length === 0 ? [] : [dim]).forEach((group, line) => {
    const order = sorted_positions(
      group.map((i) => x.data[i]),
      descending,
    ).slice(0, k);
    order.forEach((from, at) => {
      const to = (Math.floor(line / inner) * k + at) * inner + (line % inner);
      values[to] = x.data[group[from]];
      indices[to] = from;
    });
  });
  return [values, indices].map((data) => ({ shape, data }));
}

/**
 * The elements in order along a dimension (default the last), and where each came from.
 * @example
 * ```ts
 * torch.sort(torch.tensor([3, 1, 2])).indices.tolist(); // [1, 2, 0]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.sort.html
 */
export const sort = op({
  name: 'sort',
  call: (input: Tensor, ...given: readonly unknown[]): ValuesAndIndices => {
    check_tensor('sort', 'input', input);
    const { dim, descending } = judge_sort('sort', input.shape, given);
    const { dense, rows, columns } = rows_of(input, dim);
    const values = allocate(dense.shape, input.dtype);
    const indices = allocate(dense.shape, int64);
    if (dense.count > 0) sort_kernel(input.dtype.code, rows, columns, descending, values, indices, dense);
    return finished('SortBackward0', input, dim, values, indices);
  },
  reference: (x: Reference, ...given: readonly unknown[]) => {
    const { dim, descending } = judge_sort('sort', x.shape, given);
    return sort_reference(x, dim, descending, x.shape[dim] ?? 1);
  },
  samples: () => [
    ...[[], [1], [7], [17], [3, 5], [0]].map((shape) => ({ args: [sample(shape)] })),
    { args: [sample([3, 4, 5]), 1, true] },
    { args: [sample([3, 4]), { dim: 0 }] },
    { args: [sample([6], { values: [2, 1, 2, 1, 2, 1] }), 0, true], no_grad: true },
    { args: [sample([9], { dtype: 'int64' })] },
  ],
  errors: () => [{ args: [sample([2, 3]), 2], message: /dim 2 is out of range \[-2, 1\]/ }],
}) as Sort<ValuesAndIndices>;

/**
 * The indices that sort along a dimension (default the last).
 * @example
 * ```ts
 * torch.argsort(torch.tensor([30, 10, 20])).tolist(); // [1, 2, 0]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.argsort.html
 */
export const argsort = op({
  name: 'argsort',
  call: (input: Tensor, ...given: readonly unknown[]): Tensor => {
    check_tensor('argsort', 'input', input);
    const { dim, descending } = judge_sort('argsort', input.shape, given);
    const { dense, rows, columns } = rows_of(input.detach(), dim);
    const indices = allocate(dense.shape, int64);
    if (dense.count > 0) sort_kernel(input.dtype.code, rows, columns, descending, null, indices, dense);
    return back(indices, dim);
  },
  differentiable: false,
  reference: (x: Reference, ...given: readonly unknown[]) => {
    const { dim, descending } = judge_sort('argsort', x.shape, given);
    return sort_reference(x, dim, descending, x.shape[dim] ?? 1)[1];
  },
  samples: () => [{ args: [sample([7])] }, { args: [sample([3, 5]), 0, true] }],
}) as Sort<Tensor>;

function judge_topk(shape: Shape, k: unknown, given: readonly unknown[]): { k: number; dim: number; largest: boolean } {
  const judged = positional('topk', given, { dim: -1, largest: true, sorted: true });
  const dim = wrap_dim('topk', judged.dim, shape.length);
  check_boolean('topk', 'sorted', judged.sorted);
  const size = shape[dim] ?? 1;
  check_integer('topk', 'k', k, 0);
  if ((k as number) > size) fail('topk', `k ${k} exceeds the size ${size} of dim ${dim}`);
  return { k: k as number, dim, largest: check_boolean('topk', 'largest', judged.largest) };
}

type Topk = (input: Tensor, k: number, ...given: TopkArguments) => ValuesAndIndices;

/**
 * The k largest (or smallest) elements along a dimension (default the last), in order, and their indices.
 * @example
 * ```ts
 * const { values, indices } = torch.topk(torch.tensor([30, 10, 20]), 2);
 * values.tolist(); // [30, 20]
 * indices.tolist(); // [0, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.topk.html
 */
export const topk = op({
  name: 'topk',
  call: (input: Tensor, count: number, ...given: readonly unknown[]): ValuesAndIndices => {
    check_tensor('topk', 'input', input);
    const { k, dim, largest } = judge_topk(input.shape, count, given);
    const { dense, rows, columns } = rows_of(input, dim);
    const shape = dense.ndim === 0 ? [] : [...dense.shape.slice(0, -1), k];
    const values = allocate(shape, input.dtype);
    const indices = allocate(shape, int64);
    if (values.count > 0) topk_kernel(input.dtype.code, rows, columns, k, largest, values, indices, dense);
    return finished('TopkBackward0', input, dim, values, indices);
  },
  reference: (x: Reference, count: number, ...given: readonly unknown[]) => {
    const { k, dim, largest } = judge_topk(x.shape, count, given);
    return sort_reference(x, dim, largest, k);
  },
  samples: () => [
    { args: [sample([7]), 3] },
    { args: [sample([3, 5]), 2, 0, false] },
    { args: [sample([3, 5]), 5, { dim: 1, largest: false }] },
    { args: [sample([4]), 0] },
  ],
  errors: () => [{ args: [sample([3]), 4], message: /k 4 exceeds the size 3 of dim 0/ }],
}) as Topk;
