import * as torch from 'cresset';

/** Parameters by name: what a port of `f(x, dim=1)` writes, `f(x, { dim: 1 })`, is the same as by place. */

const F = torch.nn.functional;
const x = torch.tensor([
  [3, 1, 2],
  [6, 5, 4],
]);
const row = torch.tensor([[7, 8, 9]]);
const index = torch.tensor([[2n], [0n]]);
const image = torch.arange(16).float().view([1, 1, 4, 4]);
const taps = torch.ones([1, 1, 3, 3]);

const pairs: Record<string, [named: () => unknown, placed: () => unknown]> = {
  cat: [() => torch.cat([x, x], { dim: 1 }), () => torch.cat([x, x], 1)],
  stack: [() => torch.stack([x, x], { dim: -1 }), () => torch.stack([x, x], -1)],
  softmax: [() => x.softmax({ dim: 0 }), () => x.softmax(0)],
  'softmax with a dtype': [
    () => torch.softmax(x, { dim: 0, dtype: torch.float64 }),
    () => torch.softmax(x, 0, { dtype: torch.float64 }),
  ],
  log_softmax: [() => F.log_softmax(x, { dim: 1 }), () => F.log_softmax(x, 1)],
  softmin: [() => F.softmin(x, { dim: 1 }), () => F.softmin(x, 1)],
  squeeze: [() => row.squeeze({ dim: 0 }), () => row.squeeze(0)],
  unsqueeze: [() => x.unsqueeze({ dim: 1 }), () => x.unsqueeze(1)],
  flatten: [() => image.flatten({ start_dim: 2 }), () => torch.flatten(image, 2)],
  'flatten to an end': [() => image.flatten({ end_dim: 1 }), () => image.flatten(0, 1)],
  transpose: [() => x.transpose({ dim0: 0, dim1: 1 }), () => x.transpose(0, 1)],
  split: [() => x.split(2, { dim: 1 }), () => x.split(2, 1)],
  'split of sizes': [() => x.split({ split_size: [1, 2], dim: 1 } as never), () => x.split([1, 2], 1)],
  chunk: [() => torch.chunk(x, 3, { dim: 1 }), () => torch.chunk(x, 3, 1)],
  unbind: [() => x.unbind({ dim: 1 }), () => x.unbind(1)],
  tril: [() => x.tril({ diagonal: -1 }), () => x.tril(-1)],
  triu: [() => torch.triu(x, { diagonal: 1 }), () => torch.triu(x, 1)],
  one_hot: [() => F.one_hot(index, { num_classes: 4 }), () => F.one_hot(index, 4)],
  flip: [() => x.flip({ dims: [1] }), () => x.flip(1)],
  roll: [() => x.roll({ shifts: 1, dims: 1 }), () => x.roll(1, 1)],
  'roll along': [() => torch.roll(x, [1, 1], { dims: [0, 1] }), () => torch.roll(x, [1, 1], [0, 1])],
  repeat_interleave: [() => x.repeat_interleave(2, { dim: 0 }), () => x.repeat_interleave(2, 0)],
  gather: [() => x.gather({ dim: 1, index }), () => x.gather(1, index)],
  'gather half by name': [() => torch.gather(x, 1, { index }), () => x.gather(1, index)],
  index_select: [
    () => torch.index_select(x, { dim: 1, index: torch.tensor([2n]) }),
    () => x.index_select(1, torch.tensor([2n])),
  ],
  'scatter of a value': [() => x.scatter(1, index, { value: 9 }), () => x.scatter(1, index, 9)],
  'scatter_ of a tensor': [
    () => x.clone().scatter_({ dim: 1, index, src: row.t() }),
    () => x.scatter(1, index, row.t()),
  ],
  scatter_add_: [() => x.clone().scatter_add_({ dim: 1, index, src: row.t() }), () => x.scatter_add(1, index, row.t())],
  masked_fill: [() => x.masked_fill(x.gt(3), { value: 0 }), () => x.masked_fill(x.gt(3), 0)],
  meshgrid: [
    () => torch.meshgrid(torch.arange(2), torch.arange(3)),
    () => torch.meshgrid([torch.arange(2), torch.arange(3)]),
  ],
  'meshgrid, indexed': [
    () => torch.meshgrid(torch.arange(2), torch.arange(3), { indexing: 'xy' }),
    () => torch.meshgrid([torch.arange(2), torch.arange(3)], { indexing: 'xy' }),
  ],
  quantile: [
    () => x.quantile(0.3, { dim: 1, keepdim: true, interpolation: 'lower' }),
    () => torch.quantile(x, 0.3, 1, true, { interpolation: 'lower' }),
  ],
  median: [() => x.median(1, { keepdim: true }).values, () => x.median({ dim: 1, keepdim: true }).values],
  conv2d: [() => F.conv2d(image, taps, { padding: 1 }), () => F.conv2d(image, taps, null, 1, 1)],
  'conv2d with a bias': [
    () => F.conv2d(image, taps, { bias: torch.ones([1]), stride: 2 }),
    () => F.conv2d(image, taps, torch.ones([1]), 2),
  ],
  conv_transpose2d: [
    () => F.conv_transpose2d(image, taps, { stride: 2 }),
    () => F.conv_transpose2d(image, taps, null, 2),
  ],
};

