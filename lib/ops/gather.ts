import { type Given, positional } from '../arguments';
import { is_grad_enabled } from '../autograd/mode';
import { type Rule, record, requires_grad, tracks } from '../autograd/node';
import { check_number, fail, shape_text } from '../errors';
import { kernel } from '../native/kernel';
import { copy_into, fill_with } from '../native/map';
import { contiguous_strides, type Shape, with_size, wrap_dim } from '../tensor/shape';
import { allocate, check_same_dtype, check_tensor, Tensor } from '../tensor/tensor';
import { by_name, type DimOption } from './by_name';
import { check_inplace, op, type Reference, record_inplace, type Sample, sample } from './define';
import { type AtIndex, check_index, index } from './index_tensor';
import { past } from './operand';
import { clone, expand, narrow, reshape } from './views';

/** Single elements by a tensor of indices along one dimension. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** For each element of `index` the element of this tensor at that place of `dim`. */
    gather(dim: number, index: Tensor | { index: Tensor }): Tensor;
    gather(options: { dim: number; index: Tensor }): Tensor;
    /** Writes each element of `src` (or a number) where `index` says along `dim`. */
    scatter(dim: number, index: Tensor, src: Tensor | number | ScatterOptions): Tensor;
    scatter(options: ScatterOptions & { dim: number; index: Tensor }): Tensor;
    scatter_(dim: number, index: Tensor, src: Tensor | number | ScatterOptions): Tensor;
    scatter_(options: ScatterOptions & { dim: number; index: Tensor }): Tensor;
    /** Adds each element of `src` where `index` says along `dim`. */
    scatter_add(dim: number, index: Tensor, src: Tensor): Tensor;
    scatter_add(options: { dim: number; index: Tensor; src: Tensor }): Tensor;
    scatter_add_(dim: number, index: Tensor, src: Tensor): Tensor;
    scatter_add_(options: { dim: number; index: Tensor; src: Tensor }): Tensor;
    /** Like {@link Tensor.gather}, the other dimensions broadcast; on the flattened tensor without `dim`. */
    take_along_dim(indices: Tensor, dim?: number | null | DimOption<number | null>): Tensor;
  }
}

/** Checks an index for gather and scatter: as many dimensions, none larger than the tensor's but `dim`. */
export function judge_gather(name: string, x: Tensor, dim: number, given: Tensor): { at: Tensor; dim: number } {
  check_tensor(name, 'input', x);
  const at = check_index(name, given);
  const d = wrap_dim(name, dim, x.ndim);
  if (at.ndim !== x.ndim || at.shape.some((size, i) => i !== d && size > x.shape[i]))
    fail(
      name,
      `index of shape ${shape_text(at.shape)} does not fit a tensor of shape ${shape_text(x.shape)} along dim ${d}`,
    );
  return { at, dim: d };
}

const gather_kernel = kernel('gather');
const scatter_kernel = kernel('scatter');
const scatter_add_kernel = kernel('scatter_add');

/** The kernels know no 0-dim tensors. */
const lifted = (list: Shape, fallback: number): Shape => (list.length === 0 ? [fallback] : list);

/**
 * For each element of `index` the element of `input` at that place of `dim`; the result has the shape of `index`.
 * @example
 * ```ts
 * torch.gather(torch.tensor([[1, 2], [3, 4]]), 1, torch.tensor([[1n], [0n]])).tolist(); // [[2], [3]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.gather.html
 */
export const gather: AtIndex = op({
  name: 'gather',
  call: by_name('gather', ['dim', 'index'], (input: Tensor, dim: number, given: Tensor): Tensor => {
    const { at, dim: d } = judge_gather('gather', input, dim, given);
    const out = allocate(at.shape, input.dtype);
    const shape = lifted(at.shape, 1);
    gather_kernel(
      input.dtype.code,
      shape.length,
      shape,
      d,
      input.shape[d] ?? 1,
      out,
      input,
      lifted(input.strides, 1),
      at.dtype.code,
      at,
    );
    const { shape: from } = input;
    if (tracks(input))
      record(out, 'GatherBackward0', [input], [at], (g, node) => [scattered(g, from, d, node.saved(0))]);
    return out;
  }) as AtIndex,
  reference: (x: Reference, dim: number, at: Reference) => {
    const d = wrap_dim('gather', dim, x.shape.length);
    return { shape: at.shape, data: Array.from(at.data, (k, i) => x.data[place(i, at.shape, x.shape, d, k)]) };
  },
  samples: () => [
    { args: [sample([5]), 0, index([4, 0, 0])] },
    { args: [sample([3, 4]), 1, index([3, 1, 0, 0, 2, 2], 'int64', [3, 2])] },
    { args: [sample([3, 4, 2]), 0, index([2, 0, 1, 1], 'int64', [2, 2, 1])] },
    { args: [sample([]), 0, index([0], 'int64', [])] },
    { args: [sample([3, 4]), 1, index([], 'int64', [3, 0])] },
  ],
  errors: () => [
    { args: [sample([3]), 0, index([3])], message: /index 3 is out of range \[0, 3\)/ },
    { args: [sample([3, 2]), 0, index([0])], message: /index of shape \[1\] does not fit a tensor of shape \[3, 2\]/ },
  ],
});

