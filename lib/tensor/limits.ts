import { fail_type } from '../errors';
import { bool, DType, float32, int32, int64, promote_types, uint8 } from './dtype';

/** What numbers the dtypes hold, and which dtype two of them give. */

/** Limits of a floating point dtype. */
export interface Finfo {
  /** Of one number in memory. */
  bits: number;
  /** The distance from 1 to the next number. */
  eps: number;
  /** The largest number. */
  max: number;
  /** The smallest number: `-max`. */
  min: number;
  /** The smallest positive normal number. */
  tiny: number;
  /** Another name of `tiny`. */
  smallest_normal: number;
  /** Decimal digits are exact to this share. */
  resolution: number;
  /** The dtype's name. */
  dtype: string;
}

/** Limits of an integer dtype. int64's lie beyond what a number holds exactly. */
export interface Iinfo {
  /** Of one number in memory. */
  bits: number;
  /** The largest number. */
  max: number;
  /** The smallest number. */
  min: number;
  /** The dtype's name. */
  dtype: string;
}

/**
 * Limits of a floating point dtype.
 * @example
 * ```ts
 * torch.finfo(torch.float64).eps === Number.EPSILON; // true
 * ```
 * @see https://pytorch.org/docs/stable/type_info.html
 */
export function finfo(dtype: DType = float32): Finfo {
  if (!(dtype instanceof DType) || !dtype.is_floating_point)
    fail_type('finfo', 'dtype', 'torch.float32 or torch.float64', dtype instanceof DType ? String(dtype) : dtype);
  const [bits, digits, exponent, resolution] = dtype === float32 ? [32, 23, 127, 1e-6] : [64, 52, 1023, 1e-15];
  const max = (2 - 2 ** -digits) * 2 ** exponent;
  const tiny = 2 ** (1 - exponent);
  return { bits, eps: 2 ** -digits, max, min: -max, tiny, smallest_normal: tiny, resolution, dtype: dtype.name };
}

/**
 * Limits of an integer dtype.
 * @example
 * ```ts
 * torch.iinfo(torch.uint8).max; // 255
 * ```
 * @see https://pytorch.org/docs/stable/type_info.html
 */
export function iinfo(dtype: DType): Iinfo {
  if (dtype === uint8) return { bits: 8, max: 255, min: 0, dtype: 'uint8' };
  if (dtype === int32) return { bits: 32, max: 2 ** 31 - 1, min: -(2 ** 31), dtype: 'int32' };
  if (dtype === int64) return { bits: 64, max: 2 ** 63, min: -(2 ** 63), dtype: 'int64' };
  return fail_type('iinfo', 'dtype', 'torch.uint8, int32 or int64', dtype instanceof DType ? String(dtype) : dtype);
}

/**
 * The dtype of an operation between tensors of these.
 * @example
 * ```ts
 * torch.promote_types(torch.int64, torch.float32) === torch.float32; // true
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.promote_types.html
 */
export function promoted_types(type1: DType, type2: DType): DType {
  for (const [name, dtype] of Object.entries({ type1, type2 }))
    if (!(dtype instanceof DType)) fail_type('promote_types', name, 'a torch dtype such as torch.float32', dtype);
  return promote_types(type1, type2);
}

/** Bools are below integers, integers below floats. */
const category = (dtype: DType): number => (dtype === bool ? 0 : dtype.is_floating_point ? 2 : 1);

/**
 * Whether a tensor of one dtype may become one of another in place: not a float an integer, nor a number a bool.
 * @example
 * ```ts
 * torch.can_cast(torch.float64, torch.int64); // false
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.can_cast.html
 */
export function can_cast(from_: DType, to: DType): boolean {
  for (const [name, dtype] of Object.entries({ from_, to }))
    if (!(dtype instanceof DType)) fail_type('can_cast', name, 'a torch dtype such as torch.float32', dtype);
  return category(from_) <= category(to);
}
