import { type Given, positional } from '../../arguments';
import { check_boolean, check_integer, fail, shape_text } from '../../errors';
import { empty } from '../../ops/create';
import { recurrent_layer } from '../../ops/recurrent';
import type { RecurrentMode } from '../../ops/recurrent_formula';
import { select, unsqueeze } from '../../ops/views';
import type { DType } from '../../tensor/dtype';
import { same_shape } from '../../tensor/shape';
import { check_floating, check_same_dtype, check_tensor, type Tensor } from '../../tensor/tensor';
import { uniform_ } from '../init';
import { Module } from '../module';
import { Parameter } from '../parameter';
import { check_pair, type RecurrentSizes, recurrent_arguments } from './rnn_base';

/** One time step of a recurrent net: for loops that choose the next input themselves. */

/** Options of {@link GRUCell} and {@link LSTMCell}, and of {@link RNNCell} too. */
export interface CellOptions {
  /** Add learned biases. Default true. */
  bias?: boolean;
  /** float32 or float64; default the default dtype. */
  dtype?: DType;
}

/** Options of {@link RNNCell}. */
export interface RNNCellOptions extends CellOptions {
  /** `tanh` or `relu`. Default `tanh`. */
  nonlinearity?: 'tanh' | 'relu';
}

const cell_defaults = { bias: true, dtype: undefined as DType | undefined };

/**
 * What {@link RNNCell}, {@link LSTMCell} and {@link GRUCell} have in common: two weights, two biases, and the checks of inputs and states.
 * @example
 * ```ts
 * new torch.nn.GRUCell(4, 8) instanceof torch.nn.RNNCellBase; // true
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.RNNCellBase.html
 */
export abstract class RNNCellBase<Out> extends Module<Out> {
  readonly input_size: number;
  readonly hidden_size: number;
  /** [gates · hidden_size, input_size]. */
  weight_ih: Parameter;
  /** [gates · hidden_size, hidden_size]. */
  weight_hh: Parameter;
  /** [gates · hidden_size]; null without. */
  bias_ih: Parameter | null;
  /** [gates · hidden_size]; null without. */
  bias_hh: Parameter | null;

  constructor({ input_size, hidden_size }: RecurrentSizes, gates: number, { bias, dtype }: typeof cell_defaults) {
    super();
    const { name } = new.target;
    this.input_size = check_integer(name, 'input_size', input_size, 0);
    this.hidden_size = check_integer(name, 'hidden_size', hidden_size, 0);
    const rows = gates * hidden_size;
    const made = (shape: number[]): Parameter => new Parameter(empty(shape, { dtype }));
    this.weight_ih = made([rows, input_size]);
    this.weight_hh = made([rows, hidden_size]);
    const with_bias = check_boolean(name, 'bias', bias);
    this.bias_ih = with_bias ? made([rows]) : null;
    this.bias_hh = with_bias ? made([rows]) : null;
    this.reset_parameters();
  }

  /** Draws all weights anew, uniform within ±1/√hidden_size. */
  reset_parameters(): void {
    const bound = this.hidden_size > 0 ? 1 / Math.sqrt(this.hidden_size) : 0;
    for (const weight of this.parameters()) uniform_(weight, -bound, bound);
  }

  override extra_repr(): string {
    return `${this.input_size}, ${this.hidden_size}${this.bias_ih === null ? ', bias=False' : ''}`;
  }

  /** @internal The next states of an input [batch, input_size] or [input_size]. */
  protected step(mode: RecurrentMode, given: Tensor, states: readonly Tensor[]): Tensor[] {
    const { name } = this.constructor;
    const input = check_floating(name, 'input', given);
    if (input.ndim !== 1 && input.ndim !== 2)
      fail(name, `expected input of 1 or 2 dimensions, got shape ${shape_text(input.shape)}`);
    check_same_dtype(name, input, this.weight_ih);
    const batch = input.shape.slice(0, -1);
    const features = input.shape[batch.length];
    if (features !== this.input_size)
      fail(name, `input has ${features} features, expected input_size ${this.input_size} (${shape_text(input.shape)})`);
    const expected = [...batch, this.hidden_size];
    for (const state of states) {
      check_same_dtype(name, input, check_tensor(name, 'hx', state));
      if (!same_shape(state.shape, expected))
        fail(name, `expected a state of shape ${shape_text(expected)}, got ${shape_text(state.shape)}`);
    }
    const single = batch.length === 0;
    const as_layer = (t: Tensor): Tensor => unsqueeze(single ? unsqueeze(t, 0) : t, 0);
    const [h0 = null, c0 = null] = states.map(as_layer);
    const { weight_ih: w_ih, weight_hh: w_hh, bias_ih: b_ih, bias_hh: b_hh } = this;
    const [, ...next] = recurrent_layer(name, mode, as_layer(input), h0, c0, [{ w_ih, w_hh, b_ih, b_hh, w_hr: null }]);
    return next.map((state) => (single ? select(select(state, 0, 0), 0, 0) : select(state, 0, 0)));
  }
}

