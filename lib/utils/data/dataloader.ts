import { setImmediate } from 'node:timers/promises';
import { fail } from '../../errors';
import { tensor } from '../../ops/create';
import { index_select } from '../../ops/indexing';
import { randperm } from '../../ops/random';
import { narrow } from '../../ops/views';
import type { Generator } from '../../random';
import { int64 } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import { type Collated, default_collate, default_convert } from './collate';
import {
  check_dataset,
  type IterableDataset,
  is_iterable_dataset,
  length_of,
  type MapStyle,
  type Source,
} from './dataset';
import { at_once, type Collate, END, type Fetcher, IterableFetcher, MapFetcher, RowFetcher } from './fetch';
import { type DataLoaderOptions, judge_options } from './options';
import { BatchSampler, batch_count, count, RandomSampler, SequentialSampler } from './sampler';
import { draw_seed, Stream } from './seeds';
import { type Rows, rows_of } from './tensor_dataset';
import { close_with, type Epoch, worker_batches, worker_batches_in_loop } from './worker/epoch';
import { Run } from './worker/run';
import { Session } from './worker/session';

type Batches<T> = globalThis.Generator<T, void, undefined>;

/**
 * Goes through a dataset in batches, once for each `for … of`. `for await … of` lets the event loop turn between batches. With
 * `num_workers` other threads load them ahead of time, in the same order and with the same bits; see docs/data.md.
 * @example
 * ```ts
 * const data = new torch.utils.data.TensorDataset(torch.ones([10, 3]), torch.zeros([10, 1]));
 * const loader = new torch.utils.data.DataLoader(data, { batch_size: 4, shuffle: true });
 * for (const [x, y] of loader) console.log(x.shape, y.shape); // twice [4, 3] [4, 1], then [2, 3] [2, 1]
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.DataLoader
 */
export class DataLoader<Item, Batch = Collated<Item>> {
  readonly dataset: MapStyle<Item> | IterableDataset<Item>;
  /** null where there are no batches, or where `batch_sampler` makes them. */
  readonly batch_size: number | null;
  readonly drop_last: boolean;
  readonly num_workers: number;
  readonly prefetch_factor: number | null;
  readonly persistent_workers: boolean;
  readonly pin_memory: boolean;
  readonly timeout: number;
  readonly generator: Generator | undefined;
  readonly worker_init_fn: ((worker_id: number) => void) | undefined;
  /** The order of the samples; null for an iterable dataset. */
  readonly sampler: Iterable<number> | null;
  /** The batches of indices; null for an iterable dataset and where there are no batches. */
  readonly batch_sampler: Iterable<readonly number[]> | null;
  readonly collate_fn: (items: Item[]) => Batch;
  /** The rows of tensors that the dataset is, where nothing of the user's comes between them and the loop. */
  private readonly rows: Rows | null;
  /** The order of those rows: as they are, a new one every epoch, or what the samplers say. */
  private readonly order: 'plain' | 'shuffled' | 'given';
  /** Of persistent workers, once they are at work. */
  private session: Session | null = null;

  constructor(
    dataset: Source<Batch>,
    options: DataLoaderOptions<Batch, Batch> & { batch_size: null; collate_fn?: undefined },
  );
  constructor(dataset: Source<Item>, options?: DataLoaderOptions<Item, Batch>);
  constructor(
    dataset: Source<Item>,
    batch_size: number | null | undefined,
    options: Omit<DataLoaderOptions<Item, Batch>, 'batch_size'>,
  );
  constructor(
    dataset: Source<Item>,
    batch_size?: number | null,
    shuffle?: boolean | null,
    options?: Omit<DataLoaderOptions<Item, Batch>, 'batch_size' | 'shuffle'>,
  );
  constructor(source: Source<Item>, ...given: readonly unknown[]) {
    const dataset = is_iterable_dataset(source) ? source : check_dataset('DataLoader', source);
    this.dataset = dataset;
    const judged = judge_options<Item, Batch>(dataset, given);
    this.batch_size = judged.batch_size;
    this.drop_last = judged.drop_last;
    this.num_workers = judged.num_workers;
    this.prefetch_factor = judged.prefetch_factor;
    this.persistent_workers = judged.persistent_workers;
    this.pin_memory = judged.pin_memory;
    this.timeout = judged.timeout;
    this.generator = judged.generator;
    this.worker_init_fn = judged.worker_init_fn;
    const batched = judged.batch_size !== null || judged.batch_sampler !== undefined;
    this.collate_fn = judged.collate_fn ?? ((batched ? default_collate : default_convert) as (items: Item[]) => Batch);
    this.order = (judged.sampler ?? judged.batch_sampler) ? 'given' : judged.shuffle ? 'shuffled' : 'plain';
    this.rows = batched && judged.collate_fn === undefined ? rows_of(dataset) : null;
    if (is_iterable_dataset(dataset)) {
      this.sampler = null;
      this.batch_sampler = null;
      return;
    }
    const { generator, drop_last } = judged;
    this.sampler =
      judged.sampler ?? (judged.shuffle ? new RandomSampler(dataset, { generator }) : new SequentialSampler(dataset));
    this.batch_sampler =
      judged.batch_sampler ??
      (judged.batch_size === null ? null : new BatchSampler(this.sampler, judged.batch_size, drop_last));
  }

