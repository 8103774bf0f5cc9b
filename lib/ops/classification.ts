import { check_integer, fail, shape_text } from '../errors';
import { numel_of, same_shape } from '../tensor/shape';
import { check_floating, check_same_dtype, check_tensor, type Tensor } from '../tensor/tensor';
import { div, mul } from './arithmetic';
import { eq, ne } from './compare';
import { arange, tensor } from './create';
import { check_reduction, type LossOptions, type LossReduction } from './loss';
import { cast_to } from './operand';
import { contiguous, permute, reshape } from './views';
import { where } from './where';

/** What losses of classes have in common: rows of scores, one class for each, a weight for each class. */

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

/** A judged call. */
export interface Classification {
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
export const class_defaults = { weight: null as Tensor | null, ignore_index: -100, reduction: 'mean' as unknown };

export function check_classification(
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

export function check_class_weight(op: string, weight: Tensor | null, classes: number, x: Tensor): Tensor | null {
  if (weight === null) return null;
  const w = check_floating(op, 'weight', weight);
  check_same_dtype(op, x, w);
  if (w.ndim !== 1 || w.shape[0] !== classes)
    fail(op, `expected weight of shape [${classes}], got ${shape_text(w.shape)}`);
  return contiguous(w);
}

/** The gradient of the result as a factor for each row. */
export function per_row(g: Tensor, total_weight: Tensor, reduction: LossReduction): Tensor {
  if (reduction === 'none') return reshape(g, [-1, 1]);
  return reduction === 'mean' ? div(g, total_weight) : g;
}

/** [rows, classes]: what each log probability is multiplied with, rows to ignore all 0. */
export function target_distribution(
  target: Tensor,
  { rows, classes, input, weight, ignore_index, label_smoothing }: Classification,
): Tensor {
  const column = reshape(target, [rows, 1]);
  const one_hot = cast_to(eq(column, arange(classes, { dtype: target.dtype })), input.dtype);
  const w = weight ?? tensor(1, { dtype: input.dtype });
  const q = mul(w, one_hot.mul(1 - label_smoothing).add(label_smoothing / classes));
  return where(ne(column, ignore_index), q, 0);
}
