import { is_grad_enabled } from '../autograd/mode';
import { type Rule, record, requires_grad, tracks } from '../autograd/node';
import { check_boolean, check_options, fail, shape_text } from '../errors';
import { kernel, result } from '../native/kernel';
import { fill_with, map_kernel } from '../native/map';
import { bool, int64, promote_scalar } from '../tensor/dtype';
import { broadcast_shapes, type Shape, same_shape } from '../tensor/shape';
import { allocate, check_tensor, type Tensor } from '../tensor/tensor';
import { by_name } from './by_name';
import { check_inplace, op, type Reference, record_inplace, sample } from './define';
import { broadcast_reference, cast_to, check_operand, type Operand, past, sum_to } from './operand';
import { sum } from './reduce';
import { contiguous, expand, narrow, squeeze } from './views';
import { check_condition, where } from './where';

/** Elements chosen by a bool mask, or by not being zero. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** `value` (a number or a 0-dim tensor) where the mask is set, this tensor elsewhere. */
    masked_fill(mask: Tensor, value: Operand | { value: Operand }): Tensor;
    masked_fill_(mask: Tensor, value: Operand | { value: Operand }): Tensor;
    /** The elements where the mask is set, in one dimension. */
    masked_select(mask: Tensor): Tensor;
    /** The places of nonzero elements: a row of indices each, or one index tensor for each dimension. */
    nonzero(options?: { as_tuple?: false }): Tensor;
    nonzero(options: { as_tuple: true }): Tensor[];
  }
}

/** The value to fill with, in the tensor's dtype. */
function judge_fill(name: string, x: Tensor, mask: Tensor, value: unknown): Operand {
  check_tensor(name, 'input', x);
  check_condition(name, mask, 'mask');
  const operand = check_operand(name, 'value', value);
  if (typeof operand !== 'number') {
    if (operand.ndim !== 0)
      fail(name, `expected value to be a number or a 0-dim tensor, got shape ${shape_text(operand.shape)}`);
    return cast_to(operand, x.dtype);
  }
  if (x.dtype !== bool && promote_scalar(x.dtype, operand) !== x.dtype)
    fail(name, `the value ${operand} cannot be stored in a tensor of ${x.dtype}`);
  return operand;
}

const where_kernel = map_kernel('where');

/**
 * `value` where the mask is set, the tensor elsewhere.
 * @example
 * ```ts
 * const x = torch.tensor([1, -2, 3]);
 * torch.masked_fill(x, x.lt(0), 0).tolist(); // [1, 0, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.masked_fill.html
 */
export const masked_fill: (input: Tensor, mask: Tensor, value: Operand | { value: Operand }) => Tensor = op({
  name: 'masked_fill',
  call: by_name('masked_fill', ['mask', 'value'], (input: Tensor, mask: Tensor, value: Operand): Tensor => {
    const by = judge_fill('masked_fill', input, mask, value);
    const out = allocate(broadcast_shapes('masked_fill', input.shape, mask.shape), input.dtype);
    if (out.count > 0) where_kernel(out.dtype, out, [mask, by, input]);
    const other = typeof by === 'number' ? null : by;
    if (tracks(input, other))
      record(
        out,
        'MaskedFillBackward0',
        other === null ? [input] : [input, other],
        [mask],
        fill_rule(input.shape, other !== null),
      );
    return out;
  }),
  inplace: by_name('masked_fill_', ['mask', 'value'], (input: Tensor, mask: Tensor, value: Operand): Tensor => {
    const by = judge_fill('masked_fill_', input, mask, value);
    if (!same_shape(broadcast_shapes('masked_fill_', input.shape, mask.shape), input.shape))
      fail(
        'masked_fill_',
        `mask of shape ${shape_text(mask.shape)} does not fit the tensor of shape ${shape_text(input.shape)}`,
      );
    check_inplace('masked_fill_', input);
    const other = typeof by === 'number' ? null : by;
    const tracked = is_grad_enabled() && (requires_grad(input) || (other !== null && requires_grad(other)));
    const old = tracked ? past(input, false) : input;
    if (input.count > 0) where_kernel(input.dtype, input, [mask, by, input]);
    const inputs = !tracked ? [] : other === null ? [old] : [old, other];
    const rule = fill_rule(input.shape, other !== null);
    return record_inplace(input, 'MaskedFillBackward0', inputs, tracked ? [mask] : [], rule);
  }),
  reference: (x: Reference, mask: Reference, value: number | Reference) => {
    const by = typeof value === 'number' ? value : value.data[0];
    return broadcast_reference(x, mask, (v, set) => (set !== 0 ? by : v));
  },
  samples: () => [
    { args: [sample([7]), sample([7], { dtype: 'bool' }), -1.5] },
    { args: [sample([3, 4]), sample([4], { dtype: 'bool' }), sample([])] },
    { args: [sample([3, 4]), sample([3, 1], { dtype: 'bool' }), -Infinity], no_grad: true },
    { args: [sample([9], { dtype: 'int64' }), sample([9], { dtype: 'bool' }), 7] },
  ],
  errors: () => [
    { args: [sample([2]), sample([2]), 0], message: /expected mask to be a bool tensor, got torch.float/ },
    {
      args: [sample([2], { dtype: 'int64' }), sample([2], { dtype: 'bool' }), 0.5],
      message: /the value 0.5 cannot be stored in a tensor of torch.int64/,
    },
    {
      args: [sample([2]), sample([2], { dtype: 'bool' }), sample([2])],
      message: /expected value to be a number or a 0-dim tensor, got shape \[2\]/,
    },
  ],
});

