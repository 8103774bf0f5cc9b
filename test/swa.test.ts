import * as torch from 'cresset';
import golden from './golden/swa.json';

const { nn, optim } = torch;
const { swa_utils } = optim;
const flat = (t: torch.Tensor): number[] => t.detach().flatten().tolist() as number[];

function expect_close(found: readonly number[], expected: readonly number[], tolerance = 1e-12): void {
  expect(found).toHaveLength(expected.length);
  for (const [i, v] of found.entries())
    expect(Math.abs(v - expected[i])).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected[i])));
}

function expect_state(found: torch.nn.StateDict, expected: Record<string, number[]>): void {
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  for (const [name, values] of Object.entries(expected)) expect_close(flat(found[name]), values);
}

function build(): torch.nn.Sequential {
  const model = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.Linear(4, 1)).double();
  const shapes = model.state_dict();
  const start = Object.entries(golden.start as Record<string, number[]>).map(([name, values]) => [
    name,
    torch.tensor(values, { dtype: torch.float64 }).reshape(shapes[name].shape),
  ]);
  model.load_state_dict(Object.fromEntries(start));
  return model;
}

const options: Record<string, Partial<torch.optim.swa_utils.AveragedModelOptions>> = {
  swa: {},
  swa_buffers: { use_buffers: true, avg_fn: swa_utils.get_swa_avg_fn() },
  swa_multi: { multi_avg_fn: swa_utils.get_swa_multi_avg_fn() },
  ema: { multi_avg_fn: swa_utils.get_ema_multi_avg_fn(0.9) },
  ema_buffers: { multi_avg_fn: swa_utils.get_ema_multi_avg_fn(0.7), use_buffers: true },
  ema_one: { avg_fn: swa_utils.get_ema_avg_fn(0.8) },
  own: { avg_fn: (averaged, current, n) => averaged.mul(0.25).add(current.mul(0.75)).add(n) },
};

