import { fail_range } from '../errors';
import type { DType } from '../tensor/dtype';
import type { Tensor } from '../tensor/tensor';
import { div, mul, neg } from './arithmetic';
import { binary } from './binary';
import { all, eq, gt, lt } from './compare';
import { read_item } from './create';
import { type ErrorSample, sample } from './define';
import type { Operand } from './operand';
import { trunc } from './pointwise';
import { where } from './where';

/** Functions of two elements: extremes and divisions with a rest. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** The larger element of the two; where they are equal the gradient goes to both in halves. */
    maximum(other: Operand): Tensor;
    maximum_(other: Operand): Tensor;
    /** The smaller element of the two; where they are equal the gradient goes to both in halves. */
    minimum(other: Operand): Tensor;
    minimum_(other: Operand): Tensor;
    /** The quotient rounded down. Not differentiable. */
    floor_divide(other: Operand): Tensor;
    floor_divide_(other: Operand): Tensor;
    /** What is left of the division, with the sign of the divisor, as Python's `%`. */
    remainder(other: Operand): Tensor;
    remainder_(other: Operand): Tensor;
    /** What is left of the division, with the sign of the dividend, as C's `fmod`. */
    fmod(other: Operand): Tensor;
    fmod_(other: Operand): Tensor;
  }
}

/** Integers have no infinity that a division by zero could give. */
function check_divisor(op: string, other: Operand, dtype: DType): void {
  if (dtype.is_floating_point) return;
  const zero = typeof other === 'number' ? other === 0 : other.count > 0 && read_item(all(other)) === 0;
  if (zero) fail_range(op, `integers cannot be divided by 0 (${dtype}); convert with float()`);
}

/** What the divisions with a rest share. */
const division = {
  check_other: check_divisor,
  errors: (): ErrorSample[] => [
    {
      args: [sample([3], { dtype: 'int64' }), sample([2, 1], { dtype: 'int64', values: [1, 0] })],
      message: /integers cannot be divided by 0/,
    },
    { args: [sample([3], { dtype: 'int32' }), 0], message: /integers cannot be divided by 0/ },
  ],
  range_b: [0.5, 2],
} as const;

const half_at_ties = (g: Tensor, mine: Operand, other: Operand, loses: typeof lt): Tensor =>
  where(loses(mine, other), 0, where(eq(mine, other), mul(g, 0.5), g));

/**
 * The larger element of the two, NaN if either is.
 * @example
 * ```ts
 * torch.maximum(torch.tensor([1, 5]), torch.tensor([3, 2])).tolist(); // [3, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.maximum.html
 */
export const maximum: (input: Operand, other: Operand) => Tensor = binary({
  name: 'maximum',
  bools: 'logical_or',
  reads: [
    ['a', 'b'],
    ['a', 'b'],
  ],
  gradient: [(g, a, b) => half_at_ties(g, a, b, lt), (g, a, b) => half_at_ties(g, b, a, lt)],
  reference: Math.max,
});

/**
 * The smaller element of the two, NaN if either is.
 * @example
 * ```ts
 * torch.minimum(torch.tensor([1, 5]), torch.tensor([3, 2])).tolist(); // [1, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.minimum.html
 */
export const minimum: (input: Operand, other: Operand) => Tensor = binary({
  name: 'minimum',
  bools: 'logical_and',
  reads: [
    ['a', 'b'],
    ['a', 'b'],
  ],
  gradient: [(g, a, b) => half_at_ties(g, a, b, gt), (g, a, b) => half_at_ties(g, b, a, gt)],
  reference: Math.min,
});

/**
 * The quotient rounded down. Not differentiable.
 * @example
 * ```ts
 * torch.floor_divide(torch.tensor([7, -7]), 2).tolist(); // [3, -4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.floor_divide.html
 */
export const floor_divide: (input: Operand, other: Operand) => Tensor = binary({
  name: 'floor_divide',
  ...division,
  kernel: 'div_floor',
  reference: (a, b) => Math.floor(a / b),
});

/**
 * What is left of the division, with the sign of the divisor, as Python's `%`.
 * @example
 * ```ts
 * torch.remainder(torch.tensor([7, -7]), 4).tolist(); // [3, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.remainder.html
 */
export const remainder: (input: Operand, other: Operand) => Tensor = binary({
  name: 'remainder',
  ...division,
  reads: [[], ['a', 'b']],
  gradient: [(g) => g, (g, a, b) => neg(mul(g, floor_divide(a, b)))],
  reference: (a, b) => a - Math.floor(a / b) * b,
});

/**
 * What is left of the division, with the sign of the dividend, as C's `fmod`.
 * @example
 * ```ts
 * torch.fmod(torch.tensor([7, -7]), 4).tolist(); // [3, -3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.fmod.html
 */
export const fmod: (input: Operand, other: Operand) => Tensor = binary({
  name: 'fmod',
  ...division,
  reads: [[], ['a', 'b']],
  gradient: [(g) => g, (g, a, b) => neg(mul(g, trunc(div(a, b))))],
  reference: (a, b) => a % b,
});
