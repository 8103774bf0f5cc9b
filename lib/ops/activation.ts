import type { Given } from '../arguments';
import { fail, fail_range } from '../errors';
import type { Tensor } from '../tensor/tensor';
import { activation, type InplaceOption, in_place } from './activation_family';
import { mul } from './arithmetic';
import { clamp_max } from './clamp';
import { gt, le, logical_and, lt } from './compare';
import { exp } from './pointwise';
import { where } from './where';

/** Activations made of pieces: rectifiers, bounds, exponential units. The leaky rectifier has a file of its own. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** `max(x, 0)`; NaN stays NaN. */
    relu(): Tensor;
    relu_(): Tensor;
    /** `min(max(x, 0), 6)`. */
    relu6(inplace?: boolean | InplaceOption): Tensor;
    relu6_(): Tensor;
    /** x within bounds, by default -1 and 1. */
    hardtanh(min_val?: number | HardtanhOptions, max_val?: number, inplace?: boolean): Tensor;
    hardtanh_(min_val?: number | HardtanhOptions, max_val?: number): Tensor;
    /** x above `threshold`, else `value`. */
    threshold(threshold: number | ThresholdOptions, value?: number, inplace?: boolean): Tensor;
    threshold_(threshold: number | ThresholdOptions, value?: number): Tensor;
    /** `x > 0 ? x : alpha * (exp(x) - 1)`. */
    elu(alpha?: number | EluOptions, inplace?: boolean): Tensor;
    elu_(alpha?: number | Omit<EluOptions, 'inplace'>): Tensor;
    /** `x > 0 ? x : alpha * (exp(x / alpha) - 1)`. */
    celu(alpha?: number | EluOptions, inplace?: boolean): Tensor;
    celu_(alpha?: number | Omit<EluOptions, 'inplace'>): Tensor;
    /** {@link elu} with the constants that keep mean 0 and variance 1. */
    selu(inplace?: boolean | InplaceOption): Tensor;
    selu_(): Tensor;
  }
}

type WithInplace = (input: Tensor, ...given: Given<InplaceOption, [inplace: 'inplace']>) => Tensor;
type InPlace = (input: Tensor) => Tensor;

/**
 * `max(x, 0)`, with gradient 0 at 0.
 * @example
 * ```ts
 * torch.nn.functional.relu(torch.tensor([-1, 2])).tolist(); // [0, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.relu.html
 */
export const relu: WithInplace = activation({
  name: 'relu',
  integers: 'keep',
  saves: 'output',
  backward_kernel: 'relu_backward',
  gradient: (g, y) => where(le(y, 0), 0, g),
  reference: (x) => (x < 0 ? 0 : x),
  avoid: [0],
  samples: () => [{ args: [{ shape: [9], dtype: 'int32', range: [-9, 9] }] }],
});
/** {@link relu} in place. */
export const relu_: InPlace = in_place(relu);

/** The gradient of bounds: from the output, which lies on a bound exactly where the input is not within. */
const within = (g: Tensor, y: Tensor, low: number, high: number): Tensor =>
  where(logical_and(gt(y, low), lt(y, high)), g, 0);

/**
 * `min(max(x, 0), 6)`.
 * @example
 * ```ts
 * torch.nn.functional.relu6(torch.tensor([-1, 2, 8])).tolist(); // [0, 2, 6]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.relu6.html
 */
export const relu6: WithInplace = activation({
  name: 'relu6',
  integers: 'keep',
  kernel: 'hardtanh',
  kernel_parameters: () => [0, 6],
  saves: 'output',
  backward_kernel: 'hardtanh_backward',
  gradient: (g, y) => within(g, y, 0, 6),
  reference: (x) => Math.min(Math.max(x, 0), 6),
  range: [-2, 8],
  avoid: [0, 6],
});

/** Options of {@link hardtanh}. */
export interface HardtanhOptions extends InplaceOption {
  /** Default -1. */
  min_val?: number;
  /** Default 1. */
  max_val?: number;
}

/**
 * Elements within `min_val` and `max_val`.
 * @example
 * ```ts
 * torch.nn.functional.hardtanh(torch.tensor([-3, 0.5, 3])).tolist(); // [-1, 0.5, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hardtanh.html
 */
export const hardtanh: (
  input: Tensor,
  ...given: Given<HardtanhOptions, [min_val: 'min_val', max_val: 'max_val', inplace: 'inplace']>
) => Tensor = activation<never, [number, number]>({
  name: 'hardtanh',
  integers: 'keep',
  parameters: [
    ['min_val', -1],
    ['max_val', 1],
  ],
  check: (low, high) => {
    if (low > high) fail_range('hardtanh', `expected min_val <= max_val, got min_val ${low} and max_val ${high}`);
  },
  saves: 'output',
  backward_kernel: 'hardtanh_backward',
  gradient: (g, y, _, low, high) => within(g, y, low, high),
  reference: (x, low, high) => Math.min(Math.max(x, low), high),
  avoid: [-1, 1, -0.5, 0.25],
  sample_parameters: [[-0.5, 0.25]],
  errors: () => [{ args: [{ shape: [2] }, 2, 1], message: /expected min_val <= max_val, got min_val 2 and max_val 1/ }],
});
/** {@link hardtanh} in place. */
export const hardtanh_: (
  input: Tensor,
  ...given: Given<Omit<HardtanhOptions, 'inplace'>, [min_val: 'min_val', max_val: 'max_val']>
) => Tensor = in_place(hardtanh);

/** Options of {@link threshold}. */
export interface ThresholdOptions extends InplaceOption {
  /** Elements above it stay. */
  threshold: number;
  /** What the others become. */
  value: number;
}

