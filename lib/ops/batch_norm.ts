import { type Given, positional } from '../arguments';
import { reusable } from '../autograd/engine';
import { is_grad_enabled } from '../autograd/mode';
import { type Node, record, tracks_any } from '../autograd/node';
import { check_boolean, check_number, fail, fail_range, shape_text } from '../errors';
import { kernel } from '../native/kernel';
import { copy_into } from '../native/map';
import { numel_of } from '../tensor/shape';
import { allocate, check_floating, type Tensor } from '../tensor/tensor';
import { add, mul } from './arithmetic';
import { gt } from './compare';
import { check_inplace, op, type Reference, sample } from './define';
import { check_slope } from './leaky_relu';
import {
  check_eps,
  check_parameter,
  type Frame,
  normalization_formula,
  normalization_reference,
  parameter_gradient,
} from './norm_formula';
import { contiguous_copy } from './operand';
import { contiguous, reshape } from './views';
import { where } from './where';

/** Batch normalisation: channels (dimension 1) normalised by statistics of the batch, or by running ones. */

/** Options of {@link batch_norm}. */
export interface BatchNormOptions {
  /** Factor of each channel. */
  weight?: Tensor | null;
  /** Added to each channel. */
  bias?: Tensor | null;
  /** Normalise by the batch, and move the running statistics. Default false: normalise by the running statistics. */
  training?: boolean;
  /** The weight of the batch in the running statistics. Default 0.1. */
  momentum?: number;
  /** Added to the variance. Default 1e-5. */
  eps?: number;
}

/** A rectifier behind the normalisation, in the same pass. */
export interface Rectifier {
  readonly kind: 'leaky_relu' | 'relu';
  readonly negative_slope: number;
}

const forward = kernel('batch_norm');
const backward = kernel('batch_norm_backward');
const gate_codes = { none: 0, leaky_relu: 1, relu: 2 } as const;

/** Judged arguments. */
interface BatchNorm {
  x: Tensor;
  running_mean: Tensor | null;
  running_var: Tensor | null;
  weight: Tensor | null;
  bias: Tensor | null;
  training: boolean;
  momentum: number;
  eps: number;
  rectifier: Rectifier | null;
}

const defaults = {
  running_mean: null as unknown,
  running_var: null as unknown,
  weight: null as unknown,
  bias: null as unknown,
  training: false as unknown,
  momentum: 0.1 as unknown,
  eps: 1e-5 as unknown,
};

function judge(name: string, input: Tensor, given: typeof defaults, rectifier: Rectifier | null): BatchNorm {
  const x = check_floating(name, 'input', input);
  if (x.ndim < 2)
    fail(name, `expected input of at least 2 dimensions [batch, channels, ...], got shape ${shape_text(x.shape)}`);
  const training = check_boolean(name, 'training', given.training);
  const channels = [x.shape[1]];
  const running_mean = check_parameter(name, 'running_mean', given.running_mean, x, channels);
  const running_var = check_parameter(name, 'running_var', given.running_var, x, channels);
  if ((running_mean === null) !== (running_var === null))
    fail(name, 'expected running_mean and running_var to be given together');
  if (!training && running_mean === null)
    fail(name, 'expected running_mean and running_var where training is false, got null');
  if (training) for (const each of [running_mean, running_var]) if (each !== null) check_inplace(name, each);
  const eps = check_eps(name, given.eps);
  if (training && eps === 0) fail_range(name, 'expected eps to be positive in training, got 0');
  if (training && x.count > 0 && x.count === x.shape[1])
    fail(name, `expected more than 1 value per channel in training, got input of shape ${shape_text(x.shape)}`);
  if (rectifier !== null) check_slope('leaky_relu', rectifier.negative_slope, x.dtype);
  return {
    x,
    running_mean,
    running_var,
    weight: check_parameter(name, 'weight', given.weight, x, channels),
    bias: check_parameter(name, 'bias', given.bias, x, channels),
    training,
    momentum: check_number(name, 'momentum', given.momentum),
    eps,
    rectifier,
  };
}

function frame_of({ shape }: Tensor): Frame {
  return { view: [shape[0], shape[1], numel_of(shape.slice(2))], dims: [0, 2], affine: [shape[1], 1] };
}

function internal(tensor: Tensor): Tensor {
  tensor.storage.internal = true;
  return tensor;
}

/** `dtype, outer, channels, inner, training, gate, slope`: how both kernels' arguments begin. */
function head({ x, training, rectifier }: BatchNorm): [number, readonly number[], boolean, number, number] {
  return [
    x.dtype.code,
    frame_of(x).view,
    training,
    gate_codes[rectifier?.kind ?? 'none'],
    rectifier?.negative_slope ?? 0,
  ];
}

