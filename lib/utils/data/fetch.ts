import { fail } from '../../errors';
import { tensor } from '../../ops/create';
import { index_select } from '../../ops/indexing';
import { int64 } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import type { IterableDataset, MapStyle } from './dataset';
import type { Stream } from './seeds';
import type { Rows } from './tensor_dataset';

/** From a key (what a sampler gives) to what the loop gets: in the loop's own thread and in workers alike. */

/** What a fetcher says when an iterable dataset has no more samples. */
export const END = Symbol('end');

export type Collate = (items: unknown) => unknown;

export interface Fetcher {
  /** A batch, {@link END}, or a promise of either where the dataset gives promises. What it draws comes from the stream. */
  fetch(key: unknown, stream: Stream): unknown;
}

/** Rows of tensors, a whole batch at once. */
export class RowFetcher implements Fetcher {
  constructor(private readonly rows: Rows) {}

  fetch(key: unknown): Tensor[] {
    const { tensors, indices } = this.rows;
    const batch = key as readonly number[];
    const chosen = tensor(indices === null ? batch : batch.map((i) => indices[i]), { dtype: int64 });
    return tensors.map((each) => index_select(each, 0, chosen));
  }
}

/** Samples by number: one for a key, or (`batched`) one for each number in a key. */
export class MapFetcher implements Fetcher {
  constructor(
    private readonly dataset: MapStyle<unknown>,
    private readonly collate: Collate,
    private readonly batched: boolean,
  ) {}

  fetch(key: unknown, stream: Stream): unknown {
    const { dataset } = this;
    const collate = (items: unknown) => stream.run(() => this.collate(items));
    if (!this.batched)
      return settled(
        stream.run(() => dataset.get(key as number)),
        collate,
      );
    const indices = key as readonly number[];
    const all = stream.run(() => dataset.get_items?.(indices));
    const items = in_turn(indices.length, (i) =>
      all === undefined ? stream.run(() => dataset.get(indices[i])) : all[i],
    );
    return settled(items, collate);
  }
}

/** The next samples, `batch_size` of them or (`null`) one. */
export class IterableFetcher implements Fetcher {
  private iterator: Iterator<unknown> | null = null;
  private ended = false;

  constructor(
    private readonly dataset: IterableDataset<unknown>,
    private readonly collate: Collate,
    private readonly batch_size: number | null,
    private readonly drop_last: boolean,
  ) {}

  fetch(_: unknown, stream: Stream): unknown {
    const wanted = this.batch_size ?? 1;
    return settled(
      in_turn(wanted, () => this.next(stream)),
      (items) => this.finish(items as unknown[], wanted, stream),
    );
  }

  private next(stream: Stream): unknown {
    if (this.ended) return END;
    const { done, value } = stream.run(() => {
      this.iterator ??= this.dataset[Symbol.iterator]();
      return this.iterator.next();
    });
    if (done) this.ended = true;
    return done ? END : value;
  }

  private finish(items: unknown[], wanted: number, stream: Stream): unknown {
    if (items.length === 0 || (this.drop_last && items.length < wanted)) return END;
    return stream.run(() => this.collate(this.batch_size === null ? items[0] : items));
  }

  /** Tells the iterator that no more is wanted. */
  close(): void {
    if (!this.ended) this.iterator?.return?.();
    this.ended = true;
  }
}

function is_promise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Applies a function to a value, or to what a promise of it becomes. */
function settled(value: unknown, then: (value: unknown) => unknown): unknown {
  return is_promise(value) ? value.then(then) : then(value);
}

/** Values made one after the other, until END; a promise of them as soon as one is a promise. Only then do draws keep their order. */
function in_turn(n: number, make: (i: number) => unknown): unknown[] | Promise<unknown[]> {
  const items: unknown[] = [];
  for (let i = 0; i < n; i++) {
    const item = make(i);
    if (is_promise(item)) return in_turn_later(items, item, n, make);
    if (item === END) break;
    items.push(item);
  }
  return items;
}

async function in_turn_later(
  items: unknown[],
  pending: PromiseLike<unknown>,
  n: number,
  make: (i: number) => unknown,
): Promise<unknown[]> {
  items.push(await pending);
  while (items.length < n) {
    const item = await make(items.length);
    if (item === END) break;
    items.push(item);
  }
  return items;
}

/** A batch for a loop that cannot wait. */
export function at_once(batch: unknown): unknown {
  if (is_promise(batch))
    fail('DataLoader', 'the dataset gives promises: use `for await`, or num_workers of at least 1');
  return batch;
}
