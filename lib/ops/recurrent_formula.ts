import type { Tensor } from '../tensor/tensor';
import { relu } from './activation';
import { sigmoid, tanh } from './activation_smooth';
import { add, mul, sub } from './arithmetic';
import { zeros } from './create';
import { cat, stack } from './join';
import { linear } from './matmul';
import { chunk } from './split';
import { narrow, select } from './views';

/** Recurrent layers step by step, written with differentiable operations: what the native kernels compute in one call. */

export type RecurrentMode = 'RNN_TANH' | 'RNN_RELU' | 'LSTM' | 'GRU';

/** One direction's weights. `w_hr` projects an LSTM's hidden state to fewer numbers. */
export interface DirectionWeights {
  w_ih: Tensor;
  w_hh: Tensor;
  b_ih: Tensor | null;
  b_hh: Tensor | null;
  w_hr: Tensor | null;
}

interface State {
  h: Tensor;
  c: Tensor | null;
}

/** The next state from both products, biases included. */
const cells: Readonly<Record<RecurrentMode, (input: Tensor, hidden: Tensor, state: State) => State>> = {
  RNN_TANH: (input, hidden) => ({ h: tanh(add(input, hidden)), c: null }),
  RNN_RELU: (input, hidden) => ({ h: relu(add(input, hidden)), c: null }),
  LSTM: (input, hidden, { c }) => {
    const [i, f, g, o] = chunk(add(input, hidden), 4, 1);
    const next = add(mul(sigmoid(f), c as Tensor), mul(sigmoid(i), tanh(g)));
    return { h: mul(sigmoid(o), tanh(next)), c: next };
  },
  GRU: (input, hidden, { h }) => {
    const [input_r, input_z, input_n] = chunk(input, 3, 1);
    const [hidden_r, hidden_z, hidden_n] = chunk(hidden, 3, 1);
    const n = tanh(add(input_n, mul(sigmoid(add(input_r, hidden_r)), hidden_n)));
    return { h: add(n, mul(sigmoid(add(input_z, hidden_z)), sub(h, n))), c: null };
  },
};

function run_direction(
  mode: RecurrentMode,
  x: Tensor,
  initial: State,
  weights: DirectionWeights,
  reverse: boolean,
): { outs: Tensor[]; last: State } {
  const inputs = linear(x, weights.w_ih, weights.b_ih);
  const steps = x.shape[0];
  const outs = new Array<Tensor>(steps);
  let state = initial;
  for (let s = 0; s < steps; s++) {
    const t = reverse ? steps - 1 - s : s;
    state = cells[mode](select(inputs, 0, t), linear(state.h, weights.w_hh, weights.b_hh), state);
    if (weights.w_hr !== null) state = { h: linear(state.h, weights.w_hr), c: state.c };
    outs[t] = state.h;
  }
  return { outs, last: state };
}

/**
 * One layer over x of shape [time, batch, inputs]: the output [time, batch, directions · hidden], and the last h and (LSTM) c, each
 * [directions, batch, hidden].
 */
export function recurrent_formula(
  mode: RecurrentMode,
  x: Tensor,
  h0: Tensor | null,
  c0: Tensor | null,
  directions: readonly DirectionWeights[],
): Tensor[] {
  const [batch, dtype] = [x.shape[1], x.dtype];
  const start = (given: Tensor | null, d: number, size: number): Tensor =>
    given === null ? zeros([batch, size], { dtype }) : select(narrow(given, 0, d, 1), 0, 0);
  const runs = directions.map((weights, d) => {
    const h = start(h0, d, weights.w_hh.shape[1]);
    const c = mode === 'LSTM' ? start(c0, d, weights.w_hh.shape[0] / 4) : null;
    return run_direction(mode, x, { h, c }, weights, d === 1);
  });
  const outs = runs.map((run) => stack(run.outs, 0));
  const output = outs.length === 1 ? outs[0] : cat(outs, 2);
  const h_n = stack(runs.map((run) => run.last.h));
  return mode === 'LSTM' ? [output, h_n, stack(runs.map((run) => run.last.c as Tensor))] : [output, h_n];
}
