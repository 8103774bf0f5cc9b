import { type Given, positional } from '../arguments';
import { check_boolean, check_number, check_options, fail, fail_range, shape_text } from '../errors';
import { same_shape } from '../tensor/shape';
import { check_floating, check_tensor, type Tensor } from '../tensor/tensor';
import { logsigmoid, sigmoid } from './activation_smooth';
import { add, div, mul, neg, sub } from './arithmetic';
import { clamp_min } from './clamp';
import { eq, ne } from './compare';
import { op, type Reference, sample } from './define';
import { pairwise_distance } from './distance';
import { check_reduction, type LossOptions, reduce_loss } from './loss';
import { check_pair, pair_loss, pair_reference } from './loss_pair';
import type { WeightedLossOptions } from './loss_regression';
import { cast_to } from './operand';
import { minimum } from './pairwise';
import { sqrt } from './power';
import { mean, sum } from './reduce';
import { where } from './where';

/** Losses that ask for a distance between right and wrong. */

/** Options of losses with a margin. */
export interface MarginLossOptions extends LossOptions {
  /** How far apart the sides are to be. */
  margin?: number;
}

/** Options of {@link triplet_margin_loss}. */
export interface TripletMarginLossOptions extends MarginLossOptions {
  /** The norm of the distance. Default 2. */
  p?: number;
  /** Added to the differences. Default 1e-6. */
  eps?: number;
  /** Take the positive's distance from the negative where it is nearer than the anchor's. */
  swap?: boolean;
}

const soft_margins = pair_loss({
  name: 'soft_margin_loss',
  slopes: [({ x, t }) => neg(mul(t, sigmoid(neg(mul(t, x))))), ({ x, t }) => neg(mul(x, sigmoid(neg(mul(t, x)))))],
});

const signs = (n: number) => sample([n], { values: Array.from({ length: n }, (_, i) => (i % 3 === 0 ? -1 : 1)) });
const margin_options = (op: string, given: readonly unknown[], usual: number) => {
  const { margin, reduction } = positional(op, given, { margin: usual, reduction: 'mean' as unknown }, ['margin']);
  return { margin: check_number(op, 'margin', margin), reduction: check_reduction(op, reduction) };
};

/**
 * `log(1 + exp(-t·x))` for targets of 1 and -1.
 * @example
 * ```ts
 * torch.nn.functional.soft_margin_loss(torch.tensor([0, 2]), torch.tensor([1, -1])).item(); // 1.4100
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.soft_margin_loss.html
 */
export const soft_margin_loss = op({
  name: 'soft_margin_loss',
  methods: [],
  sums: true,
  call: (input: Tensor, target: Tensor, options?: LossOptions): Tensor => {
    const given = check_options('soft_margin_loss', options, { reduction: 'mean' as unknown });
    const [x, t] = check_pair('soft_margin_loss', input, target, 'broadcast');
    return soft_margins({ x, t, parameter: 0, weights: [] }, check_reduction('soft_margin_loss', given.reduction));
  },
  samples: () => [
    { args: [sample([9]), signs(9)] },
    { args: [sample([4, 9]), signs(9), { reduction: 'sum' }] },
    { args: [sample([1003]), signs(1003), { reduction: 'none' }] },
    { args: [sample([9], { range: [-300, 300] }), signs(9)], no_grad: true },
    { args: [sample([120001]), signs(120001)], large: true },
  ],
  errors: () => [{ args: [sample([2, 3]), sample([4])], message: /cannot be broadcast/ }],
  reference: (x: Reference, t: Reference, options?: LossOptions) =>
    pair_reference(x, t, (a, b) => Math.max(-a * b, 0) + Math.log1p(Math.exp(-Math.abs(a * b))), options),
});

/**
 * x where t is 1, `max(0, margin - x)` where t is -1. `margin` is 1 by default.
 * @example
 * ```ts
 * torch.nn.functional.hinge_embedding_loss(torch.tensor([0.5, 0.25]), torch.tensor([1, -1])).item(); // 0.625
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hinge_embedding_loss.html
 */
