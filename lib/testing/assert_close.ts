import { check_boolean, check_number, check_options, describe, fail, fail_type, shape_text } from '../errors';
import { tensor } from '../ops/create';
import { float64 } from '../tensor/dtype';
import { same_shape } from '../tensor/shape';
import { Tensor } from '../tensor/tensor';
import { compare_values, default_tolerance, describe_comparison, type Tolerance } from './compare';

/** Options of {@link assert_close}. */
export interface AssertCloseOptions {
  /** Relative tolerance; give both or neither. Default: by dtype, 1.3e-6 for float32, 1e-7 for float64, 0 for the others. */
  rtol?: number;
  /** Absolute tolerance. Default: by dtype, 1e-5 for float32, 1e-7 for float64, 0 for the others. */
  atol?: number;
  /** Whether NaN equals NaN. Default false. */
  equal_nan?: boolean;
  /** Whether dtypes must be the same. Default true. */
  check_dtype?: boolean;
  /** Whether strides must be the same. Default false. */
  check_stride?: boolean;
  /** What the error says, or what makes it from the message there would be. */
  msg?: string | ((message: string) => string);
}

/** Tensors, numbers, booleans and bigints, and arrays and objects of them. */
export type Comparable =
  | Tensor
  | number
  | boolean
  | bigint
  | readonly Comparable[]
  | { readonly [name: string]: Comparable };

interface Settings {
  rtol: number | null;
  atol: number | null;
  equal_nan: boolean;
  check_dtype: boolean;
  check_stride: boolean;
}

/**
 * Throws unless `actual` and `expected` are close: |actual - expected| <= atol + rtol · |expected| for every element, of the same shape
 * and dtype. The error tells how many elements differ, the first of them, and the greatest absolute and relative difference.
 * @example
 * ```ts
 * torch.testing.assert_close(torch.tensor([1, 1e10]), torch.tensor([1 + 1e-7, 1e10 + 1e3]));
 * torch.testing.assert_close(torch.tensor([1, 2]), torch.tensor([1, 2.5]), { rtol: 0, atol: 0.5 });
 * ```
 * @see https://pytorch.org/docs/stable/testing.html#torch.testing.assert_close
 */
export function assert_close(actual: Comparable, expected: Comparable, options?: AssertCloseOptions): void {
  const { msg, ...settings } = check_options<Settings & { msg: AssertCloseOptions['msg'] | null }>(
    'assert_close',
    options,
    {
      rtol: null,
      atol: null,
      equal_nan: false,
      check_dtype: true,
      check_stride: false,
      msg: null,
    },
  );
  for (const name of ['rtol', 'atol'] as const)
    if (settings[name] !== null) check_number('assert_close', name, settings[name]);
  for (const name of ['equal_nan', 'check_dtype', 'check_stride'] as const)
    check_boolean('assert_close', name, settings[name]);
  if ((settings.rtol === null) !== (settings.atol === null))
    fail('assert_close', 'rtol and atol must both be given or neither');
  if (msg !== null && typeof msg !== 'string' && typeof msg !== 'function')
    fail_type('assert_close', 'msg', 'a text or a function', msg);
  const message = difference(actual, expected, settings, '');
  if (message === null) return;
  if (typeof msg === 'string') throw new Error(msg);
  throw new Error(msg === null ? `assert_close: ${message}` : msg?.(`assert_close: ${message}`));
}

/** What differs, or null. `path` says where in nested containers. */
function difference(actual: Comparable, expected: Comparable, settings: Settings, path: string): string | null {
  if (Array.isArray(actual) && Array.isArray(expected) && actual.length === expected.length)
    return first_difference(actual.keys(), (i) => difference(actual[i], expected[i], settings, `${path}[${i}]`));
  if (is_record(actual) && is_record(expected) && lone_names(actual, expected).length === 0)
    return first_difference(Object.keys(actual), (name) =>
      difference(actual[name], expected[name], settings, `${path}[${JSON.stringify(name)}]`),
    );
  const found = difference_here(actual, expected, settings);
  return found === null || path === '' ? found : `${found}\nThe difference is at ${path}`;
}

function first_difference<K>(keys: Iterable<K>, at: (key: K) => string | null): string | null {
  for (const key of keys) {
    const found = at(key);
    if (found !== null) return found;
  }
  return null;
}

function difference_here(actual: Comparable, expected: Comparable, settings: Settings): string | null {
  if (actual instanceof Tensor && expected instanceof Tensor) return tensor_difference(actual, expected, settings);
  if (is_number(actual) && is_number(expected)) return number_difference(actual, expected, settings);
  if (Array.isArray(actual) && Array.isArray(expected))
    return `the lengths ${actual.length} and ${expected.length} of the arrays differ`;
  if (is_record(actual) && is_record(expected)) return `only one side has ${lone_names(actual, expected).join(', ')}`;
  return fail('assert_close', `${describe(actual)} and ${describe(expected)} cannot be compared`);
}

/** Names that only one of two objects has. */
function lone_names(a: object, b: object): string[] {
  return [...Object.keys(a).filter((name) => !(name in b)), ...Object.keys(b).filter((name) => !(name in a))];
}

type Scalar = number | boolean | bigint;

function is_number(value: unknown): value is Scalar {
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint';
}

function is_record(value: Comparable): value is { readonly [name: string]: Comparable } {
  return typeof value === 'object' && value !== null && !(value instanceof Tensor) && !Array.isArray(value);
}

function number_difference(actual: Scalar, expected: Scalar, settings: Settings): string | null {
  if (settings.check_dtype && (typeof actual === 'boolean') !== (typeof expected === 'boolean'))
    return `${describe(actual)} and ${describe(expected)} differ in type`;
  const as_tensor = (value: Scalar): Tensor =>
    typeof value === 'number' ? tensor(value, { dtype: float64 }) : tensor(value);
  const inner = tensor_difference(as_tensor(actual), as_tensor(expected), { ...settings, check_dtype: false });
  return inner === null ? null : `${actual} is not close to ${expected}\n${inner.slice(inner.indexOf('\n') + 1)}`;
}

function tensor_difference(actual: Tensor, expected: Tensor, settings: Settings): string | null {
  if (!same_shape(actual.shape, expected.shape))
    return `the shapes ${shape_text(actual.shape)} and ${shape_text(expected.shape)} differ`;
  if (settings.check_dtype && actual.dtype !== expected.dtype)
    return `the dtypes ${actual.dtype} and ${expected.dtype} differ; pass { check_dtype: false } if they may`;
  if (settings.check_stride && !same_shape(actual.strides, expected.strides))
    return `the strides ${shape_text(actual.strides)} and ${shape_text(expected.strides)} differ`;
  const standard = default_tolerance(actual.dtype, expected.dtype);
  const tolerance: Tolerance = { rtol: settings.rtol ?? standard.rtol, atol: settings.atol ?? standard.atol };
  const found = compare_values(actual, expected, tolerance, settings.equal_nan);
  if (found.mismatched === 0) return null;
  const exact = tolerance.rtol === 0 && tolerance.atol === 0;
  return `the tensors are not ${exact ? 'equal' : 'close'}\n${describe_comparison(found, exact ? null : tolerance)}`;
}
