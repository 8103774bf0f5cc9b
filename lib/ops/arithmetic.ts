import { install_arithmetic } from '../autograd/engine';
import { kernel } from '../native/kernel';
import { map_kernel } from '../native/map';
import { bool } from '../tensor/dtype';
import { allocate, type Tensor } from '../tensor/tensor';
import { binary } from './binary';
import { read_item } from './create';
import type { Operand } from './operand';
import { unary } from './unary';
import { clone, set_add_elements } from './views';

/** Arithmetic with broadcasting. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** `input + other`; a number or a tensor that broadcasts. */
    add(other: Operand): Tensor;
    add_(other: Operand): Tensor;
    /** `input - other`; a number or a tensor that broadcasts. */
    sub(other: Operand): Tensor;
    sub_(other: Operand): Tensor;
    /** `input * other`, element by element; a number or a tensor that broadcasts. */
    mul(other: Operand): Tensor;
    mul_(other: Operand): Tensor;
    /** `input / other`, a number or a tensor that broadcasts; integers give floats. */
    div(other: Operand): Tensor;
    div_(other: Operand): Tensor;
    /** `-input`. */
    neg(): Tensor;
    neg_(): Tensor;
  }
}

/**
 * `input + other`; a number or a tensor that broadcasts. `alpha` multiplies `other` first.
 * @example
 * ```ts
 * torch.add(torch.tensor([1, 2]), torch.tensor([[10], [20]])).tolist(); // [[11, 12], [21, 22]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.add.html
 */
export const add = binary({
  name: 'add',
  bools: 'logical_or',
  gradient: [(g) => g, (g) => g],
  reference: (a, b) => a + b,
});

/**
 * `input - other`; a number or a tensor that broadcasts.
 * @example
 * ```ts
 * torch.sub(torch.tensor([1, 2]), 3).tolist(); // [-2, -1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.sub.html
 */
export const sub = binary({
  name: 'sub',
  gradient: [(g) => g, (g) => neg(g)],
  reference: (a, b) => a - b,
});

/**
 * `input * other`, element by element; a number or a tensor that broadcasts.
 * @example
 * ```ts
 * torch.mul(torch.tensor([1, 2]), torch.tensor([3, 4])).tolist(); // [3, 8]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.mul.html
 */
export const mul: (input: Operand, other: Operand) => Tensor = binary({
  name: 'mul',
  bools: 'logical_and',
  reads: [['b'], ['a']],
  gradient: [(g, _, b) => mul(g, b), (g, a) => mul(g, a)],
  reference: (a, b) => a * b,
});

/**
 * `input / other`, a number or a tensor that broadcasts; integers give floats.
 * @example
 * ```ts
 * torch.div(torch.tensor([1, 3]), 2).tolist(); // [0.5, 1.5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.div.html
 */
export const div: (input: Operand, other: Operand) => Tensor = binary({
  name: 'div',
  integers: 'to_float',
  reads: [['b'], ['a', 'b']],
  gradient: [(g, _, b) => div(g, b), (g, a, b) => neg(mul(g, div(div(a, b), b)))],
  reference: (a, b) => a / b,
  range_b: [0.5, 2],
});

/**
 * `-input`.
 * @example
 * ```ts
 * torch.neg(torch.tensor([1, -2])).tolist(); // [-1, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.neg.html
 */
export const neg: (input: Tensor) => Tensor = unary({
  name: 'neg',
  integers: 'keep',
  saves: 'nothing',
  gradient: (g) => neg(g),
  reference: (x) => -x,
});

const add_kernel = map_kernel('add');
const isnan_kernel = map_kernel('isnan');
const any = kernel('any');

function add_into(target: Tensor, from: Tensor): void {
  if (target.count > 0) add_kernel(target.dtype, target, [target, from]);
  target.bump_version();
}

set_add_elements(add_into);
install_arithmetic({
  add,
  clone,
  add_into,
  has_nan: (x) => {
    const flags = allocate(x.shape, bool);
    if (x.count === 0) return false;
    isnan_kernel(x.dtype, flags, [x]);
    const found = allocate([], bool);
    any(bool.code, 0, 1, flags.count, found, flags, 1);
    return read_item(found) !== 0;
  },
});