export const hinge_embedding_loss: (
  input: Tensor,
  target: Tensor,
  ...given: Given<MarginLossOptions, [margin: 'margin']>
) => Tensor = op({
  name: 'hinge_embedding_loss',
  methods: [],
  sums: true,
  call: (input: Tensor, target: Tensor, ...given: readonly unknown[]): Tensor => {
    const { margin, reduction } = margin_options('hinge_embedding_loss', given, 1);
    const [x, t] = check_pair('hinge_embedding_loss', input, target, 'broadcast');
    const apart = where(ne(t, 1), clamp_min(sub(margin, x), 0), 0);
    return reduce_loss(add(apart, where(ne(t, -1), x, 0)), reduction);
  },
  samples: () => [
    { args: [sample([9], { avoid: [1] }), signs(9)] },
    { args: [sample([4, 9], { avoid: [0.5] }), signs(9), { margin: 0.5, reduction: 'sum' }] },
    { args: [sample([9], { avoid: [1] }), signs(9), { reduction: 'none' }] },
  ],
  errors: () => [
    { args: [sample([2]), sample([2]), { margin: '1' }], message: /expected margin to be a number, got "1"/ },
    { args: [sample([2, 3]), sample([4])], message: /cannot be broadcast/ },
  ],
  reference: (x: Reference, t: Reference, { margin = 1, ...options }: MarginLossOptions = {}) =>
    pair_reference(x, t, (a, b) => (b !== 1 ? Math.max(0, margin - a) : 0) + (b !== -1 ? a : 0), options),
});

/**
 * `max(0, -t·(x1 - x2) + margin)`: x1 is to rank higher where t is 1, lower where it is -1.
 * @example
 * ```ts
 * torch.nn.functional.margin_ranking_loss(torch.tensor([1, 2]), torch.tensor([2, 1]), torch.tensor([1, 1])).item(); // 0.5
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.margin_ranking_loss.html
 */
export const margin_ranking_loss: (
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  ...given: Given<MarginLossOptions, [margin: 'margin']>
) => Tensor = op({
  name: 'margin_ranking_loss',
  methods: [],
  sums: true,
  call: (input1: Tensor, input2: Tensor, target: Tensor, ...given: readonly unknown[]): Tensor => {
    const { margin, reduction } = margin_options('margin_ranking_loss', given, 0);
    const [a, b] = check_pair('margin_ranking_loss', input1, input2, 'broadcast');
    const t = check_tensor('margin_ranking_loss', 'target', target);
    if (input1.ndim !== input2.ndim || input1.ndim !== t.ndim)
      fail(
        'margin_ranking_loss',
        `expected tensors of as many dimensions, got shapes ${[input1, input2, t].map((each) => shape_text(each.shape)).join(', ')}`,
      );
    return reduce_loss(clamp_min(add(neg(mul(t, sub(a, b))), margin), 0), reduction);
  },
  samples: () => [
    { args: [sample([9]), sample([9]), signs(9)] },
    { args: [sample([9]), sample([9]), signs(9), { margin: 0.5, reduction: 'none' }] },
    { args: [sample([9]), sample([1]), signs(9), { margin: 2, reduction: 'sum' }] },
  ],
  errors: () => [
    {
      args: [sample([2]), sample([2]), sample([])],
      message: /expected tensors of as many dimensions, got shapes \[2\], \[2\], \[\]/,
    },
  ],
  reference: (a: Reference, b: Reference, t: Reference, { margin = 0, ...options }: MarginLossOptions = {}) => {
    const apart = pair_reference(a, b, (x, y) => x - y, { reduction: 'none' });
    return pair_reference(apart, t, (d, y) => Math.max(0, margin - y * d), options);
  },
});

/**
 * `1 - cos(x1, x2)` where t is 1, `max(0, cos(x1, x2) - margin)` where it is -1; vectors [dim] or [batch, dim].
 * @example
 * ```ts
 * const [a, b] = [torch.tensor([[1, 0]]), torch.tensor([[3, 4]])];
 * torch.nn.functional.cosine_embedding_loss(a, b, torch.tensor([1])).item(); // 0.4000
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.cosine_embedding_loss.html
 */
