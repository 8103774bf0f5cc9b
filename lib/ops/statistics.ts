import { type Given, positional } from '../arguments';
import { no_grad } from '../autograd/mode';
import { record, tracks } from '../autograd/node';
import { check_boolean, check_integer, fail, fail_range, fail_type, shape_text } from '../errors';
import { int64 } from '../tensor/dtype';
import { wrap_dim } from '../tensor/shape';
import { check_floating, check_tensor, Tensor } from '../tensor/tensor';
import { add, mul, sub } from './arithmetic';
import { isnan } from './compare';
import { op, sample } from './define';
import { share_gradient, ValuesAndIndices } from './extreme';
import { gather } from './gather';
import { cat, stack } from './join';
import { mean, std, variance } from './reduce';
import type { Dims, KeepdimOption } from './reduction';
import { sort } from './sort';
import { narrow, reshape, select, squeeze, transpose, unsqueeze } from './views';
import { where } from './where';

/** What the values are like: spread, neighbours, the middle and other shares. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** Differences of neighbours along a dimension, `n` times over. */
    diff(...given: DiffArguments): Tensor;
    /** The middle value, the lower one of two; along a dimension with its index. */
    median(): Tensor;
    median(dim: number | { dim: number; keepdim?: boolean }, keepdim?: boolean | KeepdimOption): ValuesAndIndices;
    /** The values below which the shares `q` lie. */
    quantile(q: number | readonly number[] | Tensor, ...given: QuantileArguments): Tensor;
  }
}

/** Options of {@link var_mean} and {@link std_mean}. */
export interface VarMeanOptions {
  /** The dimensions to go over; default all. */
  dim?: Dims;
  /** Subtracted from the number of elements. Default 1. */
  correction?: number;
  /** Keep the dimensions, with size 1. Default false. */
  keepdim?: boolean;
}

function with_mean(name: 'var_mean' | 'std_mean', spread: typeof std) {
  return op({
    name,
    methods: [],
    sums: true,
    call: (input: Tensor, ...given: Given<VarMeanOptions, [dim: 'dim']>): [Tensor, Tensor] => {
      const judged = positional(name, given, { dim: null as Dims, correction: 1, keepdim: false }, ['dim']);
      return [spread(input, judged), mean(input, judged.dim, judged.keepdim)];
    },
    samples: () => [
      { args: [sample([7])] },
      { args: [sample([3, 4]), 1] },
      { args: [sample([3, 4]), { dim: 0, correction: 0, keepdim: true }] },
    ],
    errors: () => [{ args: [sample([3]), { correct: 1 }], message: /Misspelled option "correct"/ }],
  });
}

/**
 * The variance and the mean.
 * @example
 * ```ts
 * const [variance, mean] = torch.var_mean(torch.tensor([1, 3, 5]));
 * [variance.item(), mean.item()]; // [4, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.var_mean.html
 */
export const var_mean = with_mean('var_mean', variance);
/**
 * The standard deviation and the mean.
 * @example
 * ```ts
 * const [std, mean] = torch.std_mean(torch.tensor([1, 2, 3]));
 * [std.item(), mean.item()]; // [1, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.std_mean.html
 */
export const std_mean = with_mean('std_mean', std);

/** Options of {@link diff}. */
export interface DiffOptions {
  /** How often. Default 1. */
  n?: number;
  /** Default -1. */
  dim?: number;
  /** Comes before the elements. */
  prepend?: Tensor | null;
  /** Comes after them. */
  append?: Tensor | null;
}

type DiffArguments = Given<DiffOptions, [n: 'n', dim: 'dim', prepend: 'prepend', append: 'append']>;

/**
 * Differences of neighbours along a dimension, `n` times over.
 * @example
 * ```ts
 * torch.diff(torch.tensor([1, 4, 9, 16])).tolist(); // [3, 5, 7]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.diff.html
 */
