export type TypedArray = Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array;
type ArrayClass = {
  new (length: number): TypedArray;
  new (buffer: ArrayBufferLike, offset?: number, length?: number): TypedArray;
};

/** An element type, as in PyTorch: `torch.float32`, `torch.int64`, … */
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

  toString(): string {
    return `torch.${this.name}`;
  }
}

export const float32 = new DType('float32', 0, 4, true, Float32Array as ArrayClass, 4);
export const float64 = new DType('float64', 1, 8, true, Float64Array as ArrayClass, 5);
export const int64 = new DType('int64', 2, 8, false, BigInt64Array as unknown as ArrayClass, 3);
export const int32 = new DType('int32', 3, 4, false, Int32Array as ArrayClass, 2);
export const uint8 = new DType('uint8', 4, 1, false, Uint8Array as ArrayClass, 1);
export const bool = new DType('bool', 5, 1, false, Uint8Array as ArrayClass, 0);

export const dtypes: readonly DType[] = [float32, float64, int64, int32, uint8, bool];

let current_default = float32;

/** The dtype of new tensors made from numbers: float32 unless `set_default_dtype` changed it. */
export function get_default_dtype(): DType {
  return current_default;
}

/** As `torch.set_default_dtype`: float32 or float64. */
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
