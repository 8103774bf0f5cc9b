import * as torch from 'cresset';

/**
 * exp, tanh, log and their relatives over all exponents, in units of the last place of the correctly rounded result. Prints the largest error of each.
 * float32 is compared with float64; float64 with double-double arithmetic written here.
 */

const LIMIT = 2;

/** [value, rest]: the sum of both, with about 106 bits. */
type Double = readonly [number, number];

function two_sum(a: number, b: number): Double {
  const s = a + b;
  const t = s - a;
  return [s, a - (s - t) + (b - t)];
}

function split(a: number): Double {
  const t = 134217729 * a;
  const high = t - (t - a);
  return [high, a - high];
}

function two_product(a: number, b: number): Double {
  const p = a * b;
  const [ah, al] = split(a);
  const [bh, bl] = split(b);
  return [p, al * bl - (p - ah * bh - al * bh - ah * bl)];
}

function add(a: Double, b: Double): Double {
  const [s, e] = two_sum(a[0], b[0]);
  return two_sum(s, e + a[1] + b[1]);
}

function multiply(a: Double, b: Double): Double {
  const [p, e] = two_product(a[0], b[0]);
  return two_sum(p, e + a[0] * b[1] + a[1] * b[0]);
}

function divide(a: Double, b: Double): Double {
  const first = a[0] / b[0];
  const rest = add(a, multiply([-first, 0], b));
  const second = rest[0] / b[0];
  const last = add(rest, multiply([-second, 0], b))[0] / b[0];
  return add([first, 0], [second, last]);
}

const LN2: Double = [Math.LN2, 2.3190468138462996e-17];
/** The part of ln 2 whose product with an exponent is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW: Double = add(LN2, [-LN2_HIGH, 0]);

interface Scaled {
  value: Double;
  /** The power of two to multiply with. */
  exponent: number;
}

/** exp(x) - 1 of small x by its series, halved 8 times before. */
function small_expm1(x: Double): Double {
  const halvings = 8;
  const r: Double = [x[0] / 2 ** halvings, x[1] / 2 ** halvings];
  let term: Double = r;
  let sum: Double = r;
  for (let n = 2; n < 14; n++) {
    term = divide(multiply(term, r), [n, 0]);
    sum = add(sum, term);
  }
  // (1 + s)^2 - 1 = 2 s + s^2
  for (let i = 0; i < halvings; i++) sum = add([2 * sum[0], 2 * sum[1]], multiply(sum, sum));
  return sum;
}

function exp_parts(x: number): Scaled {
  const exponent = Math.round(x / Math.LN2);
  const high = x - exponent * LN2_HIGH;
  const r = add([high, 0], multiply([-exponent, 0], LN2_LOW));
  return { value: add([1, 0], small_expm1(r)), exponent };
}

/** A Double times a power of two, which may make it subnormal. */
function scaled({ value, exponent }: Scaled): Double {
  const half = Math.trunc(exponent / 2);
  const times = (v: number): number => v * 2 ** half * 2 ** (exponent - half);
  return [times(value[0]), times(value[1])];
}

/** One step of Newton's from the library's value: y + (x exp(-y) - 1) with an error of the order of its square. */
function log_of(x: number): Double {
  const exponent = Math.max(-1022, Math.floor(Math.log2(x)));
  const mantissa =
    exponent < 0 ? x * 2 ** Math.min(-exponent, 1000) * 2 ** Math.max(0, -exponent - 1000) : x / 2 ** exponent;
  const y = Math.log(mantissa);
  const { value, exponent: e } = exp_parts(-y);
  const ratio = multiply([mantissa, 0], scaled({ value, exponent: e }));
  const rest = add(ratio, [-1, 0]);
  const correction = add(rest, multiply([-0.5, 0], multiply(rest, rest)));
  return add(add([y, 0], correction), multiply([exponent, 0], LN2));
}

function tanh_of(x: number): Double {
  const t = Math.abs(x);
  if (t > 22) return [Math.sign(x), 0];
  const e = t < 0.3 ? small_expm1([2 * t, 0]) : add(scaled(exp_parts(2 * t)), [-1, 0]);
  const [high, low] = divide(e, add(e, [2, 0]));
  return [Math.sign(x) * high, Math.sign(x) * low];
}

interface Measured {
  name: 'exp' | 'log' | 'tanh';
  run: (x: torch.Tensor) => torch.Tensor;
  float32: (x: number) => number;
  float64: (x: number) => Double;
}

const functions: readonly Measured[] = [
  { name: 'exp', run: torch.exp, float32: Math.exp, float64: (x) => scaled(exp_parts(x)) },
  { name: 'log', run: torch.log, float32: Math.log, float64: log_of },
  { name: 'tanh', run: torch.tanh, float32: Math.tanh, float64: tanh_of },
];

