import { check_integer } from '../errors';
import { check_tensor, type Tensor } from '../tensor/tensor';
import { add, div, mul, neg } from './arithmetic';
import { by_name } from './by_name';
import { zeros_like } from './create';
import { op } from './define';
import { unary, unary_record } from './unary';

/** Functions of one element. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** The absolute value; its gradient at 0 is 0. */
    abs(): Tensor;
    abs_(): Tensor;
    /** -1, 0 or 1; 0 for NaN. */
    sign(): Tensor;
    sign_(): Tensor;
    /** To the nearest whole number, halves to the even one. */
    round(options?: { decimals?: number }): Tensor;
    round_(options?: { decimals?: number }): Tensor;
    /** Rounded down to a whole number. */
    floor(): Tensor;
    floor_(): Tensor;
    /** Rounded up to a whole number. */
    ceil(): Tensor;
    ceil_(): Tensor;
    /** Cuts the fraction off. */
    trunc(): Tensor;
    trunc_(): Tensor;
    /** `eˣ`. */
    exp(): Tensor;
    exp_(): Tensor;
    /** `exp(x) - 1`, exact near 0. */
    expm1(): Tensor;
    expm1_(): Tensor;
    /** The natural logarithm: -inf at 0, NaN below. */
    log(): Tensor;
    log_(): Tensor;
    /** `log(1 + x)`, exact near 0. */
    log1p(): Tensor;
    log1p_(): Tensor;
    /** The logarithm to base 2: -inf at 0, NaN below. */
    log2(): Tensor;
    log2_(): Tensor;
    /** The logarithm to base 10: -inf at 0, NaN below. */
    log10(): Tensor;
    log10_(): Tensor;
    /** The sine of angles in radians. */
    sin(): Tensor;
    sin_(): Tensor;
    /** The cosine of angles in radians. */
    cos(): Tensor;
    cos_(): Tensor;
  }
}

type Pointwise = (input: Tensor) => Tensor;

/**
 * The absolute value; its gradient at 0 is 0.
 * @example
 * ```ts
 * torch.abs(torch.tensor([-1, 2])).tolist(); // [1, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.abs.html
 */
export const abs: Pointwise = unary({
  name: 'abs',
  integers: 'keep',
  gradient: (g, x) => mul(g, sign(x)),
  reference: Math.abs,
  avoid: [0],
});

/**
 * -1, 0 or 1; 0 for NaN. Its gradient is 0.
 * @example
 * ```ts
 * torch.sign(torch.tensor([-2, 0, 5])).tolist(); // [-1, 0, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.sign.html
 */
export const sign: Pointwise = unary({
  name: 'sign',
  integers: 'keep',
  saves: 'nothing',
  gradient: (g) => zeros_like(g),
  reference: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0),
  avoid: [0],
});

/** Whole numbers between which the step functions below jump. */
const STEPS = [-2, -1, 0, 1, 2];
const HALVES = [-1.5, -0.5, 0.5, 1.5];

