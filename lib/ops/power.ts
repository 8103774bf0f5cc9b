import { fail_range } from '../errors';
import { type MapKernel, map_kernel } from '../native/map';
import type { Tensor } from '../tensor/tensor';
import { div, mul, neg, sub } from './arithmetic';
import { binary } from './binary';
import { eq, ge, logical_and } from './compare';
import { zeros_like } from './create';
import type { Operand } from './operand';
import { log } from './pointwise';
import { unary } from './unary';
import { where } from './where';

/** Powers and roots. */

declare module '../tensor/tensor' {
  interface Tensor {
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
    /** Each element to the power of a number or of the other tensor's element. */
    pow(exponent: Operand): Tensor;
    pow_(exponent: Operand): Tensor;
  }
}

type Pointwise = (input: Tensor) => Tensor;

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
