import * as torch from 'cresset';

/** Anomaly mode and torch.autograd.functional. */

type T = torch.Tensor;
type Context = torch.autograd.FunctionContext;

const { gradcheck, functional } = torch.autograd;

function f64(values: torch.NestedArray, requires_grad = true): T {
  return torch.tensor(values, { dtype: torch.float64, requires_grad });
}

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
