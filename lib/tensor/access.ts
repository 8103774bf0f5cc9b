import { bytes_text, check_boolean, check_options, describe, fail, fail_range, fail_type, shape_text } from '../errors';
import { heap_left } from '../native/heap';
import { copy_into } from '../native/map';
import { dtype_of_array, read_item } from '../ops/create';
import { add_method } from '../ops/define';
import { cast_to } from '../ops/operand';
import { clone, detach, select } from '../ops/views';
import { bool, DType, float32, float64, int32, int64, type TypedArray, uint8 } from './dtype';
import { allocate, Tensor } from './tensor';

/** From tensors to JavaScript values, and from one dtype to another. */

/** What `tolist()` gives: a number, boolean or bigint for a 0-dim tensor, else nested arrays of them. */
export type NestedList = number | boolean | bigint | NestedList[];

/** Options of {@link Tensor.to}. */
export interface ToOptions {
  /** Default: the tensor's own. */
  dtype?: DType | null;
  /** Copy even where nothing changes. Default false. */
  copy?: boolean;
}

declare module './tensor' {
  interface Tensor {
    /**
     * The value of a tensor of one element: a number, a boolean for bool, a bigint for int64 beyond 2^53.
     * @see https://pytorch.org/docs/stable/generated/torch.Tensor.item.html
     */
    item(): number;
    /**
     * The values as nested arrays: numbers, booleans for bool, bigints for int64 beyond 2^53.
     * @example
     * ```ts
     * torch.tensor([[1, 2], [3, 4]]).tolist(); // [[1, 2], [3, 4]]
     * ```
     */
    tolist(): NestedList;
    /**
     * The values as a typed array that shares the tensor's memory (a copy where they do not lie in order): Float32Array, Float64Array, BigInt64Array,
     * Int32Array, or Uint8Array for uint8 and bool. The memory stays taken until that array is gone; see docs/memory.md.
     * @example
     * ```ts
     * const t = torch.zeros([2]);
     * t.typed_array()[0] = 5;
     * t.tolist(); // [5, 0]
     * ```
     */
    typed_array(): TypedArray;
    /** Copies the values, converted, into a typed array of as many elements, and returns it. Pins no memory. */
    copy_to<A extends TypedArray>(array: A): A;
    /**
     * The tensor in another dtype (that of another tensor); itself if nothing changes.
     * @see https://pytorch.org/docs/stable/generated/torch.Tensor.to.html
     */
    to(dtype: DType | Tensor, options?: { copy?: boolean }): Tensor;
    to(options: ToOptions): Tensor;
    /** The tensor in another dtype: {@link Tensor.to}. */
    type(dtype: DType): Tensor;
    /** The tensor in the dtype of another. */
    type_as(other: Tensor): Tensor;
    /** The tensor as float32. */
    float(): Tensor;
    /** The tensor as float64. */
    double(): Tensor;
    /** The tensor as int64, rounded towards 0. */
    long(): Tensor;
    /** The tensor as int32, rounded towards 0. */
    int(): Tensor;
    /** The tensor as uint8, rounded towards 0. */
    byte(): Tensor;
    /** The tensor as bool: is it nonzero? */
    bool(): Tensor;
    /** The slices along the first dimension. */
    [Symbol.iterator](): IterableIterator<Tensor>;
  }
}

