import { type Given, positional } from '../arguments';
import { is_grad_enabled } from '../autograd/mode';
import { type Node, record, tracks } from '../autograd/node';
import { check_number, fail } from '../errors';
import { kernel } from '../native/kernel';
import { numel_of, same_shape } from '../tensor/shape';
import { allocate, check_floating, check_tensor, type Tensor } from '../tensor/tensor';
import { div, mul, neg, sub } from './arithmetic';
import {
  type Classification,
  type CrossEntropyOptions,
  check_class_weight,
  check_classification,
  class_defaults,
  per_row,
  target_distribution,
} from './classification';
import { classification_errors, classification_reference, classification_samples } from './classification_samples';
import { op, type Reference, sample } from './define';
import { check_reduction, REDUCTIONS, reduce_loss } from './loss';
import { cast_to } from './operand';
import { sum } from './reduce';
import { log_softmax, softmax } from './softmax';
import { contiguous, reshape } from './views';

/** Log-softmax and the target's likelihood in one kernel. */

const run_cross_entropy = kernel('cross_entropy');
const run_cross_entropy_backward = kernel('cross_entropy_backward');

/** Whole class targets: softmax and the target's log probability in one kernel. */
function fused_cross_entropy(work: Classification): Tensor {
  const { rows, classes, input, target, weight, ignore_index, label_smoothing, reduction, shape } = work;
  const { dtype } = input;
  const tracked = tracks(input);
  const code = REDUCTIONS.indexOf(reduction);
  const out = allocate(reduction === 'none' ? shape : [], dtype);
  const statistics = tracked ? allocate([2 * rows], dtype) : null;
  const total_weight = allocate([], dtype);
  run_cross_entropy(
    dtype.code,
    rows,
    classes,
    input,
    target.dtype.code,
    target,
    weight,
    ignore_index,
    label_smoothing,
    code,
    out,
    statistics,
    total_weight,
  );
  total_weight.storage.internal = true;
  if (statistics === null) {
    total_weight.storage.release();
    return out;
  }
  statistics.storage.internal = true;
  const saved = [input, target, statistics, total_weight, ...(weight === null ? [] : [weight])];
  return record(out, 'CrossEntropyLossBackward0', [input], saved, (g, node) => {
    if (is_grad_enabled()) return [cross_entropy_gradient(g, node, work)];
    const dense = contiguous(g);
    const dx = allocate([rows, classes], dtype);
    const w = weight === null ? null : node.saved(4);
    run_cross_entropy_backward(
      dtype.code,
      rows,
      classes,
      dx,
      node.saved(0),
      node.saved(2),
      target.dtype.code,
      node.saved(1),
      w,
      ignore_index,
      label_smoothing,
      code,
      dense,
      node.saved(3),
    );
    return [dx];
  });
}

/** The same gradient out of differentiable operations: `(softmax · Σq - q) · g`, q being the weighted target distribution. */
function cross_entropy_gradient(g: Tensor, node: Node, work: Classification): Tensor {
  const q = target_distribution(node.saved(1), work);
  const scaled = per_row(g, node.saved(3), work.reduction);
  return mul(sub(mul(softmax(node.saved(0), 1), sum(q, 1, true)), q), scaled);
}

export function check_label_smoothing(op: string, value: unknown): number {
  const smoothing = check_number(op, 'label_smoothing', value);
  return smoothing >= 0 && smoothing <= 1
    ? smoothing
    : fail(op, `expected label_smoothing between 0 and 1, got ${smoothing}`);
}

/** Targets that are probabilities. */
function soft_cross_entropy(
  op: string,
  given: unknown,
  target: Tensor,
  options: typeof class_defaults,
  label_smoothing: number,
): Tensor {
  const x = check_floating(op, 'input', given);
  const reduction = check_reduction(op, options.reduction);
  const at = x.ndim === 1 ? 0 : 1;
  const classes = x.shape[at];
  const weight = check_class_weight(op, options.weight, classes, x);
  const along = x.shape.map((_, i) => (i === at ? classes : 1));
  let q = cast_to(target, x.dtype);
  if (label_smoothing > 0) q = q.mul(1 - label_smoothing).add(label_smoothing / classes);
  if (weight !== null) q = mul(q, reshape(weight, along));
  const losses = neg(sum(mul(log_softmax(x, at), q), at));
  if (reduction !== 'mean') return reduce_loss(losses, reduction);
  return div(sum(losses), numel_of(losses.shape));
}

/**
 * Cross entropy of logits [batch, classes], [classes] or [batch, classes, ...] and targets: classes (int64, int32 or uint8) without that dimension, or
 * probabilities of the input's shape.
 * @example
 * ```ts
 * const logits = torch.tensor([[0, 0]]);
 * torch.nn.functional.cross_entropy(logits, torch.tensor([1n])).item(); // 0.6931471824645996
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html
 */
export const cross_entropy: (
  input: Tensor,
  target: Tensor,
  ...given: Given<CrossEntropyOptions, [weight: 'weight']>
) => Tensor = op({
  name: 'cross_entropy',
  methods: [],
  call: (input: Tensor, target: Tensor, ...given: readonly unknown[]): Tensor => {
    const options = positional('cross_entropy', given, { ...class_defaults, label_smoothing: 0 }, ['weight']);
    const smoothing = check_label_smoothing('cross_entropy', options.label_smoothing);
    const x = check_tensor('cross_entropy', 'input', input);
    const t = check_tensor('cross_entropy', 'target', target);
    if (t.dtype.is_floating_point && x.ndim > 0 && same_shape(x.shape, t.shape))
      return soft_cross_entropy('cross_entropy', x, t, options, smoothing);
    return fused_cross_entropy(check_classification('cross_entropy', x, t, options, smoothing));
  },
  samples: () => [
    ...classification_samples(),
    ...(['none', 'mean', 'sum'] as const).flatMap((reduction) => [
      {
        args: [
          sample([4, 5]),
          sample([4], { values: [0, 4, 2, 4], dtype: 'int64' }),
          { label_smoothing: 0.1, reduction },
        ],
      },
      { args: [sample([4, 5]), sample([4, 5], { range: [0, 1] }), { label_smoothing: 0.2, reduction }] },
    ]),
  ],
  errors: () => classification_errors('cross_entropy'),
  reference: (x: Reference, t: Reference, options: CrossEntropyOptions = {}) =>
    classification_reference(x, t, options, true),
});
