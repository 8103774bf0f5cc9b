import { check_integer, fail, fail_type, shape_text } from '../errors';
import { check_floating, check_same_dtype, type Tensor } from '../tensor/tensor';
import type { Axis, Geometry } from './convolution';
import { check_spatial, type Spatial } from './spatial';

/** What the user says about a convolution, judged, and the geometry that follows from it. */

/** Zeros on either side; `'same'`: as many as keep the size (stride 1 only); `'valid'`: none. */
export type ConvPadding = Spatial | 'same' | 'valid';

/** Options of the convolutions, by name or in this order. */
export interface ConvOptions {
  /** Step between the places the kernel looks at. Default 1. */
  stride?: Spatial;
  /** Default 0. */
  padding?: ConvPadding;
  /** Step between the taps of the kernel. Default 1. */
  dilation?: Spatial;
  /** Channels are split into this many independent convolutions. Default 1. */
  groups?: number;
}

/** Options of the transposed convolutions, by name or in this order. */
export interface ConvTransposeOptions {
  /** Default 1. */
  stride?: Spatial;
  /** So much is cut off on either side of the result (less dilation·(kernel − 1)). Default 0. */
  padding?: Spatial;
  /** So much is added to one side of the result. Default 0. */
  output_padding?: Spatial;
  /** Default 1. */
  groups?: number;
  /** Default 1. */
  dilation?: Spatial;
}

export interface ConvSettings {
  stride: readonly number[];
  padding: readonly number[] | 'same' | 'valid';
  dilation: readonly number[];
  groups: number;
}

export function check_conv_settings(op: string, dims: number, given: Required<ConvOptions>): ConvSettings {
  const stride = check_spatial(op, 'stride', given.stride, dims, 1);
  const dilation = check_spatial(op, 'dilation', given.dilation, dims, 1);
  return {
    stride,
    padding: check_padding(op, dims, given.padding, stride),
    dilation,
    groups: check_integer(op, 'groups', given.groups, 1),
  };
}

function check_padding(op: string, dims: number, padding: unknown, stride: readonly number[]): ConvSettings['padding'] {
  if (typeof padding !== 'string') return check_spatial(op, 'padding', padding, dims, 0);
  if (padding !== 'same' && padding !== 'valid')
    fail_type(op, 'padding', "an integer, an array of integers, 'same' or 'valid'", padding);
  if (padding === 'same' && stride.some((step) => step !== 1))
    fail(op, `padding 'same' needs stride 1, got stride ${shape_text(stride)}`);
  return padding;
}

/** Zeros before and after in one dimension. */
export function same_padding(kernel: number, dilation: number): [before: number, after: number] {
  const total = dilation * (kernel - 1);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}

function check_operands(
  op: string,
  dims: number,
  input: unknown,
  weight: unknown,
  bias: unknown,
): [Tensor, Tensor, Tensor | null] {
  const x = check_floating(op, 'input', input);
  const w = check_floating(op, 'weight', weight);
  check_same_dtype(op, x, w);
  const names = dims === 1 ? 'length' : 'height, width';
  if (x.ndim !== dims + 1 && x.ndim !== dims + 2)
    fail(op, `expected input of shape [batch, channels, ${names}] or [channels, ${names}], got ${shape_text(x.shape)}`);
  if (w.ndim !== dims + 2) fail(op, `expected weight to have ${dims + 2} dimensions, got shape ${shape_text(w.shape)}`);
  if (w.shape.slice(2).includes(0)) fail(op, `the kernel is empty: weight has shape ${shape_text(w.shape)}`);
  if (bias === null || bias === undefined) return [x, w, null];
  const b = check_floating(op, 'bias', bias);
  check_same_dtype(op, x, b);
  return [x, w, b];
}

function check_bias(op: string, bias: Tensor | null, channels: number): void {
  if (bias !== null && (bias.ndim !== 1 || bias.shape[0] !== channels))
    fail(op, `expected bias of shape [${channels}], got ${shape_text(bias.shape)}`);
}

