import { inspect } from 'node:util';
import * as torch from 'cresset';
import loss_golden from './golden/loss.json';

const { nn } = torch;
const F = nn.functional;
const values = (t: torch.Tensor | null): unknown => t?.tolist();

class Net extends nn.Module {
  private fc1 = new nn.Linear(3, 4);
  private act = new nn.LeakyReLU(0.1);
  fc2 = new nn.Linear(4, 2);
  scale = new nn.Parameter(torch.ones([1]));
  override forward(x: torch.Tensor): torch.Tensor {
    return this.fc2.forward(this.act.forward(this.fc1.forward(x))).mul(this.scale);
  }
}

const warnings = (body: () => void): string[] => {
  const seen: string[] = [];
  const spy = jest.spyOn(process, 'emitWarning').mockImplementation((text) => {
    seen.push(String(text));
  });
  body();
  spy.mockRestore();
  return seen;
};

beforeEach(() => torch.manual_seed(1));

describe('what belongs to a module', () => {
  test('parameters and modules are properties in their order, own ones first', () => {
    const net = new Net();
    expect(net.named_parameters().map(([name]) => name)).toEqual([
      'scale',
      'fc1.weight',
      'fc1.bias',
      'fc2.weight',
      'fc2.bias',
    ]);
    expect(net.named_parameters({ recurse: false, prefix: 'net' }).map(([name]) => name)).toEqual(['net.scale']);
    expect(net.named_children().map(([name]) => name)).toEqual(['fc1', 'act', 'fc2']);
    expect(net.named_modules().map(([name]) => name)).toEqual(['', 'fc1', 'act', 'fc2']);
    expect(
      net
        .parameters()
        .every((each) => each instanceof nn.Parameter && each instanceof torch.Tensor && each.requires_grad),
    ).toBe(true);
  });

  test('a shared parameter or module counts once, and is saved under both names', () => {
    class Tied extends nn.Module {
      a = new nn.Linear(2, 2);
      b = this.a;
      c = new nn.Linear(2, 2);
    }
    const tied = new Tied();
    tied.c.weight = tied.a.weight;
    expect(tied.named_parameters().map(([name]) => name)).toEqual(['a.weight', 'a.bias', 'c.bias']);
    expect(tied.children()).toHaveLength(2);
    expect(Object.keys(tied.state_dict())).toEqual(['a.weight', 'a.bias', 'b.weight', 'b.bias', 'c.weight', 'c.bias']);
  });

  test('cyclic references end', () => {
    class Child extends nn.Module {
      parent: torch.nn.Module | null = null;
      w = new nn.Parameter(torch.ones([1]));
    }
    class Parent extends nn.Module {
      child = new Child();
      constructor() {
        super();
        this.child.parent = this;
      }
    }
    const parent = new Parent();
    expect(parent.parameters()).toHaveLength(1);
    expect(Object.keys(parent.state_dict())).toEqual(['child.w']);
    const visited: string[] = [];
    parent.apply((each) => visited.push(each.constructor.name));
    expect(visited).toEqual(['Child', 'Parent']);
    parent.eval();
    expect(parent.child.training).toBe(false);
    expect(String(parent)).toBe('Parent(\n  (child): Child(\n    (parent): Parent(...)\n  )\n)');
  });

  test('parameters() warns once of modules in arrays and private fields', () => {
    class Hidden extends nn.Module {
      layers = [new nn.Linear(1, 1)];
      weights = [new nn.Parameter(torch.ones([1]))];
      #secret = new nn.Linear(1, 1);
      #count = new Map<string, number>();
      override forward(x: torch.Tensor): torch.Tensor {
        return this.#count.size > 0 ? x : this.#secret.forward(x);
      }
    }
    const seen = warnings(() => {
      expect(new Hidden().parameters()).toEqual([]);
      new Hidden().parameters();
    });
    expect(seen).toEqual([
      'Hidden.layers is a plain array; modules in it are not found by parameters(): use torch.nn.ModuleList',
      'Hidden.weights is a plain array; parameters in it are not found by parameters(): use torch.nn.ParameterList',
      'Hidden.#secret is a private field; a module or parameter in it is not found by parameters(): declare it `private secret`',
    ]);
  });

  test('buffers are state, but not parameters', () => {
    class WithBuffers extends nn.Module {
      declare mean: torch.Tensor;
      declare cache: torch.Tensor;
      constructor() {
        super();
        this.register_buffer('mean', torch.zeros([2]));
        this.register_buffer('cache', torch.zeros([3]), false);
        this.register_buffer('none', null);
      }
    }
    const module = new WithBuffers();
    module.mean = torch.ones([2]);
    expect(module.parameters()).toEqual([]);
    expect(module.named_buffers().map(([name, t]) => [name, values(t)])).toEqual([
      ['mean', [1, 1]],
      ['cache', [0, 0, 0]],
    ]);
    expect(Object.keys(module.state_dict())).toEqual(['mean']);
    module.double();
    expect(module.cache.dtype).toBe(torch.float64);
    expect(module.get_buffer('mean')).toBe(module.mean);
  });

  test('registering by name', () => {
    const module = new nn.Module();
    module.register_parameter('w', new nn.Parameter(torch.ones([1])));
    module.register_parameter('absent', null);
    module.add_module('inner', new nn.Sequential(new nn.Linear(1, 2)));
    expect(module.named_parameters().map(([name]) => name)).toEqual(['w', 'inner.0.weight', 'inner.0.bias']);
    expect(module.get_submodule('inner.0')).toBeInstanceOf(nn.Linear);
    expect(module.get_parameter('inner.0.bias').shape).toEqual([2]);
    expect(() => module.get_submodule('inner.1')).toThrow(/^get_submodule: Sequential has no submodule "1"/);
    expect(() => module.get_parameter('inner.0.wieght')).toThrow(/did you mean "weight"/);
    expect(() => module.add_module('forward', new nn.ReLU())).toThrow(/the name "forward" is taken/);
    expect(() => module.add_module('a.b', new nn.ReLU())).toThrow(/must not be empty or contain "\."/);
    expect(() => module.register_buffer('w2', 3 as never)).toThrow(/expected tensor to be a Tensor or null, got 3/);
    expect(() => module.forward(torch.ones([1]))).toThrow('Module: the module has no forward() method');
  });
});