export const cosine_embedding_loss: (
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  ...given: Given<MarginLossOptions, [margin: 'margin']>
) => Tensor = op({
  name: 'cosine_embedding_loss',
  methods: [],
  sums: true,
  call: (input1: Tensor, input2: Tensor, target: Tensor, ...given: readonly unknown[]): Tensor => {
    const name = 'cosine_embedding_loss';
    const { margin, reduction } = margin_options(name, given, 0);
    const [a, b] = check_pair(name, input1, input2, 'same');
    const t = check_tensor(name, 'target', target);
    if (a.ndim !== t.ndim + 1 || (a.ndim !== 1 && a.ndim !== 2) || !same_shape(t.shape, a.shape.slice(0, -1)))
      fail(
        name,
        `expected inputs [dim] and a 0-dim target or inputs [batch, dim] and target [batch], got ${shape_text(a.shape)} and ${shape_text(t.shape)}`,
      );
    const tiny = 1e-12;
    const lengths = sqrt(mul(add(sum(mul(a, a), -1), tiny), add(sum(mul(b, b), -1), tiny)));
    const cosine = div(sum(mul(a, b), -1), lengths);
    const apart = where(eq(t, -1), clamp_min(sub(cosine, margin), 0), 0);
    return reduce_loss(add(where(eq(t, 1), sub(1, cosine), 0), apart), reduction);
  },
  samples: () => [
    { args: [sample([9, 5]), sample([9, 5]), signs(9)] },
    { args: [sample([9, 5]), sample([9, 5]), signs(9), { margin: 0.1, reduction: 'none' }] },
    { args: [sample([5]), sample([5]), sample([], { values: [1] }), { reduction: 'sum' }] },
  ],
  errors: () => [
    {
      args: [sample([2, 3]), sample([2, 3]), sample([3])],
      message: /or inputs \[batch, dim\] and target \[batch\], got \[2, 3\] and \[3\]/,
    },
    { args: [sample([2, 3]), sample([3]), sample([2])], message: /expected target of the input's shape/ },
  ],
});

/**
 * `max(0, d(anchor, positive) - d(anchor, negative) + margin)`, distances along the last dimension; `margin` is 1 by default.
 * @example
 * ```ts
 * const [anchor, near, far] = [torch.zeros([1, 2]), torch.tensor([[3, 4]]), torch.tensor([[0, 5.5]])];
 * torch.nn.functional.triplet_margin_loss(anchor, near, far).item(); // 0.500
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.triplet_margin_loss.html
 */
export const triplet_margin_loss: (
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  ...given: Given<TripletMarginLossOptions, [margin: 'margin', p: 'p', eps: 'eps', swap: 'swap']>
) => Tensor = op({
  name: 'triplet_margin_loss',
  methods: [],
  sums: true,
  call: (anchor: Tensor, positive: Tensor, negative: Tensor, ...given: readonly unknown[]): Tensor => {
    const name = 'triplet_margin_loss';
    const defaults = { margin: 1, p: 2, eps: 1e-6, swap: false, reduction: 'mean' as unknown };
    const { p, eps, swap, ...options } = positional(name, given, defaults, ['margin', 'p', 'eps', 'swap']);
    const margin = check_margin(name, options.margin);
    const reduction = check_reduction(name, options.reduction);
    const tensors = [anchor, positive, negative].map((each, i) =>
      check_floating(name, ['anchor', 'positive', 'negative'][i], each),
    );
    if (tensors.some(({ ndim }) => ndim !== anchor.ndim))
      fail(
        name,
        `expected tensors of as many dimensions, got shapes ${tensors.map((each) => shape_text(each.shape)).join(', ')}`,
      );
    const from = pairwise_distance(anchor, positive, { p, eps });
    let to = pairwise_distance(anchor, negative, { p, eps });
    if (check_boolean(name, 'swap', swap)) to = minimum(to, pairwise_distance(positive, negative, { p, eps }));
    return reduce_loss(clamp_min(add(sub(from, to), margin), 0), reduction);
  },
  samples: () => [
    { args: [sample([9, 5]), sample([9, 5]), sample([9, 5])] },
    { args: [sample([9, 5]), sample([9, 5]), sample([9, 5]), { margin: 2, p: 3, reduction: 'none' }] },
    { args: [sample([9, 5]), sample([9, 5]), sample([9, 5]), { swap: true, eps: 0.01, reduction: 'sum' }] },
  ],
  errors: () => [
    {
      args: [sample([2, 3]), sample([2, 3]), sample([3])],
      message: /expected tensors of as many dimensions, got shapes \[2, 3\], \[2, 3\], \[3\]/,
    },
    {
      args: [sample([2]), sample([2]), sample([2]), { margin: 0 }],
      message: /expected margin to be greater than 0, got 0/,
    },
  ],
});

/** Options of {@link triplet_margin_with_distance_loss}. */
export interface TripletMarginWithDistanceLossOptions extends MarginLossOptions {
  /** The distances of two tensors' rows. Default {@link pairwise_distance}. */
  distance_function?: ((a: Tensor, b: Tensor) => Tensor) | null;
  /** Take the positive's distance from the negative where it is nearer than the anchor's. */
  swap?: boolean;
}

/**
 * How much nearer than by the margin the negative is than the positive, by a distance of one's own.
 * @example
 * ```ts
 * const distance_function = (a: torch.Tensor, b: torch.Tensor) => a.sub(b).abs().amax(1);
 * const [anchor, positive, negative] = [torch.zeros([1, 2]), torch.ones([1, 2]), torch.ones([1, 2]).mul(3)];
 * torch.nn.functional.triplet_margin_with_distance_loss(anchor, positive, negative, { distance_function, margin: 4 }).item(); // 2
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.triplet_margin_with_distance_loss.html
 */
export function triplet_margin_with_distance_loss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options?: TripletMarginWithDistanceLossOptions,
): Tensor {
  const name = 'triplet_margin_with_distance_loss';
  const given = check_options(name, options, {
    distance_function: null as TripletMarginWithDistanceLossOptions['distance_function'],
    margin: 1,
    swap: false,
    reduction: 'mean' as unknown,
  });
  const margin = check_margin(name, given.margin);
  const reduction = check_reduction(name, given.reduction);
  const tensors = { anchor, positive, negative };
  for (const [which, each] of Object.entries(tensors)) check_floating(name, which, each);
  const distance = given.distance_function ?? ((a: Tensor, b: Tensor) => pairwise_distance(a, b));
  const from = distance(anchor, positive);
  let to = distance(anchor, negative);
  if (check_boolean(name, 'swap', given.swap)) to = minimum(to, distance(positive, negative));
  return reduce_loss(clamp_min(add(sub(from, to), margin), 0), reduction);
}

