import * as torch from 'cresset';

/** Layers, and what Sequential makes of them. */

const { nn } = torch;
const values = (t: torch.Tensor | null): unknown => t?.tolist();

beforeEach(() => torch.manual_seed(1));

describe('layers', () => {
  test("Linear starts as PyTorch's: U(-1/√k, 1/√k), weight first", () => {
    torch.manual_seed(5);
    const layer = new nn.Linear(100, 50);
    torch.manual_seed(5);
    const bound = Math.sqrt(3) * (Math.sqrt(2 / 6) / Math.sqrt(100));
    expect(values(layer.weight)).toEqual(values(torch.empty([50, 100]).uniform_(-bound, bound)));
    expect(values(layer.bias)).toEqual(values(torch.empty([50]).uniform_(-0.1, 0.1)));
    const all = layer.weight.flatten().tolist() as number[];
    expect(Math.max(...all)).toBeLessThanOrEqual(0.1);
    expect(Math.max(...all)).toBeGreaterThan(0.099);
    expect(new nn.Linear(2, 3, false).bias).toBeNull();
    expect(new nn.Linear(2, 3, { dtype: torch.float64 }).weight.dtype).toBe(torch.float64);
    expect(new nn.Linear(0, 3).weight.shape).toEqual([3, 0]);
    expect(() => new nn.Linear(2.5, 3)).toThrow('Linear: expected in_features to be an integer, got 2.5');
    expect(() => new nn.Linear(2, 3, { bais: false } as never)).toThrow(/Misspelled option "bais"/);
    expect(() => layer.forward(torch.ones([4, 12]))).toThrow(/input has 12 features, weight expects 100/);
  });

  test('LeakyReLU takes its slope by position or by name', () => {
    const x = torch.tensor([-1, 0, 2]);
    expect(values(new nn.LeakyReLU(0.5).forward(x))).toEqual([-0.5, 0, 2]);
    expect(values(new nn.LeakyReLU({ negative_slope: 0.5 }).forward(x))).toEqual([-0.5, 0, 2]);
    const inplace = new nn.LeakyReLU({ negative_slope: 0.5, inplace: true });
    expect(inplace.forward(x)).toBe(x);
    expect(values(x)).toEqual([-0.5, 0, 2]);
    expect(new nn.LeakyReLU().negative_slope).toBe(0.01);
    expect(new nn.LeakyReLU(torch.tensor(0.5)).negative_slope).toBe(0.5);
    expect(() => new nn.LeakyReLU(torch.ones([2]))).toThrow(/a number or a 0-dim tensor, got a tensor of shape \[2\]/);
    expect(() => new nn.LeakyReLU('0.1' as never)).toThrow(
      'LeakyReLU: expected negative_slope to be a number, got "0.1" (string)',
    );
    expect(() => new nn.LeakyReLU({ negativ_slope: 1 } as never)).toThrow(
      /Misspelled option "negativ_slope": did you mean "negative_slope"/,
    );
  });

  test('ReLU, Flatten, Identity', () => {
    const x = torch.tensor([[-1, 0, 2]], { requires_grad: true });
    const y = new nn.ReLU().forward(x);
    y.sum().backward();
    expect([values(y), values(x.grad)]).toEqual([[[0, 0, 2]], [[0, 0, 1]]]);
    expect(new nn.Flatten().forward(torch.ones([2, 3, 4])).shape).toEqual([2, 12]);
    expect(new nn.Flatten({ start_dim: 0 }).forward(torch.ones([2, 3, 4])).shape).toEqual([24]);
    expect(new nn.Identity(1, 2).forward(x)).toBe(x);
  });
});

