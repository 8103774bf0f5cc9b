import { positional } from '../arguments';
import { record, tracks } from '../autograd/node';
import { fail_type } from '../errors';
import { kernel } from '../native/kernel';
import { DType, int64 } from '../tensor/dtype';
import { contiguous_strides, numel_of, wrap_dim } from '../tensor/shape';
import { allocate, check_tensor, type Tensor } from '../tensor/tensor';
import { div, mul } from './arithmetic';
import { eq, gt, logical_and } from './compare';
import { ones } from './create';
import { op, type Reference, sample } from './define';
import { flip } from './flip';
import { cat } from './join';
import { backward_name, cast_to } from './operand';
import { contiguous, narrow } from './views';
import { where } from './where';

/** Running sums and products. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** Running sums along a dimension; integers give int64. */
    cumsum(dim: number, options?: { dtype?: DType | null }): Tensor;
    /** Running products along a dimension; integers give int64. */
    cumprod(dim: number, options?: { dtype?: DType | null }): Tensor;
  }
}

type Cumulative = (input: Tensor, dim: number, options?: { dtype?: DType | null }) => Tensor;

function cumulative(
  name: 'cumsum' | 'cumprod',
  join: (a: number, b: number) => number,
  gradient: (g: Tensor, x: Tensor, y: Tensor, dim: number) => Tensor,
): Cumulative {
  const run = kernel(name);
  const node_name = backward_name(name);
  return op({
    name,
    call: (input: Tensor, ...given: readonly unknown[]): Tensor => {
      check_tensor(name, 'input', input);
      const { dim, dtype } = positional(name, given, { dim: undefined as unknown, dtype: null as DType | null });
      if (dtype !== null && !(dtype instanceof DType))
        fail_type(name, 'dtype', 'a torch dtype such as torch.float32', dtype);
      const d = wrap_dim(name, dim, input.ndim);
      const x = contiguous(dtype === null ? input : cast_to(input, dtype));
      const out = allocate(x.shape, x.dtype.is_floating_point ? x.dtype : int64);
      const [outer, inner] = [numel_of(x.shape.slice(0, d)), numel_of(x.shape.slice(d + 1))];
      if (x.count > 0) run(x.dtype.code, outer, x.ndim === 0 ? 1 : x.shape[d], inner, out, x);
      if (tracks(x))
        record(out, node_name, [x], name === 'cumsum' ? [] : [x, out], (g, node) => [
          name === 'cumsum' ? gradient(g, g, g, d) : gradient(g, node.saved(0), node.saved(1), d),
        ]);
      return out;
    },
    reference: (x: Reference, dim: number) => {
      const d = wrap_dim(name, dim, x.shape.length);
      const step = contiguous_strides(x.shape)[d] ?? 1;
      const data = Float64Array.from(x.data);
      for (let i = 0; i < data.length; i++)
        if (x.shape.length > 0 && Math.floor(i / step) % x.shape[d] > 0) data[i] = join(data[i - step], data[i]);
      return { shape: x.shape, data };
    },
    samples: () => [
      { args: [sample([7]), 0] },
      { args: [sample([3, 4, 5]), 1] },
      { args: [sample([3, 17]), -1] },
      { args: [sample([9, 5]), 1] },
      { args: [sample([]), 0] },
      { args: [sample([0, 3]), 0] },
      { args: [sample([9], { dtype: 'int32' }), 0] },
    ],
    errors: () => [{ args: [sample([2, 3]), 2], message: /dim 2 is out of range \[-2, 1\]/ }],
  });
}

/** The running sums from the end. */
const from_end = (x: Tensor, d: number): Tensor => (x.ndim === 0 ? x : flip(cumsum(flip(x, [d]), d), [d]));

/**
 * Running sums along a dimension, of the same shape; integers and bools give int64.
 * @example
 * ```ts
 * torch.cumsum(torch.tensor([1, 2, 3]), 0).tolist(); // [1, 3, 6]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.cumsum.html
 */
export const cumsum: Cumulative = cumulative(
  'cumsum',
  (a, b) => a + b,
  (g, _x, _y, d) => from_end(g, d),
);

/**
 * Running products along a dimension, of the same shape; integers and bools give int64.
 * @example
 * ```ts
 * torch.cumprod(torch.tensor([1, 2, 3, 4]), 0).tolist(); // [1, 2, 6, 24]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.cumprod.html
 */
export const cumprod: Cumulative = cumulative('cumprod', (a, b) => a * b, product_gradient);

/** Before the first zero of a line the sum of what comes through each later product; at it, of the products without it; then 0. */
function product_gradient(g: Tensor, x: Tensor, y: Tensor, d: number): Tensor {
  const zero = eq(x, 0);
  const through = div(from_end(mul(g, y), d), where(zero, 1, x));
  if (!zero.any().item()) return through;
  const zeros_so_far = cumsum(zero, d);
  const first = logical_and(zero, eq(zeros_so_far, 1));
  const without = cumprod(where(first, 1, x), d);
  const at_first = from_end(mul(g, without), d);
  return where(first, at_first, where(gt(zeros_so_far, 0), 0, through));
}

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
