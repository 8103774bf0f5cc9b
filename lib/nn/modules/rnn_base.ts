import { check_boolean, check_integer, check_number, fail, fail_range, fail_type, shape_text } from '../../errors';
import { empty } from '../../ops/create';
import { cat } from '../../ops/join';
import { recurrent_layer } from '../../ops/recurrent';
import type { DirectionWeights, RecurrentMode } from '../../ops/recurrent_formula';
import { narrow, squeeze, transpose, unsqueeze } from '../../ops/views';
import type { DType } from '../../tensor/dtype';
import { same_shape } from '../../tensor/shape';
import { check_floating, check_same_dtype, check_tensor, type Tensor } from '../../tensor/tensor';
import { dropout } from '../functional';
import { uniform_ } from '../init';
import { Module } from '../module';
import { Parameter } from '../parameter';
import { python_number } from './activation_base';
import { leading } from './leading';

/** What `RNN`, `LSTM` and `GRU` share: layers, directions, their weights' names and shapes, and the way through them. */

/** What every recurrent net is given: the sizes of its input and of its state. */
export interface RecurrentSizes {
  input_size: number;
  hidden_size: number;
}

/** The sizes, by place or by name, and what is given besides. */
export function recurrent_arguments(given: readonly unknown[]): [RecurrentSizes, rest: readonly unknown[]] {
  const { required, rest } = leading<[number, number]>(given, ['input_size', 'hidden_size']);
  return [{ input_size: required[0], hidden_size: required[1] }, rest];
}

/** Options of {@link GRU}, and of {@link RNN} and {@link LSTM} too. */
export interface RecurrentOptions {
  /** Layers, each taking the output of the one below. Default 1. */
  num_layers?: number;
  /** Add learned biases. Default true. */
  bias?: boolean;
  /** Input and output as [batch, time, features] instead of [time, batch, features]. Default false. */
  batch_first?: boolean;
  /** In training, the share of the values between layers that is set to 0. Default 0. */
  dropout?: number;
  /** A second set of weights goes through time backwards; outputs stand side by side. Default false. */
  bidirectional?: boolean;
  /** float32 or float64; default the default dtype. */
  dtype?: DType;
}

export type RecurrentSettings = Omit<Required<RecurrentOptions>, 'dtype'> & { dtype?: DType; proj_size: number };

export const recurrent_defaults = {
  num_layers: 1,
  bias: true,
  batch_first: false,
  dropout: 0,
  bidirectional: false,
};

const gates: Readonly<Record<RecurrentMode, number>> = { RNN_TANH: 1, RNN_RELU: 1, LSTM: 4, GRU: 3 };

/**
 * What {@link RNN}, {@link LSTM} and {@link GRU} have in common: weights by layer and direction, and the checks of inputs and states.
 * @example
 * ```ts
 * new torch.nn.GRU(4, 8) instanceof torch.nn.RNNBase; // true
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.RNNBase.html
 */
export abstract class RNNBase<Hidden> extends Module<[output: Tensor, hidden: Hidden]> {
  readonly mode: RecurrentMode;
  readonly input_size: number;
  readonly hidden_size: number;
  readonly num_layers: number;
  readonly bias: boolean;
  readonly batch_first: boolean;
  readonly dropout: number;
  readonly bidirectional: boolean;
  readonly proj_size: number;
  declare weight_ih_l0: Parameter;
  declare weight_hh_l0: Parameter;
  declare bias_ih_l0: Parameter;
  declare bias_hh_l0: Parameter;

  constructor(mode: RecurrentMode, { input_size, hidden_size }: RecurrentSizes, settings: RecurrentSettings) {
    super();
    const { name } = new.target;
    this.mode = mode;
    this.input_size = check_integer(name, 'input_size', input_size, 1);
    this.hidden_size = check_integer(name, 'hidden_size', hidden_size, 1);
    this.num_layers = check_integer(name, 'num_layers', settings.num_layers, 1);
    this.bias = check_boolean(name, 'bias', settings.bias);
    this.batch_first = check_boolean(name, 'batch_first', settings.batch_first);
    this.dropout = check_number(name, 'dropout', settings.dropout);
    if (!(this.dropout >= 0 && this.dropout <= 1))
      fail_range(name, `expected dropout to be a probability between 0 and 1, got ${this.dropout}`);
    if (this.dropout > 0 && this.num_layers === 1)
      process.emitWarning(
        `${name}: dropout stands between layers; with num_layers 1 it does nothing`,
        'CressetWarning',
      );
    this.bidirectional = check_boolean(name, 'bidirectional', settings.bidirectional);
    this.proj_size = check_integer(name, 'proj_size', settings.proj_size, 0);
    if (this.proj_size >= this.hidden_size)
      fail_range(name, `expected proj_size to be smaller than hidden_size ${hidden_size}, got ${settings.proj_size}`);
    for (let layer = 0; layer < this.num_layers; layer++)
      for (const suffix of this.suffixes(layer)) this.add_weights(layer, suffix, settings.dtype);
    this.reset_parameters();
  }

  /** Draws all weights anew, uniform within ±1/√hidden_size. */
  reset_parameters(): void {
    const bound = 1 / Math.sqrt(this.hidden_size);
    for (const weight of this.parameters()) uniform_(weight, -bound, bound);
  }

  /** The parameters of each layer and direction, in the order of their names. */
  get all_weights(): Parameter[][] {
    const layers = Array.from({ length: this.num_layers }, (_, layer) => this.suffixes(layer));
    return layers.flat().map((suffix) => weight_names(suffix).flatMap((name) => this.weight(name) ?? []));
  }

