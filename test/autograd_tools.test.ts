import * as torch from 'cresset';

type T = torch.Tensor;
type Context = torch.autograd.FunctionContext;

const { gradcheck, gradgradcheck, functional, GradcheckError } = torch.autograd;
const F = torch.nn.functional;

function f64(values: torch.NestedArray, requires_grad = true): T {
  return torch.tensor(values, { dtype: torch.float64, requires_grad });
}

class Cube extends torch.autograd.Function {
  static forward(ctx: Context, x: T): T {
    ctx.save_for_backward(x);
    return x.mul(x).mul(x);
  }
  static backward(ctx: Context, g: T): T {
    const [x] = ctx.saved_tensors;
    return g.mul(x.mul(x).mul(3));
  }
}

/** Its gradient is half of what it should be. */
class Half extends torch.autograd.Function {
  static forward(_ctx: Context, x: T): T {
    return x.mul(4);
  }
  static backward(_ctx: Context, g: T): T {
    return g.mul(2);
  }
}

describe('Function', () => {
  test('forward, backward, double backward', () => {
    const x = f64([1, -2]);
    const y = Cube.apply(x);
    expect(y.tolist()).toEqual([1, -8]);
    expect(String(y.grad_fn)).toBe('<CubeBackward>');
    y.backward();
    expect(x.grad?.tolist()).toEqual([3, 12]);
    expect(gradcheck((x) => Cube.apply(x), [x])).toBe(true);
    expect(gradgradcheck((x) => Cube.apply(x), [x])).toBe(true);
  });

  test('several inputs and outputs, numbers among the arguments, what needs a gradient', () => {
    let needed: readonly boolean[] = [];
    class Scale extends torch.autograd.Function {
      static forward(ctx: Context, a: T, factor: number, b: T): T[] {
        ctx.factor = factor;
        needed = ctx.needs_input_grad;
        return [a.mul(factor), a.add(b)];
      }
      static backward(ctx: Context, g: T, h: T): (T | null)[] {
        return [g.mul(ctx.factor as number).add(h), null, h];
      }
    }
    const a = f64([1, 2]);
    const b = f64([3, 4], false);
    const [scaled, sum] = Scale.apply(a, 5, b);
    expect(needed).toEqual([true, false, false]);
    expect([scaled.tolist(), sum.tolist()]).toEqual([
      [5, 10],
      [4, 6],
    ]);
    // The output without a gradient is seen as zeros.
    expect(torch.autograd.grad(scaled, [a])[0].tolist()).toEqual([5, 5]);
    expect(gradcheck((a, b) => Scale.apply(a, 5, b), [a, f64([3, 4])])).toBe(true);
  });

  test('set_materialize_grads(false) shows null', () => {
    const seen: unknown[] = [];
    class Two extends torch.autograd.Function {
      static forward(ctx: Context, x: T): T[] {
        ctx.set_materialize_grads(false);
        return [x.mul(2), x.mul(3)];
      }
      static backward(_ctx: Context, g: T | null, h: T | null): T | null {
        seen.push(h);
        return g === null ? null : g.mul(2);
      }
    }
    const x = f64([1]);
    Two.apply(x)[0].backward();
    expect(seen).toEqual([null]);
    expect(x.grad?.tolist()).toEqual([2]);
  });

  test('the result may be saved, and stays right when differentiated twice', () => {
    class Exp extends torch.autograd.Function {
      static forward(ctx: Context, x: T): T {
        const y = x.exp();
        ctx.save_for_backward(y);
        return y;
      }
      static backward(ctx: Context, g: T): T {
        return g.mul(ctx.saved_tensors[0]);
      }
    }
    expect(gradgradcheck((x) => Exp.apply(x), [f64([0.5, -1])])).toBe(true);
  });

  test('a saved tensor changed in place is an error, a second backward too', () => {
    const x = f64([1, 2]);
    const middle = x.mul(1);
    const y = Cube.apply(middle);
    torch.no_grad(() => middle.add_(1));
    expect(() => y.backward()).toThrow(/CubeBackward.*changed in place/);
    const z = Cube.apply(x).sum();
    z.backward();
    expect(() => z.backward()).toThrow(/already freed/);
  });

  test('what forward passes on does not become part of another graph', () => {
    class Pass extends torch.autograd.Function {
      static forward(_ctx: Context, x: T): T {
        return x;
      }
      static backward(_ctx: Context, g: T): T {
        return g.mul(10);
      }
    }
    const x = f64([1, 2]);
    const y = Pass.apply(x);
    expect(y).not.toBe(x);
    y.sum().backward();
    expect(x.is_leaf).toBe(true);
    expect(x.grad?.tolist()).toEqual([10, 10]);
    const no_graph = Pass.apply(f64([1], false));
    expect(no_graph.requires_grad).toBe(false);
  });

  test('mark_non_differentiable and mark_dirty', () => {
    class Sorted extends torch.autograd.Function {
      static forward(ctx: Context, x: T): T[] {
        const signs = x.sign();
        ctx.mark_non_differentiable(signs);
        return [x.abs(), signs];
      }
      static backward(_ctx: Context, g: T): T {
        return g;
      }
    }
    const [size, signs] = Sorted.apply(f64([-1, 2]));
    expect([size.requires_grad, signs.requires_grad]).toEqual([true, false]);

    class Double extends torch.autograd.Function {
      static forward(ctx: Context, x: T): T {
        ctx.mark_dirty(x);
        return x.mul_(2);
      }
      static backward(_ctx: Context, g: T): T {
        return g.mul(2);
      }
    }
    const x = f64([1, 2]);
    const middle = x.mul(3);
    const y = Double.apply(middle);
    expect(y).toBe(middle);
    y.sum().backward();
    expect(x.grad?.tolist()).toEqual([6, 6]);
    expect(() => Double.apply(x)).toThrow(/leaf tensor that requires grad/);
  });

  test('a gradient of a shape the input broadcasts to is summed, as in PyTorch', () => {
    class AddRow extends torch.autograd.Function {
      static forward(_ctx: Context, x: T, row: T): T {
        return x.add(row);
      }
      static backward(_ctx: Context, g: T): T[] {
        return [g, g];
      }
    }
    const row = f64([1, 2]);
    AddRow.apply(torch.ones([3, 2], { dtype: torch.float64 }), row)
      .sum()
      .backward();
    expect(row.grad?.tolist()).toEqual([3, 3]);
  });

  test.each<[string, RegExp, () => unknown]>([
    ['a result that is no tensor', /Bad: expected the result of forward to be a Tensor/, () => 3],
    [
      'a gradient of a wrong shape',
      /Bad: backward returned a gradient of shape \[3\] for an input of shape \[2\]/,
      () => torch.ones([3]),
    ],
    [
      'too many gradients',
      /Bad: backward returned 2 gradients, expected one for each of the 1 arguments/,
      () => [torch.ones([2]), torch.ones([2])],
    ],
    [
      'a gradient that is no tensor',
      /Bad: expected gradient 0 returned by backward to be a Tensor or null, got 1/,
      () => 1,
    ],
  ])('%s is an error', (_, message, wrong) => {
    class Bad extends torch.autograd.Function {
      static forward(_ctx: Context, x: T): T {
        return message.source.includes('forward to') ? (wrong() as T) : x.mul(2);
      }
      static backward(): T {
        return wrong() as T;
      }
    }
    const x = torch.ones([2], { requires_grad: true });
    expect(() => Bad.apply(x).sum().backward()).toThrow(message);
  });
});

