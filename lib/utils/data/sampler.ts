import { type Given, positional } from '../../arguments';
import { check_boolean, check_integer, check_number, fail, fail_range, fail_type } from '../../errors';
import { tensor } from '../../ops/create';
import { multinomial } from '../../ops/multinomial';
import { randint, randperm } from '../../ops/random';
import type { Generator } from '../../random';
import { float64 } from '../../tensor/dtype';
import { Tensor } from '../../tensor/tensor';
import { length_of } from './dataset';
import { check_generator } from './seeds';

/** The order in which samples are drawn. */

interface Counted {
  readonly length: number;
}

/**
 * The class to extend for an order of one's own, with a `length` if it is known. Loaders take any iterable and go through it anew in every epoch.
 * @example
 * ```ts
 * class Reversed extends torch.utils.data.Sampler<number> {
 *   constructor(readonly length: number) {
 *     super();
 *   }
 *   *[Symbol.iterator]() {
 *     for (let i = this.length - 1; i >= 0; i--) yield i;
 *   }
 * }
 * const data = new torch.utils.data.TensorDataset(torch.tensor([10, 20, 30]));
 * const loader = new torch.utils.data.DataLoader(data, { sampler: new Reversed(3), batch_size: 3 });
 * for (const [x] of loader) x.tolist(); // [30, 20, 10]
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.Sampler
 */
export abstract class Sampler<T = number> implements Iterable<T> {
  abstract [Symbol.iterator](): IterableIterator<T>;
}

function check_source(op: string, source: unknown): void {
  const { length } = (source ?? {}) as Partial<Counted>;
  if (typeof length !== 'number') fail_type(op, 'data_source', 'something with a length', source);
}

/**
 * 0, 1, 2, …
 * @example
 * ```ts
 * [...new torch.utils.data.SequentialSampler({ length: 3 })]; // [0, 1, 2]
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.SequentialSampler
 */
export class SequentialSampler extends Sampler {
  constructor(readonly data_source: Counted) {
    super();
    check_source('SequentialSampler', data_source);
  }

  get length(): number {
    return this.data_source.length;
  }

  override *[Symbol.iterator](): IterableIterator<number> {
    for (let i = 0; i < this.length; i++) yield i;
  }
}

/** Options of {@link RandomSampler}. */
export interface RandomSamplerOptions {
  /** Whether a sample can be drawn again. Default false. */
  replacement?: boolean;
  /** How many are drawn. Default: as many as there are samples. */
  num_samples?: number | null;
  /** Where the order is drawn from; default the generator of `torch.manual_seed`. */
  generator?: Generator;
}

/**
 * Samples in an order drawn anew for every epoch.
 * @example
 * ```ts
 * const data = new torch.utils.data.TensorDataset(torch.ones([10, 1]));
 * [...new torch.utils.data.RandomSampler(data, { num_samples: 4 })].length; // 4
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.RandomSampler
 */
export class RandomSampler extends Sampler {
  readonly replacement: boolean;
  readonly generator: Generator | undefined;
  private readonly wanted: number | null;

  constructor(
    readonly data_source: Counted,
    ...given: Given<
      RandomSamplerOptions,
      [replacement: 'replacement', num_samples: 'num_samples', generator: 'generator']
    >
  ) {
    super();
    const op = 'RandomSampler';
    check_source(op, data_source);
    const { replacement, num_samples, generator } = positional(op, given, {
      replacement: false,
      num_samples: null as number | null,
      generator: undefined as Generator | undefined,
    });
    this.replacement = check_boolean(op, 'replacement', replacement);
    this.wanted = num_samples === null ? null : check_integer(op, 'num_samples', num_samples, 1);
    check_generator(op, generator);
    this.generator = generator;
  }

  get num_samples(): number {
    return this.wanted ?? this.data_source.length;
  }

  get length(): number {
    return this.num_samples;
  }

  override *[Symbol.iterator](): IterableIterator<number> {
    const n = this.data_source.length;
    const { generator, num_samples } = this;
    if (n === 0 && num_samples > 0) fail('RandomSampler', `cannot draw ${num_samples} samples from none`);
    if (this.replacement && n > 0) {
      yield* randint(n, [num_samples], { generator }).tolist() as number[];
      return;
    }
    for (let left = num_samples; left > 0; left -= n)
      yield* (randperm(n, { generator }).tolist() as number[]).slice(0, left);
  }
}

/**
 * The given indices in an order drawn anew for every epoch.
 * @example
 * ```ts
 * [...new torch.utils.data.SubsetRandomSampler([7, 8, 9])].sort(); // [7, 8, 9]
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.SubsetRandomSampler
 */
export class SubsetRandomSampler extends Sampler {
  readonly indices: readonly number[];
  readonly generator: Generator | undefined;