describe('modes, dtypes and gradients', () => {
  test('train, eval, requires_grad_, zero_grad, apply', () => {
    const net = new Net();
    expect(
      net
        .eval()
        .modules()
        .some((each) => each.training),
    ).toBe(false);
    expect(
      net
        .train()
        .modules()
        .every((each) => each.training),
    ).toBe(true);
    net
      .forward(torch.ones([2, 3]))
      .sum()
      .backward();
    expect(net.parameters().every((each) => each.grad !== null)).toBe(true);
    net.zero_grad({ set_to_none: false });
    expect(net.parameters().every((each) => (each.grad!.flatten().tolist() as number[]).every((v) => v === 0))).toBe(
      true,
    );
    net.zero_grad();
    expect(net.parameters().every((each) => each.grad === null)).toBe(true);
    net.requires_grad_(false);
    expect(net.forward(torch.ones([2, 3])).requires_grad).toBe(false);
    const linears: torch.nn.Linear[] = [];
    net.apply((each) => {
      if (each instanceof nn.Linear) linears.push(each);
    });
    expect(linears).toHaveLength(2);
  });

  test('to(dtype) keeps the identity of parameters', () => {
    const net = new Net();
    const [first] = net.parameters();
    net
      .forward(torch.ones([2, 3]))
      .sum()
      .backward();
    expect(net.double()).toBe(net);
    expect(net.parameters()[0]).toBe(first);
    expect(first.dtype).toBe(torch.float64);
    expect(first.grad?.dtype).toBe(torch.float64);
    expect(first.requires_grad && first.is_leaf).toBe(true);
    expect(net.forward(torch.ones([2, 3], { dtype: torch.float64 })).dtype).toBe(torch.float64);
    expect(net.to({ dtype: torch.float32 }).fc2.weight.dtype).toBe(torch.float32);
    expect(() => net.to(torch.int64)).toThrow(/expected dtype to be torch.float32 or torch.float64/);
  });

  test('Parameter', () => {
    const data = torch.tensor([1, 2]);
    const p = new nn.Parameter(data);
    p.data.mul_(3);
    expect(values(data)).toEqual([3, 6]);
    expect(new nn.Parameter(torch.ones([1]), false).requires_grad).toBe(false);
    expect(new nn.Parameter(torch.ones([1]), { requires_grad: false }).requires_grad).toBe(false);
    expect(p.mul(2)).not.toBeInstanceOf(nn.Parameter);
    expect(String(p)).toBe('Parameter containing:\ntensor([3., 6.], requires_grad=True)');
    expect(inspect(p)).toBe(String(p));
    expect(() => new nn.Parameter([1] as never)).toThrow('Parameter: expected data to be a Tensor, got [1] (Array)');
    expect(() => new nn.Parameter(torch.tensor([1n]))).toThrow(/only floating point tensors can require grad/);
  });
});
describe('state_dict', () => {
  test('shares memory, is detached and loads back', () => {
    const [a, b] = [new Net(), new Net()];
    const state = a.state_dict();
    expect(Object.keys(state)).toEqual(['scale', 'fc1.weight', 'fc1.bias', 'fc2.weight', 'fc2.bias']);
    expect(state['fc1.weight'].requires_grad).toBe(false);
    expect(state['fc1.weight'].storage).toBe(a.get_parameter('fc1.weight').storage);
    expect(b.load_state_dict(state)).toEqual({ missing_keys: [], unexpected_keys: [] });
    const x = torch.randn([5, 3]);
    expect(values(b.forward(x))).toEqual(values(a.forward(x)));
    expect(Object.keys(a.state_dict({ prefix: 'net.' }))[0]).toBe('net.scale');
    expect(a.state_dict({ keep_vars: true }).scale).toBe(a.scale);
  });

  test('every mismatch is named, and nothing is loaded', () => {
    const net = new Net();
    const before = values(net.fc2.bias);
    const bad = { 'fc2.bias': torch.ones([2]), 'fc1.weight': torch.ones([9, 9]), extra: torch.ones([1]) };
    expect(() => net.load_state_dict(bad)).toThrow(
      'load_state_dict: Net: missing keys "scale", "fc1.bias", "fc2.weight"; unexpected keys "extra"; ' +
        'size mismatch for fc1.weight: [9, 9] in the state_dict, [4, 3] in the module',
    );
    expect(values(net.fc2.bias)).toEqual(before);
    expect(net.load_state_dict({ 'fc2.bias': torch.ones([2]), extra: torch.ones([1]) }, { strict: false })).toEqual({
      missing_keys: ['scale', 'fc1.weight', 'fc1.bias', 'fc2.weight'],
      unexpected_keys: ['extra'],
    });
    expect(values(net.fc2.bias)).toEqual([1, 1]);
    expect(() => net.load_state_dict(null as never)).toThrow(
      /expected state_dict to be an object of tensors, got null/,
    );
    expect(() => net.load_state_dict({}, { stirct: false } as never)).toThrow(
      /Misspelled option "stirct": did you mean "strict"/,
    );
  });

  test('a loaded value is a change in place for the graph', () => {
    const net = new Net();
    const y = net.forward(torch.ones([2, 3])).sum();
    net.load_state_dict(new Net().state_dict());
    expect(() => y.backward()).toThrow(/changed in place/);
  });
});