describe('gradcheck', () => {
  test('passes what is right', () => {
    const x = f64([
      [-1.5, 0.3, 2],
      [0.7, -0.2, 1],
    ]);
    expect(gradcheck((x) => x.leaky_relu(0.2), [x])).toBe(true);
    expect(gradcheck((x) => [x.exp().sum(0), x.mul(x)], x)).toBe(true);
    expect(gradgradcheck((x) => x.leaky_relu(0.2).pow(2), [x])).toBe(true);
    expect(x.grad).toBeNull();
  });

  test('names input, element, analytic and numeric value', () => {
    const x = f64([1, 2, 3], false);
    const y = f64([[1, 2, 3]]);
    let message = '';
    try {
      gradcheck((x, y) => Half.apply(y).mul(x), [x, y]);
    } catch (error) {
      expect(error).toBeInstanceOf(GradcheckError);
      message = (error as Error).message;
    }
    expect(message).toMatch(/^gradcheck: 3 of 9 derivatives differ \(eps 0\.000001, atol 0\.00001, rtol 0\.001\)\n/);
    expect(message).toMatch(
      /input 1, element \[0, 1\] \(x = 2\), output 0, element \[0, 1\]: analytic 4, numeric (8\.0|7\.9)\d*, difference (4\.0|3\.9)/,
    );
    expect(message).not.toMatch(/kink/);
  });

  test('says when the point is near the kink of a rectifier', () => {
    expect(() => gradcheck((x) => x.leaky_relu(0.2), [f64([1, 0])])).toThrow(
      /input 0, element \[1\] \(x = 0\), output 0, element \[1\]: analytic 0\.2, numeric 0\.6\d*, .*near the kink at 0/,
    );
    expect(() => gradcheck((x) => x.leaky_relu(0.2), [f64([5e-7])])).toThrow(/near the kink at 0/);
    expect(() => gradcheck((x) => torch.where(x.gt(0), x, x.mul(0.2)), [f64([-5e-7])])).toThrow(/near the kink at 0/);
    // Also where a layer lies between the input and the kink.
    expect(() => gradcheck((x) => x.sub(1).leaky_relu(0.2), [f64([1])])).toThrow(/near the kink at 0/);
    expect(() => gradcheck((x) => Half.apply(x).relu(), [f64([1])])).not.toThrow(/kink/);
    // A point at the distance of the step is on one side.
    expect(gradcheck((x) => x.leaky_relu(0.2), [f64([2e-6])])).toBe(true);
  });

  test('options', () => {
    const x = f64([1, 2]);
    const wrong = (x: T): T => Half.apply(x);
    expect(gradcheck(wrong, [x], { raise_exception: false })).toBe(false);
    expect(gradcheck(wrong, [x], { atol: 3 })).toBe(true);
    expect(gradcheck(wrong, [x], { rtol: 0.6 })).toBe(true);
    // The third derivative of a cube is constant: the error of the central difference is eps².
    expect(gradcheck((x) => x.pow(3), [x], { eps: 0.1, atol: 1e-5, rtol: 1e-6, raise_exception: false })).toBe(false);
    expect(gradcheck((x) => x.pow(3), [x], { eps: 0.1, atol: 0.0101, rtol: 0 })).toBe(true);
    expect(() => gradcheck(wrong, [x], { epsilon: 1 } as never)).toThrow(
      /Misspelled option "epsilon": did you mean "eps"/,
    );
    expect(() => gradcheck(wrong, [x], { eps: 0 })).toThrow(/expected eps to be positive, got 0/);
  });

  test('nondet_tol: a gradient that changes between two runs', () => {
    let calls = 0;
    class Shaky extends torch.autograd.Function {
      static forward(_ctx: Context, x: T): T {
        return x.mul(2);
      }
      static backward(_ctx: Context, g: T): T {
        return g.mul(2 + 1e-7 * calls++);
      }
    }
    const f = (x: T): T => Shaky.apply(x);
    expect(() => gradcheck(f, [f64([1])])).toThrow(/not deterministic/);
    expect(gradcheck(f, [f64([1])], { nondet_tol: 1e-3 })).toBe(true);
  });

  test('fast_mode agrees, and names the element that differs', () => {
    const x = f64([
      [-1.5, 0.3, 2],
      [0.7, -0.2, 1],
    ]);
    expect(gradcheck((x) => x.leaky_relu(0.2).exp(), [x], { fast_mode: true })).toBe(true);
    expect(gradgradcheck((x) => x.exp(), [x], null, { fast_mode: true })).toBe(true);
    expect(() => gradcheck((x) => Half.apply(x), [x], { fast_mode: true })).toThrow(/input 0, element \[0, 0\]/);
    expect(gradcheck((x) => Half.apply(x), [x], { fast_mode: true, raise_exception: false })).toBe(false);
    expect(x.tolist()).toEqual([
      [-1.5, 0.3, 2],
      [0.7, -0.2, 1],
    ]);
  });

  test('a graph that was cut, and a backward that ignores its gradient', () => {
    expect(() => gradcheck((x) => x.detach().mul(2), [f64([1])])).toThrow(
      /no output requires grad, though the values depend on input 0/,
    );
    expect(gradcheck((x) => torch.zeros_like(x.detach()), [f64([1])])).toBe(true);
    class Ignores extends torch.autograd.Function {
      static forward(_ctx: Context, x: T): T {
        return x.mul(2);
      }
      static backward(): T {
        return f64([2], false);
      }
    }
    expect(() => gradcheck((x) => Ignores.apply(x), [f64([1])])).toThrow(/not zero where the incoming gradient is/);
  });

  test('gradgradcheck finds a wrong second derivative', () => {
    class FirstOnly extends torch.autograd.Function {
      static forward(ctx: Context, x: T): T {
        ctx.save_for_backward(x);
        return x.mul(x);
      }
      static backward(ctx: Context, g: T): T {
        return g.mul(ctx.saved_tensors[0].detach().mul(2));
      }
    }
    const x = f64([1, 2]);
    expect(gradcheck((x) => FirstOnly.apply(x), [x])).toBe(true);
    expect(() => gradgradcheck((x) => FirstOnly.apply(x), [x])).toThrow(/^gradgradcheck: .*derivatives differ/);
    expect(gradgradcheck((x) => FirstOnly.apply(x), [x], null, { raise_exception: false })).toBe(false);
    expect(gradgradcheck((x) => x.mul(x), [x], [f64([1, -1])])).toBe(true);
  });

  test('bad input', () => {
    expect(() => gradcheck((x) => x, [f64([1], false)])).toThrow(/^gradcheck: no input requires grad$/);
    expect(() => gradcheck((x) => x, [f64([1]).expand([3])])).toThrow(/input 0 is expanded/);
    expect(() => gradcheck((x) => x, [3 as never])).toThrow(/expected inputs to be a Tensor or an array of Tensors/);
    expect(() => gradcheck(() => 3 as never, [f64([1])])).toThrow(/expected the result of the function to be a Tensor/);
  });

  test('float32 inputs get a warning', () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    gradcheck((x) => x.mul(2), [torch.tensor([1], { requires_grad: true })], { eps: 1e-2, atol: 1e-3 });
    expect(warn.mock.calls).toEqual([['gradcheck: input 0 is torch.float32; central differences need torch.float64']]);
    warn.mockRestore();
  });

  test('transposed and sliced inputs', () => {
    const x = torch.tensor(
      [
        [1, -2, 3],
        [4, -5, 6],
      ],
      { dtype: torch.float64 },
    );
    for (const view of [x.t(), x.slice(1, 0, 3, 2)])
      expect(gradcheck((x) => x.leaky_relu(0.1), [view.requires_grad_()])).toBe(true);
  });

  test('a network of three layers and 500 parameters in under a second', () => {
    torch.manual_seed(3);
    const model = new torch.nn.Sequential(
      new torch.nn.Linear(8, 18),
      new torch.nn.LeakyReLU(0.1),
      new torch.nn.Linear(18, 14),
      new torch.nn.LeakyReLU(0.1),
      new torch.nn.Linear(14, 5),
    ).double();
    const x = torch.randn([4, 8], { dtype: torch.float64 });
    const parameters = model.parameters();
    expect(parameters.reduce((sum, p) => sum + p.numel(), 0)).toBeGreaterThanOrEqual(500);
    const started = performance.now();
    expect(gradcheck(() => model.forward(x), parameters)).toBe(true);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('anomaly mode', () => {
  afterEach(() => torch.autograd.set_detect_anomaly(false));

  function message_of(body: () => void): string {
    try {
      body();
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  }

  /** The line of this file that calls it. */
  function here(): number {
    return Number(/autograd_tools\.test\.ts:(\d+):/.exec(new Error().stack!.split('\n')[2])![1]);
  }

  test('names the forward line of the operation that made the NaN', () => {
    torch.autograd.set_detect_anomaly(true);
    const x = f64([0, 1]);
    const line = here() + 1;
    const root = x.sqrt();
    const y = root.mul(0);
    const message = message_of(() => y.sum().backward());
    expect(message).toMatch(
      /^backward: SqrtBackward0 returned NaN in the gradient of its input 0; the forward call was made at /,
    );
    expect(message).toContain(`${__filename}:${line}:`);
  });

  test("within a module: the line in the user's forward", () => {
    let line = 0;
    class Root extends torch.nn.Module {
      forward(x: T): T {
        line = here() + 1;
        return x.sqrt();
      }
    }
    const model = new torch.nn.Sequential(new torch.nn.Identity(), new Root());
    const x = f64([0]);
    torch.autograd.detect_anomaly(() => {
      const y = model.forward(x);
      expect(message_of(() => y.mul(0).backward())).toContain(`${__filename}:${line}:`);
    });
  });

  test('a rule that throws names the line too, once', () => {
    class Throws extends torch.autograd.Function {
      static forward(_ctx: Context, x: T): T {
        return x.mul(2);
      }
      static backward(): T {
        throw new Error('no gradient today');
      }
    }
    torch.autograd.set_detect_anomaly(true, { check_nan: false });
    const line = here() + 1;
    const y = Throws.apply(f64([1]));
    expect(message_of(() => y.backward())).toMatch(
      new RegExp(`^no gradient today; the forward call was made at [^;]*autograd_tools\\.test\\.ts:${line}:\\d+$`),
    );
  });

  test('check_nan: false lets NaN pass; without the mode nothing is looked for', () => {
    const run = (): unknown => {
      const x = f64([0]);
      x.sqrt().mul(0).backward();
      return x.grad!.item();
    };
    expect(run()).toBeNaN();
    torch.autograd.set_detect_anomaly(true, { check_nan: false });
    expect(run()).toBeNaN();
    torch.autograd.set_detect_anomaly(true);
    expect(run).toThrow(/SqrtBackward0/);
  });

  test('guards restore the mode', () => {
    expect(torch.autograd.is_anomaly_enabled()).toBe(false);
    {
      using _guard = torch.autograd.detect_anomaly();
      expect(torch.autograd.is_anomaly_enabled()).toBe(true);
      torch.autograd.detect_anomaly(() => {});
      expect(torch.autograd.is_anomaly_enabled()).toBe(true);
    }
    expect(torch.autograd.is_anomaly_enabled()).toBe(false);
    expect(() => torch.autograd.detect_anomaly(async () => {})).toThrow(/async/);
    expect(() => torch.autograd.set_detect_anomaly(1 as never)).toThrow(/expected mode to be a boolean/);
  });

  test("a user's own folder named like ours is still the user's", () => {
    const { user_line } = jest.requireActual<{ user_line(stack: string): string | undefined }>(
      '../lib/autograd/origin',
    );
    const inside = `${process.cwd()}/lib/ops/x.ts`;
    expect(
      user_line(
        `Error\n    at f (${inside}:1:2)\n    at node:internal/x:1:2\n    at Array.map (<anonymous>)\n    at g (/home/me/lib/nn/net.ts:3:4)`,
      ),
    ).toBe('/home/me/lib/nn/net.ts:3:4');
    expect(user_line(`Error\n    at ${inside}:1:2\n    at file:///home/me/a%20(b)/net.mjs:5:6`)).toBe(
      'file:///home/me/a%20(b)/net.mjs:5:6',
    );
    expect(user_line(`Error\n    at async f (C:\\me\\net.js:7:8)`)).toBe('C:\\me\\net.js:7:8');
    expect(user_line('Error')).toBeUndefined();
  });
});

describe('functional', () => {
  const values = (list: readonly T[]): unknown[] => list.map((t) => t.tolist());

  test('jacobian', () => {
    const x = f64([1, 2, 3], false);
    const y = f64([4, 5], false);
    expect(functional.jacobian((x) => x.mul(x), x).tolist()).toEqual([
      [2, 0, 0],
      [0, 4, 0],
      [0, 0, 6],
    ]);
    expect(values(functional.jacobian((x, y) => x.sum().mul(y), [x, y]))).toEqual([
      [
        [4, 4, 4],
        [5, 5, 5],
      ],
      [
        [6, 0],
        [0, 6],
      ],
    ]);
    expect(values(functional.jacobian((x) => [x.sum(), x.mul(2)], x))).toEqual([
      [1, 1, 1],
      [
        [2, 0, 0],
        [0, 2, 0],
        [0, 0, 2],
      ],
    ]);
    const table = functional.jacobian((x, y) => [x.sum(), y.mul(2)], [x, y]);
    expect(table.map(values)).toEqual([
      [
        [1, 1, 1],
        [0, 0],
      ],
      [
        [
          [0, 0, 0],
          [0, 0, 0],
        ],
        [
          [2, 0],
          [0, 2],
        ],
      ],
    ]);
    expect(functional.jacobian((x) => x.mul(2).narrow(0, 0, 0), x).shape).toEqual([0, 3]);
    expect(functional.jacobian(() => f64([1], false), x).tolist()).toEqual([[0, 0, 0]]);
  });

  test('jacobian and hessian of a matrix have the shape [...output, ...input]', () => {
    const x = f64(
      [
        [1, 2],
        [3, 4],
      ],
      false,
    );
    expect(functional.jacobian((x) => x.sum(0), x).tolist()).toEqual([
      [
        [1, 0],
        [1, 0],
      ],
      [
        [0, 1],
        [0, 1],
      ],
    ]);
    const h = functional.hessian((x) => x.pow(3).sum(), x);
    expect(h.shape).toEqual([2, 2, 2, 2]);
    expect(h.reshape([4, 4]).tolist()).toEqual([
      [6, 0, 0, 0],
      [0, 12, 0, 0],
      [0, 0, 18, 0],
      [0, 0, 0, 24],
    ]);
  });

  test('hessian of several inputs', () => {
    const x = f64([1, 2], false);
    const y = f64([3, 4], false);
    const table = functional.hessian((x, y) => x.mul(x).mul(y).sum(), [x, y]);
    expect(table.map(values)).toEqual([
      [
        [
          [6, 0],
          [0, 8],
        ],
        [
          [2, 0],
          [0, 4],
        ],
      ],
      [
        [
          [2, 0],
          [0, 4],
        ],
        [
          [0, 0],
          [0, 0],
        ],
      ],
    ]);
    expect(() => functional.hessian((x) => x.mul(2), x)).toThrow(
      /hessian: expected the function to return a Tensor of one element/,
    );
  });

  test('vjp and jvp are products with the Jacobian', () => {
    torch.manual_seed(1);
    const w = torch.randn([3, 2], { dtype: torch.float64 });
    const f = (x: T): T => w.matmul(x).leaky_relu(0.1).pow(2);
    const x = f64([1.5, -0.5], false);
    const j = functional.jacobian(f, x);
    const v = f64([1, -2, 3], false);
    const u = f64([2, -1], false);
    const [y, vj] = functional.vjp(f, x, v);
    const [z, ju] = functional.jvp(f, x, u);
    torch.testing.assert_close(y, f(x));
    torch.testing.assert_close(z, f(x));
    torch.testing.assert_close(vj, v.matmul(j));
    torch.testing.assert_close(ju, j.matmul(u));
    const [, [a, b]] = functional.vjp((x, y) => x.mul(y), [x, u], f64([1, 1], false));
    expect([a.tolist(), b.tolist()]).toEqual([
      [2, -1],
      [1.5, -0.5],
    ]);
    expect(functional.jvp((x) => x.mul(3), f64(2, false))[1].item()).toBe(3);
    expect(() => functional.vjp(f, x)).toThrow(/vjp: expected v, since there is more than one element/);
    expect(() => functional.jvp(f, x, v)).toThrow(/jvp: v has shape \[3\], expected \[2\]/);
  });

  test('hvp and vhp are products with the Hessian', () => {
    const x = f64([1, 2], false);
    const v = f64([1, -1], false);
    const f = (x: T): T => x.pow(3).sum().add(x.prod());
    const expected = functional.hessian(f, x).matmul(v);
    for (const product of [functional.hvp, functional.vhp]) {
      const [value, hv] = product(f, x, v);
      expect(value.item()).toBe(11);
      torch.testing.assert_close(hv, expected);
    }
  });

  test('create_graph makes the result differentiable; without it it is not', () => {
    const x = f64([1, 2]);
    const j = functional.jacobian((x) => x.pow(3), x, { create_graph: true });
    j.sum().backward();
    expect(x.grad?.tolist()).toEqual([6, 12]);
    expect(functional.jacobian((x) => x.pow(3), x).requires_grad).toBe(false);
    expect(gradcheck((x) => functional.jacobian((x) => x.pow(3), x, { create_graph: true }), [x])).toBe(true);
  });

  test('strict refuses outputs and inputs that do not depend on each other', () => {
    const x = f64([1, 2], false);
    expect(() => functional.jacobian(() => f64([1], false), x, { strict: true })).toThrow(
      /an output does not depend on the inputs/,
    );
    expect(() => functional.jacobian((x, _y) => x.mul(2), [x, x], { strict: true })).toThrow(
      /do not depend on input 1/,
    );
    expect(() => functional.hessian((x) => x.sum(), x, { strict: true })).toThrow(
      /^hessian: an output does not depend/,
    );
    expect(() => functional.jacobian((x) => x, x, { strickt: true } as never)).toThrow(/Misspelled option "strickt"/);
  });

  test('nothing touches .grad', () => {
    const x = f64([1, 2]);
    functional.hessian((x) => x.pow(3).sum(), x);
    functional.vjp((x) => x.mul(2), x, x.detach());
    expect(x.grad).toBeNull();
  });
});

test('a gradient penalty trains through LeakyReLU, Linear and a loss', () => {
  torch.manual_seed(0);
  const critic = new torch.nn.Sequential(
    new torch.nn.Linear(3, 4),
    new torch.nn.LeakyReLU(0.2),
    new torch.nn.Linear(4, 1),
  ).double();
  const x = torch.randn([5, 3], { dtype: torch.float64, requires_grad: true });
  const penalty = (): T => {
    const score = critic.forward(x);
    const [g] = torch.autograd.grad(score.sum(), [x], { create_graph: true });
    return g
      .pow(2)
      .sum(1)
      .sqrt()
      .sub(1)
      .pow(2)
      .mean()
      .add(F.mse_loss(score, torch.zeros_like(score)));
  };
  expect(gradcheck(penalty, critic.parameters())).toBe(true);
});
