import * as torch from 'cresset';
import lbfgs from './golden/lbfgs.json';
import golden from './golden/optim.json';

const { optim } = torch;
const flat = (t: torch.Tensor): number[] => t.detach().flatten().tolist() as number[];

const expect_close = (found: readonly number[], expected: readonly number[], tolerance: number): void => {
  expect(found).toHaveLength(expected.length);
  for (const [i, v] of found.entries())
    expect(Math.abs(v - expected[i])).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected[i])));
};

describe.each(golden.cases)('$optimizer $options (groups: $grouped)', (each) => {
  const train = (dtype: torch.DType, steps: (step: number, params: torch.Tensor[]) => void, resume_at = 0) => {
    const made = () =>
      golden.start.map((values) => new torch.nn.Parameter(torch.tensor(values as number[], { dtype })));
    const build = (params: torch.Tensor[]) => {
      const Class = optim[each.optimizer as 'SGD'];
      return each.grouped
        ? new Class([{ params: [params[0]], lr: 0.05 }, { params: params[1] }], each.options as object)
        : new Class(params, each.options as object);
    };
    const scale = golden.scale.map((values) => torch.tensor(values as number[], { dtype }));
    let params = made();
    let optimizer = build(params);
    for (let step = 1; step <= 50; step++) {
      if (step === resume_at) {
        const [values, state] = [params.map((p) => p.detach().clone()), optimizer.state_dict()];
        params = made();
        torch.no_grad(() => {
          for (const [i, p] of params.entries()) p.copy_(values[i]);
        });
        optimizer = build(params);
        optimizer.load_state_dict(state);
      }
      optimizer.zero_grad();
      const squares = params.map((p, i) => scale[i].mul(p).pow(2).sum());
      squares[0].add(squares[1]).add(params[0].sum().sub(1).pow(2)).backward();
      if (step % 3 === 0) params[1].grad = null;
      optimizer.step();
      steps(step, params);
    }
    return { params, optimizer };
  };
  const shown = each.shown as Record<string, number[][]>;

  test('follows PyTorch over 50 steps', () => {
    const { optimizer } = train(torch.float64, (step, params) => {
      if (String(step) in shown) for (const [i, p] of params.entries()) expect_close(flat(p), shown[step][i], 1e-11);
    });
    const { state } = optimizer.state_dict();
    expect(Object.keys(state).sort()).toEqual(Object.keys(each.state).sort());
    for (const [number, own] of Object.entries(each.state as unknown as Record<string, Record<string, number[]>>)) {
      const found = state[Number(number)] as Record<string, torch.Tensor>;
      expect(Object.keys(found).sort()).toEqual(Object.keys(own).sort());
      for (const [name, values] of Object.entries(own)) expect_close(flat(found[name]), values, 1e-11);
    }
  });

  test('goes on from its state_dict with the same bits, near PyTorch in float32', () => {
    const whole = train(torch.float32, (step, params) => {
      if (String(step) in shown) for (const [i, p] of params.entries()) expect_close(flat(p), shown[step][i], 1e-4);
    });
    const resumed = train(torch.float32, () => {}, 20);
    expect(resumed.params.map(flat)).toEqual(whole.params.map(flat));
  });
});

interface Steps {
  step(): void;
}

