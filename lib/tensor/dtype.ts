export type TypedArray = Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array;
type ArrayClass = {
  new (length: number): TypedArray;
  new (buffer: ArrayBufferLike, offset?: number, length?: number): TypedArray;
};

/**
 * An element type, as in PyTorch: `torch.float32`, `torch.int64`, …
 * @example
 * ```ts
 * torch.float64.itemsize; // 8
 * torch.int64.is_floating_point; // false
 * ```
 */
export class DType {
  constructor(
    readonly name: string,
    /** The number the native side knows it by. */
    readonly code: number,
    readonly itemsize: number,
    readonly is_floating_point: boolean,
    readonly array: ArrayClass,
    /** Place in type promotion: boolean < integer < floating point, wider ones later. */
    readonly rank: number,
  ) {}

  /** `torch.float32`, as PyTorch prints it. */
  toString(): string {
    return `torch.${this.name}`;
  }
}

/** 32-bit floats, in a Float32Array; the default. */
export const float32 = new DType('float32', 0, 4, true, Float32Array as ArrayClass, 4);
/** 64-bit floats, in a Float64Array. */
export const float64 = new DType('float64', 1, 8, true, Float64Array as ArrayClass, 5);
/** 64-bit integers, in a BigInt64Array; indices and class numbers. */
export const int64 = new DType('int64', 2, 8, false, BigInt64Array as unknown as ArrayClass, 3);
/** 32-bit integers, in an Int32Array. */
export const int32 = new DType('int32', 3, 4, false, Int32Array as ArrayClass, 2);
/** Bytes, in a Uint8Array. */
export const uint8 = new DType('uint8', 4, 1, false, Uint8Array as ArrayClass, 1);
/** 0 or 1 in a byte each, in a Uint8Array; `tolist()` gives booleans. */
export const bool = new DType('bool', 5, 1, false, Uint8Array as ArrayClass, 0);

/** Another name of {@link float32}. */
export const float = float32;
/** Another name of {@link float64}. */
export const double = float64;
/** Another name of {@link int64}. */
export const long = int64;
/** Another name of {@link int32}. */
export const int = int32;

export const dtypes: readonly DType[] = [float32, float64, int64, int32, uint8, bool];

let current_default = float32;

/**
 * The dtype of new tensors made from numbers: float32 unless `set_default_dtype` changed it.
 * @example
 * ```ts
 * torch.get_default_dtype(); // torch.float32
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.get_default_dtype.html
 */
export function get_default_dtype(): DType {
  return current_default;
}

/**
 * As `torch.set_default_dtype`: float32 or float64.
 * @example
 * ```ts
 * torch.set_default_dtype(torch.float64);
 * torch.tensor([1]).dtype; // torch.float64
 * torch.set_default_dtype(torch.float32);
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.set_default_dtype.html
 */
export function set_default_dtype(dtype: DType): void {
  if (dtype !== float32 && dtype !== float64)
    throw new TypeError(`set_default_dtype: expected torch.float32 or torch.float64, got ${dtype}`);
  current_default = dtype;
}

/** The dtype two tensors are computed in (`torch.promote_types`). */
export function promote_types(a: DType, b: DType): DType {
  return a.rank >= b.rank ? a : b;
}

/** The dtype of a tensor combined with a number: the tensor's, unless the number is of a higher category. */
export function promote_scalar(a: DType, value: number | boolean): DType {
  if (a.is_floating_point) return a;
  if (typeof value === 'boolean') return a;
  if (!Number.isInteger(value)) return current_default;
  return a === bool ? int64 : a;
}
