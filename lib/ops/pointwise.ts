import { fail_range } from '../errors';
import { type MapKernel, map_kernel } from '../native/map';
import type { Tensor } from '../tensor/tensor';
import { add, div, mul, neg, sub } from './arithmetic';
import { binary } from './binary';
import { eq, ge, gt, logical_and, lt } from './compare';
import { zeros_like } from './create';
import type { Operand } from './operand';
import { unary } from './unary';
import { where } from './where';

/** Functions of one element, and of two. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** The absolute value; its gradient at 0 is 0. */
    abs(): Tensor;
    abs_(): Tensor;
    /** -1, 0 or 1; 0 for NaN. */
    sign(): Tensor;
    sign_(): Tensor;
    /** To the nearest whole number, halves to the even one. */
    round(): Tensor;
    round_(): Tensor;
    /** Rounded down to a whole number. */
    floor(): Tensor;
    floor_(): Tensor;
    /** Rounded up to a whole number. */
    ceil(): Tensor;
    ceil_(): Tensor;
    /** Cuts the fraction off. */
    trunc(): Tensor;
    trunc_(): Tensor;
    /** `x · x`. */
    square(): Tensor;
    square_(): Tensor;
    /** The square root; NaN below 0. */
    sqrt(): Tensor;
    sqrt_(): Tensor;
    /** `1 / sqrt(x)`. */
    rsqrt(): Tensor;
    rsqrt_(): Tensor;
    /** `1 / x`. */
    reciprocal(): Tensor;
    reciprocal_(): Tensor;
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
    /** Each element to the power of a number or of the other tensor's element. */
    pow(exponent: Operand): Tensor;
    pow_(exponent: Operand): Tensor;
    /** The larger element of the two; where they are equal the gradient goes to both in halves. */
    maximum(other: Operand): Tensor;
    maximum_(other: Operand): Tensor;
    /** The smaller element of the two; where they are equal the gradient goes to both in halves. */
    minimum(other: Operand): Tensor;
    minimum_(other: Operand): Tensor;
    /** What is left of the division, with the sign of the divisor, as Python's `%`. */
    remainder(other: Operand): Tensor;
    remainder_(other: Operand): Tensor;
    /** What is left of the division, with the sign of the dividend, as C's `fmod`. */
    fmod(other: Operand): Tensor;
    fmod_(other: Operand): Tensor;
    /** The quotient rounded down. Not differentiable. */
    floor_divide(other: Operand): Tensor;
    floor_divide_(other: Operand): Tensor;
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

/**
 * To the nearest whole number, halves to the even one.
 * @example
 * ```ts
 * torch.round(torch.tensor([0.5, 1.5, 2.4])).tolist(); // [0, 2, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.round.html
 */
export const round = step('round', half_to_even, HALVES);
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
 * `x · x`.
 * @example
 * ```ts
 * torch.square(torch.tensor([2, -3])).tolist(); // [4, 9]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.square.html
 */
export const square: Pointwise = unary({
  name: 'square',
  integers: 'keep',
  gradient: (g, x) => mul(g, mul(x, 2)),
  reference: (x) => x * x,
});

/**
 * The square root; NaN below 0. The gradient at 0 is infinite.
 * @example
 * ```ts
 * torch.sqrt(torch.tensor([4, 9])).tolist(); // [2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.sqrt.html
 */
export const sqrt: Pointwise = unary({
  name: 'sqrt',
  saves: 'output',
  gradient: (g, _, y) => div(g, mul(y, 2)),
  reference: Math.sqrt,
  range: [0.1, 4],
});

/**
 * `1 / sqrt(x)`.
 * @example
 * ```ts
 * torch.rsqrt(torch.tensor([4, 16])).tolist(); // [0.5, 0.25]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.rsqrt.html
 */
