import { is_grad_enabled } from '../autograd/mode';
import { type Rule, record, requires_grad, tracks } from '../autograd/node';
import { check_integer, check_number, fail, shape_text } from '../errors';
import { kernel } from '../native/kernel';
import { copy_into, fill_with } from '../native/map';
import { int64 } from '../tensor/dtype';
import { numel_of, type Shape, same_shape, with_size, wrap_dim } from '../tensor/shape';
import { allocate, check_same_dtype, check_tensor, type Tensor } from '../tensor/tensor';
import { mul } from './arithmetic';
import { by_name } from './by_name';
import { read_item } from './create';
import { check_inplace, op, type Reference, record_inplace, sample } from './define';
import { max } from './extreme';
import { type AtIndex, check_index, index } from './index_tensor';
import { past } from './operand';
import { clone, contiguous } from './views';

/** Whole slices by a tensor of indices. Indices are int64 or int32, counted from 0. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** The slices along `dim` that the 1-dim `index` names, in its order. */
    index_select(dim: number, index: Tensor | { index: Tensor }): Tensor;
    index_select(options: { dim: number; index: Tensor }): Tensor;
    /** Adds `alpha` times the slices of `source` to those that `index` names. */
    index_add(dim: number, index: Tensor, source: Tensor, options?: { alpha?: number }): Tensor;
    index_add_(dim: number, index: Tensor, source: Tensor, options?: { alpha?: number }): Tensor;
  }
}

/** Sizes before, along and after a dimension; a 0-dim tensor counts as a vector of one. */
interface Extents {
  dim: number;
  outer: number;
  size: number;
  inner: number;
}

function extents(name: string, shape: Shape, dim: unknown): Extents {
  const d = wrap_dim(name, dim, shape.length);
  return { dim: d, outer: numel_of(shape.slice(0, d)), size: shape[d] ?? 1, inner: numel_of(shape.slice(d + 1)) };
}

const select_kernel = kernel('index_select');
const add_kernel = kernel('index_add');

/**
 * The slices along `dim` that the 1-dim `index` names, in its order; a copy.
 * @example
 * ```ts
 * torch.index_select(torch.tensor([[1, 2], [3, 4], [5, 6]]), 0, torch.tensor([2n, 0n])).tolist(); // [[5, 6], [1, 2]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.index_select.html
 */
export const index_select: AtIndex = op({
  name: 'index_select',
  call: by_name('index_select', ['dim', 'index'], (input: Tensor, dim: number, index: Tensor): Tensor => {
    check_tensor('index_select', 'input', input);
    const at = check_vector('index_select', index);
    const { dim: d, outer, size, inner } = extents('index_select', input.shape, dim);
    if (input.ndim === 0 && at.count !== 1)
      fail('index_select', `expected an index of one element for a 0-dim tensor, got ${at.count}`);
    const x = contiguous(input);
    const out = allocate(with_size(input.shape, d, at.count), input.dtype);
    select_kernel(x.dtype.code, outer, size, inner, at.count, out, x, at.dtype.code, at);
    const { shape } = input;
    if (tracks(input))
      record(out, 'IndexSelectBackward0', [input], [at], (g, node) => [added_slices(g, shape, d, node.saved(0))]);
    return out;
  }) as AtIndex,
  reference: (x: Reference, dim: number, index: Reference) => {
    const { dim: d, outer, size, inner } = extents('index_select', x.shape, dim);
    const data: number[] = [];
    for (let o = 0; o < outer; o++)
      for (let k = 0; k < index.data.length; k++)
        for (let i = 0; i < inner; i++) data.push(x.data[(o * size + index.data[k]) * inner + i]);
    return { shape: with_size(x.shape, d, index.data.length), data };
  },
  samples: () => [
    { args: [sample([5]), 0, index([4, 0, 0, 2])] },
    { args: [sample([3, 4]), 0, index([2, 2, 1])] },
    { args: [sample([3, 4, 5]), 1, index([3, 0])] },
    { args: [sample([3, 17]), -1, index([16, 0, 8], 'int32')] },
    { args: [sample([3, 4]), 1, index([])] },
  ],
  errors: () => [
    { args: [sample([3]), 0, index([3])], message: /index 3 is out of range \[0, 3\)/ },
    { args: [sample([3]), 0, index([-1])], message: /index -1 is out of range \[0, 3\)/ },
    {
      args: [sample([3]), 0, sample([1])],
      message: /expected index to be of torch.int64 or torch.int32, got torch.float/,
    },
    {
      args: [sample([3]), 0, index([0, 1], 'int64', [1, 2])],
      message: /expected index to have at most 1 dimension, got shape \[1, 2\]/,
    },
  ],
});

function check_vector(name: string, given: unknown): Tensor {
  const tensor = check_index(name, given);
  if (tensor.ndim > 1) fail(name, `expected index to have at most 1 dimension, got shape ${shape_text(tensor.shape)}`);
  return tensor;
}

/** The adjoint of index_select: zeros to which each slice of `g` is added at its place. */
function added_slices(g: Tensor, shape: Shape, dim: number, at: Tensor): Tensor {
  const { outer, size, inner } = extents('index_select', shape, dim);
  const from = contiguous(g);
  const out = allocate(shape, g.dtype);
  fill_with(out, 0);
  add_kernel(g.dtype.code, outer, size, inner, at.count, out, from, at.dtype.code, at, 1);
  if (tracks(g)) record(out, 'IndexAddBackward0', [g], [at], (gg, node) => [index_select(gg, dim, node.saved(0))]);
  return out;
}

