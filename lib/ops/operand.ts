import { record, requires_grad, tracks } from '../autograd/node';
import { fail_type } from '../errors';
import { copy_into, fill_with } from '../native/map';
import { bool, type DType, promote_scalar, promote_types } from '../tensor/dtype';
import { broadcast_shapes, same_shape } from '../tensor/shape';
import { allocate, Tensor } from '../tensor/tensor';
import type { Reference } from './define';

/** What operations do with their operands before and after the kernel: conversion, broadcasting, the past of in-place targets. */

export type Operand = Tensor | number;

/** The dtype two operands are computed in. */
export function operand_dtype(a: Operand, b: Operand): DType {
  if (typeof a === 'number') return promote_scalar((b as Tensor).dtype, a);
  if (typeof b === 'number') return promote_scalar(a.dtype, b);
  // As in PyTorch, a 0-dim tensor only decides when it is of a higher category.
  if (a.ndim === 0 && b.ndim > 0 && category(a.dtype) <= category(b.dtype)) return b.dtype;
  if (b.ndim === 0 && a.ndim > 0 && category(b.dtype) <= category(a.dtype)) return a.dtype;
  return promote_types(a.dtype, b.dtype);
}

function category(dtype: DType): number {
  return dtype === bool ? 0 : dtype.is_floating_point ? 2 : 1;
}

export function check_operand(name: string, which: string, value: unknown): Operand {
  if (value instanceof Tensor) return value;
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return scalar(value);
  return fail_type(name, which, 'a Tensor or a number', value);
}

/** A boolean has a dtype, unlike a number: with bool tensors it gives bool. */
function scalar(value: boolean): Tensor {
  const made = allocate([], bool);
  fill_with(made, Number(value));
  return made;
}

export function cast_to(x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) return x;
  const out = allocate(x.shape, dtype);
  copy_into(out, x);
  const from = x.dtype;
  if (tracks(x) && dtype.is_floating_point) record(out, 'ToCopyBackward0', [x], [], (g) => [cast_to(g, from)]);
  return out;
}

/**
 * What an in-place operation's node takes as its input: the tensor as it was, with its old place in the graph. Where the rule reads the
 * old value, it is a copy: unlike PyTorch we need not refuse.
 */
export function past(target: Tensor, copied: boolean): Tensor {
  const old = copied
    ? contiguous_copy(target)
    : new Tensor(target.storage, target.dtype, target.shape, target.strides, target.offset);
  requires_grad(target);
  old.node = target.node;
  old.output_index = target.output_index;
  old.leaf_requires_grad = target.leaf_requires_grad;
  old.accumulator = target.accumulator;
  old.node_version = target.storage.version;
  return old;
}

/** A copy outside the graph. */
export function contiguous_copy(x: Tensor): Tensor {
  const copy = allocate(x.shape, x.dtype);
  copy_into(copy, x);
  return copy;
}

/** `add` → `AddBackward0`, `leaky_relu` → `LeakyReluBackward0`: PyTorch's names. */
export function backward_name(name: string): string {
  return `${name
    .split('_')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')}Backward0`;
}

let sum_to_shape: (g: Tensor, shape: readonly number[]) => Tensor;

/** Installed by reduce.ts: sums a gradient over the dimensions that broadcasting added. */
export function set_sum_to(sum: (g: Tensor, shape: readonly number[]) => Tensor): void {
  sum_to_shape = sum;
}

export function sum_to(g: Tensor, shape: readonly number[]): Tensor {
  return same_shape(g.shape, shape) ? g : sum_to_shape(g, shape);
}

export function broadcast_reference(
  a: Reference | number,
  b: Reference | number,
  f: (a: number, b: number) => number,
): Reference {
  const ra = typeof a === 'number' ? { shape: [], data: [a] } : a;
  const rb = typeof b === 'number' ? { shape: [], data: [b] } : b;
  const shape = broadcast_shapes('reference', ra.shape, rb.shape);
  const n = shape.reduce((x, y) => x * y, 1);
  const at = (r: Reference, flat: number): number => {
    let index = 0;
    let step = 1;
    for (let i = 1; i <= shape.length; i++) {
      const size = shape[shape.length - i];
      const own = i <= r.shape.length ? r.shape[r.shape.length - i] : 1;
      index += own === 1 ? 0 : (flat % size) * step;
      step *= own;
      flat = Math.floor(flat / size);
    }
    return r.data[index];
  };
  return { shape, data: Float64Array.from({ length: n }, (_, i) => f(at(ra, i), at(rb, i))) };
}
