import { type Given, positional } from '../arguments';
import { no_grad } from '../autograd/mode';
import { check_boolean, check_number, check_options, fail, fail_range, fail_type, shape_text } from '../errors';
import { same_shape } from '../tensor/shape';
import { check_floating, Tensor } from '../tensor/tensor';
import { add, div, mul, neg, sub } from './arithmetic';
import { clamp_min } from './clamp';
import { any, gt, lt } from './compare';
import { full_like, read_item } from './create';
import { op, type Reference, sample } from './define';
import { check_reduction, type LossOptions, type LossReduction, reduce_loss } from './loss';
import { check_pair, pair_loss, pair_reference } from './loss_pair';
import { cast_to } from './operand';
import { exp, log } from './pointwise';
import { square } from './power';
import { unsqueeze } from './views';
import { where } from './where';

/** Losses of distributions. */

/** Options of {@link kl_div}. */
export interface KlDivOptions {
  /** `batchmean`, the sum over the batch's size, is the divergence as mathematics has it. Default `mean`. */
  reduction?: LossReduction | 'batchmean';
  /** The target holds logarithms. */
  log_target?: boolean;
}

/** Options of {@link poisson_nll_loss}. */
export interface PoissonNllOptions extends LossOptions {
  /** The input holds logarithms of the rate. Default true. */
  log_input?: boolean;
  /** Add Stirling's approximation of the constant part, for targets above 1. */
  full?: boolean;
  /** Keeps log(input + eps) finite where `log_input` is false. Default 1e-8. */
  eps?: number;
}

/** Options of {@link gaussian_nll_loss}. */
export interface GaussianNllOptions extends LossOptions {
  /** Add the constant log(2π)/2. */
  full?: boolean;
  /** The smallest variance. Default 1e-6. */
  eps?: number;
}

const divergences = pair_loss({
  name: 'kl_div',
  slopes: [({ t }) => neg(t), ({ x, t }) => sub(add(log(t), 1), x)],
});
const log_divergences = pair_loss({
  name: 'kl_div_log',
  slopes: [({ t }) => neg(exp(t)), ({ x, t }) => mul(exp(t), add(sub(t, x), 1))],
});

/** @internal */
export function check_kl_reduction(op: string, value: unknown): LossReduction | 'batchmean' {
  if (['none', 'mean', 'sum', 'batchmean'].includes(value as string)) return value as LossReduction | 'batchmean';
  return fail_type(op, 'reduction', '"none", "mean", "sum" or "batchmean"', value);
}

/**
 * Kullback and Leibler's divergence of log probabilities from a target: `t·(log t - x)`, 0 where t is.
 * @example
 * ```ts
 * const [p, q] = [torch.tensor([[0.5, 0.5]]), torch.tensor([[0.25, 0.75]])];
 * torch.nn.functional.kl_div(p.log(), q, { reduction: 'batchmean' }).item(); // 0.1308
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.kl_div.html
 */
export const kl_div = op({
  name: 'kl_div',
  methods: [],
  sums: true,
  call: (input: Tensor, target: Tensor, options?: KlDivOptions): Tensor => {
    const given = check_options('kl_div', options, { reduction: 'mean' as unknown, log_target: false });
    const reduction = check_kl_reduction('kl_div', given.reduction);
    const losses = check_boolean('kl_div', 'log_target', given.log_target) ? log_divergences : divergences;
    const [x, t] = check_pair('kl_div', input, target, 'broadcast');
    const pair = { x, t, parameter: 0, weights: [] };
    if (reduction !== 'batchmean') return losses(pair, reduction);
    return x.ndim === 0 ? losses(pair, 'sum') : div(losses(pair, 'sum'), input.shape[0] ?? 1);
  },
  samples: () => [
    ...[[], [17], [5, 3], [1003]].map((shape) => ({ args: [sample(shape), sample(shape, { range: [0.1, 1] })] })),
    ...(['sum', 'none', 'batchmean'] as const).flatMap((reduction) => [
      { args: [sample([4, 7]), sample([4, 7], { range: [0.1, 1] }), { reduction }] },
      { args: [sample([4, 7]), sample([4, 7]), { reduction, log_target: true }] },
    ]),
    { args: [sample([4, 3]), sample([3], { range: [0.1, 1] })] },
    { args: [sample([2]), sample([2], { values: [0, 1] })], no_grad: true },
    { args: [sample([301, 401]), sample([301, 401], { range: [0, 1] })], large: true },
  ],
  errors: () => [
    {
      args: [sample([2]), sample([2]), { reduction: 'batch' }],
      message: /expected reduction to be "none", "mean", "sum" or "batchmean", got "batch"/,
    },
    { args: [sample([2]), sample([2]), { log_target: 1 }], message: /expected log_target to be a boolean, got 1/ },
    { args: [sample([2, 3]), sample([4])], message: /cannot be broadcast/ },
  ],
  reference: (x: Reference, t: Reference, { reduction, log_target = false }: KlDivOptions = {}) => {
    const loss = (a: number, b: number) => (log_target ? Math.exp(b) * (b - a) : b === 0 ? 0 : b * (Math.log(b) - a));
    const found = pair_reference(x, t, loss, { reduction: reduction === 'batchmean' ? 'sum' : reduction });
    return reduction === 'batchmean' ? { shape: [], data: [found.data[0] / (x.shape[0] ?? 1)] } : found;
  },
});

