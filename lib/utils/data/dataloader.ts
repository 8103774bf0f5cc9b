import { setImmediate } from 'node:timers/promises';
import { check_boolean, check_integer, check_options, fail, fail_type } from '../../errors';
import { tensor } from '../../ops/create';
import { index_select } from '../../ops/indexing';
import { narrow } from '../../ops/views';
import { int64 } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import { type Collated, default_collate } from './collate';
import { check_dataset, type Dataset, type Rows, rows_of } from './dataset';
import { BatchSampler, type Sampler, SequentialSampler } from './sampler';
import { check_generator, type Generator, shuffled_indices } from './shuffle';

export interface DataLoaderOptions<Item, Batch> {
  /** Samples in a batch. Default 1. */
  batch_size?: number;
  /** Draw a new order every epoch. Default false. */
  shuffle?: boolean;
  /** Leave out a last batch that is not full. Default false. */
  drop_last?: boolean;
  /** Where the shuffling draws from; default the generator of `torch.manual_seed`. */
  generator?: Generator;
  /** Shuffle with a generator of its own, starting from this seed. */
  seed?: number;
  /** The order of the samples, instead of `shuffle`. */
  sampler?: Sampler;
  /** The batches, as lists of indices, instead of `batch_size`, `shuffle`, `sampler` and `drop_last`. */
  batch_sampler?: Iterable<readonly number[]>;
  /** Makes a batch of samples. Default {@link default_collate}. */
  collate_fn?: (items: Item[]) => Batch;
}

/**
 * Goes through a dataset in batches, once for each `for … of`. `for await … of` lets the event loop turn between batches.
 * @example
 * ```ts
 * const data = new torch.utils.data.TensorDataset(torch.ones([10, 3]), torch.zeros([10, 1]));
 * const loader = new torch.utils.data.DataLoader(data, { batch_size: 4, shuffle: true });
 * for (const [x, y] of loader) console.log(x.shape, y.shape); // [4, 3] [4, 1], twice; [2, 3] [2, 1]
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.DataLoader
 */
export class DataLoader<Item, Batch = Collated<Item>> {
  readonly batch_size: number;
  readonly drop_last: boolean;
  private readonly shuffle: boolean;
  private readonly generator: Generator | undefined;
  private readonly sampler: (Sampler & { readonly length?: number }) | undefined;
  private readonly batch_sampler: Iterable<readonly number[]> | undefined;
  private readonly collate: ((items: Item[]) => Batch) | undefined;

  constructor(
    readonly dataset: Dataset<Item>,
    options?: number | DataLoaderOptions<Item, Batch>,
    shuffled?: boolean,
  ) {
    const op = 'DataLoader';
    check_dataset(op, dataset);
    const named = typeof options === 'number' ? { batch_size: options, shuffle: shuffled } : options;
    const given = check_options<DataLoaderOptions<Item, Batch>>(op, named, {
      batch_size: undefined,
      shuffle: undefined,
      drop_last: undefined,
      generator: undefined,
      seed: undefined,
      sampler: undefined,
      batch_sampler: undefined,
      collate_fn: undefined,
    });
    const { batch_size = 1, shuffle = false, drop_last = false, sampler, batch_sampler, collate_fn } = given;
    this.batch_size = check_integer(op, 'batch_size', batch_size, 1);
    this.shuffle = check_boolean(op, 'shuffle', shuffle);
    this.drop_last = check_boolean(op, 'drop_last', drop_last);
    this.generator = check_generator(op, given.generator, given.seed);
    for (const [name, value] of [
      ['sampler', sampler],
      ['batch_sampler', batch_sampler],
    ] as const)
      if (value !== undefined && (typeof value !== 'object' || value === null || !(Symbol.iterator in value)))
        fail_type(op, name, 'an iterable', value);
    if (sampler !== undefined && this.shuffle) fail(op, 'sampler and shuffle exclude each other');
    if (
      batch_sampler !== undefined &&
      [given.batch_size, given.shuffle, given.drop_last, sampler].some((each) => each !== undefined)
    )
      fail(op, 'batch_sampler excludes batch_size, shuffle, drop_last and sampler');
    if (collate_fn !== undefined && typeof collate_fn !== 'function')
      fail_type(op, 'collate_fn', 'a function', collate_fn);
    this.sampler = sampler;
    this.batch_sampler = batch_sampler;
    this.collate = collate_fn;
  }

  /** Number of batches. */
  get length(): number {
    if (this.batch_sampler !== undefined) return count(this.batch_sampler);
    const samples = this.sampler === undefined ? this.dataset.length : count(this.sampler);
    return this.drop_last ? Math.floor(samples / this.batch_size) : Math.ceil(samples / this.batch_size);
  }

  [Symbol.iterator](): Batches<Batch> {
    const rows = this.collate === undefined ? rows_of(this.dataset) : null;
    if (rows === null) return this.collated();
    const plain = this.sampler === undefined && this.batch_sampler === undefined;
    return (plain ? this.slices(rows) : this.gathered(rows)) as Batches<Batch>;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    for (const batch of this) {
      yield batch;
      await setImmediate();
    }
  }

  /** Rows in order are views, shuffled ones one index_select a tensor. */
  private *slices({ tensors, indices, length }: Rows): Batches<Tensor[]> {
    let order = indices === null ? null : tensor(indices, { dtype: int64 });
    if (this.shuffle) {
      const shuffled = shuffled_indices('DataLoader', length, { generator: this.generator });
      order = order === null ? shuffled : index_select(order, 0, shuffled);
    }
    for (let start = 0; start < length; start += this.batch_size) {
      const size = Math.min(this.batch_size, length - start);
      if (size < this.batch_size && this.drop_last) return;
      const chosen = order === null ? null : narrow(order, 0, start, size);
      yield tensors.map((each) => (chosen === null ? narrow(each, 0, start, size) : index_select(each, 0, chosen)));
    }
  }

  private *gathered({ tensors, indices }: Rows): Batches<Tensor[]> {
    for (const batch of this.batches()) {
      const chosen = tensor(indices === null ? batch : batch.map((i) => indices[i]), { dtype: int64 });
      yield tensors.map((each) => index_select(each, 0, chosen));
    }
  }

  private *collated(): Batches<Batch> {
    const collate = this.collate ?? (default_collate as (items: readonly Item[]) => Batch);
    for (const indices of this.batches()) yield collate(indices.map((index) => this.dataset.get(index)));
  }

  private batches(): Iterable<readonly number[]> {
    if (this.batch_sampler !== undefined) return this.batch_sampler;
    return new BatchSampler(this.order(), this.batch_size, this.drop_last);
  }

  private order(): Sampler {
    if (this.sampler !== undefined) return this.sampler;
    if (!this.shuffle) return new SequentialSampler(this.dataset);
    return shuffled_indices('DataLoader', this.dataset.length, { generator: this.generator }).tolist() as number[];
  }
}

type Batches<T> = globalThis.Generator<T, void, undefined>;

function count(list: Iterable<unknown> & { readonly length?: number }): number {
  if (typeof list.length === 'number') return list.length;
  let n = 0;
  for (const _ of list) n++;
  return n;
}
