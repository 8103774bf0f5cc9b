import { type Given, is_options, positional } from '../arguments';
import { record, tracks } from '../autograd/node';
import { fail, shape_text } from '../errors';
import { kernel } from '../native/kernel';
import { int64 } from '../tensor/dtype';
import { type Shape, wrap_dim } from '../tensor/shape';
import { allocate, check_tensor, Tensor } from '../tensor/tensor';
import { div, mul } from './arithmetic';
import { eq, isnan } from './compare';
import { read_item } from './create';
import { op, type Reference, type Sample } from './define';
import { scattered } from './gather';
import { NamedResults } from './named_results';
import { cast_to, type Operand } from './operand';
import { maximum, minimum } from './pairwise';
import { sum } from './reduce';
import {
  type Dims,
  judge_reduction,
  type KeepdimOption,
  launch,
  type Reduction,
  type ReductionArguments,
  reduce_reference,
  reduced_shape,
  reduction_samples,
  reference_groups,
  spread,
} from './reduction';
import { reshape } from './views';

/** The largest and smallest elements and their places. NaN beats every number; of equal elements the first has the index. */

/** Options of reductions along one dimension. */
export interface DimOptions {
  /** The dimension to go along; default all. */
  dim?: number | null;
  /** Keep the dimension, with size 1. Default false. */
  keepdim?: boolean;
}

/** `(dim?, keepdim?)` by place or by name. */
export type DimArguments = Given<DimOptions, [dim: 'dim', keepdim: 'keepdim']>;

/**
 * Values and their indices along a dimension; `const { values, indices } = …` and `const [values, indices] = …` both work.
 * @example
 * ```ts
 * const [values, indices] = torch.sort(torch.tensor([3, 1]));
 * values.tolist(); // [1, 3]
 * indices.tolist(); // [1, 0]
 * ```
 */
export class ValuesAndIndices extends NamedResults {
  constructor(
    readonly values: Tensor,
    /** Of dtype int64. */
    readonly indices: Tensor,
  ) {
    super();
  }
}

declare module '../tensor/tensor' {
  interface Tensor {
    /** The largest element; along a dimension, with its index; or of two tensors, elementwise. */
    max(): Tensor;
    max(dim: number | DimOptions, keepdim?: boolean | KeepdimOption): ValuesAndIndices;
    max(other: Tensor): Tensor;
    /** The smallest element; along a dimension, with its index; or of two tensors, elementwise. */
    min(): Tensor;
    min(dim: number | DimOptions, keepdim?: boolean | KeepdimOption): ValuesAndIndices;
    min(other: Tensor): Tensor;
    /** The largest elements over the dimensions; equal ones share the gradient. */
    amax(...given: ReductionArguments): Tensor;
    /** The smallest elements over the dimensions; equal ones share the gradient. */
    amin(...given: ReductionArguments): Tensor;
    /** Where the largest element is: along a dimension, or in the flattened tensor. */
    argmax(...given: DimArguments): Tensor;
    /** Where the smallest element is: along a dimension, or in the flattened tensor. */
    argmin(...given: DimArguments): Tensor;
  }
}

export function check_any(op: string, shape: Shape, dims: readonly number[]): void {
  if (dims.some((d) => shape[d] === 0))
    fail(op, `a tensor of shape ${shape_text(shape)} has no elements to choose from; name a dim whose size is not 0`);
}

function judge_dims(name: string, shape: Shape, given: readonly unknown[]): Reduction {
  const { dim, keepdim } = positional(name, given, { dim: null as Dims, keepdim: false });
  const judged = judge_reduction(name, shape, dim, keepdim);
  check_any(name, shape, judged.dims);
  return judged;
}

/** One dimension or null for all. */
function judge_dim(name: string, shape: Shape, given: readonly unknown[]): Reduction {
  const { dim, keepdim } = positional(name, given, { dim: null as number | null, keepdim: false });
  const judged = judge_reduction(name, shape, dim === null ? null : wrap_dim(name, dim, shape.length), keepdim);
  check_any(name, shape, judged.dims);
  return judged;
}

/** Elements equal to the extreme share its gradient; where the extreme is NaN the NaNs do. */
export function share_gradient(g: Tensor, x: Tensor, y: Tensor, how: Reduction): Tensor {
  const best = spread(y, x.shape, how);
  const mask = how.named || read_item(isnan(y)) === 0 ? eq(x, best) : isnan(x);
  const count = cast_to(sum(mask, how.dims, how.keepdim), g.dtype);
  return mul(spread(div(g, count), x.shape, how), cast_to(mask, g.dtype));
}

