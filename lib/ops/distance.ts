import { type Given, positional } from '../arguments';
import { tracks } from '../autograd/node';
import { check_boolean, check_number, fail, fail_range, shape_text } from '../errors';
import { broadcast_shapes } from '../tensor/shape';
import { check_floating, type Tensor } from '../tensor/tensor';
import { div, mul, sub } from './arithmetic';
import { by_name } from './by_name';
import { clamp_min } from './clamp';
import { op, type Reference, sample } from './define';
import { triu_indices } from './diagonals';
import { index_select } from './index';
import { norm } from './norm';
import { broadcast_reference } from './operand';
import { sum } from './reduce';
import { select } from './views';

/** How near vectors are. */

/** Options of {@link pairwise_distance}. */
export interface PairwiseDistanceOptions {
  /** Which norm. Default 2. */
  p?: number;
  /** Added to every difference. Default 1e-6. */
  eps?: number;
  /** Keep the last dimension, with size 1. Default false. */
  keepdim?: boolean;
}

/** Options of {@link cosine_similarity}. */
export interface CosineSimilarityOptions {
  /** Default 1. */
  dim?: number;
  /** The smallest length of a vector. Default 1e-8. */
  eps?: number;
}

/**
 * The distances between every two rows of [rows, features], each pair once: [rows · (rows - 1) / 2], the first row's before the second's.
 * @example
 * ```ts
 * torch.nn.functional.pdist(torch.tensor([[0, 0], [3, 4], [0, 1]])).tolist(); // [5, 1, 4.2426]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.pdist.html
 */
export const pdist = op({
  name: 'pdist',
  methods: [],
  sums: true,
  call: by_name('pdist', ['p'], (input: Tensor, p: number = 2): Tensor => {
    const { shape, ndim } = check_floating('pdist', 'input', input);
    if (ndim !== 2) fail('pdist', `expected rows of features, got shape ${shape_text(shape)}`);
    if (!(check_number('pdist', 'p', p) >= 0)) fail_range('pdist', `expected p to be at least 0, got ${p}`);
    const pairs = triu_indices(shape[0], shape[0], 1);
    const [first, second] = [select(pairs, 0, 0), select(pairs, 0, 1)];
    return norm(sub(index_select(input, 0, first), index_select(input, 0, second)), p, 1);
  }),
  samples: () => [
    { args: [sample([5, 3])] },
    { args: [sample([4, 2]), 1] },
    { args: [sample([4, 2]), { p: 3 }] },
    { args: [sample([1, 2])] },
  ],
  reference: (x: Reference, given: number | { p?: number } = 2) => {
    const p = typeof given === 'number' ? given : (given.p ?? 2);
    const [rows, n] = x.shape;
    const data: number[] = [];
    for (let a = 0; a < rows; a++)
      for (let b = a + 1; b < rows; b++) {
        const parts = Array.from({ length: n }, (_, i) => Math.abs(x.data[a * n + i] - x.data[b * n + i]) ** p);
        data.push(parts.reduce((s, v) => s + v, 0) ** (1 / p));
      }
    return { shape: [data.length], data };
  },
  errors: () => [
    { args: [sample([3])], message: /expected rows of features, got shape \[3\]/ },
    { args: [sample([3, 2]), -1], message: /expected p to be at least 0, got -1/ },
  ],
});

/** A measure of two tensors, with more by place or by name. */
type Distance<Options, Names extends readonly (keyof Options)[]> = (
  x1: Tensor,
  x2: Tensor,
  ...given: Given<Options, Names>
) => Tensor;

/**
 * The norm of `x1 - x2 + eps` along the last dimension.
 * @example
 * ```ts
 * torch.nn.functional.pairwise_distance(torch.tensor([[0, 0]]), torch.tensor([[3, 4]])).tolist(); // [5.000]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.pairwise_distance.html
 */
export const pairwise_distance: Distance<PairwiseDistanceOptions, [p: 'p', eps: 'eps', keepdim: 'keepdim']> = op({
  name: 'pairwise_distance',
  methods: [],
  sums: true,
  call: (x1: Tensor, x2: Tensor, ...given: readonly unknown[]): Tensor => {
    const { p, eps, keepdim } = positional('pairwise_distance', given, { p: 2, eps: 1e-6, keepdim: false });
    const a = check_floating('pairwise_distance', 'x1', x1);
    const b = check_floating('pairwise_distance', 'x2', x2);
    check_boolean('pairwise_distance', 'keepdim', keepdim);
    broadcast_shapes('pairwise_distance', a.shape, b.shape);
    const apart = sub(a, b).add_(check_number('pairwise_distance', 'eps', eps));
    const far = norm(apart, check_number('pairwise_distance', 'p', p), -1, keepdim);
    if (!tracks(apart)) apart.storage.release();
    return far;
  },
  samples: () => [
    { args: [sample([5]), sample([5])] },
    { args: [sample([4, 7]), sample([4, 7]), { p: 3 }] },
    { args: [sample([4, 7]), sample([7]), { p: 1, eps: 0.01, keepdim: true }] },
  ],
  errors: () => [
    { args: [sample([2, 3]), sample([4])], message: /cannot be broadcast/ },
    { args: [sample([2]), sample([2]), { p: 'fro' }], message: /expected p to be a number, got "fro"/ },
  ],
  reference: (a: Reference, b: Reference, { p = 2, eps = 1e-6, keepdim = false }: PairwiseDistanceOptions = {}) => {
    const { shape, data } = broadcast_reference(a, b, (x, y) => Math.abs(x - y + eps) ** p);
    const n = shape[shape.length - 1];
    const rows = Float64Array.from({ length: data.length / n }, (_, row) => {
      let total = 0;
      for (let i = 0; i < n; i++) total += data[row * n + i];
      return total ** (1 / p);
    });
    return { shape: [...shape.slice(0, -1), ...(keepdim ? [1] : [])], data: rows };
  },
});

/**
 * The cosine of the angle between vectors along a dimension.
 * @example
 * ```ts
 * torch.nn.functional.cosine_similarity(torch.tensor([[1, 0]]), torch.tensor([[3, 4]])).tolist(); // [0.6000]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.cosine_similarity.html
 */
export const cosine_similarity: Distance<CosineSimilarityOptions, [dim: 'dim', eps: 'eps']> = op({
  name: 'cosine_similarity',
  methods: [],
  sums: true,
  call: (x1: Tensor, x2: Tensor, ...given: readonly unknown[]): Tensor => {
    const { dim, eps } = positional('cosine_similarity', given, { dim: 1, eps: 1e-8 });
    const a = check_floating('cosine_similarity', 'x1', x1);
    const b = check_floating('cosine_similarity', 'x2', x2);
    broadcast_shapes('cosine_similarity', a.shape, b.shape);
    const smallest = check_number('cosine_similarity', 'eps', eps);
    const unit = (x: Tensor): Tensor => div(x, clamp_min(norm(x, 2, dim, true), smallest));
    return sum(mul(unit(a), unit(b)), dim);
  },
  samples: () => [
    { args: [sample([4, 7]), sample([4, 7])] },
    { args: [sample([4, 7, 2]), sample([7, 2]), { dim: -1 }] },
    { args: [sample([5]), sample([5]), { dim: 0 }] },
    { args: [sample([2, 3], { values: [0, 0, 0, 1, 2, 3] }), sample([2, 3])], no_grad: true },
  ],
  errors: () => [{ args: [sample([2]), sample([2]), { dims: 0 }], message: /Misspelled option "dims"/ }],
});