interface IndexAdd {
  at: Tensor;
  alpha: number;
  extents: Extents;
}

function judge_index_add(
  name: string,
  x: Tensor,
  dim: number,
  given: Tensor,
  source: Tensor,
  options: { alpha?: number } = {},
): IndexAdd {
  check_tensor(name, 'input', x);
  const at = check_vector(name, given);
  check_same_dtype(name, x, check_tensor(name, 'source', source));
  const e = extents(name, x.shape, dim);
  const wanted = with_size(x.shape, e.dim, at.count);
  if (!same_shape(source.shape, wanted))
    fail(name, `expected source of shape ${shape_text(wanted)}, got ${shape_text(source.shape)}`);
  return { at, alpha: check_number(name, 'alpha', options.alpha ?? 1), extents: e };
}

function run_index_add(out: Tensor, source: Tensor, { at, alpha, extents: { outer, size, inner } }: IndexAdd): void {
  const from = contiguous(source);
  add_kernel(out.dtype.code, outer, size, inner, at.count, out, from, at.dtype.code, at, alpha);
}

const index_add_rule =
  (dim: number, alpha: number): Rule =>
  (g, node) => [node.needs(0) ? g : null, node.needs(1) ? mul(index_select(g, dim, node.saved(0)), alpha) : null];

/**
 * Adds `alpha` times the slices of `source` to those that `index` names; where indices repeat, in their order.
 * @example
 * ```ts
 * torch.index_add(torch.zeros([3]), 0, torch.tensor([0n, 2n, 2n]), torch.tensor([1, 2, 3])).tolist(); // [1, 0, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.index_add.html
 */
export const index_add = op({
  name: 'index_add',
  call: (input: Tensor, dim: number, at: Tensor, source: Tensor, options?: { alpha?: number }): Tensor => {
    const judged = judge_index_add('index_add', input, dim, at, source, options);
    const out = allocate(input.shape, input.dtype);
    copy_into(out, input);
    run_index_add(out, source, judged);
    if (tracks(input, source))
      record(out, 'IndexAddBackward0', [input, source], [judged.at], index_add_rule(judged.extents.dim, judged.alpha));
    return out;
  },
  inplace: (input: Tensor, dim: number, at: Tensor, source: Tensor, options?: { alpha?: number }): Tensor => {
    const judged = judge_index_add('index_add_', input, dim, at, source, options);
    check_inplace('index_add_', input);
    const inputs =
      is_grad_enabled() && (requires_grad(input) || requires_grad(source)) ? [past(input, false), source] : [];
    const from = source.storage === input.storage ? clone(source.detach()) : source;
    if (input.is_contiguous()) run_index_add(input, from, judged);
    else {
      const dense = clone(input.detach());
      run_index_add(dense, from, judged);
      copy_into(input, dense);
    }
    return record_inplace(
      input,
      'IndexAddBackward0',
      inputs,
      inputs.length > 0 ? [judged.at] : [],
      index_add_rule(judged.extents.dim, judged.alpha),
    );
  },
  samples: () => [
    { args: [sample([5]), 0, index([4, 0, 0]), sample([3])] },
    { args: [sample([3, 4]), 1, index([3, 1, 3]), sample([3, 3]), { alpha: -0.5 }] },
  ],
  errors: () => [
    { args: [sample([3]), 0, index([3]), sample([1])], message: /index 3 is out of range \[0, 3\)/ },
    { args: [sample([3]), 0, index([0]), sample([2])], message: /expected source of shape \[1\], got \[2\]/ },
  ],
});

const one_hot_kernel = kernel('one_hot');

/**
 * For each index a vector of zeros with 1 at that place, as int64; -1 classes stands for the largest index + 1.
 * @example
 * ```ts
 * torch.nn.functional.one_hot(torch.tensor([0n, 2n]), 3).tolist(); // [[1, 0, 0], [0, 0, 1]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.one_hot.html
 */
export const one_hot: (input: Tensor, num_classes?: number | { num_classes?: number }) => Tensor = op({
  name: 'one_hot',
  methods: [],
  call: by_name('one_hot', ['num_classes'], (input: Tensor, asked?: number): Tensor => {
    const num_classes = asked ?? -1;
    const at = check_index('one_hot', input);
    check_integer('one_hot', 'num_classes', num_classes, -1);
    if (num_classes === -1 && at.count === 0)
      fail('one_hot', 'the number of classes cannot be read from an empty tensor');
    const classes = num_classes === -1 ? read_item(max(at)) + 1 : num_classes;
    const out = allocate([...at.shape, Math.max(classes, 0)], int64);
    one_hot_kernel(int64.code, at.count, Math.max(classes, 0), out, at.dtype.code, at);
    return out;
  }),
  differentiable: false,
  reference: (x: Reference, num_classes?: number) => {
    const classes = num_classes ?? Math.max(...Array.from(x.data)) + 1;
    return {
      shape: [...x.shape, classes],
      data: Array.from(x.data).flatMap((k) => Array.from({ length: classes }, (_, i) => Number(i === k))),
    };
  },
  samples: () => [
    { args: [index([0, 2, 1])] },
    { args: [index([0, 2, 1, 1], 'int64', [2, 2]), 5] },
    { args: [index([1], 'int32', [])] },
  ],
  errors: () => [{ args: [index([3]), 3], message: /3 is out of range \[0, 3\)/ }],
});