describe('Sequential runs Linear and LeakyReLU as one', () => {
  const build = (...slopes: number[]) =>
    new nn.Sequential(
      ...slopes.flatMap((slope, i) => [new nn.Linear(i === 0 ? 7 : 9, 9), new nn.LeakyReLU(slope)]),
      new nn.Linear(9, 3),
    );
  const run = (model: torch.nn.Module, x: torch.Tensor, forward: (x: torch.Tensor) => torch.Tensor) => {
    model.zero_grad();
    const leaf = x.detach().requires_grad_();
    const y = forward(leaf);
    y.mul(y).sum().backward();
    return [y, leaf.grad!, ...model.parameters().map((p) => p.grad!)].map((t) => values(t));
  };

  test('with the same bits as one after the other', () => {
    const model = build(0.01, -0.3, 1.5);
    const x = torch.randn([13, 7]);
    const steps = [...model];
    const apart = run(model, x, (v) => steps.reduce((h, layer) => layer.forward(h), v));
    expect(run(model, x, (v) => model.forward(v))).toEqual(apart);
    expect(
      run(model, x, (v) => new nn.Sequential(model.slice(0, 3), new nn.Identity(), model.slice(3)).forward(v)),
    ).toEqual(apart);
    expect(model.slice(0, 2).forward(x).grad_fn?.name).toBe('LinearLeakyReluBackward0');
  });

  test('but not where a hook, a patch or a subclass wants to see the value between', () => {
    const x = torch.randn([2, 7]);
    const name = (model: torch.nn.Module) => (model.forward(x) as torch.Tensor).grad_fn?.name;
    const pair = () => new nn.Sequential(new nn.Linear(7, 9), new nn.LeakyReLU());
    const hooked = pair();
    const seen: torch.Tensor[] = [];
    const handle = hooked[0].register_forward_hook((_, __, y) => {
      seen.push(y);
    });
    expect(name(hooked)).toBe('LeakyReluBackward0');
    expect(values(seen[0])).toBeTruthy();
    handle.remove();
    expect(name(hooked)).toBe('LinearLeakyReluBackward0');
    class Mine extends nn.LeakyReLU {}
    expect(name(new nn.Sequential(new nn.Linear(7, 9), new Mine()))).toBe('LeakyReluBackward0');
    const patched = pair();
    patched[1].forward = (v) => v as torch.Tensor;
    expect(name(patched)).toBe('AddmmBackward0');
  });

  test('values between are freed as backward passes; those a hook or a module of the user saw are not', () => {
    const kept: torch.Tensor[] = [];
    class Spy extends nn.Module {
      override forward(x: torch.Tensor): torch.Tensor {
        kept.push(x);
        return x;
      }
    }
    const model = new nn.Sequential(
      new nn.Linear(7, 9),
      new Spy(),
      new nn.ReLU(),
      new nn.Flatten(),
      new nn.Linear(9, 9),
      new nn.ReLU(),
    );
    const y = model.forward(torch.ones([4, 7]));
    y.sum().backward();
    expect([values(kept[0]), values(y)].every(Array.isArray)).toBe(true);
    torch.no_grad(() => expect(model.forward(torch.ones([4, 7])).shape).toEqual([4, 9]));

    const chain = new nn.Sequential(
      new nn.Linear(64, 64),
      new nn.ReLU(),
      new nn.Linear(64, 64),
      new nn.ReLU(),
      new nn.Linear(64, 64),
    );
    const input = torch.ones([256, 64]);
    const live = () => torch.memory_stats().live_bytes;
    torch.no_grad(() => chain.forward(input));
    const before = live();
    const out = torch.no_grad(() => chain.forward(input));
    expect(live() - before).toBeLessThan(2 * 256 * 64 * 4);
    expect(out.shape).toEqual([256, 64]);
    const loss = chain.forward(input).sum();
    const during = live();
    loss.backward();
    expect(live()).toBeLessThan(during);
  });

  test('a second derivative goes through', () => {
    const model = new nn.Sequential(new nn.Linear(3, 4), new nn.LeakyReLU(0.2), new nn.Linear(4, 1)).double();
    const x = torch.randn([5, 3], { dtype: torch.float64, requires_grad: true });
    const [dx] = torch.autograd.grad(model.forward(x).pow(2).sum(), [x], { create_graph: true });
    dx.pow(2).sum().backward();
    expect(model.get_parameter('0.weight').grad!.shape).toEqual([4, 3]);
  });
});
