import { is_grad_enabled, no_grad } from '../autograd/mode';
import { type Node, record, requires_grad, tracks } from '../autograd/node';
import { check_boolean, fail, fail_type } from '../errors';
import { kernel } from '../native/kernel';
import { copy_into } from '../native/map';
import { bool } from '../tensor/dtype';
import { wrap_dim } from '../tensor/shape';
import { allocate, check_tensor, type Tensor } from '../tensor/tensor';
import { div, mul } from './arithmetic';
import { by_name } from './by_name';
import { eq, logical_and } from './compare';
import { ones_like, zeros_like } from './create';
import { check_inplace, op, type Reference, record_inplace, sample } from './define';
import { gather, judge_gather, judge_source, place, run_scatter, scatter, scatter_add } from './gather';
import { index } from './index_tensor';
import { cast_to, past } from './operand';
import { clone } from './views';
import { where } from './where';

/** Scattered elements joined with those that are there: sums, products, means and extremes of groups. */

/** How {@link scatter_reduce} joins what comes to the same place. */
export type ScatterReduction = 'sum' | 'prod' | 'mean' | 'amax' | 'amin';

/** Options of {@link scatter_reduce}. */
export interface ScatterReduceOptions {
  /** Whether the element that is there already counts. Default true. */
  include_self?: boolean;
}

/** The same with all arguments by name. */
export interface NamedScatterReduce extends ScatterReduceOptions {
  /** Along which `index` points. */
  dim: number;
  /** Where each element of `src` goes; of dtype int64 or int32. */
  index: Tensor;
  /** What is joined; at least of the shape of `index`. */
  src: Tensor;
  /** How. */
  reduce: ScatterReduction;
}

/** By place and by name. */
type ScatterReduceArguments =
  | [dim: number, index: Tensor, src: Tensor, reduce: ScatterReduction, options?: ScatterReduceOptions]
  | [options: NamedScatterReduce];

declare module '../tensor/tensor' {
  interface Tensor {
    /** Joins each element of `src` with what is where `index` says along `dim`. */
    scatter_reduce(...given: ScatterReduceArguments): Tensor;
    scatter_reduce_(...given: ScatterReduceArguments): Tensor;
  }
}

/** What {@link scatter_reduce} is: by place or by name. */
export type ScatterReduce = (input: Tensor, ...given: ScatterReduceArguments) => Tensor;

const run = kernel('scatter_reduce');
const codes = { prod: 0, amax: 1, amin: 2 } as const;
const reductions: readonly string[] = ['sum', 'prod', 'mean', 'amax', 'amin'];

/** A call, judged. */
interface Joining {
  dim: number;
  at: Tensor;
  how: ScatterReduction;
  include_self: boolean;
}

function judge(
  name: string,
  input: Tensor,
  dim: number,
  given: Tensor,
  source: Tensor,
  how: ScatterReduction,
  include_self: unknown = true,
): Joining & { src: Tensor } {
  const { at, dim: d } = judge_gather(name, input, dim, given);
  if (input.dtype === bool) fail(name, 'expected a tensor of numbers, got torch.bool');
  if (!reductions.includes(how)) fail_type(name, 'reduce', '"sum", "prod", "mean", "amax" or "amin"', how);
  const src = judge_source(name, input, at, check_tensor(name, 'src', source)) as Tensor;
  return { at, dim: d, src, how, include_self: check_boolean(name, 'include_self', include_self) };
}

/** How many elements were joined at each place; 1 where none was. */
function counts(like: Tensor, { dim, at, include_self }: Joining): Tensor {
  const start = include_self ? ones_like(like) : zeros_like(like);
  const found = scatter_add(start, dim, at, ones_like(at, { dtype: like.dtype }));
  return include_self ? found : where(eq(found, 0), 1, found);
}

function joined(x: Tensor, src: Tensor, joining: Joining): Tensor {
  const { dim, at, how, include_self } = joining;
  if (is_linear(how)) {
    const sums = scatter_add(include_self ? x : scatter(x, dim, at, 0), dim, at, src);
    if (how === 'sum') return sums;
    return div(sums, counts(x, joining), x.dtype.is_floating_point ? {} : { rounding_mode: 'floor' });
  }
  const out = allocate(x.shape, x.dtype);
  // An extreme does not change when one of its elements takes part twice.
  copy_into(out, include_self ? x : scatter(x, dim, at, how === 'prod' ? 1 : src));
  run_scatter(run, out, dim, at, src, [codes[how]]);
  return out;
}

