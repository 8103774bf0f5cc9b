import * as torch from 'cresset';
import golden from './golden/schedulers.json';

const { optim } = torch;
const S = optim.lr_scheduler;
type Rates = torch.optim.SGD | torch.optim.Adam;

const leaf = () => torch.ones([1], { requires_grad: true });
const sgd = (lr = 0.1, momentum = 0) => new optim.SGD([leaf()], { lr, momentum });

function make_optimizer(name: string): Rates {
  const groups = [{ params: [leaf()] }, { params: [leaf()], lr: 0.05 }];
  return name === 'SGD' ? new optim.SGD(groups, { lr: 0.1, momentum: 0.9 }) : new optim.Adam(groups, { lr: 0.1 });
}

function make_scheduler(name: string, optimizer: Rates, options: object): torch.optim.lr_scheduler.LRScheduler {
  switch (name) {
    case 'LambdaLR':
      return new S.LambdaLR(optimizer, [(e) => 1 / (1 + e), (e) => 0.5 ** Math.floor(e / 10)]);
    case 'MultiplicativeLR':
      return new S.MultiplicativeLR(optimizer, (e) => (e % 2 ? 0.9 : 0.99));
    case 'ChainedScheduler':
      return new S.ChainedScheduler([
        new S.ConstantLR(optimizer, 0.5, 6),
        new S.ExponentialLR(optimizer, 0.95),
        new S.StepLR(optimizer, 11),
      ]);
    case 'SequentialLR':
      return new S.SequentialLR(
        optimizer,
        [
          new S.LinearLR(optimizer, 0.1, { total_iters: 8 }),
          new S.CosineAnnealingLR(optimizer, 20),
          new S.ExponentialLR(optimizer, 0.8),
        ],
        [8, 30],
      );
    default:
      return new S[name as 'StepLR'](optimizer, options as never);
  }
}

describe.each(golden.cases)('$scheduler of $optimizer, $options', ({ scheduler: name, optimizer: kind, ...each }) => {
  test.each([0, 17])("has PyTorch's rates over 50 epochs, its state saved and loaded at epoch %d", (resume_at) => {
    let optimizer = make_optimizer(kind);
    let scheduler = make_scheduler(name, optimizer, each.options);
    for (let epoch = 0; epoch < 50; epoch++) {
      if (epoch > 0 && epoch === resume_at) {
        const [own, state] = [optimizer.state_dict(), scheduler.state_dict()];
        optimizer = make_optimizer(kind);
        scheduler = make_scheduler(name, optimizer, each.options);
        optimizer.load_state_dict(own as never);
        scheduler.load_state_dict(state);
        Object.assign(optimizer, { stepped: true });
      }
      optimizer.param_groups.forEach((group, i) => {
        const expected = each.rates[i][epoch];
        expect(Math.abs(group.lr - expected)).toBeLessThanOrEqual(2e-13 * Math.max(Math.abs(expected), 1e-3));
      });
      expect(scheduler.get_last_lr()).toEqual(optimizer.param_groups.map(({ lr }) => lr));
      if (each.momenta !== null) {
        const [group] = optimizer.param_groups;
        const momentum = 'betas' in group ? group.betas[0] : group.momentum;
        expect(Math.abs(momentum - each.momenta[epoch])).toBeLessThan(1e-14);
      }
      optimizer.step();
      if (scheduler instanceof S.ReduceLROnPlateau) scheduler.step(golden.measures[epoch]);
      else scheduler.step();
    }
    const keys = Object.keys(scheduler.state_dict()).filter((key) => key !== '_is_initial');
    // PyTorch also lists fields that hold functions.
    expect(keys.sort()).toEqual(each.keys.filter((key) => key !== '_scale_fn_custom'));
  });
});

