import { check_number, fail, fail_range, shape_text } from '../errors';
import { copied_values } from '../tensor/access';
import { numel_of, type Shape, same_shape, with_size, wrap_dim } from '../tensor/shape';
import { check_same_dtype, check_tensor, type Tensor } from '../tensor/tensor';
import { add_method, op, type Reference, sample } from './define';
import { scatter } from './gather';
import { check_index, index } from './index_tensor';
import { nonzero } from './mask';
import { check_operand, type Operand } from './operand';
import { expand, narrow, reshape, squeeze } from './views';
import { check_condition } from './where';

/** Whole slices, or the elements under a mask, written anew: what Python writes as `x[index] = y` and `x[mask] = y`. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** The slices along `dim` that `index` names, set to a number or the value of a 0-dim tensor. */
    index_fill(dim: number, index: Tensor, value: Operand): Tensor;
    index_fill_(dim: number, index: Tensor, value: Operand): Tensor;
    /** The slices along `dim` that `index` names, replaced by those of `source` in order. */
    index_copy(dim: number, index: Tensor, source: Tensor): Tensor;
    index_copy_(dim: number, index: Tensor, source: Tensor): Tensor;
    /** Sets the diagonal of this matrix. */
    fill_diagonal_(value: number): Tensor;
    /** The elements where the mask is set, replaced by the first ones of `source` in order. */
    masked_scatter(mask: Tensor, source: Tensor): Tensor;
    masked_scatter_(mask: Tensor, source: Tensor): Tensor;
  }
}

/** The index as scatter wants it: one for each element of the slices. */
function spread_index(name: string, x: Tensor, dim: number, given: Tensor): { d: number; at: Tensor; shape: Shape } {
  check_tensor(name, 'input', x);
  const vector = check_index(name, given);
  if (vector.ndim > 1) fail(name, `expected index to have at most 1 dimension, got shape ${shape_text(vector.shape)}`);
  const d = wrap_dim(name, dim, x.ndim);
  const size = x.shape[d] ?? 1;
  for (const each of copied_values(name, vector))
    if (each < 0 || each >= size) fail_range(name, `index ${each} is out of range [0, ${size})`);
  const shape = x.ndim === 0 ? [] : with_size(x.shape, d, vector.count);
  const ones = shape.map((_, i) => (i === d ? vector.count : 1));
  return { d, at: expand(reshape(vector, ones), shape), shape };
}

function filled(name: string, x: Tensor, dim: number, given: Tensor, value: Operand): Tensor {
  const { d, at, shape } = spread_index(name, x, dim, given);
  const by = check_operand(name, 'value', value);
  if (typeof by === 'number') return scatter(x, d, at, by);
  if (by.ndim !== 0) fail(name, `expected value to be a number or a 0-dim tensor, got shape ${shape_text(by.shape)}`);
  return scatter(x, d, at, expand(by.to(x.dtype), shape));
}

function copied(name: string, x: Tensor, dim: number, given: Tensor, source: Tensor): Tensor {
  const { d, at, shape } = spread_index(name, x, dim, given);
  check_same_dtype(name, x, check_tensor(name, 'source', source));
  if (!same_shape(source.shape, shape))
    fail(name, `expected source of shape ${shape_text(shape)}, got ${shape_text(source.shape)}`);
  return scatter(x, d, at, source);
}

function scattered(name: string, x: Tensor, mask: Tensor, source: Tensor): Tensor {
  check_tensor(name, 'input', x);
  check_condition(name, mask, 'mask');
  check_same_dtype(name, x, check_tensor(name, 'source', source));
  const places = squeeze(nonzero(reshape(expand(mask, x.shape), [-1])), 1);
  if (source.count < places.count)
    fail(name, `the mask chooses ${places.count} elements, source has ${source.count} (${shape_text(source.shape)})`);
  const values = narrow(reshape(source, [-1]), 0, 0, places.count);
  return reshape(scatter(reshape(x, [-1]), 0, places, values), x.shape);
}

/** Where in `x` each element of the slices lies, as `write` says. */
function slices_reference(x: Reference, dim: number, at: Reference, write: (place: number) => number) {
  const d = dim < 0 ? dim + x.shape.length : dim;
  const data = Float64Array.from(x.data);
  const [size, inner] = [x.shape[d] ?? 1, numel_of(x.shape.slice(d + 1))];
  const outer = numel_of(x.shape.slice(0, d));
  for (let o = 0; o < outer; o++)
    for (let k = 0; k < at.data.length; k++)
      for (let i = 0; i < inner; i++)
        data[(o * size + at.data[k]) * inner + i] = write((o * at.data.length + k) * inner + i);
  return { shape: x.shape, data };
}

