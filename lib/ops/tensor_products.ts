import { check_integer, check_number, fail, fail_range, fail_type, shape_text } from '../errors';
import { broadcast_shapes, numel_of, same_shape, wrap_dim, wrap_dims } from '../tensor/shape';
import { check_tensor, type Tensor } from '../tensor/tensor';
import { mul, sub } from './arithmetic';
import { by_name } from './by_name';
import { op, sample } from './define';
import { roll } from './flip';
import { mm } from './matmul';
import { norm } from './norm';
import { expand, permute, reshape, unsqueeze } from './views';

/** Products of tensors over dimensions, and distances between rows. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** The dot products of the last dimensions. */
    inner(other: Tensor): Tensor;
    /** The Kronecker product: each element times the whole other tensor. */
    kron(other: Tensor): Tensor;
    /** The vector products along a dimension of size 3. */
    cross(other: Tensor, dim?: number | { dim?: number }): Tensor;
    /** The p-norm of the difference. */
    dist(other: Tensor, p?: number | { p?: number }): Tensor;
  }
}

/** Which dimensions {@link tensordot} multiplies away: the last n of a with the first n of b, or lists of them. */
export type ContractedDims = number | readonly [a: readonly number[], b: readonly number[]];

/**
 * Products summed over dimensions of both tensors; what is left of a comes first.
 * @example
 * ```ts
 * torch.tensordot(torch.ones([2, 3, 4]), torch.ones([4, 3]), [[2, 1], [0, 1]]).tolist(); // [12, 12]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.tensordot.html
 */
export const tensordot = op({
  name: 'tensordot',
  methods: [],
  call: (a: Tensor, b: Tensor, given: ContractedDims | { dims?: ContractedDims } = 2): Tensor => {
    check_tensor('tensordot', 'a', a);
    check_tensor('tensordot', 'b', b);
    const dims = typeof given === 'object' && 'dims' in given ? (given.dims ?? 2) : (given as ContractedDims);
    const [da, db] = contracted(a, b, dims);
    const sizes = [da.map((d) => a.shape[d]), db.map((d) => b.shape[d])];
    if (!same_shape(sizes[0], sizes[1]))
      fail('tensordot', `the dimensions have sizes ${shape_text(sizes[0])} and ${shape_text(sizes[1])}`);
    const [ra, rb] = [rest(a, da), rest(b, db)];
    const n = numel_of(sizes[0]);
    const [sa, sb] = [ra.map((d) => a.shape[d]), rb.map((d) => b.shape[d])];
    const left = reshape(permute(a, [...ra, ...da]), [numel_of(sa), n]);
    const right = reshape(permute(b, [...db, ...rb]), [n, numel_of(sb)]);
    return reshape(mm(left, right), [...sa, ...sb]);
  },
  samples: () => [
    { args: [sample([2, 3, 4]), sample([3, 4, 5])] },
    { args: [sample([2, 3]), sample([3, 2]), 1] },
    { args: [sample([2]), sample([3]), 0] },
    {
      args: [
        sample([2, 3, 4]),
        sample([4, 2]),
        [
          [0, 2],
          [1, 0],
        ],
      ],
    },
  ],
  errors: () => [
    { args: [sample([2, 3]), sample([4]), 1], message: /the dimensions have sizes \[3\] and \[4\]/ },
    { args: [sample([2, 3]), sample([4]), 2], message: /expected dims to be at most 1, got 2/ },
  ],
});

function contracted(a: Tensor, b: Tensor, dims: ContractedDims): readonly [number[], number[]] {
  if (typeof dims !== 'number') {
    if (!Array.isArray(dims) || dims.length !== 2)
      return fail_type('tensordot', 'dims', 'a number or two lists of dimensions', dims);
    const [da, db] = [in_order(dims[0], a), in_order(dims[1], b)];
    if (da.length !== db.length) fail('tensordot', `dims ${shape_text(da)} and ${shape_text(db)} differ in length`);
    return [da, db];
  }
  const most = Math.min(a.ndim, b.ndim);
  check_integer('tensordot', 'dims', dims, 0);
  if (dims > most) fail_range('tensordot', `expected dims to be at most ${most}, got ${dims}`);
  const first = Array.from({ length: dims }, (_, i) => i);
  return [first.map((i) => a.ndim - dims + i), first];
}

function in_order(dims: readonly number[], { ndim }: Tensor): number[] {
  wrap_dims('tensordot', dims, ndim); // judges them, but sorts
  return dims.map((dim) => wrap_dim('tensordot', dim, ndim));
}

function rest(x: Tensor, without: readonly number[]): number[] {
  return x.shape.map((_, d) => d).filter((d) => !without.includes(d));
}

/**
 * The dot products of the last dimensions of two tensors.
 * @example
 * ```ts
 * torch.inner(torch.tensor([1, 2]), torch.tensor([[3, 4], [5, 6]])).tolist(); // [11, 17]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.inner.html
 */