/** Where the i-th element of an index of value k points to. */
export function place(i: number, index_shape: Shape, shape: Shape, dim: number, k: number): number {
  const own = contiguous_strides(index_shape);
  return contiguous_strides(shape).reduce(
    (sum, stride, d) => sum + stride * (d === dim ? k : Math.floor(i / own[d]) % index_shape[d]),
    0,
  );
}

export function run_scatter(
  run: typeof scatter_kernel,
  out: Tensor,
  dim: number,
  at: Tensor,
  src: Tensor | number,
  first: readonly number[] = [],
): void {
  const shape = lifted(at.shape, 1);
  const head = [
    ...first,
    out.dtype.code,
    shape.length,
    shape,
    dim,
    out.shape[dim] ?? 1,
    out,
    lifted(out.strides, 1),
    at.dtype.code,
    at,
  ] as const;
  if (typeof src === 'number')
    run(
      ...head,
      0,
      src,
      shape.map(() => 0),
    );
  else run(...head, src, lifted(src.strides, 1));
}

/** The adjoint of gather: zeros to which each element of `g` is added at its place. */
export function scattered(g: Tensor, shape: Shape, dim: number, at: Tensor): Tensor {
  const out = allocate(shape, g.dtype);
  fill_with(out, 0);
  run_scatter(scatter_add_kernel, out, dim, at, g);
  if (tracks(g)) record(out, 'ScatterAddBackward0', [g], [at], (gg, node) => [gather(gg, dim, node.saved(0))]);
  return out;
}

/** `src` cut to the shape of the index. */
export function judge_source(name: string, x: Tensor, at: Tensor, src: unknown): Tensor | number {
  if (!(src instanceof Tensor)) return check_number(name, 'src', src);
  check_same_dtype(name, x, src);
  if (src.ndim !== at.ndim || src.shape.some((size, i) => size < at.shape[i]))
    fail(name, `src of shape ${shape_text(src.shape)} is smaller than index of shape ${shape_text(at.shape)}`);
  return at.shape.reduce((part, size, i) => (part.shape[i] === size ? part : narrow(part, i, 0, size)), src);
}

/** What is written: `src` is a tensor, `value` a number. */
export interface ScatterOptions {
  dim?: number;
  index?: Tensor;
  src?: Tensor;
  value?: number;
}

/** What {@link scatter} is: by place or by name. */
export interface Scatter {
  (input: Tensor, dim: number, index: Tensor, src: Tensor | number | ScatterOptions): Tensor;
  (input: Tensor, options: ScatterOptions & { dim: number; index: Tensor }): Tensor;
}

/** What {@link scatter_add} is: by place or by name. */
export interface ScatterAdd {
  (input: Tensor, dim: number, index: Tensor, src: Tensor): Tensor;
  (input: Tensor, options: { dim: number; index: Tensor; src: Tensor }): Tensor;
}

type Write = (input: Tensor, dim: number, index: Tensor, src: Tensor | number, value?: number) => Tensor;

/** The out-of-place and in-place forms of a scatter. */
function scatter_pair(
  name: string,
  run: typeof scatter_kernel,
  rule: (dim: number) => Rule,
): { call: Scatter & ScatterAdd; inplace: Scatter & ScatterAdd } {
  const named = (as: string, write: Write) =>
    by_name(as, ['dim', 'index', 'src', 'value'], write) as Scatter & ScatterAdd;
  const node_name = name === 'scatter' ? 'ScatterBackward0' : 'ScatterAddBackward0';
  return {
    call: named(name, (input, dim, given, src, value) => {
      const { at, dim: d } = judge_gather(name, input, dim, given);
      const from = judge_source(name, input, at, src ?? value);
      const out = allocate(input.shape, input.dtype);
      copy_into(out, input);
      run_scatter(run, out, d, at, from);
      const other = typeof from === 'number' ? null : from;
      if (tracks(input, other)) record(out, node_name, other === null ? [input] : [input, other], [at], rule(d));
      return out;
    }),
    inplace: named(`${name}_`, (input, dim, given, src, value) => {
      const { at, dim: d } = judge_gather(`${name}_`, input, dim, given);
      let from = judge_source(`${name}_`, input, at, src ?? value);
      check_inplace(`${name}_`, input);
      const tracked = is_grad_enabled() && (requires_grad(input) || (from instanceof Tensor && requires_grad(from)));
      const inputs = !tracked ? [] : from instanceof Tensor ? [past(input, false), from] : [past(input, false)];
      if (from instanceof Tensor && from.storage === input.storage) from = clone(from.detach());
      run_scatter(run, input, d, at, from);
      return record_inplace(input, node_name, inputs, tracked ? [at] : [], rule(d));
    }),
  };
}