describe('hooks', () => {
  const layer = () => new nn.Linear(2, 2);

  test('see and replace arguments and outputs of forward(), and leave no trace when removed', () => {
    const fc = layer();
    const plain = fc.forward;
    const x = torch.ones([1, 2]);
    const calls: string[] = [];
    const pre = fc.register_forward_pre_hook((module, args) => {
      calls.push(`pre ${module === fc} ${args.length}`);
      return [args[0].mul(0)];
    });
    const post = fc.register_forward_hook((_, args, output) => {
      calls.push(`post ${values(args[0])}`);
      return output.add(1);
    });
    expect(values(fc.forward(x))).toEqual([(values(fc.bias) as number[]).map((v) => Math.fround(v + 1))]);
    expect(values(fc.call(x))).toEqual(values(fc.forward(x)));
    expect(calls.slice(0, 2)).toEqual(['pre true 1', 'post 0,0']);
    expect(Object.keys(fc)).not.toContain('forward');
    pre.remove();
    expect(fc.forward).not.toBe(plain);
    post.remove();
    post.remove();
    expect(fc.forward).toBe(plain);
    expect(Object.hasOwn(fc, 'forward')).toBe(false);
    expect(() => fc.register_forward_hook('x' as never)).toThrow(/expected hook to be a function/);
  });

  test('a patched forward survives hooks', () => {
    const fc = layer();
    fc.forward = (x) => x.mul(2);
    const handle = fc.register_forward_hook((_, __, y) => y.add(1));
    expect(values(fc.forward(torch.ones([1])))).toEqual([3]);
    handle.remove();
    expect(values(fc.forward(torch.ones([1])))).toEqual([2]);
  });

  test("full backward hooks see both gradients and may replace the inputs'", () => {
    const fc = layer();
    const x = torch.ones([3, 2], { requires_grad: true });
    const seen: unknown[] = [];
    fc.register_full_backward_hook((module, grad_input, grad_output) => {
      seen.push(
        module === fc,
        grad_input.map((g) => g?.shape),
        grad_output.map((g) => values(g)),
      );
      return [grad_input[0]!.mul(0)];
    });
    fc.forward(x).sum().backward();
    expect(seen).toEqual([
      true,
      [[3, 2]],
      [
        [
          [1, 1],
          [1, 1],
          [1, 1],
        ],
      ],
    ]);
    expect(values(x.grad)).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    expect(values(fc.bias!.grad)).toEqual([3, 3]);
    const none: unknown[] = [];
    const other = layer();
    other.register_full_backward_hook((_, grad_input) => {
      none.push(...grad_input);
    });
    other
      .forward(torch.ones([1, 2]))
      .sum()
      .backward();
    expect(none).toEqual([null]);
  });
});

