import * as torch from 'cresset';

/** Arguments by name where PyTorch's own examples give them so: constructors, clipping, filling; and lists where Python takes any sequence. */

const { nn, utils } = torch;
const x = torch.ones([1]);

const pairs: Record<string, [named: () => torch.nn.Module<unknown>, placed: () => torch.nn.Module<unknown>]> = {
  Linear: [() => new nn.Linear({ in_features: 2, out_features: 3, bias: false }), () => new nn.Linear(2, 3, false)],
  'Linear, half by name': [() => new nn.Linear(2, { out_features: 3 } as never), () => new nn.Linear(2, 3)],
  Conv1d: [() => new nn.Conv1d({ in_channels: 1, out_channels: 2, kernel_size: 3 }), () => new nn.Conv1d(1, 2, 3)],
  Conv2d: [
    () => new nn.Conv2d({ in_channels: 4, out_channels: 2, kernel_size: 3, groups: 2 }),
    () => new nn.Conv2d(4, 2, 3, { groups: 2 }),
  ],
  'Conv2d, the rest by name': [
    () => new nn.Conv2d(1, 2, 3, 2, 1, { bias: false }),
    () => new nn.Conv2d(1, 2, { kernel_size: 3, stride: 2, padding: 1, bias: false }),
  ],
  'Conv2d, more by name': [() => new nn.Conv2d(1, 2, 3, 2, { padding: 1 }), () => new nn.Conv2d(1, 2, 3, 2, 1)],
  ConvTranspose2d: [
    () => new nn.ConvTranspose2d({ in_channels: 1, out_channels: 2, kernel_size: 4, stride: 2 }),
    () => new nn.ConvTranspose2d(1, 2, 4, 2),
  ],
  BatchNorm2d: [() => new nn.BatchNorm2d({ num_features: 3, eps: 1e-3 }), () => new nn.BatchNorm2d(3, 1e-3)],
  InstanceNorm1d: [() => new nn.InstanceNorm1d({ num_features: 3 }), () => new nn.InstanceNorm1d(3)],
  GroupNorm: [() => new nn.GroupNorm({ num_groups: 2, num_channels: 4 }), () => new nn.GroupNorm(2, 4)],
  LayerNorm: [() => new nn.LayerNorm({ normalized_shape: [3], eps: 1e-3 }), () => new nn.LayerNorm([3], 1e-3)],
  RMSNorm: [() => new nn.RMSNorm({ normalized_shape: 3 }), () => new nn.RMSNorm(3)],
  Embedding: [
    () => new nn.Embedding({ num_embeddings: 4, embedding_dim: 2, padding_idx: 0 }),
    () => new nn.Embedding(4, 2, 0),
  ],
  RNN: [() => new nn.RNN({ input_size: 2, hidden_size: 3, nonlinearity: 'relu' }), () => new nn.RNN(2, 3, 1, 'relu')],
  LSTM: [() => new nn.LSTM({ input_size: 2, hidden_size: 3, num_layers: 2 }), () => new nn.LSTM(2, 3, 2)],
  GRU: [() => new nn.GRU({ input_size: 2, hidden_size: 3, batch_first: true }), () => new nn.GRU(2, 3, 1, true, true)],
  RNNCell: [() => new nn.RNNCell({ input_size: 2, hidden_size: 3 }), () => new nn.RNNCell(2, 3)],
  LSTMCell: [() => new nn.LSTMCell({ input_size: 2, hidden_size: 3, bias: false }), () => new nn.LSTMCell(2, 3, false)],
  GRUCell: [() => new nn.GRUCell({ input_size: 2, hidden_size: 3 }), () => new nn.GRUCell(2, 3)],
  MultiheadAttention: [
    () => new nn.MultiheadAttention({ embed_dim: 8, num_heads: 2 }),
    () => new nn.MultiheadAttention(8, 2),
  ],
  TransformerEncoderLayer: [
    () => new nn.TransformerEncoderLayer({ d_model: 8, nhead: 2, dim_feedforward: 16 }),
    () => new nn.TransformerEncoderLayer(8, 2, 16),
  ],
  TransformerEncoder: [
    () => new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2, 8), { num_layers: 2 }),
    () => new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2, 8), 2),
  ],
  'TransformerEncoder with a norm': [
    () =>
      new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2, 8), { num_layers: 1, norm: new nn.LayerNorm(4) }),
    () => new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2, 8), 1, new nn.LayerNorm(4)),
  ],
  LeakyReLU: [() => new nn.LeakyReLU(0.2, { inplace: true }), () => new nn.LeakyReLU(0.2, true)],
  ELU: [() => new nn.ELU(0.5, { inplace: true }), () => new nn.ELU(0.5, true)],
  Hardtanh: [() => new nn.Hardtanh(-2, 2, { inplace: true }), () => new nn.Hardtanh(-2, 2, true)],
  Flatten: [() => new nn.Flatten(0, { end_dim: 1 }), () => new nn.Flatten(0, 1)],
};

