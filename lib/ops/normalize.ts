import { type Given, positional } from '../arguments';
import { check_integer, check_number, fail, shape_text } from '../errors';
import { check_floating, type Tensor } from '../tensor/tensor';
import { add, div, mul } from './arithmetic';
import { clamp_min } from './clamp';
import { zeros } from './create';
import { op, type Reference, sample } from './define';
import { cat } from './join';
import { norm } from './norm';
import { pow, square } from './power';
import { type Dims, reference_groups } from './reduction';
import { narrow } from './views';

/** Vectors of length 1, and normalisation by neighbouring channels. */

/** Options of {@link normalize}. */
export interface NormalizeOptions {
  /** Which norm. Default 2. */
  p?: number;
  /** Along which dimension, or dimensions. Default 1. */
  dim?: Dims;
  /** Norms below this count as this. Default 1e-12. */
  eps?: number;
}

type Normalize = (input: Tensor, ...given: Given<NormalizeOptions, [p: 'p', dim: 'dim', eps: 'eps']>) => Tensor;

/**
 * `x / max(norm(x, p), eps)` along a dimension.
 * @example
 * ```ts
 * torch.nn.functional.normalize(torch.tensor([[3, 4]])).tolist(); // [[0.6000000238418579, 0.800000011920929]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.normalize.html
 */
export const normalize = op({
  name: 'normalize',
  methods: [],
  sums: true,
  call: (input: Tensor, ...given: readonly unknown[]): Tensor => {
    const x = check_floating('normalize', 'input', input);
    const { p, dim, eps } = positional('normalize', given, { p: 2, dim: 1 as Dims, eps: 1e-12 });
    check_number('normalize', 'p', p);
    check_number('normalize', 'eps', eps);
    if (x.ndim === 1 && dim === 1) fail('normalize', 'dim 1 is out of range [-1, 0]; a vector takes dim 0');
    return div(x, clamp_min(norm(x, p, dim, true), eps));
  },
  reference: (x: Reference, p = 2, dim = 1, eps = 1e-12): Reference => {
    const data = Float64Array.from(x.data as ArrayLike<number>);
    for (const group of reference_groups(x, [dim < 0 ? dim + x.shape.length : dim])) {
      const length = group.reduce((all, i) => all + Math.abs(x.data[i]) ** p, 0) ** (1 / p);
      for (const i of group) data[i] /= Math.max(length, eps);
    }
    return { shape: x.shape, data };
  },
  samples: () => [
    { args: [sample([3, 5])] },
    { args: [sample([7]), 2, 0] },
    { args: [sample([2, 3, 4], { avoid: [0] }), 3, -1] },
    { args: [sample([2, 2], { values: [0, 0, 3, 4] })], no_grad: true },
  ],
  errors: () => [
    { args: [sample([3])], message: /a vector takes dim 0/ },
    { args: [sample([3, 2]), '2'], message: /expected p to be a number, got "2"/ },
    { args: [sample([3, 2], { dtype: 'int64' })], message: /of a floating point dtype/ },
  ],
}) as Normalize;

/** Options of {@link local_response_norm}. */
export interface LocalResponseNormOptions {
  /** Default 1e-4. */
  alpha?: number;
  /** Default 0.75. */
  beta?: number;
  /** Default 1. */
  k?: number;
}

type LocalResponseNormFunction = (
  input: Tensor,
  size: number,
  ...given: Given<LocalResponseNormOptions, [alpha: 'alpha', beta: 'beta', k: 'k']>
) => Tensor;

/**
 * `x / (k + alpha · m)^beta`, m the mean of x² over `size` neighbouring channels (dimension 1; those beyond the edge count as 0).
 * @example
 * ```ts
 * torch.nn.functional.local_response_norm(torch.randn([1, 8, 5, 5]), 3).shape; // [1, 8, 5, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.local_response_norm.html
 */
export const local_response_norm = op({
  name: 'local_response_norm',
  methods: [],
  call: (input: Tensor, size: number, ...given: readonly unknown[]): Tensor => {
    const x = check_floating('local_response_norm', 'input', input);
    check_integer('local_response_norm', 'size', size, 1);
    const options = positional('local_response_norm', given, { alpha: 1e-4, beta: 0.75, k: 1 });
    for (const [name, value] of Object.entries(options)) check_number('local_response_norm', name, value);
    if (x.ndim < 3)
      fail(
        'local_response_norm',
        `expected input of at least 3 dimensions [batch, channels, ...], got ${shape_text(x.shape)}`,
      );
    const { alpha, beta, k } = options;
    return div(x, pow(add(mul(window_sum(square(x), size), alpha / size), k), beta));
  },
  reference: (x: Reference, size: number, alpha = 1e-4, beta = 0.75, k = 1): Reference => {
    const channels = x.shape[1];
    const inner = x.shape.slice(2).reduce((a, b) => a * b, 1);
    const data = Float64Array.from(x.data as ArrayLike<number>, (v, i) => {
      const c = Math.floor(i / inner) % channels;
      let sum = 0;
      for (let j = c - Math.floor(size / 2); j <= c + Math.floor((size - 1) / 2); j++)
        if (j >= 0 && j < channels) sum += x.data[i + (j - c) * inner] ** 2;
      return v / (k + (alpha * sum) / size) ** beta;
    });
    return { shape: x.shape, data };
  },
  samples: () => [
    { args: [sample([2, 5, 3]), 3, 0.5, 0.75, 2] },
    { args: [sample([2, 4, 2, 2]), 2, 1] },
    { args: [sample([1, 2, 3]), 7, 1, 0.5] },
    { args: [sample([0, 2, 3]), 2] },
  ],
  errors: () => [
    { args: [sample([2, 3]), 2], message: /expected input of at least 3 dimensions \[batch, channels, ...\]/ },
    { args: [sample([2, 3, 4]), 0], message: /expected size to be at least 1, got 0/ },
  ],
}) as LocalResponseNormFunction;

/** Sums over `size` neighbours in dimension 1. */
function window_sum(x: Tensor, size: number): Tensor {
  const edge = (n: number): Tensor => zeros([x.shape[0], n, ...x.shape.slice(2)], { dtype: x.dtype });
  const [before, after] = [Math.floor(size / 2), Math.floor((size - 1) / 2)];
  const padded = cat([edge(before), x, edge(after)], 1);
  let sum = narrow(padded, 1, 0, x.shape[1]);
  for (let i = 1; i < size; i++) sum = add(sum, narrow(padded, 1, i, x.shape[1]));
  return sum;
}
