import * as torch from 'cresset';
import loss_golden from './golden/loss.json';
import { warnings } from './support/warnings';

/** Losses, init and nn.utils. */

const { nn } = torch;
const F = nn.functional;
const values = (t: torch.Tensor | null): unknown => t?.tolist();

beforeEach(() => torch.manual_seed(1));

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
