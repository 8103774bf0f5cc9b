import * as torch from '../lib';
import { kernel } from '../lib/native/kernel';
import { find_leaks } from '../lib/testing/leaks';
import { instruction_sets, run_child } from './support/child';

const { nn } = torch;
const { activation_stats, ActivationMonitor } = nn.utils;

beforeEach(() => {
  torch.manual_seed(0);
});

/** A layer whose outputs are its inputs. */
function identity(width: number, bias: readonly number[] = new Array(width).fill(0)): torch.nn.Linear {
  const layer = new nn.Linear(width, width);
  torch.no_grad(() => {
    layer.weight.copy_(torch.eye(width));
    layer.bias!.copy_(torch.tensor(bias));
  });
  return layer;
}

describe('counting', () => {
  const count_units = kernel('unit_counts');
  const special = [NaN, -0, 0, Infinity, -Infinity, 1, -1, 1e-40, -1e-40, 0.5];

  test.each([
    [torch.float32, [1, 1, 1]],
    [torch.float32, [7, 13, 1]],
    [torch.float32, [300, 130, 1]],
    [torch.float32, [5, 40, 3]],
    [torch.float32, [4, 6, 50]],
    [torch.float32, [2, 3, 4099]],
    [torch.float64, [33, 21, 1]],
    [torch.float64, [3, 5, 77]],
    [torch.float32, [0, 3, 5]],
  ] as const)('%s %j, on 1 and 4 threads', (dtype, shape) => {
    const n = shape[0] * shape[1] * shape[2];
    const values = Array.from({ length: n }, (_, i) => special[(i * 7 + Math.floor(i / 11)) % special.length]);
    const y = torch.tensor(values, { dtype });
    const expected = [0, 1, 2, 3].map(() => new Array<number>(shape[1]).fill(0));
    values.forEach((v, i) => {
      const unit = Math.floor(i / shape[2]) % shape[1];
      [v < 0, v === 0, v > 0, v <= -1 || v >= 0.5].forEach((met, row) => {
        expected[row][unit] += Number(met);
      });
    });
    const threads = torch.get_num_threads();
    try {
      for (const count of [1, 4]) {
        torch.set_num_threads(count);
        const counts = torch.zeros([4, shape[1]], { dtype: torch.float64 });
        for (let i = 0; i < 2; i++) count_units(dtype.code, ...shape, y, -1, 0.5, counts);
        expect(counts.tolist()).toEqual(expected.map((row) => row.map((each) => 2 * each)));
      }
    } finally {
      torch.set_num_threads(threads);
    }
  });
});

test('every instruction set counts the same', () => {
  const [first, ...others] = instruction_sets().map((isa) =>
    run_child('unit_counts.ts', { env: { CRESSET_ISA: isa } }),
  );
  expect(JSON.parse(first)).toHaveLength(6);
  for (const other of others) expect(other).toBe(first);
});

