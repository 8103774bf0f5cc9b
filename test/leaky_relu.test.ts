import * as torch from 'cresset';
import * as kernels from 'cresset/kernels';
import { instruction_sets, run_child } from './support/child';
import { disagreements, elements, first_difference, float_names, read_golden } from './support/leaky_relu_golden';

const F = torch.nn.functional;

test('agrees with PyTorch to the bit: every slope, layout, direction, in place and not', () => {
  expect(disagreements()).toEqual([]);
});

test.each(instruction_sets())('agrees with PyTorch to the bit on %s', (isa) => {
  const said = JSON.parse(run_child('leaky_relu_golden.ts', { env: { CRESSET_ISA: isa } }));
  expect(said).toEqual({ isa, disagreements: [] });
});

test('the instruction set can be forced, and a wrong one is an error', () => {
  expect(instruction_sets()).toContain('scalar');
  expect(() => run_child('isa.ts', { env: { CRESSET_ISA: 'mmx' } })).toThrow(
    /cresset: CRESSET_ISA=mmx is unknown; use scalar, avx2, avx512 or neon/,
  );
});

describe('the module', () => {
  const { x, cases } = read_golden('float32');

  test.each(cases)('slope $slope, positional and as an option', ({ slope, y }) => {
    for (const module of [new torch.nn.LeakyReLU(slope), new torch.nn.LeakyReLU({ negative_slope: slope })]) {
      expect(module.negative_slope).toBe(slope);
      expect(first_difference(elements(module.forward(torch.tensor(x))), y)).toBe(-1);
    }
    const changed = torch.tensor(x);
    new torch.nn.LeakyReLU(slope, true).forward(changed);
    expect(first_difference(elements(changed), y)).toBe(-1);
  });

  test('repr and state', () => {
    expect(String(new torch.nn.LeakyReLU())).toBe('LeakyReLU(negative_slope=0.01)');
    expect(String(new torch.nn.LeakyReLU(0.2, true))).toBe('LeakyReLU(negative_slope=0.2, inplace=True)');
    expect(new torch.nn.LeakyReLU(0.2).state_dict()).toEqual({});
  });
});

describe('arguments', () => {
  const x = torch.tensor([-2, 3]);

  test('a slope may be a 0-dim tensor or a boolean', () => {
    expect(F.leaky_relu(x, torch.tensor(0.5)).tolist()).toEqual([-1, 3]);
    expect(F.leaky_relu(x, true as never).tolist()).toEqual([-2, 3]);
  });

  test('the default slope is 0.01', () => {
    expect(x.leaky_relu().tolist()).toEqual([Math.fround(-2 * Math.fround(0.01)), 3]);
  });

  test.each([
    [
      'a slope that does not fit float32',
      () => F.leaky_relu(x, 1e39),
      /^leaky_relu: negative_slope 1e\+39 does not fit torch.float32/,
    ],
    [
      'a text',
      () => F.leaky_relu(x, '0.1' as never),
      /^leaky_relu: expected negative_slope to be a number, got "0.1" \(string\)/,
    ],
    ['a vector', () => F.leaky_relu(x, torch.tensor([0.1])), /0-dim/],
    ['a slope that requires grad', () => F.leaky_relu(x, torch.tensor(0.1, { requires_grad: true })), /requires grad/],
    ['integers', () => F.leaky_relu(torch.tensor([1n])), /floating point dtype, got torch.int64/],
    ['booleans', () => F.leaky_relu(torch.tensor([true])), /floating point dtype, got torch.bool/],
    ['an array', () => F.leaky_relu([1, 2] as never), /expected input to be a Tensor, got \[1,2\] \(Array\)/],
    ['a leaf in place', () => F.leaky_relu_(torch.tensor([1], { requires_grad: true })), /leaf/],
    ['an expanded tensor in place', () => F.leaky_relu_(torch.tensor([1]).expand(3)), /expanded/],
  ])('%s is an error', (_, call, message) => {
    expect(call).toThrow(message);
  });

  test('1e39 is fine in float64', () => {
    expect(F.leaky_relu(torch.tensor([-1], { dtype: torch.float64 }), 1e39).item()).toBe(-1e39);
  });

  test('a failed call in place changes nothing', () => {
    const kept = torch.tensor([-1, 1]);
    expect(() => F.leaky_relu_(kept, 1e39)).toThrow();
    expect(kept.tolist()).toEqual([-1, 1]);
    expect(kept._version).toBe(0);
  });

  test('empty tensors, forward and backward', () => {
    const empty = torch.zeros([0, 3], { requires_grad: true });
    F.leaky_relu(empty, 0.1).backward();
    expect(empty.grad!.shape).toEqual([0, 3]);
  });
});

