import type { Tensor } from '../tensor/tensor';
import { addon } from './addon';
import { kernel_index } from './kernel';
import { run_kernel } from './run';

const values = addon.arguments;
const join = kernel_index('join');

function matrix(at: number, { storage, offset }: Tensor, first: number, columns: number, pitch: number): number {
  values[at++] = columns;
  values[at++] = storage.id;
  values[at++] = offset + first;
  values[at++] = pitch;
  values[at++] = 1;
  return at;
}

function launch(at: number, out: Tensor): void {
  values[at++] = out.storage.id;
  values[at++] = out.offset;
  if (run_kernel(join, at) !== 0) throw new Error(`join: ${addon.last_error()}`);
}

/** Contiguous tensors, each as a matrix of so many rows, side by side in the contiguous `out`. */
export function join_matrices(out: Tensor, rows: number, parts: readonly Tensor[]): void {
  let at = 0;
  values[at++] = out.dtype.code;
  values[at++] = rows;
  values[at++] = parts.length;
  for (let i = 0; i < parts.length; i++) {
    const columns = parts[i].count / rows;
    at = matrix(at, parts[i], 0, columns, columns);
  }
  launch(at, out);
}

/** The rows of a contiguous matrix, each from element `first` on and then up to it. */
export function turn_rows(out: Tensor, rows: number, x: Tensor, first: number): void {
  const pitch = x.count / rows;
  values[0] = out.dtype.code;
  values[1] = rows;
  values[2] = 2;
  launch(matrix(matrix(3, x, first, pitch - first, pitch), x, 0, first, pitch), out);
}