export const diff = op({
  name: 'diff',
  call: (input: Tensor, ...given: DiffArguments): Tensor => {
    const x = check_tensor('diff', 'input', input);
    if (x.ndim === 0) fail('diff', 'a 0-dim tensor has no neighbours');
    const { n, dim, prepend, append } = positional<Required<DiffOptions>>('diff', given, {
      n: 1,
      dim: -1,
      prepend: null,
      append: null,
    });
    check_integer('diff', 'n', n, 0);
    const d = wrap_dim('diff', dim, x.ndim);
    const ends = Object.entries({ prepend, append }).map(([name, end]) =>
      end === null ? [] : [check_tensor('diff', name, end)],
    );
    let result = n > 0 && ends.flat().length > 0 ? cat([...ends[0], x, ...ends[1]], d) : x;
    for (let i = 0; i < n && result.shape[d] > 0; i++) {
      const size = result.shape[d] - 1;
      result = sub(narrow(result, d, 1, size), narrow(result, d, 0, size));
    }
    return result;
  },
  samples: () => [
    { args: [sample([5])] },
    { args: [sample([3, 4]), 2, 0] },
    { args: [sample([2, 1])] },
    { args: [sample([3, 4]), 1, 0, sample([1, 4]), sample([2, 4])] },
  ],
  errors: () => [{ args: [sample([]), 1], message: /a 0-dim tensor has no neighbours/ }],
});

interface Median {
  (input: Tensor): Tensor;
  (
    input: Tensor,
    dim: number | { dim: number; keepdim?: boolean },
    keepdim?: boolean | KeepdimOption,
  ): ValuesAndIndices;
}

/** The middle of each line, the lower one of two; NaN, which sorts last, wins. */
function middle(x: Tensor, dim: number, keepdim: boolean): ValuesAndIndices {
  if (x.ndim > 0 && x.shape[dim] === 0) fail('median', `a tensor of shape ${shape_text(x.shape)} has no middle`);
  const ordered = sort(x, dim);
  if (x.ndim === 0) return ordered;
  const n = x.shape[dim];
  const last = narrow(ordered.values, dim, n - 1, 1);
  const at = where(isnan(last), n - 1, Math.floor((n - 1) / 2)).to(int64);
  const [values, indices] = [gather(ordered.values, dim, at), gather(ordered.indices, dim, at)];
  return keepdim
    ? new ValuesAndIndices(values, indices)
    : new ValuesAndIndices(squeeze(values, dim), squeeze(indices, dim));
}

/**
 * The middle value, the lower one of two; along a dimension with its index.
 * @example
 * ```ts
 * torch.median(torch.tensor([3, 1, 4, 2])).item(); // 2
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.median.html
 */
export const median = op({
  name: 'median',
  call: (input: Tensor, ...given: readonly unknown[]): Tensor | ValuesAndIndices => {
    check_tensor('median', 'input', input);
    const { dim, keepdim } = positional('median', given, { dim: null as number | null, keepdim: false });
    if (dim === null) {
      const { values } = no_grad(() => middle(reshape(input, [-1]), 0, false));
      if (!tracks(input)) return values;
      const how = { dims: input.shape.map((_, i) => i), named: false, keepdim: false };
      return record(values, 'MedianBackward0', [input], [input, values], (g, node) => [
        share_gradient(g, node.saved(0), node.saved(1), how),
      ]);
    }
    return middle(input, wrap_dim('median', dim, input.ndim), check_boolean('median', 'keepdim', keepdim));
  },
  samples: () => [
    { args: [sample([7])] },
    { args: [sample([8])] },
    { args: [sample([3, 4]), 1] },
    { args: [sample([3, 4]), { dim: 0, keepdim: true }] },
  ],
  errors: () => [{ args: [sample([0])], message: /^median: a tensor of shape \[0\] has no middle$/ }],
}) as Median;

/** Options of {@link quantile}. */
export interface QuantileOptions {
  /** Default: all elements. */
  dim?: number | null;
  /** Keep the dimension, with size 1. Default false. */
  keepdim?: boolean;
  /** What to take between two elements. Default linear. */
  interpolation?: 'linear' | 'lower' | 'higher' | 'midpoint' | 'nearest';
}

