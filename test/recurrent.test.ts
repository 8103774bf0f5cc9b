import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as torch from 'cresset';
import { expect_close, numbers } from './support/op_samples';

/** RNN, LSTM, GRU and their cells: PyTorch's values, names and errors; what the records of their layers cannot know. */

interface GoldenCase {
  name: 'RNN' | 'LSTM' | 'GRU' | 'RNNCell' | 'LSTMCell' | 'GRUCell';
  args: [number, number];
  options: Record<string, unknown>;
  input: number[];
  states: number[][];
  repr: string;
  keys: [string, number[]][];
  outputs: { shape: number[]; values: number[] }[];
  /** Of the input, the states and the parameters. */
  grads: number[][];
}

const { cases } = JSON.parse(readFileSync(join(__dirname, 'golden/recurrent.json'), 'utf8')) as { cases: GoldenCase[] };

/** The formula of golden/recurrent.py. */
function wave(shape: readonly number[], phase: number): torch.Tensor {
  const n = shape.reduce((a, b) => a * b, 1);
  return torch.tensor(Float64Array.from({ length: n }, (_, i) => 0.6 * Math.sin(i * 0.7 + phase))).reshape(shape);
}

type Net = torch.nn.Module<unknown> & { forward(x: torch.Tensor, hx?: unknown): unknown };

function make({ name, args, options }: GoldenCase): Net {
  const classes = torch.nn as unknown as Record<string, new (...args: unknown[]) => Net>;
  return new classes[name](...args, { ...options, dtype: torch.float64 });
}

const flat = (value: unknown): torch.Tensor[] =>
  value instanceof torch.Tensor ? [value] : (value as unknown[]).flatMap(flat);

describe('as PyTorch', () => {
  test.each(cases.map((each) => [`${each.repr} of [${each.input}]`, each] as const))('%s', (_, golden) => {
    const net = make(golden);
    expect(String(net)).toBe(golden.repr);
    expect(Object.entries(net.state_dict()).map(([key, value]) => [key, value.shape])).toEqual(golden.keys);
    torch.no_grad(() => {
      net.parameters().forEach((parameter, i) => {
        parameter.copy_(wave(parameter.shape, i + 1));
      });
    });
    const x = wave(golden.input, 0.3).requires_grad_();
    const states = golden.states.map((shape, i) => wave(shape, 0.5 + i).requires_grad_());
    const outs = flat(net.forward(x, states.length === 0 ? null : golden.name.startsWith('LSTM') ? states : states[0]));
    expect(outs.map(({ shape }) => shape)).toEqual(golden.outputs.map(({ shape }) => shape));
    outs.forEach((out, i) => {
      expect_close(numbers(out), golden.outputs[i].values, 1e-9, `output ${i}`);
    });
    outs
      .map((out, i) => out.mul(wave(out.shape, 0.1 + i)).sum())
      .reduce((a, b) => a.add(b))
      .backward();
    [x, ...states, ...net.parameters()].forEach((tensor, i) => {
      expect_close(numbers(tensor.grad!), golden.grads[i], 1e-9, `gradient ${i}`);
    });
  });
});

describe('arguments', () => {
  test('positions and options mean the same', () => {
    expect(String(new torch.nn.LSTM(3, 4, 2, false, true, 0.5, true))).toBe(
      String(
        new torch.nn.LSTM(3, 4, { num_layers: 2, bias: false, batch_first: true, dropout: 0.5, bidirectional: true }),
      ),
    );
    expect(new torch.nn.RNN(3, 4, 2, 'relu').mode).toBe('RNN_RELU');
    expect(String(new torch.nn.GRU(3, 4, 2, { batch_first: true }))).toBe('GRU(3, 4, num_layers=2, batch_first=True)');
    expect(String(new torch.nn.RNNCell(3, 4, false, 'relu'))).toBe('RNNCell(3, 4, bias=False, nonlinearity=relu)');
  });

  test('weights start within 1/√hidden_size', () => {
    const { weight_ih_l0 } = new torch.nn.LSTM(30, 25);
    const most = weight_ih_l0.detach().abs().max().item();
    expect(most).toBeLessThanOrEqual(0.2);
    expect(most).toBeGreaterThan(0.19);
  });

  test('all_weights lists what each layer and direction has', () => {
    const net = new torch.nn.GRU(3, 4, { num_layers: 2, bidirectional: true });
    expect(net.all_weights.map((each) => each.length)).toEqual([4, 4, 4, 4]);
    expect(net.all_weights[3][1]).toBe(net.get_parameter('weight_hh_l1_reverse'));
  });

  const x = torch.zeros(5, 2, 3);
  const lstm = new torch.nn.LSTM(3, 4, { num_layers: 2 });
  const gru = new torch.nn.GRU(3, 4);
  const cell = new torch.nn.LSTMCell(3, 4);
  const wrong: [string, () => unknown, RegExp][] = [
    ['hidden_size', () => new torch.nn.LSTM(3, 0), /^LSTM: expected hidden_size to be at least 1, got 0$/],
    ['num_layers', () => new torch.nn.GRU(3, 4, 0), /^GRU: expected num_layers to be at least 1, got 0$/],
    ['dropout', () => new torch.nn.RNN(3, 4, { dropout: 2 }), /^RNN: expected dropout .* between 0 and 1, got 2$/],
    ['proj_size', () => new torch.nn.LSTM(3, 4, { proj_size: 4 }), /^LSTM: .* smaller than hidden_size 4, got 4$/],
    [
      'nonlinearity',
      () => new torch.nn.RNN(3, 4, { nonlinearity: 'x' as 'tanh' }),
      /^RNN: unknown nonlinearity "x"; expected "tanh" or "relu"$/,
    ],
    ['an unknown option', () => new torch.nn.GRU(3, 4, { dropuot: 1 } as never), /^GRU: Misspelled option "dropuot"/],
    ['features', () => lstm.forward(torch.zeros(5, 2, 4)), /^LSTM: input has 4 features, expected input_size 3/],
    ['dimensions', () => lstm.forward(torch.zeros(3)), /^LSTM: expected input of 2 or 3 dimensions, got shape \[3\]$/],
    ['no time', () => lstm.forward(torch.zeros(0, 2, 3)), /^LSTM: expected at least one time step/],
    ['one state', () => lstm.forward(x, torch.zeros(2, 2, 4) as never), /^LSTM: expected hx to be a pair of Tensors/],
    [
      'c_0',
      () => lstm.forward(x, [torch.zeros(2, 2, 4), torch.zeros(2, 3, 4)]),
      /^LSTM: expected c_0 of shape \[2, 2, 4\] for input of shape \[5, 2, 3\], got \[2, 3, 4\]$/,
    ],
    ['h_0', () => gru.forward(x, torch.zeros(1, 4)), /^GRU: expected h_0 of shape \[1, 2, 4\]/],
    ['a dtype', () => gru.forward(x.double()), /^GRU: expected tensors of one dtype/],
    ['a state of another dtype', () => gru.forward(x, torch.zeros(1, 2, 4).double()), /^GRU: expected tensors of one/],
    ['a cell input', () => cell.forward(x), /^LSTMCell: expected input of 1 or 2 dimensions, got shape \[5, 2, 3\]$/],
    [
      'a cell state',
      () => cell.forward(torch.zeros(2, 3), [torch.zeros(3, 4), torch.zeros(2, 4)]),
      /^LSTMCell: expected a state of shape \[2, 4\], got \[3, 4\]$/,
    ],
  ];
  test.each(wrong)('%s is explained', (_, call, message) => {
    expect(call).toThrow(message);
  });
});

