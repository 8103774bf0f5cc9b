import type { Given } from '../arguments';
import { check_number, fail_range } from '../errors';
import { finfo } from '../tensor/limits';
import { check_floating, check_tensor, type Tensor } from '../tensor/tensor';
import { div, mul, sub } from './arithmetic';
import { by_name } from './by_name';
import { clamp } from './clamp';
import { eq, isnan } from './compare';
import { op, sample } from './define';
import { log, sin, trunc } from './pointwise';
import { where } from './where';

/** Functions of one number that are made of others. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** What follows the decimal point, with the number's sign. */
    frac(): Tensor;
    /** `log(x / (1 - x))`, x kept within [eps, 1 - eps] where eps is given. */
    logit(eps?: number | null | LogitOptions): Tensor;
    /** `sin(πx) / (πx)`, 1 at 0. */
    sinc(): Tensor;
    /** Degrees in radians. */
    deg2rad(): Tensor;
    /** Radians in degrees. */
    rad2deg(): Tensor;
    /** Numbers in the place of NaN and of the infinities. */
    nan_to_num(...given: Given<NanToNumOptions, [nan: 'nan', posinf: 'posinf', neginf: 'neginf']>): Tensor;
  }
}

/** The option of {@link logit}. */
export interface LogitOptions {
  /** How near x may come to 0 and 1. Default null: as near as it is. */
  eps?: number | null;
}

/** Options of {@link nan_to_num}. */
export interface NanToNumOptions {
  /** In the place of NaN. Default 0. */
  nan?: number | null;
  /** In the place of inf. Default the largest number of the dtype. */
  posinf?: number | null;
  /** In the place of -inf. Default the smallest number of the dtype. */
  neginf?: number | null;
}

/**
 * What follows the decimal point, with the number's sign.
 * @example
 * ```ts
 * torch.frac(torch.tensor([1.5, -2.25])).tolist(); // [0.5, -0.25]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.frac.html
 */
export const frac = op({
  name: 'frac',
  call: (input: Tensor): Tensor => sub(check_floating('frac', 'input', input), trunc(input)),
  samples: () => [{ args: [sample([7], { avoid: [-2, -1, 0, 1, 2] })] }],
});

/**
 * `log(x / (1 - x))`, the inverse of sigmoid; x is kept within [eps, 1 - eps] where eps is given.
 * @example
 * ```ts
 * torch.logit(torch.tensor([0.5, 0.75])).tolist(); // [0, 1.0986]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.logit.html
 */
export const logit = op({
  name: 'logit',
  call: by_name('logit', ['eps'], (input: Tensor, eps?: number | null): Tensor => {
    const x = check_floating('logit', 'input', input);
    if (eps === undefined || eps === null) return log(div(x, sub(1, x)));
    if (!(check_number('logit', 'eps', eps) >= 0 && eps <= 0.5))
      fail_range('logit', `expected eps to be between 0 and 0.5, got ${eps}`);
    const kept = clamp(x, eps, 1 - eps);
    return log(div(kept, sub(1, kept)));
  }),
  samples: () => [{ args: [sample([7], { range: [0.1, 0.9] })] }, { args: [sample([7], { range: [0.3, 0.7] }), 0.1] }],
  errors: () => [{ args: [sample([2]), -1], message: /expected eps to be between 0 and 0.5, got -1/ }],
});

/**
 * `sin(πx) / (πx)`, 1 at 0.
 * @example
 * ```ts
 * torch.sinc(torch.tensor([0, 0.5])).tolist(); // [1, 0.6366]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.sinc.html
 */
export const sinc = op({
  name: 'sinc',
  call: (input: Tensor): Tensor => {
    const zero = eq(check_tensor('sinc', 'input', input), 0);
    const angle = mul(where(zero, 0.5, input), Math.PI);
    return where(zero, 1, div(sin(angle), angle));
  },
  samples: () => [{ args: [sample([7], { avoid: [0] })] }],
});

/**
 * Degrees in radians.
 * @example
 * ```ts
 * torch.deg2rad(torch.tensor([0, 180])).tolist(); // [0, 3.1416]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.deg2rad.html
 */
export const deg2rad = op({
  name: 'deg2rad',
  call: (input: Tensor): Tensor => mul(check_tensor('deg2rad', 'input', input), Math.PI / 180),
  samples: () => [{ args: [sample([7])] }],
});

/**
 * Radians in degrees.
 * @example
 * ```ts
 * torch.rad2deg(torch.tensor([0, Math.PI])).tolist(); // [0, 180]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.rad2deg.html
 */
export const rad2deg = op({
  name: 'rad2deg',
  call: (input: Tensor): Tensor => mul(check_tensor('rad2deg', 'input', input), 180 / Math.PI),
  samples: () => [{ args: [sample([7])] }],
});

/**
 * Numbers in the place of NaN (0) and of the infinities (the largest and the smallest of the dtype).
 * @example
 * ```ts
 * torch.nan_to_num(torch.tensor([NaN, Infinity, 1]), { posinf: 9 }).tolist(); // [0, 9, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nan_to_num.html
 */
export const nan_to_num = op({
  name: 'nan_to_num',
  call: by_name(
    'nan_to_num',
    ['nan', 'posinf', 'neginf'],
    (input: Tensor, nan?: number | null, posinf?: number | null, neginf?: number | null): Tensor => {
      const x = check_tensor('nan_to_num', 'input', input);
      if (!x.dtype.is_floating_point) return x.clone();
      const { max, min } = finfo(x.dtype);
      const numbers = where(isnan(x), check_number('nan_to_num', 'nan', nan ?? 0), x);
      const below = where(eq(numbers, Infinity), check_number('nan_to_num', 'posinf', posinf ?? max), numbers);
      return where(eq(below, -Infinity), check_number('nan_to_num', 'neginf', neginf ?? min), below);
    },
  ),
  samples: () => [
    { args: [sample([7])] },
    { args: [sample([3], { values: [NaN, Infinity, 1] }), 2, 3], no_grad: true },
  ],
});
