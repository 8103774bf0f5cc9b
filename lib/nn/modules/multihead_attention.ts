import { check_boolean, check_integer, check_number, fail, fail_range, shape_text } from '../../errors';
import { attend_heads, attention_weights, fused_self_attention, join_heads, split_heads } from '../../ops/attention';
import { empty, zeros } from '../../ops/create';
import { dropout } from '../../ops/dropout';
import { cat } from '../../ops/join';
import { linear, matmul } from '../../ops/matmul';
import { mean } from '../../ops/reduce';
import { positional } from '../../ops/reduction';
import { chunk } from '../../ops/split';
import { expand, squeeze, unsqueeze } from '../../ops/views';
import type { DType } from '../../tensor/dtype';
import { same_shape } from '../../tensor/shape';
import { check_floating, check_same_dtype, type Tensor } from '../../tensor/tensor';
import { constant_, xavier_normal_, xavier_uniform_ } from '../init';
import { Module } from '../module';
import { Parameter } from '../parameter';
import { Linear } from './linear';
import { check_attn_mask, check_padding_mask, type MaskSizes, merged, with_a_key } from './multihead_masks';

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
export interface MultiheadAttentionForwardOptions {
  /** `[batch, keys]`: bool (true hides a key) or added to the scores. */
  key_padding_mask?: Tensor | null;
  /** Return the weights too. Without them the weights are never in memory as a whole. Default true. */
  need_weights?: boolean;
  /** [rows, keys] or [batch · heads, rows, keys]: bool (true hides) or added to the scores. */
  attn_mask?: Tensor | null;
  /** The mean of the weights over heads. Default true. */
  average_attn_weights?: boolean;
  /** A hint that attn_mask is causal. Default false. */
  is_causal?: boolean;
}

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

const forward_defaults = {
  key_padding_mask: null as Tensor | null,
  need_weights: true,
  attn_mask: null as Tensor | null,
  average_attn_weights: true,
  is_causal: false,
};

