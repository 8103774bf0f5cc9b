import { check_boolean, check_integer, check_options } from '../../errors';
import { type Generator, shuffled_indices } from './shuffle';

/** The order in which samples are drawn. A sampler is anything that can be iterated over, again for every epoch. */
export type Sampler = Iterable<number>;

/** 0, 1, 2, … */
export class SequentialSampler implements Sampler {
  constructor(readonly data: { readonly length: number }) {}

  get length(): number {
    return this.data.length;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (let i = 0; i < this.length; i++) yield i;
  }
}

/** Every sample once, in an order drawn anew for every epoch. */
export class RandomSampler implements Sampler {
  private readonly options: { generator?: Generator };

  constructor(
    readonly data: { readonly length: number },
    options?: { generator?: Generator },
  ) {
    this.options = check_options<{ generator?: Generator }>('RandomSampler', options, { generator: undefined });
  }

  get length(): number {
    return this.data.length;
  }

  [Symbol.iterator](): Iterator<number> {
    return (shuffled_indices('RandomSampler', this.length, this.options).tolist() as number[])[Symbol.iterator]();
  }
}

/** Groups what a sampler draws into batches. */
export class BatchSampler implements Iterable<number[]> {
  constructor(
    readonly sampler: Sampler & { readonly length?: number },
    readonly batch_size: number,
    readonly drop_last = false,
  ) {
    check_integer('BatchSampler', 'batch_size', batch_size, 1);
    check_boolean('BatchSampler', 'drop_last', drop_last);
  }

  *[Symbol.iterator](): IterableIterator<number[]> {
    let batch: number[] = [];
    for (const index of this.sampler) {
      batch.push(index);
      if (batch.length < this.batch_size) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0 && !this.drop_last) yield batch;
  }
}
