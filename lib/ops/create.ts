import { is_options } from '../arguments';
import {
  check_boolean,
  check_integer,
  check_number,
  check_options,
  describe,
  fail,
  fail_type,
  shape_text,
} from '../errors';
import { kernel } from '../native/kernel';
import { copy_into, fill_with } from '../native/map';
import { bool, DType, dtypes, get_default_dtype, int64, type TypedArray } from '../tensor/dtype';
import { check_size, contiguous_strides, numel_of } from '../tensor/shape';
import { Storage } from '../tensor/storage';
import { allocate, check_tensor, Tensor } from '../tensor/tensor';

/** Making tensors. */

/** Options of functions that make tensors. */
export interface TensorOptions {
  /** Default: the default dtype, or what the values ask for. */
  dtype?: DType;
  /** Record what becomes of it, for backward. Default false. */
  requires_grad?: boolean;
}

/** Nested arrays of numbers, booleans or bigints. */
export type NestedArray = number | boolean | bigint | readonly NestedArray[];

interface Judged {
  dtype: DType | null;
  requires_grad: boolean;
}

function check_tensor_options(op: string, options: unknown): Judged {
  const judged = check_options<Judged>(op, options, { dtype: null, requires_grad: false });
  if (judged.dtype !== null && !(judged.dtype instanceof DType))
    fail_type(op, 'dtype', 'a torch dtype such as torch.float32', judged.dtype);
  check_boolean(op, 'requires_grad', judged.requires_grad);
  return judged;
}

export function finish(op: string, tensor: Tensor, requires_grad: boolean): Tensor {
  if (requires_grad && !tensor.dtype.is_floating_point)
    fail(op, `only floating point tensors can require grad, got ${tensor.dtype}`);
  tensor.leaf_requires_grad = requires_grad;
  return tensor;
}

/**
 * A tensor with a copy of the data: nested arrays, a typed array, a number, or another tensor. Numbers give the default dtype
 * (float32, whole numbers too), booleans bool, bigints int64.
 * @example
 * ```ts
 * torch.tensor([[1, 2], [3, 4]]).shape; // [2, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.tensor.html
 */
export function tensor(data: NestedArray | TypedArray | Tensor, options?: TensorOptions): Tensor {
  const { dtype, requires_grad } = check_tensor_options('tensor', options);
  if (data instanceof Tensor) return finish('tensor', copy_of(data, dtype ?? data.dtype), requires_grad);
  if (ArrayBuffer.isView(data)) return finish('tensor', from_view('tensor', data, dtype), requires_grad);
  const shape: number[] = [];
  const values: (number | bigint)[] = [];
  const kinds = new Set<string>();
  collect(data, 0, shape, values, kinds, true);
  const made = allocate(shape, dtype ?? dtype_of(kinds));
  write_values(made, values);
  return finish('tensor', made, requires_grad);
}

function collect(
  data: unknown,
  depth: number,
  shape: number[],
  values: (number | bigint)[],
  kinds: Set<string>,
  first: boolean,
): void {
  if (Array.isArray(data)) {
    if (first) shape.push(data.length);
    else if (depth >= shape.length || data.length !== shape[depth])
      fail(
        'tensor',
        `ragged nested array: expected ${depth < shape.length ? `${shape[depth]} elements` : 'a number'} at depth ${depth}, got ${describe(data)}`,
      );
    if (depth >= 16) fail('tensor', 'expected at most 16 dimensions');
    for (let i = 0; i < data.length; i++) collect(data[i], depth + 1, shape, values, kinds, first && i === 0);
    return;
  }
  if (depth !== shape.length)
    fail('tensor', `ragged nested array: expected ${shape[depth]} elements at depth ${depth}, got ${describe(data)}`);
  kinds.add(typeof data);
  if (typeof data === 'number' || typeof data === 'bigint') values.push(data);
  else if (typeof data === 'boolean') values.push(data ? 1 : 0);
  else if (data instanceof Tensor && data.count === 1) {
    kinds.delete('object');
    kinds.add('number');
    values.push(read_item(data));
  } else fail_type('tensor', 'data', 'numbers, booleans or bigints in nested arrays', data);
}

