import {
  type Differentiable,
  GradcheckError,
  type GradcheckOptions,
  gradcheck,
  gradgradcheck,
} from '../autograd/gradcheck';
import { check_boolean, check_number, check_options, fail_type, shape_text } from '../errors';
import { type NestedArray, tensor } from '../ops/create';
import { bool, type DType, float64, int64, type TypedArray } from '../tensor/dtype';
import { same_shape } from '../tensor/shape';
import { Tensor } from '../tensor/tensor';
import { compare_bits, compare_values, default_tolerance, describe_comparison } from './compare';
import { find_leaks, type LeakReport } from './leaks';

/** The matchers of `cresset/jest`, as `expect.extend` takes them. */

export interface MatcherResult {
  pass: boolean;
  message: () => string;
}

/** Options of `toBeCloseToTensor`. */
export interface CloseOptions {
  /** Relative tolerance. Default: by dtype, as `torch.testing.assert_close`. */
  rtol?: number;
  /** Absolute tolerance. Default: by dtype, as `torch.testing.assert_close`. */
  atol?: number;
  /** Whether NaN equals NaN. Default false. */
  equal_nan?: boolean;
  /** Whether two tensors must be of the same dtype. Default true. */
  check_dtype?: boolean;
}

/** Options of `toPassGradgradcheck`, and of {@link gradgradcheck}. */
export interface GradgradcheckOptions extends GradcheckOptions {
  /** What flows into the outputs; default random numbers. */
  grad_outputs?: Tensor | readonly Tensor[] | null;
}

/** What may stand on the right of a tensor: a tensor, or values. */
export type TensorLike = Tensor | NestedArray | TypedArray;

function check_received(matcher: string, received: unknown): Tensor {
  return received instanceof Tensor ? received : fail_type(matcher, 'the received value', 'a Tensor', received);
}

function check_function<F extends (...args: never[]) => unknown>(matcher: string, received: unknown): F {
  return typeof received === 'function'
    ? (received as F)
    : fail_type(matcher, 'the received value', 'a function', received);
}

/** Values beside a tensor: exact, so that rounding them to float32 does not count as a difference of the tensor. */
function as_expected(matcher: string, expected: unknown, dtype: DType): Tensor {
  if (expected instanceof Tensor) return expected;
  if (
    typeof expected !== 'number' &&
    typeof expected !== 'boolean' &&
    typeof expected !== 'bigint' &&
    !Array.isArray(expected) &&
    !ArrayBuffer.isView(expected)
  )
    return fail_type(matcher, 'expected', 'a Tensor, an array or a number', expected);
  const values = tensor(expected as NestedArray | TypedArray);
  if (values.dtype === bool || values.dtype === int64) return values;
  return tensor(expected as NestedArray | TypedArray, { dtype: dtype === int64 && is_whole(values) ? int64 : float64 });
}

function is_whole(values: Tensor): boolean {
  return compare_values(values, values.long().to(values.dtype), { rtol: 0, atol: 0 }, false).mismatched === 0;
}

function verdict(matcher: string, problem: string | null, negated: string): MatcherResult {
  return {
    pass: problem === null,
    message: () => `${matcher}: ${problem ?? negated}`,
  };
}

function toBeCloseToTensor(received: unknown, expected: TensorLike, options?: CloseOptions): MatcherResult {
  const name = 'toBeCloseToTensor';
  const actual = check_received(name, received);
  const given = check_options<{ rtol: number | null; atol: number | null; equal_nan: boolean; check_dtype: boolean }>(
    name,
    options,
    {
      rtol: null,
      atol: null,
      equal_nan: false,
      check_dtype: true,
    },
  );
  for (const key of ['rtol', 'atol'] as const) if (given[key] !== null) check_number(name, key, given[key]);
  for (const key of ['equal_nan', 'check_dtype'] as const) check_boolean(name, key, given[key]);
  const wanted = as_expected(name, expected, actual.dtype);
  const standard =
    expected instanceof Tensor ? default_tolerance(actual.dtype, wanted.dtype) : default_tolerance(actual.dtype);
  const tolerance = { rtol: given.rtol ?? standard.rtol, atol: given.atol ?? standard.atol };
  const negated = `the tensors are close (rtol ${tolerance.rtol}, atol ${tolerance.atol}), expected them not to be`;
  const form = form_problem(actual, wanted, given.check_dtype && expected instanceof Tensor);
  if (form !== null) return verdict(name, form, negated);
  const found = compare_values(actual, wanted, tolerance, given.equal_nan);
  return verdict(
    name,
    found.mismatched === 0 ? null : `the tensors are not close\n${describe_comparison(found, tolerance)}`,
    negated,
  );
}