function value_of(dtype: DType, value: number | bigint): number | boolean | bigint {
  if (dtype === bool) return value !== 0;
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** A typed array holding a copy of the values in row-major order. */
export function copied_values(op: string, x: Tensor): TypedArray {
  const array = new x.dtype.array(x.count);
  if (x.count === 0) return array;
  const dense = ordered(x);
  if (dense.storage.released) fail(op, 'the tensor was disposed of');
  dense.storage.copy_out(dense.offset * dense.dtype.itemsize, array);
  return array;
}

/** The values in row-major order, outside the graph. */
function ordered(x: Tensor): Tensor {
  if (x.is_contiguous()) return x;
  const copy = allocate(x.shape, x.dtype);
  copy_into(copy, x);
  return copy;
}

function item(x: Tensor): number | boolean | bigint {
  if (x.count !== 1) fail('item', `expected a tensor of one element, got shape ${shape_text(x.shape)}; use tolist()`);
  if (x.dtype === int64) return value_of(int64, copied_values('item', x)[0]);
  return value_of(x.dtype, read_item(x));
}

/** V8 ends the process when its heap is full or one array too long for it, so both are foreseen: an array that grows needs twice its size. */
const LONGEST_LIST = 2 ** 26;
function check_heap(x: Tensor): void {
  if (x.count < 2 ** 20) return;
  const needed = 16 * x.count;
  const left = heap_left();
  if (needed > left || x.shape.some((size) => size > LONGEST_LIST))
    fail_range(
      'tolist',
      `a list of shape ${shape_text(x.shape)} takes ${bytes_text(needed)}, JavaScript's heap has ${bytes_text(left)} left (and a list at most ${LONGEST_LIST} elements); use typed_array() or copy_to()`,
    );
}

function tolist(x: Tensor): NestedList {
  check_heap(x);
  const values = copied_values('tolist', x);
  let at = 0;
  const nest = (dim: number): NestedList => {
    if (dim === x.ndim) return value_of(x.dtype, values[at++]);
    const list: NestedList[] = [];
    for (let i = 0; i < x.shape[dim]; i++) list.push(nest(dim + 1));
    return list;
  };
  return nest(0);
}

function typed_array(x: Tensor): TypedArray {
  if (x.count === 0) return new x.dtype.array(0);
  if (x.storage.released) fail('typed_array', 'the tensor was disposed of');
  const dense = ordered(x);
  const start = dense.storage.external?.byteOffset ?? 0;
  return new x.dtype.array(dense.storage.buffer('typed_array'), start + dense.offset * x.dtype.itemsize, x.count);
}

function copy_to<A extends TypedArray>(x: Tensor, array: A): A {
  if (!ArrayBuffer.isView(array)) fail_type('copy_to', 'array', 'a typed array', array);
  const dtype = dtype_of_array('copy_to', array);
  if (array.length !== x.count)
    fail('copy_to', `expected an array of ${x.count} elements for shape ${shape_text(x.shape)}, got ${array.length}`);
  if (x.count === 0) return array;
  if (x.storage.released) fail('copy_to', 'the tensor was disposed of');
  const dense = ordered(x.dtype === dtype || (x.dtype === bool && dtype === uint8) ? x : cast_to(detach(x), dtype));
  dense.storage.copy_out(dense.offset * dense.dtype.itemsize, array);
  return array;
}

function to(x: Tensor, target: unknown, more?: unknown): Tensor {
  const given = target instanceof DType ? target : target instanceof Tensor ? target.dtype : null;
  if (given === null && (typeof target !== 'object' || target === null))
    fail_type('to', 'dtype', 'a torch dtype, a Tensor or options', target);
  const { dtype, copy } = check_options<Required<ToOptions>>('to', given === null ? target : more, {
    dtype: given,
    copy: false,
  });
  if (dtype !== null && !(dtype instanceof DType))
    fail('to', `expected dtype to be a torch dtype such as torch.float32, got ${describe(dtype)}`);
  check_boolean('to', 'copy', copy);
  if (dtype === null || dtype === x.dtype) return copy ? clone(x) : x;
  return cast_to(x, dtype);
}

function* slices(x: Tensor): Generator<Tensor, void, undefined> {
  if (x.ndim === 0) fail('iterator', 'a 0-dim tensor cannot be iterated over');
  for (let i = 0; i < x.shape[0]; i++) yield select(x, 0, i);
}

const conversions = { float: float32, double: float64, long: int64, int: int32, byte: uint8, bool } as const;
for (const [name, dtype] of Object.entries(conversions)) add_method(name, ((x: Tensor) => cast_to(x, dtype)) as never);
for (const [name, method] of Object.entries({ item, tolist, typed_array, copy_to, to }))
  add_method(name, method as never);
add_method('type', ((x: Tensor, dtype: DType) => to(x, dtype)) as never);
add_method('type_as', ((x: Tensor, other: Tensor) => to(x, other)) as never);

Object.defineProperty(Tensor.prototype, Symbol.iterator, {
  configurable: true,
  writable: true,
  value(this: Tensor): IterableIterator<Tensor> {
    return slices(this);
  },
});
