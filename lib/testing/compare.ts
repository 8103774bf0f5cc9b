import { index_of } from '../autograd/elements';
import { shape_text } from '../errors';
import { copied_values } from '../tensor/access';
import { type DType, float32, float64 } from '../tensor/dtype';
import type { Tensor } from '../tensor/tensor';

/** Comparing tensors element by element, and telling about it. */

export interface Tolerance {
  rtol: number;
  atol: number;
}

const exact: Tolerance = { rtol: 0, atol: 0 };
const tolerances = new Map<DType, Tolerance>([
  [float32, { rtol: 1.3e-6, atol: 1e-5 }],
  [float64, { rtol: 1e-7, atol: 1e-7 }],
]);

/** PyTorch's default for tensors of these dtypes: the widest of theirs. */
export function default_tolerance(...dtypes: readonly DType[]): Tolerance {
  const all = dtypes.map((dtype) => tolerances.get(dtype) ?? exact);
  return { rtol: Math.max(...all.map((t) => t.rtol)), atol: Math.max(...all.map((t) => t.atol)) };
}

type Values = ArrayLike<number | bigint>;

/** An element that differs, by its place in row-major order. */
interface Difference {
  at: number;
  actual: number | bigint;
  expected: number | bigint;
}

export interface Comparison {
  count: number;
  shape: readonly number[];
  mismatched: number;
  /** The first few elements that differ. */
  first: Difference[];
  /** Greatest differences among the elements that differ; NaN counts as the greatest. */
  absolute: { value: number; at: number };
  relative: { value: number; at: number };
}

const MOST_SHOWN = 5;

/** Compares tensors of one shape; `same` decides which elements agree. */
function compare(
  actual: Tensor,
  expected: Tensor,
  same: (a: number | bigint, e: number | bigint, at: number) => boolean,
): Comparison {
  const [a, e] = [values_of(actual), values_of(expected)];
  const absolute = { value: -1, at: 0 };
  const relative = { value: -1, at: 0 };
  const first: Difference[] = [];
  let mismatched = 0;
  for (let at = 0; at < a.length; at++) {
    if (same(a[at], e[at], at)) continue;
    if (mismatched++ < MOST_SHOWN) first.push({ at, actual: a[at], expected: e[at] });
    const difference = distance(a[at], e[at]);
    keep_greatest(absolute, difference, at);
    keep_greatest(relative, difference / Math.abs(Number(e[at])), at);
  }
  return { count: a.length, shape: actual.shape, mismatched, first, absolute, relative };
}

/** |actual - expected| <= atol + rtol · |expected|; equal infinities are close, NaN only with `equal_nan`. */
export function compare_values(
  actual: Tensor,
  expected: Tensor,
  { rtol, atol }: Tolerance,
  equal_nan: boolean,
): Comparison {
  return compare(actual, expected, (a, e) => {
    // biome-ignore lint/suspicious/noDoubleEquals: a bigint equals the number of the same value
    if (a == e) return true;
    if (Number.isNaN(a) && Number.isNaN(e)) return equal_nan;
    const difference = distance(a, e);
    return Number.isFinite(difference) && difference <= atol + rtol * Math.abs(Number(e));
  });
}

/** The same bytes, for tensors of one dtype: -0 differs from 0, a NaN equals a NaN of the same bits. */
export function compare_bits(actual: Tensor, expected: Tensor): Comparison {
  const size = actual.dtype.itemsize;
  const [a, e] = [actual, expected].map((t) => new Uint8Array(values_of(t).buffer));
  return compare(actual, expected, (_a, _e, at) => {
    for (let i = at * size; i < (at + 1) * size; i++) if (a[i] !== e[i]) return false;
    return true;
  });
}

function values_of(t: Tensor): Values & { buffer: ArrayBufferLike } {
  return copied_values('compare', t);
}

function distance(a: number | bigint, e: number | bigint): number {
  if (typeof a === 'bigint' && typeof e === 'bigint') return Number(a > e ? a - e : e - a);
  return Math.abs(Number(a) - Number(e));
}

function keep_greatest(worst: { value: number; at: number }, value: number, at: number): void {
  if (Number.isNaN(worst.value) || !(value > worst.value || Number.isNaN(value))) return;
  worst.value = value;
  worst.at = at;
}

/** How many elements differ, the first of them, and the greatest differences with what was allowed. */
export function describe_comparison(found: Comparison, tolerance: Tolerance | null): string {
  const { count, mismatched, first, absolute, relative, shape } = found;
  const index = (at: number): string => shape_text(index_of(shape, at));
  const allowed = (bound: number | undefined): string => (bound === undefined ? '' : ` (up to ${bound} allowed)`);
  const lines = first.map(
    ({ at, actual, expected }) => `  at ${index(at)}: ${number_text(actual)}, expected ${number_text(expected)}`,
  );
  if (mismatched > first.length) lines.push(`  … and ${mismatched - first.length} more`);
  return [
    `Mismatched elements: ${mismatched} / ${count} (${percent(mismatched / count)})`,
    ...lines,
    `Greatest absolute difference: ${absolute.value} at index ${index(absolute.at)}${allowed(tolerance?.atol)}`,
    `Greatest relative difference: ${relative.value} at index ${index(relative.at)}${allowed(tolerance?.rtol)}`,
  ].join('\n');
}

function percent(part: number): string {
  return `${(100 * part).toFixed(1)}%`;
}

export function number_text(value: number | bigint): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