function toEqualTensor(received: unknown, expected: TensorLike): MatcherResult {
  const name = 'toEqualTensor';
  const actual = check_received(name, received);
  const wanted = expected instanceof Tensor ? expected : as_expected(name, expected, actual.dtype).to(actual.dtype);
  const negated = 'the tensors are the same bits, expected them to differ';
  const form = form_problem(actual, wanted, true);
  if (form !== null) return verdict(name, form, negated);
  const found = compare_bits(actual, wanted);
  return verdict(
    name,
    found.mismatched === 0 ? null : `the tensors are not the same bits\n${describe_comparison(found, null)}`,
    negated,
  );
}

function form_problem(actual: Tensor, wanted: Tensor, dtype_too: boolean): string | null {
  if (!same_shape(actual.shape, wanted.shape))
    return `shape ${shape_text(actual.shape)}, expected ${shape_text(wanted.shape)}`;
  if (dtype_too && actual.dtype !== wanted.dtype) return `dtype ${actual.dtype}, expected ${wanted.dtype}`;
  return null;
}

function toHaveShape(received: unknown, ...expected: number[] | [readonly number[]]): MatcherResult {
  const name = 'toHaveShape';
  const { shape } = check_received(name, received);
  const wanted: unknown = expected.length === 1 && Array.isArray(expected[0]) ? expected[0] : expected;
  if (!Array.isArray(wanted) || !wanted.every((size) => typeof size === 'number'))
    return fail_type(name, 'expected', 'an array of sizes', wanted);
  const text = `${shape_text(shape)}, expected`;
  return verdict(
    name,
    same_shape(shape, wanted) ? null : `shape ${text} ${shape_text(wanted)}`,
    `shape ${text} another`,
  );
}

/** Runs a check; a gradient that is wrong is a verdict, a call that is wrong stays an error. */
function gradient_verdict(name: string, check: () => unknown): MatcherResult {
  let problem: string | null = null;
  try {
    check();
  } catch (error) {
    if (!(error instanceof GradcheckError)) throw error;
    problem = error.message;
  }
  return verdict(name, problem, 'the gradients agree with the central differences, expected them to differ');
}

function toPassGradcheck(
  received: unknown,
  inputs: Tensor | readonly Tensor[],
  options?: GradcheckOptions,
): MatcherResult {
  const func = check_function<Differentiable>('toPassGradcheck', received);
  return gradient_verdict('toPassGradcheck', () => gradcheck(func, inputs, { ...options, raise_exception: true }));
}

function toPassGradgradcheck(
  received: unknown,
  inputs: Tensor | readonly Tensor[],
  options: GradgradcheckOptions = {},
): MatcherResult {
  const func = check_function<Differentiable>('toPassGradgradcheck', received);
  const { grad_outputs, ...rest } = options;
  return gradient_verdict('toPassGradgradcheck', () =>
    gradgradcheck(func, inputs, grad_outputs, { ...rest, raise_exception: true }),
  );
}

function toNotLeakTensors(received: unknown): MatcherResult | Promise<MatcherResult> {
  const found = find_leaks(check_function<() => unknown>('toNotLeakTensors', received));
  return found instanceof Promise ? found.then(leak_verdict) : leak_verdict(found);
}

function leak_verdict({ blocks, bytes_per_run, leaks, pins }: LeakReport): MatcherResult {
  const what = leaks
    ? `the number of live tensors grew from round to round: ${blocks.join(', ')}`
    : 'the memory held by arrays from typed_array() grew from round to round';
  const problem = `${what}; about ${Math.round(bytes_per_run)} bytes a run`;
  const negated = `the number of live tensors did not grow: ${blocks.join(', ')}; expected it to`;
  return verdict('toNotLeakTensors', leaks || pins ? problem : null, negated);
}

/** The matchers themselves, for runners whose `expect` is not found by itself: `expect.extend(matchers)`. */
export const matchers = {
  toBeCloseToTensor,
  toEqualTensor,
  toHaveShape,
  toPassGradcheck,
  toPassGradgradcheck,
  toNotLeakTensors,
};