describe('activation_stats', () => {
  test('shares of a ReLU by unit, over batches of different sizes', () => {
    const model = new nn.Sequential(identity(3), new nn.ReLU());
    const batches = [
      torch.tensor([
        [1, -1, 0],
        [2, -2, 3],
      ]),
      torch.tensor([[3, -3, -1]]),
    ];
    const { layers, batches: seen } = activation_stats(model, batches);
    expect(seen).toBe(2);
    expect(layers).toHaveLength(1);
    const [layer] = layers;
    expect(layer).toMatchObject({ name: '1', kind: 'ReLU', after: '0', units: 3, elements: 3, negative: 0, nan: 0 });
    expect(layer.unit_positive).toEqual([1, 0, 1 / 3]);
    expect(layer.unit_zero).toEqual([0, 1, 2 / 3]);
    expect(layer.saturated).toBeCloseTo(5 / 9, 12);
    expect(layer.dead).toEqual([1]);
    expect(layer.never_positive).toEqual([1]);
  });

  test('a leaky unit below 0 is not dead', () => {
    const model = new nn.Sequential(identity(2), new nn.LeakyReLU(0.1), identity(2), new nn.LeakyReLU(0));
    const { layers } = activation_stats(model, [torch.tensor([[-1, 1]])]);
    expect(layers[0]).toMatchObject({ negative: 0.5, saturated: 0, dead: [], never_positive: [0] });
    expect(layers[1]).toMatchObject({ dead: [0], never_positive: [0] });
  });

  test.each([
    ['ReLU6', () => new nn.ReLU6(), [-1, 0, 3, 6, 7], 4],
    ['ELU', () => new nn.ELU(2), [-10, -1, 1], 1],
    ['CELU', () => new nn.CELU(2), [-20, -1, 1], 1],
    ['SELU', () => new nn.SELU(), [-10, -1, 1], 1],
    ['Hardtanh', () => new nn.Hardtanh(-2, 1), [-3, -1, 0, 2], 2],
    ['Threshold', () => new nn.Threshold(1, -5), [0, 1, 2], 2],
    ['Sigmoid', () => new nn.Sigmoid(), [-9, 0, 9], 2],
    ['Hardsigmoid', () => new nn.Hardsigmoid(), [-4, 0, 4], 2],
    ['Tanh', () => new nn.Tanh(), [-9, 0, 9], 2],
    ['Softsign', () => new nn.Softsign(), [-20, 0, 1], 1],
    ['Softplus', () => new nn.Softplus(), [-9, 0, 9], 1],
    ['LogSigmoid', () => new nn.LogSigmoid(), [-9, 0, 9], 1],
    ['Hardswish', () => new nn.Hardswish(), [-4, -1, 1], 1],
    ['Hardshrink', () => new nn.Hardshrink(0.5), [-0.2, 0.3, 1], 2],
    ['GELU', () => new nn.GELU(), [-9, 0, 9], 0],
    ['RReLU', () => new nn.RReLU(), [-9, 9], 0],
  ])('where %s is flat its derivative is small', (_, make, values, flat) => {
    const model = new nn.Sequential(make());
    const x = torch.tensor(values, { requires_grad: true });
    const [layer] = activation_stats(model, [torch.tensor(values).reshape([-1, 1])]).layers;
    expect(layer.saturated).toBeCloseTo(flat / values.length, 12);
    model.eval().forward(x).sum().backward();
    const slopes = (x.grad!.tolist() as number[]).map(Math.abs);
    if (flat > 0) expect(slopes.filter((slope) => slope < 0.03)).toHaveLength(flat);
  });

  test('units of convolutions, sequences and images; unit_dim says otherwise', () => {
    const conv = new nn.Sequential(new nn.Conv2d(1, 4, 3), new nn.ReLU());
    expect(activation_stats(conv, [torch.randn([2, 1, 8, 8])]).layers[0]).toMatchObject({ units: 4, elements: 72 });
    const sequence = new nn.Sequential(new nn.Linear(3, 5), new nn.ReLU());
    expect(activation_stats(sequence, [torch.randn([2, 7, 3])]).layers[0]).toMatchObject({ units: 5, elements: 14 });
    const other = activation_stats(sequence, [torch.randn([2, 7, 3])], { unit_dim: -2 });
    expect(other.layers[0]).toMatchObject({ units: 7, elements: 10 });
    const strided = new nn.Sequential(new nn.Linear(3, 5), new nn.ReLU());
    const a = activation_stats(strided, [torch.arange(12).float().sub(6).reshape([3, 4]).t()]);
    const b = activation_stats(strided, [torch.arange(12).float().sub(6).reshape([3, 4]).t().contiguous()]);
    expect(a.layers[0].unit_positive).toEqual(b.layers[0].unit_positive);
  });

  test.each([[false], [true]])('norms of gradients, means over batches (inplace: %s)', (inplace) => {
    const model = new nn.Sequential(identity(2), new nn.ReLU({ inplace }));
    const loss = (output: torch.Tensor, [, weight]: torch.Tensor[]): torch.Tensor => output.mul(weight).sum();
    const { layers } = activation_stats(
      model,
      [
        [torch.tensor([[1, -1]]), torch.tensor([3, 4])],
        [torch.tensor([[1, 1]]), torch.tensor([6, 8])],
      ],
      { loss },
    );
    expect(layers[0].grad_out).toBeCloseTo((5 + 10) / 2, 6);
    expect(layers[0].grad_in).toBeCloseTo((3 + 10) / 2, 6);
  });

  test('the gradient of the input is the activation’s alone, where the input goes elsewhere too', () => {
    class Residual extends nn.Module {
      private fc = identity(2);
      private act = new nn.ReLU();
      override forward(x: torch.Tensor): torch.Tensor {
        const h = this.fc.forward(x);
        return h.mul(100).add(this.act.forward(h));
      }
    }
    const { layers } = activation_stats(new Residual(), [torch.tensor([[3, -4]])]);
    expect(layers[0]).toMatchObject({ name: 'act', after: 'fc', grad_in: 1 });
  });

  test('a module called twice has two places', () => {
    class Twice extends nn.Module {
      private fc1 = identity(2);
      private fc2 = identity(2, [-5, -5]);
      private act = new nn.ReLU();
      override forward(x: torch.Tensor): torch.Tensor {
        return this.act.forward(this.fc2.forward(this.act.forward(this.fc1.forward(x))));
      }
    }
    const { layers, advice } = activation_stats(new Twice(), [torch.ones([1, 2])]);
    expect(layers.map(({ name, after, dead }) => [name, after, dead.length])).toEqual([
      ['act', 'fc1', 0],
      ['act:2', 'fc2', 2],
    ]);
    expect(advice[0]).toBe('fc2: 2 of 2 units dead; LeakyReLU(0.01) or a smaller learning rate');
  });

  test('leaves the model as it was', () => {
    const model = new nn.Sequential(
      new nn.Linear(3, 4),
      new nn.BatchNorm1d(4),
      new nn.ReLU(),
      new nn.Dropout(0.5),
      new nn.Linear(4, 1),
    );
    (model.get_submodule('3') as torch.nn.Module).eval();
    model
      .forward(torch.randn([8, 3]))
      .sum()
      .backward();
    const before = JSON.stringify(Object.entries(model.state_dict()).map(([key, value]) => [key, value.tolist()]));
    const grads = model.parameters().map(({ grad }) => grad!.tolist());
    const { forward } = model.get_submodule('2');
    activation_stats(model, [torch.randn([8, 3])]);
    expect(JSON.stringify(Object.entries(model.state_dict()).map(([key, value]) => [key, value.tolist()]))).toBe(
      before,
    );
    expect(model.parameters().map(({ grad }) => grad!.tolist())).toEqual(grads);
    expect(model.modules().map(({ training }) => training)).toEqual([true, true, true, true, false, true]);
    expect(model.get_submodule('2').forward).toBe(forward);
    expect(() => activation_stats(model, [torch.randn([8, 4])])).toThrow();
    expect(model.get_submodule('2').forward).toBe(forward);
    expect(model.training).toBe(true);
  });

  test('works without gradients: frozen, no loss, within no_grad', () => {
    const model = new nn.Sequential(new nn.Linear(2, 2), new nn.ReLU());
    const x = [torch.ones([1, 2])];
    expect(activation_stats(model, x, { loss: null }).layers[0]).toMatchObject({ grad_in: null, grad_out: null });
    expect(torch.no_grad(() => activation_stats(model, x)).layers[0].grad_out).toBeCloseTo(Math.SQRT2, 6);
    model.requires_grad_(false);
    expect(activation_stats(model, x).layers[0].grad_out).toBeNull();
  });

  test('takes a DataLoader, and as many batches as asked', () => {
    const { TensorDataset, DataLoader } = torch.utils.data;
    const loader = new DataLoader(new TensorDataset(torch.randn([10, 2]), torch.zeros([10])), { batch_size: 4 });
    const model = new nn.Sequential(new nn.Linear(2, 2), new nn.ReLU());
    expect(activation_stats(model, loader).layers[0].elements).toBe(10);
    expect(activation_stats(model, loader, { batches: 2 })).toMatchObject({ batches: 2, layers: [{ elements: 8 }] });
  });

  test('learned slopes, a user’s own activation among them', () => {
    class Slope extends nn.Module {
      slope = new nn.Parameter(torch.tensor([0.5, 2]));
      override forward(x: torch.Tensor): torch.Tensor {
        return torch.maximum(x, x.mul(this.slope));
      }
    }
    const model = new nn.Sequential(identity(2), new nn.PReLU(2, 0.2), identity(2), new Slope());
    const { layers } = activation_stats(model, [torch.ones([1, 2])]);
    expect(layers.map(({ kind }) => kind)).toEqual(['PReLU', 'Slope']);
    expect(layers[0].slopes[0].mean).toBeCloseTo(0.2, 6);
    expect(layers[1].slopes).toEqual([{ name: 'slope', min: 0.5, mean: 1.25, max: 2 }]);
  });

  test('the table, the advice and JSON', () => {
    const model = new nn.Sequential(identity(4), new nn.Tanh(), identity(4, [0, 0, -9, -9]), new nn.ReLU());
    const stats = activation_stats(model, [torch.tensor([[1, -1, 1, 50]])]);
    expect(stats.table().split('\n').slice(0, 4)).toEqual([
      'Activation  Kind  After  Units  Dead  Negative    Zero  Saturated  Grad out  Grad in  Units by activity',
      '----------  ----  -----  -----  ----  --------  ------  ---------  --------  -------  -----------------',
      expect.stringMatching(/^1 {11}Tanh {2}0 +4 +1 +25\.0 % +0\.0 % +25\.0 % +1 +0\.42 +▃········█/),
      expect.stringMatching(/^3 {11}ReLU {2}2 +4 +3 +0\.0 % +75\.0 % +75\.0 % +2 +1 +█········▃/),
    ]);
    expect(stats.advice).toEqual([
      '2: 3 of 4 units dead; LeakyReLU(0.01) or a smaller learning rate',
      '0: 1 of 4 units dead; smaller initial weights, a normalisation before it or a smaller learning rate',
    ]);
    expect(JSON.parse(JSON.stringify(stats))).toMatchObject({
      batches: 1,
      layers: [{ name: '1' }, { dead: [1, 2, 3] }],
    });
    expect(String(stats)).toBe(stats.table());
  });

  test('advice on NaN, saturation, straight lines and gradients', () => {
    const advice = (x: number[], ...modules: torch.nn.Module[]): string[] =>
      activation_stats(new nn.Sequential(...modules), [torch.tensor(x).reshape([-1, 1])]).advice;
    expect(advice([NaN, 1, 1, 1], new nn.ReLU())).toEqual([expect.stringMatching(/^0: 25 % of the outputs are NaN; /)]);
    expect(advice([NaN, -1], new nn.LeakyReLU(0.1))).toHaveLength(1);
    expect(advice([9, 9, 9, 0], new nn.Sigmoid())[0]).toMatch(/^0: 75 % of the outputs of Sigmoid saturated; /);
    expect(advice([-1, -2], new nn.LeakyReLU(0.2))[0]).toMatch(
      /^0: 1 of 1 units never positive, for them LeakyReLU is a /,
    );
    expect(advice([1, 2], identity(1), new nn.ReLU())).toEqual([]);
    const scale = (by: number): torch.nn.Linear => {
      const layer = identity(1);
      torch.no_grad(() => layer.weight.mul_(by));
      return layer;
    };
    expect(advice([1], identity(1), new nn.ReLU(), scale(1e-5), new nn.ReLU())).toEqual([
      expect.stringMatching(/^0: the gradient is 1e\+5 times smaller than at 2; kaiming_normal_/),
    ]);
    expect(advice([1], identity(1), new nn.ReLU(), scale(1e5), new nn.ReLU())).toEqual([
      expect.stringMatching(/^0: the gradient is 1e\+5 times larger than at 2; clip_grad_norm_/),
    ]);
    expect(advice([1], identity(1), new nn.ReLU(), scale(-1), new nn.ReLU())[1]).toMatch(/^0: no gradient arrives; /);
  });

  test('judges what it gets', () => {
    const model = new nn.Sequential(new nn.Linear(2, 2), new nn.ReLU());
    const x = torch.ones([1, 2]);
    expect(() => activation_stats(new nn.Linear(2, 2), [x])).toThrow(
      'activation_stats: Linear has no module that is an activation; those called as functions cannot be seen: use torch.nn.ReLU',
    );
    expect(() => activation_stats(3 as never, [x])).toThrow('activation_stats: expected model to be a Module, got 3');
    expect(() => activation_stats(model, x as never)).toThrow(
      'expected loader to be an iterable of batches, got Tensor',
    );
    expect(() => activation_stats(model, [])).toThrow('activation_stats: the loader gave no batch');
    expect(() => activation_stats(model, [[1, 2]])).toThrow('expected a batch to be a Tensor or an array that begins');
    expect(() => activation_stats(model, [x], { lss: null } as object)).toThrow('did you mean "loss"?');
    expect(() => activation_stats(model, [x], { batches: 0 })).toThrow(
      'expected batches to be a positive integer, got 0',
    );
    expect(() => activation_stats(model, [x], { unit_dim: 5 })).toThrow(/^activation_stats: /);
    expect(() => activation_stats(model, [x], { loss: () => 1 as never })).toThrow('what loss returns to be a Tensor');
    const sequence = new nn.Sequential(new nn.Linear(2, 2), new nn.ReLU());
    expect(() => activation_stats(sequence, [torch.ones([1, 3, 2]), torch.ones([1, 4, 2])], { unit_dim: 1 })).toThrow(
      'activation_stats: 1 has 3 units in one batch and 4 in another; { unit_dim } names',
    );
  });
});

