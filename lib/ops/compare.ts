import { type Given, positional } from '../arguments';
import { no_grad } from '../autograd/mode';
import { check_boolean, check_number } from '../errors';
import { kernel } from '../native/kernel';
import { bool } from '../tensor/dtype';
import { same_shape } from '../tensor/shape';
import { allocate, check_tensor, type Tensor } from '../tensor/tensor';
import { add, mul, sub } from './arithmetic';
import { binary } from './binary';
import { read_item } from './create';
import { add_method, op, type Reference } from './define';
import type { Operand } from './operand';
import { abs } from './pointwise';
import {
  type Dims,
  judge_reduction,
  launch,
  type ReductionArguments,
  reduce_reference,
  reduced_shape,
  reduction_samples,
} from './reduction';
import { unary } from './unary';

/** Comparisons, tests and logic. Results are bool tensors without gradients. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** `input == other`. */
    eq(other: Operand): Tensor;
    /** `input != other`. */
    ne(other: Operand): Tensor;
    /** `input < other`. */
    lt(other: Operand): Tensor;
    /** `input <= other`. */
    le(other: Operand): Tensor;
    /** `input > other`. */
    gt(other: Operand): Tensor;
    /** `input >= other`. */
    ge(other: Operand): Tensor;
    /** Which elements are NaN, as bool. */
    isnan(): Tensor;
    /** Which elements are infinite, as bool. */
    isinf(): Tensor;
    /** Which elements are neither infinite nor NaN, as bool. */
    isfinite(): Tensor;
    /** Are both nonzero? */
    logical_and(other: Operand): Tensor;
    /** Is either nonzero? */
    logical_or(other: Operand): Tensor;
    /** Is just one of the two nonzero? */
    logical_xor(other: Operand): Tensor;
    /** Which elements are zero, as bool. */
    logical_not(): Tensor;
    /** Is any element nonzero? Over all dimensions or those named. */
    any(...given: ReductionArguments): Tensor;
    /** Are all elements nonzero? Over all dimensions or those named. */
    all(...given: ReductionArguments): Tensor;
    /** The same shape, dtype and elements? A boolean, not a tensor. */
    equal(other: Tensor): boolean;
    /** Elementwise `|input - other| <= atol + rtol * |other|`. */
    isclose(other: Tensor, ...given: CloseArguments): Tensor;
    /** Are all elements close? A boolean, not a tensor. */
    allclose(other: Tensor, ...given: CloseArguments): boolean;
  }
}

type Comparison = (input: Operand, other: Operand) => Tensor;

const comparison = (name: string, reference: (a: number, b: number) => boolean): Comparison =>
  binary({
    name,
    result: bool,
    reference: (a, b) => Number(reference(a, b)),
    samples: () => [
      {
        args: [
          { shape: [9], values: [0, 1, 2, 3, 4, 5, 6, 7, 8] },
          { shape: [9], values: [8, 1, 2, 0, 4, 9, 9, 7, 0] },
        ],
      },
    ],
  });

/**
 * `input == other`.
 * @example
 * ```ts
 * torch.eq(torch.tensor([1, 2]), torch.tensor([1, 3])).tolist(); // [true, false]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.eq.html
 */
export const eq = comparison('eq', (a, b) => a === b);
/**
 * `input != other`.
 * @example
 * ```ts
 * torch.ne(torch.tensor([1, 2]), 1).tolist(); // [false, true]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.ne.html
 */
export const ne = comparison('ne', (a, b) => a !== b);
/**
 * `input < other`.
 * @example
 * ```ts
 * torch.lt(torch.tensor([1, 2, 3]), 2).tolist(); // [true, false, false]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.lt.html
 */
export const lt = comparison('lt', (a, b) => a < b);
/**
 * `input <= other`.
 * @example
 * ```ts
 * torch.le(torch.tensor([1, 2, 3]), 2).tolist(); // [true, true, false]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.le.html
 */
export const le = comparison('le', (a, b) => a <= b);
/**
 * `input > other`.
 * @example
 * ```ts
 * torch.gt(torch.tensor([1, 2, 3]), 2).tolist(); // [false, false, true]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.gt.html
 */
export const gt = comparison('gt', (a, b) => a > b);
/**
 * `input >= other`.
 * @example
 * ```ts
 * torch.ge(torch.tensor([1, 2, 3]), 2).tolist(); // [false, true, true]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.ge.html
 */
export const ge = comparison('ge', (a, b) => a >= b);
/**
 * Are both nonzero? As bool; NaN counts as nonzero.
 * @example
 * ```ts
 * torch.logical_and(torch.tensor([1, 1, 0]), torch.tensor([2, 0, 0])).tolist(); // [true, false, false]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.logical_and.html
 */
export const logical_and = comparison('logical_and', (a, b) => a !== 0 && b !== 0);
/**
 * Is either nonzero? As bool; NaN counts as nonzero.
 * @example
 * ```ts
 * torch.logical_or(torch.tensor([1, 1, 0]), torch.tensor([2, 0, 0])).tolist(); // [true, true, false]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.logical_or.html
 */
export const logical_or = comparison('logical_or', (a, b) => a !== 0 || b !== 0);
/**
 * Is just one of the two nonzero? As bool; NaN counts as nonzero.
 * @example
 * ```ts
 * torch.logical_xor(torch.tensor([1, 1, 0]), torch.tensor([2, 0, 0])).tolist(); // [false, true, false]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.logical_xor.html
 */
export const logical_xor = comparison('logical_xor', (a, b) => (a !== 0) !== (b !== 0));