function normalise(work: BatchNorm): Tensor {
  const { x, weight, bias, training, momentum, eps, rectifier } = work;
  const channels = [x.shape[1]];
  const inputs = [x, weight, bias].filter((each) => each !== null);
  const tracked = tracks_any(inputs);
  const [dense, scale, offset] = [contiguous(x), weight && contiguous(weight), bias && contiguous(bias)];
  const running = [work.running_mean, work.running_var].map((each) => each && contiguous(each));
  const out = allocate(x.shape, x.dtype);
  const mean = internal(allocate(channels, x.dtype));
  const rstd = internal(allocate(channels, x.dtype));
  // A step may change the bias between forward and backward; the rectifier's sign is that of the old one.
  const shift = tracked && rectifier !== null && bias !== null ? internal(contiguous_copy(bias)) : null;
  forward(...head(work), eps, momentum, out, dense, scale, offset, mean, rstd, running[0], running[1]);
  if (training) {
    moved(work.running_mean, running[0]);
    moved(work.running_var, running[1]);
  }
  if (!tracked) {
    for (const each of [mean, rstd]) each.storage.release_if_unused();
    return out;
  }
  const saved = [x, mean, rstd, weight, shift].filter((each) => each !== null);
  const places = { weight: weight === null ? -1 : 3, shift: shift === null ? -1 : saved.length - 1 };
  const { running_mean, running_var, ...kept } = { ...work, x: null, weight: null, bias: null };
  const rule = (g: Tensor, node: Node): (Tensor | null)[] => {
    const at = (i: number): Tensor | null => (i < 0 ? null : node.saved(i));
    const past = { ...kept, x: node.saved(0), weight: at(places.weight), running_mean: null, running_var: null };
    const statistics = { mean: node.saved(1), rstd: node.saved(2), shift: at(places.shift), bias: bias !== null };
    return is_grad_enabled() ? gradients(g, node, past, statistics) : fused_gradients(g, node, past, statistics);
  };
  return record(out, 'NativeBatchNormBackward0', inputs, saved, rule);
}

/** The kernel has written the new running statistic, perhaps into a dense copy. */
function moved(target: Tensor | null, written: Tensor | null): void {
  if (target === null || written === null) return;
  if (written !== target) copy_into(target, written);
  target.bump_version();
}

type Past = Omit<BatchNorm, 'bias'>;

interface Kept {
  mean: Tensor;
  rstd: Tensor;
  /** The bias as it was, where a rectifier needs it. */
  shift: Tensor | null;
  bias: boolean;
}

/** Both sums in one pass over g and x, then dx in another. */
function fused_gradients(g: Tensor, node: Node, past: Past, { mean, rstd, shift, bias }: Kept): (Tensor | null)[] {
  const { x, weight } = past;
  const [dense, input, scale] = [contiguous(g), contiguous(x), weight && contiguous(weight)];
  const dx = !node.needs(0) ? null : reusable(dense) ? dense : allocate(x.shape, x.dtype);
  const dw = weight !== null && node.needs(1) ? allocate(weight.shape, x.dtype) : null;
  const db = bias && node.needs(weight === null ? 1 : 2) ? allocate(mean.shape, x.dtype) : null;
  backward(...head({ ...past, bias: shift }), dx, dw, db, dense, input, scale, shift, mean, rstd);
  return [dx, ...(weight === null ? [] : [dw]), ...(bias ? [db] : [])];
}

/** Written with differentiable operations. */
function gradients(g: Tensor, node: Node, past: Past, { mean, rstd, shift, bias }: Kept): (Tensor | null)[] {
  const { x, weight, training, eps, rectifier } = past;
  const frame = frame_of(x);
  const constants = training ? undefined : { mean, rstd };
  const statistics = { eps, centered: true, constants };
  if (rectifier !== null) {
    const { hat } = normalization_formula(g, x, weight, frame, statistics);
    const scaled = weight === null ? hat : mul(hat, reshape(weight, frame.affine));
    const positive = gt(shift === null ? scaled : add(scaled, reshape(shift, frame.affine)), 0);
    const slope = rectifier.kind === 'relu' ? 0 : rectifier.negative_slope;
    g = where(reshape(positive, x.shape), g, slope === 0 ? 0 : mul(g, slope));
  }
  const formula = normalization_formula(g, x, weight, frame, statistics);
  const parameter = (each: Tensor): Tensor => parameter_gradient(each, frame, mean.shape);
  return [
    node.needs(0) ? formula.dx() : null,
    ...(weight === null ? [] : [node.needs(1) ? parameter(mul(formula.g, formula.hat)) : null]),
    ...(bias ? [node.needs(weight === null ? 1 : 2) ? parameter(formula.g) : null] : []),
  ];
}

/** {@link batch_norm} for a module, whose name errors carry; a rectifier behind it runs in the same pass, with the same bits. */
export function batch_norm_of(
  name: string,
  input: Tensor,
  options: { running_mean: Tensor | null; running_var: Tensor | null } & BatchNormOptions,
  rectifier: Rectifier | null,
): Tensor {
  return normalise(judge(name, input, { ...defaults, ...options }, rectifier));
}

