import * as torch from 'cresset';
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
    train(torch.float32, (step, params) => {
      if (String(step) in shown) for (const [i, p] of params.entries()) expect_close(flat(p), shown[step][i], 1e-4);
    });
  });

  test('goes on from its state_dict with the same bits', () => {
    const whole = train(torch.float32, () => {}).params.map(flat);
    expect(train(torch.float32, () => {}, 20).params.map(flat)).toEqual(whole);
  });
});

interface Steps {
  step(): void;
}

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
      param_groups: [{ ...adam.state_dict().param_groups[0], lr: 0.5, foreach: null, params: [0] } as never],
    });
    expect(adam.param_groups[0].lr).toBe(0.5);
    expect('foreach' in adam.param_groups[0]).toBe(false);
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
    expect(String(new optim.SGD([leaf(1)], { lr: 0.1 }))).toBe(
      'SGD (\nParameter Group 0\n    dampening: 0\n    lr: 0.1\n    maximize: false\n    momentum: 0\n    nesterov: false\n    weight_decay: 0\n)',
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
    ['in a group', () => new optim.SGD([{ params: [leaf(1)], momentun: 1 } as never]), /Misspelled option "momentun"/],
  ])('bad input: %s', (_, body, message) => {
    expect(body).toThrow(message);
  });
});