describe("printing is PyTorch's", () => {
  test('containers, layers, losses', () => {
    const model = new nn.Sequential(
      new nn.Linear(10, 64),
      new nn.LeakyReLU(0.2, true),
      new nn.ReLU(true),
      new nn.Flatten(),
      new nn.Identity(),
    );
    expect(String(model)).toBe(`Sequential(
  (0): Linear(in_features=10, out_features=64, bias=True)
  (1): LeakyReLU(negative_slope=0.2, inplace=True)
  (2): ReLU(inplace=True)
  (3): Flatten(start_dim=1, end_dim=-1)
  (4): Identity()
)`);
    expect(inspect(model)).toBe(String(model));
    expect(String(new nn.ModuleList([2, 2, 3].map((n) => new nn.Linear(n, 3))))).toBe(
      'ModuleList(\n  (0-1): 2 x Linear(in_features=2, out_features=3, bias=True)\n  (2): Linear(in_features=3, out_features=3, bias=True)\n)',
    );
    expect(String(new nn.ModuleDict({ a: new nn.ReLU(), b: new nn.Sequential() }))).toBe(
      'ModuleDict(\n  (a): ReLU()\n  (b): Sequential()\n)',
    );
    expect(String(new nn.ParameterList([torch.ones([2, 3]), torch.ones([2])]))).toBe(
      'ParameterList(\n    (0): Parameter containing: [torch.float32 of size 2x3]\n    (1): Parameter containing: [torch.float32 of size 2]\n)',
    );
    expect(String(new nn.ParameterList([torch.ones([2, 3])]))).toBe(
      'ParameterList(  (0): Parameter containing: [torch.float32 of size 2x3])',
    );
    expect(
      [new nn.CrossEntropyLoss(), new nn.MSELoss(), new nn.LeakyReLU(), new nn.LeakyReLU(1e-5)].map(String),
    ).toEqual(['CrossEntropyLoss()', 'MSELoss()', 'LeakyReLU(negative_slope=0.01)', 'LeakyReLU(negative_slope=1e-05)']);
  });

  test("a class's own toString and extra_repr decide", () => {
    class Named extends nn.Module {
      override toString(): string {
        return 'mine';
      }
    }
    class Extra extends nn.Module {
      override extra_repr(): string {
        return 'a=1';
      }
    }
    expect(inspect(new Named())).toBe('mine');
    expect(String(new nn.Sequential(new Named(), new Extra()))).toBe('Sequential(\n  (0): mine\n  (1): Extra(a=1)\n)');
  });
});