function half_to_even(x: number): number {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

const step = (name: string, reference: (x: number) => number, avoid: readonly number[]): Pointwise =>
  unary({ name, integers: 'keep', saves: 'nothing', gradient: (g) => zeros_like(g), reference, avoid });

const whole = unary_record({
  name: 'round',
  integers: 'keep',
  saves: 'nothing',
  gradient: (g) => zeros_like(g),
  reference: half_to_even,
  avoid: HALVES,
});
const [to_whole, to_whole_inplace] = [whole.call, whole.inplace as unknown as Pointwise];

/** What {@link round} is. */
export type Round = (input: Tensor, options?: { decimals?: number }) => Tensor;

function power_of_ten(op: string, decimals = 0): number {
  return 10 ** check_integer(op, 'decimals', decimals, -30, 30);
}

/**
 * To the nearest whole number, halves to the even one; with `decimals` to so many places behind the point.
 * @example
 * ```ts
 * torch.round(torch.tensor([0.5, 1.5, 2.4])).tolist(); // [0, 2, 2]
 * torch.round(torch.tensor([1.234]), { decimals: 1 }).tolist(); // [1.2000]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.round.html
 */
export const round: Round = op({
  ...whole,
  call: by_name('round', ['decimals'], (input: Tensor, decimals?: number): Tensor => {
    check_tensor('round', 'input', input);
    const scale = power_of_ten('round', decimals);
    if (scale === 1 || !input.dtype.is_floating_point) return to_whole(input);
    return scale > 1 ? div(to_whole(mul(input, scale)), scale) : mul(to_whole(div(input, 1 / scale)), 1 / scale);
  }) as Round,
  inplace: by_name('round_', ['decimals'], (input: Tensor, decimals?: number): Tensor => {
    check_tensor('round_', 'input', input);
    const scale = power_of_ten('round_', decimals);
    if (scale === 1 || !input.dtype.is_floating_point) return to_whole_inplace(input);
    return scale > 1
      ? to_whole_inplace(input.mul_(scale)).div_(scale)
      : to_whole_inplace(input.div_(1 / scale)).mul_(1 / scale);
  }),
});

/**
 * Rounded down to a whole number. Its gradient is 0.
 * @example
 * ```ts
 * torch.floor(torch.tensor([-1.5, 1.2])).tolist(); // [-2, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.floor.html
 */
export const floor = step('floor', Math.floor, STEPS);

/**
 * Rounded up to a whole number. Its gradient is 0.
 * @example
 * ```ts
 * torch.ceil(torch.tensor([-1.5, 1.2])).tolist(); // [-1, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.ceil.html
 */
export const ceil = step('ceil', Math.ceil, STEPS);

/**
 * Rounded towards 0. Its gradient is 0.
 * @example
 * ```ts
 * torch.trunc(torch.tensor([-1.5, 1.2])).tolist(); // [-1, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.trunc.html
 */
export const trunc = step('trunc', Math.trunc, STEPS);

/**
 * `eˣ`. Integers give floats.
 * @example
 * ```ts
 * torch.exp(torch.tensor([0, 1])).tolist(); // [1, 2.7183]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.exp.html
 */
export const exp: Pointwise = unary({
  name: 'exp',
  saves: 'output',
  gradient: (g, _, y) => mul(g, y),
  reference: Math.exp,
});

/**
 * `exp(x) - 1`, exact near 0.
 * @example
 * ```ts
 * torch.expm1(torch.tensor([0, 1])).tolist(); // [0, 1.7183]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.expm1.html
 */
export const expm1: Pointwise = unary({
  name: 'expm1',
  saves: 'output',
  gradient: (g, _, y) => mul(g, add(y, 1)),
  reference: Math.expm1,
});

/**
 * The natural logarithm: -inf at 0, NaN below.
 * @example
 * ```ts
 * torch.log(torch.tensor([1, 10])).tolist(); // [0, 2.3026]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.log.html
 */
export const log: Pointwise = unary({
  name: 'log',
  gradient: (g, x) => div(g, x),
  reference: Math.log,
  range: [0.1, 4],
});

/**
 * `log(1 + x)`, exact near 0.
 * @example
 * ```ts
 * torch.log1p(torch.tensor([0, 9])).tolist(); // [0, 2.3026]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.log1p.html
 */
export const log1p: Pointwise = unary({
  name: 'log1p',
  gradient: (g, x) => div(g, add(x, 1)),
  reference: Math.log1p,
  range: [-0.8, 3],
});

/**
 * The logarithm to base 2: -inf at 0, NaN below. Integers give floats.
 * @example
 * ```ts
 * torch.log2(torch.tensor([1, 8])).tolist(); // [0, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.log2.html
 */
export const log2: Pointwise = unary({
  name: 'log2',
  gradient: (g, x) => div(g, mul(x, Math.LN2)),
  reference: Math.log2,
  range: [0.1, 4],
});

/**
 * The logarithm to base 10: -inf at 0, NaN below. Integers give floats.
 * @example
 * ```ts
 * torch.log10(torch.tensor([1, 100])).tolist(); // [0, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.log10.html
 */
export const log10: Pointwise = unary({
  name: 'log10',
  gradient: (g, x) => div(g, mul(x, Math.LN10)),
  reference: Math.log10,
  range: [0.1, 4],
});

/**
 * The sine of angles in radians. Integers give floats.
 * @example
 * ```ts
 * torch.sin(torch.tensor([0, 1])).tolist(); // [0, 0.8415]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.sin.html
 */
export const sin: Pointwise = unary({
  name: 'sin',
  gradient: (g, x) => mul(g, cos(x)),
  reference: Math.sin,
  range: [-7, 7],
});

/**
 * The cosine of angles in radians. Integers give floats.
 * @example
 * ```ts
 * torch.cos(torch.tensor([0, 1])).tolist(); // [1, 0.5403]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.cos.html
 */
export const cos: Pointwise = unary({
  name: 'cos',
  gradient: (g, x) => neg(mul(g, sin(x))),
  reference: Math.cos,
  range: [-7, 7],
});