/**
 * `x > threshold ? x : value`; NaN stays NaN.
 * @example
 * ```ts
 * torch.nn.functional.threshold(torch.tensor([0.5, 2]), 1, -7).tolist(); // [-7, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.threshold.html
 */
export const threshold: (
  input: Tensor,
  ...given: Given<ThresholdOptions, [threshold: 'threshold', value: 'value', inplace: 'inplace']>
) => Tensor = activation<never, [number, number]>({
  name: 'threshold',
  integers: 'keep',
  parameters: [
    ['threshold', undefined],
    ['value', undefined],
  ],
  standard: [0.1, 20],
  backward_kernel: 'threshold_backward',
  backward_parameters: (limit) => [limit],
  gradient: (g, x, _, limit) => where(le(x, limit), 0, g),
  reference: (x, limit, value) => (x <= limit ? value : x),
  avoid: [0.1, -1],
  sample_parameters: [[-1, -7]],
  errors: () => [
    { args: [{ shape: [2] }], message: /expected threshold to be a number, got undefined/ },
    { args: [{ shape: [2] }, 1], message: /expected value to be a number, got undefined/ },
  ],
});
/** {@link threshold} in place. */
export const threshold_: (
  input: Tensor,
  ...given: Given<Omit<ThresholdOptions, 'inplace'>, [threshold: 'threshold', value: 'value']>
) => Tensor = in_place(threshold);

/** Options of {@link elu} and {@link celu}. */
export interface EluOptions extends InplaceOption {
  /** Default 1. */
  alpha?: number;
}

type Elu = (input: Tensor, ...given: Given<EluOptions, [alpha: 'alpha', inplace: 'inplace']>) => Tensor;
type EluInPlace = (input: Tensor, ...given: Given<Omit<EluOptions, 'inplace'>, [alpha: 'alpha']>) => Tensor;

/** Of `x > 0 ? scale x : scale alpha (exp(input_scale x) - 1)`. The exponent is bounded, for `where` multiplies what it drops by 0. */
function elu_gradient(g: Tensor, x: Tensor, alpha: number, scale = 1, input_scale = 1): Tensor {
  const slope = mul(exp(mul(clamp_max(x, 0), input_scale)), input_scale * alpha * scale);
  return where(gt(x, 0), mul(g, scale), mul(g, slope));
}

/**
 * `x > 0 ? x : alpha * (exp(x) - 1)`.
 * @example
 * ```ts
 * torch.nn.functional.elu(torch.tensor([-1, 2])).tolist(); // [-0.6321, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.elu.html
 */
export const elu: Elu = activation<never, [number]>({
  name: 'elu',
  parameters: [['alpha', 1]],
  kernel_parameters: (alpha) => [alpha, 1, 1],
  backward_kernel: 'elu_backward',
  gradient: (g, x, _, alpha) => elu_gradient(g, x, alpha),
  reference: (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x)),
  avoid: [0],
  sample_parameters: [[0.5], [-2]],
  errors: () => [
    { args: [{ shape: [2] }, '1'], message: /expected alpha to be a number, got "1" \(string\)/ },
    { args: [{ shape: [2] }, { alfa: 1 }], message: /Misspelled option "alfa": did you mean "alpha"\?/ },
    { args: [{ shape: [2] }, 1e39], message: /alpha 1e\+39 does not fit torch.float32/ },
  ],
});
/** {@link elu} in place. */
export const elu_: EluInPlace = in_place(elu);

/**
 * `x > 0 ? x : alpha * (exp(x / alpha) - 1)`.
 * @example
 * ```ts
 * torch.nn.functional.celu(torch.tensor([-1, 2]), 0.5).tolist(); // [-0.4323, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.celu.html
 */
export const celu: Elu = activation<never, [number]>({
  name: 'celu',
  parameters: [['alpha', 1]],
  check: (alpha) => {
    if (alpha === 0) fail('celu', 'expected alpha to be other than 0, got 0');
  },
  kernel: 'elu',
  kernel_parameters: (alpha) => [alpha, 1, 1 / alpha],
  derived: (alpha) => ({ '1 / alpha =': 1 / alpha }),
  backward_kernel: 'elu_backward',
  gradient: (g, x, _, alpha) => elu_gradient(g, x, alpha, 1, 1 / alpha),
  reference: (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x / alpha)),
  avoid: [0],
  sample_parameters: [[0.5], [2]],
  errors: () => [
    { args: [{ shape: [2] }, 0], message: /expected alpha to be other than 0/ },
    { args: [{ shape: [2] }, 1e-39], message: /1 \/ alpha = 1\S*e\+39 does not fit torch.float32/ },
  ],
});
/** {@link celu} in place. */
export const celu_: EluInPlace = in_place(celu);

/** From the paper "Self-Normalizing Neural Networks", to the last digit of a float64. */
export const SELU_ALPHA = 1.6732632423543772;
export const SELU_SCALE = 1.0507009873554805;

/**
 * `scale * elu(x, alpha)` with the constants that keep mean 0 and variance 1.
 * @example
 * ```ts
 * torch.nn.functional.selu(torch.tensor([-1, 2])).tolist(); // [-1.1113, 2.1014]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.selu.html
 */
export const selu: WithInplace = activation({
  name: 'selu',
  kernel: 'elu',
  kernel_parameters: () => [SELU_ALPHA, SELU_SCALE, 1],
  backward_kernel: 'elu_backward',
  gradient: (g, x) => elu_gradient(g, x, SELU_ALPHA, SELU_SCALE),
  reference: (x) => SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x)),
  avoid: [0],
});
/** {@link selu} in place. */
export const selu_: InPlace = in_place(selu);
