import { positional } from '../arguments';
import { type Rule, record, tracks } from '../autograd/node';
import { check_number, fail, fail_type } from '../errors';
import { kernel } from '../native/kernel';
import { map_kernel } from '../native/map';
import { DType, get_default_dtype, int64 } from '../tensor/dtype';
import type { Shape } from '../tensor/shape';
import { allocate, check_tensor, type Tensor } from '../tensor/tensor';
import { div, mul, sub } from './arithmetic';
import { any, eq } from './compare';
import { read_item } from './create';
import { products_of_others } from './cumulative';
import { op, type Reference, type Sample } from './define';
import { cast_to, set_sum_to } from './operand';
import { exp } from './pointwise';
import {
  type Dims,
  judge_reduction,
  type KeepdimOption,
  launch,
  type Reduction,
  type ReductionOptions,
  reduce_reference,
  reduced_count,
  reduced_shape,
  reduction_samples,
  spread,
} from './reduction';
import { expand, reshape } from './views';
import { where } from './where';

/** Sums and what is made of them, over all dimensions or some. */

/** Options of {@link sum} and {@link mean}. */
export interface SumOptions extends ReductionOptions {
  /** Convert to this dtype first. */
  dtype?: DType | null;
}

/** Options of {@link variance} and {@link std}. */
export interface VarOptions extends ReductionOptions {
  /** Subtracted from the number of elements to give the divisor. Default 1. */
  correction?: number;
  /** An older way to say `correction` 1 (true) or 0 (false). */
  unbiased?: boolean | null;
}

declare module '../tensor/tensor' {
  interface Tensor {
    /** The sum over all dimensions or those named; integers and bools give int64. */
    sum(dim?: Dims, keepdim?: boolean, dtype?: DType): Tensor;
    sum(options: SumOptions): Tensor;
    sum(dim: Dims, options: SumOptions): Tensor;
    /** The mean over all dimensions or those named. */
    mean(dim?: Dims, keepdim?: boolean, dtype?: DType): Tensor;
    mean(options: SumOptions): Tensor;
    mean(dim: Dims, options: SumOptions): Tensor;
    /** The product over all dimensions or one. */
    prod(dim?: number | null, keepdim?: boolean, dtype?: DType): Tensor;
    prod(options: SumOptions): Tensor;
    /** The variance; `correction` 1 (Bessel's) unless said otherwise. */
    var(dim?: Dims, unbiased?: boolean, keepdim?: boolean): Tensor;
    var(options: VarOptions): Tensor;
    var(dim: Dims, options: Omit<VarOptions, 'dim'>): Tensor;
    /** The standard deviation; `correction` 1 (Bessel's) unless said otherwise. */
    std(dim?: Dims, unbiased?: boolean, keepdim?: boolean): Tensor;
    std(options: VarOptions): Tensor;
    std(dim: Dims, options: Omit<VarOptions, 'dim'>): Tensor;
    /** `log(sum(exp(x)))`, without overflow. */
    logsumexp(dim: Dims, keepdim?: boolean | KeepdimOption): Tensor;
    logsumexp(options: ReductionOptions): Tensor;
  }
}

interface Judged extends Reduction {
  dtype: DType | null;
  /** Numbers for the kernel. */
  more: readonly number[];
}

const NONE: readonly number[] = [];

interface Spec {
  name: string;
  kernel?: string;
  /** Default: `(dim, keepdim, dtype)`. */
  judge?: (shape: Shape, given: readonly unknown[]) => Judged;
  /** Integers: give int64 (`sum`), are refused (`mean`), or become floats (`logsumexp`). */
  integers: 'int64' | 'refuse' | 'to_float';
  /** A pass over the results. */
  finish?: (out: Tensor) => void;
  saves: 'nothing' | 'both';
  gradient: (g: Tensor, x: Tensor, y: Tensor, reduction: Judged) => Tensor;
  reference: (values: number[], reduction: Judged) => number;
  node_name: (reduction: Judged) => string;
  samples: () => readonly Sample[];
}