describe('ActivationMonitor', () => {
  function training(steps: number, monitored: boolean, every = 4) {
    torch.manual_seed(1);
    const model = new nn.Sequential(new nn.Linear(3, 8), new nn.LeakyReLU(0.1), new nn.Linear(8, 8), new nn.PReLU());
    const opt = new torch.optim.SGD(model.parameters(), { lr: 0.1 });
    const monitor = monitored ? new ActivationMonitor(model, { every }) : null;
    const x = torch.randn([16, 3]);
    for (let i = 0; i < steps; i++) {
      const loss = model.forward(x).square().mean();
      opt.zero_grad();
      loss.backward();
      opt.step();
    }
    return { model, monitor, x };
  }

  test('records every k-th step, gradients and slopes too', () => {
    const { monitor } = training(10, true);
    const { records } = monitor!;
    expect(records.map(({ step }) => step)).toEqual([0, 4, 8]);
    for (const { layers } of records) {
      expect(layers.map(({ name, after, units }) => [name, after, units])).toEqual([
        ['1', '0', 8],
        ['3', '2', 8],
      ]);
      for (const layer of layers) {
        expect(layer.grad_in).toBeGreaterThan(0);
        expect(layer.grad_out!).toBeGreaterThan(layer.grad_in!);
        expect(layer.negative).toBeGreaterThan(0);
      }
    }
    expect(records[0].layers[1].slopes).toEqual([{ name: 'weight', min: 0.25, mean: 0.25, max: 0.25 }]);
    expect(records[2].layers[1].slopes[0].mean).not.toBe(0.25);
  });

  test('training gives the same bits as without, and other steps run fused', () => {
    const [watched, alone] = [training(9, true), training(9, false)];
    for (const [key, value] of Object.entries(alone.model.state_dict()))
      expect(watched.model.state_dict()[key].tolist()).toEqual(value.tolist());
    const { events } = torch.profiler.profile(() => watched.model.forward(watched.x));
    expect(events.some(({ name }) => name === 'nn.LeakyReLU')).toBe(false);
  });

  test('an activation that runs only later is seen from the record after that on', () => {
    class Late extends nn.Module {
      private fc1 = new nn.Linear(2, 3);
      private act1 = new nn.ReLU();
      private fc2 = new nn.Linear(3, 5);
      private act2 = new nn.ReLU();
      deep = false;
      override forward(x: torch.Tensor): torch.Tensor {
        const h = this.act1.forward(this.fc1.forward(x));
        return this.deep ? this.act2.forward(this.fc2.forward(h)) : h;
      }
    }
    const model = new Late();
    const monitor = new ActivationMonitor(model, { every: 1 });
    for (let i = 0; i < 5; i++) {
      model.deep = i >= 2;
      model.forward(torch.ones([1, 2]));
    }
    const seen = monitor.records.map(({ layers }) => layers.map(({ name, after, units }) => [name, after, units]));
    const [one, two] = [
      ['act1', 'fc1', 3],
      ['act2', 'fc2', 5],
    ];
    expect(seen).toEqual([[one], [one], [one], [one, two], [one, two]]);
  });

  test('evaluation and no_grad are no steps', () => {
    const { monitor, model, x } = training(1, true);
    torch.no_grad(() => model.forward(x));
    model.eval().forward(x);
    model.train();
    for (let i = 0; i < 4; i++) model.forward(x);
    expect(monitor!.records.map(({ step }) => step)).toEqual([0, 4]);
    expect(monitor!.records[1].layers[0].grad_out).toBeNull();
  });

  test('warns of a slope that leaves its bounds, again after it was back', () => {
    const model = new nn.Sequential(identity(2), new nn.PReLU(2));
    const warnings: string[] = [];
    const monitor = new ActivationMonitor(model, {
      every: 1,
      slope_bounds: [0, 0.5],
      on_warning: (text) => warnings.push(text),
    });
    const weight = model.get_parameter('1.weight');
    for (const values of [
      [0.25, 0.5],
      [0.25, 0.75],
      [0.25, 0.8],
      [0.1, 0.1],
      [-0.1, 0.2],
    ]) {
      torch.no_grad(() => weight.copy_(torch.tensor(values)));
      model.forward(torch.ones([1, 2]));
    }
    expect(warnings).toEqual([
      'ActivationMonitor: in step 1 the slope 1.weight is 0.75, outside [0, 0.5]',
      'ActivationMonitor: in step 4 the slope 1.weight is -0.1, outside [0, 0.5]',
    ]);
    monitor.remove();
  });

  test('remove() takes everything away; a failed forward leaves no hook', () => {
    const { monitor, model, x } = training(5, true);
    const proto = nn.Sequential.prototype.forward;
    monitor!.remove();
    expect(model.forward).toBe(proto);
    model.forward(x);
    expect(monitor!.records).toHaveLength(2);
    const again = new ActivationMonitor(model, { every: 1 });
    expect(() => model.forward(torch.ones([1, 5]))).toThrow();
    again.remove();
    expect(model.get_submodule('1').forward).toBe(nn.LeakyReLU.prototype.forward);
  });

  test('the table shows the course', () => {
    const { monitor } = training(40, true, 1);
    const table = monitor!.table();
    expect(table).toMatch(/^Activation {2}Kind .* Dead over time .* Slopes {2}Slopes over time\n/);
    expect(table).toMatch(/\n3 +PReLU +2 +8 +0 +▁{16} /);
    expect(table).toContain('40 recorded steps, from 0 to 39');
    expect(JSON.parse(JSON.stringify(monitor)).records).toHaveLength(40);
    expect(new ActivationMonitor(new nn.Sequential(new nn.ReLU())).table()).toBe('nothing recorded yet\n');
  });

  test('memory stays flat', () => {
    const model = new nn.Sequential(new nn.Linear(3, 8), new nn.ReLU(), new nn.Linear(8, 1));
    using _monitor = new ActivationMonitor(model, { every: 1 });
    const x = torch.randn([64, 3]);
    const report = find_leaks(() => {
      // Records are worked out 32 at a time.
      for (let i = 0; i < 32; i++) model.forward(x).sum().backward();
      model.zero_grad();
    });
    expect(report).toMatchObject({ leaks: false, pins: false });
  });

  test('judges what it gets', () => {
    const model = new nn.Sequential(new nn.ReLU());
    expect(() => new ActivationMonitor(new nn.Flatten() as never)).toThrow('ActivationMonitor: Flatten has no module');
    expect(() => new ActivationMonitor(model, { every: 0 })).toThrow('expected every to be at least 1, got 0');
    expect(() => new ActivationMonitor(model, { slope_bounds: [1, 0] })).toThrow('got [1, 0]');
    expect(() => new ActivationMonitor(model, { slope_bounds: [1] as never })).toThrow(
      'expected slope_bounds to be two',
    );
    expect(() => new ActivationMonitor(model, { evry: 3 } as object)).toThrow('did you mean "every"?');
    expect(() => new ActivationMonitor(model, { on_warning: 3 as never })).toThrow(
      'expected on_warning to be a function',
    );
  });
});