describe('AveragedModel', () => {
  test.each(Object.entries(golden.averages))(
    "%s: PyTorch's averages, and statistics after update_bn",
    (name, expected) => {
      const data = golden.data.map((rows) => torch.tensor(rows, { dtype: torch.float64 }));
      const model = build();
      const averaged = new swa_utils.AveragedModel(model, options[name]);
      const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
      for (const [step, x] of data.entries()) {
        optimizer.zero_grad();
        model.forward(x).sub(x.sum(1, true)).pow(2).mean().backward();
        optimizer.step();
        if (step % 2 === 1) averaged.update_parameters(model);
      }
      expect_state(averaged.state_dict(), expected.state);
      averaged.eval();
      swa_utils.update_bn(
        data.slice(0, 4).map((x) => [x, null] as const),
        averaged,
      );
      expect_state(averaged.state_dict(), expected.after_update_bn);
      expect(averaged.training).toBe(false);
      expect((averaged.module[1] as torch.nn.BatchNorm1d).momentum).toBe(0.1);
    },
  );

  test('is a copy, which forwards and saves', () => {
    const model = build();
    const averaged = new swa_utils.AveragedModel(model);
    expect(averaged.module).not.toBe(model);
    expect(averaged.parameters().some((each) => model.parameters().includes(each))).toBe(false);
    const x = torch.ones([2, 3], { dtype: torch.float64 });
    expect(flat(averaged.eval().forward(x))).toEqual(flat(model.eval().forward(x)));
    averaged.update_parameters(model);
    const other = new swa_utils.AveragedModel(build());
    other.load_state_dict(averaged.state_dict());
    expect(other.n_averaged.item()).toBe(1);
    expect(String(averaged)).toMatch(/^AveragedModel\(\n {2}\(module\): Sequential\(/);
  });

  test('takes a model of another dtype and parameters of any layout', () => {
    const model = new nn.Linear(3, 2);
    model.weight = new nn.Parameter(torch.arange(6).float().reshape(3, 2).t());
    const averaged = new swa_utils.AveragedModel(new nn.Linear(3, 2).double());
    averaged.update_parameters(model);
    torch.no_grad(() => model.weight.add_(4));
    averaged.update_parameters(model);
    expect(averaged.module.weight.tolist()).toEqual([
      [2, 4, 6],
      [3, 5, 7],
    ]);
    expect(averaged.module.weight.dtype).toBe(torch.float64);
  });

  test('memory stays flat', () => {
    const model = new nn.Linear(64, 64);
    const averaged = new swa_utils.AveragedModel(model, { multi_avg_fn: swa_utils.get_ema_multi_avg_fn() });
    for (let i = 0; i < 50; i++) averaged.update_parameters(model);
    const before = torch.memory_stats().system_allocations;
    for (let i = 0; i < 2000; i++) averaged.update_parameters(model);
    expect(torch.memory_stats().system_allocations).toBeLessThan(before + 20);
  });
});

test.each(golden.rates)('SWALR $options after $before epochs of another', ({ options: given, before, rates, keys }) => {
  const leaf = () => torch.ones([1], { requires_grad: true });
  const optimizer = new optim.SGD([{ params: [leaf()] }, { params: [leaf()], lr: 0.05 }], { lr: 0.2 });
  const first = new optim.lr_scheduler.ExponentialLR(optimizer, 0.9);
  let scheduler = new swa_utils.SWALR(optimizer, given as never);
  for (const [epoch, expected] of rates.entries()) {
    if (epoch === before + 2) {
      const state = scheduler.state_dict();
      const own = optimizer.param_groups.map(({ lr }) => lr);
      scheduler = new swa_utils.SWALR(optimizer, given as never);
      scheduler.load_state_dict(state);
      own.forEach((lr, i) => {
        optimizer.param_groups[i].lr = lr;
      });
    }
    expect_close(
      optimizer.param_groups.map(({ lr }) => lr),
      expected,
      1e-14,
    );
    optimizer.step();
    if (epoch < before) first.step();
    else scheduler.step();
  }
  const found = Object.keys(scheduler.state_dict()).filter((key) => key !== '_is_initial');
  expect(found.sort()).toEqual(keys);
});

describe('bad input', () => {
  const linear = () => new nn.Linear(2, 1);
  const sgd = () => new optim.SGD(linear().parameters());
  test.each<[string, () => unknown, string | RegExp]>([
    ['no model', () => new swa_utils.AveragedModel(3 as never), 'AveragedModel: expected model to be a Module, got 3'],
    [
      'both',
      () =>
        new swa_utils.AveragedModel(linear(), {
          avg_fn: swa_utils.get_ema_avg_fn(),
          multi_avg_fn: swa_utils.get_ema_multi_avg_fn(),
        }),
      'AveragedModel: avg_fn and multi_avg_fn cannot both be given',
    ],
    [
      'no function',
      () => new swa_utils.AveragedModel(linear(), { avg_fn: 0.9 as never }),
      'AveragedModel: expected avg_fn to be a function or null, got 0.9',
    ],
    [
      'misspelled',
      () => new swa_utils.AveragedModel(linear(), { use_buffer: true } as never),
      /^AveragedModel: Misspelled option "use_buffer": did you mean "use_buffers"/,
    ],
    [
      'decay',
      () => swa_utils.get_ema_multi_avg_fn(1.5),
      'get_ema_multi_avg_fn: expected decay between 0 and 1, got 1.5',
    ],
    ['decay', () => swa_utils.get_ema_avg_fn(Number.NaN), 'get_ema_avg_fn: expected decay between 0 and 1, got NaN'],
    [
      'another model',
      () => new swa_utils.AveragedModel(linear()).update_parameters(new nn.Linear(2, 1, { bias: false })),
      'update_parameters: the average has 2 parameters, the model 1',
    ],
    [
      'other shapes',
      () => new swa_utils.AveragedModel(linear()).update_parameters(new nn.Linear(3, 1)),
      'update_parameters: shapes of parameters differ: [1, 2] in the average, [1, 3] in the model',
    ],
    [
      'what avg_fn returns',
      () => {
        const averaged = new swa_utils.AveragedModel(linear(), { avg_fn: (() => 3) as never });
        averaged.update_parameters(linear());
        averaged.update_parameters(linear());
      },
      'AveragedModel: expected what avg_fn returns to be a Tensor, got 3',
    ],
    [
      'update_bn, batches',
      () => swa_utils.update_bn([3 as never], new nn.Sequential(new nn.BatchNorm1d(1))),
      'update_bn: expected each batch to be a Tensor or an array that begins with one, got 3',
    ],
    [
      'update_bn, loader',
      () => swa_utils.update_bn(3 as never, linear()),
      'update_bn: expected loader to be an iterable of batches, got 3',
    ],
    ['update_bn, model', () => swa_utils.update_bn([], 3 as never), 'update_bn: expected model to be a Module, got 3'],
    ['SWALR, rates', () => new swa_utils.SWALR(sgd(), [0.1, 0.2]), /^SWALR: expected 1 values of swa_lr/],
    [
      'SWALR, none',
      () => new swa_utils.SWALR(sgd(), undefined as never),
      'SWALR: expected swa_lr to be a number, got undefined',
    ],
    [
      'SWALR, epochs',
      () => new swa_utils.SWALR(sgd(), 0.1, -1),
      'SWALR: expected anneal_epochs to be at least 0, got -1',
    ],
    [
      'SWALR, strategy',
      () => new swa_utils.SWALR(sgd(), 0.1, 5, 'cosine' as never),
      'SWALR: expected anneal_strategy to be "cos" or "linear", got "cosine" (string)',
    ],
  ])('%s', (_, body, message) => {
    expect(body).toThrow(message);
  });
});