/** What the heads see, [batch, heads, length, head_dim], and how. */
interface Heads {
  q: Tensor;
  k: Tensor;
  v: Tensor;
  mask: Tensor | null;
}

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

  constructor(embed_dim: number, num_heads: number, options?: MultiheadAttentionOptions);
  constructor(
    embed_dim: number,
    num_heads: number,
    dropout: number,
    bias?: boolean,
    add_bias_kv?: boolean,
    add_zero_attn?: boolean,
    kdim?: number | null,
    vdim?: number | null,
    batch_first?: boolean,
  );
  constructor(embed_dim: number, num_heads: number, ...given: readonly unknown[]) {
    super();
    const { name } = new.target;
    const options = positional(name, given, defaults);
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
    const options = positional(name, given, forward_defaults);
    for (const flag of ['need_weights', 'average_attn_weights', 'is_causal'] as const)
      check_boolean(name, flag, options[flag]);
    if (options.is_causal && options.attn_mask === null)
      fail(name, 'is_causal is a hint about attn_mask; pass the causal attn_mask too');
    const batched = this.check_inputs(query, key, value);
    const time = this.batch_first && batched ? 1 : 0;
    const [x, y, z] = [query, key, value].map((t) => (batched ? t : unsqueeze(t, 1)));
    const self = query === key && key === value;
    const sizes = { name, batch: x.shape[1 - time], heads: this.num_heads, rows: x.shape[time], keys: y.shape[time] };
    const masks: MaskSizes = { ...sizes, batched, dtype: query.dtype };
    const padding = check_padding_mask(options.key_padding_mask, masks);
    const attn = check_attn_mask(options.attn_mask, masks);
    const dropped = this.training ? this.dropout : 0;
    const causal = options.is_causal && padding === null && !options.need_weights && !this.adds_keys();
    if (
      self &&
      this.is_packed() &&
      !options.need_weights &&
      dropped === 0 &&
      !attn?.requires_grad &&
      !padding?.requires_grad
    ) {
      const packed = linear(x, this.in_proj_weight!, this.in_proj_bias);
      const mask = causal ? null : merged(attn, padding, query.dtype);
      const how = { mask, causal, scale: this.scale };
      return [this.project(fused_self_attention(packed, this.num_heads, time, how), batched), null];
    }
    const heads = this.heads(self, x, y, z, attn, padding, time);
    if (options.need_weights) return this.with_weights(heads, dropped, options.average_attn_weights, batched, time);
    const { q, k, v } = heads;
    const how = { mask: causal ? null : heads.mask, causal, scale: this.scale };
    return [this.project(join_heads(attend_heads(q, k, v, how, dropped, true), time), batched), null];
  }

  private get scale(): number {
    return 1 / Math.sqrt(this.head_dim);
  }

  private adds_keys(): boolean {
    return this.bias_k !== null || this.add_zero_attn;
  }

  private is_packed(): boolean {
    return this.in_proj_weight !== null && !this.adds_keys();
  }

  /** True for [.., .., features], false without a batch. */
  private check_inputs(query: Tensor, key: Tensor, value: Tensor): boolean {
    const { name } = this.constructor;
    const named = Object.entries({ query, key, value });
    for (const [which, t] of named) {
      check_floating(name, which, t);
      check_same_dtype(name, t, this.out_proj.weight);
    }
    const shapes = named.map(([, t]) => shape_text(t.shape)).join(', ');
    if ((query.ndim !== 2 && query.ndim !== 3) || key.ndim !== query.ndim || value.ndim !== query.ndim)
      fail(name, `expected query, key and value of 2 or of 3 dimensions, got shapes ${shapes}`);
    const widths = [this.embed_dim, this.kdim, this.vdim];
    named.forEach(([which, t], i) => {
      const features = t.shape[t.ndim - 1];
      if (features !== widths[i])
        fail(name, `${which} has ${features} features, expected ${widths[i]} (shapes ${shapes})`);
    });
    if (!same_shape(key.shape.slice(0, -1), value.shape.slice(0, -1)))
      fail(name, `key and value differ in length or batch (shapes ${shapes})`);
    const batch = this.batch_first ? 0 : 1;
    if (query.ndim === 3 && query.shape[batch] !== key.shape[batch])
      fail(name, `query and key differ in batch (shapes ${shapes})`);
    return query.ndim === 3;
  }

  private projected(self: boolean, inputs: readonly Tensor[]): Tensor[] {
    const { in_proj_weight, in_proj_bias } = this;
    if (in_proj_weight !== null && self) return chunk(linear(inputs[0], in_proj_weight, in_proj_bias), 3, -1);
    const weights =
      in_proj_weight === null
        ? [this.q_proj_weight!, this.k_proj_weight!, this.v_proj_weight!]
        : chunk(in_proj_weight, 3, 0);
    const biases = in_proj_bias === null ? [null, null, null] : chunk(in_proj_bias, 3, 0);
    return inputs.map((input, i) => linear(input, weights[i], biases[i]));
  }

  private heads(
    self: boolean,
    x: Tensor,
    y: Tensor,
    z: Tensor,
    attn: Tensor | null,
    padding: Tensor | null,
    time: number,
  ): Heads {
    const projected = this.projected(self, [x, y, z]);
    const q = projected[0];
    let [, k, v] = projected;
    const append = (t: Tensor, row: Tensor): Tensor => {
      const shape = [...t.shape];
      shape[time] = 1;
      return cat([t, expand(row, shape)], time);
    };
    if (this.bias_k !== null && this.bias_v !== null) {
      [k, v] = [append(k, this.bias_k), append(v, this.bias_v)];
      [attn, padding] = [with_a_key(attn), with_a_key(padding)];
    }
    if (this.add_zero_attn) {
      const nothing = zeros([1, 1, this.embed_dim], { dtype: x.dtype });
      [k, v] = [append(k, nothing), append(v, nothing)];
      [attn, padding] = [with_a_key(attn), with_a_key(padding)];
    }
    const split = (t: Tensor): Tensor => split_heads(t, this.num_heads, time);
    return { q: split(q), k: split(k), v: split(v), mask: merged(attn, padding, x.dtype) };
  }

  private project(joined: Tensor, batched: boolean): Tensor {
    const out = this.out_proj.forward(joined);
    return batched ? out : squeeze(out, 1);
  }

  private with_weights(
    { q, k, v, mask }: Heads,
    dropped: number,
    average: boolean,
    batched: boolean,
    time: number,
  ): [Tensor, Tensor] {
    const full = attention_weights(q, k, { mask, causal: false, scale: this.scale });
    const weights = dropped > 0 ? dropout(full, dropped) : full;
    const out = this.project(join_heads(matmul(weights, v), time), batched);
    const shown = average ? mean(weights, 1) : weights;
    return [out, batched ? shown : squeeze(shown, 0)];
  }
}