  /** Does nothing: weights are packed when they are used. PyTorch's scripts call it. */
  flatten_parameters(): void {}

  override extra_repr(): string {
    const parts = [`${this.input_size}, ${this.hidden_size}`];
    if (this.proj_size !== 0) parts.push(`proj_size=${this.proj_size}`);
    if (this.num_layers !== 1) parts.push(`num_layers=${this.num_layers}`);
    if (!this.bias) parts.push('bias=False');
    if (this.batch_first) parts.push('batch_first=True');
    if (this.dropout !== 0) parts.push(`dropout=${python_number(this.dropout)}`);
    if (this.bidirectional) parts.push('bidirectional=True');
    return parts.join(', ');
  }

  /** @internal The output, and the last states, in the shapes the caller expects. */
  protected run(given: Tensor, states: readonly Tensor[]): [output: Tensor, states: Tensor[]] {
    const { name } = this.constructor;
    const input = check_floating(name, 'input', given);
    if (input.ndim !== 2 && input.ndim !== 3)
      fail(name, `expected input of 2 or 3 dimensions, got shape ${shape_text(input.shape)}`);
    check_same_dtype(name, input, this.weight_ih_l0);
    const features = input.shape[input.ndim - 1];
    if (features !== this.input_size)
      fail(name, `input has ${features} features, expected input_size ${this.input_size} (${shape_text(input.shape)})`);
    const batched = input.ndim === 3;
    this.check_states(states, input);
    const by_time = !batched ? unsqueeze(input, 1) : this.batch_first ? transpose(input, 0, 1) : input;
    if (by_time.shape[0] === 0) fail(name, 'expected at least one time step, got a sequence of length 0');
    const [out, last] = this.run_layers(
      by_time,
      states.map((state) => (batched ? state : unsqueeze(state, 1))),
    );
    if (!batched) return [squeeze(out, 1), last.map((state) => squeeze(state, 1))];
    return [this.batch_first ? transpose(out, 0, 1) : out, last];
  }

  private run_layers(input: Tensor, states: readonly Tensor[]): [Tensor, Tensor[]] {
    const count = this.bidirectional ? 2 : 1;
    const last: Tensor[][] = [];
    let x = input;
    for (let layer = 0; layer < this.num_layers; layer++) {
      if (layer > 0 && this.dropout > 0) x = dropout(x, this.dropout, this.training);
      const [h0 = null, c0 = null] = states.map((state) => narrow(state, 0, layer * count, count));
      const directions = this.suffixes(layer).map((suffix) => this.direction(suffix));
      const [out, ...ends] = recurrent_layer(this.constructor.name, this.mode, x, h0, c0, directions);
      x = out;
      last.push(ends);
    }
    return [x, last[0].map((end, i) => (last.length === 1 ? end : cat(last.map((ends) => ends[i]))))];
  }

  private check_states(states: readonly Tensor[], input: Tensor): void {
    const { name } = this.constructor;
    const layers = this.num_layers * (this.bidirectional ? 2 : 1);
    const batch = input.ndim === 2 ? [] : [input.shape[this.batch_first ? 0 : 1]];
    states.forEach((state, i) => {
      const which = i === 0 ? 'h_0' : 'c_0';
      check_same_dtype(name, input, check_tensor(name, which, state));
      const expected = [layers, ...batch, i === 0 && this.proj_size > 0 ? this.proj_size : this.hidden_size];
      if (!same_shape(state.shape, expected))
        fail(
          name,
          `expected ${which} of shape ${shape_text(expected)} for input of shape ${shape_text(input.shape)}, got ${shape_text(state.shape)}`,
        );
    });
  }

  private suffixes(layer: number): string[] {
    return this.bidirectional ? [`_l${layer}`, `_l${layer}_reverse`] : [`_l${layer}`];
  }

  private add_weights(layer: number, suffix: string, dtype: DType | undefined): void {
    const rows = gates[this.mode] * this.hidden_size;
    const state = this.proj_size || this.hidden_size;
    const inputs = layer === 0 ? this.input_size : state * (this.bidirectional ? 2 : 1);
    const add = (name: string, shape: number[]): void =>
      this.register_parameter(name + suffix, new Parameter(empty(shape, { dtype })));
    add('weight_ih', [rows, inputs]);
    add('weight_hh', [rows, state]);
    if (this.bias) for (const name of ['bias_ih', 'bias_hh']) add(name, [rows]);
    if (this.proj_size > 0) add('weight_hr', [this.proj_size, this.hidden_size]);
  }

  private weight(name: string): Parameter | null {
    return (Reflect.get(this, name) as Parameter | undefined) ?? null;
  }

  private direction(suffix: string): DirectionWeights {
    const [w_ih, w_hh, b_ih, b_hh, w_hr] = weight_names(suffix).map((name) => this.weight(name));
    return { w_ih: w_ih as Parameter, w_hh: w_hh as Parameter, b_ih, b_hh, w_hr };
  }
}

function weight_names(suffix: string): string[] {
  return ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh', 'weight_hr'].map((name) => name + suffix);
}

/** An LSTM's two states. */
export function check_pair(name: string, hx: unknown): readonly [Tensor, Tensor] {
  if (!Array.isArray(hx) || hx.length !== 2) fail_type(name, 'hx', 'a pair of Tensors, [h_0, c_0]', hx);
  return hx as unknown as readonly [Tensor, Tensor];
}