const errors = () => [
  { args: [{ shape: [0] }], message: /a tensor of shape \[0\] has no elements to choose from/ },
  { args: [{ shape: [2, 3] }, 2], message: /dim 2 is out of range \[-2, 1\]/ },
];

type OverDims = (input: Tensor, ...given: ReductionArguments) => Tensor;

function over_dims(
  name: 'amax' | 'amin',
  kernel_name: 'max' | 'min',
  reference: (values: number[]) => number,
): OverDims {
  const run = kernel(kernel_name);
  return op({
    name,
    call: (input: Tensor, ...given: readonly unknown[]): Tensor => {
      check_tensor(name, 'input', input);
      const how = judge_dims(name, input.shape, given);
      const out = allocate(reduced_shape(input.shape, how.dims, how.keepdim), input.dtype);
      launch(run, input, how.dims, [out]);
      if (!tracks(input)) return out;
      const node_name = name === 'amax' ? 'AmaxBackward0' : 'AminBackward0';
      return record(out, node_name, [input], [input, out], (g, node) => [
        share_gradient(g, node.saved(0), node.saved(1), { ...how, named: true }),
      ]);
    },
    reference: (x: Reference, ...given: readonly unknown[]) => {
      const how = judge_dims(name, x.shape, given);
      return reduce_reference(x, how.dims, how.keepdim, reference);
    },
    samples: () => [
      ...reduction_samples({ empty: false }),
      { args: [{ shape: [2, 0, 3] }, 0] },
      { args: [{ shape: [3, 5], dtype: 'int64' }, 1] },
    ],
    errors,
  }) as OverDims;
}

/**
 * The largest elements over the dimensions; equal ones share the gradient.
 * @example
 * ```ts
 * torch.amax(torch.tensor([[1, 5], [7, 3]]), 1).tolist(); // [5, 7]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.amax.html
 */
export const amax = over_dims('amax', 'max', (values) => values.reduce((a, b) => Math.max(a, b)));
/**
 * The smallest elements over the dimensions; equal ones share the gradient.
 * @example
 * ```ts
 * torch.amin(torch.tensor([[1, 5], [7, 3]]), 1).tolist(); // [1, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.amin.html
 */
export const amin = over_dims('amin', 'min', (values) => values.reduce((a, b) => Math.min(a, b)));

interface Extreme {
  (input: Tensor): Tensor;
  (input: Tensor, other: Tensor): Tensor;
  (input: Tensor, dim: number | DimOptions, keepdim?: boolean | KeepdimOption): ValuesAndIndices;
}

function extreme(
  name: 'max' | 'min',
  pairwise: () => (a: Operand, b: Operand) => Tensor,
  better: (a: number, b: number) => boolean,
): Extreme {
  const run = kernel(name);
  const run_with_index = kernel(`${name}_with_index`);
  const title = name === 'max' ? 'Max' : 'Min';

  const over_all = (input: Tensor): Tensor => {
    const how = judge_dims(name, input.shape, []);
    const out = allocate([], input.dtype);
    launch(run, input, how.dims, [out]);
    if (tracks(input))
      record(out, `${title}Backward1`, [input], [input, out], (g, node) => [
        share_gradient(g, node.saved(0), node.saved(1), how),
      ]);
    return out;
  };
  const along = (input: Tensor, given: readonly unknown[]): ValuesAndIndices => {
    const how = judge_dim(name, input.shape, given);
    const shape = reduced_shape(input.shape, how.dims, how.keepdim);
    const values = allocate(shape, input.dtype);
    const indices = allocate(shape, int64);
    launch(run_with_index, input, how.dims, [values, indices]);
    if (tracks(input)) {
      const { shape: from } = input;
      record(values, `${title}Backward0`, [input], [indices], (g, node) => [at_indices(g, node.saved(0), from, how)]);
    }
    return new ValuesAndIndices(values, indices);
  };
  const samples = (): Sample[] => [
    ...[[], [1], [7], [17], [3, 5], [1003]].map((shape) => ({ args: [{ shape }] })),
    ...[0, 1, -1].map((dim) => ({ args: [{ shape: [3, 4, 5] }, dim] })),
    { args: [{ shape: [3, 4] }, 1, true] },
    { args: [{ shape: [3, 4] }, { dim: 0, keepdim: true }] },
    { args: [{ shape: [2, 4], values: [1, 3, 3, 2, 5, 5, 5, 5] }, 1], no_grad: true },
    { args: [{ shape: [3, 4] }, { shape: [4] }] },
    { args: [{ shape: [3, 4], dtype: 'int32' }, 0] },
  ];
  return op({
    name,
    call: (input: Tensor, ...given: readonly unknown[]): Tensor | ValuesAndIndices => {
      check_tensor(name, 'input', input);
      if (given[0] instanceof Tensor) return pairwise()(input, given[0]);
      if (given.length === 0 || (is_options(given[0]) && !('dim' in given[0]))) return over_all(input);
      return along(input, given);
    },
    samples,
    reference: (x: Reference, ...given: readonly unknown[]) => {
      const pick = (values: number[]): number =>
        values.reduce((best, _, i) => (better(values[i], values[best]) ? i : best), 0);
      if (given.length === 0)
        return reduce_reference(x, judge_dims(name, x.shape, []).dims, false, (values) => values[pick(values)]);
      const other = given[0] as Reference;
      if (is_options(other) && 'data' in other)
        return {
          shape: x.shape,
          data: Array.from(x.data, (a, i) =>
            better(a, other.data[i % other.data.length]) ? a : other.data[i % other.data.length],
          ),
        };
      const how = judge_dim(name, x.shape, given);
      return [(values: number[]) => values[pick(values)], pick].map((f) =>
        reduce_reference(x, how.dims, how.keepdim, f),
      );
    },
    errors,
  }) as Extreme;
}

