import { is_options } from '../arguments';
import { check_options, fail, fail_type, shape_text } from '../errors';
import { spread, wrap_dim } from '../tensor/shape';
import { check_tensor, type Tensor } from '../tensor/tensor';
import { op, sample } from './define';
import { cat } from './join';
import { expand, permute, reshape, transpose, unsqueeze } from './views';

/** Dimensions moved by name, and tensors put side by side. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** Moves dimensions to other places; the rest keep their order. */
    movedim(source: number | readonly number[], destination: number | readonly number[]): Tensor;
    /** Swaps two dimensions. */
    swapaxes(axis0: number, axis1: number): Tensor;
    /** Repeats dimensions of size 1 without copying. */
    broadcast_to(shape: readonly number[]): Tensor;
  }
}

/**
 * Moves dimensions to other places; the rest keep their order.
 * @example
 * ```ts
 * torch.movedim(torch.zeros([2, 3, 4]), 0, -1).shape; // [3, 4, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.movedim.html
 */
export const movedim = op({
  name: 'movedim',
  call: (input: Tensor, source: number | readonly number[], destination: number | readonly number[]): Tensor => {
    const x = check_tensor('movedim', 'input', input);
    const places = (dims: number | readonly number[]): number[] => {
      const list = [dims].flat().map((dim) => wrap_dim('movedim', dim as number, x.ndim));
      if (new Set(list).size !== list.length) fail('movedim', `a dimension stands twice in ${shape_text(list)}`);
      return list;
    };
    const [from, to] = [places(source), places(destination)];
    if (from.length !== to.length)
      fail('movedim', `source ${shape_text(from)} and destination ${shape_text(to)} differ in length`);
    const rest = x.shape.map((_, i) => i).filter((i) => !from.includes(i));
    const order = x.shape.map((_, i) => (to.includes(i) ? from[to.indexOf(i)] : -1));
    return permute(
      x,
      order.map((i) => (i < 0 ? rest.shift()! : i)),
    );
  },
  samples: () => [{ args: [sample([2, 3, 4]), 0, 2] }, { args: [sample([2, 3, 4]), [0, 1], [-1, 0]] }],
  errors: () => [
    { args: [sample([2, 3]), [0, 1], [0]], message: /source \[0, 1\] and destination \[0\] differ in length/ },
  ],
});

/**
 * Another name of transpose.
 * @example
 * ```ts
 * torch.swapaxes(torch.zeros([2, 3, 4]), 0, 2).shape; // [4, 3, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.swapaxes.html
 */
export const swapaxes = op({
  name: 'swapaxes',
  call: (input: Tensor, axis0: number, axis1: number): Tensor => transpose(input, axis0, axis1),
  samples: () => [{ args: [sample([2, 3, 4]), 0, -1] }],
});

/**
 * Another name of expand.
 * @example
 * ```ts
 * torch.broadcast_to(torch.tensor([1, 2]), [3, 2]).tolist(); // [[1, 2], [1, 2], [1, 2]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.broadcast_to.html
 */
export const broadcast_to = op({
  name: 'broadcast_to',
  call: (input: Tensor, shape: readonly number[]): Tensor => expand(input, shape),
  samples: () => [{ args: [sample([3, 1]), [2, 3, 4]] }],
});

export function check_list(name: string, tensors: unknown): readonly Tensor[] {
  if (!Array.isArray(tensors)) return fail_type(name, 'tensors', 'an array of Tensors', tensors);
  return tensors.map((each, i) => check_tensor(name, `tensors[${i}]`, each));
}

/** The tensor with at least so many dimensions, as PyTorch's `atleast_*d` makes them. */
export function at_least(x: Tensor, ndim: number): Tensor {
  if (x.ndim === 0) return reshape(x, Array<number>(ndim).fill(1));
  if (x.ndim === 1 && ndim > 1) return at_least(unsqueeze(x, 0), ndim);
  return x.ndim === 2 && ndim > 2 ? unsqueeze(x, 2) : x;
}

