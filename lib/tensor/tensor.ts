import type { AccumulateGrad, Node } from '../autograd/node';
import { fail, fail_type } from '../errors';
import type { DType } from './dtype';
import { contiguous_strides, is_contiguous, numel_of, type Shape, same_shape, wrap_dim } from './shape';
import { Storage } from './storage';

/**
 * An n-dimensional array: a window (shape, strides, offset) of a Storage, and its place in the autograd graph. Operations are declared
 * in lib/ops, each with the method it adds to this class.
 *
 * @example
 * ```ts
 * const x = torch.tensor([[1, 2], [3, 4]]);
 * x.shape; // [2, 2]
 * x.matmul(x).add(1).tolist(); // [[8, 11], [16, 23]]
 * ```
 * @see https://pytorch.org/docs/stable/tensors.html
 */
export class Tensor {
  /** The memory it lies in, which views share. */
  readonly storage: Storage;
  /** The element of the storage at which this tensor starts. */
  readonly offset: number;
  /** The type of the elements. */
  readonly dtype: DType;
  /** The size of each dimension. */
  readonly shape: Shape;
  /** Steps in elements; see also {@link Tensor.stride}. */
  readonly strides: Shape;
  /** Number of elements. */
  readonly count: number;

  /** @internal The node that computed this tensor, and which of its outputs it is. Read through {@link edge_of}. */
  node: Node | null = null;
  /** @internal */
  output_index = 0;
  /** @internal For leaves: the node that adds to `.grad`. */
  accumulator: AccumulateGrad | null = null;
  /** @internal */
  leaf_requires_grad = false;
  /** @internal */
  grad_slot: Tensor | null = null;
  /** @internal The tensor this is a view of (never itself a view). */
  base: Tensor | null = null;
  /** @internal The storage's version when `node` was set; a view whose base has changed since gets a new node. */
  node_version = 0;
  /** @internal A counter of its own, for `.data`, whose changes the graph must not notice. */
  own_version: { version: number } | null = null;

  /** @internal */
  constructor(storage: Storage, dtype: DType, shape: Shape, strides: Shape, offset: number) {
    this.storage = storage;
    this.dtype = dtype;
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    this.count = numel_of(shape);
  }

  /** Number of dimensions. */
  get ndim(): number {
    return this.shape.length;
  }

  /** Number of dimensions. */
  dim(): number {
    return this.shape.length;
  }

  /** The shape, or the size of one dimension. */
  size(): number[];
  size(dim: number): number;
  size(dim?: number): number | number[] {
    return dim === undefined ? [...this.shape] : this.shape[wrap_dim('size', dim, this.ndim)];
  }

  /** Steps between neighbours in elements, of all dimensions or of one. */
  stride(): number[];
  stride(dim: number): number;
  stride(dim?: number): number | number[] {
    return dim === undefined ? [...this.strides] : this.strides[wrap_dim('stride', dim, this.ndim)];
  }

  /** The element of the memory at which this tensor starts. */
  storage_offset(): number {
    return this.offset;
  }

  /** Number of elements. */
  numel(): number {
    return this.count;
  }

  /** Number of elements. */
  nelement(): number {
    return this.count;
  }

  /** Bytes of one element. */
  element_size(): number {
    return this.dtype.itemsize;
  }

  /** Bytes of all elements. */
  get nbytes(): number {
    return this.count * this.dtype.itemsize;
  }

  /** The tensor itself: all tensors are on the CPU. */
  cpu(): Tensor {
    return this;
  }

  /** Do the elements lie in row-major order, without gaps? */
  is_contiguous(): boolean {
    return is_contiguous(this.shape, this.strides);
  }

  /** Is the dtype float32 or float64? */
  is_floating_point(): boolean {
    return this.dtype.is_floating_point;
  }

  /** The version counter: in-place changes of the memory since it was made. */
  get _version(): number {
    return (this.own_version ?? this.storage).version;
  }

  /** @internal Marks an in-place change. */
  bump_version(): void {
    (this.own_version ?? this.storage).version++;
  }

  /** Gives the memory back now instead of when the collector finds it; any later use is an error. */
  dispose(): void {
    this.storage.release();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** A new tensor with uninitialised memory. */
export function allocate(shape: Shape, dtype: DType): Tensor {
  const n = numel_of(shape);
  return new Tensor(Storage.allocate(n * dtype.itemsize), dtype, shape, contiguous_strides(shape), 0);
}

/** A window of the same memory. Its place in the graph is the caller's business. */
export function window(of: Tensor, shape: Shape, strides: Shape, offset: number): Tensor {
  const view = new Tensor(of.storage, of.dtype, shape, strides, offset);
  view.own_version = of.own_version;
  return view;
}

/**
 * Whether a value is a Tensor.
 * @example
 * ```ts
 * torch.is_tensor(torch.zeros([1])); // true
 * torch.is_tensor([0]); // false
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.is_tensor.html
 */
export function is_tensor(value: unknown): value is Tensor {
  return value instanceof Tensor;
}

export function check_tensor(op: string, name: string, value: unknown): Tensor {
  return value instanceof Tensor ? value : fail_type(op, name, 'a Tensor', value);
}

export function check_floating(op: string, name: string, value: unknown): Tensor {
  const tensor = check_tensor(op, name, value);
  if (!tensor.dtype.is_floating_point)
    fail(op, `expected ${name} to be of a floating point dtype, got ${tensor.dtype}`);
  return tensor;
}

export function check_same_dtype(op: string, a: Tensor, b: Tensor): void {
  if (a.dtype !== b.dtype) fail(op, `expected tensors of one dtype, got ${a.dtype} and ${b.dtype}; convert with to()`);
}

/** True when two tensors show exactly the same elements in the same order. */
export function same_window(a: Tensor, b: Tensor): boolean {
  return (
    a.storage === b.storage && a.offset === b.offset && same_shape(a.shape, b.shape) && same_shape(a.strides, b.strides)
  );
}

/** True when several elements of the tensor are the same memory (an expanded tensor). */
export function overlaps_itself(t: Tensor): boolean {
  if (t.count <= 1) return false;
  const dims = t.shape.map((size, i) => ({ size, stride: Math.abs(t.strides[i]) })).filter((d) => d.size > 1);
  dims.sort((a, b) => a.stride - b.stride);
  let reach = 0;
  for (const { size, stride } of dims) {
    if (stride <= reach) return true;
    reach += stride * (size - 1);
  }
  return false;
}
