import { type Given, positional } from '../arguments';
import { fail } from '../errors';
import type { Tensor } from '../tensor/tensor';
import { activation, type InplaceOption, in_place } from './activation_family';
import { add, div, mul, neg, sub } from './arithmetic';
import { gt } from './compare';
import { type OpRecord, op, type Reference } from './define';
import { abs, exp } from './pointwise';
import { square } from './power';
import { type Unary, unary, unary_record } from './unary';
import { where } from './where';

/** Smooth activations, and the functions they are made of. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** `1 / (1 + exp(-x))`. */
    sigmoid(): Tensor;
    sigmoid_(): Tensor;
    /** The hyperbolic tangent. */
    tanh(): Tensor;
    tanh_(): Tensor;
    /** The error function. */
    erf(): Tensor;
    erf_(): Tensor;
    /** `log(sigmoid(x))`. */
    logsigmoid(): Tensor;
    /** `log(1 + exp(beta * x)) / beta`, and x above the threshold. */
    softplus(beta?: number | SoftplusOptions, threshold?: number): Tensor;
    /** `x / (1 + |x|)`. */
    softsign(): Tensor;
    /** `x - tanh(x)`. */
    tanhshrink(): Tensor;
    /** `x * sigmoid(x)`. */
    silu(inplace?: boolean | InplaceOption): Tensor;
    silu_(): Tensor;
    /** `x * tanh(softplus(x))`. */
    mish(inplace?: boolean | InplaceOption): Tensor;
    mish_(): Tensor;
    /** x times the share of the normal distribution below x. */
    gelu(options?: GeluOptions): Tensor;
  }
}

type Plain = (input: Tensor) => Tensor;
type WithInplace = (input: Tensor, ...given: Given<InplaceOption, [inplace: 'inplace']>) => Tensor;

/** Values far from 0, where functions are flat or overflow; no gradient by differences there. */
const far = () => [{ args: [{ shape: [33], range: [-400, 400] as const }], no_grad: true }];

/** 1 - x. */
const rest = (x: Tensor): Tensor => sub(1, x);

const sigmoid_of = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
const softplus_of = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/**
 * `1 / (1 + exp(-x))`; integers give floats.
 * @example
 * ```ts
 * torch.sigmoid(torch.tensor([0, 1])).tolist(); // [0.5, 0.7311]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.sigmoid.html
 */
export const sigmoid: Plain = activation({
  name: 'sigmoid',
  integers: 'to_float',
  inplace: 'form',
  saves: 'output',
  backward_kernel: 'sigmoid_backward',
  gradient: (g, y) => mul(mul(g, rest(y)), y),
  reference: sigmoid_of,
  samples: far,
});
/** {@link sigmoid} in place. */
export const sigmoid_: Plain = in_place(sigmoid);

/**
 * The hyperbolic tangent; integers give floats.
 * @example
 * ```ts
 * torch.tanh(torch.tensor([0, 1])).tolist(); // [0, 0.7616]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.tanh.html
 */
export const tanh: Plain = activation({
  name: 'tanh',
  integers: 'to_float',
  inplace: 'form',
  saves: 'output',
  backward_kernel: 'tanh_backward',
  gradient: (g, y) => mul(g, rest(square(y))),
  reference: Math.tanh,
  samples: far,
});
/** {@link tanh} in place. */
export const tanh_: Plain = in_place(tanh);

/**
 * The error function, `2 / sqrt(pi)` times the integral of `exp(-t²)` from 0 to x.
 * @example
 * ```ts
 * torch.erf(torch.tensor([0, 1])).tolist(); // [0, 0.8427]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.erf.html
 */
export const erf: Plain = unary({
  name: 'erf',
  gradient: (g, x) => mul(mul(g, exp(neg(square(x)))), 2 / Math.sqrt(Math.PI)),
  reference: erf_of,
  samples: far,
});

