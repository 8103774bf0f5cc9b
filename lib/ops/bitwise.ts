import { fail } from '../errors';
import { map_kernel } from '../native/map';
import { bool, type DType } from '../tensor/dtype';
import { allocate, check_tensor, type Tensor } from '../tensor/tensor';
import { binary } from './binary';
import { check_inplace, op, type Reference, record_inplace, sample } from './define';
import type { Operand } from './operand';

/** Bits of integers and bools. Not differentiable. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** The bits that both have. */
    bitwise_and(other: Operand): Tensor;
    bitwise_and_(other: Operand): Tensor;
    /** The bits that either has. */
    bitwise_or(other: Operand): Tensor;
    bitwise_or_(other: Operand): Tensor;
    /** The bits that just one of the two has. */
    bitwise_xor(other: Operand): Tensor;
    bitwise_xor_(other: Operand): Tensor;
    /** The bits that the tensor does not have. */
    bitwise_not(): Tensor;
    bitwise_not_(): Tensor;
    /** The bits moved up by `other` places. */
    bitwise_left_shift(other: Operand): Tensor;
    bitwise_left_shift_(other: Operand): Tensor;
    /** The bits moved down by `other` places; negative numbers stay negative. */
    bitwise_right_shift(other: Operand): Tensor;
    bitwise_right_shift_(other: Operand): Tensor;
  }
}

type Bitwise = (input: Operand, other: Operand) => Tensor;

const errors = () => [
  { args: [sample([2]), 1], message: /expected tensors of integers or bools, got torch.float/ },
  { args: [sample([2], { dtype: 'int64' }), 1.5], message: /expected tensors of integers or bools, got torch.float/ },
];

const on_bits = (name: string, reference: (a: number, b: number) => number): Bitwise =>
  binary({
    name,
    integers: 'only',
    range: [-100, 100],
    reference,
    samples: () =>
      (['uint8', 'int32', 'bool'] as const).map((dtype) => ({
        args: [sample([3, 17], { dtype }), sample([17], { dtype })],
      })),
    errors,
  });

function no_bools(op: string, _: Operand, dtype: DType): void {
  if (dtype === bool) fail(op, 'expected tensors of integers, got torch.bool');
}

const shift = (name: string, reference: (a: number, b: number) => number): Bitwise =>
  binary({
    name,
    integers: 'only',
    check_other: no_bools,
    range: [-100, 100],
    range_b: [0, 9],
    reference,
    samples: () => [
      { args: [sample([17], { dtype: 'uint8', range: [0, 9] }), sample([17], { dtype: 'uint8', range: [0, 4] })] },
      { args: [sample([17], { dtype: 'int32' }), 4] },
    ],
    errors: () => [
      ...errors(),
      {
        args: [sample([2], { dtype: 'bool' }), sample([2], { dtype: 'bool' })],
        message: /of integers, got torch.bool/,
      },
    ],
  });

/**
 * The bits that both have; for bools, whether both are true.
 * @example
 * ```ts
 * torch.bitwise_and(torch.tensor([12, 10]).long(), 6).tolist(); // [4, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.bitwise_and.html
 */
export const bitwise_and: Bitwise = on_bits('bitwise_and', (a, b) => a & b);

/**
 * The bits that either has; for bools, whether either is true.
 * @example
 * ```ts
 * torch.bitwise_or(torch.tensor([12, 10]).long(), 6).tolist(); // [14, 14]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.bitwise_or.html
 */
export const bitwise_or: Bitwise = on_bits('bitwise_or', (a, b) => a | b);

/**
 * The bits that just one of the two has; for bools, whether they differ.
 * @example
 * ```ts
 * torch.bitwise_xor(torch.tensor([12, 10]).long(), 6).tolist(); // [10, 12]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.bitwise_xor.html
 */
export const bitwise_xor: Bitwise = on_bits('bitwise_xor', (a, b) => a ^ b);

/**
 * The bits moved up by `other` places: `input · 2^other`, as far as the dtype reaches.
 * @example
 * ```ts
 * torch.bitwise_left_shift(torch.tensor([1, 3]).long(), 2).tolist(); // [4, 12]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.bitwise_left_shift.html
 */
export const bitwise_left_shift: Bitwise = shift('bitwise_left_shift', (a, b) => a * 2 ** b);

/**
 * The bits moved down by `other` places: `input / 2^other`, rounded down.
 * @example
 * ```ts
 * torch.bitwise_right_shift(torch.tensor([8, -3]).long(), 1).tolist(); // [4, -2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.bitwise_right_shift.html
 */
export const bitwise_right_shift: Bitwise = shift('bitwise_right_shift', (a, b) => Math.floor(a / 2 ** b));

const run_not = map_kernel('bitwise_not');

function check_bits(name: string, input: Tensor): void {
  if (check_tensor(name, 'input', input).dtype.is_floating_point)
    fail(name, `expected a tensor of integers or bools, got ${input.dtype}`);
}

/**
 * The bits that `input` does not have: `-1 - input` of signed integers, whether it is false of a bool.
 * @example
 * ```ts
 * torch.bitwise_not(torch.tensor([0, 5]).long()).tolist(); // [-1, -6]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.bitwise_not.html
 */
export const bitwise_not = op({
  name: 'bitwise_not',
  differentiable: false,
  call: (input: Tensor): Tensor => {
    check_bits('bitwise_not', input);
    const out = allocate(input.shape, input.dtype);
    if (out.count > 0) run_not(input.dtype, out, [input]);
    return out;
  },
  inplace: (input: Tensor): Tensor => {
    check_bits('bitwise_not_', input);
    check_inplace('bitwise_not_', input);
    if (input.count > 0) run_not(input.dtype, input, [input]);
    return record_inplace(input, '', [], [], () => []);
  },
  reference: (x: Reference): Reference => ({
    shape: x.shape,
    data: Array.from(x.data, (v) => ~v),
  }),
  samples: () => [
    { args: [sample([9], { dtype: 'int64' })] },
    { args: [sample([3, 17], { dtype: 'int32' })] },
    { args: [sample([0], { dtype: 'int64' })] },
  ],
  errors: () => [{ args: [sample([2])], message: /expected a tensor of integers or bools, got torch.float/ }],
});
