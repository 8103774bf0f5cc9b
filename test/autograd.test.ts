import * as torch from 'cresset';
import { run_child } from './support/child';

/** The graph: who owns a gradient, what may be changed when, and what is kept. */

const F = torch.nn.functional;
const leaf = (...values: number[]): torch.Tensor => torch.tensor(values, { requires_grad: true });

describe('gradients share memory with nobody', () => {
  test('a gradient argument is neither changed nor kept', () => {
    const x = leaf(-1, 2);
    const g = torch.tensor([10, 20]);
    x.mul(1).backward(g);
    x.mul(1).backward(g);
    expect(g.tolist()).toEqual([10, 20]);
    expect(x.grad!.tolist()).toEqual([20, 40]);
    g.zero_();
    expect(x.grad!.tolist()).toEqual([20, 40]);
  });

  test('a gradient argument that reaches the leaf unchanged is copied', () => {
    const [x, y] = [leaf(1, 2), leaf(3, 4)];
    const g = torch.tensor([10, 20]);
    x.add(y).backward(g);
    g.fill_(0);
    x.grad!.mul_(2);
    expect([x.grad!.tolist(), y.grad!.tolist()]).toEqual([
      [20, 40],
      [10, 20],
    ]);
  });

  test('a leaf given to backward itself', () => {
    const x = leaf(1, 2);
    const g = torch.tensor([5, 6]);
    x.backward(g);
    x.grad!.add_(1);
    expect(g.tolist()).toEqual([5, 6]);
  });

  test('x.add(x), and the same operand in deeper places', () => {
    const x = leaf(-1, 2);
    x.add(x).backward(torch.tensor([1, 10]));
    expect(x.grad!.tolist()).toEqual([2, 20]);
    x.grad = null;
    const y = F.leaky_relu(x, 0.5);
    y.add(y)
      .mul(y)
      .backward(torch.tensor([1, 1]));
    // 2 y² has the derivative 4 y y'.
    expect(x.grad!.tolist()).toEqual([4 * -0.5 * 0.5, 8]);
  });

  test('one value through several rectifiers', () => {
    const x = leaf(-2, 3);
    const shared = x.mul(1);
    F.leaky_relu(shared, 0.5)
      .add(F.leaky_relu(shared, 0.25))
      .add(shared)
      .backward(torch.tensor([1, 1]));
    expect(x.grad!.tolist()).toEqual([1.75, 3]);
  });

  test('a shared module', () => {
    const layer = new torch.nn.Linear(2, 2);
    const x = torch.tensor([[1, -2]]);
    const twice = (): torch.Tensor => layer.forward(F.leaky_relu(layer.forward(x), 0.1)).sum();
    twice().backward();
    const once = layer.weight.grad!.clone();
    twice().backward();
    expect(layer.weight.grad!.tolist()).toEqual(once.mul(2).tolist());
  });

  test('a hook that keeps its gradient', () => {
    const x = leaf(-1, 2);
    const kept: torch.Tensor[] = [];
    const y = x.mul(3);
    y.register_hook((g) => {
      kept.push(g);
    });
    F.leaky_relu(y, 0.5).backward(torch.tensor([4, 5]));
    expect(kept[0].tolist()).toEqual([2, 5]);
    const x_grad = x.grad!.tolist();
    kept[0].zero_();
    expect(x.grad!.tolist()).toEqual(x_grad);
    F.leaky_relu(x.mul(3), 0.5).backward(torch.tensor([4, 5]));
    expect(kept[0].tolist()).toEqual([0, 0]);
  });

  test('two backward calls add up, with and without retain_graph', () => {
    const x = leaf(-1, 2);
    const y = F.leaky_relu(x, 0.5).mul(2);
    y.backward(torch.tensor([1, 1]), { retain_graph: true });
    y.backward(torch.tensor([1, 1]), { retain_graph: true });
    expect(x.grad!.tolist()).toEqual([2, 4]);
    y.backward(torch.tensor([1, 1]));
    expect(x.grad!.tolist()).toEqual([3, 6]);
    expect(() => y.backward(torch.tensor([1, 1]))).toThrow(/already freed.*retain_graph/);
  });

  test('.grad of views and expanded gradients is dense and its own', () => {
    const x = leaf(1, 2, 3);
    x.sum().backward();
    expect(x.grad!.is_contiguous()).toBe(true);
    x.grad!.select(0, 0).fill_(7);
    expect(x.grad!.tolist()).toEqual([7, 1, 1]);
  });

  test('the results of autograd.grad are the caller’s', () => {
    const [x, y] = [leaf(1, 2), leaf(3, 4)];
    const g = torch.tensor([1, 1]);
    const [dx, dy] = torch.autograd.grad(x.add(y), [x, y], { grad_outputs: g });
    dx.mul_(5);
    expect([dx.tolist(), dy.tolist(), g.tolist()]).toEqual([
      [5, 5],
      [1, 1],
      [1, 1],
    ]);
    expect([x.grad, y.grad]).toEqual([null, null]);
  });
});

