import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as torch from 'cresset';

/** Activations against PyTorch's golden values, and what records cannot say: modules, random slopes, memory of saved values. */

const { nn } = torch;
const F = nn.functional;

type Floats = Float32Array | Float64Array;

interface Case {
  name: string;
  args: (number | string)[];
  text: string;
  y: string;
  dx: string;
}

interface Golden {
  x: string;
  g: string;
  cases: Case[];
  prelu: { shape: number[]; weight: string; y: string; dx: string; dw: string }[];
  softmax: { x: string; shape: number[]; cases: { name: string; dim: number; y: string; dx: string }[] };
}

const golden = JSON.parse(readFileSync(join(__dirname, 'golden/activations.json'), 'utf8')) as {
  texts: string[];
  float32: Golden;
  float64: Golden;
};
const float_names = ['float32', 'float64'] as const;
type FloatName = (typeof float_names)[number];

const EPSILON = { float32: 2 ** -23, float64: 2 ** -52 };

function decode(name: FloatName, text: string): Floats {
  const bytes = new Uint8Array(Buffer.from(text, 'base64')).buffer;
  return name === 'float32' ? new Float32Array(bytes) : new Float64Array(bytes);
}

function values(t: torch.Tensor): Floats {
  return t.detach().contiguous().clone().typed_array() as Floats;
}

/** These only choose, or multiply once: PyTorch's bits. */
const exact = new Set(['relu', 'relu6', 'hardtanh', 'threshold', 'hardshrink', 'rrelu']);

/** Where PyTorch's value is not the function's: see docs/differences.md. */
function is_known(name: FloatName, { name: op, args }: Case, what: string, x: number): boolean {
  if (op === 'gelu' && args.length === 0) return x === Infinity;
  if (op === 'softsign') return what === 'dx' && !Number.isFinite(x);
  return name === 'float64' && what === 'dx' && op === 'hardsigmoid';
}

/** Constants that PyTorch rounds to float32 in float64 too, and its erf for GELU in float32. */
function tolerance(name: FloatName, { name: op, args }: Case, what: string): number {
  // PyTorch gives zeros of other signs in short rows than in long ones.
  if (op === 'softshrink') return Number.MIN_VALUE;
  if (exact.has(op)) return 0;
  if (op === 'celu' && args[0] === 0.3 && what === 'dx') return 1e-7;
  if (op === 'gelu' && args.length === 0) return name === 'float32' ? 1e-6 : 1e-14;
  return 8 * EPSILON[name];
}

function mismatches(
  actual: Floats,
  expected: Floats,
  x: Floats,
  limit: number,
  known: (x: number) => boolean,
): string[] {
  expect(actual.length).toBe(expected.length);
  return Array.from(expected).flatMap((want, i) => {
    const got = actual[i];
    const near = limit > 0 && Math.abs(got - want) <= limit * Math.max(1, Math.abs(want));
    return Object.is(got, want) || near || known(x[i]) ? [] : [`x = ${x[i]}: ${got} instead of ${want}`];
  });
}

function call(name: string, x: torch.Tensor, args: readonly unknown[]): torch.Tensor {
  return (F as unknown as Record<string, (...args: unknown[]) => torch.Tensor>)[name](x, ...args);
}

const all_cases = float_names.flatMap((name) =>
  golden[name].cases.map((each) => ({ name, each, title: `${each.name}(${each.args}) in ${name}` })),
);

