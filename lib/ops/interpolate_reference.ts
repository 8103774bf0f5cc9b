import { contiguous_strides, numel_of } from '../tensor/shape';
import type { Reference } from './define';

/** Interpolation by its definition: every output is a sum over all inputs of a weight for each dimension. */

interface Axis {
  in: number;
  out: number;
  ratio: number;
}

interface Kind {
  mode: string;
  align_corners: boolean;
  antialias: boolean;
}

function keys(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return (a + 2) * x ** 3 - (a + 3) * x ** 2 + 1;
  return x < 2 ? a * x ** 3 - 5 * a * x ** 2 + 8 * a * x - 4 * a : 0;
}

const hat = (distance: number): number => Math.max(0, 1 - Math.abs(distance));

/** The weights of all inputs in output o. */
function weights(axis: Axis, { mode, align_corners, antialias }: Kind, o: number): number[] {
  const all = new Array<number>(axis.in).fill(0);
  const nearest_of = (position: number): number => Math.max(0, Math.min(axis.in - 1, position));
  if (mode === 'area') {
    const first = Math.floor((o * axis.in) / axis.out);
    const last = Math.ceil(((o + 1) * axis.in) / axis.out);
    return all.fill(1 / (last - first), first, last);
  }
  const step = align_corners ? (axis.out > 1 ? (axis.in - 1) / (axis.out - 1) : 0) : axis.ratio || axis.in / axis.out;
  const single = Math.fround(step);
  if (mode === 'nearest') all[nearest_of(Math.floor(Math.fround(o * single)))] = 1;
  else if (mode === 'nearest-exact') all[nearest_of(Math.floor(Math.fround((o + 0.5) * single)))] = 1;
  else if (antialias) {
    const [radius, filter] = mode === 'bicubic' ? [2, (x: number) => keys(x, -0.5)] : [1, hat];
    const stretch = Math.max(1, step);
    const center = step * (o + 0.5);
    const first = Math.max(0, Math.trunc(center - radius * stretch + 0.5));
    const last = Math.min(axis.in, Math.trunc(center + radius * stretch + 0.5));
    for (let i = first; i < last; i++) all[i] = filter((i - center + 0.5) / stretch);
    const sum = all.reduce((a, b) => a + b, 0);
    return all.map((weight) => weight / sum);
  } else if (mode === 'bicubic') {
    const at = align_corners ? step * o : step * (o + 0.5) - 0.5;
    const first = Math.floor(at);
    for (let i = first - 1; i <= first + 2; i++) all[nearest_of(i)] += keys(at - i, -0.75);
  } else if (axis.in === axis.out) all[o] = 1;
  else {
    const at = nearest_of(align_corners ? step * o : step * (o + 0.5) - 0.5);
    return all.map((_, i) => hat(at - i));
  }
  return all;
}

export function interpolate_reference(x: Reference, axes: readonly Axis[], kind: Kind): Reference {
  const shape = [...x.shape.slice(0, 2), ...axes.map(({ out }) => out)];
  const plane = numel_of(axes.map((axis) => axis.in));
  const strides = contiguous_strides(shape);
  const steps = contiguous_strides(x.shape).slice(2);
  const table = axes.map((axis) => Array.from({ length: axis.out }, (_, o) => weights(axis, kind, o)));
  const data = Array.from({ length: numel_of(shape) }, (_, i) => {
    const at = shape.map((size, d) => Math.floor(i / strides[d]) % size);
    const sum = (d: number, offset: number): number => {
      if (d === axes.length) return x.data[offset];
      return table[d][at[d + 2]].reduce(
        (total, w, k) => (w === 0 ? total : total + w * sum(d + 1, offset + k * steps[d])),
        0,
      );
    };
    return sum(0, (at[0] * shape[1] + at[1]) * plane);
  });
  return { shape, data };
}
