import { types } from 'node:util';
import { fail } from '../../errors';
import { tensor } from '../../ops/create';
import { stack } from '../../ops/join';
import { Tensor } from '../../tensor/tensor';

/** What a batch of samples looks like: tensors are stacked, numbers become a tensor, arrays, objects and Maps are collated by place. */
export type Collated<Item> =
  Item extends Promise<infer Sample>
    ? Collated<Sample>
    : Item extends Tensor | number | boolean | bigint
      ? Tensor
      : Item extends ArrayBufferView
        ? Tensor
        : Item extends string
          ? string[]
          : Item extends ReadonlyMap<infer Key, infer Value>
            ? Map<Key, Collated<Value>>
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
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.default_collate
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
  if (types.isMap(first)) {
    const rows = items as readonly ReadonlyMap<unknown, unknown>[];
    return new Map([...first.keys()].map((key) => [key, collate(rows.map((row) => row.get(key)))]));
  }
  if (typeof first === 'object' && first !== null) {
    const rows = items as readonly Record<string, unknown>[];
    return Object.fromEntries(Object.keys(first).map((key) => [key, collate(rows.map((row) => row[key]))]));
  }
  return fail('default_collate', `cannot make a batch of samples such as ${String(first)}; pass collate_fn`);
}

/**
 * A sample with its typed arrays as tensors; all else stays as it is. Loaders without batches use it.
 * @example
 * ```ts
 * const { x } = torch.utils.data.default_convert({ x: new Float32Array([1, 2]) }) as { x: torch.Tensor };
 * x.tolist(); // [1, 2]
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.default_convert
 */
export function default_convert(item: unknown): unknown {
  if (ArrayBuffer.isView(item)) return tensor(item as Float32Array);
  if (Array.isArray(item)) return item.map(default_convert);
  if (types.isMap(item)) return new Map([...item].map(([key, value]) => [key, default_convert(value)]));
  if (typeof item !== 'object' || item === null || !is_plain(item)) return item;
  return Object.fromEntries(Object.entries(item).map(([key, value]) => [key, default_convert(value)]));
}

/** An object literal, of any realm. */
export function is_plain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