/** Bit patterns of all exponents and signs, a fixed step apart, and values where functions bend. */
function float32_arguments(): Float32Array {
  const step = 2999;
  const patterns = Uint32Array.from({ length: Math.floor(2 ** 32 / step) }, (_, i) => i * step);
  const around = Float32Array.from({ length: 200_001 }, (_, i) => (i - 100_000) * 0.00104);
  const edges = Float32Array.of(0, -0, 1, Infinity, -Infinity, NaN, 88.72283, 88.72284, -103.97208, -103.97209);
  return concatenated(new Float32Array(patterns.buffer), around, edges);
}

function concatenated(...parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function float64_arguments(): Float64Array {
  const patterns = BigUint64Array.from(
    { length: 16_384 },
    (_, i) => (BigInt(i) * 2n ** 64n) / 16_384n + BigInt(i) * 7919n,
  );
  const around = Float64Array.from({ length: 20_001 }, (_, i) => (i - 10_000) * 0.07503);
  const near = Float64Array.from({ length: 20_001 }, (_, i) => (i - 10_000) * 0.00023);
  return Float64Array.of(...new Float64Array(patterns.buffer), ...around, ...near, 0, -0, Infinity, -Infinity, NaN);
}

function ulp32(x: number): number {
  return 2 ** Math.max(-149, Math.floor(Math.log2(Math.abs(x))) - 23);
}

function ulp64(x: number): number {
  const exponent = Math.floor(Math.log2(Math.abs(x)));
  return 2 ** Math.max(-1074, exponent - 52);
}

interface Worst {
  error: number;
  at: number;
}

function compare(x: ArrayLike<number>, y: ArrayLike<number>, error_of: (x: number, y: number) => number): Worst {
  const worst = { error: 0, at: 0 };
  for (let i = 0; i < x.length; i++) {
    const error = error_of(x[i], y[i]);
    if (!(error <= worst.error)) {
      worst.error = error;
      worst.at = x[i];
    }
  }
  return worst;
}

/** Values outside the range of the type, and zeros with their signs. */
function special(y: number, nearest: number): number | null {
  if (Number.isNaN(nearest) || Number.isNaN(y)) return Number.isNaN(nearest) && Number.isNaN(y) ? 0 : Infinity;
  if (Object.is(y, nearest)) return 0;
  return Number.isFinite(nearest) && Number.isFinite(y) ? null : Infinity;
}

const lines: string[] = [];
afterAll(() => {
  process.stdout.write(`${lines.join('\n')}\n`);
});

function report(name: string, dtype: string, { error, at }: Worst): void {
  lines.push(`  ${name.padEnd(5)} ${dtype}: at most ${error.toFixed(3)} ulp, at ${at}`);
  expect(error).toBeLessThanOrEqual(LIMIT);
}

test.each(functions)(
  '$name in float32 is within 2 ulp of the correctly rounded result over all exponents',
  ({ name, run, float32 }) => {
    const x = float32_arguments();
    const y = run(torch.tensor(x)).typed_array() as Float32Array;
    report(
      name,
      'float32',
      compare(x, y, (at, got) => {
        const wanted = float32(at);
        const nearest = Math.fround(wanted);
        return special(got, nearest) ?? Math.abs(got - wanted) / ulp32(nearest === 0 ? got : nearest);
      }),
    );
  },
);

test.each(functions)(
  '$name in float64 is within 2 ulp of the correctly rounded result over all exponents',
  ({ name, run, float64 }) => {
    const x = float64_arguments();
    const y = run(torch.tensor(x)).typed_array() as Float64Array;
    report(
      name,
      'float64',
      compare(x, y, (at, got) => {
        const library = Math[name](at);
        const beyond = special(got, library);
        if (beyond === 0) return 0;
        if (!Number.isFinite(library) || library === 0 || Math.abs(library) < 2 ** -1000)
          return beyond ?? Math.abs(got - library) / ulp64(library === 0 ? got : library);
        const [high, low] = float64(at);
        return Math.abs(got - high - low) / ulp64(high);
      }),
    );
  },
);

test('a wrong value would be found', () => {
  const x = Float32Array.of(1, 2, 3);
  const y = torch.exp(torch.tensor(x)).typed_array() as Float32Array;
  y[1] += 4 * ulp32(y[1]);
  const { error, at } = compare(x, y, (v, got) => Math.abs(got - Math.exp(v)) / ulp32(got));
  expect([error > LIMIT, at]).toEqual([true, 2]);
  expect(log_of(10)[0]).toBe(Math.log(10));
  expect(Math.abs(add(multiply(scaled(exp_parts(1)), scaled(exp_parts(-1))), [-1, 0])[0])).toBeLessThan(1e-30);
});
