import * as kernels from 'cresset/kernels';

const special = [-Infinity, -400, -2, -1e-45, -0, 0, 1e-45, 0.5, 3, 400, Infinity, Number.NaN];
const counts = [0, 1, 7, 8, 9, 15, 16, 17, 1003];

// The two constructors have no common call signature.
const kinds = [Float32Array, Float64Array] as unknown as readonly Float32ArrayConstructor[];

function values(n: number, kind: Float32ArrayConstructor): Float32Array {
  return kind.from({ length: n }, (_, i) => (i % 5 === 0 ? special[i % special.length] : Math.sin(i * 12.9898) * 4));
}

function expected<A extends Float32Array | Float64Array>(x: A, slope: number): A {
  const round = x.BYTES_PER_ELEMENT === 4 ? Math.fround : (v: number) => v;
  return x.map((v) => (v > 0 ? v : round(v * round(slope)))) as A;
}

function mask_of(x: Float32Array | Float64Array): Uint8Array {
  const mask = new Uint8Array(Math.ceil(x.length / 8));
  x.forEach((v, i) => {
    if (v > 0) mask[i >> 3] |= 1 << (i % 8);
  });
  return mask;
}

describe.each(kinds)('on %p', (kind) => {
  test.each(counts)('forward, mask and backward of %i elements', (n) => {
    for (const slope of [0.01, -0.2, 0, 1.5]) {
      const x = values(n, kind);
      const mask = new Uint8Array(Math.ceil(n / 8)).fill(255);
      const y = kernels.leaky_relu(x, { negative_slope: slope, mask });
      expect(y).toBeInstanceOf(kind);
      expect(y).toEqual(expected(x, slope));
      expect(mask).toEqual(mask_of(x));
      const g = kind.from({ length: n }, (_, i) => i - n / 2);
      const round = kind.BYTES_PER_ELEMENT === 4 ? Math.fround : (v: number) => v;
      const dx = g.map((v, i) => (x[i] > 0 ? v : round(v * round(slope))));
      expect(kernels.leaky_relu_backward(g, { mask, negative_slope: slope })).toEqual(dx);
      expect(kernels.leaky_relu_backward(g, { input: x, negative_slope: slope })).toEqual(dx);
      expect(kernels.leaky_relu_backward_(g.slice() as typeof g, { mask, negative_slope: slope })).toEqual(dx);
      expect(kernels.leaky_relu_(x.slice() as typeof x, { negative_slope: slope })).toEqual(y);
    }
  });

  test('shared, sliced and unaligned memory', () => {
    const x = values(100, kind);
    const shared = new kind(new SharedArrayBuffer(100 * kind.BYTES_PER_ELEMENT));
    shared.set(x);
    expect(kernels.leaky_relu(shared, { out: shared })).toBe(shared);
    expect(Array.from(shared)).toEqual(Array.from(expected(x, 0.01)));
    const whole = values(100, kind);
    const part = whole.subarray(3, 97);
    const before = expected(part.slice() as typeof part, 0.01);
    kernels.leaky_relu_(part);
    expect(part).toEqual(before);
    expect(whole[2]).toBe(values(100, kind)[2]);
  });
});

test('alloc gives zeroed external memory', () => {
  const a = kernels.alloc(1000, 'float64');
  expect(a).toBeInstanceOf(Float64Array);
  expect(a.every((v) => v === 0)).toBe(true);
  expect(kernels.alloc(0).length).toBe(0);
  a.fill(-1);
  expect(kernels.leaky_relu_(a, { negative_slope: 2 })[999]).toBe(-2);
});

test('bad input is explained in one line', () => {
  const x = new Float32Array(16);
  const wrong = (call: () => unknown): string => {
    try {
      call();
    } catch (error) {
      return (error as Error).message;
    }
    return 'nothing was thrown';
  };
  expect(wrong(() => kernels.leaky_relu([1, 2] as never))).toBe(
    'leaky_relu: expected input to be a Float32Array or Float64Array, got [1,2] (Array)',
  );
  expect(wrong(() => kernels.leaky_relu(x, { negative_slope: '0.1' as never }))).toBe(
    'leaky_relu: expected negative_slope to be a number, got "0.1" (string)',
  );
  expect(wrong(() => kernels.leaky_relu(x, { slope: 1 } as never))).toMatch(/^leaky_relu: Misspelled option "slope"/);
  expect(wrong(() => kernels.leaky_relu(x, { out: new Float32Array(15) }))).toMatch(
    /^leaky_relu: out has 15 elements of 4 bytes, expected 16 of 4$/,
  );
  expect(wrong(() => kernels.leaky_relu(x, { mask: new Uint8Array(3) }))).toMatch(
    /^leaky_relu: expected mask to have 2 bytes for 16 elements, got 3$/,
  );
  expect(wrong(() => kernels.leaky_relu(x, { negative_slope: 1e39 }))).toBe(
    'leaky_relu: negative_slope 1e+39 does not fit float32',
  );
  expect(wrong(() => kernels.leaky_relu(x.subarray(0, 8), { out: x.subarray(4, 12) }))).toBe(
    'leaky_relu: input and out overlap partly',
  );
  expect(wrong(() => kernels.leaky_relu_backward(x, {}))).toMatch(/expected exactly one of mask and input/);
  expect(wrong(() => kernels.alloc(-1))).toMatch(/expected n to be between 0 and/);
});
