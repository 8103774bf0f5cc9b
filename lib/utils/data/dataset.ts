import { check_integer, fail, fail_range, fail_type } from '../../errors';
import { Tensor } from '../../tensor/tensor';

/** Where samples come from. */

/** What a loader can draw numbered samples from: anything with a length and `get`. */
export interface MapStyle<Item> {
  /** How many samples there are. */
  readonly length: number;
  /** The sample of this index. */
  get(index: number): Item;
  /** Several samples at once, where that is faster than one by one. */
  get_items?(indices: readonly number[]): Item[];
}

/** Numbered samples: a dataset, or the samples themselves in a list. */
export type Samples<Item> = MapStyle<Item> | List<Item>;

/** An array, as far as a loader reads it. */
export interface List<Item> {
  /** How many samples there are. */
  readonly length: number;
  readonly [index: number]: Item;
}

/**
 * The class to extend for samples that have numbers. `get` may return a promise where the loader can wait for it: in workers, and in `for await`.
 * For workers the class also says where it lives, with `static module = __filename` or `import.meta.url`; see docs/data.md.
 * @example
 * ```ts
 * class Squares extends torch.utils.data.Dataset<[number, number]> {
 *   override readonly length = 100;
 *   override get(i: number): [number, number] {
 *     return [i, i * i];
 *   }
 * }
 * new torch.utils.data.DataLoader(new Squares(), { batch_size: 4 }).length; // 25
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.Dataset
 */
export abstract class Dataset<Item> implements MapStyle<Item> {
  /** How many samples there are. */
  abstract readonly length: number;
  /** The sample of this index. */
  abstract get(index: number): Item;

  *[Symbol.iterator](): IterableIterator<Item> {
    for (let i = 0; i < this.length; i++) yield this.get(i);
  }

  /** This dataset and then the other. */
  concat<Other>(other: MapStyle<Other>): ConcatDataset<Item | Other> {
    return new ConcatDataset<Item | Other>([this, other]);
  }

  /** An index from 0 on for one that may count from the end. */
  protected check_index(index: number): number {
    const op = this.constructor.name;
    check_integer(op, 'index', index);
    const { length } = this;
    const wrapped = index < 0 ? index + length : index;
    return wrapped >= 0 && wrapped < length
      ? wrapped
      : fail_range(op, `index ${index} is out of range for ${length} samples`);
  }
}

/**
 * The class to extend for samples that come one after the other and have no numbers. In a loader with workers each of them goes through all of it,
 * unless the iterator asks {@link get_worker_info} for its share. A subclass that knows its `length` gives the loader one.
 * @example
 * ```ts
 * class Countdown extends torch.utils.data.IterableDataset<number> {
 *   override *[Symbol.iterator]() {
 *     for (let i = 3; i > 0; i--) yield i;
 *   }
 * }
 * [...new torch.utils.data.DataLoader(new Countdown(), { batch_size: null })]; // [3, 2, 1]
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.IterableDataset
 */
export abstract class IterableDataset<Item> implements Iterable<Item> {
  abstract [Symbol.iterator](): Iterator<Item>;

  /** This dataset and then the other. */
  concat<Other>(other: IterableDataset<Other>): ChainDataset<Item | Other> {
    return new ChainDataset<Item | Other>([this, other]);
  }
}

/**
 * Some samples of another dataset.
 * @example
 * ```ts
 * const data = new torch.utils.data.TensorDataset(torch.tensor([10, 20, 30]));
 * new torch.utils.data.Subset(data, [2, 0]).get(0)[0].item(); // 30
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.Subset
 */
export class Subset<Item> extends Dataset<Item> {
  readonly dataset: MapStyle<Item>;
  readonly indices: readonly number[];

  constructor(dataset: Samples<Item>, indices: Iterable<number> | Tensor) {
    super();
    this.dataset = check_dataset('Subset', dataset);
    const list = indices instanceof Tensor ? (indices.tolist() as number[]) : [...indices];
    this.indices = list.map((index) => check_integer('Subset', 'each index', index, 0, dataset.length - 1));
  }

  override get length(): number {
    return this.indices.length;
  }

  /** The sample at this place of the subset. */
  override get(index: number): Item {
    return this.dataset.get(this.indices[this.check_index(index)]);
  }

  /** Several samples; at once if the dataset below has `get_items`. */
  get_items(indices: readonly number[]): Item[] {
    return items_of(
      this.dataset,
      indices.map((index) => this.indices[this.check_index(index)]),
    );
  }
}

/**
 * Datasets one after another.
 * @example
 * ```ts
 * const [a, b] = [[1, 2], [3]].map((values) => new torch.utils.data.TensorDataset(torch.tensor(values)));
 * const both = new torch.utils.data.ConcatDataset([a, b]);
 * both.length; // 3
 * both.get(2)[0].item(); // 3
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.ConcatDataset
 */
export class ConcatDataset<Item> extends Dataset<Item> {
  readonly datasets: readonly MapStyle<Item>[];
  /** The number of samples up to and with each dataset. */
  readonly cumulative_sizes: readonly number[];

  constructor(datasets: Iterable<Samples<Item>>) {
    super();
    this.datasets = Array.from(datasets, (each) => check_dataset('ConcatDataset', each));
    if (this.datasets.length === 0) fail('ConcatDataset', 'expected at least one dataset');
    let total = 0;
    this.cumulative_sizes = this.datasets.map(({ length }) => (total += length));
  }

  override get length(): number {
    return this.cumulative_sizes[this.cumulative_sizes.length - 1];
  }

