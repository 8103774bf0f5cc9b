import { check_integer, check_number, check_options, describe, fail, fail_type } from './errors';
import { addon } from './native/addon';
import { ask_again } from './native/shortage';
import { type DType, float32, float64 } from './tensor/dtype';

/**
 * The raw kernels over typed arrays, for people who want nothing else: any Float32Array or Float64Array, external,
 * SharedArrayBuffer-backed or a part of a larger buffer, without a copy.
 *
 * @packageDocumentation
 */

/** What the kernels work on. */
export type FloatArray = Float32Array | Float64Array;

/** Options of {@link leaky_relu}. */
export interface ForwardOptions<A extends FloatArray> {
  /** Slope where x <= 0, rounded to the array's type first. Default 0.01. */
  negative_slope?: number;
  /** Where the result goes; may be the input itself. Default: a new array. */
  out?: A;
  /** ceil(n / 8) bytes: bit i % 8 of byte i >> 3 is set where x > 0, the bits after n are 0. */
  mask?: Uint8Array;
}

/** Options of {@link leaky_relu_backward}. */
export interface BackwardOptions<A extends FloatArray> {
  /** Slope where x <= 0. Default 0.01. */
  negative_slope?: number;
  /** The sign bits that forward wrote … */
  mask?: Uint8Array;
  /** … or the input of forward. */
  input?: A;
  /** Where the result goes; may be the gradient itself. Default: a new array. */
  out?: A;
}

/**
 * `x > 0 ? x : x * negative_slope` for every element. Returns `out`, or a new array of x's type.
 * @example
 * ```ts
 * import { leaky_relu } from 'cresset/kernels';
 * leaky_relu(new Float32Array([-2, 3]), { negative_slope: 0.5 }); // [-1, 3]
 * ```
 */
export function leaky_relu<A extends FloatArray>(x: A, options?: ForwardOptions<A>): A {
  const { negative_slope, out, mask } = check_options('leaky_relu', options, {
    negative_slope: 0.01,
    out: null as A | null,
    mask: null as Uint8Array | null,
  });
  return forward('leaky_relu', x, out ?? fresh('leaky_relu', x), mask, negative_slope);
}

/**
 * {@link leaky_relu} in place; right for every slope when `mask` is kept for backward.
 * @example
 * ```ts
 * import { leaky_relu_ } from 'cresset/kernels';
 * leaky_relu_(new Float32Array([-2, 3]), { negative_slope: 0.5 }); // [-1, 3]
 * ```
 */
export function leaky_relu_<A extends FloatArray>(x: A, options?: Omit<ForwardOptions<A>, 'out'>): A {
  const { negative_slope, mask } = check_options('leaky_relu_', options, {
    negative_slope: 0.01,
    mask: null as Uint8Array | null,
  });
  return forward('leaky_relu_', x, x, mask, negative_slope);
}

/**
 * `x > 0 ? grad : grad * negative_slope`, x given as `input` or as the sign bits `mask`. Returns `out`, or a new array.
 * @example
 * ```ts
 * import { leaky_relu_backward } from 'cresset/kernels';
 * const input = new Float32Array([-2, 3]);
 * leaky_relu_backward(new Float32Array([10, 10]), { input, negative_slope: 0.5 }); // [5, 10]
 * ```
 */
export function leaky_relu_backward<A extends FloatArray>(grad: A, options: BackwardOptions<A>): A {
  const { negative_slope, out, mask, input } = check_options('leaky_relu_backward', options, {
    negative_slope: 0.01,
    out: null as A | null,
    mask: null as Uint8Array | null,
    input: null as A | null,
  });
  return backward('leaky_relu_backward', grad, out ?? fresh('leaky_relu_backward', grad), mask, input, negative_slope);
}

/**
 * {@link leaky_relu_backward} over the gradient itself.
 * @example
 * ```ts
 * import { leaky_relu_, leaky_relu_backward_ } from 'cresset/kernels';
 * const mask = new Uint8Array(1);
 * leaky_relu_(new Float32Array([-2, 3]), { mask });
 * leaky_relu_backward_(new Float32Array([100, 100]), { mask, negative_slope: 0.5 }); // [50, 100]
 * ```
 */