describe('containers', () => {
  test('Sequential', () => {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU());
    expect(model.length).toBe(2);
    expect(model[0]).toBeInstanceOf(nn.Linear);
    expect(model.at(-1)).toBe(model[1]);
    model.append(new nn.Linear(3, 1)).insert(0, new nn.Identity());
    expect([...model].map((each) => each.constructor.name)).toEqual(['Identity', 'Linear', 'ReLU', 'Linear']);
    expect(model.slice(1, 3).length).toBe(2);
    expect(model.pop()).toBeInstanceOf(nn.Linear);
    expect(model.length).toBe(3);
    const named = new nn.Sequential({ fc: new nn.Linear(2, 1), act: new nn.LeakyReLU() });
    expect(Object.keys(named.state_dict())).toEqual(['fc.weight', 'fc.bias']);
    expect(new nn.Sequential(new Map([['x', new nn.ReLU()]])).named_children()[0][0]).toBe('x');
    const x = torch.ones([2]);
    expect(new nn.Sequential().forward(x)).toBe(x);
    expect(() => new nn.Sequential([new nn.ReLU()] as never)).toThrow(
      /expected module 0 to be a Module \(spread an array with \.\.\.\)/,
    );
    expect(() => new nn.Sequential(3 as never)).toThrow('Sequential: expected module 0 to be a Module, got 3');
    expect(() => model.at(9)).toThrow('Sequential: index 9 is out of range for 3 modules');
  });

  test('lists and dicts', () => {
    const list = new nn.ModuleList([new nn.Linear(1, 1)]).extend([new nn.ReLU()]);
    expect(list.parameters()).toHaveLength(2);
    list[0] = new nn.Linear(1, 1, { bias: false });
    expect(list.named_parameters().map(([name]) => name)).toEqual(['0.weight']);
    const dict = new nn.ModuleDict({ a: new nn.ReLU() }).set('b', new nn.Linear(1, 1));
    expect([dict.keys(), dict.has('a'), dict.length, [...dict]]).toEqual([['a', 'b'], true, 2, ['a', 'b']]);
    expect(() => dict.get('c')).toThrow('ModuleDict: no module is named "c"');
    expect(() => new nn.ModuleDict({ forward: new nn.ReLU() })).toThrow(/the name "forward" is taken/);
    const parameters = new nn.ParameterDict({ w: torch.ones([2]) });
    expect(parameters.get('w').requires_grad).toBe(true);
    expect(new nn.ParameterList([torch.ones([1])]).append(torch.zeros([2])).parameters()).toHaveLength(2);
    expect(() => new nn.ParameterList(torch.ones([2]) as never)).toThrow(/expected values to be an array of Tensors/);
  });
});

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

describe('losses', () => {
  const weight = torch.tensor(loss_golden.weight, { dtype: torch.float64 });
  const inputs = loss_golden.inputs as unknown as Record<string, number[][]>;

  test.each(['cross_entropy', 'nll_loss', 'mse_loss', 'l1_loss'] as const)('%s agrees with PyTorch', (name) => {
    const cases = loss_golden.cases.filter((each) => each.name === name);
    expect(cases.length).toBeGreaterThan(0);
    for (const each of cases) {
      const targets = each.classes ? [torch.int64, torch.int32, torch.uint8] : [torch.float64];
      for (const dtype of targets) {
        const x = torch.tensor(inputs[each.x], { dtype: torch.float64, requires_grad: true });
        const target = torch.tensor(each.target as number[], { dtype });
        const options = { ...each.options, ...(each.weighted ? { weight } : {}) };
        const loss = (F[name] as (a: torch.Tensor, b: torch.Tensor, o: object) => torch.Tensor)(x, target, options);
        const factor = torch.linspace(1, 2, loss.numel(), { dtype: torch.float64 }).reshape(loss.shape);
        const total = loss.mul(factor).sum();
        const [again] = torch.autograd.grad(total, [x], { create_graph: true });
        total.backward();
        close(loss, each.loss);
        close(x.grad!, each.grad);
        close(again, each.grad);
      }
    }
  });

  const close = (t: torch.Tensor, expected: readonly number[]): void => {
    const found = t.detach().flatten().tolist() as number[];
    expect(found).toHaveLength(expected.length);
    for (const [i, v] of found.entries())
      expect(Math.abs(v - expected[i])).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(expected[i])));
  };

  test('as modules, with their bad input', () => {
    const criterion = new nn.CrossEntropyLoss({ weight: torch.ones([2]), label_smoothing: 0.1 });
    expect(Object.keys(criterion.state_dict())).toEqual(['weight']);
    expect(criterion.forward(torch.zeros([1, 2]), torch.tensor([1n])).item()).toBeCloseTo(Math.LN2, 6);
    expect(new nn.NLLLoss(torch.tensor([2, 1])).weight?.tolist()).toEqual([2, 1]);
    expect(new nn.NLLLoss().forward(torch.tensor([[-0.5, -1]]), torch.tensor([0n])).item()).toBe(0.5);
    expect(new nn.L1Loss({ reduction: 'sum' }).forward(torch.tensor([1, 2]), torch.tensor([0, 0])).item()).toBe(3);
    expect(new nn.MSELoss().forward(torch.ones([0]), torch.ones([0])).item()).toBeNaN();
    expect(new nn.CrossEntropyLoss().forward(torch.ones([1, 2]), torch.tensor([-100n])).item()).toBeNaN();
    expect(() => new nn.MSELoss({ reduction: 'max' as never })).toThrow(
      'MSELoss: expected reduction to be "none", "mean" or "sum", got "max" (string)',
    );
    expect(() => F.cross_entropy(torch.ones([2, 3]), torch.tensor([0n, 3n]))).toThrow(
      /target 3 is out of range \[0, 3\)/,
    );
    expect(() => F.cross_entropy(torch.ones([2, 3]), torch.tensor([0, 1]))).toThrow(/expected target to hold classes/);
    expect(() => F.cross_entropy(torch.ones([2, 3]), torch.tensor([0n]))).toThrow(/expected target of shape \[2\]/);
    expect(warnings(() => F.mse_loss(torch.ones([4]), torch.ones([4, 1]))).join()).toMatch(
      /are broadcast; is that meant/,
    );
  });
});

