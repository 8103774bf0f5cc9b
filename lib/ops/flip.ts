import { type Given, is_options } from '../arguments';
import { type Rule, record, tracks } from '../autograd/node';
import { check_integer, check_options, fail, shape_text } from '../errors';
import { turn_rows } from '../native/join';
import { copy_into } from '../native/map';
import { contiguous_strides, numel_of, spread, wrap_dim, wrap_dims } from '../tensor/shape';
import { allocate, check_tensor, type Tensor, window } from '../tensor/tensor';
import { by_name } from './by_name';
import { op, type Reference, sample } from './define';
import { contiguous, reshape, transpose } from './views';

/** The same elements at other places along their dimensions: reversed, or shifted round. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** The dimensions in reverse order of elements; a copy. */
    flip(...dims: number[]): Tensor;
    flip(dims: readonly number[] | { dims: readonly number[] }): Tensor;
    /** Shifted along dimensions; what leaves at one end enters at the other. */
    roll(shifts: Many, dims?: Many | null | { dims?: Many | null }): Tensor;
    roll(options: RollOptions): Tensor;
    /** Columns in reverse order. */
    fliplr(): Tensor;
    /** Rows in reverse order. */
    flipud(): Tensor;
    /** Turned by 90° k times in the plane of two dimensions. */
    rot90(...given: Given<Rot90Options, [k: 'k', dims: 'dims']>): Tensor;
  }
}

/** Options of {@link rot90}. */
export interface Rot90Options {
  /** How often. Default 1. */
  k?: number;
  /** From the first towards the second. Default [0, 1]. */
  dims?: readonly [number, number];
}

type Many = number | readonly number[];

/** What {@link roll} takes besides its input. */
export interface RollOptions {
  /** How far, along each of the dims. */
  shifts: Many;
  /** Default: the tensor as one row. */
  dims?: Many | null;
}

/** What {@link roll} is: by place or by name. */
export interface Roll {
  (input: Tensor, shifts: Many, dims?: Many | null | { dims?: Many | null }): Tensor;
  (input: Tensor, options: RollOptions): Tensor;
}

/** Apart from `flip` and `roll`, whose closures keep their input alive. */
const flip_rule =
  (dims: readonly number[]): Rule =>
  (g) => [flip(g, dims)];
const roll_rule =
  (shift: number, dim: number): Rule =>
  (g) => [shifted(g, -shift, dim)];

/**
 * The elements in reverse order along the dimensions; a copy.
 * @example
 * ```ts
 * torch.flip(torch.tensor([[1, 2], [3, 4]]), 1).tolist(); // [[2, 1], [4, 3]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.flip.html
 */
export const flip = op({
  name: 'flip',
  call: (x: Tensor, ...given: readonly (Many | { dims: readonly number[] })[]): Tensor => {
    check_tensor('flip', 'input', x);
    const list = spread(is_options(given[0]) ? [check_options('flip', given[0], { dims: [] as Many }).dims] : given);
    const dims = list.length === 0 || x.ndim === 0 ? [] : wrap_dims('flip', list, x.ndim);
    const out = allocate(x.shape, x.dtype);
    let { offset } = x;
    const strides = x.strides.map((stride, d) => {
      if (!dims.includes(d)) return stride;
      offset += stride * (x.shape[d] - 1);
      return -stride;
    });
    if (x.count > 0) copy_into(out, window(x, x.shape, strides, offset));
    if (tracks(x)) record(out, 'FlipBackward0', [x], [], flip_rule(dims));
    return out;
  },
  reference: (x: Reference, ...given: readonly (number | readonly number[])[]) => {
    const dims = x.shape.length === 0 ? [] : wrap_dims('flip', spread(given), x.shape.length);
    const strides = contiguous_strides(x.shape);
    const from = (i: number): number =>
      strides.reduce((sum, stride, d) => {
        const at = Math.floor(i / stride) % x.shape[d];
        return sum + (dims.includes(d) ? x.shape[d] - 1 - at : at) * stride;
      }, 0);
    return { shape: x.shape, data: Array.from(x.data, (_, i) => x.data[from(i)]) };
  },
  samples: () => [
    { args: [sample([7]), [0]] },
    { args: [sample([3, 4, 5]), [0, 2]] },
    { args: [sample([3, 4]), -1] },
    { args: [sample([0, 2]), [0]] },
  ],
  errors: () => [{ args: [sample([2]), [1]], message: /dim 1 is out of range \[-1, 0\]/ }],
});

/**
 * Columns in reverse order.
 * @example
 * ```ts
 * torch.fliplr(torch.tensor([[1, 2], [3, 4]])).tolist(); // [[2, 1], [4, 3]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.fliplr.html
 */