test('chained in place is right for every slope', () => {
  for (const [a, b] of [
    [-2, 0.5],
    [0.2, -0.2],
    [-0.5, -3],
    [0, 1.5],
  ]) {
    const x = torch.tensor([-2, -1, 0, 0.5, 2], { requires_grad: true });
    const g = torch.tensor([1, 2, 3, 4, 5]);
    F.leaky_relu(F.leaky_relu(x, a), b).backward(g);
    const expected = x.grad!.tolist();
    x.grad = null;
    const y = F.leaky_relu_(F.leaky_relu_(x.clone(), a), b);
    y.backward(g);
    expect(x.grad!.tolist()).toEqual(expected);
  }
});

describe('double backward', () => {
  test('the gradient of the gradient is the slope or 1, with respect to x it is zeros', () => {
    const x = torch.tensor([-2, 0, 3], { requires_grad: true });
    const g = torch.tensor([1, 1, 1], { requires_grad: true });
    const [dx] = torch.autograd.grad(F.leaky_relu(x, 0.25), [x], { grad_outputs: g, create_graph: true });
    const [dg, ddx] = torch.autograd.grad(dx, [g, x], { grad_outputs: torch.tensor([10, 20, 30]) });
    expect(dg.tolist()).toEqual([2.5, 5, 30]);
    expect(ddx.tolist()).toEqual([0, 0, 0]);
  });

  test('third order', () => {
    const x = torch.tensor([-2, 3], { requires_grad: true });
    const y = F.leaky_relu(x, 0.5).pow(4).sum();
    const [first] = torch.autograd.grad(y, [x], { create_graph: true });
    const [second] = torch.autograd.grad(first.sum(), [x], { create_graph: true });
    const [third] = torch.autograd.grad(second.sum(), [x]);
    // (x/2)^4 has the third derivative 24 x / 16, x^4 has 24 x.
    expect(third.tolist()).toEqual([-3, 72]);
  });
});

