import { is_grad_enabled } from '../autograd/mode';
import { type Grad, type Node, record_many, tracks_any } from '../autograd/node';
import { gradients_through } from '../autograd/through';
import { fail } from '../errors';
import { kernel, type Operand } from '../native/kernel';
import { copy_into, fill_with } from '../native/map';
import type { Shape } from '../tensor/shape';
import { allocate, type Tensor } from '../tensor/tensor';
import { type DirectionWeights, type RecurrentMode, recurrent_formula } from './recurrent_formula';
import { contiguous } from './views';

/**
 * A layer of a recurrent net, all time steps and directions as one node of the graph: one native call a direction forward, and one
 * backward.
 */

const forward_kernel = kernel('rnn_forward');
const backward_kernel = kernel('rnn_backward');

/** The kernel's number of the mode, gates in the weights, and groups of columns that it keeps for backward (none: the output tells). */
const layouts: Readonly<Record<RecurrentMode, { code: number; gates: number; kept: number }>> = {
  RNN_TANH: { code: 0, gates: 1, kept: 0 },
  RNN_RELU: { code: 1, gates: 1, kept: 0 },
  LSTM: { code: 2, gates: 4, kept: 4 },
  GRU: { code: 3, gates: 3, kept: 4 },
};

/** What one call works on. Inputs are dense. */
interface Work {
  mode: RecurrentMode;
  steps: number;
  batch: number;
  inputs: number;
  hidden: number;
  x: Tensor;
  h0: Tensor | null;
  c0: Tensor | null;
  directions: readonly DirectionWeights[];
}

/** What forward leaves to backward. */
interface Kept {
  out: Tensor;
  gates: readonly (Tensor | null)[];
  cells: readonly (Tensor | null)[];
}

/** The part of [directions, ...] that belongs to one direction. */
function part(t: Tensor | null, d: number): Operand | null {
  return t === null ? null : { storage: t.storage, offset: t.offset + d * t.strides[0] };
}

/** The columns of `t` from `column` on, as rows for the kernel. */
function rows(t: Tensor, column = 0): [Operand, readonly number[]] {
  return [{ storage: t.storage, offset: t.offset + column }, [t.strides[t.ndim - 2], 1]];
}

/** Rows of this many columns, so far apart that they do not compete for the same places of a cache. */
function spaced_rows(count: number, columns: number, like: Tensor): Tensor {
  const { itemsize } = like.dtype;
  const width = (columns * itemsize) % 2048 === 0 ? columns + 64 / itemsize : columns;
  return workspace([count, width], like);
}

/** Memory that only the graph knows. */
function workspace(shape: Shape, like: Tensor): Tensor {
  const made = allocate(shape, like.dtype);
  made.storage.internal = true;
  return made;
}

function common(work: Work, d: number): (number | boolean | Operand | null)[] {
  const { mode, steps, batch, inputs, hidden, x, h0, c0, directions } = work;
  const { w_ih, w_hh } = directions[d];
  const head = [layouts[mode].code, x.dtype.code, steps, batch, inputs, hidden, d === 1];
  return [...head, x, part(h0, d), part(c0, d), w_ih, w_hh];
}

function run_forward(work: Work, tracked: boolean): { kept: Kept; results: Tensor[] } {
  const { mode, steps, batch, hidden, x, directions } = work;
  const count = directions.length;
  const is_lstm = mode === 'LSTM';
  const out = allocate([steps, batch, count * hidden], x.dtype);
  const h_n = allocate([count, batch, hidden], x.dtype);
  const c_n = is_lstm ? allocate([count, batch, hidden], x.dtype) : null;
  const { kept } = layouts[mode];
  const gates = directions.map((_, d) =>
    kept > 0 && (tracked || d === 0) ? spaced_rows(steps * batch, kept * hidden, x) : null,
  );
  const cells = directions.map(() => (is_lstm && tracked ? workspace([steps, batch, hidden], x) : null));
  directions.forEach(({ b_ih, b_hh }, d) => {
    const own_rows = rows(out, d * hidden);
    const own_gates = tracked ? gates[d] : gates[0];
    const gate_rows = own_gates === null ? own_rows : rows(own_gates);
    const states = [part(h_n, d), part(c_n, d)];
    forward_kernel(...common(work, d), b_ih, b_hh, ...gate_rows, cells[d], ...own_rows, ...states);
  });
  if (!tracked) gates[0]?.storage.release();
  return { kept: { out, gates, cells }, results: c_n === null ? [out, h_n] : [out, h_n, c_n] };
}

/** A gradient of [directions, batch, hidden] that backward may change; zeros where none has arrived. */
function state_gradient(g: Grad, { batch, hidden, x, directions }: Work): Tensor {
  const made = allocate([directions.length, batch, hidden], x.dtype);
  if (g === null) fill_with(made, 0);
  else copy_into(made, g);
  return made;
}