export function leaky_relu_backward_<A extends FloatArray>(grad: A, options: Omit<BackwardOptions<A>, 'out'>): A {
  const { negative_slope, mask, input } = check_options('leaky_relu_backward_', options, {
    negative_slope: 0.01,
    mask: null as Uint8Array | null,
    input: null as A | null,
  });
  return backward('leaky_relu_backward_', grad, grad, mask, input, negative_slope);
}

/**
 * A zeroed typed array of n elements over an external ArrayBuffer whose memory is 64-byte aligned.
 * @example
 * ```ts
 * import { alloc } from 'cresset/kernels';
 * alloc(3); // [0, 0, 0]
 * ```
 */
export function alloc(n: number, dtype?: 'float32' | DType): Float32Array;
export function alloc(n: number, dtype: 'float64' | DType): Float64Array;
export function alloc(n: number, dtype: string | DType = 'float32'): FloatArray {
  check_integer('alloc', 'n', n, 0, 2 ** 43);
  const name = String(dtype).replace('torch.', '');
  const type =
    name === 'float32'
      ? float32
      : name === 'float64'
        ? float64
        : fail_type('alloc', 'dtype', '"float32" or "float64"', dtype);
  const array = type.array as unknown as new (buffer: ArrayBuffer, offset?: number, length?: number) => FloatArray;
  if (n === 0) return new array(new ArrayBuffer(0));
  const nbytes = n * type.itemsize;
  const ask = () => addon.raw_alloc(nbytes);
  const { buffer, byteOffset } = ask() ?? ask_again('alloc', nbytes, ask)!;
  return new array(buffer, byteOffset, n);
}

export { get_isa as isa, get_num_threads, set_num_threads } from './backend';

function check_array<A extends FloatArray>(op: string, name: string, value: A): A {
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (kind !== 'Float32Array' && kind !== 'Float64Array') fail_type(op, name, 'a Float32Array or Float64Array', value);
  return value;
}

function fresh<A extends FloatArray>(op: string, like: A): A {
  check_array(op, 'input', like);
  return new (like.BYTES_PER_ELEMENT === 4 ? Float32Array : Float64Array)(like.length) as A;
}

function check_fit(op: string, x: FloatArray, name: string, other: FloatArray): void {
  check_array(op, name, other);
  if (other.length !== x.length || other.BYTES_PER_ELEMENT !== x.BYTES_PER_ELEMENT)
    fail(
      op,
      `${name} has ${other.length} elements of ${other.BYTES_PER_ELEMENT} bytes, expected ${x.length} of ${x.BYTES_PER_ELEMENT}`,
    );
}

function check_mask(op: string, x: FloatArray, mask: unknown): void {
  const bytes = Math.ceil(x.length / 8);
  if (Object.prototype.toString.call(mask) !== '[object Uint8Array]') fail_type(op, 'mask', 'a Uint8Array', mask);
  if ((mask as Uint8Array).length !== bytes)
    fail(op, `expected mask to have ${bytes} bytes for ${x.length} elements, got ${(mask as Uint8Array).length}`);
}

function check_slope(op: string, x: FloatArray, slope: unknown): number {
  const s = check_number(op, 'negative_slope', slope);
  if (x.BYTES_PER_ELEMENT === 4 && Number.isFinite(s) && !Number.isFinite(Math.fround(s)))
    fail(op, `negative_slope ${s} does not fit float32`);
  return s;
}

function forward<A extends FloatArray>(op: string, x: A, out: A, mask: Uint8Array | null, slope: number): A {
  check_array(op, 'x', x);
  check_fit(op, x, 'out', out);
  if (mask !== null) check_mask(op, x, mask);
  const wrong = addon.leaky_relu(x, out, mask ?? undefined, check_slope(op, x, slope));
  if (wrong !== undefined) fail(op, wrong);
  return out;
}

function backward<A extends FloatArray>(
  op: string,
  grad: A,
  out: A,
  mask: Uint8Array | null,
  input: A | null,
  slope: number,
): A {
  check_array(op, 'grad', grad);
  check_fit(op, grad, 'out', out);
  if ((mask === null) === (input === null))
    fail(op, `expected exactly one of mask and input, got ${describe(mask)} and ${describe(input)}`);
  if (mask !== null) check_mask(op, grad, mask);
  else check_fit(op, grad, 'input', input!);
  const wrong = addon.leaky_relu_backward(grad, out, mask ?? input!, check_slope(op, grad, slope));
  if (wrong !== undefined) fail(op, wrong);
  return out;
}