describe('raw kernels', () => {
  const sizes = [0, 1, 7, 8, 9, 15, 16, 17, 31, 33, 1000, 1000003];
  const classes = { float32: Float32Array, float64: Float64Array };

  function input(
    name: 'float32' | 'float64',
    n: number,
    buffer?: ArrayBufferLike,
    offset = 0,
  ): Float32Array | Float64Array {
    const x = buffer === undefined ? new classes[name](n) : new classes[name](buffer as ArrayBuffer, offset, n);
    for (let i = 0; i < n; i++) x[i] = i % 11 === 0 ? 0 : Math.sin(i * 12.9898) * 4;
    return x;
  }

  function reference(x: Float32Array | Float64Array, slope: number): Float32Array | Float64Array {
    const s = x instanceof Float32Array ? Math.fround(slope) : slope;
    return x.map((v: number) => (v > 0 ? v : v * s));
  }

  for (const name of float_names)
    test.each(sizes)(`${name}, n = %d: out, mask, in place, 1, 2 and 7 threads`, (n) => {
      const threads = kernels.get_num_threads();
      try {
        for (const count of [1, 2, 7]) {
          kernels.set_num_threads(count);
          check(n, name);
        }
      } finally {
        kernels.set_num_threads(threads);
      }
    });

  function check(n: number, name: 'float32' | 'float64'): void {
    const x = input(name, n);
    const expected = reference(x, 0.3);
    const mask = new Uint8Array(Math.ceil(n / 8)).fill(255);
    expect(first_difference(kernels.leaky_relu(x, { negative_slope: 0.3, mask }), expected)).toBe(-1);
    let wrong = 0;
    for (let i = 0; i < mask.length * 8; i++)
      if (((mask[i >> 3] >> (i % 8)) & 1) !== (i < n && x[i] > 0 ? 1 : 0)) wrong++;
    expect(wrong).toBe(0);
    const g = x.map((v: number) => v + 1) as Float32Array;
    const dx = g.map((v, i) => (x[i] > 0 ? v : v * (name === 'float32' ? Math.fround(0.3) : 0.3)));
    expect(first_difference(kernels.leaky_relu_backward(g, { negative_slope: 0.3, mask }), dx)).toBe(-1);
    expect(
      first_difference(kernels.leaky_relu_backward(g, { negative_slope: 0.3, input: x as Float32Array }), dx),
    ).toBe(-1);
    expect(first_difference(kernels.leaky_relu_backward_(g.slice(), { negative_slope: 0.3, mask }), dx)).toBe(-1);
    const inplace = x.slice();
    expect(kernels.leaky_relu_(inplace, { negative_slope: 0.3 })).toBe(inplace);
    expect(first_difference(inplace, expected)).toBe(-1);
  }

  test('parts of larger buffers at any alignment, shared and external memory', () => {
    const buffers: ArrayBufferLike[] = [new ArrayBuffer(4096), new SharedArrayBuffer(4096), kernels.alloc(1024).buffer];
    for (const buffer of buffers)
      for (const offset of [0, 4, 12, 36, 60]) {
        const x = input('float32', 517, buffer, offset);
        const expected = reference(x, -0.7);
        expect(first_difference(kernels.leaky_relu(x, { negative_slope: -0.7 }), expected)).toBe(-1);
        const around = [...new Float32Array(buffer as ArrayBuffer)];
        kernels.leaky_relu_(x, { negative_slope: -0.7 });
        expect(first_difference(x, expected)).toBe(-1);
        const now = new Float32Array(buffer as ArrayBuffer);
        const outside = around.filter((v, i) => (i < offset / 4 || i >= offset / 4 + 517) && !Object.is(v, now[i]));
        expect(outside).toEqual([]);
      }
  });

  test('memory from alloc is aligned, zeroed and of the asked type', () => {
    const a = kernels.alloc(100, 'float64');
    expect(a).toBeInstanceOf(Float64Array);
    expect([...a]).toEqual(new Array(100).fill(0));
    expect(kernels.alloc(0).length).toBe(0);
  });

  const x = new Float32Array(16);
  test.each([
    ['partial overlap', () => kernels.leaky_relu(x.subarray(0, 8), { out: x.subarray(4, 12) }), /overlap/],
    ['a short out', () => kernels.leaky_relu(x, { out: new Float32Array(15) }), /out has 15 elements/],
    ['an out of another type', () => kernels.leaky_relu(x, { out: new Float64Array(16) as never }), /out/],
    [
      'a short mask',
      () => kernels.leaky_relu(x, { mask: new Uint8Array(1) }),
      /expected mask to have 2 bytes for 16 elements, got 1/,
    ],
    ['a mask of another type', () => kernels.leaky_relu(x, { mask: new Float32Array(2) as never }), /mask/],
    ['integers', () => kernels.leaky_relu(new Int32Array(3) as never), /Float32Array or Float64Array/],
    ['a misspelled option', () => kernels.leaky_relu(x, { slope: 1 } as never), /Misspelled option "slope"/],
    ['both mask and input', () => kernels.leaky_relu_backward(x, { mask: new Uint8Array(2), input: x }), /exactly one/],
    ['neither mask nor input', () => kernels.leaky_relu_backward(x, {}), /exactly one/],
    ['a slope beyond float32', () => kernels.leaky_relu(x, { negative_slope: 1e39 }), /does not fit float32/],
  ])('%s is an error', (_, call, message) => {
    expect(call).toThrow(message);
  });

  test('a detached array is an error or empty, never a crash', () => {
    const gone = new Float32Array(16);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    expect(kernels.leaky_relu(gone).length).toBe(0);
  });
});
