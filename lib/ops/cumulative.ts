import { record, tracks } from '../autograd/node';
import { fail_type } from '../errors';
import { kernel } from '../native/kernel';
import { DType, int64 } from '../tensor/dtype';
import { contiguous_strides, numel_of, wrap_dim } from '../tensor/shape';
import { allocate, check_tensor, type Tensor } from '../tensor/tensor';
import { mul } from './arithmetic';
import { ones } from './create';
import { op, type Reference, sample } from './define';
import { flip } from './flip';
import { cat } from './join';
import { cast_to } from './operand';
import { positional } from './reduction';
import { contiguous, narrow } from './views';

/** Running sums and products. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** Running sums along a dimension; integers give int64. */
    cumsum(dim: number, options?: { dtype?: DType | null }): Tensor;
  }
}

const run = kernel('cumsum');

/**
 * Running sums along a dimension, of the same shape; integers and bools give int64.
 * @example
 * ```ts
 * torch.cumsum(torch.tensor([1, 2, 3]), 0).tolist(); // [1, 3, 6]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.cumsum.html
 */
export const cumsum: (input: Tensor, dim: number, options?: { dtype?: DType | null }) => Tensor = op({
  name: 'cumsum',
  call: (input: Tensor, ...given: readonly unknown[]): Tensor => {
    check_tensor('cumsum', 'input', input);
    const { dim, dtype } = positional('cumsum', given, { dim: undefined as unknown, dtype: null as DType | null });
    if (dtype !== null && !(dtype instanceof DType))
      fail_type('cumsum', 'dtype', 'a torch dtype such as torch.float32', dtype);
    const d = wrap_dim('cumsum', dim, input.ndim);
    const x = contiguous(dtype === null ? input : cast_to(input, dtype));
    const out = allocate(x.shape, x.dtype.is_floating_point ? x.dtype : int64);
    if (x.count > 0)
      run(
        x.dtype.code,
        numel_of(x.shape.slice(0, d)),
        x.ndim === 0 ? 1 : x.shape[d],
        numel_of(x.shape.slice(d + 1)),
        out,
        x,
      );
    if (tracks(x)) record(out, 'CumsumBackward0', [x], [], (g) => [flip(cumsum(flip(g, [d]), d), [d])]);
    return out;
  },
  reference: (x: Reference, dim: number) => {
    const d = wrap_dim('cumsum', dim, x.shape.length);
    const step = contiguous_strides(x.shape)[d] ?? 1;
    const data = Float64Array.from(x.data);
    for (let i = 0; i < data.length; i++)
      if (x.shape.length > 0 && Math.floor(i / step) % x.shape[d] > 0) data[i] += data[i - step];
    return { shape: x.shape, data };
  },
  samples: () => [
    { args: [sample([7]), 0] },
    { args: [sample([3, 4, 5]), 1] },
    { args: [sample([3, 17]), -1] },
    { args: [sample([]), 0] },
    { args: [sample([0, 3]), 0] },
    { args: [sample([9], { dtype: 'int32' }), 0] },
  ],
  errors: () => [{ args: [sample([2, 3]), 2], message: /dim 2 is out of range \[-2, 1\]/ }],
});

/** For each element the product of all others along `dim`, without division. */
export function products_of_others(x: Tensor, dim: number): Tensor {
  return mul(products_before(x, dim), flip(products_before(flip(x, [dim]), dim), [dim]));
}

/** For each element the product of those before it. */
function products_before(x: Tensor, dim: number): Tensor {
  const n = x.shape[dim];
  const one = ones(
    x.shape.map((size, i) => (i === dim ? Math.min(n, 1) : size)),
    { dtype: x.dtype },
  );
  if (n <= 1) return one;
  let product = narrow(x, dim, 0, n - 1);
  for (let reach = 1; reach < n - 1; reach *= 2) {
    const rest = n - 1 - reach;
    product = cat(
      [narrow(product, dim, 0, reach), mul(narrow(product, dim, reach, rest), narrow(product, dim, 0, rest))],
      dim,
    );
  }
  return cat([one, product], dim);
}
