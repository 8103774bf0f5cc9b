import { install_arithmetic } from '../autograd/engine';
import { check_number, check_options, fail, fail_type } from '../errors';
import { kernel } from '../native/kernel';
import { map_kernel } from '../native/map';
import { bool } from '../tensor/dtype';
import { allocate, check_tensor, type Tensor } from '../tensor/tensor';
import { binary } from './binary';
import { read_item } from './create';
import { check_operand, type Operand, operand_dtype } from './operand';
import { unary } from './unary';
import { clone, set_add_elements } from './views';

/** Arithmetic with broadcasting. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** `input + other`; a number or a tensor that broadcasts. */
    add(other: Operand, options?: AlphaOption): Tensor;
    add_(other: Operand, options?: AlphaOption): Tensor;
    /** `input - other`; a number or a tensor that broadcasts. */
    sub(other: Operand, options?: AlphaOption): Tensor;
    sub_(other: Operand, options?: AlphaOption): Tensor;
    /** `input * other`, element by element; a number or a tensor that broadcasts. */
    mul(other: Operand): Tensor;
    mul_(other: Operand): Tensor;
    /** `input / other`, a number or a tensor that broadcasts; integers give floats. */
    div(other: Operand, options?: RoundingOption): Tensor;
    div_(other: Operand, options?: RoundingOption): Tensor;
    /** `-input`. */
    neg(): Tensor;
    neg_(): Tensor;
  }
}

/** The option of {@link add} and {@link sub}. */
export interface AlphaOption {
  /** What `other` is multiplied by. Default 1. */
  alpha?: number;
}

/** The option of {@link div}. */
export interface RoundingOption {
  /** `'trunc'` rounds quotients towards 0 and `'floor'` down, and integers stay integers. Default null: neither. */
  rounding_mode?: 'trunc' | 'floor' | null;
}

type Scaled = (input: Operand, other: Operand, options?: AlphaOption) => Tensor;

/** `other` times the alpha of the options. */
function scaled(op: string, other: Operand, options: unknown): Operand {
  const { alpha } = check_options(op, options, { alpha: 1 });
  check_number(op, 'alpha', alpha);
  if (alpha === 1) return other;
  const by = check_operand(op, 'other', other);
  if (typeof by === 'number') return by * alpha;
  if (!by.dtype.is_floating_point && !Number.isInteger(alpha))
    fail(op, `expected a whole number as alpha for a tensor of ${by.dtype}, got ${alpha}`);
  return mul(by, alpha);
}

/**
 * `input + other`; a number or a tensor that broadcasts. `alpha` multiplies `other` first.
 * @example
 * ```ts
 * torch.add(torch.tensor([1, 2]), torch.tensor([[10], [20]])).tolist(); // [[11, 12], [21, 22]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.add.html
 */
export const add: Scaled = binary({
  name: 'add',
  more: (a, b, options) => add(a, scaled('add', b, options)),
  more_inplace: (a, b, options) => a.add_(scaled('add_', b, options)),
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
export const sub: Scaled = binary({
  name: 'sub',
  more: (a, b, options) => sub(a, scaled('sub', b, options)),
  more_inplace: (a, b, options) => a.sub_(scaled('sub_', b, options)),
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

/** The quotient as `rounding_mode` wants it; by methods, as the functions are written with these. */
function rounded(op: string, x: Tensor, other: Operand, options: unknown, inplace: boolean): Tensor {
  const { rounding_mode: mode } = check_options(op, options, { rounding_mode: null as unknown });
  if (mode !== null && mode !== 'trunc' && mode !== 'floor')
    fail_type(op, 'rounding_mode', "'trunc', 'floor' or null", mode);
  const by = check_operand(op, 'other', other);
  if (mode === 'floor') return inplace ? x.floor_divide_(by) : x.floor_divide(by);
  if (mode === null || operand_dtype(x, by).is_floating_point) {
    const quotient = inplace ? x.div_(by) : x.div(by);
    return mode === null ? quotient : inplace ? quotient.trunc_() : quotient.trunc();
  }
  const divisible = inplace ? x.sub_(x.fmod(by)) : x.sub(x.fmod(by));
  return inplace ? divisible.floor_divide_(by) : divisible.floor_divide(by);
}

/**
 * `input / other`, a number or a tensor that broadcasts; integers give floats.
 * @example
 * ```ts
 * torch.div(torch.tensor([1, 3]), 2).tolist(); // [0.5, 1.5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.div.html
 */
export const div: (input: Operand, other: Operand, options?: RoundingOption) => Tensor = binary({
  name: 'div',
  more: (a, b, options) => rounded('div', check_tensor('div', 'input', a), b, options, false),
  more_inplace: (a, b, options) => rounded('div_', a, b, options, true),
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
