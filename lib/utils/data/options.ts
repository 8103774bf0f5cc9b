import { positional } from '../../arguments';
import { check_boolean, check_integer, check_number, fail, fail_range, fail_type } from '../../errors';
import type { Generator } from '../../random';
import { is_iterable_dataset } from './dataset';
import { check_sampler } from './sampler';
import { loader_generator } from './seeds';

/** Options of {@link DataLoader}. */
export interface DataLoaderOptions<Item, Batch> {
  /** Samples in a batch; `null` for single samples, as the dataset gives them. Default 1. */
  batch_size?: number | null;
  /** Draw a new order every epoch. Default false. */
  shuffle?: boolean | null;
  /** The order of the samples, instead of `shuffle`. */
  sampler?: Iterable<number> | null;
  /** The batches, as lists of indices, instead of `batch_size`, `shuffle`, `sampler` and `drop_last`. */
  batch_sampler?: Iterable<readonly number[]> | null;
  /** Threads that load batches ahead of the loop; 0 loads them in the loop's own. Default 0. See docs/data.md. */
  num_workers?: number;
  /**
   * Makes a batch of samples, or what the loop gets of one sample if `batch_size` is null. Default {@link default_collate}, or {@link default_convert}.
   * Workers run it if it says where it lives (docs/data.md); else the loop's thread does.
   */
  collate_fn?: ((items: Item[]) => Batch) | null;
  /** Without effect: there is no device to copy to. */
  pin_memory?: boolean;
  /** Leave out a last batch that is not full. Default false. */
  drop_last?: boolean;
  /** Seconds to wait for a batch of the workers; 0 waits for ever. Default 0. */
  timeout?: number;
  /** Runs in each worker before its first batch, with the worker's number. */
  worker_init_fn?: ((worker_id: number) => void) | null;
  /** Batches that each worker loads ahead. Default 2. */
  prefetch_factor?: number | null;
  /** Whether the workers keep their dataset from one epoch to the next. Default false: each epoch sends it anew. */
  persistent_workers?: boolean;
  /** Where order and seeds are drawn from; default the generator of `torch.manual_seed`. */
  generator?: Generator | null;
  /** Draw them from a generator of the loader's own, starting from this seed. */
  seed?: number;
}

/** The options as the loader keeps them. */
export type Judged<Item, Batch> = Required<
  Pick<
    DataLoaderOptions<Item, Batch>,
    'batch_size' | 'shuffle' | 'num_workers' | 'drop_last' | 'timeout' | 'persistent_workers' | 'pin_memory'
  >
> &
  Pick<Given<Item, Batch>, 'sampler' | 'batch_sampler' | 'collate_fn' | 'worker_init_fn' | 'generator'> & {
    prefetch_factor: number | null;
  };

const op = 'DataLoader';
const MOST_WORKERS = 1024;

const defaults = {
  batch_size: undefined,
  shuffle: undefined,
  sampler: undefined,
  batch_sampler: undefined,
  num_workers: undefined,
  collate_fn: undefined,
  pin_memory: undefined,
  drop_last: undefined,
  timeout: undefined,
  worker_init_fn: undefined,
  prefetch_factor: undefined,
  persistent_workers: undefined,
  generator: undefined,
  seed: undefined,
};
const nullable = ['shuffle', 'sampler', 'batch_sampler', 'collate_fn', 'worker_init_fn', 'generator'] as const;

/** The same without nulls. */
type Given<Item, Batch> = {
  [K in keyof DataLoaderOptions<Item, Batch>]: K extends (typeof nullable)[number]
    ? NonNullable<DataLoaderOptions<Item, Batch>[K]>
    : DataLoaderOptions<Item, Batch>[K];
};

/** Judges what the user gave. */
export function judge_options<Item, Batch>(dataset: unknown, places: readonly unknown[]): Judged<Item, Batch> {
  const asked = positional<DataLoaderOptions<Item, Batch>>(op, places, defaults, ['batch_size', 'shuffle']);
  // As Python's None.
  for (const name of nullable) asked[name] ??= undefined;
  const given = asked as Given<Item, Batch>;
  const { batch_size = 1, shuffle = false, drop_last = false, num_workers = 0, timeout = 0 } = given;
  const { sampler, batch_sampler, collate_fn, worker_init_fn, pin_memory = false, persistent_workers = false } = given;
  if (batch_size !== null) check_integer(op, 'batch_size', batch_size, 1);
  for (const [name, value] of Object.entries({ shuffle, drop_last, pin_memory, persistent_workers }))
    check_boolean(op, name, value);
  check_integer(op, 'num_workers', num_workers, 0, MOST_WORKERS);
  if (!(check_number(op, 'timeout', timeout) >= 0))
    fail_range(op, `expected timeout to be at least 0 seconds, got ${timeout}`);
  for (const [name, value] of Object.entries({ collate_fn, worker_init_fn }))
    if (value !== undefined && typeof value !== 'function') fail_type(op, name, 'a function', value);
  if (sampler !== undefined) check_sampler(op, 'sampler', sampler);
  if (batch_sampler !== undefined) check_sampler(op, 'batch_sampler', batch_sampler);
  check_combination(dataset, given);
  const prefetch_factor =
    (given.prefetch_factor ?? null) === null
      ? num_workers > 0
        ? 2
        : null
      : check_integer(op, 'prefetch_factor', given.prefetch_factor, 1);
  return {
    batch_size: batch_sampler === undefined ? batch_size : null,
    shuffle,
    sampler,
    batch_sampler,
    num_workers,
    collate_fn,
    pin_memory,
    drop_last,
    timeout,
    worker_init_fn,
    prefetch_factor,
    persistent_workers,
    generator: loader_generator(op, given.generator, given.seed),
  };
}

function check_combination<Item, Batch>(dataset: unknown, given: Given<Item, Batch>): void {
  const { batch_size, shuffle, sampler, batch_sampler, drop_last, num_workers = 0 } = given;
  if (is_iterable_dataset(dataset)) {
    if (shuffle) fail(op, 'an IterableDataset has an order of its own; leave out shuffle');
    for (const [name, value] of Object.entries({ sampler, batch_sampler }))
      if (value !== undefined) fail(op, `an IterableDataset has an order of its own; leave out ${name}`);
  }
  if (sampler !== undefined && shuffle) fail(op, 'sampler and shuffle exclude each other');
  if (batch_sampler !== undefined && [batch_size, shuffle, drop_last, sampler].some((each) => each !== undefined))
    fail(op, 'batch_sampler excludes batch_size, shuffle, drop_last and sampler');
  if (batch_size === null && drop_last) fail(op, 'drop_last needs batches, but batch_size is null');
  if (num_workers > 0) return;
  if ((given.prefetch_factor ?? null) !== null) fail(op, 'prefetch_factor needs num_workers of at least 1');
  if (given.persistent_workers) fail(op, 'persistent_workers needs num_workers of at least 1');
}