/**
 * A copy with the slices along `dim` that `index` names set to one value.
 * @example
 * ```ts
 * torch.index_fill(torch.zeros([3]), 0, torch.tensor([0n, 2n]), 7).tolist(); // [7, 0, 7]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.index_fill.html
 */
export const index_fill = op({
  name: 'index_fill',
  call: (input: Tensor, dim: number, at: Tensor, value: Operand) => filled('index_fill', input, dim, at, value),
  inplace: (input: Tensor, dim: number, at: Tensor, value: Operand) =>
    input.copy_(filled('index_fill_', input, dim, at, value)),
  reference: (x: Reference, dim: number, at: Reference, value: number | Reference) =>
    slices_reference(x, dim, at, () => (typeof value === 'number' ? value : value.data[0])),
  samples: () => [
    { args: [sample([5]), 0, index([4, 0]), 1.5] },
    { args: [sample([3, 4]), -1, index([1, 3], 'int32'), sample([])] },
    { args: [sample([2, 3, 4]), 1, index([]), 2] },
  ],
  errors: () => [
    { args: [sample([3]), 0, index([3]), 1], message: /index 3 is out of range \[0, 3\)/ },
    {
      args: [sample([3]), 0, index([0]), sample([1])],
      message: /^index_fill: expected value to be a number or a 0-dim tensor/,
    },
  ],
});

/**
 * A copy with the slices along `dim` that `index` names replaced by those of `source`, in order.
 * @example
 * ```ts
 * torch.index_copy(torch.zeros([3]), 0, torch.tensor([2n, 0n]), torch.tensor([5, 6])).tolist(); // [6, 0, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.index_copy.html
 */
export const index_copy = op({
  name: 'index_copy',
  call: (input: Tensor, dim: number, at: Tensor, source: Tensor) => copied('index_copy', input, dim, at, source),
  inplace: (input: Tensor, dim: number, at: Tensor, source: Tensor) =>
    input.copy_(copied('index_copy_', input, dim, at, source)),
  reference: (x: Reference, dim: number, at: Reference, source: Reference) =>
    slices_reference(x, dim, at, (i) => source.data[i]),
  samples: () => [
    { args: [sample([5]), 0, index([4, 0]), sample([2])] },
    { args: [sample([3, 4]), 1, index([3, 1, 0]), sample([3, 3])] },
  ],
  errors: () => [
    { args: [sample([3]), 0, index([0]), sample([2])], message: /expected source of shape \[1\], got \[2\]/ },
  ],
});

/**
 * A copy with the elements where the mask is set replaced by the first ones of `source`, in order: `x[mask] = source`.
 * @example
 * ```ts
 * const mask = torch.tensor([true, false, true]);
 * torch.masked_scatter(torch.zeros([3]), mask, torch.tensor([5, 6])).tolist(); // [5, 0, 6]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.masked_scatter_.html
 */
export const masked_scatter = op({
  name: 'masked_scatter',
  call: (input: Tensor, mask: Tensor, source: Tensor) => scattered('masked_scatter', input, mask, source),
  inplace: (input: Tensor, mask: Tensor, source: Tensor) =>
    input.copy_(scattered('masked_scatter_', input, mask, source)),
  reference: (x: Reference, mask: Reference, source: Reference) => {
    let next = 0;
    return { shape: x.shape, data: Float64Array.from(x.data, (v, i) => (mask.data[i] ? source.data[next++] : v)) };
  },
  samples: () => [
    { args: [sample([7]), sample([7], { dtype: 'bool' }), sample([9])] },
    { args: [sample([3, 4]), sample([3, 4], { dtype: 'bool' }), sample([3, 4])] },
  ],
  errors: () => [
    { args: [sample([2]), sample([2]), sample([2])], message: /expected mask to be a bool tensor/ },
    {
      args: [sample([2]), sample([2], { values: [1, 1], dtype: 'bool' }), sample([1])],
      message: /the mask chooses 2 elements, source has 1/,
    },
  ],
});

function fill_diagonal_(input: Tensor, value: number): Tensor {
  check_tensor('fill_diagonal_', 'input', input);
  if (input.ndim !== 2) fail('fill_diagonal_', `expected a matrix, got shape ${shape_text(input.shape)}`);
  input.diagonal().fill_(check_number('fill_diagonal_', 'value', value));
  return input;
}
add_method('fill_diagonal_', fill_diagonal_ as never);
