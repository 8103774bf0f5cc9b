import { type Given, positional } from '../arguments';
import { check_number, check_options, fail, fail_range, shape_text } from '../errors';
import { same_shape } from '../tensor/shape';
import { check_floating, type Tensor } from '../tensor/tensor';
import { div, mul, neg, sub } from './arithmetic';
import { clamp } from './clamp';
import { op, type Reference, sample } from './define';
import { check_reduction, type LossOptions, reduce_loss } from './loss';
import { check_pair, type Pair, type PairFunction, pair_loss, pair_reference } from './loss_pair';
import { cast_to } from './operand';
import { sign } from './pointwise';
import { sum } from './reduce';

/** Losses of numbers. */

/** Options of {@link mse_loss} and {@link l1_loss}. */
export interface WeightedLossOptions extends LossOptions {
  /** A factor for each element, of the input's shape. */
  weight?: Tensor | null;
}

/** Options of {@link smooth_l1_loss}. */
export interface SmoothL1LossOptions extends LossOptions {
  /** Where the square ends and the magnitude begins; 0: the magnitude alone. Default 1. */
  beta?: number;
}

/** Options of {@link huber_loss}. */
export interface HuberLossOptions extends WeightedLossOptions {
  /** Where the square ends and the straight line begins. Default 1. */
  delta?: number;
}

/** The slopes of a loss of the difference. */
const opposite = (slope: (pair: Pair) => Tensor) => [slope, (pair: Pair) => neg(slope(pair))] as const;
const difference = ({ x, t }: Pair): Tensor => sub(x, t);

const squares = pair_loss({ name: 'mse_loss', slopes: opposite((pair) => mul(difference(pair), 2)) });
const magnitudes = pair_loss({ name: 'l1_loss', slopes: opposite((pair) => sign(difference(pair))) });
const smooth_magnitudes = pair_loss({
  name: 'smooth_l1_loss',
  slopes: opposite((pair) => clamp(div(difference(pair), pair.parameter), -1, 1)),
});
const hubers = pair_loss({
  name: 'huber_loss',
  slopes: opposite((pair) => clamp(difference(pair), -pair.parameter, pair.parameter)),
});

/** The mean of weighted losses: over the sum of the weights, but for Huber's over their number, as in PyTorch. */
function weighted(
  op: string,
  losses: PairFunction,
  pair: Pair,
  weight: unknown,
  options: { reduction: unknown },
  mean_of: 'weights' | 'elements',
): Tensor {
  const reduction = check_reduction(op, options.reduction);
  if (weight === null) return losses(pair, reduction);
  const w = check_floating(op, 'weight', weight);
  if (!same_shape(w.shape, pair.x.shape))
    fail(op, `expected weight of the input's shape ${shape_text(pair.x.shape)}, got ${shape_text(w.shape)}`);
  const all = mul(losses(pair, 'none'), cast_to(w, pair.x.dtype));
  return reduction === 'mean' && mean_of === 'weights' ? div(sum(all), sum(w)) : reduce_loss(all, reduction);
}

const samples = (...extra: readonly object[]) => [
  ...[[], [1], [17], [5, 3], [1003]].map((shape) => ({ args: [sample(shape), sample(shape)] })),
  ...[{ reduction: 'sum' }, { reduction: 'none' }, ...extra].map((options) => ({
    args: [sample([4, 7]), sample([4, 7]), options],
  })),
  { args: [sample([4, 3]), sample([3])] },
  { args: [sample([301, 401]), sample([301, 401])], large: true },
];
const errors = () => [
  {
    args: [sample([2]), sample([2]), { reduction: 'avg' }],
    message: /expected reduction to be "none", "mean" or "sum", got "avg"/,
  },
  {
    args: [sample([2]), sample([2]), { reducton: 'sum' }],
    message: /Misspelled option "reducton": did you mean "reduction"/,
  },
  { args: [sample([2, 3]), sample([4])], message: /cannot be broadcast/ },
  { args: [sample([2]), 1], message: /expected target to be a Tensor, got 1/ },
];
const weight_errors = () => [
  ...errors(),
  { args: [sample([2]), sample([2]), { weight: 2 }], message: /expected weight to be a Tensor, got 2/ },
];

/**
 * The mean of `(input - target)²`.
 * @example
 * ```ts
 * torch.nn.functional.mse_loss(torch.tensor([1, 2]), torch.tensor([0, 4])).item(); // 2.5
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.mse_loss.html
 */
export const mse_loss = op({
  name: 'mse_loss',
  methods: [],
  sums: true,
  call: (input: Tensor, target: Tensor, options?: WeightedLossOptions): Tensor => {
    const given = check_options('mse_loss', options, { reduction: 'mean', weight: null as unknown });
    const [x, t] = check_pair('mse_loss', input, target, 'warn');
    return weighted('mse_loss', squares, { x, t, parameter: 0, weights: [] }, given.weight, given, 'weights');
  },
  samples: () => samples(),
  errors: weight_errors,
  reference: (x: Reference, t: Reference, options?: LossOptions) =>
    pair_reference(x, t, (a, b) => (a - b) ** 2, options),
});