test('dropout acts between layers, in training only', () => {
  torch.manual_seed(1);
  const net = new torch.nn.GRU(3, 8, { num_layers: 2, dropout: 0.5 });
  const x = torch.randn(4, 2, 3);
  const first = net.forward(x)[0];
  expect(first.equal(net.forward(x)[0])).toBe(false);
  net.eval();
  expect(net.forward(x)[0].equal(net.forward(x)[0])).toBe(true);
});

test('a cell in a loop gives what the layer gives', () => {
  const net = new torch.nn.LSTM(3, 4);
  const cell = new torch.nn.LSTMCell(3, 4);
  cell.load_state_dict(
    Object.fromEntries(Object.entries(net.state_dict()).map(([key, value]) => [key.replace('_l0', ''), value])),
  );
  const x = torch.randn(6, 2, 3);
  let hx: [torch.Tensor, torch.Tensor] | null = null;
  const outs = x.unbind(0).map((input) => (hx = cell.forward(input, hx))[0]);
  const [output, [, c_n]] = net.forward(x);
  expect_close(numbers(torch.stack(outs)), numbers(output), 1e-6, 'output');
  expect_close(numbers(hx![1]), numbers(c_n.select(0, 0)), 1e-6, 'c');
});

test('batch_first is a transposition, with the same bits', () => {
  const net = new torch.nn.LSTM(5, 6, { bidirectional: true });
  const swapped = new torch.nn.LSTM(5, 6, { bidirectional: true, batch_first: true });
  swapped.load_state_dict(net.state_dict());
  const x = torch.randn(4, 3, 5);
  expect(swapped.forward(x.transpose(0, 1))[0].transpose(0, 1).equal(net.forward(x)[0])).toBe(true);
});

test('higher derivatives pass gradgradcheck', () => {
  const cells = [new torch.nn.LSTMCell(2, 3), new torch.nn.GRUCell(2, 3)].map((cell) => cell.double());
  const [x, h, c] = [
    [2, 2],
    [2, 3],
    [2, 3],
  ].map((shape) => torch.randn(shape).double().requires_grad_());
  const [lstm, gru] = cells as unknown as [torch.nn.LSTMCell, torch.nn.GRUCell];
  expect(torch.autograd.gradgradcheck((a, b, d) => lstm.forward(a, [b, d]), [x, h, c])).toBe(true);
  expect(torch.autograd.gradgradcheck((a, b) => gru.forward(a, b), [x, h])).toBe(true);
});

test('a net learns to count', () => {
  torch.manual_seed(0);
  const net = new torch.nn.LSTM(1, 16);
  const head = new torch.nn.Linear(16, 1);
  const optimizer = new torch.optim.Adam([...net.parameters(), ...head.parameters()], { lr: 0.02 });
  const bits = torch.randint(2, [12, 64, 1]).float();
  const target = bits.cumsum(0).div(12);
  let loss = torch.zeros([]);
  for (let step = 0; step < 150; step++) {
    loss = torch.nn.functional.mse_loss(head.forward(net.forward(bits)[0]), target);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  }
  expect(loss.item()).toBeLessThan(2e-3);
});
