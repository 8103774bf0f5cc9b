import { fail } from '../errors';
import { int32, int64 } from '../tensor/dtype';
import { check_tensor, type Tensor } from '../tensor/tensor';
import { sample } from './define';
import { contiguous } from './views';

/** What gather and index_select are: the dimension and the index by place or by name. */
export interface AtIndex {
  (input: Tensor, dim: number, index: Tensor | { index: Tensor }): Tensor;
  (input: Tensor, options: { dim: number; index: Tensor }): Tensor;
}

/** An index tensor, dense. */
export function check_index(name: string, index: unknown): Tensor {
  const tensor = check_tensor(name, 'index', index);
  if (tensor.dtype !== int64 && tensor.dtype !== int32)
    fail(name, `expected index to be of torch.int64 or torch.int32, got ${tensor.dtype}`);
  return contiguous(tensor);
}

/** An index in a sample. */
export function index(
  values: readonly number[],
  dtype: 'int64' | 'int32' = 'int64',
  shape: readonly number[] = [values.length],
) {
  return sample(shape, { values, dtype });
}
