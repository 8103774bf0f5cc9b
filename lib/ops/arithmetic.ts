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
    add(other: Operand): Tensor;
    add_(other: Operand): Tensor;
    sub(other: Operand): Tensor;
    sub_(other: Operand): Tensor;
    mul(other: Operand): Tensor;
    mul_(other: Operand): Tensor;
    div(other: Operand): Tensor;
    div_(other: Operand): Tensor;
    neg(): Tensor;
    neg_(): Tensor;
  }
}

export const add = binary({
  name: 'add',
  bools: 'logical_or',
  gradient: [(g) => g, (g) => g],
  reference: (a, b) => a + b,
});

export const sub = binary({
  name: 'sub',
  gradient: [(g) => g, (g) => neg(g)],
  reference: (a, b) => a - b,
});

export const mul: (input: Operand, other: Operand) => Tensor = binary({
  name: 'mul',
  bools: 'logical_and',
  reads: [['b'], ['a']],
  gradient: [(g, _, b) => mul(g, b), (g, a) => mul(g, a)],
  reference: (a, b) => a * b,
});

export const div: (input: Operand, other: Operand) => Tensor = binary({
  name: 'div',
  integers: 'to_float',
  reads: [['b'], ['a', 'b']],
  gradient: [(g, _, b) => div(g, b), (g, a, b) => neg(mul(g, div(div(a, b), b)))],
  reference: (a, b) => a / b,
  range_b: [0.5, 2],
});

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
