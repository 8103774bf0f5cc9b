import { contiguous } from '../ops/views';
import type { Shape } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';

/** Single elements of a tensor, by their place in row-major order. For checks, not for loops that must be fast. */

export function index_of(shape: Shape, flat: number): number[] {
  const index = new Array<number>(shape.length);
  for (let i = shape.length - 1; i >= 0; i--) {
    index[i] = flat % shape[i];
    flat = Math.floor(flat / shape[i]);
  }
  return index;
}

function place(t: Tensor, flat: number): number {
  return index_of(t.shape, flat).reduce((at, n, i) => at + n * t.strides[i], t.offset) * t.dtype.itemsize;
}

export function element(t: Tensor, flat: number): number {
  const cell = new t.dtype.array(1);
  t.storage.copy_out(place(t, flat), cell);
  return Number(cell[0]);
}

/** Writes an element without telling the graph. */
export function write_element(t: Tensor, flat: number, value: number): void {
  const cell = new t.dtype.array(1) as Float64Array;
  cell[0] = value;
  t.storage.copy_in(place(t, flat), cell);
}

export function read_elements(t: Tensor): Float64Array {
  const dense = contiguous(t);
  const array = new t.dtype.array(t.count);
  if (t.count > 0) dense.storage.copy_out(dense.offset * t.dtype.itemsize, array);
  return Float64Array.from(array as Float64Array, Number);
}