test.each(all_cases)('$title has PyTorch’s values and gradients', ({ name, each }) => {
  const data = decode(name, golden[name].x);
  const g = torch.tensor(decode(name, golden[name].g));
  for (const second_graph of [false, true]) {
    const x = torch.tensor(data).requires_grad_();
    const y = call(each.name, x, each.args);
    const [dx] = torch.autograd.grad(y, x, {
      grad_outputs: g.narrow(0, 0, y.numel()),
      create_graph: second_graph,
    }) as torch.Tensor[];
    for (const [what, actual, expected] of [
      ['y', y, each.y],
      ['dx', dx, each.dx],
    ] as const) {
      // The composed formula multiplies what `where` drops.
      if (what === 'dx' && second_graph) continue;
      const found = mismatches(values(actual), decode(name, expected), data, tolerance(name, each, what), (at) =>
        is_known(name, each, what, at),
      );
      expect([what, found]).toEqual([what, []]);
    }
    const finite = Array.from(data, (at) => Math.abs(at) < 25 && at !== 0);
    const fused = values(
      torch.autograd.grad(call(each.name, x, each.args), x, {
        grad_outputs: g.narrow(0, 0, y.numel()),
      })[0] as torch.Tensor,
    );
    const composed = values(dx);
    const apart = Array.from(fused).flatMap((v, i) =>
      finite[i] && Math.abs(v - composed[i]) > 32 * EPSILON[name] * Math.max(1, Math.abs(v))
        ? [`x = ${data[i]}: fused ${v}, composed ${composed[i]}`]
        : [],
    );
    expect(apart).toEqual([]);
  }
});

test.each(float_names)('prelu has PyTorch’s values and gradients in %s', (name) => {
  const data = decode(name, golden[name].x);
  const gradient = torch.tensor(decode(name, golden[name].g));
  for (const each of golden[name].prelu) {
    const x = torch.tensor(data).reshape(each.shape).detach().requires_grad_();
    const weight = torch.tensor(decode(name, each.weight)).requires_grad_();
    torch.prelu(x, weight).backward(gradient.reshape(each.shape));
    const never = () => false;
    expect(mismatches(values(torch.prelu(x, weight)), decode(name, each.y), data, 0, never)).toEqual([]);
    expect(mismatches(values(x.grad!), decode(name, each.dx), data, 0, never)).toEqual([]);
    const dw = decode(name, each.dw);
    expect(mismatches(values(weight.grad!), dw, dw, 4 * EPSILON[name], never)).toEqual([]);
  }
});

test.each(float_names)('softmax, log_softmax and softmin have PyTorch’s values and gradients in %s', (name) => {
  const { softmax } = golden[name];
  const data = decode(name, softmax.x);
  for (const each of softmax.cases) {
    const x = torch.tensor(data).reshape(softmax.shape).detach().requires_grad_();
    const y = call(each.name, x, [each.dim]);
    y.backward(torch.tensor(decode(name, golden[name].g)).narrow(0, 0, data.length).reshape(softmax.shape));
    const never = () => false;
    expect(mismatches(values(y), decode(name, each.y), data, 4 * EPSILON[name], never)).toEqual([]);
    expect(mismatches(values(x.grad!), decode(name, each.dx), data, 16 * EPSILON[name], never)).toEqual([]);
  }
});