export function check_margin(op: string, value: unknown): number {
  const margin = check_number(op, 'margin', value);
  return margin > 0 ? margin : fail_range(op, `expected margin to be greater than 0, got ${margin}`);
}

/**
 * The binary cross entropy of logits, its mean over the classes.
 * @example
 * ```ts
 * torch.nn.functional.multilabel_soft_margin_loss(torch.tensor([[0, 2]]), torch.tensor([[1, 1]])).item(); // 0.4100
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_soft_margin_loss.html
 */
export const multilabel_soft_margin_loss: (
  input: Tensor,
  target: Tensor,
  ...given: Given<WeightedLossOptions, [weight: 'weight']>
) => Tensor = op({
  name: 'multilabel_soft_margin_loss',
  methods: [],
  sums: true,
  call: (input: Tensor, target: Tensor, ...given: readonly unknown[]): Tensor => {
    const name = 'multilabel_soft_margin_loss';
    const options = positional(name, given, { weight: null as unknown, reduction: 'mean' as unknown }, ['weight']);
    const reduction = check_reduction(name, options.reduction);
    const [x, t] = check_pair(name, input, target, 'same');
    let losses = neg(add(mul(t, logsigmoid(x)), mul(sub(1, t), logsigmoid(neg(x)))));
    if (options.weight !== null) losses = mul(losses, cast_to(check_floating(name, 'weight', options.weight), x.dtype));
    return reduce_loss(mean(losses, -1), reduction);
  },
  samples: () => [
    { args: [sample([4, 5]), sample([4, 5], { range: [0, 1] })] },
    { args: [sample([5]), sample([5], { range: [0, 1] }), { reduction: 'sum' }] },
    { args: [sample([4, 5]), sample([4, 5], { range: [0, 1] }), { reduction: 'none' }] },
  ],
  errors: () => [
    { args: [sample([2, 3]), sample([3])], message: /expected target of the input's shape \[2, 3\], got \[3\]/ },
  ],
});
