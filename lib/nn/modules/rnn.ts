import { type Given, positional } from '../../arguments';
import { fail } from '../../errors';
import type { DType } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import {
  check_pair,
  type RecurrentOptions,
  type RecurrentSizes,
  RNNBase,
  recurrent_arguments,
  recurrent_defaults,
} from './rnn_base';

/** Recurrent nets over whole sequences. */

/** Options of {@link RNN}. */
export interface RNNOptions extends RecurrentOptions {
  /** `tanh` or `relu`. Default `tanh`. */
  nonlinearity?: 'tanh' | 'relu';
}

/** Options of {@link LSTM}. */
export interface LSTMOptions extends RecurrentOptions {
  /** If above 0, the hidden state is projected to so many numbers. Default 0. */
  proj_size?: number;
}

type Places = [
  input_size: 'input_size',
  hidden_size: 'hidden_size',
  num_layers: 'num_layers',
  bias: 'bias',
  batch_first: 'batch_first',
  dropout: 'dropout',
  bidirectional: 'bidirectional',
];

/** A net whose state is one tensor. */
abstract class OneState extends RNNBase<Tensor> {
  /** @param hx the first h, [layers · directions, batch, hidden_size]; zeros when left out */
  override forward(input: Tensor, hx: Tensor | null = null): [output: Tensor, h_n: Tensor] {
    const [output, [h_n]] = this.run(input, hx === null ? [] : [hx]);
    return [output, h_n];
  }
}

/**
 * Elman's recurrent net: `h' = tanh(x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh)`, or relu. Input [time, batch, input_size] (batch first with `batch_first`,
 * or [time, input_size]), output [time, batch, directions · hidden_size] and the last h, [layers · directions, batch, hidden_size].
 * @example
 * ```ts
 * const rnn = new torch.nn.RNN(10, 20, { num_layers: 2 });
 * const [output, h_n] = rnn.forward(torch.randn(5, 3, 10));
 * output.shape; // [5, 3, 20]
 * h_n.shape; // [2, 3, 20]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.RNN.html
 */
export class RNN extends OneState {
  readonly nonlinearity: 'tanh' | 'relu';

  constructor(
    ...given: Given<
      RecurrentSizes & RNNOptions,
      [
        input_size: 'input_size',
        hidden_size: 'hidden_size',
        num_layers: 'num_layers',
        nonlinearity: 'nonlinearity',
        bias: 'bias',
        batch_first: 'batch_first',
        dropout: 'dropout',
        bidirectional: 'bidirectional',
      ]
    >
  ) {
    const [sizes, own] = recurrent_arguments(given);
    const { num_layers, ...rest } = recurrent_defaults;
    const { nonlinearity, ...settings } = positional(new.target.name, own, {
      num_layers,
      nonlinearity: 'tanh' as 'tanh' | 'relu',
      ...rest,
      dtype: undefined as DType | undefined,
    });
    if (nonlinearity !== 'tanh' && nonlinearity !== 'relu')
      fail(new.target.name, `unknown nonlinearity ${JSON.stringify(nonlinearity)}; expected "tanh" or "relu"`);
    const mode = nonlinearity === 'tanh' ? 'RNN_TANH' : 'RNN_RELU';
    super(mode, sizes, { ...settings, proj_size: 0 });
    this.nonlinearity = nonlinearity;
  }
}

/**
 * Long short-term memory: gates `i, f, g, o` of x and h, `c' = σ(f)·c + σ(i)·tanh(g)`, `h' = σ(o)·tanh(c')`. Shapes as {@link RNN}; states
 * are pairs [h, c].
 * @example
 * ```ts
 * const lstm = new torch.nn.LSTM(10, 20, { batch_first: true, bidirectional: true });
 * const [output, [h_n, c_n]] = lstm.forward(torch.randn(3, 5, 10));
 * output.shape; // [3, 5, 40]
 * c_n.shape; // [2, 3, 20]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LSTM.html
 */
export class LSTM extends RNNBase<[h_n: Tensor, c_n: Tensor]> {
  constructor(...given: Given<RecurrentSizes & LSTMOptions, [...Places, proj_size: 'proj_size']>) {
    const [sizes, own] = recurrent_arguments(given);
    const defaults = { ...recurrent_defaults, proj_size: 0, dtype: undefined as DType | undefined };
    super('LSTM', sizes, positional(new.target.name, own, defaults));
  }

  /** @param hx the first [h, c]; zeros when left out */
  override forward(
    input: Tensor,
    hx: readonly [h_0: Tensor, c_0: Tensor] | null = null,
  ): [output: Tensor, hidden: [h_n: Tensor, c_n: Tensor]] {
    const [output, [h_n, c_n]] = this.run(input, hx === null ? [] : check_pair(this.constructor.name, hx));
    return [output, [h_n, c_n]];
  }
}

/**
 * Gated recurrent unit: `r, z` gates of x and h, `n = tanh(x part + r·(h part))`, `h' = (1 - z)·n + z·h`. Shapes as {@link RNN}.
 * @example
 * ```ts
 * const gru = new torch.nn.GRU(10, 20);
 * gru.forward(torch.randn(5, 10))[0].shape; // [5, 20]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GRU.html
 */
export class GRU extends OneState {
  constructor(...given: Given<RecurrentSizes & RecurrentOptions, Places>) {
    const [sizes, own] = recurrent_arguments(given);
    const defaults = { ...recurrent_defaults, dtype: undefined as DType | undefined };
    super('GRU', sizes, { ...positional(new.target.name, own, defaults), proj_size: 0 });
  }
}