describe('schedulers', () => {
  test('step(epoch) jumps', () => {
    const optimizer = sgd(1);
    optimizer.step();
    const scheduler = new S.StepLR(optimizer, 10, 0.5);
    scheduler.step(25);
    expect(scheduler.get_last_lr()).toEqual([0.25]);
    const restarts = new S.CosineAnnealingWarmRestarts(sgd(1), 4, 2);
    restarts.step(6);
    expect(restarts.get_last_lr()[0]).toBeCloseTo((1 + Math.cos(Math.PI / 4)) / 2, 14);
    restarts.step(1.5);
    expect(restarts.get_last_lr()[0]).toBeCloseTo((1 + Math.cos((Math.PI * 1.5) / 4)) / 2, 14);
  });

  test('a function of the height', () => {
    const scheduler = new S.CyclicLR(sgd(1), 0, 1, {
      step_size_up: 2,
      cycle_momentum: false,
      scale_fn: (x) => 1 / x,
    });
    expect('scale_fn' in scheduler.state_dict()).toBe(false);
    for (let i = 0; i < 6; i++) scheduler.step();
    expect(scheduler.get_last_lr()).toEqual([0.5]);
  });

  test('goes on from an epoch, once the groups know where they began', () => {
    const optimizer = new optim.SGD([{ params: [leaf()], initial_lr: 1 }], { lr: 0.5 });
    expect(new S.ExponentialLR(optimizer, 0.5, 3).get_last_lr()).toEqual([0.5]);
    expect(() => new S.ExponentialLR(sgd(), 0.5, 3)).toThrow(/^ExponentialLR: group 0 has no initial_lr/);
  });

  test.each<[string, () => unknown, string | RegExp]>([
    [
      'no optimizer',
      () => new S.StepLR({} as never, 3),
      /^StepLR: expected optimizer to be an Optimizer, got an object/,
    ],
    [
      'no step size',
      () => new S.StepLR(sgd(), undefined as never),
      'StepLR: expected step_size to be an integer, got undefined',
    ],
    ['gamma', () => new S.ExponentialLR(sgd(), Number.NaN), 'ExponentialLR: expected gamma to be finite, got NaN'],
    [
      'misspelled',
      () => new S.StepLR(sgd(), 3, { gama: 1 } as never),
      /^StepLR: Misspelled option "gama": did you mean/,
    ],
    ['twice', () => new S.StepLR(sgd(), 3, { step_size: 2 } as object), 'StepLR: step_size is given twice'],
    [
      'too many',
      () => new S.ExponentialLR(...([sgd(), 1, -1, 3] as never as [Rates, number])),
      'ExponentialLR: takes gamma, last_epoch by place, got 3 arguments',
    ],
    ['share', () => new S.ConstantLR(sgd(), 2), 'ConstantLR: expected factor between 0 and 1, got 2'],
    ['start', () => new S.LinearLR(sgd(), 0), 'LinearLR: expected start_factor to be greater than 0, got 0'],
    ['T_max', () => new S.CosineAnnealingLR(sgd(), 0), 'CosineAnnealingLR: expected T_max to be at least 1, got 0'],
    [
      'groups',
      () => new S.CyclicLR(sgd(), [1, 2], 3),
      'CyclicLR: expected 1 values of base_lr, one for each group, got 2',
    ],
    [
      'no momentum',
      () => new S.OneCycleLR(new optim.Adagrad([leaf()]), 1, 10),
      'OneCycleLR: Adagrad has neither momentum nor betas; pass { cycle_momentum: false }',
    ],
    ['no total', () => new S.OneCycleLR(sgd(), 1), 'OneCycleLR: expected total_steps, or epochs and steps_per_epoch'],
    ['mode', () => new S.ReduceLROnPlateau(sgd(), 'down' as never), /expected mode to be "min" or "max", got "down"/],
    ['factor', () => new S.ReduceLROnPlateau(sgd(), 'min', 1), /expected factor to be below 1, got 1/],
    ['no measure', () => new S.ReduceLROnPlateau(sgd()).step(), /expected metrics to be a number, got undefined/],
    ['a function', () => new S.LambdaLR(sgd(), 3 as never), 'LambdaLR: expected lr_lambda to be a function, got 3'],
    ['none', () => new S.ChainedScheduler([]), 'ChainedScheduler: the list of schedulers is empty'],
    [
      'a misspelled option of a chain',
      () => new S.ChainedScheduler([new S.StepLR(sgd(), 1)], { optimiser: sgd() } as object),
      'ChainedScheduler: Misspelled option "optimiser": did you mean "optimizer"?',
    ],
    [
      'plateau in a chain',
      () => new S.ChainedScheduler([new S.ReduceLROnPlateau(sgd())]),
      /^ChainedScheduler: schedulers\[0\] is a ReduceLROnPlateau/,
    ],
    [
      'another optimizer',
      () => new S.SequentialLR(sgd(), [new S.StepLR(sgd(), 1)], []),
      'SequentialLR: schedulers[0] belongs to another optimizer',
    ],
    [
      'milestones',
      () => {
        const optimizer = sgd();
        return new S.SequentialLR(optimizer, [new S.StepLR(optimizer, 1)], [3]);
      },
      'SequentialLR: expected 0 milestones between 1 schedulers, got 1',
    ],
    [
      'beyond the end',
      () => {
        const scheduler = new S.OneCycleLR(sgd(0.1, 0.9), 1, 2);
        for (let i = 0; i < 3; i++) scheduler.step();
      },
      'OneCycleLR: step 3 is beyond the 2 steps of the schedule',
    ],
  ])('bad input: %s', (_, body, message) => {
    expect(body).toThrow(message);
  });

  test('a step before the first one of the optimizer warns', () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    try {
      const optimizer = sgd();
      new S.StepLR(optimizer, 1).step();
      expect(warn.mock.calls.map(([text]) => text)).toEqual([
        expect.stringMatching(/^StepLR\.step\(\) came before the optimizer's first step\(\)/),
      ]);
      optimizer.step();
      new S.StepLR(optimizer, 1).step();
      expect(warn).toHaveBeenCalledTimes(1);
    } finally {
      warn.mockRestore();
    }
  });
});