/** Sums and means, whose gradients depend on nothing but where the elements went. */
const is_linear = (how: ScatterReduction): how is 'sum' | 'mean' => how === 'sum' || how === 'mean';

/** The gradients of x and src, given what {@link saved_of} saves. */
function gradients(g: Tensor, node: Node, joining: Joining): [of_x: Tensor, of_src: Tensor] {
  const { dim, at, how, include_self } = joining;
  const there = (t: Tensor): Tensor => gather(t, dim, at);
  const kept = (t: Tensor): Tensor => (include_self ? t : scatter(t, dim, at, 0));
  if (how === 'sum') return [kept(g), there(g)];
  if (how === 'mean') {
    const share = div(g, counts(g.detach(), joining));
    return [kept(share), there(share)];
  }
  const [x, src, y] = [1, 2, 3].map((i) => node.saved(i));
  if (how === 'prod') return products(g, x, src, joining);
  const [mine, theirs] = [eq(x, y), eq(src, there(y))].map((mask) => cast_to(mask, g.dtype));
  const ties = scatter_add(kept(mine), dim, at, theirs);
  const share = div(g, where(eq(ties, 0), 1, ties));
  // Where nothing came the element is its own extreme.
  return [mul(kept(mine), share), mul(theirs, there(share))];
}

/** Each factor's gradient is g times the product of the others, which a division gives where the factor is not 0. */
function products(g: Tensor, x: Tensor, src: Tensor, joining: Joining): [of_x: Tensor, of_src: Tensor] {
  const { dim, at, include_self } = joining;
  const there = (t: Tensor): Tensor => gather(t, dim, at);
  const x_zero = eq(x, 0);
  const src_zero = eq(src, 0);
  const x_factor = where(x_zero, 1, x);
  const src_factor = where(src_zero, 1, src);
  const zeros = scatter_add(
    include_self ? cast_to(x_zero, g.dtype) : zeros_like(g),
    dim,
    at,
    cast_to(src_zero, g.dtype),
  );
  /** The products without zeros. */
  const rest = scatter_reduce(x_factor, dim, at, src_factor, 'prod', { include_self });
  const others = (zero: Tensor, factor: Tensor, all: Tensor, count: Tensor): Tensor =>
    where(eq(count, 0), div(all, factor), where(logical_and(zero, eq(count, 1)), all, 0));
  const of_x = mul(g, others(x_zero, x_factor, rest, zeros));
  return [
    include_self ? of_x : scatter(of_x, dim, at, 0),
    mul(there(g), others(src_zero, src_factor, there(rest), there(zeros))),
  ];
}

/** Made where no operand is in sight: a closure keeps alive all that any closure of its scope captures. */
const rule = (dim: number, how: ScatterReduction, include_self: boolean) => (g: Tensor, node: Node) => {
  const [of_x, of_src] = gradients(g, node, { dim, at: node.saved(0), how, include_self });
  return [node.needs(0) ? of_x : null, node.needs(1) ? of_src : null];
};

/** What the rule reads. */
const saved_of = ({ at, how }: Joining, x: Tensor, src: Tensor, y: Tensor): Tensor[] =>
  is_linear(how) ? [at] : [at, x, src, y];

const NODE = 'ScatterReduceBackward0';
const names = ['dim', 'index', 'src', 'reduce', 'include_self'] as const;

type Write = [dim: number, index: Tensor, src: Tensor, reduce: ScatterReduction, include_self?: boolean];

/**
 * A copy of `input` with each element of `src` joined with what is where `index` says along `dim`: the sum, product, mean, largest or smallest of all that
 * come to a place. With `include_self: false` the element that was there does not count; where nothing comes it stays.
 * @example
 * ```ts
 * const index = torch.tensor([0n, 0n, 2n]);
 * const src = torch.tensor([1, 5, 7]);
 * torch.scatter_reduce(torch.ones([3]), 0, index, src, 'amax').tolist(); // [5, 1, 7]
 * torch.scatter_reduce(torch.ones([3]), 0, index, src, 'mean', { include_self: false }).tolist(); // [3, 1, 7]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.scatter_reduce.html
 */
