import { type Given, positional } from '../arguments';
import { check_number, check_options, fail, fail_range, shape_text } from '../errors';
import { same_shape } from '../tensor/shape';
import { check_floating, check_tensor, type Tensor } from '../tensor/tensor';
import { add, div, mul, sub } from './arithmetic';
import { clamp_min } from './clamp';
import { eq, ge, logical_and, logical_not } from './compare';
import { arange, read_item } from './create';
import { cumsum } from './cumulative';
import { op, type Reference, sample } from './define';
import { max, min } from './extreme';
import { gather } from './gather';
import { index_select } from './indexing';
import { check_reduction, type LossOptions, reduce_loss, reduced_reference } from './loss';
import { cast_to } from './operand';
import { square } from './power';
import { sum } from './reduce';
import { reshape, unsqueeze } from './views';
import { where } from './where';

/** Margins between the scores of classes. */

/** Options of {@link multi_margin_loss}. */
export interface MultiMarginLossOptions extends LossOptions {
  /** 1 or 2: the power of each violation. */
  p?: number;
  /** Default 1. */
  margin?: number;
  /** A factor for each class, by the target. */
  weight?: Tensor | null;
}

function check_labels(name: string, labels: Tensor, low: number, classes: number): void {
  if (labels.count === 0) return;
  for (const label of [read_item(min(labels)), read_item(max(labels))])
    if (label < low || label >= classes) fail_range(name, `target ${label} is not one of ${classes} classes`);
}

/** Scores [classes] or [batch, classes] as [batch, classes], and the targets, whole numbers, alike. */
function check_scores(op: string, input: unknown, target: unknown, target_dims: 'one each' | 'all') {
  const x = check_floating(op, 'input', input);
  const t = check_tensor(op, 'target', target);
  if (x.ndim !== 1 && x.ndim !== 2)
    fail(op, `expected input of shape [classes] or [batch, classes], got ${shape_text(x.shape)}`);
  const expected = target_dims === 'all' ? x.shape : x.shape.slice(0, -1);
  const single = x.ndim === 1 && target_dims === 'one each' && same_shape(t.shape, [1]);
  if (!same_shape(t.shape, expected) && !single)
    fail(
      op,
      `expected target of shape ${shape_text(expected)} for input of shape ${shape_text(x.shape)}, got ${shape_text(t.shape)}`,
    );
  if (t.dtype.is_floating_point || t.dtype.name === 'bool') fail(op, `expected target to hold classes, got ${t.dtype}`);
  const classes = x.shape[x.ndim - 1];
  return { scores: reshape(x, [-1, classes]), labels: reshape(t, [x.ndim === 1 ? 1 : x.shape[0], -1]), classes };
}

/**
 * The sum over the other classes of `max(0, margin - x[t] + x[i])ᵖ`, divided by the number of classes.
 * @example
 * ```ts
 * torch.nn.functional.multi_margin_loss(torch.tensor([[0.1, 0.9, 0.4]]), torch.tensor([1n])).item(); // 0.2333
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.multi_margin_loss.html
 */
export const multi_margin_loss: (
  input: Tensor,
  target: Tensor,
  ...given: Given<MultiMarginLossOptions, [p: 'p', margin: 'margin', weight: 'weight']>
) => Tensor = op({
  name: 'multi_margin_loss',
  methods: [],
  sums: true,
  call: (input: Tensor, target: Tensor, ...given: readonly unknown[]): Tensor => {
    const name = 'multi_margin_loss';
    const defaults = { p: 1, margin: 1, weight: null as unknown, reduction: 'mean' as unknown };
    const options = positional(name, given, defaults, ['p', 'margin', 'weight']);
    const reduction = check_reduction(name, options.reduction);
    const p = check_power(name, options.p);
    const margin = check_number(name, 'margin', options.margin);
    const { scores, labels, classes } = check_scores(name, input, target, 'one each');
    check_labels(name, labels, 0, classes);
    const own = gather(scores, 1, labels);
    let short = clamp_min(add(sub(scores, own), margin), 0);
    if (p === 2) short = square(short);
    if (options.weight !== null) {
      const weight = check_floating(name, 'weight', options.weight);
      if (!same_shape(weight.shape, [classes]))
        fail(name, `expected weight of shape [${classes}], got ${shape_text(weight.shape)}`);
      short = mul(short, reshape(index_select(cast_to(weight, scores.dtype), 0, reshape(labels, [-1])), [-1, 1]));
    }
    const others = logical_not(eq(labels, arange(classes, { dtype: labels.dtype })));
    const losses = div(sum(where(others, short, 0), 1), classes);
    return reduce_loss(input.ndim === 1 ? reshape(losses, []) : losses, reduction);
  },
  samples: () => [
    ...[{}, { p: 2, margin: 0.5 }, { reduction: 'none' }, { reduction: 'sum', p: 2 }].map((options) => ({
      args: [sample([4, 5]), sample([4], { values: [0, 4, 2, 4], dtype: 'int64' }), options],
    })),
    { args: [sample([5]), sample([], { values: [3], dtype: 'int64' })] },
  ],
  errors: () => [
    {
      args: [sample([2, 3]), sample([3], { values: [0, 1, 2], dtype: 'int64' })],
      message: /expected target of shape \[2\] for input of shape \[2, 3\], got \[3\]/,
    },
    {
      args: [sample([1, 3]), sample([1], { values: [1], dtype: 'int64' }), { p: 3 }],
      message: /expected p to be 1 or 2, got 3/,
    },
    { args: [sample([2, 3]), sample([2])], message: /expected target to hold classes, got torch.float/ },
  ],
  reference: (x: Reference, t: Reference, options: MultiMarginLossOptions = {}) => {
    const { p = 1, margin = 1 } = options;
    const classes = x.shape[x.shape.length - 1];
    const data = Float64Array.from({ length: t.data.length }, (_, row) => {
      const line = Array.from({ length: classes }, (_, i) => x.data[row * classes + i]);
      const short = line.map((v, i) => (i === t.data[row] ? 0 : Math.max(0, margin - line[t.data[row]] + v) ** p));
      return short.reduce((a, b) => a + b, 0) / classes;
    });
    return reduced_reference(t.shape, data, options);
  },
});

