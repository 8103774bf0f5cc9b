import { check_options, fail_type } from '../errors';
import { DType, type TypedArray } from '../tensor/dtype';
import { check_tensor, Tensor } from '../tensor/tensor';
import {
  empty,
  from_typed_array,
  full,
  type NestedArray,
  ones,
  type Sized,
  split_size,
  type TensorOptions,
  tensor,
  zeros,
} from './create';
import { add_method } from './define';
import { cast_to } from './operand';

/** Tensors made like another: of its dtype, of any size. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** Zeros of this dtype. */
    new_zeros: Sized;
    /** Ones of this dtype. */
    new_ones: Sized;
    /** Uninitialised memory of this dtype. */
    new_empty: Sized;
    /** One value in this dtype. */
    new_full(size: readonly number[], fill_value: number | boolean, options?: TensorOptions): Tensor;
    /** The data in this dtype. */
    new_tensor(data: NestedArray | TypedArray | Tensor, options?: TensorOptions): Tensor;
  }
}

/** A tensor's own dtype, unless the options name another. */
function in_dtype_of(input: Tensor, options: object | undefined): TensorOptions {
  return { dtype: input.dtype, ...options };
}

for (const [name, make] of Object.entries({ new_zeros: zeros, new_ones: ones, new_empty: empty })) {
  add_method(name, ((input: Tensor, ...given: readonly unknown[]): Tensor => {
    const { size, options } = split_size(name, given);
    return make(size, in_dtype_of(input, options as object));
  }) as never);
}
add_method('new_full', ((input: Tensor, size: readonly number[], value: number | boolean, options?: TensorOptions) =>
  full(size, value, in_dtype_of(input, options))) as never);
add_method('new_tensor', ((input: Tensor, data: NestedArray | TypedArray | Tensor, options?: TensorOptions) =>
  tensor(data, in_dtype_of(input, options))) as never);

/**
 * The data as a tensor, without a copy where that is possible: a Tensor of this dtype is returned itself, the memory of a typed array is
 * shared; everything else is copied as by {@link tensor}.
 * @example
 * ```ts
 * const x = torch.zeros([2]);
 * torch.as_tensor(x) === x; // true
 * torch.as_tensor([1, 2]).tolist(); // [1, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.as_tensor.html
 */
export function as_tensor(data: NestedArray | TypedArray | Tensor, options?: { dtype?: DType }): Tensor {
  const { dtype } = check_options('as_tensor', options, { dtype: null as DType | null });
  if (dtype !== null && !(dtype instanceof DType))
    fail_type('as_tensor', 'dtype', 'a torch dtype such as torch.float32', dtype);
  const made =
    data instanceof Tensor
      ? data
      : ArrayBuffer.isView(data)
        ? from_typed_array(data)
        : tensor(data, { dtype: dtype ?? undefined });
  return dtype === null ? made : cast_to(made, dtype);
}

/**
 * The number of elements.
 * @example
 * ```ts
 * torch.numel(torch.zeros([2, 3])); // 6
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.numel.html
 */
export function numel(input: Tensor): number {
  return check_tensor('numel', 'input', input).count;
}

/**
 * Is the dtype a floating point one?
 * @example
 * ```ts
 * torch.is_floating_point(torch.zeros([1])); // true
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.is_floating_point.html
 */
export function is_floating_point(input: Tensor): boolean {
  return check_tensor('is_floating_point', 'input', input).dtype.is_floating_point;
}