  /** Number of batches, or of samples where `batch_size` is null. An error for an iterable dataset that does not know its length. */
  get length(): number {
    if (this.batch_sampler !== null) return count(this.batch_sampler);
    if (this.sampler !== null) return count(this.sampler);
    const samples = length_of(this.dataset) ?? fail('DataLoader', `${this.dataset.constructor.name} has no length`);
    return this.batch_size === null ? samples : batch_count(samples, this.batch_size, this.drop_last);
  }

  [Symbol.iterator](): Batches<Batch> {
    const base_seed = draw_seed(this.generator);
    if (this.num_workers > 0) return worker_batches(() => this.begin(base_seed)) as Batches<Batch>;
    if (this.rows !== null && this.order !== 'given') return this.slices(this.rows, base_seed) as Batches<Batch>;
    return this.fetched(base_seed);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    const base_seed = draw_seed(this.generator);
    if (this.num_workers > 0) {
      yield* worker_batches_in_loop(() => this.begin(base_seed)) as AsyncGenerator<Batch, void, undefined>;
      return;
    }
    const fetches =
      this.rows !== null && this.order !== 'given' ? this.slices(this.rows, base_seed) : this.fetches(base_seed);
    for (const fetch of fetches) {
      const batch = await fetch;
      if (batch === END) return;
      yield batch as Batch;
      await setImmediate();
    }
  }

  /** Rows in order are views, shuffled ones one index_select a tensor. */
  private *slices({ tensors, indices, length }: Rows, base_seed: number): Batches<Tensor[]> {
    const size = this.batch_size!;
    let order = indices === null ? null : tensor(indices, { dtype: int64 });
    if (this.order === 'shuffled') {
      const shuffled = new Stream(base_seed).run(() => randperm(length, { generator: this.generator }));
      order = order === null ? shuffled : index_select(order, 0, shuffled);
    }
    for (let start = 0; start < length; start += size) {
      const n = Math.min(size, length - start);
      if (n < size && this.drop_last) return;
      const chosen = order === null ? null : narrow(order, 0, start, n);
      yield tensors.map((each) => (chosen === null ? narrow(each, 0, start, n) : index_select(each, 0, chosen)));
    }
  }

  private *fetched(base_seed: number): Batches<Batch> {
    for (const fetch of this.fetches(base_seed)) {
      const batch = at_once(fetch);
      if (batch === END) return;
      yield batch as Batch;
    }
  }

  /** Batches, or promises of them; an iterable dataset's end with END. */
  private *fetches(base_seed: number): Batches<unknown> {
    const fetcher = this.fetcher();
    try {
      let batch = 0;
      for (const key of this.keys(base_seed)) yield fetcher.fetch(key, new Stream(base_seed, batch++));
    } finally {
      if (fetcher instanceof IterableFetcher) fetcher.close();
    }
  }

  /** An epoch in the workers: those that have the dataset already, or others. */
  private begin(base_seed: number): Epoch {
    const { prefetch_factor, timeout, persistent_workers } = this;
    if (this.session?.is_open === false) {
      this.session.close();
      this.session = null;
    }
    const free = this.session?.is_busy === false ? this.session : null;
    const session = free ?? new Session(this as unknown as DataLoader<unknown, unknown>, base_seed);
    if (persistent_workers && this.session === null) {
      this.session = session;
      close_with(this, session);
    }
    const keys = session.iterable ? null : this.keys(base_seed)[Symbol.iterator]();
    const collate = this.collate_fn as Collate;
    const run = new Run(session, { keys, base_seed, prefetch_factor: prefetch_factor!, timeout, collate });
    return { run, session, lasting: session === this.session };
  }

  private keys(base_seed: number): Iterable<unknown> {
    const keys: Iterable<unknown> | null = this.batch_sampler ?? this.sampler;
    return keys === null ? endless() : new Stream(base_seed).through(keys);
  }

  private fetcher(): Fetcher {
    const { dataset } = this;
    const collate = this.collate_fn as Collate;
    if (this.rows !== null) return new RowFetcher(this.rows);
    if (is_iterable_dataset(dataset)) return new IterableFetcher(dataset, collate, this.batch_size, this.drop_last);
    return new MapFetcher(dataset as MapStyle<unknown>, collate, this.batch_sampler !== null);
  }
}

function* endless(): Batches<undefined> {
  for (;;) yield undefined;
}
