import { type Given, positional } from '../arguments';
import type { Tensor } from '../tensor/tensor';
import { logsigmoid, sigmoid } from './activation_smooth';
import { add, div, mul, neg, sub } from './arithmetic';
import { clamp_min } from './clamp';
import { op, type Reference, sample } from './define';
import { check_reduction, type LossOptions } from './loss';
import { check_loss_weight, check_pair, type Pair, pair_loss, pair_reference } from './loss_pair';
import { log, log1p } from './pointwise';

/** Losses of yes and no. */

/** Options of {@link binary_cross_entropy}. */
export interface BinaryCrossEntropyOptions extends LossOptions {
  /** A factor for each element, broadcast to the input. */
  weight?: Tensor | null;
}

/** Options of {@link binary_cross_entropy_with_logits}. */
export interface BinaryCrossEntropyWithLogitsOptions extends BinaryCrossEntropyOptions {
  /** How much positive examples count, broadcast to the input: one for each class. */
  pos_weight?: Tensor | null;
}

const times = (losses: Tensor, weight: Tensor | null): Tensor => (weight === null ? losses : mul(losses, weight));
const bounded = (logarithm: Tensor): Tensor => clamp_min(logarithm, -100);

const entropies = pair_loss({
  name: 'binary_cross_entropy',
  slopes: [
    ({ x, t, weights: [w] }) => times(div(sub(x, t), clamp_min(mul(sub(1, x), x), 1e-12)), w),
    ({ x, weights: [w] }) => times(sub(bounded(log1p(neg(x))), bounded(log(x))), w),
  ],
});

const positive_weight = ({ weights: [, u] }: Pair): Tensor | number => u ?? 1;
const logit_entropies = pair_loss({
  name: 'binary_cross_entropy_with_logits',
  slopes: [
    (pair) => {
      const { x, t, weights } = pair;
      const positive = mul(t, positive_weight(pair));
      return times(sub(mul(add(positive, sub(1, t)), sigmoid(x)), positive), weights[0]);
    },
    (pair) => {
      const { x, weights } = pair;
      const u = positive_weight(pair);
      return times(u === 1 ? neg(x) : sub(mul(logsigmoid(x), sub(1, u)), x), weights[0]);
    },
  ],
});

const probability = { range: [0.05, 0.95] } as const;
const pair = (shape: readonly number[], range?: { range: readonly [number, number] }) => [
  sample(shape, range),
  sample(shape, probability),
];
const samples = (range?: { range: readonly [number, number] }) => [
  ...[[], [1], [17], [5, 3], [1003]].map((shape) => ({ args: pair(shape, range) })),
  { args: [...pair([4, 7], range), { reduction: 'sum' }] },
  { args: [...pair([4, 7], range), { reduction: 'none' }] },
  { args: pair([301, 401], range), large: true },
];
const errors = () => [
  {
    args: [sample([2, 3]), sample([3])],
    message: /expected target of the input's shape \[2, 3\], got \[3\]/,
  },
  { args: [...pair([2]), { weigth: null }], message: /Misspelled option "weigth": did you mean "weight"/ },
  {
    args: [...pair([2]), { reduction: 'all' }],
    message: /expected reduction to be "none", "mean" or "sum", got "all"/,
  },
  { args: [...pair([2]), { weight: 3 }], message: /expected weight to be a Tensor, got 3/ },
];

/**
 * Binary cross entropy of probabilities: the mean of `-t·log(x) - (1 - t)·log(1 - x)`, logarithms bounded by -100 from below. Both
 * must lie in [0, 1]. Prefer {@link binary_cross_entropy_with_logits}, which is exact where x rounds to 0 or 1.
 * @example
 * ```ts
 * torch.nn.functional.binary_cross_entropy(torch.tensor([0.5, 0.9]), torch.tensor([1, 1])).item(); // 0.3993
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy.html
 */
export const binary_cross_entropy: (
  input: Tensor,
  target: Tensor,
  ...given: Given<BinaryCrossEntropyOptions, [weight: 'weight']>
) => Tensor = op({
  name: 'binary_cross_entropy',
  methods: [],
  sums: true,
  call: (input: Tensor, target: Tensor, ...given: readonly unknown[]): Tensor => {
    const name = 'binary_cross_entropy';
    const options = positional(name, given, { weight: null as unknown, reduction: 'mean' as unknown }, ['weight']);
    const reduction = check_reduction(name, options.reduction);
    const [x, t] = check_pair(name, input, target, 'same');
    return entropies(
      { x, t, parameter: 0, weights: [check_loss_weight(name, 'weight', options.weight, x)] },
      reduction,
    );
  },
  samples: () => samples(probability),
  errors: () => [
    ...errors(),
    {
      args: [sample([2], { values: [0.5, 1.5] }), sample([2], probability)],
      message: /expected every element of input between 0 and 1, got 1.5\d* at element 1/,
    },
    {
      args: [sample([1], probability), sample([1], { values: [-1] }), { reduction: 'none' }],
      message: /expected every element of target between 0 and 1, got -1.0* at element 0/,
    },
  ],
  reference: (x: Reference, t: Reference, options?: LossOptions) =>
    pair_reference(x, t, (p, y) => -y * Math.log(p) - (1 - y) * Math.log1p(-p), options),
});

/**
 * Binary cross entropy of logits: the mean of `-t·log σ(x) - (1 - t)·log(1 - σ(x))`, without overflow, in one pass.
 * @example
 * ```ts
 * const logits = torch.tensor([0, 200]);
 * const labels = torch.tensor([1, 1]);
 * torch.nn.functional.binary_cross_entropy_with_logits(logits, labels, { reduction: 'none' }).tolist(); // [0.6931471824645996, 0]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy_with_logits.html
 */
export const binary_cross_entropy_with_logits: (
  input: Tensor,
  target: Tensor,
  ...given: Given<BinaryCrossEntropyWithLogitsOptions, [weight: 'weight']>
) => Tensor = op({
  name: 'binary_cross_entropy_with_logits',
  methods: [],
  sums: true,
  call: (input: Tensor, target: Tensor, ...given: readonly unknown[]): Tensor => {
    const name = 'binary_cross_entropy_with_logits';
    const defaults = { weight: null as unknown, reduction: 'mean' as unknown, pos_weight: null as unknown };
    const options = positional(name, given, defaults, ['weight']);
    const reduction = check_reduction(name, options.reduction);
    const [x, t] = check_pair(name, input, target, 'same');
    const weights = [
      check_loss_weight(name, 'weight', options.weight, x),
      check_loss_weight(name, 'pos_weight', options.pos_weight, x),
    ];
    return logit_entropies({ x, t, parameter: 0, weights }, reduction);
  },
  samples: () => [
    ...samples(),
    { args: [sample([9], { range: [-300, 300] }), sample([9], probability)], no_grad: true },
  ],
  errors: () => [
    ...errors(),
    { args: [...pair([2]), { pos_weight: '1' }], message: /expected pos_weight to be a Tensor, got "1"/ },
  ],
  reference: (x: Reference, t: Reference, options?: LossOptions) =>
    pair_reference(x, t, (v, y) => (1 - y) * v + Math.max(-v, 0) + Math.log1p(Math.exp(-Math.abs(v))), options),
});
