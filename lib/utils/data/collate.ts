import { fail } from '../../errors';
import { tensor } from '../../ops/create';
import { stack } from '../../ops/join';
import { Tensor } from '../../tensor/tensor';

/** What a batch of samples looks like: tensors are stacked, numbers become a tensor, arrays and objects are collated by place. */
export type Collated<Item> = Item extends Tensor | number | boolean | bigint
  ? Tensor
  : Item extends ArrayBufferView
    ? Tensor
    : Item extends string
      ? string[]
      : Item extends readonly unknown[] | object
        ? { -readonly [K in keyof Item]: Collated<Item[K]> }
        : unknown;

/**
 * Makes a batch of samples, as `torch.utils.data.default_collate`.
 * @example
 * ```ts
 * const [x, y] = torch.utils.data.default_collate([[torch.ones([2]), 0], [torch.zeros([2]), 1]]);
 * x.shape; // [2, 2]
 * ```
 */
export function default_collate<Item>(items: readonly Item[]): Collated<Item> {
  if (items.length === 0) fail('default_collate', 'the batch is empty');
  return collate(items) as Collated<Item>;
}

function collate(items: readonly unknown[]): unknown {
  const [first] = items;
  if (first instanceof Tensor) return stack(items as readonly Tensor[]);
  if (typeof first === 'number' || typeof first === 'boolean' || typeof first === 'bigint')
    return tensor(items as readonly number[]);
  if (typeof first === 'string') return [...items];
  if (ArrayBuffer.isView(first)) return stack(items.map((each) => tensor(each as Float32Array)));
  if (Array.isArray(first)) {
    const rows = items as readonly (readonly unknown[])[];
    if (rows.some((row) => row.length !== first.length))
      fail('default_collate', 'the samples are arrays of different lengths; pass collate_fn');
    return first.map((_, i) => collate(rows.map((row) => row[i])));
  }
  if (typeof first === 'object' && first !== null) {
    const rows = items as readonly Record<string, unknown>[];
    return Object.fromEntries(Object.keys(first).map((key) => [key, collate(rows.map((row) => row[key]))]));
  }
  return fail('default_collate', `cannot make a batch of samples such as ${String(first)}; pass collate_fn`);
}