export const rsqrt: Pointwise = unary({
  name: 'rsqrt',
  saves: 'output',
  gradient: (g, _, y) => mul(mul(g, -0.5), pow(y, 3)),
  reference: (x) => 1 / Math.sqrt(x),
  range: [0.2, 4],
});

/**
 * `1 / x`.
 * @example
 * ```ts
 * torch.reciprocal(torch.tensor([2, 4])).tolist(); // [0.5, 0.25]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.reciprocal.html
 */
export const reciprocal: Pointwise = unary({
  name: 'reciprocal',
  saves: 'output',
  gradient: (g, _, y) => mul(neg(g), mul(y, y)),
  reference: (x) => 1 / x,
  range: [0.3, 2],
});

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

const pow_kernel = map_kernel('pow');
/** Exponents for which PyTorch, too, takes a shorter and more exact way. */
const short_powers = new Map<number, MapKernel>([
  [2, map_kernel('square')],
  [3, map_kernel('cube')],
  [0.5, map_kernel('sqrt')],
  [-0.5, map_kernel('rsqrt')],
  [-1, map_kernel('reciprocal')],
  [-2, map_kernel('inverse_square')],
]);

const run_pow: MapKernel = (dtype, out, inputs) => {
  const [base, exponent] = inputs;
  if (typeof exponent === 'number') {
    if (!dtype.is_floating_point && exponent < 0)
      fail_range('pow', `integers cannot be raised to the negative power ${exponent}; convert with float()`);
    const short = short_powers.get(exponent);
    if (short !== undefined) return short(dtype, out, [base]);
  }
  pow_kernel(dtype, out, inputs);
};

/**
 * Each element to the power of a number or of the other tensor's element; a number may also be the base.
 * @example
 * ```ts
 * torch.pow(torch.tensor([1, 2, 3]), 2).tolist(); // [1, 4, 9]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.pow.html
 */
export const pow: (input: Operand, exponent: Operand) => Tensor = binary({
  name: 'pow',
  kernel: run_pow,
  reads: [
    ['a', 'b'],
    ['a', 'b', 'out'],
  ],
  gradient: [pow_base_gradient, pow_exponent_gradient],
  reference: (a, b) => a ** b,
  range: [0.3, 2],
  samples: () =>
    [-2, -1, -0.5, 0, 0.5, 1, 2, 3].map((exponent) => ({ args: [{ shape: [7], range: [0.3, 2] as const }, exponent] })),
});

/** 0 for exponent 0, at base 0 too. */
function pow_base_gradient(g: Tensor, base: Operand, exponent: Operand): Tensor {
  if (typeof exponent === 'number')
    return exponent === 0 ? zeros_like(g) : mul(g, mul(pow(base, exponent - 1), exponent));
  return where(eq(exponent, 0), 0, mul(g, mul(exponent, pow(base, sub(exponent, 1)))));
}

/** 0 at base 0 for exponents from 0 up, where the formula says 0 · -inf. */
function pow_exponent_gradient(g: Tensor, base: Operand, exponent: Operand, out: Tensor): Tensor {
  if (typeof base !== 'number') return mul(g, where(logical_and(eq(base, 0), ge(exponent, 0)), 0, mul(out, log(base))));
  const slope = mul(out, Math.log(base));
  return mul(g, base === 0 ? where(ge(exponent, 0), 0, slope) : slope);
}

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
  kernel: 'div_floor',
  reference: (a, b) => Math.floor(a / b),
  range_b: [0.5, 2],
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
  reads: [[], ['a', 'b']],
  gradient: [(g) => g, (g, a, b) => neg(mul(g, floor_divide(a, b)))],
  reference: (a, b) => a - Math.floor(a / b) * b,
  range_b: [0.5, 2],
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
  reads: [[], ['a', 'b']],
  gradient: [(g) => g, (g, a, b) => neg(mul(g, trunc(div(a, b))))],
  reference: (a, b) => a % b,
  range_b: [0.5, 2],
});
