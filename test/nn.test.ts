import { inspect } from 'node:util';
import * as torch from 'cresset';
import { warnings } from './support/warnings';

/** Modules: what belongs to them, how they are kept, printed and put together. */

const { nn } = torch;
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

beforeEach(() => torch.manual_seed(1));

describe('what belongs to a module', () => {
  test('a name is taken over only by a member of the same kind', () => {
    const layer = new nn.Linear(2, 2);
    const taken = (op: string, name: string): string => `${op}: the name "${name}" is taken`;
    expect(() => layer.register_buffer('weight', torch.ones([1]))).toThrow(taken('register_buffer', 'weight'));
    expect(() => layer.add_module('weight', new nn.Tanh())).toThrow(taken('add_module', 'weight'));
    layer.register_buffer('mean', torch.ones([1]));
    layer.register_buffer('mean', torch.zeros([1]));
    const parameter = new nn.Parameter(torch.ones([2]));
    expect(() => layer.register_parameter('mean', parameter)).toThrow(taken('register_parameter', 'mean'));
    expect(() => layer.add_module('mean', new nn.Tanh())).toThrow(taken('add_module', 'mean'));
    layer.register_parameter('bias', parameter);
    expect(layer.bias).toBe(parameter);
    expect(layer.buffers().map((each) => each.tolist())).toEqual([[0]]);
  });

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