function judge_plain(name: string): (shape: Shape, given: readonly unknown[]) => Judged {
  return (shape, given) => {
    const { dim, keepdim, dtype } = positional(name, given, {
      dim: null as Dims,
      keepdim: false,
      dtype: null as DType | null,
    });
    if (dtype !== null && !(dtype instanceof DType))
      fail_type(name, 'dtype', 'a torch dtype such as torch.float32', dtype);
    const { dims, named, keepdim: kept } = judge_reduction(name, shape, dim, keepdim);
    return { dims, named, keepdim: kept, dtype, more: NONE };
  };
}

function prepare(spec: Spec, input: Tensor, dtype: DType | null): Tensor {
  const x = dtype === null ? input : cast_to(input, dtype);
  if (x.dtype.is_floating_point || spec.integers === 'int64') return x;
  if (spec.integers === 'refuse')
    fail(spec.name, `expected a tensor of a floating point dtype, got ${x.dtype}; convert with float()`);
  return cast_to(x, get_default_dtype());
}

function reduction(spec: Spec): (input: Tensor, ...given: readonly unknown[]) => Tensor {
  const { name } = spec;
  const run = kernel(spec.kernel ?? name);
  const judge = spec.judge ?? judge_plain(name);
  return op({
    name,
    call: (input: Tensor, ...given: readonly unknown[]): Tensor => {
      check_tensor(name, 'input', input);
      const judged = judge(input.shape, given);
      const x = prepare(spec, input, judged.dtype);
      const out = allocate(
        reduced_shape(x.shape, judged.dims, judged.keepdim),
        x.dtype.is_floating_point ? x.dtype : int64,
      );
      launch(run, x, judged.dims, [out], judged.more);
      spec.finish?.(out);
      if (!tracks(x)) return out;
      const { shape } = x;
      const rule: Rule =
        spec.saves === 'nothing'
          ? (g) => [spec.gradient(g, { shape } as Tensor, g, judged)]
          : (g, node) => [spec.gradient(g, node.saved(0), node.saved(1), judged)];
      return record(out, spec.node_name(judged), [x], spec.saves === 'nothing' ? [] : [x, out], rule);
    },
    sums: true,
    samples: spec.samples,
    reference: (x: Reference, ...given: readonly unknown[]) => {
      const judged = judge(x.shape, given);
      return reduce_reference(x, judged.dims, judged.keepdim, (values) => spec.reference(values, judged));
    },
    errors: () => [
      { args: [{ shape: [2, 3] }, 2], message: /dim 2 is out of range \[-2, 1\]/ },
      {
        args: [{ shape: [2, 3] }, 'x'],
        message: /expected dim to be an integer, got "x" \(string\)|expected dim to be a number/,
      },
      {
        args: [{ shape: [2, 3] }, { keepdims: true }],
        message: /Misspelled option "keepdims": did you mean "keepdim"\?/,
      },
    ],
  });
}

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const numbered = (name: string) => (reduction: Reduction) => `${name}Backward${reduction.named ? 1 : 0}`;

interface Sum {
  (input: Tensor, dim?: Dims, keepdim?: boolean, dtype?: DType): Tensor;
  (input: Tensor, options: SumOptions): Tensor;
  (input: Tensor, dim: Dims, options: SumOptions): Tensor;
}

/**
 * The sum over all dimensions or those named; integers and bools give int64.
 * @example
 * ```ts
 * torch.sum(torch.tensor([[1, 2], [3, 4]]), 0).tolist(); // [4, 6]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.sum.html
 */
export const sum: Sum = reduction({
  name: 'sum',
  integers: 'int64',
  saves: 'nothing',
  gradient: (g, { shape }, _, how) => spread(g, shape, how),
  reference: total,
  node_name: numbered('Sum'),
  samples: () => [
    ...reduction_samples(),
    { args: [{ shape: [3, 5], dtype: 'bool' }, 1] },
    { args: [{ shape: [3, 5], dtype: 'int32' }] },
  ],
});