describe('hooks', () => {
  test('replace the gradient, can be removed, see the sum', () => {
    const x = leaf(1, 2);
    const handle = x.register_hook((g) => g.mul(10));
    x.add(x).sum().backward();
    expect(x.grad!.tolist()).toEqual([20, 20]);
    handle.remove();
    x.grad = null;
    x.sum().backward();
    expect(x.grad!.tolist()).toEqual([1, 1]);
  });

  test('a wrong shape is an error', () => {
    const x = leaf(1, 2);
    x.register_hook(() => torch.ones([3]));
    expect(() => x.sum().backward()).toThrow(/hook returned a gradient of shape \[3\], expected \[2\]/);
  });

  test('an error inside a hook leaves the program alive', () => {
    const x = leaf(1, 2);
    const handle = x.register_hook(() => {
      throw new Error('mine');
    });
    expect(() => x.sum().backward()).toThrow('mine');
    handle.remove();
    x.sum().backward();
    expect(torch.is_grad_enabled()).toBe(true);
    expect(x.grad!.tolist()).toEqual([1, 1]);
  });

  test('retain_grad keeps the gradient of a value between', () => {
    const x = leaf(-1, 2);
    const y = x.mul(3);
    y.retain_grad();
    F.leaky_relu(y, 0.5).backward(torch.tensor([1, 1]));
    expect(y.grad!.tolist()).toEqual([0.5, 1]);
    y.grad!.zero_();
    expect(x.grad!.tolist()).toEqual([1.5, 3]);
  });
});

describe('in-place changes', () => {
  test('of a saved tensor are found by its version', () => {
    const x = leaf(1, 2);
    const y = x.mul(1);
    const z = y.mul(y);
    y.add_(1);
    expect(() => z.sum().backward()).toThrow(/changed in place \(version 1, expected 0\)/);
  });

  test('through a view or of the base are found too', () => {
    const x = leaf(1, 2, 3);
    const y = x.mul(1);
    const z = y.exp().mul(y);
    y.select(0, 1).zero_();
    expect(() => z.sum().backward()).toThrow(/changed in place/);
  });

  test('through .data are not noticed, as in PyTorch', () => {
    const x = leaf(1, 2);
    const y = x.mul(x);
    x.data.zero_();
    y.sum().backward();
    expect(x.grad!.tolist()).toEqual([0, 0]);
  });

  test('of what LeakyReLU read are allowed: only its signs are kept', () => {
    const x = leaf(-1, 2);
    const y = x.mul(1);
    const z = F.leaky_relu(y, 0.5);
    y.zero_();
    z.sum().backward();
    expect(x.grad!.tolist()).toEqual([0.5, 1]);
  });

  test('of a leaf that requires grad, or of its view, are an error and change nothing', () => {
    const x = leaf(1, 2);
    expect(() => x.mul_(2)).toThrow(/leaf/);
    expect(() => x.view(2).mul_(2)).toThrow(/leaf/);
    expect(() => F.leaky_relu_(x.select(0, 0))).toThrow(/leaf/);
    expect(x.tolist()).toEqual([1, 2]);
    torch.no_grad(() => x.mul_(2));
    expect(x.tolist()).toEqual([2, 4]);
    expect(x.requires_grad).toBe(true);
  });

  test('of an expanded tensor are an error', () => {
    expect(() => torch.ones([1]).expand(3).add_(1)).toThrow(/expanded/);
  });

  test('of a view reach the base’s history', () => {
    const x = leaf(1, -2, 3);
    const y = x.mul(1);
    y.narrow(0, 1, 2).mul_(5);
    expect(y.tolist()).toEqual([1, -10, 15]);
    y.backward(torch.tensor([1, 1, 1]));
    expect(x.grad!.tolist()).toEqual([1, 5, 5]);
  });

  test('of the base reach a view taken before', () => {
    const x = leaf(1, -2, 3);
    const y = x.mul(1);
    const view = y.narrow(0, 1, 2);
    F.leaky_relu_(y, 0.5);
    expect(view.tolist()).toEqual([-1, 3]);
    view.sum().backward();
    expect(x.grad!.tolist()).toEqual([0, 0.5, 1]);
  });

  test('of another view of the same base reach a view taken before', () => {
    const x = leaf(1, 2);
    const y = x.mul(1);
    const [a, b] = [y.view(2, 1), y.view(1, 2)];
    a.mul_(3);
    b.sum().backward();
    expect(x.grad!.tolist()).toEqual([3, 3]);
  });

  test('chains in place', () => {
    const x = leaf(-1, 2);
    const y = x.mul(1).mul_(2).add_(1);
    F.leaky_relu_(y, 0.5).mul_(3);
    y.sum().backward();
    expect(y.tolist()).toEqual([-1.5, 15]);
    expect(x.grad!.tolist()).toEqual([3, 6]);
  });
});