describe('LBFGS', () => {
  const made = (problem: string) => {
    const start = problem === 'bowl' ? [-1.2, -0.25, 0.7] : [-1.2];
    const a = torch.tensor(start, { dtype: torch.float64, requires_grad: true });
    const b = torch.ones([1], { dtype: torch.float64, requires_grad: true });
    const scale = torch.tensor([1, 4, 0.5], { dtype: torch.float64 });
    const loss =
      problem === 'bowl'
        ? () => a.sub(1).pow(2).mul(scale).sum().add(a.sum().mul(b).sub(2).pow(2).sum())
        : () =>
            a
              .mul(-1)
              .add(1)
              .pow(2)
              .sum()
              .add(b.sub(a.pow(2)).pow(2).sum().mul(100));
    return { params: [a, b], loss };
  };

  test.each(lbfgs.cases)("goes PyTorch's way down the $problem with $options", (each) => {
    const { params, loss } = made(each.problem);
    const options = each.options as Partial<torch.optim.LBFGSOptions>;
    let optimizer = new optim.LBFGS(params, options);
    const closure = () => {
      optimizer.zero_grad();
      const value = loss().mul(options.maximize ? -1 : 1);
      value.backward();
      return value;
    };
    for (const [step, expected] of each.path.entries()) {
      if (step === 3) {
        const state = optimizer.state_dict();
        optimizer = new optim.LBFGS(params, options);
        optimizer.load_state_dict(state);
      }
      expect_close([optimizer.step(closure).item()], [each.losses[step]], 1e-9);
      expect_close(params.flatMap(flat), expected, 1e-7);
    }
    const state = optimizer.state_dict().state[0];
    expect([state.func_evals, state.n_iter, (state.ro as number[]).length]).toEqual([
      each.func_evals,
      each.n_iter,
      each.history,
    ]);
  });

  test('takes losses as numbers, parameters of any layout, and none with a gradient', () => {
    const base = torch.tensor([
      [3, 1],
      [-2, 5],
    ]);
    const w = base.t().requires_grad_();
    const idle = torch.ones([2], { requires_grad: true });
    const optimizer = new optim.LBFGS([w, idle], { line_search_fn: 'strong_wolfe' });
    const closure = () => {
      optimizer.zero_grad();
      const loss = w.sub(1).pow(2).sum();
      loss.backward();
      return loss.item() as number;
    };
    expect(optimizer.step(closure)).toBe(29);
    expect_close(flat(w), [1, 1, 1, 1], 1e-5);
    expect(idle.tolist()).toEqual([1, 1]);
    expect(optimizer.step(closure)).toBeLessThan(1e-9);
  });

  test.each<[string, () => unknown, string | RegExp]>([
    [
      'two groups',
      () => new optim.LBFGS([{ params: made('bowl').params }, { params: [] }]),
      /expected one parameter group, got 2/,
    ],
    [
      'two dtypes',
      () => new optim.LBFGS([torch.ones([1]), torch.ones([1], { dtype: torch.float64 })]),
      'LBFGS: expected parameters of one dtype, got torch.float32 and torch.float64',
    ],
    [
      'max_iter',
      () => new optim.LBFGS(made('bowl').params, { max_iter: 0 }),
      /expected max_iter to be at least 1, got 0/,
    ],
    [
      'line search',
      () => new optim.LBFGS(made('bowl').params, { line_search_fn: 'wolfe' as never }),
      'LBFGS: expected line_search_fn to be "strong_wolfe" or null, got "wolfe" (string)',
    ],
    [
      'no closure',
      () => new optim.LBFGS(made('bowl').params).step(),
      /expected closure to be a function that computes the loss and its gradients, got undefined/,
    ],
    [
      'a closure without loss',
      () => new optim.LBFGS(made('bowl').params).step(() => {}),
      /what closure returns to be a loss: a number or a Tensor of one element, got undefined/,
    ],
  ])('bad input: %s', (_, body, message) => {
    expect(body).toThrow(message);
  });
});