function dtype_of(kinds: ReadonlySet<string>): DType {
  if (kinds.has('number') || kinds.size === 0) return get_default_dtype();
  return kinds.has('bigint') ? int64 : bool;
}

/** Writes JavaScript values into a fresh contiguous tensor. */
function write_values(target: Tensor, values: readonly (number | bigint)[]): void {
  if (target.count === 0) return;
  const { dtype } = target;
  const array = new dtype.array(values.length);
  if (dtype === int64) for (let i = 0; i < values.length; i++) (array as BigInt64Array)[i] = to_bigint(values[i]);
  else if (dtype === bool)
    for (let i = 0; i < values.length; i++) (array as Uint8Array)[i] = Number(values[i]) !== 0 ? 1 : 0;
  else for (let i = 0; i < values.length; i++) (array as Float32Array)[i] = Number(values[i]);
  target.storage.copy_in(0, array);
}

function to_bigint(value: number | bigint): bigint {
  if (typeof value === 'bigint') return BigInt.asIntN(64, value);
  if (!Number.isFinite(value)) fail('tensor', `${value} cannot be stored as torch.int64`);
  return BigInt.asIntN(64, BigInt(Math.trunc(value)));
}

const dtype_names: Readonly<Record<string, string>> = {
  Float32Array: 'float32',
  Float64Array: 'float64',
  BigInt64Array: 'int64',
  Int32Array: 'int32',
  Uint8Array: 'uint8',
  Uint8ClampedArray: 'uint8',
};

/** The dtype of a typed array of any realm. */
export function dtype_of_array(op: string, array: ArrayBufferView): DType {
  const kind = Object.prototype.toString.call(array).slice(8, -1);
  const found = dtypes.find((dtype) => dtype.name === dtype_names[kind]);
  // A Buffer is a Uint8Array of its own class.
  return (
    found ?? fail(op, `expected a Float32Array, Float64Array, BigInt64Array, Int32Array or Uint8Array, got ${kind}`)
  );
}

function from_view(op: string, array: ArrayBufferView, dtype: DType | null): Tensor {
  const own = dtype_of_array(op, array);
  const { length } = array as Uint8Array;
  const made = allocate([length], own);
  if (length > 0) made.storage.copy_in(0, array);
  return dtype === null || dtype === own ? made : copy_of(made, dtype);
}

function copy_of(from: Tensor, dtype: DType): Tensor {
  const made = allocate(from.shape, dtype);
  copy_into(made, from);
  return made;
}

/**
 * A tensor over the user's memory, without a copy: changes are seen on both sides. SharedArrayBuffers work too. The buffer must not be
 * detached or resized while the tensor is used.
 * @example
 * ```ts
 * const a = new Float32Array([1, 2, 3]);
 * torch.from_typed_array(a).mul_(2);
 * a; // [2, 4, 6]
 * ```
 */
export function from_typed_array(array: TypedArray, shape?: readonly number[]): Tensor {
  if (!ArrayBuffer.isView(array) || array instanceof DataView)
    fail_type('from_typed_array', 'array', 'a typed array', array);
  const dtype = dtype_of_array('from_typed_array', array);
  const { buffer } = array as { buffer: ArrayBufferLike & { resizable?: boolean; growable?: boolean } };
  if (buffer.resizable || buffer.growable)
    fail('from_typed_array', 'the array lies in a resizable buffer; copy it with torch.tensor()');
  const size = shape === undefined ? [array.length] : check_size('from_typed_array', shape);
  if (numel_of(size) !== array.length)
    fail('from_typed_array', `shape ${shape_text(size)} does not fit ${array.length} elements`);
  return new Tensor(Storage.wrap(array), dtype, size, contiguous_strides(size), 0);
}

/** A size as an array or number by number, then maybe options. */
export function split_size(op: string, given: readonly unknown[]): { size: number[]; options: unknown } {
  const last = given[given.length - 1];
  const has_options = given.length > 0 && typeof last !== 'number' && !Array.isArray(last);
  return { size: check_size(op, has_options ? given.slice(0, -1) : given), options: has_options ? last : undefined };
}

/** A value and then options, or the value among them. */
function first_of(given: readonly unknown[], name: string): [value: unknown, options: unknown] {
  const [value] = given;
  if (!is_options(value)) return [value, given[1]];
  const { [name]: named, ...options } = value as Record<string, unknown>;
  return [named, options];
}

