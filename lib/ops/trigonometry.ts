import type { Tensor } from '../tensor/tensor';
import { add, div, mul, neg, sub } from './arithmetic';
import { exp } from './pointwise';
import { reciprocal, rsqrt, square } from './power';
import { unary } from './unary';

/** Angles, hyperbolas and their inverses; powers of 2, and the tail of the error function. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** The tangent of angles in radians. */
    tan(): Tensor;
    tan_(): Tensor;
    /** The angle in [-π/2, π/2] of a sine; NaN outside [-1, 1]. */
    asin(): Tensor;
    asin_(): Tensor;
    /** The angle in [0, π] of a cosine; NaN outside [-1, 1]. */
    acos(): Tensor;
    acos_(): Tensor;
    /** The angle in [-π/2, π/2] of a tangent. */
    atan(): Tensor;
    atan_(): Tensor;
    /** The hyperbolic sine. */
    sinh(): Tensor;
    sinh_(): Tensor;
    /** The hyperbolic cosine. */
    cosh(): Tensor;
    cosh_(): Tensor;
    /** The inverse hyperbolic sine. */
    asinh(): Tensor;
    asinh_(): Tensor;
    /** The inverse hyperbolic cosine; NaN below 1. */
    acosh(): Tensor;
    acosh_(): Tensor;
    /** The inverse hyperbolic tangent; infinite at ±1, NaN outside. */
    atanh(): Tensor;
    atanh_(): Tensor;
    /** `2 ** x`. */
    exp2(): Tensor;
    exp2_(): Tensor;
    /** `1 - erf(x)`, exact where that would cancel. */
    erfc(): Tensor;
    erfc_(): Tensor;
  }
}

type Pointwise = (input: Tensor) => Tensor;

/**
 * The tangent of angles in radians. Integers give floats.
 * @example
 * ```ts
 * torch.tan(torch.tensor([0, 1])).tolist(); // [0, 1.5574]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.tan.html
 */
export const tan: Pointwise = unary({
  name: 'tan',
  saves: 'output',
  gradient: (g, y) => mul(g, add(square(y), 1)),
  reference: Math.tan,
  range: [-1.3, 1.3],
});

/**
 * The angle in [-π/2, π/2] of a sine; NaN outside [-1, 1]. Integers give floats.
 * @example
 * ```ts
 * torch.asin(torch.tensor([0, 1])).tolist(); // [0, 1.5708]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.asin.html
 */
export const asin: Pointwise = unary({
  name: 'asin',
  gradient: (g, x) => mul(g, rsqrt(sub(1, square(x)))),
  reference: Math.asin,
  range: [-0.9, 0.9],
});

/**
 * The angle in [0, π] of a cosine; NaN outside [-1, 1]. Integers give floats.
 * @example
 * ```ts
 * torch.acos(torch.tensor([1, 0])).tolist(); // [0, 1.5708]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.acos.html
 */
export const acos: Pointwise = unary({
  name: 'acos',
  gradient: (g, x) => neg(mul(g, rsqrt(sub(1, square(x))))),
  reference: Math.acos,
  range: [-0.9, 0.9],
});

/**
 * The angle in [-π/2, π/2] of a tangent. Integers give floats.
 * @example
 * ```ts
 * torch.atan(torch.tensor([0, 1])).tolist(); // [0, 0.7854]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.atan.html
 */
export const atan: Pointwise = unary({
  name: 'atan',
  gradient: (g, x) => div(g, add(square(x), 1)),
  reference: Math.atan,
});

/**
 * The hyperbolic sine. Integers give floats.
 * @example
 * ```ts
 * torch.sinh(torch.tensor([0, 1])).tolist(); // [0, 1.1752]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.sinh.html
 */
export const sinh: Pointwise = unary({
  name: 'sinh',
  gradient: (g, x) => mul(g, cosh(x)),
  reference: Math.sinh,
});

/**
 * The hyperbolic cosine. Integers give floats.
 * @example
 * ```ts
 * torch.cosh(torch.tensor([0, 1])).tolist(); // [1, 1.5431]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.cosh.html
 */
export const cosh: Pointwise = unary({
  name: 'cosh',
  gradient: (g, x) => mul(g, sinh(x)),
  reference: Math.cosh,
});

/**
 * The inverse hyperbolic sine. Integers give floats.
 * @example
 * ```ts
 * torch.asinh(torch.tensor([0, 1])).tolist(); // [0, 0.8814]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.asinh.html
 */
export const asinh: Pointwise = unary({
  name: 'asinh',
  gradient: (g, x) => mul(g, rsqrt(add(square(x), 1))),
  reference: Math.asinh,
});

/**
 * The inverse hyperbolic cosine; NaN below 1. Integers give floats.
 * @example
 * ```ts
 * torch.acosh(torch.tensor([1, 2])).tolist(); // [0, 1.317]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.acosh.html
 */
export const acosh: Pointwise = unary({
  name: 'acosh',
  gradient: (g, x) => mul(g, rsqrt(sub(square(x), 1))),
  reference: Math.acosh,
  range: [1.2, 4],
});

/**
 * The inverse hyperbolic tangent; infinite at ±1, NaN outside. Integers give floats.
 * @example
 * ```ts
 * torch.atanh(torch.tensor([0, 0.5])).tolist(); // [0, 0.5493]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.atanh.html
 */
export const atanh: Pointwise = unary({
  name: 'atanh',
  gradient: (g, x) => mul(g, reciprocal(sub(1, square(x)))),
  reference: Math.atanh,
  range: [-0.9, 0.9],
});

/**
 * `2 ** x`.
 * @example
 * ```ts
 * torch.exp2(torch.tensor([0, 3])).tolist(); // [1, 8]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.exp2.html
 */
export const exp2: Pointwise = unary({
  name: 'exp2',
  saves: 'output',
  gradient: (g, y) => mul(mul(g, y), Math.LN2),
  reference: (x) => 2 ** x,
});

/**
 * `1 - erf(x)`, exact where that would cancel.
 * @example
 * ```ts
 * torch.erfc(torch.tensor([0, 1])).tolist(); // [1, 0.1573]
 * ```
 * @see https://pytorch.org/docs/stable/special.html#torch.special.erfc
 */
export const erfc: Pointwise = unary({
  name: 'erfc',
  gradient: (g, x) => mul(mul(g, exp(neg(square(x)))), -2 / Math.sqrt(Math.PI)),
  reference: erfc_of,
});

/** By the continued fraction for x above 2, by the series of erf below. */
function erfc_of(x: number): number {
  if (x < 0) return 2 - erfc_of(-x);
  if (x > 2) {
    let fraction = 0;
    for (let k = 60; k >= 1; k--) fraction = k / 2 / (x + fraction);
    return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
  }
  let [term, sum] = [x, x];
  for (let n = 1; n < 80; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
