import { is_grad_enabled } from '../autograd/mode';
import { record, requires_grad, tracks } from '../autograd/node';
import { check_integer, fail, fail_type, shape_text } from '../errors';
import { copy_into } from '../native/map';
import { promote_types } from '../tensor/dtype';
import { contiguous_strides, type Shape, same_shape, wrap_dim, wrap_dims } from '../tensor/shape';
import { allocate, check_tensor, type Tensor, window } from '../tensor/tensor';
import { zeros } from './create';
import { op, type Reference, sample } from './define';
import { cast_to } from './operand';
import { expand, narrow, reshape, select, unsqueeze } from './views';

/** Joining, cutting and repeating tensors. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** Views of `split_size` slices each (the last may have fewer), or of the sizes listed. */
    split(split_size: number | readonly number[], dim?: number): Tensor[];
    /** At most `chunks` views of equal size (the last may be smaller). */
    chunk(chunks: number, dim?: number): Tensor[];
    /** All slices along a dimension, without it. */
    unbind(dim?: number): Tensor[];
    /** The tensor repeated so often along each dimension; a copy. */
    repeat(...repeats: number[]): Tensor;
    repeat(repeats: readonly number[]): Tensor;
    /** Like {@link Tensor.repeat}; missing leading dimensions count as 1. */
    tile(...dims: number[]): Tensor;
    tile(dims: readonly number[]): Tensor;
    /** Each element repeated in place. */
    repeat_interleave(repeats: number, dim?: number | null): Tensor;
    /** The dimensions in reverse order of elements; a copy. */
    flip(...dims: number[]): Tensor;
    flip(dims: readonly number[]): Tensor;
    /** Shifted along dimensions; what leaves at one end enters at the other. */
    roll(shifts: number | readonly number[], dims?: number | readonly number[] | null): Tensor;
  }
}

function check_list(op: string, tensors: unknown): readonly Tensor[] {
  if (!Array.isArray(tensors)) fail_type(op, 'tensors', 'an array of Tensors', tensors);
  if (tensors.length === 0) fail(op, 'expected at least one Tensor, got []');
  tensors.forEach((each, i) => {
    check_tensor(op, `tensors[${i}]`, each);
  });
  return tensors;
}

/** A list in one dtype. */
function promoted(tensors: readonly Tensor[]): readonly Tensor[] {
  const { dtype } = tensors.reduce((a, b) => (promote_types(a.dtype, b.dtype) === a.dtype ? a : b));
  return tensors.map((each) => cast_to(each, dtype));
}

const with_size = (shape: Shape, dim: number, size: number): number[] => shape.map((n, i) => (i === dim ? size : n));

/**
 * The tensors one after the other along a dimension; all other sizes must agree. Mixed dtypes are promoted.
 * @example
 * ```ts
 * torch.cat([torch.ones([1, 2]), torch.zeros([1, 2])]).tolist(); // [[1, 1], [0, 0]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.cat.html
 */