  constructor(indices: Iterable<number>, ...given: Given<{ generator?: Generator }, [generator: 'generator']>) {
    super();
    const { generator } = positional<{ generator?: Generator }>('SubsetRandomSampler', given, {
      generator: undefined,
    });
    check_generator('SubsetRandomSampler', generator);
    this.indices = [...indices];
    this.generator = generator;
  }

  get length(): number {
    return this.indices.length;
  }

  override *[Symbol.iterator](): IterableIterator<number> {
    const order = randperm(this.indices.length, { generator: this.generator }).tolist() as number[];
    for (const at of order) yield this.indices[at];
  }
}

/** Options of {@link WeightedRandomSampler}. */
export interface WeightedRandomSamplerOptions {
  /** Whether a sample can be drawn again. Default true. */
  replacement?: boolean;
  /** Where the order is drawn from; default the generator of `torch.manual_seed`. */
  generator?: Generator;
}

/**
 * Indices drawn with these weights, which need not add up to 1.
 * @example
 * ```ts
 * [...new torch.utils.data.WeightedRandomSampler([0, 1, 0], 3)]; // [1, 1, 1]
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.WeightedRandomSampler
 */
export class WeightedRandomSampler extends Sampler {
  readonly weights: readonly number[];
  readonly replacement: boolean;
  readonly generator: Generator | undefined;

  constructor(
    weights: Iterable<number> | Tensor,
    readonly num_samples: number,
    ...given: Given<WeightedRandomSamplerOptions, [replacement: 'replacement', generator: 'generator']>
  ) {
    super();
    const op = 'WeightedRandomSampler';
    check_integer(op, 'num_samples', num_samples, 1);
    const { replacement, generator } = positional(op, given, {
      replacement: true,
      generator: undefined as Generator | undefined,
    });
    this.replacement = check_boolean(op, 'replacement', replacement);
    check_generator(op, generator);
    this.generator = generator;
    const list = weights instanceof Tensor ? (weights.tolist() as number[]) : [...weights];
    this.weights = list.map((each) => check_number(op, 'each weight', each));
    const possible = this.weights.filter((each) => each > 0).length;
    if (this.weights.some((each) => !(each >= 0 && each < Infinity)) || possible === 0)
      fail_range(op, 'expected finite weights of at least 0 that are not all 0');
    if (!replacement && num_samples > possible)
      fail(op, `cannot draw ${num_samples} samples without replacement from ${possible} weights above 0`);
  }

  get length(): number {
    return this.num_samples;
  }

  override *[Symbol.iterator](): IterableIterator<number> {
    const { num_samples, replacement, generator } = this;
    const weights = tensor(this.weights, { dtype: float64 });
    yield* multinomial(weights, num_samples, replacement, { generator }).tolist() as number[];
  }
}

/** Options of {@link BatchSampler}. */
export interface BatchSamplerOptions {
  /** Indices in a batch. */
  batch_size: number;
  /** Leave out a last batch that is not full. Default false. */
  drop_last?: boolean;
}

/**
 * Groups what a sampler draws into batches.
 * @example
 * ```ts
 * const sampler = new torch.utils.data.SequentialSampler({ length: 5 });
 * [...new torch.utils.data.BatchSampler(sampler, 2, false)]; // [[0, 1], [2, 3], [4]]
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.BatchSampler
 */
export class BatchSampler<T = number> extends Sampler<T[]> {
  readonly batch_size: number;
  readonly drop_last: boolean;

  constructor(
    readonly sampler: Iterable<T>,
    ...given: Given<BatchSamplerOptions, [batch_size: 'batch_size', drop_last: 'drop_last']>
  ) {
    super();
    check_sampler('BatchSampler', 'sampler', sampler);
    const { batch_size, drop_last } = positional('BatchSampler', given, {
      batch_size: undefined as number | undefined,
      drop_last: false,
    });
    this.batch_size = check_integer('BatchSampler', 'batch_size', batch_size, 1);
    this.drop_last = check_boolean('BatchSampler', 'drop_last', drop_last);
  }

  get length(): number {
    return batch_count(count(this.sampler), this.batch_size, this.drop_last);
  }

  override *[Symbol.iterator](): IterableIterator<T[]> {
    let batch: T[] = [];
    for (const index of this.sampler) {
      batch.push(index);
      if (batch.length < this.batch_size) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0 && !this.drop_last) yield batch;
  }
}

export function check_sampler(op: string, name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || !(Symbol.iterator in value))
    fail_type(op, name, 'an iterable', value);
}

export function batch_count(samples: number, batch_size: number, drop_last: boolean): number {
  return drop_last ? Math.floor(samples / batch_size) : Math.ceil(samples / batch_size);
}

/** The length of a list, which is gone through where it has none. */
export function count(list: Iterable<unknown>): number {
  const known = length_of(list);
  if (known !== undefined) return known;
  let n = 0;
  for (const _ of list) n++;
  return n;
}