/** Operands and geometry of a convolution. */
export function check_conv(
  op: string,
  dims: number,
  input: unknown,
  weight: unknown,
  bias: unknown,
  { stride, padding, dilation, groups }: ConvSettings,
): { geometry: Geometry; x: Tensor; w: Tensor; b: Tensor | null } {
  const [x, w, b] = check_operands(op, dims, input, weight, bias);
  const [out_channels, in_channels] = w.shape;
  check_bias(op, b, out_channels);
  if (out_channels % groups !== 0)
    fail(op, `groups ${groups} does not divide the ${out_channels} output channels of weight ${shape_text(w.shape)}`);
  const channels = x.shape[x.ndim - dims - 1];
  if (channels !== in_channels * groups)
    fail(
      op,
      `input has ${channels} channels, weight expects ${in_channels * groups} (shapes ${shape_text(x.shape)} and ${shape_text(w.shape)}, groups ${groups})`,
    );
  const axes = stride.map((step, i): Axis => {
    const [size, kernel] = [x.shape[x.ndim - dims + i], w.shape[2 + i]];
    const [before, after] =
      padding === 'same' ? same_padding(kernel, dilation[i]) : padding === 'valid' ? [0, 0] : [padding[i], padding[i]];
    const reach = dilation[i] * (kernel - 1) + 1;
    if (size + before + after < reach)
      fail(
        op,
        `the kernel reaches over ${reach} places, but the padded input has ${size + before + after} in dim ${x.ndim - dims + i} (shapes ${shape_text(x.shape)} and ${shape_text(w.shape)})`,
      );
    const output = Math.floor((size + before + after - reach) / step) + 1;
    return { input: size, kernel, output, stride: step, padding: before, dilation: dilation[i] };
  });
  const output_shape = [...x.shape.slice(0, -dims - 1), out_channels, ...axes.map(({ output }) => output)];
  return { geometry: { groups, axes, input_shape: x.shape, weight_shape: w.shape, output_shape }, x, w, b };
}

export interface ConvTransposeSettings {
  stride: readonly number[];
  padding: readonly number[];
  output_padding: readonly number[];
  groups: number;
  dilation: readonly number[];
}

export function check_conv_transpose_settings(
  op: string,
  dims: number,
  given: Required<ConvTransposeOptions>,
): ConvTransposeSettings {
  return {
    stride: check_spatial(op, 'stride', given.stride, dims, 1),
    padding: check_spatial(op, 'padding', given.padding, dims, 0),
    output_padding: check_spatial(op, 'output_padding', given.output_padding, dims, 0),
    groups: check_integer(op, 'groups', given.groups, 1),
    dilation: check_spatial(op, 'dilation', given.dilation, dims, 1),
  };
}

/** Operands of a transposed convolution, and the geometry of the convolution whose input it gives. */
export function check_conv_transpose(
  op: string,
  dims: number,
  input: unknown,
  weight: unknown,
  bias: unknown,
  { stride, padding, output_padding, groups, dilation }: ConvTransposeSettings,
): { geometry: Geometry; x: Tensor; w: Tensor; b: Tensor | null } {
  const [x, w, b] = check_operands(op, dims, input, weight, bias);
  const [in_channels, out_channels] = [w.shape[0], w.shape[1] * groups];
  check_bias(op, b, out_channels);
  if (in_channels % groups !== 0)
    fail(op, `groups ${groups} does not divide the ${in_channels} input channels of weight ${shape_text(w.shape)}`);
  const channels = x.shape[x.ndim - dims - 1];
  if (channels !== in_channels)
    fail(
      op,
      `input has ${channels} channels, weight expects ${in_channels} (shapes ${shape_text(x.shape)} and ${shape_text(w.shape)})`,
    );
  const axes = stride.map((step, i): Axis => {
    const [size, kernel] = [x.shape[x.ndim - dims + i], w.shape[2 + i]];
    if (output_padding[i] >= step && output_padding[i] >= dilation[i])
      fail(
        op,
        `expected output_padding to be smaller than stride or dilation, got ${output_padding[i]} (stride ${step}, dilation ${dilation[i]})`,
      );
    const output = (size - 1) * step - 2 * padding[i] + dilation[i] * (kernel - 1) + output_padding[i] + 1;
    if (size === 0 || output < 1)
      fail(
        op,
        `nothing remains of dim ${x.ndim - dims + i}: its size would be ${output} (shapes ${shape_text(x.shape)} and ${shape_text(w.shape)})`,
      );
    return { input: output, kernel, output: size, stride: step, padding: padding[i], dilation: dilation[i] };
  });
  const result_shape = [...x.shape.slice(0, -dims - 1), out_channels, ...axes.map((axis) => axis.input)];
  return {
    geometry: { groups, axes, input_shape: result_shape, weight_shape: w.shape, output_shape: x.shape },
    x,
    w,
    b,
  };
}