export const scatter_reduce: ScatterReduce = op({
  name: 'scatter_reduce',
  sums: true,
  call: by_name('scatter_reduce', names, (input: Tensor, ...given: Write): Tensor => {
    const { src, ...joining } = judge('scatter_reduce', input, ...given);
    const out = no_grad(() => joined(input, src, joining));
    if (tracks(input, src))
      record(
        out,
        NODE,
        [input, src],
        saved_of(joining, input, src, out),
        rule(joining.dim, joining.how, joining.include_self),
      );
    return out;
  }) as ScatterReduce,
  inplace: by_name('scatter_reduce_', names, (input: Tensor, ...given: Write): Tensor => {
    const { src, ...joining } = judge('scatter_reduce_', input, ...given);
    check_inplace('scatter_reduce_', input);
    const tracked = is_grad_enabled() && (requires_grad(input) || requires_grad(src));
    const old = tracked ? past(input, !is_linear(joining.how)) : input;
    const from = src.storage === input.storage ? clone(src) : src;
    const out = no_grad(() => joined(input.detach(), from.detach(), joining));
    copy_into(input, out);
    if (!tracked) return record_inplace(input, '', [], [], () => []);
    return record_inplace(
      input,
      NODE,
      [old, from],
      saved_of(joining, old, from, input),
      rule(joining.dim, joining.how, joining.include_self),
    );
  }),
  reference: (x: Reference, dim: number, at: Reference, src: Reference, how: ScatterReduction, given = {}) =>
    reference(x, wrap_dim('scatter_reduce', dim, x.shape.length), at, src, how, given),
  samples: () =>
    (['sum', 'prod', 'mean', 'amax', 'amin'] as const).flatMap((how) => [
      { args: [sample([5]), 0, index([4, 0, 4, 1, 1]), sample([5]), how] },
      {
        args: [sample([3, 4]), 1, index([3, 1, 1, 2, 2, 0, 0, 0, 0], 'int64', [3, 3]), sample([3, 3]), how],
      },
      {
        args: [
          sample([3, 4]),
          0,
          index([2, 0, 2, 1, 1, 1], 'int64', [3, 2]),
          sample([3, 2]),
          how,
          { include_self: false },
        ],
      },
      { args: [sample([]), 0, index([0], 'int64', []), sample([]), how] },
    ]),
  errors: () => [
    {
      args: [sample([3]), 0, index([0]), sample([1]), 'max'],
      message: /expected reduce to be "sum", "prod", "mean", "amax" or "amin", got "max"/,
    },
    { args: [sample([3]), 0, index([3]), sample([1]), 'amax'], message: /index 3 is out of range \[0, 3\)/ },
    {
      args: [sample([3]), 0, index([0, 1]), sample([1]), 'prod'],
      message: /src of shape \[1\] is smaller than index of shape \[2\]/,
    },
    { args: [sample([3]), 0, index([0]), 1, 'prod'], message: /expected src to be a Tensor, got 1/ },
  ],
});

const joins: Record<ScatterReduction, (a: number, b: number) => number> = {
  sum: (a, b) => a + b,
  mean: (a, b) => a + b,
  prod: (a, b) => a * b,
  amax: Math.max,
  amin: Math.min,
};

function reference(
  x: Reference,
  dim: number,
  at: Reference,
  src: Reference,
  how: ScatterReduction,
  { include_self = true }: ScatterReduceOptions,
): Reference {
  const data = Float64Array.from(x.data);
  const count = Float64Array.from(data, () => (include_self ? 1 : 0));
  for (let i = 0; i < at.data.length; i++) {
    const to = place(i, at.shape, x.shape, dim, at.data[i]);
    data[to] = count[to]++ === 0 ? src.data[i] : joins[how](data[to], src.data[i]);
  }
  if (how === 'mean') for (let i = 0; i < data.length; i++) data[i] /= Math.max(1, count[i]);
  return { shape: x.shape, data };
}