export const fliplr = op({
  name: 'fliplr',
  call: (input: Tensor): Tensor => {
    check_tensor('fliplr', 'input', input);
    if (input.ndim < 2) fail('fliplr', `expected at least 2 dimensions, got shape ${shape_text(input.shape)}`);
    return flip(input, [1]);
  },
  samples: () => [{ args: [sample([2, 3])] }],
  errors: () => [{ args: [sample([2])], message: /expected at least 2 dimensions, got shape \[2\]/ }],
});

/**
 * Rows in reverse order.
 * @example
 * ```ts
 * torch.flipud(torch.tensor([[1, 2], [3, 4]])).tolist(); // [[3, 4], [1, 2]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.flipud.html
 */
export const flipud = op({
  name: 'flipud',
  call: (input: Tensor): Tensor => {
    check_tensor('flipud', 'input', input);
    if (input.ndim < 1) fail('flipud', 'expected at least 1 dimension, got shape []');
    return flip(input, [0]);
  },
  samples: () => [{ args: [sample([2, 3])] }],
  errors: () => [{ args: [sample([])], message: /expected at least 1 dimension, got shape \[\]/ }],
});

/**
 * Turned by 90° k times in the plane of two dimensions, from the first towards the second.
 * @example
 * ```ts
 * torch.rot90(torch.tensor([[1, 2], [3, 4]])).tolist(); // [[2, 4], [1, 3]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.rot90.html
 */
export const rot90 = op({
  name: 'rot90',
  call: by_name('rot90', ['k', 'dims'], (input: Tensor, k?: number, dims?: readonly [number, number]): Tensor => {
    check_tensor('rot90', 'input', input);
    const [from, to] = (dims ?? [0, 1]).map((dim) => wrap_dim('rot90', dim, input.ndim));
    if (to === undefined || to === from) fail('rot90', `expected two different dims, got ${shape_text(dims ?? [])}`);
    const turns = ((check_integer('rot90', 'k', k ?? 1) % 4) + 4) % 4;
    if (turns === 1) return transpose(flip(input, [to]), from, to);
    if (turns === 2) return flip(input, [from, to]);
    if (turns === 3) return flip(transpose(input, from, to), [to]);
    return input.clone();
  }),
  samples: () => [
    { args: [sample([2, 3])] },
    { args: [sample([2, 3, 2]), 2, [1, 2]] },
    { args: [sample([2, 3]), -1] },
    { args: [sample([2, 3]), 4] },
  ],
});

/**
 * Shifted along dimensions; what leaves at one end enters at the other.
 * @example
 * ```ts
 * torch.roll(torch.tensor([1, 2, 3]), 1).tolist(); // [3, 1, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.roll.html
 */
export const roll: Roll = op({
  name: 'roll',
  call: by_name('roll', ['shifts', 'dims'], (x: Tensor, shifts: Many, dims?: Many | null): Tensor => {
    check_tensor('roll', 'input', x);
    const by = (Array.isArray(shifts) ? shifts : [shifts]).map((each) => check_integer('roll', 'shifts', each));
    if (dims === undefined || dims === null) {
      if (by.length !== 1) fail('roll', `expected one shift when no dims are given, got ${shape_text(by)}`);
      return reshape(shifted(reshape(x, [-1]), by[0], 0), x.shape);
    }
    const along = (Array.isArray(dims) ? dims : [dims]) as number[];
    if (along.length !== by.length)
      fail('roll', `shifts ${shape_text(by)} and dims ${shape_text(along)} differ in length`);
    if (x.ndim === 0) return x.clone();
    return by.reduce((moved, shift, i) => shifted(moved, shift, wrap_dim('roll', along[i], x.ndim)), x);
  }) as Roll,
  samples: () => [
    { args: [sample([7]), 2] },
    { args: [sample([3, 4]), -1, 1] },
    { args: [sample([3, 4]), [1, 5], [0, 1]] },
    { args: [sample([3, 4]), 5] },
    { args: [sample([5, 4, 3]), [2, -1], [1, 0]] },
    { args: [sample([2, 60, 700]), 17, 1], large: true },
  ],
  errors: () => [{ args: [sample([2, 2]), [1], [0, 1]], message: /shifts \[1\] and dims \[0, 1\] differ in length/ }],
});

function shifted(given: Tensor, shift: number, dim: number): Tensor {
  const x = contiguous(given);
  const out = allocate(x.shape, x.dtype);
  if (out.count > 0) {
    const size = x.shape[dim];
    const rows = numel_of(x.shape.slice(0, dim));
    const first = ((-shift % size) + size) % size;
    turn_rows(out, rows, x, first * (x.count / rows / size));
  }
  return tracks(given) ? record(out, 'RollBackward0', [given], [], roll_rule(shift, dim)) : out;
}
