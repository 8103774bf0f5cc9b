import type { DType } from '../tensor/dtype';
import { broadcast_strides, same_shape } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import { addon } from './addon';
import { kernel_index } from './kernel';
import { run_kernel } from './run';

const values = addon.arguments;

/** An elementwise kernel: `out[i] = f(inputs[i]…, parameters…)`, inputs (tensors or numbers) broadcast to out's shape. */
export type MapKernel = (
  dtype: DType,
  out: Tensor,
  inputs: readonly (Tensor | number)[],
  parameters?: readonly number[],
) => void;

/** The elementwise kernel of this name. */
export function map_kernel(name: string): MapKernel {
  const index = kernel_index(name);
  return (dtype, out, inputs, parameters) => {
    let at = 0;
    values[at++] = dtype.code;
    if (all_flat(out, inputs)) {
      values[at++] = 1;
      values[at++] = out.count;
      values[at++] = out.storage.id;
      values[at++] = out.offset;
      values[at++] = 1;
      for (let i = 0; i < inputs.length; i++) {
        const each = inputs[i];
        if (typeof each === 'number') {
          values[at++] = 0;
          values[at++] = each;
          values[at++] = 0;
        } else {
          values[at++] = each.storage.id;
          values[at++] = each.offset;
          values[at++] = 1;
        }
      }
    } else {
      const { shape } = out;
      values[at++] = shape.length;
      for (let j = 0; j < shape.length; j++) values[at++] = shape[j];
      values[at++] = out.storage.id;
      values[at++] = out.offset;
      for (let j = 0; j < shape.length; j++) values[at++] = out.strides[j];
      for (let i = 0; i < inputs.length; i++) {
        const each = inputs[i];
        if (typeof each === 'number') {
          values[at++] = 0;
          values[at++] = each;
          for (let j = 0; j < shape.length; j++) values[at++] = 0;
        } else {
          const strides = broadcast_strides(each.shape, each.strides, shape);
          values[at++] = each.storage.id;
          values[at++] = each.offset;
          for (let j = 0; j < shape.length; j++) values[at++] = strides[j];
        }
      }
    }
    if (parameters !== undefined) for (let i = 0; i < parameters.length; i++) values[at++] = parameters[i];
    if (run_kernel(index, at) !== 0) throw new Error(`${name}: ${addon.last_error()}`);
  };
}

function all_flat(out: Tensor, inputs: readonly (Tensor | number)[]): boolean {
  if (!out.is_contiguous()) return false;
  for (let i = 0; i < inputs.length; i++) {
    const each = inputs[i];
    if (typeof each !== 'number' && !(same_shape(each.shape, out.shape) && each.is_contiguous())) return false;
  }
  return true;
}

const run_copy = kernel_index('copy');
const run_cast = kernel_index('cast');
const run_fill = kernel_index('fill');

function strided(at: number, t: Tensor, strides: readonly number[]): number {
  values[at++] = t.storage.id;
  values[at++] = t.offset;
  for (let j = 0; j < strides.length; j++) values[at++] = strides[j];
  return at;
}

function launch(index: number, name: string, length: number): void {
  if (run_kernel(index, length) !== 0) throw new Error(`${name}: ${addon.last_error()}`);
}

/** Copies a tensor (broadcast, converted) into the elements of another. */
export function copy_into(out: Tensor, from: Tensor): void {
  if (out.count === 0) return;
  const cast = out.dtype !== from.dtype;
  let at = 0;
  values[at++] = out.dtype.code;
  if (cast) values[at++] = from.dtype.code;
  const flat = out.is_contiguous() && from.is_contiguous() && out.count === from.count;
  const shape = flat ? [out.count] : out.shape;
  values[at++] = shape.length;
  for (let j = 0; j < shape.length; j++) values[at++] = shape[j];
  at = strided(at, out, flat ? [1] : out.strides);
  at = strided(at, from, flat ? [1] : broadcast_strides(from.shape, from.strides, out.shape));
  launch(cast ? run_cast : run_copy, cast ? 'cast' : 'copy', at);
}

/** Sets every element. */
export function fill_with(out: Tensor, value: number): void {
  if (out.count === 0) return;
  const flat = out.is_contiguous();
  const shape = flat ? [out.count] : out.shape;
  let at = 0;
  values[at++] = out.dtype.code;
  values[at++] = shape.length;
  for (let j = 0; j < shape.length; j++) values[at++] = shape[j];
  at = strided(at, out, flat ? [1] : out.strides);
  values[at++] = value;
  launch(run_fill, 'fill', at);
}
