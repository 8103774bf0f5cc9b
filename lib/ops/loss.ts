import { is_grad_enabled } from '../autograd/mode';
import { type Node, record, tracks } from '../autograd/node';
import { check_options, fail_type, shape_text } from '../errors';
import { kernel } from '../native/kernel';
import { map_kernel } from '../native/map';
import { broadcast_shapes, same_shape } from '../tensor/shape';
import { allocate, check_floating, check_tensor, type Tensor, window } from '../tensor/tensor';
import { mul, neg, sub } from './arithmetic';
import { op, type Reference, sample } from './define';
import { stand_ins } from './leaky_relu';
import { cast_to } from './operand';
import { abs } from './pointwise';
import { mean, sum } from './reduce';

/** Losses of numbers, and what all losses share. */

export type LossReduction = 'none' | 'mean' | 'sum';

export interface LossOptions {
  /** What becomes of the elements' losses. Default `mean`. */
  reduction?: LossReduction;
}

export const REDUCTIONS: readonly LossReduction[] = ['none', 'mean', 'sum'];

export function check_reduction(op: string, value: unknown): LossReduction {
  return REDUCTIONS.includes(value as LossReduction)
    ? (value as LossReduction)
    : fail_type(op, 'reduction', '"none", "mean" or "sum"', value);
}

export function reduce_loss(losses: Tensor, reduction: LossReduction): Tensor {
  return reduction === 'none' ? losses : reduction === 'mean' ? mean(losses) : sum(losses);
}

let warned_of_broadcast = false;

/** Two tensors of numbers, in one dtype. Shapes that differ are allowed, as in PyTorch, but rarely meant. */
function check_regression(op: string, input: unknown, target: unknown): [Tensor, Tensor] {
  const x = check_floating(op, 'input', input);
  const t = check_tensor(op, 'target', target);
  broadcast_shapes(op, x.shape, t.shape);
  if (!same_shape(x.shape, t.shape) && !warned_of_broadcast) {
    warned_of_broadcast = true;
    process.emitWarning(
      `${op}: input of shape ${shape_text(x.shape)} and target of shape ${shape_text(t.shape)} are broadcast; is that meant?`,
      'CressetWarning',
    );
  }
  return [x, cast_to(t, x.dtype)];
}

const subtract = map_kernel('sub');
const divide = map_kernel('div');
const multiply = map_kernel('mul');
const negate = map_kernel('neg');
const sum_of_squares = kernel('norm2');

function squared_error(input: Tensor, target: Tensor, reduction: 'mean' | 'sum'): Tensor {
  const { shape, dtype, count } = input;
  const difference = allocate(shape, dtype);
  const out = allocate([], dtype);
  if (count > 0) subtract(dtype, difference, [input, target]);
  sum_of_squares(dtype.code, 0, 1, count, out, difference, 1);
  if (reduction === 'mean') divide(dtype, out, [out, count]);
  difference.storage.internal = true;
  const factor = reduction === 'mean' ? 2 / count : 2;
  if (!tracks(input, target)) difference.storage.release();
  else
    record(out, 'MseLossBackward0', [input, target], [difference], (g, node) =>
      squared_error_gradient(g, node, factor),
    );
  return out;
}

function squared_error_gradient(g: Tensor, node: Node, factor: number): Tensor[] {
  const saved = node.saved(0);
  const { shape, dtype } = saved;
  if (is_grad_enabled()) {
    const difference = window(saved, shape, saved.strides, saved.offset);
    const origins = stand_ins(node, [saved, saved]);
    record(difference, 'SubBackward0', origins, [], (gg) => [gg, neg(gg)]);
    const dx = mul(mul(difference, factor), g);
    return [dx, neg(dx)];
  }
  const scale = allocate([], dtype);
  const dx = allocate(shape, dtype);
  const dt = node.needs(1) ? allocate(shape, dtype) : null;
  multiply(dtype, scale, [g, factor]);
  if (saved.count > 0) multiply(dtype, dx, [saved, scale]);
  if (dt === null) return [dx];
  if (saved.count > 0) negate(dtype, dt, [dx]);
  return [dx, dt];
}

const regression_samples = () => [
  ...[[], [1], [17], [5, 3], [1003]].map((shape) => ({ args: [sample(shape), sample(shape)] })),
  { args: [sample([4, 3]), sample([4, 3]), { reduction: 'sum' }] },
  { args: [sample([4, 3]), sample([4, 3]), { reduction: 'none' }] },
  { args: [sample([4, 3]), sample([3])] },
];
const regression_errors = () => [
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

/** The mean of `(input - target)²`. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.mse_loss.html */
export const mse_loss = op({
  name: 'mse_loss',
  methods: [],
  call: (input: Tensor, target: Tensor, options?: LossOptions): Tensor => {
    const reduction = check_reduction('mse_loss', check_options('mse_loss', options, { reduction: 'mean' }).reduction);
    const [x, t] = check_regression('mse_loss', input, target);
    if (reduction !== 'none' && same_shape(x.shape, t.shape)) return squared_error(x, t, reduction);
    const difference = sub(x, t);
    return reduce_loss(mul(difference, difference), reduction);
  },
  samples: regression_samples,
  errors: regression_errors,
  reference: (x: Reference, t: Reference, options?: LossOptions) => reduce_reference(x, t, (d) => d * d, options),
});

/** The mean of `|input - target|`. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.l1_loss.html */
export const l1_loss = op({
  name: 'l1_loss',
  methods: [],
  call: (input: Tensor, target: Tensor, options?: LossOptions): Tensor => {
    const reduction = check_reduction('l1_loss', check_options('l1_loss', options, { reduction: 'mean' }).reduction);
    const [x, t] = check_regression('l1_loss', input, target);
    return reduce_loss(abs(sub(x, t)), reduction);
  },
  samples: regression_samples,
  errors: regression_errors,
  reference: (x: Reference, t: Reference, options?: LossOptions) => reduce_reference(x, t, Math.abs, options),
});

function reduce_reference(
  x: Reference,
  t: Reference,
  f: (difference: number) => number,
  options?: LossOptions,
): Reference {
  // The samples broadcast the target over leading dimensions only.
  const data = Float64Array.from(x.data as ArrayLike<number>, (v, i) => f(v - t.data[i % t.data.length]));
  return reduced_reference(x.shape, data, options);
}

export function reduced_reference(
  shape: readonly number[],
  data: Float64Array,
  options?: LossOptions,
  weight = data.length,
): Reference {
  if (options?.reduction === 'none') return { shape, data };
  const total = data.reduce((a, b) => a + b, 0);
  return { shape: [], data: [options?.reduction === 'sum' ? total : total / weight] };
}