describe('init', () => {
  const { init } = nn;
  const spread = (t: torch.Tensor) => {
    const all = t.flatten().tolist() as number[];
    const mean = all.reduce((a, b) => a + b, 0) / all.length;
    return {
      low: Math.min(...all),
      high: Math.max(...all),
      mean,
      std: Math.sqrt(all.reduce((a, b) => a + (b - mean) ** 2, 0) / all.length),
    };
  };

  test("gains are PyTorch's to the last digit", () => {
    expect(
      ['linear', 'conv2d', 'sigmoid', 'tanh', 'relu', 'selu', 'leaky_relu'].map((name) =>
        init.calculate_gain(name as 'linear'),
      ),
    ).toEqual([1, 1, 1, 1.6666666666666667, Math.SQRT2, 0.75, 1.4141428569978354]);
    expect(init.calculate_gain('leaky_relu', 0.2)).toBe(1.3867504905630728);
    expect(() => init.calculate_gain('swish' as never)).toThrow('calculate_gain: unsupported nonlinearity "swish"');
  });

  test('each family has its bounds or deviation', () => {
    const w = () => torch.empty([200, 100]);
    expect(spread(init.uniform_(w(), 2, 3))).toMatchObject({ low: expect.closeTo(2, 2), high: expect.closeTo(3, 2) });
    expect(spread(init.normal_(w(), 1, 2))).toMatchObject({ mean: expect.closeTo(1, 1), std: expect.closeTo(2, 1) });
    expect(spread(init.xavier_uniform_(w(), 2)).high).toBeCloseTo(2 * Math.sqrt(6 / 300), 2);
    expect(spread(init.xavier_normal_(w())).std).toBeCloseTo(Math.sqrt(2 / 300), 2);
    expect(spread(init.kaiming_uniform_(w(), { nonlinearity: 'relu' })).high).toBeCloseTo(Math.sqrt(6 / 100), 2);
    expect(spread(init.kaiming_uniform_(w(), { mode: 'fan_out' })).high).toBeCloseTo(Math.sqrt(6 / 200), 2);
    expect(spread(init.kaiming_normal_(w(), 0.2)).std).toBeCloseTo(init.calculate_gain('leaky_relu', 0.2) / 10, 2);
    const cut = spread(init.trunc_normal_(w(), 0, 1, -1, 0.5));
    expect([cut.low >= -1, cut.high <= 0.5]).toEqual([true, true]);
    expect(values(init.eye_(torch.ones([2, 3])))).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
    expect(values(init.constant_(torch.ones([2]), 7))).toEqual([7, 7]);
    expect([values(init.ones_(torch.empty([1]))), values(init.zeros_(torch.empty([1])))]).toEqual([[1], [0]]);
    expect(() => init.kaiming_uniform_(torch.ones([2]))).toThrow(
      /expected a tensor of at least 2 dimensions, got shape \[2\]/,
    );
  });

  test('a parameter stays a leaf, and the seed decides', () => {
    const p = new nn.Parameter(torch.empty([3, 3]));
    torch.manual_seed(3);
    expect(init.kaiming_uniform_(p)).toBe(p);
    expect(p.is_leaf && p.requires_grad).toBe(true);
    const first = values(p);
    torch.manual_seed(3);
    expect(values(init.kaiming_uniform_(p))).toEqual(first);
  });
});