/** Functions called as `f([2, 3], options)` or `f(2, 3, options)`. */
export interface Sized<O = TensorOptions> {
  (size: readonly number[], options?: O): Tensor;
  (...size: readonly (number | O)[]): Tensor;
}

function constant(op: string, value: number | null): Sized {
  return (...given: readonly unknown[]) => {
    const { size, options } = split_size(op, given);
    const { dtype, requires_grad } = check_tensor_options(op, options);
    const made = allocate(size, dtype ?? get_default_dtype());
    if (value !== null) fill_with(made, value);
    return finish(op, made, requires_grad);
  };
}

/**
 * A tensor filled with 0.
 * @example
 * ```ts
 * torch.zeros(2, 3).shape; // [2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.zeros.html
 */
export const zeros = constant('zeros', 0);
/**
 * A tensor filled with 1.
 * @example
 * ```ts
 * torch.ones([2, 2]).tolist(); // [[1, 1], [1, 1]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.ones.html
 */
export const ones = constant('ones', 1);
/**
 * Uninitialised memory.
 * @example
 * ```ts
 * torch.empty([2, 3]).shape; // [2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.empty.html
 */
export const empty = constant('empty', null);

/**
 * A tensor filled with one value: of bool for a boolean, of the default dtype for a number.
 * @example
 * ```ts
 * torch.full([2, 2], 7).tolist(); // [[7, 7], [7, 7]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.full.html
 */
export function full(size: readonly number[], fill_value: number | boolean, options?: TensorOptions): Tensor;
export function full(size: readonly number[], options: TensorOptions & { fill_value: number | boolean }): Tensor;
export function full(size: readonly number[], ...given: readonly unknown[]): Tensor {
  const [fill_value, options] = first_of(given, 'fill_value') as [number, unknown];
  const value = check_number('full', 'fill_value', fill_value);
  const { dtype, requires_grad } = check_tensor_options('full', options);
  const made = allocate(
    check_size('full', size),
    dtype ?? (typeof (fill_value as unknown) === 'boolean' ? bool : get_default_dtype()),
  );
  fill_with(made, value);
  return finish('full', made, requires_grad);
}

const arange_kernel = kernel('arange');

/**
 * `start`, `start + step`, … up to but not including `end`. int64 where all three are whole numbers, else of the default dtype.
 * @example
 * ```ts
 * torch.arange(4).tolist(); // [0, 1, 2, 3]
 * torch.arange(1, 2, 0.25).tolist(); // [1, 1.25, 1.5, 1.75]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.arange.html
 */
export function arange(end: number, options?: TensorOptions & { step?: number }): Tensor;
export function arange(start: number, end: number, options?: TensorOptions & { step?: number }): Tensor;
export function arange(start: number, end: number, step: number, options?: TensorOptions): Tensor;
export function arange(...given: readonly unknown[]): Tensor {
  const last = given[given.length - 1];
  const { step: named, ...options } = (typeof last === 'number' ? {} : (last ?? {})) as { step?: unknown };
  const bounds = typeof last === 'number' ? given : given.slice(0, -1);
  const numbers = (named === undefined ? bounds : bounds.length === 1 ? [0, bounds[0], named] : [...bounds, named]).map(
    (each) => check_number('arange', 'a bound', each),
  );
  if (numbers.length < 1 || numbers.length > 3)
    fail('arange', `expected end, or start and end, or start, end and step, got ${numbers.length} numbers`);
  const [start, end, step] = numbers.length === 1 ? [0, numbers[0], 1] : [numbers[0], numbers[1], numbers[2] ?? 1];
  const { dtype, requires_grad } = check_tensor_options('arange', options);
  if (!(step !== 0 && numbers.every(Number.isFinite)))
    fail('arange', `expected finite numbers and a step other than 0, got ${describe(numbers)}`);
  const count = Math.ceil((end - start) / step);
  if (count < 0) fail('arange', `from ${start} to ${end} in steps of ${step} leads nowhere`);
  const made = allocate(
    check_size('arange', [count]),
    dtype ?? (numbers.every(Number.isInteger) ? int64 : get_default_dtype()),
  );
  if (count > 0) arange_kernel(made.dtype.code, count, made, start, step);
  return finish('arange', made, requires_grad);
}

