import { type Given, positional } from '../../arguments';
import { check_boolean, check_integer, check_number, fail, fail_range } from '../../errors';
import { empty } from '../../ops/create';
import { attend, type MultiHeadOptions, multi_head_defaults } from '../../ops/multi_head';
import type { DType } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import { constant_, xavier_normal_, xavier_uniform_ } from '../init';
import { Module } from '../module';
import { Parameter } from '../parameter';
import { leading } from './leading';
import { Linear } from './linear';

/** Options of {@link MultiheadAttention}. */
export interface MultiheadAttentionOptions {
  /** The share of the attention weights dropped in training. Default 0. */
  dropout?: number;
  /** Learned biases of the projections. Default true. */
  bias?: boolean;
  /** One more learned key and value. Default false. */
  add_bias_kv?: boolean;
  /** One more key and value of zeros. Default false. */
  add_zero_attn?: boolean;
  /** Features of the keys. Default embed_dim. */
  kdim?: number | null;
  /** Features of the values. Default embed_dim. */
  vdim?: number | null;
  /** Tensors are [batch, length, features] instead of [length, batch, features]. Default false. */
  batch_first?: boolean;
  /** float32 or float64; default the default dtype. */
  dtype?: DType;
}

/** Options of {@link MultiheadAttention.forward}. */
export type MultiheadAttentionForwardOptions = MultiHeadOptions;

/** The output projection; PyTorch's name for it. */
class NonDynamicallyQuantizableLinear extends Linear {}

const defaults = {
  dropout: 0,
  bias: true,
  add_bias_kv: false,
  add_zero_attn: false,
  kdim: null as number | null,
  vdim: null as number | null,
  batch_first: false,
  dtype: undefined as DType | undefined,
};

/**
 * Attention of several heads (Vaswani et al., "Attention is all you need", 2017): query [length, batch, embed_dim], key and value [keys, batch,
 * kdim and vdim] (batch first with `batch_first`, or without a batch) give [length, batch, embed_dim], and the weights [batch, length, keys] or null.
 * @example
 * ```ts
 * const attention = new torch.nn.MultiheadAttention(16, 4, { batch_first: true });
 * const x = torch.randn(2, 5, 16);
 * const [output, weights] = attention.forward(x, x, x);
 * output.shape; // [2, 5, 16]
 * weights!.shape; // [2, 5, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html
 */
export class MultiheadAttention extends Module<[output: Tensor, weights: Tensor | null]> {
  readonly embed_dim: number;
  readonly num_heads: number;
  readonly head_dim: number;
  readonly kdim: number;
  readonly vdim: number;
  readonly dropout: number;
  readonly batch_first: boolean;
  readonly add_zero_attn: boolean;
  in_proj_weight: Parameter | null = null;
  q_proj_weight: Parameter | null = null;
  k_proj_weight: Parameter | null = null;
  v_proj_weight: Parameter | null = null;
  in_proj_bias: Parameter | null = null;
  bias_k: Parameter | null = null;
  bias_v: Parameter | null = null;
  out_proj: Linear;

  constructor(
    ...given: Given<
      MultiheadAttentionOptions & { embed_dim: number; num_heads: number },
      [
        embed_dim: 'embed_dim',
        num_heads: 'num_heads',
        dropout: 'dropout',
        bias: 'bias',
        add_bias_kv: 'add_bias_kv',
        add_zero_attn: 'add_zero_attn',
        kdim: 'kdim',
        vdim: 'vdim',
        batch_first: 'batch_first',
      ]
    >
  ) {
    super();
    const { name } = new.target;
    const { required, rest } = leading<[number, number]>(given, ['embed_dim', 'num_heads']);
    const [embed_dim, num_heads] = required;
    const options = positional(name, rest, defaults);
    this.embed_dim = check_integer(name, 'embed_dim', embed_dim, 1);
    this.num_heads = check_integer(name, 'num_heads', num_heads, 1);
    if (embed_dim % num_heads !== 0)
      fail(name, `expected embed_dim to be divisible by num_heads, got ${embed_dim} and ${num_heads}`);
    this.head_dim = embed_dim / num_heads;
    this.kdim = check_integer(name, 'kdim', options.kdim ?? embed_dim, 1);
    this.vdim = check_integer(name, 'vdim', options.vdim ?? embed_dim, 1);
    this.dropout = check_number(name, 'dropout', options.dropout);
    if (!(this.dropout >= 0 && this.dropout <= 1))
      fail_range(name, `expected dropout to be between 0 and 1, got ${this.dropout}`);
    this.batch_first = check_boolean(name, 'batch_first', options.batch_first);
    this.add_zero_attn = check_boolean(name, 'add_zero_attn', options.add_zero_attn);
    const bias = check_boolean(name, 'bias', options.bias);
    const { dtype } = options;
    const made = (...shape: number[]): Parameter => new Parameter(empty(shape, { dtype }));
    if (this.kdim === embed_dim && this.vdim === embed_dim) this.in_proj_weight = made(3 * embed_dim, embed_dim);
    else {
      this.q_proj_weight = made(embed_dim, embed_dim);
      this.k_proj_weight = made(embed_dim, this.kdim);
      this.v_proj_weight = made(embed_dim, this.vdim);
    }
    if (bias) this.in_proj_bias = made(3 * embed_dim);
    if (check_boolean(name, 'add_bias_kv', options.add_bias_kv)) {
      this.bias_k = made(1, 1, embed_dim);
      this.bias_v = made(1, 1, embed_dim);
    }
    this.out_proj = new NonDynamicallyQuantizableLinear(embed_dim, embed_dim, { bias, dtype });
    this.reset_parameters();
  }

  /** Draws the projections' weights anew; biases become 0. */
  reset_parameters(): void {
    for (const weight of [this.in_proj_weight, this.q_proj_weight, this.k_proj_weight, this.v_proj_weight])
      if (weight !== null) xavier_uniform_(weight);
    for (const bias of [this.in_proj_bias, this.out_proj.bias]) if (bias !== null) constant_(bias, 0);
    for (const bias of [this.bias_k, this.bias_v]) if (bias !== null) xavier_normal_(bias);
  }

  override forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    options?: MultiheadAttentionForwardOptions,
  ): [output: Tensor, weights: Tensor | null];
  override forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    key_padding_mask: Tensor | null,
    need_weights?: boolean,
    attn_mask?: Tensor | null,
    average_attn_weights?: boolean,
    is_causal?: boolean,
  ): [output: Tensor, weights: Tensor | null];
  override forward(query: Tensor, key: Tensor, value: Tensor, ...given: readonly unknown[]): [Tensor, Tensor | null] {
    const { name } = this.constructor;
    const options = positional(name, given, multi_head_defaults);
    for (const flag of ['need_weights', 'average_attn_weights', 'is_causal'] as const)
      check_boolean(name, flag, options[flag]);
    return attend(query, key, value, {
      name,
      num_heads: this.num_heads,
      widths: [this.embed_dim, this.kdim, this.vdim],
      in_proj: this.in_proj_weight ?? [this.q_proj_weight!, this.k_proj_weight!, this.v_proj_weight!],
      in_proj_bias: this.in_proj_bias,
      bias_k: this.bias_k,
      bias_v: this.bias_v,
      add_zero_attn: this.add_zero_attn,
      static_k: null,
      static_v: null,
      dropped: this.training ? this.dropout : 0,
      project: (joined) => this.out_proj.forward(joined),
      batch_first: this.batch_first,
      options,
    });
  }
}