/**
 * The negative log likelihood of counts under Poisson's distribution: `exp(x) - t·x`, or `x - t·log(x + eps)` without `log_input`.
 * @example
 * ```ts
 * torch.nn.functional.poisson_nll_loss(torch.tensor([0, 1]), torch.tensor([1, 2])).item(); // 0.8591
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.poisson_nll_loss.html
 */
export const poisson_nll_loss: (
  input: Tensor,
  target: Tensor,
  ...given: Given<PoissonNllOptions, [log_input: 'log_input', full: 'full']>
) => Tensor = op({
  name: 'poisson_nll_loss',
  methods: [],
  sums: true,
  call: (input: Tensor, target: Tensor, ...given: readonly unknown[]): Tensor => {
    const name = 'poisson_nll_loss';
    const defaults = { log_input: true, full: false, eps: 1e-8, reduction: 'mean' as unknown };
    const options = positional(name, given, defaults, ['log_input', 'full']);
    const reduction = check_reduction(name, options.reduction);
    const [x, t] = check_pair(name, input, target, 'broadcast');
    const eps = check_number(name, 'eps', options.eps);
    let losses = check_boolean(name, 'log_input', options.log_input)
      ? sub(exp(x), mul(t, x))
      : sub(x, mul(t, log(add(x, eps))));
    if (check_boolean(name, 'full', options.full)) losses = add(losses, stirling(t));
    return reduce_loss(losses, reduction);
  },
  samples: () => [
    { args: [sample([4, 7]), sample([4, 7], { range: [0, 5] })] },
    { args: [sample([4, 7]), sample([4, 7], { range: [0, 5], avoid: [1] }), { full: true, reduction: 'sum' }] },
    {
      args: [
        sample([4, 7], { range: [0.1, 3] }),
        sample([4, 7], { range: [0, 5] }),
        { log_input: false, reduction: 'none', eps: 0.1 },
      ],
    },
  ],
  errors: () => [
    {
      args: [sample([2]), sample([2]), { log_inputs: true }],
      message: /Misspelled option "log_inputs": did you mean "log_input"/,
    },
    { args: [sample([2]), sample([2]), { full: 1 }], message: /expected full to be a boolean, got 1/ },
  ],
  reference: (x: Reference, t: Reference, options: PoissonNllOptions = {}) => {
    const { log_input = true, full = false, eps = 1e-8 } = options;
    const constant = (k: number) => (full && k > 1 ? k * Math.log(k) - k + Math.log(2 * Math.PI * k) / 2 : 0);
    const loss = (a: number, k: number) => (log_input ? Math.exp(a) - k * a : a - k * Math.log(a + eps)) + constant(k);
    return pair_reference(x, t, loss, options);
  },
});

/** log(t!) by Stirling's formula where t > 1, else 0. */
function stirling(t: Tensor): Tensor {
  const above = gt(t, 1);
  const safe = where(above, t, 1);
  return where(above, add(sub(mul(safe, log(safe)), safe), mul(log(mul(safe, 2 * Math.PI)), 0.5)), 0);
}

/**
 * The negative log likelihood of numbers under normal distributions with mean `input` and variance `var`: `(log v + (x - t)²/v) / 2`, v being at
 * least eps. `variance` has the input's shape, or lacks its last dimension, or has 1 in one of its dimensions; or it is a number.
 * @example
 * ```ts
 * const [mean, target, variance] = [torch.tensor([0, 1]), torch.tensor([0, 3]), torch.tensor([1, 4])];
 * torch.nn.functional.gaussian_nll_loss(mean, target, variance).item(); // 0.5966
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.gaussian_nll_loss.html
 */
