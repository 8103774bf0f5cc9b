import { is_grad_enabled } from '../autograd/mode';
import { type Node, record, tracks } from '../autograd/node';
import { check_integer, check_number, check_options, fail, shape_text } from '../errors';
import { kernel } from '../native/kernel';
import { numel_of, same_shape } from '../tensor/shape';
import { allocate, check_floating, check_same_dtype, check_tensor, Tensor } from '../tensor/tensor';
import { div, mul, neg, sub } from './arithmetic';
import { eq, ne } from './compare';
import { arange, tensor } from './create';
import { op, type Reference, sample } from './define';
import {
  check_reduction,
  type LossOptions,
  type LossReduction,
  REDUCTIONS,
  reduce_loss,
  reduced_reference,
} from './loss';
import { cast_to } from './operand';
import { sum } from './reduce';
import { log_softmax, softmax } from './softmax';
import { contiguous, permute, reshape } from './views';
import { where } from './where';

/** Losses of classes: log-softmax and the target's likelihood in one kernel. */

/** Options of {@link nll_loss}. */
export interface NllLossOptions extends LossOptions {
  /** A factor for each class. */
  weight?: Tensor | null;
  /** Rows with this target do not count. Default -100. */
  ignore_index?: number;
}

/** Options of {@link cross_entropy}. */
export interface CrossEntropyOptions extends NllLossOptions {
  /** How much of the target is spread over all classes, in [0, 1]. Default 0. */
  label_smoothing?: number;
}

const run_cross_entropy = kernel('cross_entropy');
const run_cross_entropy_backward = kernel('cross_entropy_backward');
const run_nll_loss = kernel('nll_loss');
const run_nll_loss_backward = kernel('nll_loss_backward');

interface Classification {
  rows: number;
  classes: number;
  /** [rows, classes], contiguous, part of the graph. */
  input: Tensor;
  target: Tensor;
  weight: Tensor | null;
  ignore_index: number;
  label_smoothing: number;
  reduction: LossReduction;
  /** The shape of the losses without reduction. */
  shape: readonly number[];
}

/** PyTorch's first positional option is the weight. */
export function named_weight<T extends NllLossOptions>(
  given: Tensor | T | null | undefined,
): T | NllLossOptions | undefined {
  return given instanceof Tensor ? { weight: given } : (given ?? undefined);
}

const class_defaults = { weight: null as Tensor | null, ignore_index: -100, reduction: 'mean' as unknown };

function check_classification(
  op: string,
  given: unknown,
  target: unknown,
  options: typeof class_defaults,
  label_smoothing: number,
): Classification {
  const x = check_floating(op, 'input', given);
  const t = check_tensor(op, 'target', target);
  const reduction = check_reduction(op, options.reduction);
  const ignore_index = check_integer(op, 'ignore_index', options.ignore_index, -(2 ** 52), 2 ** 52);
  if (x.ndim === 0)
    fail(op, 'expected input of shape [classes], [batch, classes] or [batch, classes, ...], got a 0-dim tensor');
  const at = x.ndim === 1 ? 0 : 1;
  const classes = x.shape[at];
  const shape = [...x.shape.slice(0, at), ...x.shape.slice(at + 1)];
  if (!same_shape(t.shape, shape))
    fail(
      op,
      `expected target of shape ${shape_text(shape)} for input of shape ${shape_text(x.shape)}, got ${shape_text(t.shape)}`,
    );
  if (!['int64', 'int32', 'uint8'].includes(t.dtype.name))
    fail(op, `expected target to hold classes (int64, int32 or uint8), got ${t.dtype}`);
  const weight = check_class_weight(op, options.weight, classes, x);
  const rows = numel_of(shape);
  const last = x.ndim <= 2 ? x : permute(x, [0, ...x.shape.slice(2).map((_, i) => i + 2), 1]);
  const input = contiguous(same_shape(last.shape, [rows, classes]) ? last : reshape(last, [rows, classes]));
  return { rows, classes, input, target: contiguous(t), weight, ignore_index, label_smoothing, reduction, shape };
}

function check_class_weight(op: string, weight: Tensor | null, classes: number, x: Tensor): Tensor | null {
  if (weight === null) return null;
  const w = check_floating(op, 'weight', weight);
  check_same_dtype(op, x, w);
  if (w.ndim !== 1 || w.shape[0] !== classes)
    fail(op, `expected weight of shape [${classes}], got ${shape_text(w.shape)}`);
  return contiguous(w);
}

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

function per_row(g: Tensor, total_weight: Tensor, reduction: LossReduction): Tensor {
  if (reduction === 'none') return reshape(g, [-1, 1]);
  return reduction === 'mean' ? div(g, total_weight) : g;
}

