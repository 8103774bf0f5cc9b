import * as jest_globals from '@jest/globals';
import * as torch from 'cresset';
import { matchers } from 'cresset/jest';

type T = torch.Tensor;

/** What the failing assertion says, without colors. */
function message_of(assertion: () => unknown): string {
  try {
    assertion();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the assertion passed');
}

const f64 = (values: torch.NestedArray): T => torch.tensor(values, { dtype: torch.float64, requires_grad: true });

test('they are registered with the global expect and with that of @jest/globals', () => {
  expect(torch.ones([2])).toHaveShape([2]);
  jest_globals.expect(torch.ones([2])).toHaveShape([2]);
  jest_globals.expect(torch.ones([2])).not.toBeCloseToTensor([1, 2]);
  expect(Object.keys(matchers)).toEqual([
    'toBeCloseToTensor',
    'toEqualTensor',
    'toHaveShape',
    'toPassGradcheck',
    'toPassGradgradcheck',
    'toNotLeakTensors',
  ]);
});

test.each([
  ['the global expect', expect],
  ['that of @jest/globals', jest_globals.expect],
])('they stand inside other values: %s', (_, { toBeCloseToTensor, not, objectContaining }) => {
  const state = { name: 'w', weight: torch.tensor([0.1, 0.2]), sizes: [torch.ones([2, 3])] };
  expect(state).toEqual({
    name: 'w',
    weight: toBeCloseToTensor([0.1, 0.2], { rtol: 1e-4 }),
    sizes: [expect.toHaveShape(2, 3)],
  });
  expect(state).toEqual(objectContaining({ weight: not.toEqualTensor([0.1, 0.3]) }));
  expect(() => jest_globals.expect(state).toMatchObject({ weight: jest_globals.expect.toHaveShape([3]) })).toThrow();
});

describe('toBeCloseToTensor', () => {
  const t = torch.tensor([
    [1, 2],
    [3, 4],
  ]);

  test('tensors, nested arrays, typed arrays, numbers', () => {
    expect(t).toBeCloseToTensor(t.add(1e-6));
    expect(t).toBeCloseToTensor([
      [1, 2],
      [3, 4.000001],
    ]);
    expect(t.select(0, 0)).toBeCloseToTensor(new Float64Array([1, 2]));
    expect(t.sum()).toBeCloseToTensor(10);
    expect(torch.tensor([1n, 2n])).toBeCloseToTensor([1, 2]);
    expect(torch.tensor([1n, 2n])).not.toBeCloseToTensor([1, 2.5]);
    expect(torch.tensor([true, false])).toBeCloseToTensor([true, false]);
    expect(torch.tensor(0.1)).toBeCloseToTensor(0.1);
    expect(f64([0.1])).toBeCloseToTensor([0.1]);
    expect(f64([0.1])).not.toBeCloseToTensor([0.100001]);
    expect(torch.zeros([0, 3])).toBeCloseToTensor(torch.ones([0, 3]));
  });

  test('the tolerances are those of torch.testing.assert_close', () => {
    expect(torch.tensor([1e-5])).toBeCloseToTensor([0]);
    expect(torch.tensor([1.2e-5])).not.toBeCloseToTensor([0]);
    expect(torch.tensor([1.2e-5])).toBeCloseToTensor([0], { atol: 1e-4 });
    expect(t).toBeCloseToTensor(
      [
        [1, 2],
        [3, 4.5],
      ],
      { rtol: 0.2 },
    );
    expect(t).not.toBeCloseToTensor(
      [
        [1, 2],
        [3, 4.5],
      ],
      { rtol: 0, atol: 0.4 },
    );
  });

  test('NaN, infinities, signed zeros', () => {
    const special = torch.tensor([Number.NaN, Infinity, -Infinity, -0]);
    expect(special).not.toBeCloseToTensor(special);
    expect(special).toBeCloseToTensor([Number.NaN, Infinity, -Infinity, 0], { equal_nan: true });
    expect(torch.tensor([1])).not.toBeCloseToTensor([Infinity]);
    expect(torch.tensor([Infinity])).not.toBeCloseToTensor([1], { rtol: 1, atol: Infinity, equal_nan: true });
  });

  test('the message shows the first differing elements and the greatest errors', () => {
    expect(
      message_of(() =>
        expect(t).toBeCloseToTensor([
          [1, 2.5],
          [3, 3],
        ]),
      ),
    ).toBe(
      [
        'toBeCloseToTensor: the tensors are not close',
        'Mismatched elements: 2 / 4 (50.0%)',
        '  at [0, 1]: 2, expected 2.5',
        '  at [1, 1]: 4, expected 3',
        'Greatest absolute difference: 1 at index [1, 1] (up to 0.00001 allowed)',
        'Greatest relative difference: 0.3333333333333333 at index [1, 1] (up to 0.0000013 allowed)',
      ].join('\n'),
    );
    expect(message_of(() => expect(torch.zeros([100])).toBeCloseToTensor(torch.ones([100])))).toMatch(
      / {2}at \[4\]: 0, expected 1\n {2}… and 95 more/,
    );
    expect(message_of(() => expect(t).not.toBeCloseToTensor(t))).toBe(
      'toBeCloseToTensor: the tensors are close (rtol 0.0000013, atol 0.00001), expected them not to be',
    );
  });

  test('shape and dtype', () => {
    expect(message_of(() => expect(t).toBeCloseToTensor([1, 2]))).toBe('toBeCloseToTensor: shape [2, 2], expected [2]');
    expect(message_of(() => expect(t).toBeCloseToTensor(t.double()))).toBe(
      'toBeCloseToTensor: dtype torch.float32, expected torch.float64',
    );
    expect(t).toBeCloseToTensor(t.double(), { check_dtype: false });
    expect(t).not.toBeCloseToTensor(t.t());
    expect(t).toBeCloseToTensor(t.t().contiguous().t());
  });

  test('wrong calls are errors, also after .not', () => {
    expect(() => expect(3).not.toBeCloseToTensor([1])).toThrow(
      'toBeCloseToTensor: expected the received value to be a Tensor, got 3',
    );
    expect(() => expect(t).not.toBeCloseToTensor('1' as never)).toThrow(
      /expected expected to be a Tensor, an array or a number/,
    );
    expect(() => expect(t).not.toBeCloseToTensor(t, { tol: 1 } as never)).toThrow(/Misspelled option "tol"/);
  });
});

describe('toEqualTensor', () => {
  test('the same bits', () => {
    const special = torch.tensor([Number.NaN, -0, 0, Infinity, 1e-45]);
    expect(special).toEqualTensor(special.clone());
    expect(special).toEqualTensor([Number.NaN, -0, 0, Infinity, 1e-45]);
    expect(torch.tensor([0])).not.toEqualTensor(torch.tensor([-0]));
    expect(torch.tensor([1n << 60n])).not.toEqualTensor(torch.tensor([(1n << 60n) + 1n]));
    expect(torch.tensor([1])).not.toEqualTensor(torch.tensor([1 + 2 ** -23]));
    expect(torch.tensor([1])).not.toEqualTensor(f64([1]));
    const quiet = torch.from_typed_array(new Float32Array(new Uint32Array([0x7fc00000]).buffer));
    const payload = torch.from_typed_array(new Float32Array(new Uint32Array([0x7fc00001]).buffer));
    expect(quiet).not.toEqualTensor(payload);
  });

  test('its message', () => {
    expect(message_of(() => expect(torch.tensor([1, -0])).toEqualTensor([1, 0]))).toBe(
      [
        'toEqualTensor: the tensors are not the same bits',
        'Mismatched elements: 1 / 2 (50.0%)',
        '  at [1]: -0, expected 0',
        'Greatest absolute difference: 0 at index [1]',
        'Greatest relative difference: NaN at index [1]',
      ].join('\n'),
    );
    expect(message_of(() => expect(torch.ones([2])).not.toEqualTensor([1, 1]))).toMatch(
      /the same bits, expected them to differ/,
    );
  });
});

test('toHaveShape', () => {
  const t = torch.zeros([2, 3]);
  expect(t).toHaveShape([2, 3]);
  expect(t).toHaveShape(2, 3);
  expect(t).not.toHaveShape([3, 2]);
  expect(t.sum()).toHaveShape([]);
  expect(message_of(() => expect(t).toHaveShape([6]))).toBe('toHaveShape: shape [2, 3], expected [6]');
  expect(message_of(() => expect(t).not.toHaveShape([2, 3]))).toBe('toHaveShape: shape [2, 3], expected another');
  expect(() => expect(t).not.toHaveShape('2' as never)).toThrow(/expected expected to be an array of sizes/);
});

describe('gradients', () => {
  class Half extends torch.autograd.Function {
    static forward(_ctx: torch.autograd.FunctionContext, x: T): T {
      return x.mul(4);
    }
    static backward(_ctx: torch.autograd.FunctionContext, g: T): T {
      return g.mul(2);
    }
  }
  const half = (x: T): T => Half.apply(x);
  const leaky = (x: T): T => x.leaky_relu(0.2);

  test('toPassGradcheck', () => {
    expect(leaky).toPassGradcheck([f64([-1, 2])]);
    expect(leaky).toPassGradcheck(f64([-1, 2]), { fast_mode: true });
    expect(half).not.toPassGradcheck([f64([1])]);
    expect(half).not.toPassGradcheck([f64([1])], { raise_exception: false });
    expect(message_of(() => expect(half).toPassGradcheck([f64([3])]))).toMatch(
      /^toPassGradcheck: gradcheck: input 0, element \[0\] \(x = 3\), output 0, element \[0\]: analytic 2, numeric (4|3\.9)/,
    );
    expect(message_of(() => expect(leaky).toPassGradcheck([f64([0])]))).toMatch(/near the kink at 0/);
    expect(message_of(() => expect(leaky).not.toPassGradcheck([f64([1])]))).toMatch(
      /agree with the central differences, expected them to differ/,
    );
  });

  test('toPassGradgradcheck', () => {
    expect((x: T) => x.pow(3)).toPassGradgradcheck([f64([-1, 2])]);
    expect((x: T) => x.pow(3)).toPassGradgradcheck([f64([-1, 2])], { grad_outputs: [f64([1, 2])], eps: 1e-5 });
    expect((x: T) => x.mul(x.detach())).not.toPassGradgradcheck([f64([1])]);
  });

  test('a call that is wrong stays an error, also after .not', () => {
    expect(() => expect(leaky).not.toPassGradcheck([f64([1]).detach()])).toThrow(/no input requires grad/);
    expect(() => expect(3).not.toPassGradcheck([f64([1])])).toThrow(/expected the received value to be a function/);
    expect(() => expect(leaky).toPassGradcheck([f64([1])], { epsilon: 1 } as never)).toThrow(
      /Misspelled option "epsilon"/,
    );
  });
});

describe('toNotLeakTensors', () => {
  test('a training step does not leak', () => {
    const model = new torch.nn.Sequential(
      new torch.nn.Linear(3, 4),
      new torch.nn.LeakyReLU(),
      new torch.nn.Linear(4, 1),
    );
    const optimizer = new torch.optim.Adam(model.parameters());
    const x = torch.ones([8, 3]);
    expect(() => {
      const loss = model.forward(x).pow(2).mean();
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      return loss;
    }).toNotLeakTensors();
  });

  test('what is kept is a leak, and the message counts it', () => {
    const kept: T[] = [];
    const leak = (): unknown => kept.push(torch.ones([256]));
    expect(leak).not.toNotLeakTensors();
    expect(message_of(() => expect(leak).toNotLeakTensors())).toMatch(
      /^toNotLeakTensors: the number of live tensors grew from round to round: \d+, \d+, \d+, \d+; about 1024 bytes a run$/,
    );
    const [, ...blocks] = /round: (\d+), (\d+), (\d+), (\d+);/.exec(message_of(() => expect(leak).toNotLeakTensors()))!;
    expect(Number(blocks[3]) - Number(blocks[0])).toBe(12);
    expect(message_of(() => expect(() => torch.ones([2])).not.toNotLeakTensors())).toMatch(/did not grow/);
  });

  test('one allocation that stays is no leak', () => {
    let cache: T | null = null;
    expect(() => (cache ??= torch.ones([5]))).toNotLeakTensors();
  });

  test('asynchronous functions', async () => {
    const kept: T[] = [];
    await expect(async () => torch.ones([3])).toNotLeakTensors();
    await expect(async () => kept.push(torch.ones([3]))).not.toNotLeakTensors();
    await expect(expect(async () => kept.push(torch.ones([3]))).toNotLeakTensors()).rejects.toThrow(
      /grew from round to round/,
    );
  });

  test('arrays from typed_array() count where the event loop turns', async () => {
    const kept: unknown[] = [];
    const array = (): unknown => torch.ones([1000]).typed_array();
    expect(array).toNotLeakTensors();
    await expect(async () => array()).toNotLeakTensors();
    await expect(expect(async () => kept.push(array())).toNotLeakTensors()).rejects.toThrow(
      /typed_array\(\) grew from round to round; about \d+ bytes a run/,
    );
  });
});

describe('torch.testing.assert_close', () => {
  const { assert_close } = torch.testing;

  test('tensors, numbers, arrays and objects of them', () => {
    assert_close(torch.tensor([1, 2]), torch.tensor([1, 2 + 1e-6]));
    assert_close(1, 1 + 1e-9);
    assert_close([1, torch.ones([2])], [1, torch.ones([2])]);
    const linear = new torch.nn.Linear(2, 1);
    assert_close(linear.state_dict(), linear.state_dict());
    assert_close(true, true);
    assert_close(3n, 3n);
  });

  test.each<[string, () => void, string | RegExp]>([
    ['shapes', () => assert_close(torch.ones([2]), torch.ones([3])), 'assert_close: the shapes [2] and [3] differ'],
    [
      'dtypes',
      () => assert_close(torch.ones([2]), f64([1, 1])),
      /the dtypes torch.float32 and torch.float64 differ; pass \{ check_dtype: false \}/,
    ],
    [
      'strides',
      () => assert_close(torch.ones([2, 2]), torch.ones([2, 2]).t(), { check_stride: true }),
      /the strides \[2, 1\] and \[1, 2\] differ/,
    ],
    [
      'values',
      () => assert_close(torch.tensor([1, 2, 4]), torch.tensor([1, 2, 3])),
      /^assert_close: the tensors are not close\nMismatched elements: 1 \/ 3 \(33\.3%\)\n {2}at \[2\]: 4, expected 3\nGreatest absolute difference: 1 at index \[2\] \(up to 0\.00001 allowed\)\n/,
    ],
    [
      'integers',
      () => assert_close(torch.tensor([1n]), torch.tensor([2n])),
      /^assert_close: the tensors are not equal\n/,
    ],
    [
      'NaN',
      () => assert_close(torch.tensor([Number.NaN]), torch.tensor([Number.NaN])),
      /Greatest absolute difference: NaN at index \[0\]/,
    ],
    ['numbers', () => assert_close(1, 1.5), /^assert_close: 1 is not close to 1\.5\nMismatched elements: 1 \/ 1/],
    ['a number and a boolean', () => assert_close(1, true), /differ in type/],
    [
      'nested',
      () => assert_close({ a: [1, 2] }, { a: [1, 3] }),
      /2 is not close to 3(.|\n)*\nThe difference is at \["a"\]\[1\]$/,
    ],
    ['lengths', () => assert_close([1], [1, 2]), /the lengths 1 and 2 of the arrays differ/],
    ['names', () => assert_close({ a: 1 }, { b: 1 }), /only one side has a, b/],
    ['kinds', () => assert_close(torch.ones([]), 1), /Tensor torch.float32 \[\] and 1 cannot be compared/],
    ['one tolerance', () => assert_close(1, 1, { rtol: 1 }), /rtol and atol must both be given or neither/],
    ['options', () => assert_close(1, 1, { tol: 1 } as never), /Misspelled option "tol"/],
  ])('what differs: %s', (_, assertion, message) => {
    expect(assertion).toThrow(message);
  });

  test('the message can be replaced', () => {
    expect(() => assert_close(1, 2, { msg: 'weights moved' })).toThrow(/^weights moved$/);
    expect(() => assert_close(1, 2, { msg: (text) => `after step 3: ${text}` })).toThrow(
      /^after step 3: assert_close: 1 is not close/,
    );
    assert_close(torch.tensor([Number.NaN]), torch.tensor([Number.NaN]), { equal_nan: true });
    assert_close(torch.ones([1]), f64([1]), { check_dtype: false });
  });
});
