import { check_integer, check_number, fail, fail_range, fail_type, shape_text } from '../../errors';
import { select } from '../../ops/views';
import { check_tensor, type Tensor } from '../../tensor/tensor';
import { type Generator, shuffled_indices } from './shuffle';

/** What a {@link DataLoader} draws samples from: anything with a length and numbered items. Arrays are datasets. */
export interface Dataset<Item> {
  readonly length: number;
  get(index: number): Item;
}

/** The class to extend for a dataset of one's own. */
export abstract class MapDataset<Item> implements Dataset<Item> {
  abstract readonly length: number;
  abstract get(index: number): Item;

  *[Symbol.iterator](): IterableIterator<Item> {
    for (let i = 0; i < this.length; i++) yield this.get(i);
  }

  protected check_index(index: number): number {
    check_integer(this.constructor.name, 'index', index);
    const { length } = this;
    const wrapped = index < 0 ? index + length : index;
    return wrapped >= 0 && wrapped < length
      ? wrapped
      : fail_range(this.constructor.name, `index ${index} is out of range for ${length} samples`);
  }
}

/**
 * Samples along the first dimension of tensors.
 * @example
 * ```ts
 * const data = new torch.utils.data.TensorDataset(torch.ones([100, 10]), torch.zeros([100, 1]));
 * data.length; // 100
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.TensorDataset
 */
export class TensorDataset<Tensors extends readonly Tensor[] = Tensor[]> extends MapDataset<Tensors> {
  readonly tensors: Tensors;
  override readonly length: number;

  constructor(...tensors: Tensors) {
    super();
    if (tensors.length === 0) fail('TensorDataset', 'expected at least one Tensor');
    tensors.forEach((each, i) => {
      check_tensor('TensorDataset', `tensor ${i}`, each);
      if (each.ndim === 0) fail('TensorDataset', `tensor ${i} is 0-dim; the first dimension is that of the samples`);
    });
    this.tensors = tensors;
    this.length = tensors[0].shape[0];
    for (const each of tensors)
      if (each.shape[0] !== this.length)
        fail(
          'TensorDataset',
          `the tensors differ in their number of samples: shapes ${tensors.map(({ shape }) => shape_text(shape)).join(' and ')}`,
        );
  }

  override get(index: number): Tensors {
    const at = this.check_index(index);
    return this.tensors.map((each) => select(each, 0, at)) as readonly Tensor[] as Tensors;
  }
}

/** Some samples of another dataset. */
export class Subset<Item> extends MapDataset<Item> {
  readonly indices: readonly number[];

  constructor(
    readonly dataset: Dataset<Item>,
    indices: Iterable<number>,
  ) {
    super();
    check_dataset('Subset', dataset);
    this.indices = [...indices].map((index) => check_integer('Subset', 'each index', index, 0, dataset.length - 1));
  }

  override get length(): number {
    return this.indices.length;
  }

  override get(index: number): Item {
    return this.dataset.get(this.indices[this.check_index(index)]);
  }
}

/** Datasets one after another. */
export class ConcatDataset<Item> extends MapDataset<Item> {
  readonly datasets: readonly Dataset<Item>[];
  /** The number of samples up to and with each dataset. */
  readonly cumulative_sizes: readonly number[];

  constructor(datasets: Iterable<Dataset<Item>>) {
    super();
    this.datasets = [...datasets];
    if (this.datasets.length === 0) fail('ConcatDataset', 'expected at least one dataset');
    let total = 0;
    this.cumulative_sizes = this.datasets.map((each) => (total += check_dataset('ConcatDataset', each).length));
  }

  override get length(): number {
    return this.cumulative_sizes[this.cumulative_sizes.length - 1];
  }

  override get(index: number): Item {
    const at = this.check_index(index);
    const which = this.cumulative_sizes.findIndex((end) => at < end);
    return this.datasets[which].get(which === 0 ? at : at - this.cumulative_sizes[which - 1]);
  }
}

export function check_dataset<Item>(op: string, value: Dataset<Item>): Dataset<Item> {
  const fits =
    typeof value === 'object' && value !== null && typeof value.length === 'number' && typeof value.get === 'function';
  return fits ? value : fail_type(op, 'dataset', 'a dataset (an object with length and get(index))', value);
}

/**
 * Splits a dataset at random into subsets of the given lengths, or fractions that add up to 1.
 * @example
 * ```ts
 * const data = new torch.utils.data.TensorDataset(torch.ones([10, 1]));
 * torch.utils.data.random_split(data, [0.8, 0.2]).map((part) => part.length); // [8, 2]
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.random_split
 */
export function random_split<Item>(
  dataset: Dataset<Item>,
  lengths: readonly number[],
  options?: { generator?: Generator },
): Subset<Item>[] {
  check_dataset('random_split', dataset);
  if (!Array.isArray(lengths) || lengths.length === 0)
    fail_type('random_split', 'lengths', 'an array of numbers', lengths);
  const counts = split_counts(dataset.length, lengths);
  const order = shuffled_indices('random_split', dataset.length, options).tolist() as number[];
  let at = 0;
  return counts.map((count) => new Subset(dataset, order.slice(at, (at += count))));
}

function split_counts(total: number, lengths: readonly number[]): number[] {
  for (const each of lengths)
    if (!(check_number('random_split', 'each length', each) >= 0))
      fail('random_split', `expected lengths of at least 0, got ${each}`);
  const sum = lengths.reduce((a, b) => a + b, 0);
  if (Math.abs(sum - 1) < 1e-9 && !(total === 1 && lengths.every(Number.isInteger))) {
    const counts = lengths.map((fraction) => Math.floor(total * fraction));
    // What rounding left over is handed out one by one, from the first part on.
    for (let rest = total - counts.reduce((a, b) => a + b, 0), i = 0; rest > 0; rest--, i++)
      counts[i % counts.length]++;
    return counts;
  }
  if (sum !== total || !lengths.every(Number.isInteger))
    fail('random_split', `lengths ${shape_text(lengths)} do not add up to the ${total} samples, nor to 1`);
  return [...lengths];
}

/** A dataset whose samples are rows of tensors: all rows in order, or those of `indices`. */
export interface Rows {
  readonly tensors: readonly Tensor[];
  readonly indices: readonly number[] | null;
  readonly length: number;
}

/** The rows behind a TensorDataset or a Subset of one; null where a class has a `get` of its own. */
export function rows_of(dataset: unknown): Rows | null {
  if (dataset instanceof TensorDataset && dataset.get === TensorDataset.prototype.get)
    return { tensors: dataset.tensors, indices: null, length: dataset.length };
  if (!(dataset instanceof Subset) || dataset.get !== Subset.prototype.get) return null;
  const inner = rows_of(dataset.dataset);
  if (inner === null) return null;
  const { tensors, indices } = inner;
  const own = indices === null ? dataset.indices : dataset.indices.map((index) => indices[index]);
  return { tensors, indices: own, length: own.length };
}
