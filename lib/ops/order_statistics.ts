import { type Given, positional } from '../arguments';
import { record, tracks } from '../autograd/node';
import { check_boolean, check_integer, check_options, fail, shape_text } from '../errors';
import { int64 } from '../tensor/dtype';
import { type Shape, wrap_dim } from '../tensor/shape';
import { check_tensor, type Tensor } from '../tensor/tensor';
import { sub } from './arithmetic';
import { eq } from './compare';
import { arange, zeros } from './create';
import { op, type Reference, sample } from './define';
import { amax, amin, argmax, check_any, type DimOptions, ValuesAndIndices } from './extreme';
import { gather, scattered } from './gather';
import { cat } from './join';
import { NamedResults } from './named_results';
import { judge_reduction, reduce_reference, reduced_shape, reference_groups } from './reduction';
import { cummax } from './running_extreme';
import { sort, topk } from './sort';
import { contiguous, narrow, reshape, transpose, unsqueeze } from './views';
import { where } from './where';

/** Elements by their rank or their frequency, and both extremes at once. */

/** Options of {@link kthvalue} and {@link mode}. */
export interface RankOptions {
  /** Default -1. */
  dim?: number;
  /** Keep the dimension, with size 1. Default false. */
  keepdim?: boolean;
}

type RankArguments = Given<RankOptions, [dim: 'dim', keepdim: 'keepdim']>;

/**
 * Both extremes; `const { min, max } = …` and `const [min, max] = …` both work.
 * @example
 * ```ts
 * const [min, max] = torch.aminmax(torch.tensor([3, 1, 2]));
 * [min.item(), max.item()]; // [1, 3]
 * ```
 */
export class MinAndMax extends NamedResults {
  constructor(
    readonly min: Tensor,
    readonly max: Tensor,
  ) {
    super();
  }
}

declare module '../tensor/tensor' {
  interface Tensor {
    /** The k-th smallest element along a dimension (default the last), and where it is. */
    kthvalue(k: number, ...given: RankArguments): ValuesAndIndices;
    /** The element that is there most often along a dimension (default the last), and where the last such one is. */
    mode(...given: RankArguments): ValuesAndIndices;
    /** The smallest and the largest element, of all or along a dimension. */
    aminmax(options?: DimOptions): MinAndMax;
  }
}

function judge(name: string, shape: Shape, given: readonly unknown[]): { dim: number; keepdim: boolean } {
  const { dim, keepdim } = positional(name, given, { dim: -1, keepdim: false });
  const d = wrap_dim(name, dim, shape.length);
  if (shape[d] === 0) fail(name, `a tensor of shape ${shape_text(shape)} has no elements to choose from in dim ${d}`);
  return { dim: d, keepdim: check_boolean(name, 'keepdim', keepdim) };
}

/** The elements of `input` at these places along `dim`, which has size 1 there, and their gradient. */
function picked(name: string, input: Tensor, places: Tensor, dim: number, keepdim: boolean): ValuesAndIndices {
  const at = contiguous(places);
  const { shape } = input;
  const values = gather(input.detach(), dim, at);
  const out = keepdim ? shape.map((size, d) => (d === dim ? 1 : size)) : shape.filter((_, d) => d !== dim);
  const pair = new ValuesAndIndices(reshape(values, out), reshape(at, out));
  if (tracks(input))
    record(pair.values, name, [input], [at], (g, node) => [
      scattered(reshape(g, node.saved(0).shape), shape, dim, node.saved(0)),
    ]);
  return pair;
}

/** For the references: of every line along a dimension the place that `choose` names. */
function picked_reference(
  x: Reference,
  { dim, keepdim }: { dim: number; keepdim: boolean },
  choose: (values: number[]) => number,
): Reference[] {
  const dims = x.shape.length === 0 ? [] : [dim];
  const groups = reference_groups(x, dims);
  const at = groups.map((group) => choose(group.map((i) => x.data[i])));
  const shape = reduced_shape(x.shape, dims, keepdim);
  return [
    { shape, data: groups.map((group, i) => x.data[group[at[i]]]) },
    { shape, data: at },
  ];
}

/**
 * The k-th smallest element along a dimension (default the last), counted from 1, and where it is. Of equal elements the first in place comes first.
 * @example
 * ```ts
 * const { values, indices } = torch.kthvalue(torch.tensor([30, 10, 20]), 2);
 * [values.item(), indices.item()]; // [20, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.kthvalue.html
 */