describe('modules', () => {
  test('print as in PyTorch', () => {
    const made = [
      new nn.PReLU(),
      new nn.PReLU(3, 0.1),
      new nn.RReLU(0.1, 0.3, true),
      new nn.ReLU(true),
      new nn.ReLU6(true),
      new nn.ELU(2, true),
      new nn.CELU({ alpha: 2, inplace: true }),
      new nn.SELU({ inplace: true }),
      new nn.SiLU(true),
      new nn.Mish(true),
      new nn.Hardtanh(-2, 2, true),
      new nn.Hardsigmoid(true),
      new nn.Hardswish(true),
      new nn.Threshold(0.1, 20, true),
      new nn.Softmin(),
      new nn.Softmin(1),
      new nn.Softmax(),
      new nn.Softmax({ dim: -1 }),
      new nn.LogSoftmax(),
      new nn.LogSoftmax(1),
      new nn.Softmax2d(),
      new nn.GLU(1),
    ];
    expect(made.map(String)).toEqual(golden.texts);
  });

  const classes: Record<string, new (...args: never) => torch.nn.Module> = {
    relu: nn.ReLU,
    relu6: nn.ReLU6,
    hardtanh: nn.Hardtanh,
    threshold: nn.Threshold,
    elu: nn.ELU,
    celu: nn.CELU,
    selu: nn.SELU,
    gelu: nn.GELU,
    silu: nn.SiLU,
    mish: nn.Mish,
    softplus: nn.Softplus,
    softsign: nn.Softsign,
    sigmoid: nn.Sigmoid,
    logsigmoid: nn.LogSigmoid,
    tanh: nn.Tanh,
    hardsigmoid: nn.Hardsigmoid,
    hardswish: nn.Hardswish,
    hardshrink: nn.Hardshrink,
    softshrink: nn.Softshrink,
    tanhshrink: nn.Tanhshrink,
    rrelu: nn.RReLU,
    glu: nn.GLU,
  };

  test('do what their functions do, and print their arguments', () => {
    const x = torch.linspace(-4, 4, 10);
    for (const { name, args, text } of golden.float32.cases) {
      const module = new classes[name](...(args as never)).eval();
      expect(String(module)).toBe(text);
      expect(module.forward(x).tolist()).toEqual(call(name, x, args).tolist());
    }
  });

  test('write into their input where PyTorch has it', () => {
    const writing: readonly (new (options?: { inplace?: boolean }) => torch.nn.Module)[] = [
      nn.ReLU,
      nn.ReLU6,
      nn.SELU,
      nn.SiLU,
      nn.Mish,
      nn.Hardsigmoid,
      nn.Hardswish,
      nn.ELU,
      nn.CELU,
      nn.Hardtanh,
      nn.RReLU,
    ];
    for (const Activation of writing) {
      const x = torch.linspace(-4, 4, 9);
      const expected = (new Activation().eval().forward(x) as torch.Tensor).tolist();
      expect(new Activation({ inplace: true }).eval().forward(x)).toBe(x);
      expect(x.tolist()).toEqual(expected);
    }
    const x = torch.linspace(-4, 4, 9);
    expect(F.threshold_(x, 0, 7)).toBe(x);
    expect((x.tolist() as number[]).slice(0, 2)).toEqual([7, 7]);
    expect(torch.tanh_(torch.zeros([2])).tolist()).toEqual([0, 0]);
    expect(F.elu(x, { alpha: 2, inplace: true })).toBe(x);
    expect(F.hardtanh(x, { min_val: 0, max_val: 1 }).tolist()).toEqual(x.clamp(0, 1).tolist());
  });

  test('PReLU learns one slope, or one a channel', () => {
    const act = new nn.PReLU(2, 0.5);
    expect(act.named_parameters().map(([name, { shape }]) => [name, shape])).toEqual([['weight', [2]]]);
    const y = act.forward(
      torch.tensor([
        [-1, -2],
        [3, -4],
      ]),
    );
    expect(y.tolist()).toEqual([
      [-0.5, -1],
      [3, -2],
    ]);
    y.sum().backward();
    expect(act.weight.grad!.tolist()).toEqual([-1, -6]);
    torch.no_grad(() => act.weight.fill_(9));
    act.reset_parameters();
    expect(act.weight.tolist()).toEqual([0.5, 0.5]);
    expect(new nn.PReLU({ dtype: torch.float64 }).weight.dtype).toBe(torch.float64);
    const fixed = new nn.PReLU().requires_grad_(false);
    const x = torch.tensor([-2, 2]).requires_grad_();
    fixed.forward(x).sum().backward();
    expect([x.grad!.tolist(), fixed.weight.grad]).toEqual([[0.25, 1], null]);
  });

  test('refuse what PyTorch refuses', () => {
    for (const [make, message] of [
      [() => new nn.PReLU(-1), /^PReLU: expected num_parameters to be at least 0, got -1$/],
      [() => new nn.PReLU(1.5), /^PReLU: expected num_parameters to be an integer, got 1.5$/],
      [() => new nn.RReLU(0.5, 0.1), /^RReLU: expected lower <= upper, got lower 0.5 and upper 0.1$/],
      [() => new nn.Hardtanh(1, 1), /^Hardtanh: expected min_val < max_val, got min_val 1 and max_val 1$/],
      [() => new nn.Threshold(1, undefined as never), /^Threshold: expected value to be a number, got undefined$/],
      [() => new nn.ELU('1' as never), /^ELU: expected alpha to be a number, got "1" \(string\)$/],
      [() => new nn.ELU({ alhpa: 1 } as never), /^ELU: Misspelled option "alhpa": did you mean "alpha"\?/],
      [() => new nn.GELU('erf' as never), /^GELU: expected approximate to be "none" or "tanh", got "erf"$/],
      [() => new nn.ReLU6('yes' as never), /^ReLU6: expected inplace to be a boolean, got "yes" \(string\)$/],
      [() => new nn.Softmax('a' as never), /^Softmax: expected dim to be an integer, got "a" \(string\)$/],
      [() => new nn.Softmax().forward(torch.ones([2])), /^Softmax: expected a dim: new Softmax\(dim\)$/],
      [() => new nn.Softmax(2).forward(torch.ones([2, 3])), /^softmax: dim 2 is out of range/],
      [
        () => new nn.Softmax2d().forward(torch.ones([2, 3])),
        /^Softmax2d: expected an input of 3 or 4 dimensions, got 2$/,
      ],
      [() => new nn.GLU().forward(torch.ones([3])), /^glu: expected an even size to halve, got 3 in dimension 0$/],
      [() => new nn.CELU(0).forward(torch.ones([3])), /^celu: expected alpha to be other than 0/],
      [() => new nn.PReLU(2).forward(torch.ones([2, 3])), /^prelu: .* one for each of 3 channels, got 2/],
      [() => F.relu(torch.tensor([true])), /^relu: expected a tensor of numbers, got torch.bool$/],
      [() => F.relu_(torch.ones([1]).expand(3)), /^relu_: the tensor is expanded/],
      [() => F.silu(torch.ones([2], { requires_grad: true }), true), /^silu_: a leaf tensor that requires grad/],
    ] as const)
      expect(make).toThrow(message);
  });
});