/**
 * The mean over all dimensions or those named, of a floating point tensor; NaN where there are no elements.
 * @example
 * ```ts
 * torch.mean(torch.tensor([[1, 2], [3, 4]]), 0).tolist(); // [2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.mean.html
 */
export const mean: Sum = reduction({
  name: 'mean',
  integers: 'refuse',
  saves: 'nothing',
  gradient: (g, { shape }, _, how) => spread(div(g, reduced_count(shape, how.dims)), shape, how),
  reference: (values) => total(values) / values.length,
  node_name: numbered('Mean'),
  samples: reduction_samples,
});

interface Prod {
  (input: Tensor, dim?: number | null, keepdim?: boolean, dtype?: DType): Tensor;
  (input: Tensor, options: SumOptions): Tensor;
}

/**
 * The product over all dimensions or one; integers and bools give int64.
 * @example
 * ```ts
 * torch.prod(torch.tensor([2, 3, 4])).item(); // 24
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.prod.html
 */
export const prod: Prod = reduction({
  name: 'prod',
  integers: 'int64',
  saves: 'both',
  judge: (shape, given) => {
    const judged = judge_plain('prod')(shape, given);
    const dim = positional('prod', given, { dim: null as Dims, keepdim: false, dtype: null as DType | null }).dim;
    return Array.isArray(dim) ? fail_type('prod', 'dim', 'an integer', dim) : judged;
  },
  gradient: (g, x, y, how) => {
    if (read_item(any(eq(x, 0))) === 0) return mul(spread(g, x.shape, how), div(spread(y, x.shape, how), x));
    const others =
      how.dims.length === x.ndim
        ? reshape(products_of_others(reshape(x, [-1]), 0), x.shape)
        : products_of_others(x, how.dims[0]);
    return mul(spread(g, x.shape, how), others);
  },
  reference: (values) => values.reduce((a, b) => a * b, 1),
  node_name: numbered('Prod'),
  samples: () => [
    ...reduction_samples({ range: [0.7, 1.4], several: false }),
    { args: [{ shape: [3, 3], values: [1, 2, 3, 4, 0, 6, 0, 8, 0] }, 1] },
    { args: [{ shape: [4], values: [2, 0, 3, 4] }] },
    { args: [{ shape: [5], values: [1, 2, 3, 4, 5], dtype: 'int64' }] },
  ],
});

function judge_var(name: string): (shape: Shape, given: readonly unknown[]) => Judged {
  return (shape, given) => {
    // The older form var(unbiased).
    const list = typeof given[0] === 'boolean' ? [undefined, ...given] : given;
    const defaults = {
      dim: null as Dims,
      unbiased: null as boolean | null,
      keepdim: false,
      correction: null as number | null,
    };
    const { dim, unbiased, keepdim, correction } = positional(name, list, defaults);
    if (unbiased !== null && typeof unbiased !== 'boolean') fail_type(name, 'unbiased', 'a boolean', unbiased);
    if (unbiased !== null && correction !== null) fail(name, 'expected either unbiased or correction, got both');
    const subtracted =
      correction === null ? (unbiased === false ? 0 : 1) : check_number(name, 'correction', correction);
    return { ...judge_reduction(name, shape, dim, keepdim), dtype: null, more: [subtracted] };
  };
}

interface Var {
  (input: Tensor, dim?: Dims, unbiased?: boolean, keepdim?: boolean): Tensor;
  (input: Tensor, options: VarOptions): Tensor;
  (input: Tensor, dim: Dims, options: Omit<VarOptions, 'dim'>): Tensor;
}

function var_gradient(g: Tensor, x: Tensor, how: Judged): Tensor {
  const factor = 2 / (reduced_count(x.shape, how.dims) - how.more[0]);
  return mul(spread(mul(g, factor), x.shape, how), sub(x, mean(x, how.dims, true)));
}