/** The gradient of values picked along a dimension: each goes back to where it was. */
function at_indices(g: Tensor, indices: Tensor, shape: Shape, how: Reduction): Tensor {
  if (shape.length === 0) return g;
  const kept = reduced_shape(shape, how.dims, true);
  return scattered(reshape(g, kept), shape, how.dims[0], reshape(indices, kept));
}

/**
 * The largest element; along a dimension, `{ values, indices }`; of two tensors, elementwise. Over all elements equal ones share the gradient, along
 * a dimension the indexed one has it.
 * @example
 * ```ts
 * const { values, indices } = torch.max(torch.tensor([[1, 5], [7, 2]]), 1);
 * indices.tolist(); // [1, 0]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.max.html
 */
export const max = extreme(
  'max',
  () => maximum,
  (a, b) => a > b,
);
/**
 * The smallest element; see {@link max}.
 * @example
 * ```ts
 * const { values, indices } = torch.min(torch.tensor([[1, 5], [7, 3]]), 1);
 * values.tolist(); // [1, 3]
 * indices.tolist(); // [0, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.min.html
 */
export const min = extreme(
  'min',
  () => minimum,
  (a, b) => a < b,
);

type Index = (input: Tensor, ...given: DimArguments) => Tensor;

function index_of(name: 'argmax' | 'argmin', better: (a: number, b: number) => boolean): Index {
  const run = kernel(name);
  return op({
    name,
    call: (input: Tensor, ...given: readonly unknown[]): Tensor => {
      check_tensor(name, 'input', input);
      const how = judge_dim(name, input.shape, given);
      const out = allocate(reduced_shape(input.shape, how.dims, how.keepdim), int64);
      launch(run, input, how.dims, [out]);
      return out;
    },
    differentiable: false,
    samples: () => [
      ...reduction_samples({ empty: false, several: false }),
      { args: [{ shape: [2, 4], values: [1, 3, 3, 2, 5, 5, 5, 5] }, 1] },
    ],
    reference: (x: Reference, ...given: readonly unknown[]) => {
      const how = judge_dim(name, x.shape, given);
      const groups = reference_groups(x, how.dims);
      const pick = (group: number[]): number =>
        group.reduce((best, _, i) => (better(x.data[group[i]], x.data[group[best]]) ? i : best), 0);
      return { shape: reduced_shape(x.shape, how.dims, how.keepdim), data: groups.map(pick) };
    },
    errors,
  }) as Index;
}

/**
 * Where the largest element is, as int64: along a dimension, or in the flattened tensor.
 * @example
 * ```ts
 * torch.argmax(torch.tensor([[1, 5], [7, 3]]), 1).tolist(); // [1, 0]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.argmax.html
 */
export const argmax = index_of('argmax', (a, b) => a > b);
/**
 * Where the smallest element is, as int64: along a dimension, or in the flattened tensor.
 * @example
 * ```ts
 * torch.argmin(torch.tensor([[1, 5], [7, 3]]), 1).tolist(); // [0, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.argmin.html
 */
export const argmin = index_of('argmin', (a, b) => a < b);
