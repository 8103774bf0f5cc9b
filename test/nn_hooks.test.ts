import * as torch from 'cresset';

/** Hooks of modules. */

const { nn } = torch;
const values = (t: torch.Tensor | null): unknown => t?.tolist();

beforeEach(() => torch.manual_seed(1));

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
