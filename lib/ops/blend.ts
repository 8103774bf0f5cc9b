import { positional } from '../arguments';
import { check_number } from '../errors';
import { check_tensor, type Tensor } from '../tensor/tensor';
import { add, div, mul, sub } from './arithmetic';
import { lt } from './compare';
import { op, type Reference, sample } from './define';
import { check_operand, type Operand } from './operand';
import { abs } from './pointwise';
import { where } from './where';

/** Three tensors into one: mixtures and products added on. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** `x + weight * (end - x)`. */
    lerp(end: Tensor, weight: Operand): Tensor;
    lerp_(end: Tensor, weight: Operand): Tensor;
    /** `x + value * tensor1 * tensor2`. */
    addcmul(tensor1: Operand, tensor2: Operand, options?: number | ValueOptions): Tensor;
    addcmul_(tensor1: Operand, tensor2: Operand, options?: number | ValueOptions): Tensor;
    /** `x + value * tensor1 / tensor2`. */
    addcdiv(tensor1: Operand, tensor2: Operand, options?: number | ValueOptions): Tensor;
    addcdiv_(tensor1: Operand, tensor2: Operand, options?: number | ValueOptions): Tensor;
  }
}

/** Options of {@link addcmul} and {@link addcdiv}. */
export interface ValueOptions {
  /** The factor of the product. Default 1. */
  value?: number;
}

const of = (x: Reference, y: Reference, z: Reference | number, f: (x: number, y: number, z: number) => number) => ({
  shape: x.shape,
  data: Float64Array.from(x.data, (v, i) => f(v, y.data[i], typeof z === 'number' ? z : z.data[i])),
});

/** Counted from the nearer end, so that a weight of 1 gives `end` itself. */
function mixed(name: string, input: Tensor, end: Tensor, weight: Operand): Tensor {
  check_tensor(name, 'input', input);
  check_tensor(name, 'end', end);
  const share = check_operand(name, 'weight', weight);
  const way = sub(end, input);
  if (typeof share === 'number')
    return Math.abs(share) < 0.5 ? add(input, mul(way, share)) : sub(end, mul(way, 1 - share));
  const near = lt(abs(share), 0.5);
  return where(near, add(input, mul(share, way)), sub(end, mul(way, sub(1, share))));
}

/**
 * From `input` to `end`, by the share `weight`.
 * @example
 * ```ts
 * torch.lerp(torch.tensor([0, 10]), torch.tensor([1, 20]), 0.5).tolist(); // [0.5, 15]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.lerp.html
 */
export const lerp = op({
  name: 'lerp',
  call: (input: Tensor, end: Tensor, weight: Operand): Tensor => mixed('lerp', input, end, weight),
  inplace: (input: Tensor, end: Tensor, weight: Operand): Tensor => input.copy_(mixed('lerp_', input, end, weight)),
  reference: (x: Reference, y: Reference, w: Reference | number) => of(x, y, w, (a, b, c) => a + c * (b - a)),
  samples: () => [
    { args: [sample([7]), sample([7]), 0.3] },
    { args: [sample([7]), sample([7]), 0.8] },
    { args: [sample([2, 3]), sample([2, 3]), sample([2, 3])] },
  ],
  errors: () => [{ args: [sample([2]), sample([2]), 'half'], message: /^lerp: expected weight to be .*, got "half"/ }],
});

function blend(name: 'addcmul' | 'addcdiv', combine: typeof mul, f: (y: number, z: number) => number) {
  const product = (as: string, tensor1: Operand, tensor2: Operand, given: readonly unknown[]): Tensor => {
    const { value } = positional(as, given, { value: 1 });
    check_number(as, 'value', value);
    const one = combine(tensor1, tensor2);
    return value === 1 ? one : mul(one, value);
  };
  return op({
    name,
    call: (input: Tensor, tensor1: Operand, tensor2: Operand, ...given: readonly unknown[]): Tensor =>
      add(input, product(name, tensor1, tensor2, given)),
    inplace: (input: Tensor, tensor1: Operand, tensor2: Operand, ...given: readonly unknown[]): Tensor =>
      input.add_(product(`${name}_`, tensor1, tensor2, given)),
    reference: (x: Reference, y: Reference, z: Reference, value = 1) => of(x, y, z, (a, b, c) => a + value * f(b, c)),
    samples: () => [
      { args: [sample([7]), sample([7]), sample([7], { range: [0.5, 2] })] },
      { args: [sample([2, 3]), sample([2, 3]), sample([2, 3], { range: [0.5, 2] }), -0.5] },
    ],
    errors: () => [
      { args: [sample([2]), sample([2]), sample([2]), '1'], message: /expected value to be a number, got "1"/ },
      { args: [sample([2]), sample([2]), sample([2]), { valu: 1 }], message: /Misspelled option "valu"/ },
    ],
  }) as unknown as (input: Tensor, tensor1: Operand, tensor2: Operand, options?: number | ValueOptions) => Tensor;
}

/**
 * `input + value * tensor1 * tensor2`.
 * @example
 * ```ts
 * torch.addcmul(torch.ones([2]), torch.tensor([1, 2]), torch.tensor([3, 4]), { value: 0.5 }).tolist(); // [2.5, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.addcmul.html
 */
export const addcmul = blend('addcmul', mul, (y, z) => y * z);
/**
 * `input + value * tensor1 / tensor2`.
 * @example
 * ```ts
 * torch.addcdiv(torch.zeros([2]), torch.tensor([1, 3]), torch.tensor([2, 4]), { value: 10 }).tolist(); // [5, 7.5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.addcdiv.html
 */
export const addcdiv = blend('addcdiv', div, (y, z) => y / z);