describe('groups and state', () => {
  const leaf = (...values: number[]) => torch.tensor(values, { requires_grad: true });
  const step_on = (optimizer: Steps, ...params: torch.Tensor[]) => {
    for (const p of params) p.grad = torch.ones_like(p);
    optimizer.step();
  };

  test('each group has its options; they can be changed', () => {
    const [a, b] = [leaf(1), leaf(1)];
    const sgd = new optim.SGD([{ params: [a] }, { params: b, lr: 0.5 }], { lr: 0.25 });
    step_on(sgd, a, b);
    expect([a.item(), b.item()]).toEqual([0.75, 0.5]);
    sgd.param_groups[0].lr = 0;
    sgd.add_param_group({ params: [leaf(3)] });
    step_on(sgd, a, b);
    expect([a.item(), b.item()]).toEqual([0.75, 0]);
    expect(sgd.state_dict().param_groups.map(({ lr, params }) => [lr, params])).toEqual([
      [0, [0]],
      [0.5, [1]],
      [0.25, [2]],
    ]);
    sgd.param_groups[0].lr = Number.NaN;
    expect(() => step_on(sgd, a)).toThrow('SGD: expected lr to be a finite number of at least 0, got NaN');
  });

  test("the structure of state_dict is PyTorch's; state comes with the first step", () => {
    const w = leaf(1, 2);
    const adam = new optim.Adam([w]);
    expect(adam.state_dict().state).toEqual({});
    step_on(adam, w);
    const { state, param_groups } = adam.state_dict();
    expect(Object.keys(state[0])).toEqual(['step', 'exp_avg', 'exp_avg_sq']);
    expect((state[0].step as torch.Tensor).item()).toBe(1);
    expect((state[0].exp_avg as torch.Tensor).shape).toEqual([2]);
    expect(param_groups).toEqual([
      {
        lr: 0.001,
        betas: [0.9, 0.999],
        eps: 1e-8,
        weight_decay: 0,
        amsgrad: false,
        maximize: false,
        foreach: null,
        capturable: false,
        differentiable: false,
        fused: null,
        decoupled_weight_decay: false,
        params: [0],
      },
    ]);
    expect(new optim.AdamW([w]).param_groups[0]).toMatchObject({ weight_decay: 0.01, decoupled_weight_decay: true });
    expect([new optim.Adam([w], 0.5), new optim.AdamW([w], 0.5)].map((each) => each.param_groups[0].lr)).toEqual([
      0.5, 0.5,
    ]);
    const plain = new optim.SGD([w], 0.1);
    step_on(plain, w);
    expect(plain.state_dict().state).toEqual({});
  });

  test('load_state_dict takes what PyTorch wrote, and copies', () => {
    const w = leaf(1, 2);
    const adam = new optim.Adam([w]);
    const exp_avg = torch.ones([2]);
    adam.load_state_dict({
      state: { 0: { step: 3, exp_avg, exp_avg_sq: torch.ones([2], { dtype: torch.float64 }) } },
      param_groups: [{ ...adam.state_dict().param_groups[0], lr: 0.5, param_names: null, initial_lr: 0.7 } as never],
    });
    expect(adam.param_groups[0].lr).toBe(0.5);
    expect('param_names' in adam.param_groups[0]).toBe(false);
    expect(adam.param_groups[0].initial_lr).toBe(0.7);
    step_on(adam, w);
    expect(exp_avg.tolist()).toEqual([1, 1]);
    expect(adam.state.get(w)!.step).toBe(4);
    const wrong = adam.state_dict();
    wrong.param_groups[0].params = [0, 1];
    expect(() => adam.load_state_dict(wrong)).toThrow(
      'load_state_dict: expected 1 parameters in group 0, got [0,1] (Array)',
    );
    expect(() => adam.load_state_dict({ state: {}, param_groups: [] })).toThrow(/expected 1 parameter groups, got 0/);
    expect(() => adam.load_state_dict(null as never)).toThrow(
      /expected state_dict to be an object with state and param_groups, got null/,
    );
    expect(() => adam.load_state_dict({ ...adam.state_dict(), state: { 0: { exp_avg: torch.ones([3]) } } })).toThrow(
      /exp_avg has shape \[3\], its parameter \[2\]/,
    );
  });

  test('zero_grad drops gradients, and leaves alone what the user holds', () => {
    const w = leaf(1, 2);
    const sgd = new optim.SGD([w], { lr: 0.1 });
    w.sum().backward();
    const held = w.grad!;
    sgd.zero_grad();
    expect(w.grad).toBeNull();
    expect(held.tolist()).toEqual([1, 1]);
    w.sum().backward();
    const kept = w.grad!;
    sgd.zero_grad({ set_to_none: false });
    expect(w.grad).toBe(kept);
    expect(kept.tolist()).toEqual([0, 0]);
    expect(() => sgd.zero_grad({ set_none: true } as never)).toThrow(/Misspelled option "set_none"/);
  });

  test('step(closure) returns the loss and runs with gradients on', () => {
    const w = leaf(4);
    const sgd = new optim.SGD([w], { lr: 0.125 });
    const loss = torch.no_grad(() =>
      sgd.step(() => {
        sgd.zero_grad();
        const l = w.mul(w).sum();
        l.backward();
        return l;
      }),
    );
    expect([loss.item(), w.item()]).toEqual([16, 3]);
    expect(() => sgd.step(3 as never)).toThrow('step: expected closure to be a function, got 3');
  });

  test('a step is a change in place for the graph', () => {
    const w = leaf(1, 2);
    const y = w.mul(w).sum();
    y.backward(null, { retain_graph: true });
    new optim.SGD([w], { lr: 0.1 }).step();
    expect(() => y.backward()).toThrow(/changed in place/);
  });

  test('parameters and gradients of any layout, empty ones, and more than a call holds', () => {
    const base = torch.ones([3, 2]);
    const turned = base.transpose(0, 1).requires_grad_();
    const empty = torch.ones([0], { requires_grad: true });
    for (const Class of [optim.SGD, optim.Adam, optim.AdamW]) {
      base.fill_(1);
      turned.grad = torch
        .tensor([
          [1, 1],
          [1, 1],
          [1, 1],
        ])
        .transpose(0, 1);
      empty.grad = torch.ones([0]);
      new Class([turned, empty], { lr: 0.5, weight_decay: 0 }).step();
      expect_close(flat(base), new Array(6).fill(0.5), 1e-6);
    }
    const many = Array.from({ length: 6000 }, () => leaf(1));
    const adam = new optim.Adam(many, { lr: 0.5 });
    step_on(adam, ...many);
    expect_close(
      many.map((p) => p.item() as number),
      new Array(6000).fill(0.5),
      1e-6,
    );
    const [single, double] = [leaf(1), torch.ones([1], { dtype: torch.float64, requires_grad: true })];
    step_on(new optim.SGD([single, double], { lr: 0.5 }), single, double);
    expect([single.item(), double.item()]).toEqual([0.5, 0.5]);
  });

  test('printing', () => {
    expect(String(new optim.Adam([leaf(1)], { lr: 0.5, eps: 1e-8 }))).toBe(
      'Adam (\nParameter Group 0\n    amsgrad: False\n    betas: (0.9, 0.999)\n    capturable: False\n    decoupled_weight_decay: False\n' +
        '    differentiable: False\n    eps: 1e-08\n    foreach: None\n    fused: None\n    lr: 0.5\n    maximize: False\n    weight_decay: 0\n)',
    );
  });

  test.each<[string, () => unknown, string | RegExp]>([
    ['no parameters', () => new optim.SGD([], { lr: 1 }), 'SGD: the list of parameters is empty'],
    [
      'a tensor',
      () => new optim.Adam(leaf(1) as never),
      /expected params to be an array of parameters or of groups; wrap it in \[\]/,
    ],
    [
      'nothing',
      () => new optim.Adam(undefined as never),
      /expected params to be an array of parameters or of groups, got undefined/,
    ],
    ['a number', () => new optim.Adam([3 as never]), 'Adam: expected each parameter to be a Tensor, got 3'],
    [
      'twice',
      () => {
        const w = leaf(1);
        return new optim.SGD([{ params: [w] }, { params: [w] }]);
      },
      'SGD: a parameter of shape [1] appears twice',
    ],
    ['no leaf', () => new optim.SGD([leaf(1).mul(2)]), /is not a leaf \(MulBackward0\)/],
    [
      'integers',
      () => new optim.SGD([torch.tensor([1n])]),
      /expected parameters of a floating point dtype, got torch.int64/,
    ],
    [
      'lr NaN',
      () => new optim.SGD([leaf(1)], { lr: Number.NaN }),
      'SGD: expected lr to be a finite number of at least 0, got NaN',
    ],
    ['lr < 0', () => new optim.Adam([leaf(1)], { lr: -1 }), /expected lr to be a finite number of at least 0, got -1/],
    [
      'lr text',
      () => new optim.Adam([leaf(1)], { lr: '0.1' as never }),
      'Adam: expected lr to be a number, got "0.1" (string)',
    ],
    ['betas', () => new optim.Adam([leaf(1)], { betas: [0.9, 1] }), 'Adam: expected betas[1] in [0, 1), got 1'],
    [
      'nesterov',
      () => new optim.SGD([leaf(1)], { nesterov: true }),
      'SGD: nesterov needs a momentum above 0 and no dampening',
    ],
    [
      'misspelled',
      () => new optim.SGD([leaf(1)], { momentun: 1 } as never),
      /Misspelled option "momentun": did you mean "momentum"/,
    ],
    ['rho', () => new optim.Adadelta([leaf(1)], { rho: 1.5 }), 'Adadelta: expected rho between 0 and 1, got 1.5'],
    [
      'alpha',
      () => new optim.RMSprop([leaf(1)], { alpha: -1 }),
      'RMSprop: expected alpha to be a finite number of at least 0, got -1',
    ],
    [
      'centered',
      () => new optim.RMSprop([leaf(1)], { centered: 1 as never }),
      'RMSprop: expected centered to be a boolean, got 1',
    ],
    ['Lion', () => new optim.Lion([leaf(1)], { betas: [1, 0] }), 'Lion: expected betas[0] in [0, 1), got 1'],
    [
      'betas, one',
      () => new optim.NAdam([leaf(1)], { betas: 0.9 as never }),
      'NAdam: expected betas to be a pair of numbers, got 0.9',
    ],
    [
      'start',
      () => new optim.Adagrad([leaf(1)], { initial_accumulator_value: Infinity }),
      /initial_accumulator_value to be a finite number of at least 0, got Infinity/,
    ],
    ['capturable', () => new optim.RAdam([leaf(1)], { capturable: true }), /^RAdam: capturable is for CUDA graphs/],
    [
      'differentiable',
      () => new optim.SGD([leaf(1)], { differentiable: true }),
      /^SGD: a step cannot be differentiated/,
    ],
    [
      'foreach and fused',
      () => new optim.Adam([leaf(1)], { foreach: true, fused: true }),
      'Adam: foreach and fused cannot both be true',
    ],
    [
      'foreach',
      () => new optim.Adamax([leaf(1)], { foreach: 'yes' as never }),
      'Adamax: expected foreach to be a boolean or null, got "yes" (string)',
    ],
    ['fused, where there is none', () => new optim.Adamax([leaf(1)], { fused: true } as never), /Misspelled option/],
    ['in a group', () => new optim.SGD([{ params: [leaf(1)], momentun: 1 } as never]), /Misspelled option "momentun"/],
  ])('bad input: %s', (_, body, message) => {
    expect(body).toThrow(message);
  });
});
