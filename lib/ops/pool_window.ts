import { check_boolean, check_integer, fail, fail_range, fail_type, shape_text } from '../errors';
import { numel_of, type Shape } from '../tensor/shape';
import { check_floating, type Tensor } from '../tensor/tensor';

/** Windows that slide over the last one or two dimensions: how users describe them, and how kernels take them. */

/** One number for all directions, or one for each. */
export type Extent = number | readonly number[];

/** A direction as the kernels read it. */
export interface Axis {
  in: number;
  out: number;
  kernel: number;
  stride: number;
  pad: number;
  dilation: number;
}

/** What users give, before an input is known. */
export interface Window {
  kernel_size: readonly number[];
  stride: readonly number[];
  padding: readonly number[];
  dilation: readonly number[];
  ceil_mode: boolean;
}

export interface WindowOptions {
  kernel_size?: Extent;
  stride?: Extent | null;
  padding?: Extent;
  dilation?: Extent;
  ceil_mode?: boolean;
}

const FAR = 2 ** 40;

/** A number for each of `dims` directions. */
export function check_extent(op: string, name: string, value: unknown, dims: number, low: number): number[] {
  const list = typeof value === 'number' ? [value] : value;
  if (!Array.isArray(list))
    return fail_type(op, name, dims === 1 ? 'an integer' : 'an integer or an array of integers', value);
  if (list.length !== 1 && list.length !== dims)
    fail(op, `expected ${name} to be one integer or ${dims}, got ${shape_text(list)}`);
  list.forEach((each) => {
    check_integer(op, name, each, low);
    if (each > FAR) fail_range(op, `expected ${name} to be at most ${FAR}, got ${each}`);
  });
  return list.length === dims ? [...list] : new Array<number>(dims).fill(list[0]);
}

/** Judges everything but the input. Padding may be at most half a window. */
export function judge_window(op: string, dims: number, given: WindowOptions): Window {
  const { padding = 0, dilation = 1, ceil_mode = false } = given;
  const kernel_size = check_extent(op, 'kernel_size', given.kernel_size, dims, 1);
  const window: Window = {
    kernel_size,
    stride: given.stride == null ? kernel_size : check_extent(op, 'stride', given.stride, dims, 1),
    padding: check_extent(op, 'padding', padding, dims, 0),
    dilation: check_extent(op, 'dilation', dilation, dims, 1),
    ceil_mode: check_boolean(op, 'ceil_mode', ceil_mode),
  };
  window.padding.forEach((pad, d) => {
    const half = Math.floor(((kernel_size[d] - 1) * window.dilation[d] + 1) / 2);
    if (pad > half) fail_range(op, `expected padding of at most half the window, ${half}, got ${pad}`);
  });
  return window;
}

/** An input of [N, C, *] or [C, *], seen as planes. */
export interface Planes {
  x: Tensor;
  planes: number;
  leading: Shape;
  sizes: Shape;
}

export function judge_planes(op: string, input: unknown, dims: number): Planes {
  const x = check_floating(op, 'input', input);
  if (x.ndim !== dims + 1 && x.ndim !== dims + 2)
    fail(op, `expected an input of ${dims + 1} or ${dims + 2} dimensions, got shape ${shape_text(x.shape)}`);
  const leading = x.shape.slice(0, -dims);
  if (x.shape.slice(-dims - 1).includes(0))
    fail(op, `no dimension but the batch may be empty, got shape ${shape_text(x.shape)}`);
  return { x, planes: numel_of(leading), leading, sizes: x.shape.slice(-dims) };
}

const WHOLE: Axis = { in: 1, out: 1, kernel: 1, stride: 1, pad: 0, dilation: 1 };

/** Two axes always: rows are a single one in one dimension. */
function two(axes: readonly Axis[]): readonly Axis[] {
  return axes.length === 1 ? [WHOLE, axes[0]] : axes;
}

/** How many windows there are in each direction. */
export function sliding_axes(op: string, sizes: Shape, window: Window): Axis[] {
  const { kernel_size, stride, padding, dilation, ceil_mode } = window;
  return sizes.map((size, d) => {
    const effective = dilation[d] * (kernel_size[d] - 1) + 1;
    const room = size + 2 * padding[d] - effective;
    let out = Math.floor((room + (ceil_mode ? stride[d] - 1 : 0)) / stride[d]) + 1;
    // The last window must begin on the input or the padding before it.
    if (ceil_mode && (out - 1) * stride[d] >= size + padding[d]) out--;
    if (out < 1)
      fail(op, `a window of ${effective} elements does not fit the input's ${size} with padding ${padding[d]}`);
    return { in: size, out, kernel: kernel_size[d], stride: stride[d], pad: padding[d], dilation: dilation[d] };
  });
}

/** The sizes of an adaptive pooling's result; null keeps the input's. */
export function adaptive_axes(op: string, sizes: Shape, output_size: unknown): Axis[] {
  return check_output_size(op, output_size, sizes.length).map((size, d) => ({
    ...WHOLE,
    in: sizes[d],
    out: size ?? sizes[d],
    kernel: 0,
  }));
}

export function check_output_size(op: string, value: unknown, dims: number): (number | null)[] {
  const list = Array.isArray(value) ? value : new Array<unknown>(dims).fill(value);
  if (list.length !== dims) fail(op, `expected output_size to be one integer or ${dims}, got ${shape_text(list)}`);
  return list.map((each) => (each === null ? null : check_integer(op, 'output_size', each, 0, FAR)));
}

/** As the kernels read them: planes, then six numbers for each direction. */
export function written(planes: number, axes: readonly Axis[]): number[] {
  return [planes, ...two(axes).flatMap((a) => [a.in, a.out, a.kernel, a.stride, a.pad, a.dilation])];
}

/** May the vectorized kernels be used? The others go from window to window. */
export function fits_vectors(axes: readonly Axis[]): boolean {
  return (
    axes.every((a) => a.kernel > 0 && (a.kernel - 1) * a.dilation + 1 <= 4 * a.in + 1024) &&
    axes.reduce((n, a) => n * a.kernel, 1) <= 256
  );
}

/** One window, over the whole plane. */
export function is_global(axes: readonly Axis[]): boolean {
  return axes.every((a) => a.out === 1 && a.pad === 0 && (a.kernel === 0 || (a.kernel === a.in && a.dilation === 1)));
}

export function pooled_shape({ leading }: Planes, axes: readonly Axis[]): number[] {
  return [...leading, ...axes.map((a) => a.out)];
}

/** What a pooling and its gradients need to know. */
export interface Pooling {
  axes: readonly Axis[];
  planes: number;
  in_shape: Shape;
  out_shape: Shape;
}

export function describe_pooling(given: Planes, axes: readonly Axis[]): Pooling {
  return { axes, planes: given.planes, in_shape: given.x.shape, out_shape: pooled_shape(given, axes) };
}

/** The windows of a reference, one list of taps for each output of one direction. */
export function reference_taps(a: Axis): { taps: number[]; size: number }[] {
  return Array.from({ length: a.out }, (_, o) => {
    if (a.kernel === 0) {
      const start = Math.floor((o * a.in) / a.out);
      const size = Math.ceil(((o + 1) * a.in) / a.out) - start;
      return { taps: Array.from({ length: size }, (_unused, j) => start + j), size };
    }
    const begin = o * a.stride - a.pad;
    const all = Array.from({ length: a.kernel }, (_unused, j) => begin + j * a.dilation);
    return { taps: all.filter((i) => i >= 0 && i < a.in), size: Math.min(begin + a.kernel, a.in + a.pad) - begin };
  });
}