export const cat = op({
  name: 'cat',
  methods: [],
  call: (tensors: readonly Tensor[], dim = 0): Tensor => {
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
    let start = 0;
    for (const each of parts) {
      copy_into(window(out, each.shape, out.strides, out.offset + start * out.strides[d]), each);
      start += each.shape[d];
    }
    if (is_grad_enabled() && all.some(requires_grad)) {
      const sizes = all.map((each) => (parts.includes(each) ? each.shape[d] : -1));
      record(out, 'CatBackward0', all, [], (g, node) => {
        let at = 0;
        return sizes.map((size, i) => {
          if (size < 0) return zeros([0], { dtype: g.dtype });
          at += size;
          return node.needs(i) ? narrow(g, d, at - size, size) : null;
        });
      });
    }
    return out;
  },
  reference: (tensors: readonly Reference[], dim = 0) => cat_reference(tensors, dim),
  samples: () => [
    { args: [[sample([2, 3]), sample([1, 3])]] },
    { args: [[sample([2, 3]), sample([2, 17]), sample([2, 1])], 1] },
    { args: [[sample([2, 3]), sample([2, 3])], -1] },
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
export const stack = op({
  name: 'stack',
  methods: [],
  call: (tensors: readonly Tensor[], dim = 0): Tensor => {
    const parts = promoted(check_list('stack', tensors));
    const [first] = parts;
    for (const each of parts)
      if (!same_shape(each.shape, first.shape))
        fail('stack', `expected tensors of one shape, got ${shape_text(first.shape)} and ${shape_text(each.shape)}`);
    const d = wrap_dim('stack', dim, first.ndim + 1);
    const out = allocate([...first.shape.slice(0, d), parts.length, ...first.shape.slice(d)], first.dtype);
    const strides = out.strides.filter((_, i) => i !== d);
    parts.forEach((each, i) => {
      copy_into(window(out, first.shape, strides, i * out.strides[d]), each);
    });
    if (is_grad_enabled() && parts.some(requires_grad))
      record(out, 'StackBackward0', parts, [], (g, node) =>
        parts.map((_, i) => (node.needs(i) ? select(g, d, i) : null)),
      );
    return out;
  },
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

/**
 * Views of `split_size` slices each (the last may have fewer), or of the sizes listed.
 * @example
 * ```ts
 * torch.split(torch.arange(5), [2, 3]).map((part) => part.tolist()); // [[0, 1], [2, 3, 4]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.split.html
 */
export const split = op({
  name: 'split',
  call: (x: Tensor, split_size: number | readonly number[], dim = 0): Tensor[] => {
    check_tensor('split', 'input', x);
    if (x.ndim === 0) fail('split', 'a 0-dim tensor cannot be split');
    const d = wrap_dim('split', dim, x.ndim);
    const size = x.shape[d];
    let sizes: number[];
    if (Array.isArray(split_size)) {
      sizes = split_size.map((each) => check_integer('split', 'split_size', each, 0));
      const total = sizes.reduce((a, b) => a + b, 0);
      if (total !== size) fail('split', `sizes ${shape_text(sizes)} add up to ${total}, but dim ${d} has size ${size}`);
    } else {
      const each = check_integer('split', 'split_size', split_size, size === 0 ? 0 : 1);
      sizes =
        size === 0 ? [0] : Array.from({ length: Math.ceil(size / each) }, (_, i) => Math.min(each, size - i * each));
    }
    let start = 0;
    return sizes.map((length) => {
      start += length;
      return narrow(x, d, start - length, length);
    });
  },
  samples: () => [{ args: [sample([7, 3]), 3] }, { args: [sample([4, 5]), [2, 0, 3], 1] }, { args: [sample([4]), 4] }],
  errors: () => [
    { args: [sample([5]), [2, 2]], message: /sizes \[2, 2\] add up to 4, but dim 0 has size 5/ },
    { args: [sample([5]), 0], message: /expected split_size to be at least 1, got 0/ },
  ],
});

/**
 * At most `chunks` views of equal size (the last may be smaller).
 * @example
 * ```ts
 * torch.chunk(torch.arange(5), 2).map((part) => part.tolist()); // [[0, 1, 2], [3, 4]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.chunk.html
 */
export const chunk = op({
  name: 'chunk',
  call: (x: Tensor, chunks: number, dim = 0): Tensor[] => {
    check_tensor('chunk', 'input', x);
    check_integer('chunk', 'chunks', chunks, 1);
    if (x.ndim === 0) fail('chunk', 'a 0-dim tensor cannot be split');
    const d = wrap_dim('chunk', dim, x.ndim);
    if (x.shape[d] === 0) return split(x, new Array<number>(chunks).fill(0), d);
    return split(x, Math.ceil(x.shape[d] / chunks), d);
  },
  samples: () => [{ args: [sample([7, 3]), 3] }, { args: [sample([4, 5]), 2, 1] }],
  errors: () => [{ args: [sample([5]), 0], message: /expected chunks to be at least 1, got 0/ }],
});

/**
 * All slices along a dimension, without it.
 * @example
 * ```ts
 * torch.unbind(torch.tensor([[1, 2], [3, 4]])).map((row) => row.tolist()); // [[1, 2], [3, 4]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.unbind.html
 */
export const unbind = op({
  name: 'unbind',
  call: (x: Tensor, dim = 0): Tensor[] => {
    check_tensor('unbind', 'input', x);
    if (x.ndim === 0) fail('unbind', 'a 0-dim tensor has no slices');
    const d = wrap_dim('unbind', dim, x.ndim);
    return Array.from({ length: x.shape[d] }, (_, i) => select(x, d, i));
  },
  samples: () => [{ args: [sample([3, 4])] }, { args: [sample([3, 2]), -1] }],
  errors: () => [{ args: [sample([])], message: /a 0-dim tensor has no slices/ }],
});

const listed = (given: readonly unknown[]): readonly unknown[] =>
  given.length === 1 && Array.isArray(given[0]) ? given[0] : given;

/** The tensor repeated so often along each dimension; a copy. @see https://pytorch.org/docs/stable/generated/torch.Tensor.repeat.html */
export const repeat = op({
  name: 'repeat',
  call: (x: Tensor, ...given: readonly (number | readonly number[])[]): Tensor => {
    check_tensor('repeat', 'input', x);
    const repeats = listed(given).map((each) => check_integer('repeat', 'repeats', each, 0));
    if (repeats.length < x.ndim)
      fail(
        'repeat',
        `expected at least ${x.ndim} repeats for shape ${shape_text(x.shape)}, got ${shape_text(repeats)}`,
      );
    const sizes = [...new Array<number>(repeats.length - x.ndim).fill(1), ...x.shape];
    const pairs = reshape(
      x,
      sizes.flatMap((n) => [1, n]),
    );
    return reshape(
      expand(
        pairs,
        sizes.flatMap((n, i) => [repeats[i], n]),
      ).clone(),
      sizes.map((n, i) => n * repeats[i]),
    );
  },
  samples: () => [
    { args: [sample([2, 3]), [2, 1]] },
    { args: [sample([3]), 2, 2] },
    { args: [sample([]), [3]] },
    { args: [sample([2]), [0]] },
  ],
  errors: () => [{ args: [sample([2, 3]), [2]], message: /expected at least 2 repeats/ }],
});

/**
 * Like {@link Tensor.repeat}; missing leading dimensions count as 1.
 * @example
 * ```ts
 * torch.tile(torch.tensor([1, 2]), [2, 2]).tolist(); // [[1, 2, 1, 2], [1, 2, 1, 2]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.tile.html
 */
export const tile = op({
  name: 'tile',
  call: (x: Tensor, ...given: readonly (number | readonly number[])[]): Tensor => {
    check_tensor('tile', 'input', x);
    const list = listed(given) as number[];
    return repeat(x, [...new Array<number>(Math.max(x.ndim - list.length, 0)).fill(1), ...list]);
  },
  samples: () => [{ args: [sample([2, 3]), [2]] }, { args: [sample([3]), [2, 2]] }],
});

/**
 * Each element repeated in place, along a dimension or flattened.
 * @example
 * ```ts
 * torch.repeat_interleave(torch.tensor([1, 2]), 3).tolist(); // [1, 1, 1, 2, 2, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.repeat_interleave.html
 */
export const repeat_interleave = op({
  name: 'repeat_interleave',
  call: (x: Tensor, repeats: number, dim?: number | null): Tensor => {
    check_tensor('repeat_interleave', 'input', x);
    check_integer('repeat_interleave', 'repeats', repeats, 0);
    const from = dim === undefined || dim === null || x.ndim === 0 ? reshape(x, [-1]) : x;
    const d = from === x ? wrap_dim('repeat_interleave', dim, x.ndim) : 0;
    const lifted = unsqueeze(from, d + 1);
    return reshape(
      expand(lifted, with_size(lifted.shape, d + 1, repeats)).clone(),
      with_size(from.shape, d, from.shape[d] * repeats),
    );
  },
  samples: () => [{ args: [sample([2, 3]), 2] }, { args: [sample([2, 3]), 3, 0] }, { args: [sample([2, 3]), 2, -1] }],
});

/**
 * The elements in reverse order along the dimensions; a copy.
 * @example
 * ```ts
 * torch.flip(torch.tensor([[1, 2], [3, 4]]), 1).tolist(); // [[2, 1], [4, 3]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.flip.html
 */
export const flip = op({
  name: 'flip',
  call: (x: Tensor, ...given: readonly (number | readonly number[])[]): Tensor => {
    check_tensor('flip', 'input', x);
    const list = listed(given);
    const dims = list.length === 0 || x.ndim === 0 ? [] : wrap_dims('flip', list, x.ndim);
    const out = allocate(x.shape, x.dtype);
    let { offset } = x;
    const strides = x.strides.map((stride, d) => {
      if (!dims.includes(d)) return stride;
      offset += stride * (x.shape[d] - 1);
      return -stride;
    });
    if (x.count > 0) copy_into(out, window(x, x.shape, strides, offset));
    if (tracks(x)) record(out, 'FlipBackward0', [x], [], (g) => [flip(g, dims)]);
    return out;
  },
  reference: (x: Reference, ...given: readonly (number | readonly number[])[]) => {
    const dims = x.shape.length === 0 ? [] : wrap_dims('flip', listed(given), x.shape.length);
    const strides = contiguous_strides(x.shape);
    const from = (i: number): number =>
      strides.reduce((sum, stride, d) => {
        const at = Math.floor(i / stride) % x.shape[d];
        return sum + (dims.includes(d) ? x.shape[d] - 1 - at : at) * stride;
      }, 0);
    return { shape: x.shape, data: Array.from(x.data, (_, i) => x.data[from(i)]) };
  },
  samples: () => [
    { args: [sample([7]), [0]] },
    { args: [sample([3, 4, 5]), [0, 2]] },
    { args: [sample([3, 4]), -1] },
    { args: [sample([0, 2]), [0]] },
  ],
  errors: () => [{ args: [sample([2]), [1]], message: /dim 1 is out of range \[-1, 0\]/ }],
});

/**
 * Shifted along dimensions; what leaves at one end enters at the other.
 * @example
 * ```ts
 * torch.roll(torch.tensor([1, 2, 3]), 1).tolist(); // [3, 1, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.roll.html
 */
export const roll = op({
  name: 'roll',
  call: (x: Tensor, shifts: number | readonly number[], dims?: number | readonly number[] | null): Tensor => {
    check_tensor('roll', 'input', x);
    const by = (Array.isArray(shifts) ? shifts : [shifts]).map((each) => check_integer('roll', 'shifts', each));
    if (dims === undefined || dims === null) {
      if (by.length !== 1) fail('roll', `expected one shift when no dims are given, got ${shape_text(by)}`);
      return reshape(shifted(reshape(x, [-1]), by[0], 0), x.shape);
    }
    const along = (Array.isArray(dims) ? dims : [dims]) as number[];
    if (along.length !== by.length)
      fail('roll', `shifts ${shape_text(by)} and dims ${shape_text(along)} differ in length`);
    if (x.ndim === 0) return x.clone();
    return by.reduce((moved, shift, i) => shifted(moved, shift, wrap_dim('roll', along[i], x.ndim)), x);
  },
  samples: () => [
    { args: [sample([7]), 2] },
    { args: [sample([3, 4]), -1, 1] },
    { args: [sample([3, 4]), [1, 5], [0, 1]] },
    { args: [sample([3, 4]), 5] },
  ],
  errors: () => [{ args: [sample([2, 2]), [1], [0, 1]], message: /shifts \[1\] and dims \[0, 1\] differ in length/ }],
});

function shifted(x: Tensor, shift: number, dim: number): Tensor {
  const size = x.shape[dim];
  const start = size === 0 ? 0 : ((-shift % size) + size) % size;
  return cat([narrow(x, dim, start, size - start), narrow(x, dim, 0, start)], dim);
}