function side_by_side(name: 'hstack' | 'vstack' | 'dstack', ndim: number, dim_of: (first: Tensor) => number) {
  return op({
    name,
    methods: [],
    call: (tensors: readonly Tensor[]): Tensor => {
      const list = check_list(name, tensors).map((each) => at_least(each, ndim));
      if (list.length === 0) fail(name, 'expected at least one Tensor, got []');
      return cat(list, dim_of(list[0]));
    },
    samples: () => [
      { args: [[sample([3]), sample([3])]] },
      { args: [[sample([2, 3]), sample([2, 3])]] },
      { args: [[sample([]), sample([])]] },
    ],
    errors: () => [{ args: [[]], message: /expected at least one Tensor/ }],
  });
}

/**
 * Side by side: along the second dimension, vectors along the first.
 * @example
 * ```ts
 * torch.hstack([torch.tensor([1, 2]), torch.tensor([3])]).tolist(); // [1, 2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.hstack.html
 */
export const hstack = side_by_side('hstack', 1, ({ ndim }) => (ndim === 1 ? 0 : 1));
/**
 * One below the other; vectors become rows.
 * @example
 * ```ts
 * torch.vstack([torch.tensor([1, 2]), torch.tensor([3, 4])]).tolist(); // [[1, 2], [3, 4]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.vstack.html
 */
export const vstack = side_by_side('vstack', 2, () => 0);
/**
 * One behind the other, along the third dimension.
 * @example
 * ```ts
 * torch.dstack([torch.tensor([1, 2]), torch.tensor([3, 4])]).tolist(); // [[[1, 3], [2, 4]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.dstack.html
 */
export const dstack = side_by_side('dstack', 3, () => 2);

/** What {@link meshgrid} is: the vectors in a list or one by one. */
export interface Meshgrid {
  (tensors: readonly Tensor[], options?: { indexing?: 'ij' | 'xy' }): Tensor[];
  (...given: readonly (Tensor | { indexing?: 'ij' | 'xy' })[]): Tensor[];
}

/**
 * For each vector a tensor of the grid they span, in which it varies along its own dimension. `indexing` is `ij` (default: the first vector
 * along the first dimension) or `xy` (the first two swapped, as in pictures).
 * @example
 * ```ts
 * const [x, y] = torch.meshgrid([torch.arange(2), torch.arange(3)], { indexing: 'ij' });
 * x.tolist(); // [[0, 0, 0], [1, 1, 1]]
 * y.tolist(); // [[0, 1, 2], [0, 1, 2]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.meshgrid.html
 */
export const meshgrid: Meshgrid = op({
  name: 'meshgrid',
  methods: [],
  call: (...given: readonly unknown[]): Tensor[] => {
    const last = given[given.length - 1];
    const tensors = is_options(last) ? given.slice(0, -1) : given;
    const list = check_list('meshgrid', spread(tensors));
    const { indexing } = check_options('meshgrid', is_options(last) ? last : undefined, { indexing: 'ij' });
    if (indexing !== 'ij' && indexing !== 'xy') fail_type('meshgrid', 'indexing', '"ij" or "xy"', indexing);
    for (const each of list)
      if (each.ndim > 1) fail('meshgrid', `expected vectors, got shape ${shape_text(each.shape)}`);
    const shape = list.map(({ count }) => count);
    const grids = list.map((each, i) =>
      expand(
        reshape(
          each,
          shape.map((_, d) => (d === i ? -1 : 1)),
        ),
        shape,
      ),
    );
    return indexing === 'xy' && list.length > 1 ? grids.map((each) => transpose(each, 0, 1)) : grids;
  },
  samples: () => [{ args: [[sample([2]), sample([3])]] }, { args: [[sample([2]), sample([3])], { indexing: 'xy' }] }],
  errors: () => [{ args: [[sample([2, 2])]], message: /expected vectors, got shape \[2, 2\]/ }],
});