const shapes = (module: torch.nn.Module<unknown>): unknown =>
  Object.entries(module.state_dict()).map(([name, { shape }]) => [name, shape]);

test.each(Object.entries(pairs))('%s', (_, [named, placed]) => {
  expect(String(named())).toBe(String(placed()));
  expect(shapes(named())).toEqual(shapes(placed()));
});

test('what is missing or wrong is named', () => {
  expect(() => new nn.Linear({ in_features: 2 } as never)).toThrow(
    'Linear: expected out_features to be an integer, got undefined',
  );
  expect(() => new nn.LSTM({ input_size: 2, hidden_sise: 3 } as never)).toThrow(
    'LSTM: Misspelled option "hidden_sise"',
  );
  expect(() => new nn.LeakyReLU(0.2, { inplce: true } as never)).toThrow('did you mean "inplace"?');
});

test('clipping by name', () => {
  const w = torch.tensor([0, 0], { requires_grad: true });
  w.grad = torch.tensor([3, 4]);
  expect(nn.utils.clip_grad_norm_([w], { max_norm: 1 }).item()).toBe(5);
  expect(nn.utils.clip_grad_norm_([w], { max_norm: 9, norm_type: 1 }).item()).toBeCloseTo(1.4);
  nn.utils.clip_grad_value_([w], { clip_value: 0.5 });
  expect(w.grad.abs().max().item()).toBe(0.5);
  expect(() => nn.utils.clip_grad_norm_(new nn.Linear(1, 1) as never, 1)).toThrow(
    'clip_grad_norm_: expected parameters to be a Tensor or a list of Tensors such as model.parameters(), got an object of class Linear',
  );
});

test('flags of modules by name', () => {
  const layer = new nn.Linear(2, 2);
  expect(layer.train({ mode: false }).training).toBe(false);
  expect(layer.requires_grad_({ requires_grad: false }).weight.requires_grad).toBe(false);
  expect(new nn.Sequential(layer).parameters({ recurse: false })).toEqual([]);
  expect(new nn.Sequential(new nn.BatchNorm1d(2)).buffers({ recurse: false })).toEqual([]);
  layer.register_buffer('b', x, { persistent: false });
  expect(Object.keys(layer.state_dict())).toEqual(['weight', 'bias']);
  expect(() => layer.train({ mod: true } as never)).toThrow('train: Misspelled option "mod": did you mean "mode"?');
  expect(() => layer.register_buffer('c', x, { persistent: 1 } as never)).toThrow(
    'register_buffer: expected persistent to be a boolean, got 1',
  );
  expect('c' in layer).toBe(false);
});

test('the size of a transposed convolution, the milestones of schedulers', () => {
  const layer = new nn.ConvTranspose1d(1, 1, 3, { stride: 2 });
  expect(layer.forward(torch.ones([1, 1, 5]), { output_size: [12] }).shape).toEqual([1, 1, 12]);
  const optimizer = new torch.optim.SGD([x.clone().requires_grad_()], { lr: 1 });
  const { ConstantLR, ExponentialLR, SequentialLR } = torch.optim.lr_scheduler;
  const parts = [new ConstantLR(optimizer, 0.1, 10), new ExponentialLR(optimizer, 0.5)];
  const scheduler = new SequentialLR(optimizer, parts, { milestones: [2] });
  optimizer.step();
  for (let epoch = 0; epoch < 3; epoch++) scheduler.step();
  expect(scheduler.get_last_lr()).toEqual([0.5]);
  const { ChainedScheduler } = torch.optim.lr_scheduler;
  expect(new ChainedScheduler(parts, { optimizer }).get_last_lr()).toEqual(
    new ChainedScheduler(parts, optimizer).get_last_lr(),
  );
  expect(() => new ChainedScheduler(parts, 'sgd' as never)).toThrow('ChainedScheduler: expected optimizer to be');
});