const linspace_kernel = kernel('linspace');

/**
 * `steps` numbers at equal distances from `start` to `end`, both included.
 * @example
 * ```ts
 * torch.linspace(0, 1, 5).tolist(); // [0, 0.25, 0.5, 0.75, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linspace.html
 */
export function linspace(start: number, end: number, steps: number, options?: TensorOptions): Tensor;
export function linspace(start: number, end: number, options: TensorOptions & { steps: number }): Tensor;
export function linspace(start: number, end: number, ...given: readonly unknown[]): Tensor {
  const [steps, options] = first_of(given, 'steps') as [number, unknown];
  check_number('linspace', 'start', start);
  check_number('linspace', 'end', end);
  check_integer('linspace', 'steps', steps, 0);
  const { dtype, requires_grad } = check_tensor_options('linspace', options);
  const made = allocate(check_size('linspace', [steps]), dtype ?? get_default_dtype());
  if (steps > 0) linspace_kernel(made.dtype.code, steps, made, start, end);
  return finish('linspace', made, requires_grad);
}

const eye_kernel = kernel('eye');

/**
 * The identity matrix of n rows and m columns (default n).
 * @example
 * ```ts
 * torch.eye(2, 3).tolist(); // [[1, 0, 0], [0, 1, 0]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.eye.html
 */
export function eye(n: number, options?: TensorOptions & { m?: number | null }): Tensor;
export function eye(n: number, m: number | null, options?: TensorOptions): Tensor;
export function eye(n: number, ...more: readonly unknown[]): Tensor {
  const [m, options] = first_of(more, 'm');
  const size = check_size('eye', [n, (m ?? n) as number]);
  const { dtype, requires_grad } = check_tensor_options('eye', options);
  const made = allocate(size, dtype ?? get_default_dtype());
  if (made.count > 0) eye_kernel(made.dtype.code, size[0], size[1], made);
  return finish('eye', made, requires_grad);
}

function like(op: string, input: Tensor, value: number | null, options: unknown): Tensor {
  check_tensor(op, 'input', input);
  const { dtype, requires_grad } = check_tensor_options(op, options);
  const made = allocate(input.shape, dtype ?? input.dtype);
  if (value !== null) fill_with(made, value);
  return finish(op, made, requires_grad);
}

/**
 * Zeros in the shape and dtype of another tensor; options name another dtype.
 * @example
 * ```ts
 * torch.zeros_like(torch.ones([2]), { dtype: torch.int64 }).dtype; // torch.int64
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.zeros_like.html
 */
export function zeros_like(input: Tensor, options?: TensorOptions): Tensor {
  return like('zeros_like', input, 0, options);
}

/**
 * Ones in the shape and dtype of another tensor; options name another dtype.
 * @example
 * ```ts
 * torch.ones_like(torch.zeros([2])).tolist(); // [1, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.ones_like.html
 */
export function ones_like(input: Tensor, options?: TensorOptions): Tensor {
  return like('ones_like', input, 1, options);
}

/**
 * A tensor filled with one value, in the shape and dtype of another; options name another dtype.
 * @example
 * ```ts
 * torch.full_like(torch.zeros([2]), 7).tolist(); // [7, 7]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.full_like.html
 */
export function full_like(input: Tensor, fill_value: number | boolean, options?: TensorOptions): Tensor {
  return like('full_like', input, check_number('full_like', 'fill_value', fill_value), options);
}

/**
 * Uninitialised memory in the shape and dtype of another tensor; options name another dtype.
 * @example
 * ```ts
 * torch.empty_like(torch.ones([2, 3])).shape; // [2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.empty_like.html
 */
export function empty_like(input: Tensor, options?: TensorOptions): Tensor {
  return like('empty_like', input, null, options);
}

const cells = new Map(dtypes.map((dtype) => [dtype, new dtype.array(1)]));

/** The value of a tensor of one element; integers beyond 2^53 lose digits (see `typed_array`). */
export function read_item(tensor: Tensor): number {
  const cell = cells.get(tensor.dtype)!;
  tensor.storage.copy_out(tensor.offset * tensor.dtype.itemsize, cell);
  return Number(cell[0]);
}