/**
 * The mean of `|input - target|`.
 * @example
 * ```ts
 * torch.nn.functional.l1_loss(torch.tensor([1, 2]), torch.tensor([0, 4])).item(); // 1.5
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.l1_loss.html
 */
export const l1_loss = op({
  name: 'l1_loss',
  methods: [],
  sums: true,
  call: (input: Tensor, target: Tensor, options?: WeightedLossOptions): Tensor => {
    const given = check_options('l1_loss', options, { reduction: 'mean', weight: null as unknown });
    const [x, t] = check_pair('l1_loss', input, target, 'warn');
    return weighted('l1_loss', magnitudes, { x, t, parameter: 0, weights: [] }, given.weight, given, 'weights');
  },
  samples: () => samples(),
  errors: weight_errors,
  reference: (x: Reference, t: Reference, options?: LossOptions) =>
    pair_reference(x, t, (a, b) => Math.abs(a - b), options),
});

/**
 * The mean of `d²/(2·beta)` where `|d| < beta`, else of `|d| - beta/2`, d being `input - target`.
 * @example
 * ```ts
 * torch.nn.functional.smooth_l1_loss(torch.tensor([0.5, 3]), torch.tensor([0, 0])).item(); // 1.3125
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.smooth_l1_loss.html
 */
export const smooth_l1_loss = op({
  name: 'smooth_l1_loss',
  methods: [],
  sums: true,
  call: (input: Tensor, target: Tensor, options?: SmoothL1LossOptions): Tensor => {
    const given = check_options('smooth_l1_loss', options, { reduction: 'mean' as unknown, beta: 1 });
    const beta = check_beta('smooth_l1_loss', given.beta);
    const reduction = check_reduction('smooth_l1_loss', given.reduction);
    const [x, t] = check_pair('smooth_l1_loss', input, target, 'warn');
    return (beta === 0 ? magnitudes : smooth_magnitudes)({ x, t, parameter: beta, weights: [] }, reduction);
  },
  samples: () => samples({ beta: 0.5 }, { beta: 0 }, { beta: 2, reduction: 'none' }),
  errors: () => [
    ...errors(),
    { args: [sample([2]), sample([2]), { beta: -1 }], message: /expected beta to be at least 0, got -1/ },
  ],
  reference: (x: Reference, t: Reference, { beta = 1, ...options }: SmoothL1LossOptions = {}) =>
    pair_reference(
      x,
      t,
      (a, b) => (Math.abs(a - b) < beta ? (a - b) ** 2 / 2 / beta : Math.abs(a - b) - beta / 2),
      options,
    ),
});

/**
 * The mean of `d²/2` where `|d| <= delta`, else of `delta·(|d| - delta/2)`, d being `input - target`.
 * @example
 * ```ts
 * torch.nn.functional.huber_loss(torch.tensor([0.5, 3]), torch.tensor([0, 0])).item(); // 1.3125
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.huber_loss.html
 */
export const huber_loss: (
  input: Tensor,
  target: Tensor,
  ...given: Given<HuberLossOptions, [reduction: 'reduction', delta: 'delta', weight: 'weight']>
) => Tensor = op({
  name: 'huber_loss',
  methods: [],
  sums: true,
  call: (input: Tensor, target: Tensor, ...given: readonly unknown[]): Tensor => {
    const defaults = { reduction: 'mean', delta: 1, weight: null as unknown };
    const options = positional('huber_loss', given, defaults);
    const delta = check_delta('huber_loss', options.delta);
    const [x, t] = check_pair('huber_loss', input, target, 'warn');
    return weighted('huber_loss', hubers, { x, t, parameter: delta, weights: [] }, options.weight, options, 'elements');
  },
  samples: () => samples({ delta: 0.5 }, { delta: 3, reduction: 'none' }),
  errors: () => [
    ...weight_errors(),
    { args: [sample([2]), sample([2]), { delta: 0 }], message: /expected delta to be greater than 0, got 0/ },
  ],
  reference: (x: Reference, t: Reference, { delta = 1, ...options }: HuberLossOptions = {}) =>
    pair_reference(
      x,
      t,
      (a, b) => (Math.abs(a - b) <= delta ? (a - b) ** 2 / 2 : delta * (Math.abs(a - b) - delta / 2)),
      options,
    ),
});

export function check_beta(op: string, value: unknown): number {
  const beta = check_number(op, 'beta', value);
  return beta >= 0 ? beta : fail_range(op, `expected beta to be at least 0, got ${beta}`);
}

export function check_delta(op: string, value: unknown): number {
  const delta = check_number(op, 'delta', value);
  return delta > 0 ? delta : fail_range(op, `expected delta to be greater than 0, got ${delta}`);
}
