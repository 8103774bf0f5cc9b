import { is_grad_enabled } from '../autograd/mode';
import { type Rule, record, requires_grad } from '../autograd/node';
import { fail, fail_type, shape_text } from '../errors';
import { join_matrices } from '../native/join';
import { copy_into } from '../native/map';
import { promote_types } from '../tensor/dtype';
import { same_shape, with_size, wrap_dim } from '../tensor/shape';
import { allocate, check_tensor, type Tensor, window } from '../tensor/tensor';
import { by_name, type DimOption } from './by_name';
import { zeros } from './create';
import { op, type Reference, sample } from './define';
import { cast_to } from './operand';
import { narrow, select } from './views';

/** Tensors side by side in one. */

function check_list(op: string, tensors: unknown): readonly Tensor[] {
  if (!Array.isArray(tensors)) fail_type(op, 'tensors', 'an array of Tensors', tensors);
  if (tensors.length === 0) fail(op, 'expected at least one Tensor, got []');
  tensors.forEach((each, i) => {
    check_tensor(op, `tensors[${i}]`, each);
  });
  return tensors;
}

// The rules are made where no tensor is in sight, which they would keep alive.

/** Sizes along `dim`; -1 for an empty tensor that was skipped. */
function cat_rule(sizes: readonly number[], dim: number): Rule {
  return (g, node) => {
    let at = 0;
    return sizes.map((size, i) => {
      if (size < 0) return zeros([0], { dtype: g.dtype });
      at += size;
      return node.needs(i) ? narrow(g, dim, at - size, size) : null;
    });
  };
}

function stack_rule(count: number, dim: number): Rule {
  return (g, node) => Array.from({ length: count }, (_, i) => (node.needs(i) ? select(g, dim, i) : null));
}

const MOST_JOINED = 256;
/** Shorter rows are faster copied one tensor after the other. */
const FEWEST_BYTES = 32;

/**
 * The tensors, as matrices of so many rows as their dimensions before `dim` say, side by side in `out`: false where they lie otherwise in memory or
 * their rows are short.
 */
function join_rows(out: Tensor, parts: readonly Tensor[], dim: number): boolean {
  let rows = 1;
  for (let d = 0; d < dim; d++) rows *= out.shape[d];
  if (parts.length > MOST_JOINED || out.count * out.dtype.itemsize < rows * parts.length * FEWEST_BYTES) return false;
  for (const each of parts) if (!each.is_contiguous()) return false;
  if (out.count > 0) join_matrices(out, rows, parts);
  return true;
}

/** A list in one dtype. */
function promoted(tensors: readonly Tensor[]): readonly Tensor[] {
  const { dtype } = tensors.reduce((a, b) => (promote_types(a.dtype, b.dtype) === a.dtype ? a : b));
  return tensors.map((each) => cast_to(each, dtype));
}

/**
 * The tensors one after the other along a dimension; all other sizes must agree. Mixed dtypes are promoted.
 * @example
 * ```ts
 * torch.cat([torch.ones([1, 2]), torch.zeros([1, 2])]).tolist(); // [[1, 1], [0, 0]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.cat.html
 */