/** [rows, classes]: what each log probability is multiplied with, rows to ignore all 0. */
function target_distribution(
  target: Tensor,
  { rows, classes, input, weight, ignore_index, label_smoothing }: Classification,
): Tensor {
  const column = reshape(target, [rows, 1]);
  const one_hot = cast_to(eq(column, arange(classes, { dtype: target.dtype })), input.dtype);
  const w = weight ?? tensor(1, { dtype: input.dtype });
  const q = mul(w, one_hot.mul(1 - label_smoothing).add(label_smoothing / classes));
  return where(ne(column, ignore_index), q, 0);
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
export const cross_entropy = op({
  name: 'cross_entropy',
  methods: [],
  call: (input: Tensor, target: Tensor, options?: Tensor | CrossEntropyOptions | null): Tensor => {
    const given = check_options('cross_entropy', named_weight(options), { ...class_defaults, label_smoothing: 0 });
    const smoothing = check_label_smoothing('cross_entropy', given.label_smoothing);
    const x = check_tensor('cross_entropy', 'input', input);
    const t = check_tensor('cross_entropy', 'target', target);
    if (t.dtype.is_floating_point && x.ndim > 0 && same_shape(x.shape, t.shape))
      return soft_cross_entropy('cross_entropy', x, t, given, smoothing);
    return fused_cross_entropy(check_classification('cross_entropy', x, t, given, smoothing));
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

/**
 * The negative log likelihood of log probabilities.
 * @example
 * ```ts
 * const log_probabilities = torch.tensor([[0.25, 0.75], [0.5, 0.5]]).log();
 * torch.nn.functional.nll_loss(log_probabilities, torch.tensor([1n, 0n])).item(); // 0.4904
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.nll_loss.html
 */
export const nll_loss = op({
  name: 'nll_loss',
  methods: [],
  call: (input: Tensor, target: Tensor, options?: Tensor | NllLossOptions | null): Tensor => {
    const given = check_options('nll_loss', named_weight(options), class_defaults);
    const work = check_classification('nll_loss', input, target, given, 0);
    const { rows, classes, weight, ignore_index, reduction, shape } = work;
    const { dtype } = work.input;
    const code = REDUCTIONS.indexOf(reduction);
    const out = allocate(reduction === 'none' ? shape : [], dtype);
    const total_weight = allocate([], dtype);
    run_nll_loss(
      dtype.code,
      rows,
      classes,
      work.input,
      work.target.dtype.code,
      work.target,
      weight,
      ignore_index,
      code,
      out,
      total_weight,
    );
    if (!tracks(work.input)) return out;
    total_weight.storage.internal = true;
    const saved = [work.target, total_weight, ...(weight === null ? [] : [weight])];
    return record(out, 'NllLossBackward0', [work.input], saved, (g, node) => {
      if (is_grad_enabled())
        return [neg(mul(target_distribution(node.saved(0), work), per_row(g, node.saved(1), reduction)))];
      const dense = contiguous(g);
      const dx = allocate([rows, classes], dtype);
      const w = weight === null ? null : node.saved(2);
      run_nll_loss_backward(
        dtype.code,
        rows,
        classes,
        dx,
        work.target.dtype.code,
        node.saved(0),
        w,
        ignore_index,
        code,
        dense,
        node.saved(1),
      );
      return [dx];
    });
  },
  samples: classification_samples,
  errors: () => classification_errors('nll_loss'),
  reference: (x: Reference, t: Reference, options: NllLossOptions = {}) =>
    classification_reference(x, t, options, false),
});

function classification_samples() {
  const target = (values: readonly number[], shape = [values.length], dtype: 'int64' | 'int32' | 'uint8' = 'int64') =>
    sample(shape, { values, dtype });
  return [
    { args: [sample([4, 5]), target([0, 4, 2, 4])] },
    { args: [sample([4, 5]), target([0, 4, 2, 4], [4], 'int32')] },
    { args: [sample([4, 5]), target([0, 4, 2, 4], [4], 'uint8'), { reduction: 'sum' }] },
    { args: [sample([4, 5]), target([0, 4, 2, 4]), { reduction: 'none' }] },
    { args: [sample([4, 5]), target([0, -100, 2, -100])] },
    { args: [sample([4, 5]), target([0, 4, 2, 4]), { ignore_index: 4, reduction: 'none' }] },
    { args: [sample([5]), target([3], [])] },
    { args: [sample([2, 3, 4]), target([0, 1, 2, 0, 1, 2, 2, 1], [2, 4])] },
    { args: [sample([2, 3, 2, 2]), target([0, 1, 2, 0, 1, 2, 2, 1], [2, 2, 2]), { reduction: 'none' }] },
    { args: [sample([33, 17]), target(Array.from({ length: 33 }, (_, i) => i % 17))] },
  ];
}

function classification_errors(name: string) {
  return [
    {
      args: [sample([4, 5]), sample([3], { values: [0, 1, 2], dtype: 'int64' })],
      message: new RegExp(`^${name}: expected target of shape \\[4\\] for input of shape \\[4, 5\\], got \\[3\\]$`),
    },
    {
      args: [sample([1, 5]), sample([1], { values: [5], dtype: 'int64' })],
      message: /target 5 is out of range \[0, 5\)/,
    },
    {
      args: [sample([1, 5]), sample([1], { values: [1] })],
      message: /expected target to hold classes \(int64, int32 or uint8\), got torch.float/,
    },
    { args: [sample([]), sample([])], message: /got a 0-dim tensor/ },
  ];
}

function classification_reference(
  x: Reference,
  t: Reference,
  options: CrossEntropyOptions,
  logits: boolean,
): Reference {
  const { ignore_index = -100, label_smoothing = 0 } = options;
  const at = x.shape.length === 1 ? 0 : 1;
  const outer = at === 0 ? 1 : x.shape[0];
  const classes = x.shape[at];
  const inner = numel_of(x.shape.slice(at + 1));
  const soft = t.shape.length === x.shape.length;
  const losses = new Float64Array(outer * inner);
  let weight = 0;
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++) {
      const line = Array.from({ length: classes }, (_, c) => x.data[(o * classes + c) * inner + i]);
      const lse = logits ? Math.log(line.reduce((a, v) => a + Math.exp(v), 0)) : 0;
      const target = soft ? -1 : Number(t.data[o * inner + i]);
      if (!soft && target === ignore_index) continue;
      weight++;
      line.forEach((v, c) => {
        const own = soft ? t.data[(o * classes + c) * inner + i] : Number(c === target);
        losses[o * inner + i] -= (own * (1 - label_smoothing) + label_smoothing / classes) * (v - lse);
      });
    }
  return reduced_reference([...x.shape.slice(0, at), ...x.shape.slice(at + 1)], losses, options, weight);
}