type QuantileArguments = Given<QuantileOptions, [dim: 'dim', keepdim: 'keepdim']>;

const between: Record<string, (share: number) => number> = {
  linear: (share) => share,
  lower: () => 0,
  higher: (share) => Math.ceil(share),
  midpoint: (share) => (share === 0 ? 0 : 0.5),
  nearest: (share) => (share === 0.5 ? Number.NaN : Math.round(share)),
};

/** The element at a broken position of sorted lines, which lie along the last dimension. */
function at_position(ordered: Tensor, position: number, interpolation: string): Tensor {
  const below = Math.floor(position);
  const weight = between[interpolation](position - below);
  // Halfway, `nearest` takes the even position.
  const share = Number.isNaN(weight) ? below % 2 : weight;
  const low = select(ordered, -1, below);
  return share === 0 ? low : add(low, mul(sub(select(ordered, -1, below + 1), low), share));
}

/**
 * The values below which the shares `q` of the elements lie; for several `q` along a new first dimension. NaN where there is a NaN.
 * @example
 * ```ts
 * torch.quantile(torch.tensor([1, 2, 3, 4]), 0.5).item(); // 2.5
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.quantile.html
 */
export const quantile = op({
  name: 'quantile',
  call: (input: Tensor, q: number | readonly number[] | Tensor, ...given: QuantileArguments): Tensor => {
    const x = check_floating('quantile', 'input', input);
    const defaults = { dim: null as number | null, keepdim: false, interpolation: 'linear' };
    const { dim, keepdim, interpolation } = positional('quantile', given, defaults, ['dim', 'keepdim']);
    if (!Object.hasOwn(between, interpolation))
      fail_type(
        'quantile',
        'interpolation',
        Object.keys(between)
          .map((each) => `"${each}"`)
          .join(' or '),
        interpolation,
      );
    const several = q instanceof Tensor ? q.ndim > 0 : Array.isArray(q);
    const shares = [q instanceof Tensor ? q.detach().tolist() : q].flat() as number[];
    for (const share of shares)
      if (!(typeof share === 'number' && share >= 0 && share <= 1))
        fail_range('quantile', `expected q to lie between 0 and 1, got ${String(share)}`);
    if (x.count === 0) fail('quantile', `a tensor of shape ${shape_text(x.shape)} has no elements`);
    const d = dim === null ? 0 : wrap_dim('quantile', dim, x.ndim);
    const lines = dim === null ? reshape(x, [-1]) : transpose(x.ndim === 0 ? reshape(x, [1]) : x, d, -1);
    const ordered = sort(lines, -1).values;
    const n = ordered.shape[ordered.ndim - 1];
    const last = select(ordered, -1, n - 1);
    const placed = (value: Tensor): Tensor => {
      if (dim === null) return keepdim ? reshape(value, Array<number>(x.ndim).fill(1)) : value;
      const kept = transpose(unsqueeze(value, -1), d, -1);
      return keepdim ? kept : squeeze(kept, d);
    };
    const results = shares.map((share) =>
      placed(where(isnan(last), last, at_position(ordered, share * (n - 1), interpolation))),
    );
    return several ? stack(results) : results[0];
  },
  samples: () => [
    { args: [sample([7]), 0.3] },
    { args: [sample([3, 4]), [0.25, 0.5, 1], { dim: 0 }] },
    { args: [sample([3, 4]), 0.5, { dim: 1, keepdim: true, interpolation: 'midpoint' }] },
    { args: [sample([3, 4, 2]), 0.4, { dim: 1, interpolation: 'nearest' }] },
    { args: [sample([3, 4]), 0.7, 1, true, { interpolation: 'lower' }] },
  ],
  errors: () => [
    { args: [sample([3]), 1.5], message: /expected q to lie between 0 and 1, got 1.5/ },
    {
      args: [sample([3]), 0.5, { interpolation: 'cubic' }],
      message: /expected interpolation to be "linear" or .*, got "cubic"/,
    },
    { args: [sample([0]), 0.5], message: /a tensor of shape \[0\] has no elements/ },
  ],
});
