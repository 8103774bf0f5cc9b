import * as torch from 'cresset';
import golden from './golden/optim.json';

const { nn, optim } = torch;
const leaf = (...values: number[]) => torch.tensor(values, { requires_grad: true });

test.each(Object.entries(golden.groups))("%s: names, order and defaults of a group are PyTorch's", (name, expected) => {
  const optimizer = new optim[name as 'SGD'](new nn.Linear(2, 1).named_parameters());
  const [found] = optimizer.state_dict().param_groups;
  expect(found).toEqual(expected);
  expect(Object.keys(found)).toEqual(Object.keys(expected));
});

test('leading arguments by position, an options object after them', () => {
  const w = leaf(1);
  const group = (optimizer: { param_groups: object[] }) => optimizer.param_groups[0];
  expect(group(new optim.SGD([w], 0.1, 0.9, 0, 0.01, true))).toMatchObject({
    lr: 0.1,
    momentum: 0.9,
    dampening: 0,
    weight_decay: 0.01,
    nesterov: true,
  });
  expect(group(new optim.SGD([w], 0.1, { momentum: 0.9 }))).toMatchObject({ lr: 0.1, momentum: 0.9 });
  expect(group(new optim.Adam([w], 0.1, [0.5, 0.6], 1e-3, 0.2, true))).toMatchObject({
    betas: [0.5, 0.6],
    eps: 1e-3,
    weight_decay: 0.2,
    amsgrad: true,
  });
  expect(group(new optim.AdamW([w], 0.1, [0.5, 0.6], { maximize: true }))).toMatchObject({
    betas: [0.5, 0.6],
    weight_decay: 0.01,
    maximize: true,
    decoupled_weight_decay: true,
  });
  expect(group(new optim.NAdam([w], 0.1, [0.5, 0.6], 1e-3, 0.2, 0.3, true))).toMatchObject({
    momentum_decay: 0.3,
    decoupled_weight_decay: true,
  });
  expect(group(new optim.RMSprop([w], 0.1, 0.9, 1e-3, 0.2, 0.3, true))).toMatchObject({
    momentum: 0.3,
    centered: true,
  });
  expect(group(new optim.Adagrad([w], 0.1, 0.2, 0.3, 0.4, 1e-3))).toMatchObject({
    lr_decay: 0.2,
    weight_decay: 0.3,
    initial_accumulator_value: 0.4,
    eps: 1e-3,
  });
  expect(group(new optim.LBFGS([w], 0.1, 7, 9))).toMatchObject({ max_iter: 7, max_eval: 9 });
  expect(() => new optim.SGD(...([[w], 1, 2, 3, 4, true, 6] as never as [torch.Tensor[]]))).toThrow(
    'SGD: takes lr, momentum, dampening, weight_decay, nesterov by place, got 6 arguments',
  );
  expect(() => new optim.SGD([w], 0.1, { lr: 0.2 } as object)).toThrow('SGD: lr is given twice, by place and by name');
});

test('parameters with names', () => {
  const model = new nn.Linear(2, 1);
  const optimizer = new optim.SGD(model.named_parameters(), { lr: 0.5 });
  expect(optimizer.param_groups[0].param_names).toEqual(['weight', 'bias']);
  expect(String(optimizer)).toContain("    param_names: ['weight', 'bias']\n");
  model
    .forward(torch.ones([1, 2]))
    .sum()
    .backward();
  const before = model.bias!.item();
  optimizer.step();
  expect(model.bias!.item()).toBeCloseTo(before - 0.5, 6);
  expect(() => optimizer.add_param_group({ params: [leaf(1)] })).toThrow(
    'SGD: either all groups have names for their parameters or none',
  );
  optimizer.add_param_group({ params: [['extra', leaf(1)]], lr: 0.1 });
  expect(optimizer.state_dict().param_groups[1]).toMatchObject({ param_names: ['extra'], params: [2], lr: 0.1 });
  expect(() => new optim.SGD([['a', leaf(1)], leaf(2)] as never)).toThrow(
    'SGD: either all parameters have names or none',
  );
  // Names are those of this program, whatever was saved.
  const plain = new optim.SGD(model.parameters(), { lr: 0.25 });
  const named = new optim.SGD(model.named_parameters());
  named.load_state_dict(plain.state_dict());
  expect(named.param_groups[0]).toMatchObject({ lr: 0.25, param_names: ['weight', 'bias'] });
});

test('hooks around steps and states', () => {
  const w = leaf(1);
  const optimizer = new optim.SGD([w], { lr: 0.5 });
  const seen: string[] = [];
  const handles = [
    optimizer.register_step_pre_hook((o) => {
      seen.push(`before ${w.item()} ${o === optimizer}`);
    }),
    optimizer.register_step_post_hook(() => {
      seen.push(`after ${w.item()}`);
    }),
  ];
  w.grad = torch.ones([1]);
  optimizer.step();
  expect(seen).toEqual(['before 1 true', 'after 0.5']);
  for (const handle of handles) handle.remove();
  optimizer.step();
  expect(seen).toHaveLength(2);

  const order: string[] = [];
  optimizer.register_state_dict_pre_hook(() => void order.push('before save'));
  optimizer.register_state_dict_post_hook((_, state) => ({
    ...state,
    param_groups: [{ ...state.param_groups[0], lr: 7 }],
  }));
  optimizer.register_load_state_dict_pre_hook((_, state) => ({
    ...state,
    param_groups: [{ ...state.param_groups[0], momentum: 0.5 }],
  }));
  optimizer.register_load_state_dict_post_hook((o) => void order.push(`loaded ${o.param_groups[0].lr}`));
  optimizer.load_state_dict(optimizer.state_dict());
  expect(order).toEqual(['before save', 'loaded 7']);
  expect(optimizer.param_groups[0].momentum).toBe(0.5);
  expect(() => optimizer.register_step_pre_hook(3 as never)).toThrow(
    'register_step_pre_hook: expected hook to be a function, got 3',
  );
});

test('options changed between steps are judged, betas in place too', () => {
  const w = leaf(1);
  const optimizer = new optim.Adam([w]);
  const betas = [0.9, 0.99] as [number, number];
  optimizer.param_groups[0].betas = betas;
  w.grad = torch.ones([1]);
  optimizer.step();
  betas[1] = 1;
  expect(() => optimizer.step()).toThrow('Adam: expected betas[1] in [0, 1), got 1');
  betas[1] = 0.5;
  optimizer.step();
  optimizer.param_groups[0].lr = -1;
  expect(() => optimizer.step()).toThrow(/^Adam: expected lr to be a finite number of at least 0, got -1/);
  Object.assign(optimizer.param_groups[0], { lr: 0.1, amsgrad: 1 });
  expect(() => optimizer.step()).toThrow('Adam: expected amsgrad to be a boolean, got 1');
});

test('parameters of several dtypes and layouts in one group', () => {
  const wide = torch.ones([2, 3], { dtype: torch.float64, requires_grad: true });
  const turned = torch.ones([3, 2]).t().requires_grad_();
  const params = [leaf(1, 1), wide, leaf(1), turned];
  const optimizer = new optim.Adam(params, { lr: 0.5, eps: 0 });
  for (const p of params) p.grad = torch.ones_like(p);
  optimizer.step();
  for (const p of params)
    for (const value of p.detach().flatten().tolist() as number[]) expect(value).toBeCloseTo(0.5, 6);
});