/** A series of positive terms, exact to the last digits up to where erf rounds to 1. */
function erf_of(x: number): number {
  if (Number.isNaN(x) || Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = 0;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    sum += term;
    term *= (2 * x * x) / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/**
 * `log(sigmoid(x))`, exact where sigmoid itself would underflow.
 * @example
 * ```ts
 * torch.nn.functional.logsigmoid(torch.tensor([0, -400])).tolist(); // [-0.6931, -400]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.logsigmoid.html
 */
export const logsigmoid: Plain = activation({
  name: 'logsigmoid',
  inplace: 'none',
  backward_kernel: 'logsigmoid_backward',
  gradient: (g, x) => mul(g, sigmoid(neg(x))),
  reference: (x) => -softplus_of(-x),
  samples: far,
});

/** Options of {@link softplus}. */
export interface SoftplusOptions {
  /** Default 1. */
  beta?: number;
  /** Where `beta * x` is above this, the result is x. Default 20. */
  threshold?: number;
}

/**
 * `log(1 + exp(beta * x)) / beta`, and x itself above the threshold.
 * @example
 * ```ts
 * torch.nn.functional.softplus(torch.tensor([0, 400])).tolist(); // [0.6931, 400]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softplus.html
 */
export const softplus: (
  input: Tensor,
  ...given: Given<SoftplusOptions, [beta: 'beta', threshold: 'threshold']>
) => Tensor = activation<never, [number, number]>({
  name: 'softplus',
  inplace: 'none',
  parameters: [
    ['beta', 1],
    ['threshold', 20],
  ],
  backward_kernel: 'softplus_backward',
  gradient: (g, x, _, beta, threshold) => {
    const scaled = mul(x, beta);
    return where(gt(scaled, threshold), g, mul(g, sigmoid(scaled)));
  },
  reference: (x, beta, threshold) => (x * beta > threshold ? x : softplus_of(x * beta) / beta),
  avoid: [0.5],
  sample_parameters: [
    [2, 1],
    [-1, 20],
  ],
  samples: far,
});

/**
 * `x / (1 + |x|)`.
 * @example
 * ```ts
 * torch.nn.functional.softsign(torch.tensor([-1, 3])).tolist(); // [-0.5, 0.75]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softsign.html
 */
export const softsign: Plain = activation({
  name: 'softsign',
  inplace: 'none',
  integers: 'to_float',
  backward_kernel: 'softsign_backward',
  gradient: (g, x) => div(g, square(add(abs(x), 1))),
  reference: (x) => x / (1 + Math.abs(x)),
  avoid: [0],
});

/**
 * `x - tanh(x)`.
 * @example
 * ```ts
 * torch.nn.functional.tanhshrink(torch.tensor([0, 1])).tolist(); // [0, 0.2384]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.tanhshrink.html
 */
export const tanhshrink: Plain = activation({
  name: 'tanhshrink',
  inplace: 'none',
  integers: 'to_float',
  backward_kernel: 'tanhshrink_backward',
  gradient: (g, x) => mul(g, square(tanh(x))),
  reference: (x) => x - Math.tanh(x),
});

/**
 * `x * sigmoid(x)`, also known as swish.
 * @example
 * ```ts
 * torch.nn.functional.silu(torch.tensor([0, 1])).tolist(); // [0, 0.7311]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.silu.html
 */
export const silu: WithInplace = activation({
  name: 'silu',
  backward_kernel: 'silu_backward',
  gradient: (g, x) => {
    const s = sigmoid(x);
    return mul(mul(g, s), add(mul(x, rest(s)), 1));
  },
  reference: (x) => x * sigmoid_of(x),
  samples: far,
});

/**
 * `x * tanh(softplus(x))`.
 * @example
 * ```ts
 * torch.nn.functional.mish(torch.tensor([-1, 1])).tolist(); // [-0.3034, 0.8651]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.mish.html
 */
export const mish: WithInplace = activation({
  name: 'mish',
  backward_kernel: 'mish_backward',
  gradient: (g, x) => {
    const t = tanh(softplus(x));
    return mul(g, add(t, mul(mul(x, sigmoid(x)), rest(square(t)))));
  },
  reference: (x) => x * Math.tanh(softplus_of(x)),
  samples: far,
});

/** Options of {@link gelu}. */
export interface GeluOptions {
  /** `none`: by the error function. `tanh`: the older approximation. Default none. */
  approximate?: 'none' | 'tanh';
}

const NORMAL_DENSITY = 1 / Math.sqrt(2 * Math.PI);
const TWO_DENSITIES = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

const gelu_forms: Record<string, OpRecord<Unary<[]>>> = {
  none: unary_record<[]>({
    name: 'gelu',
    integers: 'refuse',
    backward_kernel: 'gelu_backward',
    gradient: (g, x) => {
      const below = mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);
      const density = mul(exp(mul(square(x), -0.5)), NORMAL_DENSITY);
      return mul(g, add(below, mul(x, density)));
    },
    reference: (x) => (x * (1 + erf_of(x * Math.SQRT1_2))) / 2,
    samples: far,
  }),
  tanh: unary_record<[]>({
    name: 'gelu',
    kernel: 'gelu_tanh',
    integers: 'refuse',
    backward_kernel: 'gelu_tanh_backward',
    gradient: (g, x) => {
      const t = tanh(mul(add(x, mul(mul(square(x), x), CUBIC)), TWO_DENSITIES));
      const inner = mul(add(mul(square(x), 3 * CUBIC), 1), TWO_DENSITIES);
      const outer = mul(mul(x, 0.5), mul(rest(square(t)), inner));
      return mul(g, add(mul(add(t, 1), 0.5), outer));
    },
    reference: (x) => (x * (1 + Math.tanh(TWO_DENSITIES * (x + CUBIC * x ** 3)))) / 2,
    samples: far,
  }),
};

export function check_approximate(op: string, value: unknown): 'none' | 'tanh' {
  if (value === 'none' || value === 'tanh') return value;
  return fail(op, `expected approximate to be "none" or "tanh", got ${JSON.stringify(value)}`);
}

/**
 * x times the share of the normal distribution below x.
 * @example
 * ```ts
 * torch.nn.functional.gelu(torch.tensor([-1, 1]), { approximate: 'tanh' });
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.gelu.html
 */
export const gelu = op({
  name: 'gelu',
  call: (input: Tensor, ...given: readonly unknown[]): Tensor => {
    if (given.length === 0) return gelu_forms.none.call(input);
    const { approximate } = positional('gelu', given, { approximate: 'none' as unknown });
    return gelu_forms[check_approximate('gelu', approximate)].call(input);
  },
  reference: ((x: Reference, approximate = 'none') =>
    (gelu_forms[approximate].reference as (x: Reference) => Reference)(x)) as never,
  samples: () => [
    ...gelu_forms.none.samples(),
    ...gelu_forms.tanh.samples().map((each) => ({ ...each, args: [...each.args, 'tanh'] })),
  ],
  errors: () => [
    { args: [{ shape: [2] }, 'erf'], message: /expected approximate to be "none" or "tanh", got "erf"/ },
    { args: [{ shape: [2], dtype: 'int64' }], message: /expected a tensor of a floating point dtype, got torch.int64/ },
  ],
}) as (input: Tensor, approximate?: 'none' | 'tanh' | GeluOptions) => Tensor;
