import * as torch from 'cresset';
import { warnings } from './support/warnings';

/** gradcheck and gradgradcheck. */

type T = torch.Tensor;
type Context = torch.autograd.FunctionContext;

const { gradcheck, gradgradcheck, GradcheckError } = torch.autograd;

function f64(values: torch.NestedArray, requires_grad = true): T {
  return torch.tensor(values, { dtype: torch.float64, requires_grad });
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
    const x = torch.tensor([1], { requires_grad: true });
    expect(warnings(() => gradcheck((x) => x.mul(2), [x], { eps: 1e-2, atol: 1e-3 }))).toEqual([
      'gradcheck: input 0 is torch.float32; central differences need torch.float64',
    ]);
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