export const cat: (tensors: readonly Tensor[], dim?: number | DimOption) => Tensor = op({
  name: 'cat',
  methods: [],
  call: by_name('cat', ['dim'], (tensors: readonly Tensor[], dim = 0): Tensor => {
    // As in PyTorch, empty tensors of one dimension are skipped.
    const all = promoted(check_list('cat', tensors));
    const full = all.filter((each) => each.ndim !== 1 || each.count > 0);
    const parts = full.length === 0 ? all : full;
    const [first] = parts;
    if (parts.some((each) => each.ndim === 0)) fail('cat', 'a 0-dim tensor cannot be joined; use stack()');
    const d = wrap_dim('cat', dim, first.ndim);
    let total = 0;
    for (const each of parts) {
      if (each.ndim !== first.ndim || !same_shape(with_size(each.shape, d, 0), with_size(first.shape, d, 0)))
        fail('cat', `shapes ${shape_text(first.shape)} and ${shape_text(each.shape)} differ in more than dim ${d}`);
      total += each.shape[d];
    }
    const out = allocate(with_size(first.shape, d, total), first.dtype);
    if (!join_rows(out, parts, d)) {
      let start = 0;
      for (const each of parts) {
        copy_into(window(out, each.shape, out.strides, out.offset + start * out.strides[d]), each);
        start += each.shape[d];
      }
    }
    if (is_grad_enabled() && all.some(requires_grad)) {
      const sizes = all.map((each) => (parts.includes(each) ? each.shape[d] : -1));
      record(out, 'CatBackward0', all, [], cat_rule(sizes, d));
    }
    return out;
  }),
  reference: (tensors: readonly Reference[], dim = 0) => cat_reference(tensors, dim),
  samples: () => [
    { args: [[sample([2, 3]), sample([1, 3])]] },
    { args: [[sample([2, 3]), sample([2, 17]), sample([2, 1])], 1] },
    { args: [[sample([2, 3]), sample([2, 3])], -1] },
    { args: [[sample([50, 700]), sample([50, 333]), sample([50, 9])], 1], large: true },
    { args: [[sample([0]), sample([3])]] },
    { args: [[sample([4])]] },
  ],
  errors: () => [
    { args: [[sample([2, 3]), sample([2, 4])]], message: /shapes \[2, 3\] and \[2, 4\] differ in more than dim 0/ },
    { args: [[]], message: /expected at least one Tensor/ },
    { args: [[sample([])]], message: /a 0-dim tensor cannot be joined/ },
  ],
});

function cat_reference(all: readonly Reference[], dim: number): Reference {
  const parts = all.filter((each) => each.shape.length !== 1 || each.shape[0] > 0);
  const [{ shape }] = parts;
  const d = wrap_dim('cat', dim, shape.length);
  const outer = shape.slice(0, d).reduce((a, b) => a * b, 1);
  const data: number[] = [];
  for (let o = 0; o < outer; o++)
    for (const each of parts) {
      const run = each.data.length / outer;
      for (let i = 0; i < run; i++) data.push(each.data[o * run + i]);
    }
  return {
    shape: with_size(
      shape,
      d,
      parts.reduce((sum, each) => sum + each.shape[d], 0),
    ),
    data,
  };
}

/**
 * Tensors of one shape side by side along a new dimension.
 * @example
 * ```ts
 * torch.stack([torch.tensor([1, 2]), torch.tensor([3, 4])], 1).tolist(); // [[1, 3], [2, 4]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.stack.html
 */
export const stack: (tensors: readonly Tensor[], dim?: number | DimOption) => Tensor = op({
  name: 'stack',
  methods: [],
  call: by_name('stack', ['dim'], (tensors: readonly Tensor[], dim = 0): Tensor => {
    const parts = promoted(check_list('stack', tensors));
    const [first] = parts;
    for (const each of parts)
      if (!same_shape(each.shape, first.shape))
        fail('stack', `expected tensors of one shape, got ${shape_text(first.shape)} and ${shape_text(each.shape)}`);
    const d = wrap_dim('stack', dim, first.ndim + 1);
    const out = allocate([...first.shape.slice(0, d), parts.length, ...first.shape.slice(d)], first.dtype);
    if (!join_rows(out, parts, d)) {
      const strides = out.strides.filter((_, i) => i !== d);
      parts.forEach((each, i) => {
        copy_into(window(out, first.shape, strides, i * out.strides[d]), each);
      });
    }
    if (is_grad_enabled() && parts.some(requires_grad))
      record(out, 'StackBackward0', parts, [], stack_rule(parts.length, d));
    return out;
  }),
  reference: (tensors: readonly Reference[], dim = 0) => {
    const [{ shape }] = tensors;
    const d = wrap_dim('stack', dim, shape.length + 1);
    const lifted = [...shape.slice(0, d), 1, ...shape.slice(d)];
    return cat_reference(
      tensors.map(({ data }) => ({ shape: lifted, data })),
      d,
    );
  },
  samples: () => [
    { args: [[sample([2, 3]), sample([2, 3])]] },
    { args: [[sample([2, 3]), sample([2, 3]), sample([2, 3])], 1] },
    { args: [[sample([]), sample([])], -1] },
    { args: [[sample([0]), sample([0])]] },
  ],
  errors: () => [{ args: [[sample([2]), sample([3])]], message: /expected tensors of one shape, got \[2\] and \[3\]/ }],
});
