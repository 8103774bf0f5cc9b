import type { DType } from '../tensor/dtype';
import { addon } from './addon';
import { kernel_index, type Operand } from './kernel';
import { run_kernel } from './run';

const values = addon.arguments;

/** One tensor's part of a call over many: its element count, its numbers, its arrays (null where one is not needed). */
export interface ListEntry {
  readonly count: number;
  readonly scalars: readonly number[];
  readonly arrays: readonly (Operand | null)[];
}

/** `dtype, number of tensors, options…, then for each tensor: count, scalars…, arrays…`: one region over all elements. */
export type ListKernel = (dtype: DType, options: readonly number[], entries: readonly ListEntry[]) => void;

/** A kernel that updates many tensors in one call; more than the boundary holds become several calls. */
export function list_kernel(name: string): ListKernel {
  const index = kernel_index(name);
  return (dtype, options, entries) => {
    for (let first = 0; first < entries.length; ) {
      values[0] = dtype.code;
      let at = 2;
      for (let i = 0; i < options.length; i++) values[at++] = options[i];
      const { scalars, arrays } = entries[first];
      const each = 1 + scalars.length + 2 * arrays.length;
      const end = Math.min(entries.length, first + Math.floor((values.length - at) / each));
      values[1] = end - first;
      for (; first < end; first++) at = write_entry(entries[first], at);
      if (run_kernel(index, at) !== 0) throw new Error(`${name}: ${addon.last_error()}`);
    }
  };
}

function write_entry({ count, scalars, arrays }: ListEntry, at: number): number {
  values[at++] = count;
  for (let i = 0; i < scalars.length; i++) values[at++] = scalars[i];
  for (let i = 0; i < arrays.length; i++) {
    const array = arrays[i];
    values[at++] = array === null ? 0 : array.storage.id;
    values[at++] = array === null ? 0 : array.offset;
  }
  return at;
}