/** Gradients in the order of {@link inputs_of}. */
function run_backward(work: Work, kept: Kept, grads: readonly Grad[], needs: (i: number) => boolean): Grad[] {
  const { mode, steps, batch, hidden, x, directions } = work;
  const [g_out, g_h, g_c] = grads;
  const dense = g_out === null ? null : contiguous(g_out);
  const dh = state_gradient(g_h, work);
  const dc = mode === 'LSTM' ? state_gradient(g_c, work) : null;
  const dgates = spaced_rows(steps * batch, Math.max(layouts[mode].kept, 1) * hidden, x);
  let at = 0;
  const like = (t: Tensor | null): Tensor | null => {
    if (t === null || !needs(at++)) return null;
    const made = allocate(t.shape, t.dtype);
    if (batch === 0) fill_with(made, 0);
    return made;
  };
  const dx = like(x);
  const initial = [work.h0, work.c0].map((state, i) => (state !== null && needs(at++) ? [dh, dc][i] : null));
  const weights = directions.map(({ w_ih, w_hh, b_ih, b_hh }) => [w_ih, w_hh, b_ih, b_hh].map(like));
  const run = (d: number): void => {
    const own_rows = rows(kept.out, d * hidden);
    const gates = kept.gates[d];
    const gate_rows = gates === null ? own_rows : rows(gates);
    const g_rows = dense === null ? [null, [0, 0]] : rows(dense, d * hidden);
    backward_kernel(
      ...common(work, d),
      ...gate_rows,
      kept.cells[d],
      ...own_rows,
      ...g_rows,
      ...rows(dgates),
      part(dh, d),
      part(dc, d),
      dx,
      d === 1,
      ...weights[d],
    );
  };
  if (batch > 0) for (let d = 0; d < directions.length; d++) run(d);
  const states = [work.h0, work.c0].flatMap((state, i) => (state === null ? [] : [initial[i]]));
  const present = directions.flatMap(({ w_ih, w_hh, b_ih, b_hh }, d) =>
    [w_ih, w_hh, b_ih, b_hh].flatMap((weight, i) => (weight === null ? [] : [weights[d][i]])),
  );
  return [dx, ...states, ...present];
}

/** The tensors gradients are computed for, absent ones left out. */
function inputs_of({ x, h0, c0, directions }: Work): Tensor[] {
  const weights = directions.flatMap(({ w_ih, w_hh, b_ih, b_hh }) => [w_ih, w_hh, b_ih, b_hh]);
  return [x, h0, c0, ...weights].filter((each): each is Tensor => each !== null);
}

/** The same work with other tensors in the place of {@link inputs_of}. */
function with_inputs(work: Work, inputs: readonly Tensor[]): Work {
  let at = 0;
  const next = <T extends Tensor | null>(old: T): T => (old === null ? old : (inputs[at++] as T));
  const [x, h0, c0] = [next(work.x), next(work.h0), next(work.c0)];
  const directions = work.directions.map(({ w_ih, w_hh, b_ih, b_hh }) => ({
    w_ih: next(w_ih),
    w_hh: next(w_hh),
    b_ih: next(b_ih),
    b_hh: next(b_hh),
    w_hr: null,
  }));
  return { ...work, x, h0, c0, directions };
}

function dense_weights({ w_ih, w_hh, b_ih, b_hh }: DirectionWeights): DirectionWeights {
  const dense = <T extends Tensor | null>(t: T): T => (t === null ? t : (contiguous(t) as T));
  return { w_ih: dense(w_ih), w_hh: dense(w_hh), b_ih: dense(b_ih), b_hh: dense(b_hh), w_hr: null };
}

/**
 * One layer over x of shape [time, batch, inputs]; results and arguments as {@link recurrent_formula}, whose values it gives. States left out
 * are zeros.
 */
export function recurrent_layer(
  op: string,
  mode: RecurrentMode,
  x: Tensor,
  h0: Tensor | null,
  c0: Tensor | null,
  directions: readonly DirectionWeights[],
): Tensor[] {
  if (x.shape[0] === 0) fail(op, 'expected at least one time step, got a sequence of length 0');
  if (directions.some(({ w_hr }) => w_hr !== null)) return recurrent_formula(mode, x, h0, c0, directions);
  const [steps, batch, inputs] = x.shape;
  const hidden = directions[0].w_hh.shape[1];
  const work: Work = {
    mode,
    steps,
    batch,
    inputs,
    hidden,
    x: contiguous(x),
    h0: h0 === null ? null : contiguous(h0),
    c0: c0 === null ? null : contiguous(c0),
    directions: directions.map(dense_weights),
  };
  const tensors = inputs_of(work);
  const tracked = tracks_any(tensors);
  const { kept, results } = run_forward(work, tracked);
  if (!tracked) return results;
  const workspaces = [...kept.gates, ...kept.cells].filter((each): each is Tensor => each !== null);
  const saved = [...tensors, kept.out, ...workspaces];
  record_many(results, node_names[mode], tensors, saved, (grads: readonly Grad[], node: Node) => {
    const given = tensors.map((_, i) => node.saved(i));
    node.saved(tensors.length);
    const own = with_inputs(work, given);
    if (!is_grad_enabled()) return run_backward(own, kept, grads, (i) => node.needs(i));
    const formula = (inputs: readonly Tensor[]): Tensor[] => {
      const { x, h0, c0, directions } = with_inputs(work, inputs);
      return recurrent_formula(mode, x, h0, c0, directions);
    };
    return gradients_through(node, given, formula, grads);
  });
  return results;
}

const node_names: Readonly<Record<RecurrentMode, string>> = {
  RNN_TANH: 'RnnTanhBackward0',
  RNN_RELU: 'RnnReluBackward0',
  LSTM: 'LstmBackward0',
  GRU: 'GruBackward0',
};
