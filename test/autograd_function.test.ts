import * as torch from 'cresset';

/** torch.autograd.Function, and derivatives of derivatives in use. */

type T = torch.Tensor;
type Context = torch.autograd.FunctionContext;

const { gradcheck, gradgradcheck } = torch.autograd;
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