  /** The sample at this place of all datasets together; negative places count from the end. */
  override get(index: number): Item {
    const at = this.check_index(index);
    const which = first_above(this.cumulative_sizes, at);
    return this.datasets[which].get(which === 0 ? at : at - this.cumulative_sizes[which - 1]);
  }
}

/** What a loader draws from. */
export type Source<Item> = Samples<Item> | IterableDataset<Item>;

/**
 * Iterable datasets one after another.
 * @example
 * ```ts
 * class Numbers extends torch.utils.data.IterableDataset<number> {
 *   constructor(readonly values: number[]) {
 *     super();
 *   }
 *   *[Symbol.iterator]() {
 *     yield* this.values;
 *   }
 * }
 * [...new torch.utils.data.ChainDataset([new Numbers([1, 2]), new Numbers([3])])]; // [1, 2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.ChainDataset
 */
export class ChainDataset<Item> extends IterableDataset<Item> {
  readonly datasets: readonly IterableDataset<Item>[];

  constructor(datasets: Iterable<IterableDataset<Item>>) {
    super();
    this.datasets = [...datasets];
    for (const each of this.datasets)
      if (!is_iterable_dataset(each)) fail_type('ChainDataset', 'each dataset', 'an IterableDataset', each);
  }

  /** Known where all of them know theirs. */
  get length(): number | undefined {
    return this.datasets.reduce<number | undefined>((total, each) => {
      const own = length_of(each);
      return total === undefined || own === undefined ? undefined : total + own;
    }, 0);
  }

  override *[Symbol.iterator](): Iterator<Item> {
    for (const each of this.datasets) yield* { [Symbol.iterator]: () => each[Symbol.iterator]() };
  }
}

/** What a {@link StackDataset} gives: the same places, each with a sample instead of a dataset. */
export type Stacked<Datasets> = {
  -readonly [K in keyof Datasets]: Datasets[K] extends MapStyle<infer Item> ? Item : never;
};

type Named = Readonly<Record<string, MapStyle<unknown>>>;

/**
 * Datasets side by side: a sample is an array, or an object, of their samples.
 * @example
 * ```ts
 * const images = new torch.utils.data.TensorDataset(torch.ones([5, 2]));
 * const both = new torch.utils.data.StackDataset({ a: images, b: images });
 * both.get(0).a[0].shape; // [2]
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.StackDataset
 */
export class StackDataset<Datasets extends readonly MapStyle<unknown>[] | Named> extends Dataset<Stacked<Datasets>> {
  readonly datasets: Datasets;
  override readonly length: number;

  constructor(datasets: Datasets & Named);
  constructor(...datasets: Datasets & MapStyle<unknown>[]);
  constructor(...given: unknown[]) {
    super();
    const named = given.length === 1 && !is_dataset(given[0]) && typeof given[0] === 'object' && given[0] !== null;
    this.datasets = (named ? given[0] : given) as Datasets;
    const all: unknown[] = Object.values(this.datasets);
    if (all.length === 0) fail('StackDataset', 'expected at least one dataset');
    const lengths = all.map((each) => check_dataset('StackDataset', each as MapStyle<unknown>).length);
    this.length = lengths[0];
    if (lengths.some((length) => length !== this.length))
      fail('StackDataset', `the datasets differ in their number of samples: ${lengths.join(' and ')}`);
  }

  /** The samples of this index of all datasets. */
  override get(index: number): Stacked<Datasets> {
    const at = this.check_index(index);
    const { datasets } = this;
    const stacked = Array.isArray(datasets)
      ? datasets.map((each: MapStyle<unknown>) => each.get(at))
      : Object.fromEntries(Object.entries(datasets as Named).map(([name, each]) => [name, each.get(at)]));
    return stacked as Stacked<Datasets>;
  }
}

function is_dataset(value: unknown): value is MapStyle<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const { length, get } = value as Partial<MapStyle<unknown>>;
  return typeof length === 'number' && typeof get === 'function';
}

export function is_iterable_dataset(value: unknown): value is IterableDataset<unknown> {
  return value instanceof IterableDataset;
}

/** The length of anything that knows it. */
export function length_of(source: object): number | undefined {
  const { length } = source as { readonly length?: unknown };
  return typeof length === 'number' ? length : undefined;
}

/** A plain list as a dataset. */
class ListDataset<Item> extends Dataset<Item> {
  constructor(private readonly items: List<Item>) {
    super();
  }

  override get length(): number {
    return this.items.length;
  }

  override get(index: number): Item {
    return this.items[this.check_index(index)];
  }
}

export function check_dataset<Item>(op: string, value: Samples<Item>): MapStyle<Item> {
  if (Array.isArray(value)) return new ListDataset<Item>(value);
  if (is_iterable_dataset(value)) fail(op, `an IterableDataset has no numbered samples, got ${value.constructor.name}`);
  return is_dataset(value)
    ? value
    : fail_type(op, 'dataset', 'a dataset (an object with length and get(index)) or an array of samples', value);
}

/** Samples by their numbers, all at once where the dataset can. */
function items_of<Item>(dataset: MapStyle<Item>, indices: readonly number[]): Item[] {
  return dataset.get_items?.(indices) ?? indices.map((index) => dataset.get(index));
}

/** The place of the first number above `value` in a list that never falls. */
function first_above(list: readonly number[], value: number): number {
  let low = 0;
  for (let high = list.length - 1; low < high; ) {
    const middle = (low + high) >>> 1;
    if (list[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
