import * as torch from 'cresset';

const { nn } = torch;

class Net extends nn.Module {
  private conv = new nn.Conv2d(1, 8, { kernel_size: 3, padding: 1 });
  private act = new nn.LeakyReLU(0.1);
  private head = new nn.Sequential(new nn.Flatten(), new nn.Linear(8 * 8 * 8, 10));

  forward(x: torch.Tensor): torch.Tensor {
    return this.head.forward(this.act.forward(this.act.forward(this.conv.forward(x))));
  }
}

const quiet = { print: false };

test('counts parameters, outputs and arithmetic', () => {
  const summary = new Net().summary(torch.zeros([2, 1, 8, 8]), quiet);
  const conv = 2 * 2 * 8 * 64 * 9;
  const linear = 2 * 2 * 512 * 10;
  expect(summary).toMatchObject({
    parameters: 80 + 5130,
    trainable_parameters: 80 + 5130,
    parameter_bytes: 4 * (80 + 5130),
    flops: conv + linear,
    output_bytes: 4 * (1024 + 2 * 1024 + 1024 + 20),
  });
  expect(summary.layers.map(({ name, type, calls, flops }) => [name, type, calls, flops])).toEqual([
    ['', 'Net', 1, conv + linear],
    ['conv', 'Conv2d', 1, conv],
    ['act', 'LeakyReLU', 2, 0],
    ['head', 'Sequential', 1, linear],
    ['head.0', 'Flatten', 1, 0],
    ['head.1', 'Linear', 1, linear],
  ]);
  expect(summary.layers[3].output_shapes).toEqual([[2, 10]]);
});

test('prints a table', () => {
  const log = jest.spyOn(console, 'log').mockImplementation(() => {});
  try {
    const model = new Net();
    model.get_parameter('conv.weight').requires_grad = false;
    const summary = model.summary(torch.zeros([2, 1, 8, 8]));
    expect(log.mock.calls).toEqual([[String(summary)]]);
    expect(String(summary)).toBe(
      [
        'layer                 output           parameters    memory   FLOPs',
        '───────────────────────────────────────────────────────────────────',
        'Net                   [2, 10]               5,210  80 bytes  38.9 k',
        '├─ (conv) Conv2d      [2, 8, 8, 8]             80   4.0 KiB  18.4 k',
        '├─ (act) LeakyReLU    [2, 8, 8, 8] ×2           –   8.0 KiB       –',
        '└─ (head) Sequential  [2, 10]               5,130  80 bytes  20.5 k',
        '   ├─ (0) Flatten     [2, 512]                  –   4.0 KiB       –',
        '   └─ (1) Linear      [2, 10]               5,130  80 bytes  20.5 k',
        '───────────────────────────────────────────────────────────────────',
        'parameters  5,210, 20.4 KiB, 72 of them frozen',
        'outputs     16.1 KiB in the innermost modules',
        'forward     38.9 k FLOPs in products, convolutions and attention',
      ].join('\n'),
    );
  } finally {
    log.mockRestore();
  }
});

test('leaves the model as it was', () => {
  const norm = new nn.BatchNorm1d(3);
  const model = new nn.Sequential(norm, new nn.Dropout(0.5));
  model[1].eval();
  model.summary(torch.randn([4, 3]), quiet);
  expect([norm.num_batches_tracked?.item(), norm.running_mean?.tolist()]).toEqual([0, [0, 0, 0]]);
  expect(model.modules().map(({ training }) => training)).toEqual([true, true, false]);
  expect(Object.hasOwn(norm, 'forward')).toBe(false);
  expect(() => model.summary(torch.randn([4, 5]), quiet)).toThrow('BatchNorm1d');
  expect(Object.hasOwn(norm, 'forward')).toBe(false);
});

test('several inputs and outputs, shared layers, a depth, no input', () => {
  const lstm = new nn.LSTM(4, 6).summary(torch.zeros([5, 2, 4]), quiet);
  expect(lstm.layers[0].output_shapes).toEqual([
    [5, 2, 6],
    [1, 2, 6],
    [1, 2, 6],
  ]);
  const pair = new nn.CosineSimilarity().summary([torch.ones([3, 4]), torch.ones([3, 4])], quiet);
  expect(pair.layers[0].output_shapes).toEqual([[3]]);
  const shared = new nn.Linear(4, 4);
  const twice = new nn.Sequential(shared, shared).summary(torch.ones([1, 4]), quiet);
  expect([twice.parameters, twice.flops, twice.layers.length]).toEqual([20, 64, 2]);
  expect(new Net().summary(torch.zeros([1, 1, 8, 8]), { ...quiet, depth: 1 }).layers).toHaveLength(4);
  const bare = new Net().summary(undefined, quiet);
  expect([bare.parameters, bare.flops, bare.layers[0].output_shapes]).toEqual([5210, 0, null]);
  expect(String(bare)).not.toContain('FLOPs');
});

test('bad input', () => {
  const model = new nn.Linear(2, 2);
  expect(() => model.summary([1] as unknown as torch.Tensor)).toThrow(
    'summary: expected input to be a Tensor or a list of Tensors, got 1',
  );
  expect(() => model.summary(torch.ones([1, 2]), { depth: -1 })).toThrow('expected depth to be at least 0, got -1');
  expect(() => model.summary(torch.ones([1, 2]), { dept: 1 } as object)).toThrow('Misspelled option "dept"');
});