const test = (name: string, reference: (x: number) => boolean): ((input: Tensor) => Tensor) =>
  unary({
    name,
    integers: 'keep',
    result: bool,
    reference: (x) => Number(reference(x)),
    samples: () => [
      { args: [{ shape: [5], values: [0, 1, Number.NaN, Infinity, -Infinity] }] },
      { args: [{ shape: [9], dtype: 'int64' }] },
    ],
  });

/**
 * Which elements are NaN, as bool.
 * @example
 * ```ts
 * torch.isnan(torch.tensor([1, Infinity, NaN])).tolist(); // [false, false, true]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.isnan.html
 */
export const isnan = test('isnan', Number.isNaN);
/**
 * Which elements are infinite, as bool.
 * @example
 * ```ts
 * torch.isinf(torch.tensor([1, -Infinity, NaN])).tolist(); // [false, true, false]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.isinf.html
 */
export const isinf = test('isinf', (x) => Math.abs(x) === Infinity);
/**
 * Which elements are neither infinite nor NaN, as bool.
 * @example
 * ```ts
 * torch.isfinite(torch.tensor([1, Infinity, NaN])).tolist(); // [true, false, false]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.isfinite.html
 */
export const isfinite = test('isfinite', Number.isFinite);
/**
 * Which elements are zero, as bool.
 * @example
 * ```ts
 * torch.logical_not(torch.tensor([0, 2])).tolist(); // [true, false]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.logical_not.html
 */
export const logical_not = test('logical_not', (x) => x === 0);

type Quantifier = (input: Tensor, ...given: ReductionArguments) => Tensor;

function quantifier(name: 'any' | 'all', reference: (values: number[]) => boolean): Quantifier {
  const run = kernel(name);
  const judge = (shape: readonly number[], given: readonly unknown[]) => {
    const { dim, keepdim } = positional(name, given, { dim: null as Dims, keepdim: false });
    return judge_reduction(name, shape, dim, keepdim);
  };
  return op({
    name,
    call: (input: Tensor, ...given: readonly unknown[]): Tensor => {
      check_tensor(name, 'input', input);
      const { dims, keepdim } = judge(input.shape, given);
      const out = allocate(reduced_shape(input.shape, dims, keepdim), bool);
      launch(run, input, dims, [out]);
      return out;
    },
    differentiable: false,
    reference: (x: Reference, ...given: readonly unknown[]) => {
      const { dims, keepdim } = judge(x.shape, given);
      return reduce_reference(x, dims, keepdim, (values) => Number(reference(values)));
    },
    samples: () => [
      ...reduction_samples(),
      { args: [{ shape: [3, 4], dtype: 'bool' }, 0] },
      { args: [{ shape: [3, 2], values: [0, 0, 0, 1, 1, 1] }, 1] },
    ],
  }) as Quantifier;
}

/**
 * Is any element nonzero? Over all dimensions or those named; false where there are none.
 * @example
 * ```ts
 * torch.any(torch.tensor([[0, 0], [0, 2]]), 1).tolist(); // [false, true]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.any.html
 */
export const any = quantifier('any', (values) => values.some((x) => x !== 0));
/**
 * Are all elements nonzero? Over all dimensions or those named; true where there are none.
 * @example
 * ```ts
 * torch.all(torch.tensor([[true, false], [true, true]]), 1).tolist(); // [false, true]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.all.html
 */
export const all = quantifier('all', (values) => values.every((x) => x !== 0));

/**
 * The same shape, dtype and elements? NaN equals nothing.
 * @example
 * ```ts
 * torch.equal(torch.tensor([1, 2]), torch.tensor([1, 2])); // true
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.equal.html
 */
export function equal(input: Tensor, other: Tensor): boolean {
  check_tensor('equal', 'input', input);
  check_tensor('equal', 'other', other);
  return input.dtype === other.dtype && same_shape(input.shape, other.shape) && read_item(all(eq(input, other))) !== 0;
}

/** Options of {@link isclose} and {@link allclose}. */
export interface CloseOptions {
  /** Relative to `other`. Default 1e-5. */
  rtol?: number;
  /** Default 1e-8. */
  atol?: number;
  /** Default false. */
  equal_nan?: boolean;
}

type CloseArguments = Given<CloseOptions, [rtol: 'rtol', atol: 'atol', equal_nan: 'equal_nan']>;

/**
 * Elementwise `|input - other| <= atol + rtol * |other|`.
 * @example
 * ```ts
 * torch.isclose(torch.tensor([1, 1]), torch.tensor([1.000001, 1.1])).tolist(); // [true, false]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.isclose.html
 */
export function isclose(input: Tensor, other: Tensor, ...given: CloseArguments): Tensor {
  check_tensor('isclose', 'input', input);
  check_tensor('isclose', 'other', other);
  const { rtol, atol, equal_nan } = positional('isclose', given, { rtol: 1e-5, atol: 1e-8, equal_nan: false });
  check_number('isclose', 'rtol', rtol);
  check_number('isclose', 'atol', atol);
  check_boolean('isclose', 'equal_nan', equal_nan);
  return no_grad(() => {
    const distance = abs(sub(input, other));
    let close = logical_or(
      eq(input, other),
      logical_and(isfinite(distance), le(distance, add(mul(abs(other), rtol), atol))),
    );
    if (equal_nan) close = logical_or(close, logical_and(isnan(input), isnan(other)));
    return close;
  });
}

/**
 * Are all elements close?
 * @example
 * ```ts
 * torch.allclose(torch.tensor([1]), torch.tensor([1.000001])); // true
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.allclose.html
 */
export function allclose(input: Tensor, other: Tensor, ...given: CloseArguments): boolean {
  return read_item(all(isclose(input, other, ...given))) !== 0;
}

add_method('equal', equal as never);
add_method('isclose', isclose as never);
add_method('allclose', allclose as never);
