import type { Tensor } from '../tensor/tensor';
import { op, type Reference, sample } from './define';
import { recurrent_layer } from './recurrent';
import type { RecurrentMode } from './recurrent_formula';

/** The records of the recurrent layers: samples and references for the tests that walk all operations. */

type Layer = (x: Tensor, states: readonly Tensor[], weights: readonly Tensor[], directions: number) => Tensor[];

function layer(name: string, mode: RecurrentMode): Layer {
  return (x, [h0 = null, c0 = null], weights, directions) => {
    const each = weights.length / directions;
    const by_direction = Array.from({ length: directions }, (_, d) => {
      const [w_ih, w_hh, b_ih = null, b_hh = null] = weights.slice(d * each, (d + 1) * each);
      return { w_ih, w_hh, b_ih, b_hh, w_hr: null };
    });
    return recurrent_layer(name, mode, x, h0, c0, by_direction);
  };
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

type Cell = (input: number[], hidden: number[], h: number[], c: number[]) => void;

/** The cells on plain arrays: they change h and c. */
const reference_cells: Readonly<Record<RecurrentMode, Cell>> = {
  RNN_TANH: (input, hidden, h) =>
    h.forEach((_, j) => {
      h[j] = Math.tanh(input[j] + hidden[j]);
    }),
  RNN_RELU: (input, hidden, h) =>
    h.forEach((_, j) => {
      h[j] = Math.max(input[j] + hidden[j], 0);
    }),
  LSTM: (input, hidden, h, c) =>
    h.forEach((_, j) => {
      const gate = (g: number): number => input[g * h.length + j] + hidden[g * h.length + j];
      c[j] = logistic(gate(1)) * c[j] + logistic(gate(0)) * Math.tanh(gate(2));
      h[j] = logistic(gate(3)) * Math.tanh(c[j]);
    }),
  GRU: (input, hidden, h) =>
    h.forEach((_, j) => {
      const [r, z] = [0, 1].map((g) => logistic(input[g * h.length + j] + hidden[g * h.length + j]));
      const n = Math.tanh(input[2 * h.length + j] + r * hidden[2 * h.length + j]);
      h[j] = (1 - z) * n + z * h[j];
    }),
};

function products(row: ArrayLike<number>, at: number, w: Reference, b: Reference | undefined): number[] {
  const [n, k] = w.shape;
  return Array.from({ length: n }, (_, i) => {
    let sum = b === undefined ? 0 : b.data[i];
    for (let j = 0; j < k; j++) sum += w.data[i * k + j] * row[at + j];
    return sum;
  });
}

function reference(mode: RecurrentMode) {
  return (
    x: Reference,
    states: readonly Reference[],
    weights: readonly Reference[],
    directions: number,
  ): Reference[] => {
    const [steps, batch, inputs] = x.shape;
    const size = weights[1].shape[1];
    const each = weights.length / directions;
    const out = new Float64Array(steps * batch * directions * size);
    const last = [0, 1].map(() => new Float64Array(directions * batch * size));
    for (let d = 0; d < directions; d++)
      for (let b = 0; b < batch; b++) {
        const from = (d * batch + b) * size;
        const [h, c] = [0, 1].map((i) => Array.from({ length: size }, (_, j) => states[i]?.data[from + j] ?? 0));
        const [w_ih, w_hh, b_ih, b_hh] = weights.slice(d * each, (d + 1) * each);
        for (let s = 0; s < steps; s++) {
          const t = d === 1 ? steps - 1 - s : s;
          const input = products(x.data, (t * batch + b) * inputs, w_ih, b_ih);
          reference_cells[mode](input, products(h, 0, w_hh, b_hh), h, c);
          out.set(h, ((t * batch + b) * directions + d) * size);
        }
        last[0].set(h, from);
        last[1].set(c, from);
      }
    const found = [{ shape: [steps, batch, directions * size], data: out }];
    const kept = mode === 'LSTM' ? last : last.slice(0, 1);
    return [...found, ...kept.map((data) => ({ shape: [directions, batch, size], data }))];
  };
}

interface Size {
  steps: number;
  batch: number;
  inputs: number;
  hidden: number;
  directions?: number;
  bias?: boolean;
  states?: boolean;
}

function sample_of(mode: RecurrentMode, size: Size) {
  const { steps, batch, inputs, hidden, directions = 1, bias = true, states = true } = size;
  const gates = { RNN_TANH: 1, RNN_RELU: 1, LSTM: 4, GRU: 3 }[mode] * hidden;
  // Small weights keep a long net's states, and so rounding errors, from growing.
  const range: [number, number] = [-1 / Math.sqrt(hidden), 1 / Math.sqrt(hidden)];
  const state = sample([directions, batch, hidden]);
  const weights = Array.from({ length: directions }, () => [
    sample([gates, inputs], { range }),
    sample([gates, hidden], { range }),
    ...(bias ? [sample([gates]), sample([gates])] : []),
  ]);
  const given = !states ? [] : mode === 'LSTM' ? [state, state] : [state];
  return { args: [sample([steps, batch, inputs]), given, weights.flat(), directions] };
}

for (const [name, mode] of [
  ['rnn_tanh_layer', 'RNN_TANH'],
  ['rnn_relu_layer', 'RNN_RELU'],
  ['lstm_layer', 'LSTM'],
  ['gru_layer', 'GRU'],
] as const)
  op({
    name,
    call: layer(name, mode),
    methods: [],
    sums: true,
    reference: reference(mode),
    samples: () => [
      sample_of(mode, { steps: 3, batch: 2, inputs: 3, hidden: 4 }),
      sample_of(mode, { steps: 1, batch: 3, inputs: 2, hidden: 5 }),
      sample_of(mode, { steps: 1, batch: 2, inputs: 2, hidden: 3, states: false }),
      sample_of(mode, { steps: 4, batch: 1, inputs: 2, hidden: 3, states: false, bias: false }),
      sample_of(mode, { steps: 2, batch: 2, inputs: 3, hidden: 4, directions: 2 }),
      sample_of(mode, { steps: 2, batch: 0, inputs: 3, hidden: 4 }),
      sample_of(mode, { steps: 2, batch: 9, inputs: 5, hidden: 37 }),
      { ...sample_of(mode, { steps: 3, batch: 33, inputs: 20, hidden: 130, directions: 2 }), large: true },
      { ...sample_of(mode, { steps: 3, batch: 2, inputs: 20, hidden: 515 }), large: true },
    ],
    errors: () => [
      { ...sample_of(mode, { steps: 0, batch: 2, inputs: 3, hidden: 4 }), message: /at least one time step/ },
    ],
  });