test('parts and items of containers', () => {
  const list = new nn.ModuleList([new nn.Tanh(), new nn.ReLU(), new nn.Sigmoid()]);
  expect(list.slice(1).length).toBe(2);
  expect([...list.slice(-1)][0]).toBe([...list][2]);
  expect(new nn.ModuleDict({ a: new nn.Tanh() }).items().map(([name, each]) => `${name} ${each}`)).toEqual([
    'a Tanh()',
  ]);
  expect(new nn.ParameterDict({ w: x }).items()[0][0]).toBe('w');
});

test('batches: by place, and the rest by name; null is None', () => {
  const { DataLoader, TensorDataset, BatchSampler, RandomSampler } = utils.data;
  const rows = new TensorDataset(torch.arange(5));
  expect(new DataLoader(rows, 2, { drop_last: true }).length).toBe(2);
  expect(new DataLoader(rows, { batch_size: 2, sampler: null, collate_fn: null, generator: null }).length).toBe(3);
  expect([...new BatchSampler([1, 2, 3], 2, { drop_last: true })]).toEqual([[1, 2]]);
  expect([...new BatchSampler([1, 2, 3], { batch_size: 2 })]).toEqual([[1, 2], [3]]);
  const generator = (): torch.Generator => new torch.Generator().manual_seed(3);
  const placed = [...new RandomSampler(rows, false, null, generator())];
  expect(placed).toEqual([...new RandomSampler(rows, { generator: generator() })]);
});

test('filling by name', () => {
  expect(x.new_zeros(50).normal_({ mean: 100, std: 0.1 }).min().item()).toBeGreaterThan(90);
  expect(x.new_zeros(50).normal_(100, { std: 0.1 }).min().item()).toBeGreaterThan(90);
  expect(x.new_zeros(50).uniform_({ from: 5, to: 6 }).min().item()).toBeGreaterThanOrEqual(5);
  expect(x.new_zeros(3).bernoulli_({ p: 1 }).tolist()).toEqual([1, 1, 1]);
});

test('deepcopy of a state_dict, and of lists', () => {
  const layer = new nn.Linear(1, 1);
  const best = torch.deepcopy(layer.state_dict());
  torch.no_grad(() => layer.weight.add_(1));
  expect(torch.equal(best.weight, layer.weight)).toBe(false);
  layer.load_state_dict(best);
  expect(torch.equal(best.weight, layer.weight)).toBe(true);
  const [a, b] = torch.deepcopy([x, x]);
  expect([a === b, a === x]).toEqual([true, false]);
});

describe('a list is a dataset', () => {
  const samples: [torch.Tensor, number][] = [0, 1, 2, 3, 4].map((i) => [torch.full([2], i), i]);

  test('in a loader', () => {
    const loader = new utils.data.DataLoader(samples, { batch_size: 2 });
    expect(loader.length).toBe(3);
    expect([...loader].map(([a, b]) => [a.shape, b.tolist()])).toEqual([
      [
        [2, 2],
        [0, 1],
      ],
      [
        [2, 2],
        [2, 3],
      ],
      [[1, 2], [4]],
    ]);
    const shuffled = new utils.data.DataLoader(samples, { batch_size: 5, shuffle: true });
    expect([...shuffled][0][1].sort().values.tolist()).toEqual([0, 1, 2, 3, 4]);
  });

  test('in parts', () => {
    expect(new utils.data.Subset(samples, torch.tensor([4n, 0n])).get(0)[1]).toBe(4);
    expect(new utils.data.ConcatDataset([samples, samples]).length).toBe(10);
    const generator = new torch.Generator().manual_seed(1);
    const parts = utils.data.random_split(samples, [3, 2], generator);
    expect(parts.map((part) => part.length)).toEqual([3, 2]);
  });

  test('weights of a sampler may be a tensor', () => {
    const sampler = new utils.data.WeightedRandomSampler(torch.tensor([0, 2, 0]), 4);
    expect([...sampler]).toEqual([1, 1, 1, 1]);
  });
});