export const inner = op({
  name: 'inner',
  call: (input: Tensor, other: Tensor): Tensor => {
    check_tensor('inner', 'input', input);
    check_tensor('inner', 'other', other);
    if (input.ndim === 0 || other.ndim === 0) return mul(input, other);
    const [n, m] = [input.shape[input.ndim - 1], other.shape[other.ndim - 1]];
    if (n !== m)
      fail('inner', `the last dimensions differ (shapes ${shape_text(input.shape)} and ${shape_text(other.shape)})`);
    return tensordot(input, other, [[-1], [-1]]);
  },
  samples: () => [
    { args: [sample([3]), sample([3])] },
    { args: [sample([2, 3]), sample([4, 3])] },
    { args: [sample([]), sample([2])] },
  ],
  errors: () => [{ args: [sample([2]), sample([3])], message: /the last dimensions differ/ }],
});

/**
 * The Kronecker product: each element of input times the whole other tensor.
 * @example
 * ```ts
 * torch.kron(torch.tensor([1, 10]), torch.tensor([1, 2])).tolist(); // [1, 2, 10, 20]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.kron.html
 */
export const kron = op({
  name: 'kron',
  call: (input: Tensor, other: Tensor): Tensor => {
    check_tensor('kron', 'input', input);
    check_tensor('kron', 'other', other);
    const ndim = Math.max(input.ndim, other.ndim);
    const padded = ({ shape }: Tensor): number[] => [...Array<number>(ndim - shape.length).fill(1), ...shape];
    const [a, b] = [padded(input), padded(other)];
    const outer = reshape(
      input,
      a.flatMap((size) => [size, 1]),
    );
    const repeated = reshape(
      other,
      b.flatMap((size) => [1, size]),
    );
    return reshape(
      mul(outer, repeated),
      a.map((size, d) => size * b[d]),
    );
  },
  samples: () => [{ args: [sample([2, 3]), sample([3, 2])] }, { args: [sample([2]), sample([2, 3])] }],
});

/**
 * The vector products along a dimension of size 3; by default the first such one.
 * @example
 * ```ts
 * torch.cross(torch.tensor([1, 0, 0]), torch.tensor([0, 1, 0])).tolist(); // [0, 0, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.cross.html
 */
export const cross = op({
  name: 'cross',
  call: by_name('cross', ['other', 'dim'], (input: Tensor, other: Tensor, dim?: number): Tensor => {
    check_tensor('cross', 'input', input);
    check_tensor('cross', 'other', other);
    const shape = broadcast_shapes('cross', input.shape, other.shape);
    const d = dim === undefined ? shape.indexOf(3) : wrap_dim('cross', dim, shape.length);
    if (shape[d] !== 3) fail('cross', `expected a dimension of size 3, got shape ${shape_text(shape)}`);
    const [a, b] = [expand(input, shape), expand(other, shape)];
    const next = (t: Tensor, by: number): Tensor => roll(t, -by, d);
    return sub(mul(next(a, 1), next(b, 2)), mul(next(a, 2), next(b, 1)));
  }),
  samples: () => [
    { args: [sample([3]), sample([3])] },
    { args: [sample([2, 3]), sample([2, 3]), -1] },
    { args: [sample([3, 2]), sample([3, 1]), 0] },
  ],
  errors: () => [{ args: [sample([2]), sample([2])], message: /expected a dimension of size 3, got shape \[2\]/ }],
});

/**
 * The p-norm of the difference of two tensors.
 * @example
 * ```ts
 * torch.dist(torch.tensor([0, 0]), torch.tensor([3, 4])).item(); // 5
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.dist.html
 */
export const dist = op({
  name: 'dist',
  call: by_name(
    'dist',
    ['other', 'p'],
    (input: Tensor, other: Tensor, p?: number): Tensor => norm(sub(input, other), p ?? 2),
  ),
  samples: () => [{ args: [sample([5]), sample([5])] }, { args: [sample([2, 3]), sample([3]), 1] }],
});

/**
 * The distances between the rows of two batches of matrices, [.., n, features] and [.., m, features]: [.., n, m].
 * @example
 * ```ts
 * torch.cdist(torch.tensor([[0, 0], [3, 0]]), torch.tensor([[0, 4]])).tolist(); // [[4], [5]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.cdist.html
 */
export const cdist = op({
  name: 'cdist',
  methods: [],
  call: by_name('cdist', ['x2', 'p'], (x1: Tensor, x2: Tensor, order?: number): Tensor => {
    const p = order ?? 2;
    check_tensor('cdist', 'x1', x1);
    check_tensor('cdist', 'x2', x2);
    if (!(check_number('cdist', 'p', p) >= 0)) fail_range('cdist', `expected p to be at least 0, got ${p}`);
    const features = [x1, x2].map((x) => x.shape[x.ndim - 1]);
    if (x1.ndim < 2 || x2.ndim < 2 || features[0] !== features[1])
      fail(
        'cdist',
        `expected rows of the same features, got shapes ${shape_text(x1.shape)} and ${shape_text(x2.shape)}`,
      );
    return norm(sub(unsqueeze(x1, -2), unsqueeze(x2, -3)), p, -1);
  }),
  samples: () => [{ args: [sample([3, 2]), sample([4, 2])] }, { args: [sample([2, 3, 2]), sample([4, 2]), 1] }],
  errors: () => [{ args: [sample([3, 2]), sample([4, 3])], message: /expected rows of the same features/ }],
});