export const gaussian_nll_loss: (
  input: Tensor,
  target: Tensor,
  variance: Tensor | number,
  ...given: Given<GaussianNllOptions, [full: 'full', eps: 'eps', reduction: 'reduction']>
) => Tensor = op({
  name: 'gaussian_nll_loss',
  methods: [],
  sums: true,
  call: (input: Tensor, target: Tensor, variance: Tensor | number, ...given: readonly unknown[]): Tensor => {
    const name = 'gaussian_nll_loss';
    const options = positional(name, given, { full: false, eps: 1e-6, reduction: 'mean' as unknown });
    const reduction = check_reduction(name, options.reduction);
    const eps = check_number(name, 'eps', options.eps);
    if (!(eps > 0)) fail_range(name, `expected eps to be greater than 0, got ${eps}`);
    const [x, t] = check_pair(name, input, target, 'broadcast');
    const v = at_least(check_variance(name, variance, input, x), eps);
    let losses = mul(add(log(v), div(square(sub(x, t)), v)), 0.5);
    if (check_boolean(name, 'full', options.full)) losses = add(losses, 0.5 * Math.log(2 * Math.PI));
    return reduce_loss(losses, reduction);
  },
  samples: () => [
    { args: [sample([4, 7]), sample([4, 7]), sample([4, 7], { range: [0.5, 2] })] },
    { args: [sample([4, 7]), sample([4, 7]), sample([4], { range: [0.5, 2] }), { full: true, reduction: 'sum' }] },
    { args: [sample([4, 7]), sample([4, 7]), sample([4, 1], { range: [0.5, 2] }), { reduction: 'none' }] },
    { args: [sample([4, 7]), sample([4, 7]), 0.5] },
  ],
  errors: () => [
    {
      args: [sample([2]), sample([2]), sample([2], { values: [1, -1] })],
      message: /the variance has negative elements/,
    },
    { args: [sample([2]), sample([2]), -1], message: /the variance has negative elements/ },
    {
      args: [sample([2, 3]), sample([2, 3]), sample([4], { range: [0, 1] })],
      message: /variance of shape \[4\] does not fit the input of shape \[2, 3\]/,
    },
    { args: [sample([2]), sample([2]), 1, { eps: 0 }], message: /expected eps to be greater than 0, got 0/ },
  ],
  reference: (x: Reference, t: Reference, v: Reference | number, options: GaussianNllOptions = {}) => {
    const data = Float64Array.from(x.data as ArrayLike<number>, (mean, i) => {
      const per = typeof v === 'number' ? 1 : x.data.length / v.data.length;
      const own = typeof v === 'number' ? v : v.data[Math.floor(i / per)];
      const constant = options.full ? Math.log(2 * Math.PI) / 2 : 0;
      return (Math.log(own) + (mean - t.data[i]) ** 2 / own) / 2 + constant;
    });
    return pair_reference({ shape: x.shape, data }, { shape: [], data: [0] }, (a) => a, options);
  },
});

function check_variance(op: string, variance: unknown, input: Tensor, x: Tensor): Tensor {
  let v =
    variance instanceof Tensor ? check_floating(op, 'var', variance) : full_like(x, check_number(op, 'var', variance));
  if (no_grad(() => read_item(any(lt(v, 0)))) !== 0) fail(op, 'the variance has negative elements');
  const { shape } = input;
  if (v.ndim === shape.length - 1 && same_shape(v.shape, shape.slice(0, -1))) v = unsqueeze(v, -1);
  const others = shape.filter((size, i) => size !== v.shape[i]);
  const fits =
    v.ndim === shape.length &&
    (others.length === 0 || (others.length === 1 && v.shape[shape.findIndex((size, i) => size !== v.shape[i])] === 1));
  if (variance instanceof Tensor && !fits)
    fail(
      op,
      `the variance of shape ${shape_text(variance.shape)} does not fit the input of shape ${shape_text(shape)}`,
    );
  return cast_to(v, x.dtype);
}

/** As PyTorch bounds the variance: the gradient passes where the bound holds too. */
function at_least(v: Tensor, eps: number): Tensor {
  const rise = no_grad(() => sub(clamp_min(v, eps), v));
  return add(v, rise);
}
