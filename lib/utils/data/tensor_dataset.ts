import { fail, shape_text } from '../../errors';
import { select } from '../../ops/views';
import { check_tensor, type Tensor } from '../../tensor/tensor';
import { Dataset, Subset } from './dataset';

/**
 * Samples along the first dimension of tensors.
 * @example
 * ```ts
 * const data = new torch.utils.data.TensorDataset(torch.ones([100, 10]), torch.zeros([100, 1]));
 * data.length; // 100
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.TensorDataset
 */
export class TensorDataset<Tensors extends readonly Tensor[] = Tensor[]> extends Dataset<Tensors> {
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

  /** The slices of this index of all tensors. */
  override get(index: number): Tensors {
    const at = this.check_index(index);
    return this.tensors.map((each) => select(each, 0, at)) as readonly Tensor[] as Tensors;
  }
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