describe('utils', () => {
  const with_grads = (...grads: number[][]) =>
    grads.map((g) => {
      const p = new nn.Parameter(torch.zeros([g.length]));
      p.grad = torch.tensor(g);
      return p;
    });

  test('clip_grad_norm_ and clip_grad_value_', () => {
    const p = with_grads([3, 0], [4]);
    expect(nn.utils.clip_grad_norm_(p, 1).item()).toBe(5);
    expect(values(p[0].grad)).toEqual([expect.closeTo(0.6, 5), 0]);
    expect(nn.utils.clip_grad_norm_(p, 10).item()).toBeCloseTo(1, 5);
    expect(nn.utils.clip_grad_norm_(with_grads([3, -9]), 1, { norm_type: Infinity }).item()).toBe(9);
    expect(nn.utils.clip_grad_norm_(with_grads([3, -9], [1]), 1, 1).item()).toBe(13);
    expect(nn.utils.clip_grad_norm_([new nn.Parameter(torch.ones([1]))], 1).item()).toBe(0);
    expect(() => nn.utils.clip_grad_norm_(with_grads([Number.NaN]), 1, { error_if_nonfinite: true })).toThrow(
      /the norm of the gradients is NaN/,
    );
    const q = with_grads([3, -9]);
    nn.utils.clip_grad_value_(q, 2);
    expect(values(q[0].grad)).toEqual([2, -2]);
  });

  test('get_total_norm and clip_grads_with_norm_, any norm', () => {
    const grads = (p: torch.Tensor[]) => p.map((each) => each.grad!);
    const p = with_grads([3, -1], [2]);
    expect(nn.utils.get_total_norm(grads(p)).item()).toBeCloseTo(Math.sqrt(14), 6);
    expect(nn.utils.get_total_norm(grads(p), 3).item()).toBeCloseTo(Math.cbrt(36), 6);
    expect(nn.utils.get_total_norm(grads(p), { norm_type: Infinity }).item()).toBe(3);
    expect(nn.utils.get_total_norm([]).item()).toBe(0);
    expect(() => nn.utils.get_total_norm([torch.tensor([Infinity])], { error_if_nonfinite: true })).toThrow(
      /^get_total_norm: the norm of the gradients is Infinity$/,
    );
    const [by_norm, at_once] = [with_grads([3, -1], [2]), with_grads([3, -1], [2])];
    nn.utils.clip_grads_with_norm_(by_norm, 0.5, nn.utils.get_total_norm(grads(by_norm), 3));
    expect(nn.utils.clip_grad_norm_(at_once, 0.5, 3).item()).toBeCloseTo(Math.cbrt(36), 6);
    expect(grads(by_norm).map(values)).toEqual(grads(at_once).map(values));
    expect(nn.utils.get_total_norm(grads(at_once), 3).item()).toBeCloseTo(0.5, 5);
  });

  test('parameters as a vector and back', () => {
    const fc = new nn.Linear(2, 2);
    const vector = nn.utils.parameters_to_vector(fc.parameters());
    expect(vector.shape).toEqual([6]);
    nn.utils.vector_to_parameters(torch.arange(6).to(torch.float32), fc.parameters());
    expect([values(fc.weight), values(fc.bias)]).toEqual([
      [
        [0, 1],
        [2, 3],
      ],
      [4, 5],
    ]);
    expect(() => nn.utils.vector_to_parameters(torch.ones([5]), fc.parameters())).toThrow(
      /the parameters have 6 elements/,
    );
  });
});