type BatchNormFunction = (
  input: Tensor,
  running_mean: Tensor | null,
  running_var: Tensor | null,
  ...given: Given<
    BatchNormOptions,
    [weight: 'weight', bias: 'bias', training: 'training', momentum: 'momentum', eps: 'eps']
  >
) => Tensor;

/**
 * `(x - mean) / sqrt(var + eps) * weight + bias` for each channel of [batch, channels, ...]: by the statistics of the batch in training,
 * which then moves the running statistics (with the unbiased variance), by the running statistics otherwise.
 *
 * float32 and float64. The same bits for any number of threads.
 * @example
 * ```ts
 * const x = torch.tensor([[0, 1], [2, 5]]);
 * torch.nn.functional.batch_norm(x, null, null, { training: true, eps: 1e-12 }).tolist(); // [[-1, -1], [1, 1]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.batch_norm.html
 */
export const batch_norm = op({
  name: 'batch_norm',
  methods: [],
  sums: true,
  call: (input: Tensor, ...given: readonly unknown[]): Tensor =>
    normalise(judge('batch_norm', input, positional('batch_norm', given, defaults), null)),
  reference: (
    x: Reference,
    running_mean: Reference | null,
    running_var: Reference | null,
    weight: Reference | null = null,
    bias: Reference | null = null,
    training = false,
    _momentum = 0.1,
    eps = 1e-5,
  ): Reference => {
    const inner = numel_of(x.shape.slice(2));
    const channel = (i: number): number => Math.floor(i / inner) % x.shape[1];
    const view = [x.shape[0], x.shape[1], inner];
    if (training)
      return normalization_reference(
        x,
        { view, dims: [0, 2], affine: [] },
        weight,
        bias,
        { eps, centered: true },
        channel,
      );
    const value = (v: number, i: number): number => {
      const c = channel(i);
      const hat = (v - running_mean!.data[c]) / Math.sqrt(running_var!.data[c] + eps);
      return hat * (weight?.data[c] ?? 1) + (bias?.data[c] ?? 0);
    };
    return { shape: x.shape, data: Float64Array.from(x.data as ArrayLike<number>, value) };
  },
  samples: () => {
    const variance = (channels: number) => sample([channels], { range: [0.5, 2] });
    const training = (shape: readonly number[]) => ({
      args: [sample(shape), null, null, sample([shape[1]]), sample([shape[1]]), true],
    });
    return [
      ...[
        [2, 1],
        [5, 3],
        [17, 20],
        [4, 3, 5],
        [3, 2, 4, 5],
        [2, 1, 3, 7],
        [2, 3, 0],
        [0, 3, 4],
      ].map(training),
      { args: [sample([6, 3, 17]), null, null, sample([3]), null, true, 0.1, 0.5] },
      { args: [sample([6, 3]), null, null, null, sample([3]), true] },
      { args: [sample([6, 2]), null, null, null, null, true] },
      // Running statistics are not differentiated, so central differences would not fit.
      { args: [sample([4, 3]), sample([3]), variance(3), sample([3]), sample([3])], no_grad: true },
      { args: [sample([2, 3, 4, 5]), sample([3]), variance(3), null, null, false], no_grad: true },
      { ...training([1000, 40]), large: true },
      { ...training([30_011, 3]), large: true },
      { ...training([60, 9, 14, 14]), large: true },
      { ...training([3, 2, 151, 151]), large: true },
    ];
  },
  errors: () => [
    { args: [sample([3]), null, null], message: /expected input of at least 2 dimensions/ },
    { args: [sample([2, 3]), null, null], message: /expected running_mean and running_var where training is false/ },
    { args: [sample([2, 3]), sample([3]), null], message: /to be given together/ },
    { args: [sample([2, 3]), sample([2]), sample([2])], message: /expected running_mean of shape \[3\], got \[2\]/ },
    { args: [sample([2, 3]), null, null, sample([3]), sample([4]), true], message: /expected bias of shape \[3\]/ },
    {
      args: [sample([1, 3]), null, null, null, null, true],
      message: /^batch_norm: expected more than 1 value per channel in training, got input of shape \[1, 3\]$/,
    },
    { args: [sample([2, 3]), null, null, null, null, true, 0.1, 0], message: /expected eps to be positive/ },
    { args: [sample([2, 3]), null, null, null, null, 1], message: /expected training to be a boolean, got 1/ },
    { args: [sample([2, 3]), null, null, { wieght: null }], message: /Misspelled option "wieght"/ },
    { args: [sample([2, 3], { dtype: 'int64' }), null, null], message: /of a floating point dtype/ },
  ],
}) as BatchNormFunction;