export function check_power(op: string, value: unknown): 1 | 2 {
  return value === 1 || value === 2 ? value : fail_range(op, `expected p to be 1 or 2, got ${value}`);
}

/**
 * The sum of `max(0, 1 - (x[j] - x[i]))` over the target classes j and the others i, divided by the number of classes. A row of targets ends
 * at its first negative number.
 * @example
 * ```ts
 * const target = torch.tensor([[2n, 0n, -1n]]); // classes 2 and 0; -1 ends the list
 * torch.nn.functional.multilabel_margin_loss(torch.tensor([[0.1, 0.2, 0.4]]), target).item(); // 0.6333
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_margin_loss.html
 */
export const multilabel_margin_loss = op({
  name: 'multilabel_margin_loss',
  methods: [],
  sums: true,
  call: (input: Tensor, target: Tensor, options?: LossOptions): Tensor => {
    const name = 'multilabel_margin_loss';
    const given = check_options(name, options, { reduction: 'mean' as unknown });
    const reduction = check_reduction(name, given.reduction);
    const { scores, labels, classes } = check_scores(name, input, target, 'all');
    check_labels(name, labels, -Infinity, classes);
    const listed = eq(cumsum(logical_not(ge(labels, 0)).long(), 1), 0);
    const safe = where(listed, labels, 0);
    const own = gather(scores, 1, safe);
    // [batch, place in the list, class]
    const named = logical_and(unsqueeze(listed, 2), eq(unsqueeze(safe, 2), arange(classes, { dtype: safe.dtype })));
    const wrong = logical_not(named.any(1, true));
    const short = clamp_min(add(sub(unsqueeze(scores, 1), unsqueeze(own, 2)), 1), 0);
    const counted = where(logical_and(unsqueeze(listed, 2), wrong), short, 0);
    const losses = div(sum(counted, [1, 2]), classes);
    return reduce_loss(input.ndim === 1 ? reshape(losses, []) : losses, reduction);
  },
  samples: () => [
    ...[{}, { reduction: 'none' }, { reduction: 'sum' }].map((options) => ({
      args: [sample([2, 4]), sample([2, 4], { values: [3, 0, -1, 1, -1, 2, 2, 2], dtype: 'int64' }), options],
    })),
    { args: [sample([4]), sample([4], { values: [1, 2, 3, 0], dtype: 'int64' })] },
  ],
  errors: () => [
    {
      args: [sample([2, 3]), sample([3], { values: [0, 1, 2], dtype: 'int64' })],
      message: /expected target of shape \[2, 3\] for input of shape \[2, 3\], got \[3\]/,
    },
  ],
  reference: (x: Reference, t: Reference, options?: LossOptions) => {
    const classes = x.shape[x.shape.length - 1];
    const data = Float64Array.from({ length: x.data.length / classes }, (_, row) => {
      const at = (source: ArrayLike<number>) => Array.from({ length: classes }, (_, i) => source[row * classes + i]);
      const [line, targets] = [at(x.data), at(t.data)];
      const end = targets.findIndex((each) => each < 0);
      const right = targets.slice(0, end < 0 ? classes : end);
      let total = 0;
      for (const j of right)
        line.forEach((v, i) => {
          if (!right.includes(i)) total += Math.max(0, 1 - (line[j] - v));
        });
      return total / classes;
    });
    return reduced_reference(x.shape.slice(0, -1), data, options);
  },
});