const plain = (value: unknown): unknown =>
  value instanceof torch.Tensor
    ? { shape: value.shape, dtype: value.dtype.name, values: value.tolist() }
    : Array.isArray(value)
      ? value.map(plain)
      : value;

test.each(Object.entries(pairs))('%s', (_, [named, placed]) => {
  expect(plain(named())).toEqual(plain(placed()));
});

test('multinomial', () => {
  const p = torch.tensor([0, 1]);
  expect(p.multinomial(3, { replacement: true }).tolist()).toEqual([1, 1, 1]);
  expect(torch.multinomial(p, { num_samples: 1 }).tolist()).toEqual([1]);
  const generator = (): torch.Generator => new torch.Generator().manual_seed(5);
  const even = torch.ones([9]);
  expect(even.multinomial(4, { generator: generator() }).tolist()).toEqual(
    even.multinomial(4, false, { generator: generator() }).tolist(),
  );
});

test('gradients flow, in place too', () => {
  const w = torch.ones([2, 3], { requires_grad: true });
  torch.cat([w, w], { dim: 1 }).softmax({ dim: 1 }).gather({ dim: 1, index }).sum().backward();
  expect(w.grad!.shape).toEqual([2, 3]);
  const v = torch.ones([2, 3], { requires_grad: true });
  v.mul(1).masked_fill_(x.gt(3), { value: 0 }).sum().backward();
  expect(v.grad!.tolist()).toEqual([
    [1, 1, 1],
    [0, 0, 0],
  ]);
});

test('wrong names, wrong numbers of arguments', () => {
  expect(() => torch.cat([x, x], { dmi: 1 } as never)).toThrow('cat: Misspelled option "dmi": did you mean "dim"?');
  expect(() => x.softmax({ axis: 1 } as never)).toThrow('softmax: Misspelled option "axis"');
  expect(() => x.softmax(1, { dim: 0 } as never)).toThrow('softmax: dim is given twice, by place and by name');
  expect(() => torch.unsqueeze(...([x, 1, 2] as never as [torch.Tensor, number]))).toThrow(
    'unsqueeze: takes dim by place, got 2 arguments',
  );
  expect(() => torch.eye(2, 3, { m: 3 } as never)).toThrow('eye: Misspelled option "m"');
  expect(() => F.conv2d(image, taps, { paddin: 1 } as never)).toThrow('did you mean "padding"?');
  const scaled = [x, { alpha: 2 }] as never as [torch.Tensor];
  expect(() => x.mul(...scaled)).toThrow('mul: takes two operands, got a third argument');
  expect(() => x.mul_(...scaled)).toThrow('mul_: takes two operands, got a third argument');
});

test('what PyTorch takes by name only has no place', () => {
  const misplaced: [string, () => unknown][] = [
    ['cov', () => x.float().cov(0 as never)],
    ['aminmax', () => x.aminmax(0 as never)],
    ['isin', () => torch.isin(x, row, true as never)],
    ['searchsorted', () => torch.searchsorted(row, x, true as never)],
    ['bucketize', () => torch.bucketize(x, row.flatten(), true as never)],
  ];
  for (const [name, call] of misplaced) expect(call).toThrow(`${name}: expected options to be an object, got`);
});

describe('alpha and rounding_mode', () => {
  const a = torch.tensor([7, -7, 5]);
  const whole = torch.tensor([7n, -7n, 5n]);

  test('alpha scales what is added or taken away', () => {
    expect(a.add(a, { alpha: 2 }).tolist()).toEqual([21, -21, 15]);
    expect(torch.sub(a, a, { alpha: 0.5 }).tolist()).toEqual([3.5, -3.5, 2.5]);
    expect(torch.add(a, 10, { alpha: 3 }).tolist()).toEqual([37, 23, 35]);
    expect(whole.add(whole, { alpha: -1 }).tolist()).toEqual([0, 0, 0]);
    const y = a.clone();
    expect(y.add_(a, { alpha: 2 })).toBe(y);
    expect(y.sub_(a, { alpha: 3 }).tolist()).toEqual([0, 0, 0]);
    expect(() => whole.add(whole, { alpha: 0.5 })).toThrow('add: expected a whole number as alpha');
    expect(() => a.add(a, { alhpa: 2 } as never)).toThrow('did you mean "alpha"?');
  });

  test('its gradient', () => {
    const w = torch.ones([3], { requires_grad: true });
    const v = torch.ones([3], { requires_grad: true });
    w.mul(1).sub_(v, { alpha: 4 }).sum().backward();
    expect([w.grad!.tolist(), v.grad!.tolist()]).toEqual([
      [1, 1, 1],
      [-4, -4, -4],
    ]);
  });

  test('quotients are rounded as asked', () => {
    expect(a.div(2, { rounding_mode: 'floor' }).tolist()).toEqual([3, -4, 2]);
    expect(torch.div(a, 2, { rounding_mode: 'trunc' }).tolist()).toEqual([3, -3, 2]);
    expect(a.div(2, { rounding_mode: null }).tolist()).toEqual([3.5, -3.5, 2.5]);
    const quotient = whole.div(2, { rounding_mode: 'trunc' });
    expect([quotient.dtype, quotient.tolist()]).toEqual([torch.int64, [3, -3, 2]]);
    expect(whole.div(torch.tensor([-2n]), { rounding_mode: 'floor' }).tolist()).toEqual([-4, 3, -3]);
    expect(whole.clone().div_(2, { rounding_mode: 'trunc' }).tolist()).toEqual([3, -3, 2]);
    expect(a.clone().div_(2, { rounding_mode: 'floor' }).tolist()).toEqual([3, -4, 2]);
    expect(() => a.div(2, { rounding_mode: 'up' as never })).toThrow(
      `div: expected rounding_mode to be 'trunc', 'floor' or null, got "up" (string)`,
    );
  });
});

