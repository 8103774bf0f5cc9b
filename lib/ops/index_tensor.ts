import { fail } from '../errors';
import { int32, int64 } from '../tensor/dtype';
import { check_tensor, type Tensor } from '../tensor/tensor';
import { sample } from './define';
import { contiguous } from './views';

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