describe('modes', () => {
  test('no_grad as a callback and as a guard; enable_grad inside', () => {
    const x = leaf(1);
    expect(torch.no_grad(() => x.mul(2)).requires_grad).toBe(false);
    {
      using _ = torch.no_grad();
      expect(x.mul(2).requires_grad).toBe(false);
      expect(torch.enable_grad(() => x.mul(2)).requires_grad).toBe(true);
    }
    expect(x.mul(2).requires_grad).toBe(true);
  });

  test('an error inside restores the mode', () => {
    expect(() =>
      torch.no_grad(() => {
        throw new Error('mine');
      }),
    ).toThrow('mine');
    expect(torch.is_grad_enabled()).toBe(true);
  });

  test('an async callback is an error', () => {
    expect(() => torch.no_grad(async () => 1)).toThrow(/async/);
    expect(torch.is_grad_enabled()).toBe(true);
  });

  test('detach leaves the graph and shares memory', () => {
    const x = leaf(1, 2);
    const d = x.detach();
    expect(d.requires_grad).toBe(false);
    torch.no_grad(() => d.fill_(9));
    expect(x.tolist()).toEqual([9, 9]);
  });
});

describe('backward and grad', () => {
  test('ones are the gradient of a tensor of several elements', () => {
    const x = leaf(-1, 2);
    F.leaky_relu(x, 0.5).backward();
    expect(x.grad!.tolist()).toEqual([0.5, 1]);
  });

  test('inputs limit what gets a gradient', () => {
    const [x, y] = [leaf(1), leaf(2)];
    x.mul(y).backward(null, { inputs: [x] });
    expect([x.grad!.tolist(), y.grad]).toEqual([[2], null]);
  });

  test('unused inputs: an error, null, or zeros', () => {
    const [x, y] = [leaf(1, 1), leaf(2, 2)];
    const z = x.mul(2);
    expect(() => torch.autograd.grad(z.sum(), [y], { retain_graph: true })).toThrow(
      /not used in the graph.*allow_unused/,
    );
    expect(torch.autograd.grad(z.sum(), [x, y], { allow_unused: true })[1]).toBeNull();
  });

  test.each([
    ['no graph', () => torch.ones([2]).backward(), /does not require grad/],
    [
      'a gradient of another shape',
      () =>
        leaf(1, 2)
          .mul(1)
          .backward(torch.ones([3])),
      /gradient has shape \[3\], the tensor \[2\]/,
    ],
    [
      'a gradient of another dtype',
      () =>
        leaf(1, 2)
          .mul(1)
          .backward(torch.ones([2], { dtype: torch.float64 })),
      /float64/,
    ],
    [
      'a misspelled option',
      () =>
        leaf(1)
          .mul(1)
          .backward(null, { retain_grph: true } as never),
      /Misspelled option "retain_grph": did you mean "retain_graph"/,
    ],
    ['integers that require grad', () => torch.tensor([1n]).requires_grad_(), /floating point/],
    ['a .grad of another shape', () => Object.assign(leaf(1, 2), { grad: torch.ones([3]) }), /shape \[3\]/],
  ])('%s is an error', (_, call, message) => {
    expect(call).toThrow(message);
  });

  test('create_graph: a gradient penalty through Linear and LeakyReLU', () => {
    torch.manual_seed(0);
    const make = (...shape: number[]): torch.Tensor => torch.randn(shape, { dtype: torch.float64 });
    const [w, b, v] = [make(4, 3), make(4), make(1, 4)].map((t) => t.requires_grad_());
    const x = make(5, 3).requires_grad_();
    const penalty = (): torch.Tensor => {
      const y = F.linear(F.leaky_relu(F.linear(x, w, b), 0.2), v)
        .pow(2)
        .sum();
      const [dx] = torch.autograd.grad(y, [x], { create_graph: true });
      return dx.pow(2).sum().sqrt().sub(1).pow(2);
    };
    penalty().backward();
    const analytic = w.grad!.select(0, 1).select(0, 2).item() as number;
    const eps = 1e-5;
    const at = (d: number): number => {
      torch.no_grad(() => w.select(0, 1).select(0, 2).add_(d));
      return penalty().item() as number;
    };
    const numeric = (at(eps) - at(-2 * eps)) / (2 * eps);
    expect(analytic).toBeCloseTo(numeric, 4);
  });
});

test('the same under collection and poison at every allocation', () => {
  expect(run_child('autograd_stress.ts', { env: { CRESSET_GC_STRESS: '1' } })).toMatch(/same bits/);
});