test('dtypes have their short names', () => {
  expect([torch.float, torch.double, torch.long, torch.int]).toEqual([
    torch.float32,
    torch.float64,
    torch.int64,
    torch.int32,
  ]);
  expect(torch.zeros([1], { dtype: torch.long }).dtype).toBe(torch.int64);
});

describe('names that scripts use on tensors', () => {
  const x = torch.tensor([[1, 2]], { dtype: torch.float64 });

  test('new tensors of the same dtype', () => {
    for (const made of [x.new_zeros(3), x.new_ones([3]), x.new_empty(3), x.new_full([3], 2), x.new_tensor([1, 2, 3])])
      expect([made.dtype, made.shape]).toEqual([torch.float64, [3]]);
    expect(x.new_full([2], 2).tolist()).toEqual([2, 2]);
    expect(x.new_ones(2, { dtype: torch.int64 }).dtype).toBe(torch.int64);
    expect(x.new_tensor([5], { requires_grad: true }).requires_grad).toBe(true);
  });

  test('sizes', () => {
    expect([x.nelement(), torch.numel(x), x.element_size(), x.nbytes, x.cpu() === x]).toEqual([2, 2, 8, 16, true]);
    expect(torch.is_floating_point(x)).toBe(true);
  });

  test('as_tensor copies only where it must', () => {
    expect(torch.as_tensor(x)).toBe(x);
    expect(torch.as_tensor(x, { dtype: torch.float32 }).dtype).toBe(torch.float32);
    const array = new Float32Array([1, 2]);
    torch.as_tensor(array).mul_(3);
    expect([...array]).toEqual([3, 6]);
    expect(torch.as_tensor([1n, 2n]).dtype).toBe(torch.int64);
  });

  test('another shape in place, unless a graph holds the tensor', () => {
    const y = torch.arange(6).view([1, 2, 3]).clone();
    expect(y.squeeze_(0)).toBe(y);
    expect([y.shape, y.t_().shape, y.unsqueeze_({ dim: 0 }).shape, y.transpose_(0, 2).shape]).toEqual([
      [2, 3],
      [3, 2],
      [1, 3, 2],
      [2, 3, 1],
    ]);
    expect(y.tolist()).toEqual(torch.arange(6).view([2, 3, 1]).tolist());
    const w = torch.ones([2], { requires_grad: true });
    expect(() => w.mul(2).unsqueeze_(0)).toThrow('unsqueeze_: the tensor is part of a graph');
    const held = torch.ones([2]);
    const out = held.mul(w);
    expect(() => held.unsqueeze_(0)).toThrow('use unsqueeze()');
    out.sum().backward();
    expect(held.unsqueeze_(0).shape).toEqual([1, 2]);
  });

  test('lerp ends where it should, in place and with weights of its own', () => {
    const [a, b] = [torch.tensor([1e8, 0]), torch.tensor([1, 10])];
    expect(a.lerp(b, 1).tolist()).toEqual([1, 10]);
    expect(torch.lerp(a, b, torch.tensor([1, 0.5])).tolist()).toEqual([1, 5]);
    const c = torch.zeros([2]);
    expect(c.lerp_(b, 0.1)).toBe(c);
    expect(c.addcmul_(b, b, { value: 0.5 }).addcdiv_(b, b, { value: 2 }).tolist()).toEqual([
      expect.closeTo(2.6),
      expect.closeTo(53),
    ]);
  });

  test('modes of recording', () => {
    expect(torch.set_grad_enabled(false, () => torch.is_grad_enabled())).toBe(false);
    expect(torch.inference_mode(() => torch.is_grad_enabled())).toBe(false);
    expect(torch.is_grad_enabled()).toBe(true);
  });

  test('probabilities and deviations are judged', () => {
    expect(() => torch.bernoulli(torch.tensor([2]))).toThrow('bernoulli: expected probabilities between 0 and 1');
    expect(() => torch.normal(torch.zeros([1]), torch.tensor([-1]))).toThrow('normal: expected std of at least 0');
    expect(() => torch.normal({ mean: 0 } as never, 1)).toThrow('normal: expected mean to be a Tensor or a number');
  });
});