const scatter_samples = (): Sample[] => [
  { args: [sample([5]), 0, index([4, 0, 2]), sample([3])] },
  { args: [sample([3, 4]), 1, index([3, 1, 0, 2, 2, 0], 'int64', [3, 2]), sample([3, 3])] },
  { args: [sample([3, 4]), 0, index([2, 0], 'int64', [1, 2]), sample([1, 2])] },
  { args: [sample([]), 0, index([0], 'int64', []), sample([])] },
];
const scatter_errors = () => [
  { args: [sample([3]), 0, index([3]), sample([1])], message: /index 3 is out of range \[0, 3\)/ },
  {
    args: [sample([3]), 0, index([0, 1]), sample([1])],
    message: /src of shape \[1\] is smaller than index of shape \[2\]/,
  },
];

function scatter_reference(combine: (old: number, value: number) => number) {
  return (x: Reference, dim: number, at: Reference, src: Reference | number): Reference => {
    const d = wrap_dim('scatter', dim, x.shape.length);
    const data = Float64Array.from(x.data);
    for (let i = 0; i < at.data.length; i++) {
      const to = place(i, at.shape, x.shape, d, at.data[i]);
      const own = contiguous_strides(at.shape);
      const value =
        typeof src === 'number'
          ? src
          : src.data[
              contiguous_strides(src.shape).reduce(
                (s, stride, k) => s + stride * (Math.floor(i / own[k]) % at.shape[k]),
                0,
              )
            ];
      data[to] = combine(data[to], value);
    }
    return { shape: x.shape, data };
  };
}

/**
 * A copy of `input` with each element of `src` (or a number) written where `index` says along `dim`.
 * @example
 * ```ts
 * const index = torch.tensor([[0n, 1n], [1n, 0n]]);
 * torch.scatter(torch.zeros([2, 2]), 1, index, torch.tensor([[1, 2], [3, 4]])).tolist(); // [[1, 2], [4, 3]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.scatter.html
 */
export const scatter: Scatter = op({
  name: 'scatter',
  ...scatter_pair('scatter', scatter_kernel, (dim) => (g, node) => [
    node.needs(0) ? scatter(g, dim, node.saved(0), 0) : null,
    node.next.length > 1 && node.needs(1) ? gather(g, dim, node.saved(0)) : null,
  ]),
  reference: scatter_reference((_, value) => value),
  samples: () => [...scatter_samples(), { args: [sample([3, 4]), 1, index([3, 1, 0], 'int64', [3, 1]), 1.5] }],
  errors: scatter_errors,
});

/**
 * A copy of `input` with each element of `src` added where `index` says along `dim`.
 * @example
 * ```ts
 * torch.scatter_add(torch.zeros([3]), 0, torch.tensor([0n, 2n, 2n]), torch.tensor([1, 2, 3])).tolist(); // [1, 0, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.scatter_add.html
 */
export const scatter_add: ScatterAdd = op({
  name: 'scatter_add',
  ...scatter_pair('scatter_add', scatter_add_kernel, (dim) => (g, node) => [
    node.needs(0) ? g : null,
    node.next.length > 1 && node.needs(1) ? gather(g, dim, node.saved(0)) : null,
  ]),
  reference: scatter_reference((old, value) => old + value),
  samples: () => [...scatter_samples(), { args: [sample([4]), 0, index([1, 1, 3, 1]), sample([4])] }],
  errors: scatter_errors,
});

/**
 * Like {@link gather}, the other dimensions broadcast; on the flattened tensor without `dim`.
 * @example
 * ```ts
 * const x = torch.tensor([[30, 10], [20, 40]]);
 * torch.take_along_dim(x, torch.argsort(x, 1), 1).tolist(); // [[10, 30], [20, 40]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.take_along_dim.html
 */
export const take_along_dim = op({
  name: 'take_along_dim',
  call: (input: Tensor, indices: Tensor, ...given: Given<DimOption<number | null>, [dim: 'dim']>): Tensor => {
    check_tensor('take_along_dim', 'input', input);
    check_tensor('take_along_dim', 'indices', indices);
    const { dim } = positional('take_along_dim', given, { dim: null as number | null });
    if (dim === null) return gather(reshape(input, [-1]), 0, reshape(indices, [-1]));
    const d = wrap_dim('take_along_dim', dim, input.ndim);
    if (indices.ndim !== input.ndim)
      fail('take_along_dim', `expected indices of ${input.ndim} dimensions, got shape ${shape_text(indices.shape)}`);
    const common = input.shape.map((size, i) => (size === 1 ? indices.shape[i] : size));
    return gather(
      expand(input, with_size(common, d, input.shape[d])),
      d,
      expand(indices, with_size(common, d, indices.shape[d])),
    );
  },
  samples: () => [
    { args: [sample([3, 4]), index([3, 0, 1], 'int64', [3, 1]), 1] },
    { args: [sample([1, 4]), index([3, 0, 1], 'int64', [3, 1]), 1] },
    { args: [sample([2, 3]), index([5, 0])] },
  ],
});