describe('rrelu', () => {
  const options = (seed: number) => ({
    lower: 0.1,
    upper: 0.3,
    training: true,
    generator: new torch.Generator().manual_seed(seed),
  });

  test('draws a slope for every element that is not positive, by the seed', () => {
    const x = torch.tensor(Float64Array.from({ length: 1001 }, (_, i) => i - 500)).requires_grad_();
    const y = torch.rrelu(x, options(1));
    y.sum().backward();
    const slopes = Array.from(values(x.grad!));
    values(y).forEach((v, i) => {
      expect(v).toBe(i > 500 ? i - 500 : (i - 500) * slopes[i]);
    });
    expect(slopes.slice(501).every((slope) => slope === 1)).toBe(true);
    const drawn = slopes.slice(0, 501);
    expect(drawn.every((slope) => slope >= 0.1 && slope < 0.3)).toBe(true);
    expect(drawn.reduce((a, b) => a + b) / 501).toBeCloseTo(0.2, 2);
    expect(torch.equal(torch.rrelu(x, options(1)), y)).toBe(true);
    expect(torch.equal(torch.rrelu(x, options(2)), y)).toBe(false);
  });

  test('is the same in place, gradient included, and follows the module’s mode', () => {
    const x = torch.randn([50]);
    const leaf = x.clone().requires_grad_();
    const expected = torch.rrelu(leaf, options(3));
    expected.sum().backward();
    const other = x.clone().requires_grad_();
    const target = other.mul(1);
    expect(torch.rrelu_(target, options(3))).toBe(target);
    target.sum().backward();
    expect(target.tolist()).toEqual(expected.tolist());
    expect(other.grad!.tolist()).toEqual(leaf.grad!.tolist());

    const module = new nn.RReLU(0.1, 0.3);
    expect(torch.equal(module.forward(x), module.forward(x))).toBe(false);
    module.eval();
    expect(module.forward(x).tolist()).toEqual(F.leaky_relu(x, 0.2).tolist());
  });

  test('can be differentiated twice, and passes -inf and NaN as PyTorch does', () => {
    const x = torch.tensor(Float64Array.of(-2, 3)).requires_grad_();
    const [g] = torch.autograd.grad(torch.rrelu(x, options(1)).square().sum(), x, {
      create_graph: true,
    }) as torch.Tensor[];
    const [slope] = values(torch.rrelu(torch.tensor(Float64Array.of(-1, 1)), options(1)).neg());
    const [h] = torch.autograd.grad(g.sum(), x) as torch.Tensor[];
    expect(h.tolist()).toEqual([expect.closeTo(2 * slope * slope), 2]);
    expect(torch.rrelu(torch.tensor([NaN, -Infinity, Infinity]), options(1)).tolist()).toEqual([
      NaN,
      -Infinity,
      Infinity,
    ]);
  });
});