export const kthvalue = op({
  name: 'kthvalue',
  call: (input: Tensor, k: number, ...given: RankArguments): ValuesAndIndices => {
    const { shape, ndim } = check_tensor('kthvalue', 'input', input);
    const { dim, keepdim } = judge('kthvalue', shape, given);
    check_integer('kthvalue', 'k', k, 1, ndim === 0 ? 1 : shape[dim]);
    const { indices } = topk(input.detach(), k, dim, false);
    const at = ndim === 0 ? indices : narrow(indices, dim, k - 1, 1);
    return picked('KthvalueBackward0', input, at, dim, keepdim);
  },
  reference: (x: Reference, k: number, ...given: readonly unknown[]) =>
    picked_reference(x, judge('kthvalue', x.shape, given), (values) => {
      const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b] || a - b);
      return order[k - 1];
    }),
  samples: () => [
    { args: [sample([7]), 3] },
    { args: [sample([3, 5]), 5] },
    { args: [sample([3, 4, 5]), 2, 1, true] },
    { args: [sample([3, 4]), 1, { dim: 0 }] },
    { args: [sample([]), 1] },
    { args: [sample([9], { dtype: 'int64', values: [3, 1, 2, 3, 1, 2, 9, 9, 9] }), 4] },
  ],
  errors: () => [
    { args: [sample([3]), 4], message: /expected k to be between 1 and 3, got 4/ },
    { args: [sample([2, 0]), 1], message: /a tensor of shape \[2, 0\] has no elements to choose from in dim 1/ },
  ],
});

/** Sorted with `dim` last: the length of the run of equal elements that ends at each. */
function run_lengths(sorted: Tensor): Tensor {
  const n = sorted.shape[sorted.ndim - 1];
  const places = arange(n, { dtype: int64 });
  const lead = sorted.shape.slice(0, -1);
  const same = eq(narrow(sorted, -1, 1, n - 1), narrow(sorted, -1, 0, n - 1));
  const first = zeros([...lead, 1], { dtype: int64 });
  const starts = cat([first, where(same, 0, narrow(places, 0, 1, n - 1))], -1);
  return sub(places, cummax(starts, -1).values);
}

/**
 * The element that is there most often along a dimension (default the last), the smallest of several, and where the last such one is.
 * @example
 * ```ts
 * const { values, indices } = torch.mode(torch.tensor([2, 1, 2, 3]));
 * [values.item(), indices.item()]; // [2, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.mode.html
 */
export const mode = op({
  name: 'mode',
  call: (input: Tensor, ...given: RankArguments): ValuesAndIndices => {
    const { shape, ndim } = check_tensor('mode', 'input', input);
    const { dim, keepdim } = judge('mode', shape, given);
    if (ndim === 0) return picked('ModeBackward0', input, zeros([], { dtype: int64 }), dim, keepdim);
    const { values, indices } = sort(transpose(input.detach(), dim, -1), -1);
    const end = unsqueeze(argmax(run_lengths(values), -1), -1);
    const at = transpose(gather(indices, -1, end), dim, -1);
    return picked('ModeBackward0', input, at, dim, keepdim);
  },
  reference: (x: Reference, ...given: readonly unknown[]) =>
    picked_reference(x, judge('mode', x.shape, given), (values) => {
      const often = (v: number): number => values.filter((each) => each === v).length;
      const best = values.reduce((a, b) => (often(b) > often(a) || (often(b) === often(a) && b < a) ? b : a));
      return values.lastIndexOf(best);
    }),
  samples: () => [
    { args: [sample([7])] },
    { args: [sample([8], { values: [3, 1, 2, 1, 3, 0, 3, 1] })], no_grad: true },
    { args: [sample([3, 4, 5], { dtype: 'int64', range: [0, 3] }), 1] },
    { args: [sample([3, 4]), { dim: 0, keepdim: true }] },
    { args: [sample([])] },
    { args: [sample([5, 1])] },
  ],
  errors: () => [
    { args: [sample([0])], message: /a tensor of shape \[0\] has no elements to choose from in dim 0/ },
    { args: [sample([2, 3]), 2], message: /dim 2 is out of range \[-2, 1\]/ },
  ],
});

/**
 * The smallest and the largest element, of all or along a dimension; equal ones share the gradient.
 * @example
 * ```ts
 * const { min, max } = torch.aminmax(torch.tensor([[1, 5], [7, 3]]), { dim: 1 });
 * min.tolist(); // [1, 3]
 * max.tolist(); // [5, 7]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.aminmax.html
 */
export const aminmax = op({
  name: 'aminmax',
  call: (input: Tensor, options?: DimOptions): MinAndMax => {
    check_tensor('aminmax', 'input', input);
    const { dim, keepdim } = check_options('aminmax', options, { dim: null as number | null, keepdim: false });
    const dims = judge_reduction('aminmax', input.shape, dim, keepdim).dims;
    check_any('aminmax', input.shape, dims);
    return new MinAndMax(amin(input, dim, keepdim), amax(input, dim, keepdim));
  },
  samples: () => [
    { args: [sample([7])] },
    { args: [sample([3, 4]), { dim: 0 }] },
    { args: [sample([3, 4], { dtype: 'int64' }), { dim: -1, keepdim: true }] },
  ],
  reference: (x: Reference, { dim = null, keepdim = false }: DimOptions = {}) => {
    const dims = dim === null ? x.shape.map((_, d) => d) : [wrap_dim('aminmax', dim, x.shape.length)];
    return [Math.min, Math.max].map((choose) =>
      reduce_reference(x, dims, keepdim, (values) => values.reduce((a, b) => choose(a, b))),
    );
  },
  errors: () => [{ args: [sample([0])], message: /a tensor of shape \[0\] has no elements to choose from/ }],
});