function fill_rule(shape: Shape, value_is_tensor: boolean): Rule {
  return (g, node) => {
    const mask = node.saved(0);
    const grads = [node.needs(0) ? sum_to(where(mask, 0, g), shape) : null];
    if (value_is_tensor) grads.push(sum(where(mask, g, 0)));
    return grads;
  };
}

const count_kernel = kernel('count_nonzero');
const select_kernel = kernel('masked_select');
const scatter_kernel = kernel('masked_scatter');
const nonzero_kernel = kernel('nonzero');

function nonzeros(dense: Tensor): number {
  if (dense.count === 0) return 0;
  count_kernel(dense.dtype.code, dense.count, dense);
  return result(0);
}

/**
 * The elements where the mask (broadcast) is set, in one dimension.
 * @example
 * ```ts
 * const x = torch.tensor([1, -2, 3]);
 * torch.masked_select(x, x.gt(0)).tolist(); // [1, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.masked_select.html
 */
export const masked_select = op({
  name: 'masked_select',
  call: (input: Tensor, mask: Tensor): Tensor => {
    check_tensor('masked_select', 'input', input);
    check_condition('masked_select', mask, 'mask');
    const shape = broadcast_shapes('masked_select', input.shape, mask.shape);
    return select_dense(same_shape(input.shape, shape) ? input : expand(input, shape), contiguous(expand(mask, shape)));
  },
  reference: (x: Reference, mask: Reference) => {
    const chosen = broadcast_reference(x, mask, (v, set) => (set !== 0 ? v : Number.NaN));
    const data = Array.from(chosen.data).filter((v) => !Number.isNaN(v));
    return { shape: [data.length], data };
  },
  samples: () => [
    { args: [sample([7]), sample([7], { dtype: 'bool' })] },
    { args: [sample([3, 4]), sample([4], { dtype: 'bool' })] },
    { args: [sample([4]), sample([3, 1], { dtype: 'bool' })] },
    { args: [sample([0]), sample([0], { dtype: 'bool' })] },
  ],
  errors: () => [{ args: [sample([2]), sample([2])], message: /expected mask to be a bool tensor/ }],
});

function select_dense(input: Tensor, mask: Tensor): Tensor {
  const x = contiguous(input);
  const out = allocate([nonzeros(mask)], x.dtype);
  if (x.count > 0) select_kernel(x.dtype.code, x.count, out.count, out, x, mask);
  if (tracks(x)) record(out, 'MaskedSelectBackward0', [x], [mask], (g, node) => [put_back(g, node.saved(0))]);
  return out;
}

/** The adjoint of masked_select: zeros with the elements of `g` where the mask is set. */
function put_back(g: Tensor, mask: Tensor): Tensor {
  const from = contiguous(g);
  const out = allocate(mask.shape, g.dtype);
  fill_with(out, 0);
  if (out.count > 0) scatter_kernel(g.dtype.code, out.count, from.count, out, from, mask);
  if (tracks(g)) record(out, 'MaskedScatterBackward0', [g], [mask], (gg, node) => [select_dense(gg, node.saved(0))]);
  return out;
}

interface Nonzero {
  (input: Tensor, options?: { as_tuple?: false }): Tensor;
  (input: Tensor, options: { as_tuple: true }): Tensor[];
}

/**
 * The places of nonzero elements, as int64: a row of indices for each, or with `as_tuple` one tensor for each dimension.
 * @example
 * ```ts
 * torch.nonzero(torch.tensor([[0, 5], [6, 0]])).tolist(); // [[0, 1], [1, 0]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nonzero.html
 */
export const nonzero = op({
  name: 'nonzero',
  call: (input: Tensor, options?: { as_tuple?: boolean }): Tensor | Tensor[] => {
    const x = contiguous(check_tensor('nonzero', 'input', input));
    const { as_tuple } = check_options('nonzero', options, { as_tuple: false });
    check_boolean('nonzero', 'as_tuple', as_tuple);
    const count = nonzeros(x);
    const out = allocate([count, x.ndim], int64);
    if (out.count > 0) nonzero_kernel(x.dtype.code, x.ndim, x.shape, count, out, x);
    return as_tuple ? x.shape.map((_, d) => squeeze(narrow(out, 1, d, 1), 1)) : out;
  },
  differentiable: false,
  reference: (x: Reference) => {
    const rows = Array.from(x.data, (v, i) => (v !== 0 ? i : -1)).filter((i) => i >= 0);
    const data = rows.flatMap((i) =>
      x.shape.map((size, d) => Math.floor(i / x.shape.slice(d + 1).reduce((a, b) => a * b, 1)) % size),
    );
    return { shape: [rows.length, x.shape.length], data };
  },
  samples: () => [
    { args: [sample([3, 4], { dtype: 'bool' })] },
    { args: [sample([5], { values: [0, 1, 0, 2, 3] })] },
    { args: [sample([2, 0, 3])] },
  ],
}) as Nonzero;