test('outputs are saved rather than inputs where they suffice', () => {
  for (const f of [torch.relu, F.relu6, F.hardtanh, torch.sigmoid, torch.tanh] as ((
    x: torch.Tensor,
  ) => torch.Tensor)[]) {
    const x = torch.randn([5]).requires_grad_();
    const hidden = x.mul(1);
    const y = f(hidden);
    torch.no_grad(() => hidden.zero_());
    y.sum().backward();
    const again = x.detach().clone().requires_grad_();
    f(again).sum().backward();
    expect(x.grad!.tolist()).toEqual(again.grad!.tolist());
  }
});

test('a saved tensor changed in place is noticed', () => {
  const x = torch.randn([5]).requires_grad_();
  const y = torch.tanh(x);
  torch.no_grad(() => y.zero_());
  expect(() => y.sum().backward()).toThrow(/TanhBackward0 needs for its gradient was changed in place/);
});

test('integers pass where PyTorch lets them', () => {
  const x = torch.tensor([-3n, 0n, 2n, 9n]);
  expect(torch.relu(x).tolist()).toEqual([0, 0, 2, 9]);
  expect(F.relu6(x).tolist()).toEqual([0, 0, 2, 6]);
  expect(F.hardtanh(x).tolist()).toEqual([-1, 0, 1, 1]);
  expect(F.threshold(x, 1, 20).tolist()).toEqual([20, 20, 2, 9]);
  expect(torch.sigmoid(x).dtype).toBe(torch.float32);
  expect(F.softsign(x).tolist()).toEqual([-0.75, 0, Math.fround(2 / 3), Math.fround(0.9)]);
});

test('every function of the family is a Tensor method too, and says so in its type', () => {
  const x = torch.randn([4, 6]);
  const by_method: readonly (readonly [string, torch.Tensor])[] = [
    ['celu', x.celu(0.5)],
    ['elu', x.elu({ alpha: 2 })],
    ['gelu', x.gelu({ approximate: 'tanh' })],
    ['glu', x.glu(1)],
    ['hardshrink', x.hardshrink(0.2)],
    ['hardsigmoid', x.hardsigmoid()],
    ['hardswish', x.hardswish()],
    ['hardtanh', x.hardtanh(-0.5, 0.5)],
    ['leaky_relu', x.leaky_relu(0.2)],
    ['log_softmax', x.log_softmax(1)],
    ['logsigmoid', x.logsigmoid()],
    ['mish', x.mish()],
    ['prelu', x.prelu(torch.tensor([0.3]))],
    ['relu', x.relu()],
    ['relu6', x.relu6()],
    ['rrelu', x.rrelu(0.1, 0.3)],
    ['selu', x.selu()],
    ['sigmoid', x.sigmoid()],
    ['silu', x.silu()],
    ['softmax', x.softmax(1)],
    ['softmin', x.softmin(1)],
    ['softplus', x.softplus(2)],
    ['softshrink', x.softshrink(0.1)],
    ['softsign', x.softsign()],
    ['tanh', x.tanh()],
    ['tanhshrink', x.tanhshrink()],
    ['threshold', x.threshold(0.1, 3)],
  ];
  const parameters: Record<string, readonly unknown[]> = {
    celu: [0.5],
    elu: [2],
    gelu: ['tanh'],
    glu: [1],
    hardshrink: [0.2],
    hardtanh: [-0.5, 0.5],
    leaky_relu: [0.2],
    log_softmax: [1],
    prelu: [torch.tensor([0.3])],
    rrelu: [0.1, 0.3],
    softmax: [1],
    softmin: [1],
    softplus: [2],
    softshrink: [0.1],
    threshold: [0.1, 3],
  };
  const functions = F as unknown as Record<string, (x: torch.Tensor, ...rest: readonly unknown[]) => torch.Tensor>;
  for (const [name, value] of by_method)
    expect([name, torch.equal(value, functions[name](x, ...(parameters[name] ?? [])))]).toEqual([name, true]);
});