function variance_value(values: readonly number[], { more }: Judged): number {
  const center = total(values) / values.length;
  return total(values.map((x) => (x - center) ** 2)) / Math.max(values.length - more[0], 0);
}

const var_samples = (): Sample[] => [
  ...[[2], [7], [17], [3, 5], [1003]].map((shape) => ({ args: [{ shape }] })),
  { args: [{ shape: [3, 4, 5] }, 1] },
  { args: [{ shape: [3, 4, 5] }, [0, 2], false, true] },
  { args: [{ shape: [3, 4] }, { dim: 0, correction: 0, keepdim: true }] },
  { args: [{ shape: [3, 4] }, false] },
];

/**
 * The variance over all dimensions or those named, divided by the number of elements less `correction` (default 1).
 * @example
 * ```ts
 * torch.var(torch.tensor([1, 2, 3, 4]), { correction: 0 }).item(); // 1.25
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.var.html
 */
export const variance: Var = reduction({
  name: 'var',
  integers: 'refuse',
  saves: 'both',
  judge: judge_var('var'),
  gradient: (g, x, _, how) => var_gradient(g, x, how),
  reference: variance_value,
  node_name: () => 'VarBackward0',
  samples: () => [...var_samples(), { args: [{ shape: [1] }], no_grad: true }, { args: [{ shape: [0] }] }],
});

const sqrt_kernel = map_kernel('sqrt');

/**
 * The standard deviation; see {@link variance}.
 * @example
 * ```ts
 * torch.std(torch.tensor([1, 2, 3])).item(); // 1
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.std.html
 */
export const std: Var = reduction({
  name: 'std',
  kernel: 'var',
  integers: 'refuse',
  saves: 'both',
  judge: judge_var('std'),
  finish: (out) => {
    if (out.count > 0) sqrt_kernel(out.dtype, out, [out]);
  },
  gradient: (g, x, y, how) => var_gradient(where(eq(y, 0), 0, div(g, mul(y, 2))), x, how),
  reference: (values, how) => Math.sqrt(variance_value(values, how)),
  node_name: () => 'StdBackward0',
  samples: var_samples,
});

interface Logsumexp {
  (input: Tensor, dim: Dims, keepdim?: boolean | KeepdimOption): Tensor;
  (input: Tensor, options: ReductionOptions): Tensor;
}

/**
 * `log(sum(exp(x)))` over the dimensions named, without overflow.
 * @example
 * ```ts
 * torch.logsumexp(torch.tensor([[1000, 1000]]), 1).tolist(); // [1000.693]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.logsumexp.html
 */
export const logsumexp: Logsumexp = reduction({
  name: 'logsumexp',
  integers: 'to_float',
  saves: 'both',
  gradient: (g, x, y, how) => mul(spread(g, x.shape, how), exp(sub(x, spread(y, x.shape, how)))),
  reference: (values) => {
    const top = Math.max(...values);
    return Math.log(total(values.map((x) => Math.exp(x - top)))) + top;
  },
  node_name: () => 'LogsumexpBackward0',
  samples: () => [
    ...reduction_samples({ empty: false }),
    { args: [{ shape: [4], values: [1000, 1000, 999, -1000] }, 0] },
  ],
});

const sum_kernel = kernel('sum');

set_sum_to((g, shape) => {
  const lead = g.ndim - shape.length;
  const dims: number[] = [];
  for (let i = 0; i < g.ndim; i++) if (i < lead || (shape[i - lead] === 1 && g.shape[i] !== 1)) dims.push(i);
  const out = allocate(shape, g.dtype);
  launch(sum_kernel, g, dims, [out]);
  const { shape: from } = g;
  return tracks(g) ? record(out, 'SumBackward1', [g], [], (gg) => [expand(gg, from)]) : out;
});
