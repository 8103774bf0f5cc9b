import { type Given, positional } from '../arguments';
import { check_integer, fail, fail_range, shape_text } from '../errors';
import { type DType, get_default_dtype, int64 } from '../tensor/dtype';
import { check_tensor, type Tensor } from '../tensor/tensor';
import { sub } from './arithmetic';
import type { DimOption } from './by_name';
import { ne } from './compare';
import { arange, ones, zeros } from './create';
import { cumsum } from './cumulative';
import { op, sample } from './define';
import { max } from './extreme';
import { scatter } from './gather';
import { index_add } from './indexing';
import { cat } from './join';
import { masked_select } from './mask';
import { cast_to } from './operand';
import { sum } from './reduce';
import type { Dims } from './reduction';
import { sort } from './sort';
import { narrow, reshape } from './views';

/** Which values there are, and how often. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** How many elements are not 0. */
    count_nonzero(...given: Given<DimOption<Dims>, [dim: 'dim']>): Tensor;
    /** How often each whole number occurs, from 0 up. */
    bincount(...given: BincountArguments): Tensor;
    /** The values that occur, in order. */
    unique(): Tensor;
    unique(options: UniqueOptions): Unique;
  }
}

/**
 * How many elements are not 0, as int64.
 * @example
 * ```ts
 * torch.count_nonzero(torch.tensor([[0, 5], [6, 7]]), 1).tolist(); // [1, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.count_nonzero.html
 */
export const count_nonzero = op({
  name: 'count_nonzero',
  differentiable: false,
  call: (input: Tensor, ...given: Given<DimOption<Dims>, [dim: 'dim']>): Tensor =>
    sum(ne(input, 0), positional('count_nonzero', given, { dim: null as Dims }).dim),
  samples: () => [{ args: [sample([5], { values: [0, 1, 0, 2, -0] })] }, { args: [sample([3, 4]), 1] }],
});

/** Options of {@link bincount}. */
export interface BincountOptions {
  /** What each element counts for, instead of 1. */
  weights?: Tensor | null;
  /** The least length of the result. Default 0. */
  minlength?: number;
}

type BincountArguments = Given<BincountOptions, [weights: 'weights', minlength: 'minlength']>;

/**
 * How often each whole number occurs, from 0 to the largest.
 * @example
 * ```ts
 * torch.bincount(torch.tensor([0n, 2n, 2n])).tolist(); // [1, 0, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.bincount.html
 */
export const bincount = op({
  name: 'bincount',
  differentiable: false,
  call: (input: Tensor, ...given: BincountArguments): Tensor => {
    const x = check_tensor('bincount', 'input', input);
    const { weights, minlength } = positional('bincount', given, {
      weights: null as Tensor | null,
      minlength: 0,
    });
    if (x.ndim !== 1 || x.dtype.is_floating_point)
      fail('bincount', `expected a vector of whole numbers, got ${x.dtype} of shape ${shape_text(x.shape)}`);
    check_integer('bincount', 'minlength', minlength, 0);
    if (weights !== null && check_tensor('bincount', 'weights', weights).count !== x.count)
      fail('bincount', `expected ${x.count} weights, got ${weights.count}`);
    const kept = weights === null ? ones([x.count], { dtype: get_default_dtype() }) : weights.detach();
    const added = (dtype: DType): Tensor => {
      if (x.count === 0) return zeros([minlength], { dtype });
      const at = cast_to(x, int64);
      if (at.min().item() < 0) fail_range('bincount', `expected no negative numbers, got ${at.min().item()}`);
      const length = Math.max(minlength, Number(max(at).item()) + 1);
      return index_add(zeros([length], { dtype }), 0, at, cast_to(kept, dtype));
    };
    return added(weights === null ? int64 : kept.dtype.is_floating_point ? kept.dtype : get_default_dtype());
  },
  samples: () => [
    { args: [sample([5], { values: [1, 0, 3, 1, 1], dtype: 'int64' })] },
    { args: [sample([2], { values: [1, 0], dtype: 'int32' }), { minlength: 4 }] },
  ],
  errors: () => [
    { args: [sample([2], { values: [1, -2], dtype: 'int64' })], message: /expected no negative numbers, got -2/ },
    { args: [sample([2])], message: /expected a vector of whole numbers, got torch.float/ },
  ],
});

/** Options of {@link unique}. */
export interface UniqueOptions {
  /** Also the index of each element's value in the result. */
  return_inverse?: boolean;
  /** Also how often each value occurs. */
  return_counts?: boolean;
}

/** `inverse` and `counts` where they were asked for. */
export interface Unique {
  /** The values that occur, in order. */
  values: Tensor;
  /** For each element the place of its value in `values`, in the input's shape. */
  inverse: Tensor | null;
  /** How often each value occurs. */
  counts: Tensor | null;
}

interface UniqueCall {
  (input: Tensor): Tensor;
  (input: Tensor, options: UniqueOptions): Unique;
}

/**
 * The values that occur, in order; with options an object of what was asked for.
 * @example
 * ```ts
 * torch.unique(torch.tensor([3, 1, 3])).tolist(); // [1, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.unique.html
 */
export const unique = op({
  name: 'unique',
  differentiable: false,
  call: (input: Tensor, options?: UniqueOptions): Tensor | Unique => {
    const x = check_tensor('unique', 'input', input).detach();
    const asked = positional('unique', [options ?? {}], { return_inverse: false, return_counts: false });
    const { values: ordered, indices } = sort(reshape(x, [-1]), 0);
    const n = ordered.count;
    const size = Math.max(n - 1, 0);
    const changes = ne(narrow(ordered, 0, n - size, size), narrow(ordered, 0, 0, size));
    const first = cat([ones([n - size], { dtype: changes.dtype }), changes]);
    const values = masked_select(ordered, first);
    if (options === undefined) return values;
    const starts = masked_select(arange(n, { dtype: int64 }), first);
    const ends = cat([
      narrow(starts, 0, Math.min(1, starts.count), Math.max(starts.count - 1, 0)),
      arange(n, n + 1, 1, { dtype: int64 }),
    ]);
    const rank = sub(cumsum(cast_to(first, int64), 0), 1);
    return {
      values,
      inverse: asked.return_inverse ? reshape(scatter(rank, 0, indices, rank), x.shape) : null,
      counts: asked.return_counts ? sub(narrow(ends, 0, 0, starts.count), starts) : null,
    };
  },
  samples: () => [
    { args: [sample([6], { values: [3, 1, 3, 2, 1, 3] })] },
    { args: [sample([2, 2], { dtype: 'int64' })] },
  ],
}) as UniqueCall;