/**
 * A step of {@link RNN}: [batch, input_size] and h of [batch, hidden_size] give the next h.
 * @example
 * ```ts
 * const cell = new torch.nn.RNNCell(10, 20);
 * let h = torch.zeros(3, 20);
 * for (let t = 0; t < 5; t++) h = cell.forward(torch.randn(3, 10), h);
 * h.shape; // [3, 20]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.RNNCell.html
 */
export class RNNCell extends RNNCellBase<Tensor> {
  readonly nonlinearity: 'tanh' | 'relu';

  constructor(
    ...given: Given<
      RecurrentSizes & RNNCellOptions,
      [input_size: 'input_size', hidden_size: 'hidden_size', bias: 'bias', nonlinearity: 'nonlinearity']
    >
  ) {
    const [sizes, own] = recurrent_arguments(given);
    const { nonlinearity, ...settings } = positional(new.target.name, own, {
      bias: true,
      nonlinearity: 'tanh' as 'tanh' | 'relu',
      dtype: cell_defaults.dtype,
    });
    if (nonlinearity !== 'tanh' && nonlinearity !== 'relu')
      fail(new.target.name, `unknown nonlinearity ${JSON.stringify(nonlinearity)}; expected "tanh" or "relu"`);
    super(sizes, 1, settings);
    this.nonlinearity = nonlinearity;
  }

  /** @param hx h; zeros when left out */
  override forward(input: Tensor, hx: Tensor | null = null): Tensor {
    return this.step(this.nonlinearity === 'tanh' ? 'RNN_TANH' : 'RNN_RELU', input, hx === null ? [] : [hx])[0];
  }

  override extra_repr(): string {
    return super.extra_repr() + (this.nonlinearity === 'tanh' ? '' : `, nonlinearity=${this.nonlinearity}`);
  }
}

/**
 * A step of {@link LSTM}: an input and [h, c] give the next [h, c].
 * @example
 * ```ts
 * const [h, c] = new torch.nn.LSTMCell(10, 20).forward(torch.randn(3, 10));
 * c.shape; // [3, 20]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LSTMCell.html
 */
export class LSTMCell extends RNNCellBase<[h: Tensor, c: Tensor]> {
  constructor(
    ...given: Given<RecurrentSizes & CellOptions, [input_size: 'input_size', hidden_size: 'hidden_size', bias: 'bias']>
  ) {
    const [sizes, own] = recurrent_arguments(given);
    super(sizes, 4, positional(new.target.name, own, cell_defaults));
  }

  /** @param hx [h, c]; zeros when left out */
  override forward(input: Tensor, hx: readonly [h: Tensor, c: Tensor] | null = null): [h: Tensor, c: Tensor] {
    const [h, c] = this.step('LSTM', input, hx === null ? [] : check_pair(this.constructor.name, hx));
    return [h, c];
  }
}

/**
 * A step of {@link GRU}: an input and h give the next h.
 * @example
 * ```ts
 * new torch.nn.GRUCell(4, 8).forward(torch.randn([2, 4])).shape; // [2, 8]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GRUCell.html
 */
export class GRUCell extends RNNCellBase<Tensor> {
  constructor(
    ...given: Given<RecurrentSizes & CellOptions, [input_size: 'input_size', hidden_size: 'hidden_size', bias: 'bias']>
  ) {
    const [sizes, own] = recurrent_arguments(given);
    super(sizes, 3, positional(new.target.name, own, cell_defaults));
  }

  /** @param hx h; zeros when left out */
  override forward(input: Tensor, hx: Tensor | null = null): Tensor {
    return this.step('GRU', input, hx === null ? [] : [hx])[0];
  }
}
