import { is_grad_enabled } from '../autograd/mode';
import { record, tracks } from '../autograd/node';
import { kernel } from '../native/kernel';
import { numel_of, type Shape } from '../tensor/shape';
import { allocate, type Tensor } from '../tensor/tensor';
import { allocate_mask, leaky_relu_in_passing, masked_slope, stand_ins } from './leaky_relu';
import { sum } from './reduce';
import { contiguous } from './views';

/**
 * The three products of a convolution: its result, and the gradients of its input and its weight. Each is linear in two of (input, weight,
 * result) and gives the third, so each one's gradients are the other two, to any order.
 */

/** One dimension: place o of the output sees places o·stride + k·dilation − padding of the input; past the input's end lies padding too. */
export interface Axis {
  input: number;
  kernel: number;
  output: number;
  stride: number;
  padding: number;
  dilation: number;
}

/** What a convolution maps to what. A transposed one is the gradient of the input: it maps from `output_shape` to `input_shape`. */
export interface Geometry {
  groups: number;
  /** One or two. */
  axes: readonly Axis[];
  /** [images, channels, ...], or without images. */
  input_shape: Shape;
  weight_shape: Shape;
  output_shape: Shape;
}

const forward = kernel('conv');
const input_backward = kernel('conv_input_gradient');
const weight_backward = kernel('conv_weight_gradient');
const transpose_backward = kernel('conv_transpose_gradients');

const no_axis: Axis = { input: 1, kernel: 1, output: 1, stride: 1, padding: 0, dilation: 1 };

/** The geometry as the kernels read it: always two axes, always images. */
function numbers({ groups, axes, input_shape, output_shape }: Geometry): number[] {
  const batched = input_shape.length > axes.length + 1;
  const channels = batched ? 1 : 0;
  const numbers = [batched ? input_shape[0] : 1, groups, input_shape[channels], output_shape[channels]];
  for (const each of axes.length === 2 ? axes : [no_axis, axes[0]])
    numbers.push(each.input, each.kernel, each.output, each.stride, each.padding, each.dilation);
  return numbers;
}

/** The dimensions over which a bias is repeated. */
function repeated({ axes, input_shape }: Geometry): number[] {
  const channels = input_shape.length - axes.length - 1;
  return input_shape.map((_, dim) => dim).filter((dim) => dim !== channels);
}

function bias_gradient(g: Tensor, geometry: Geometry): Tensor {
  return sum(g, repeated(geometry));
}

/**
 * Convolution of a checked input and weight; where a slope is given LeakyReLU follows, whose sign bits are all that backward keeps of the value
 * between.
 */
export function convolve(
  geometry: Geometry,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  slope: number | null = null,
): Tensor {
  const [x, w, b] = [contiguous(input), contiguous(weight), bias === null ? null : contiguous(bias)];
  const tracked = tracks(x, w, b);
  const out = allocate(geometry.output_shape, x.dtype);
  const mask = tracked && slope !== null ? allocate_mask(out.count) : null;
  // The kernel packs the bits of planes of whole bytes.
  const plane = numel_of(geometry.axes.map(({ output }) => output));
  const fused = slope !== null && (mask === null || plane % 8 === 0);
  forward(out.dtype.code, numbers(geometry), x, w, out, b, fused, slope ?? 0, fused ? mask : null);
  if (slope !== null && !fused) leaky_relu_in_passing(out, mask, slope);
  if (!tracked) return out;
  const inputs = b === null ? [x, w] : [x, w, b];
  const inputs_like = inputs.map(({ shape, dtype }) => ({ shape, dtype }));
  const name = slope === null ? 'ConvolutionBackward0' : 'ConvolutionLeakyReluBackward0';
  return record(out, name, inputs, mask === null ? [x, w] : [x, w, mask], (g, node) => {
    const pre = mask === null ? g : masked_slope(g, node.saved(2), slope as number, () => stand_ins(node, inputs_like));
    const [dw, db] = node.needs(1)
      ? weight_and_bias_gradients(geometry, pre, node.saved(0), b !== null && node.needs(2))
      : [null, b !== null && node.needs(2) ? bias_gradient(pre, geometry) : null];
    return [node.needs(0) ? input_gradient(geometry, pre, node.saved(1), null) : null, dw, db];
  });
}

/** The gradient of a convolution's input, given its result's; with a bias added: the transposed convolution. */
export function input_gradient(geometry: Geometry, given: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  const [g, w, b] = [contiguous(given), contiguous(weight), bias === null ? null : contiguous(bias)];
  const out = allocate(geometry.input_shape, g.dtype);
  input_backward(out.dtype.code, numbers(geometry), g, w, out, b);
  if (!tracks(g, w, b)) return out;
  const inputs = b === null ? [g, w] : [g, w, b];
  return record(out, 'ConvolutionTransposeBackward0', inputs, [g, w], (gg, node) => {
    const db = b !== null && node.needs(2) ? bias_gradient(gg, geometry) : null;
    if (node.needs(0) && node.needs(1) && has_stride(geometry) && !is_grad_enabled())
      return [...transpose_gradients(geometry, gg, node.saved(1), node.saved(0)), db];
    return [
      node.needs(0) ? convolve(geometry, gg, node.saved(1), null) : null,
      node.needs(1) ? weight_gradient(geometry, node.saved(0), gg) : null,
      db,
    ];
  });
}

function has_stride({ axes }: Geometry): boolean {
  return axes.some(({ stride }) => stride > 1);
}

/** Both gradients of a transposed convolution of x: for a stride the kernel lays g out anew, once for the two. */
function transpose_gradients(geometry: Geometry, given: Tensor, weight: Tensor, x: Tensor): [Tensor, Tensor] {
  const g = contiguous(given);
  const dx = allocate(geometry.output_shape, g.dtype);
  const dw = allocate(geometry.weight_shape, g.dtype);
  transpose_backward(g.dtype.code, numbers(geometry), g, weight, x, dx, dw);
  return [dx, dw];
}

function weight_and_bias_gradients(
  geometry: Geometry,
  g: Tensor,
  x: Tensor,
  with_bias: boolean,
): [Tensor, Tensor | null] {
  if (!with_bias) return [weight_gradient(geometry, g, x), null];
  if (is_grad_enabled()) return [weight_gradient(geometry, g, x), bias_gradient(g, geometry)];
  const [dense, input] = [contiguous(g), contiguous(x)];
  const dw = allocate(geometry.weight_shape, g.dtype);
  const db = allocate([geometry.weight_shape[0]], g.dtype);
  weight_backward(dw.dtype.code, numbers(geometry), dense, input, dw, db);
  return [dw, db];
}

/** The gradient of a convolution's weight, given its result's and its input. */
function weight_gradient(geometry: Geometry, given: Tensor, input: Tensor): Tensor {
  const [g, x] = [contiguous(given), contiguous(input)];
  const out = allocate(geometry.weight_shape, g.dtype);
  weight_backward(out.dtype.code, numbers(geometry), g, x, out, null);
  if (!tracks(g, x)) return out;
  return record(out, 'ConvolutionWeightBackward0', [g, x], [g, x], (gg, node) => [
    node.needs(0) ? convolve(geometry, node.saved(1), gg, null) : null,
    node.needs(1) ? input_gradient(geometry, node.saved(0), gg, null) : null,
  ]);
}
