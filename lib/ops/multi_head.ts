import { fail, shape_text } from '../errors';
import { same_shape } from '../tensor/shape';
import { check_floating, check_same_dtype, type Tensor } from '../tensor/tensor';
import { attend_heads, attention_weights, fused_self_attention, join_heads, split_heads } from './attention';
import { zeros } from './create';
import { dropout } from './dropout';
import { cat } from './join';
import { linear, matmul } from './matmul';
import { check_attn_mask, check_padding_mask, type MaskSizes, merged, with_a_key } from './multi_head_masks';
import { mean } from './reduce';
import { chunk } from './split';
import { expand, reshape, squeeze, unsqueeze } from './views';

/** Attention with several heads between its projections: what the function and the module of PyTorch share. */

/** Options of one attention. */
export interface MultiHeadOptions {
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

export const multi_head_defaults = {
  key_padding_mask: null as Tensor | null,
  need_weights: true,
  attn_mask: null as Tensor | null,
  average_attn_weights: true,
  is_causal: false,
};

export interface MultiHead {
  /** For errors. */
  name: string;
  num_heads: number;
  /** Features of query, key and value. */
  widths: readonly [number, number, number];
  /** One weight for all three projections, or one for each. */
  in_proj: Tensor | readonly [Tensor, Tensor, Tensor];
  in_proj_bias: Tensor | null;
  /** Rows appended to keys and values. */
  bias_k: Tensor | null;
  bias_v: Tensor | null;
  add_zero_attn: boolean;
  /** Keys and values as the heads see them, [batch · heads, keys, head_dim], instead of projected ones. */
  static_k: Tensor | null;
  static_v: Tensor | null;
  /** The share of weights dropped; 0 outside training. */
  dropped: number;
  /** The output's projection. */
  project: (joined: Tensor) => Tensor;
  batch_first: boolean;
  options: Required<MultiHeadOptions>;
}

/** What the heads see, [batch, heads, length, head_dim], and how. */
interface Heads {
  q: Tensor;
  k: Tensor;
  v: Tensor;
  mask: Tensor | null;
}

export function attend(query: Tensor, key: Tensor, value: Tensor, how: MultiHead): [Tensor, Tensor | null] {
  const { name, options, dropped, num_heads } = how;
  if (options.is_causal && options.attn_mask === null)
    fail(name, 'is_causal is a hint about attn_mask; pass the causal attn_mask too');
  const batched = check_inputs(query, key, value, how);
  const time = how.batch_first && batched ? 1 : 0;
  const inputs = [query, key, value].map((t) => (batched ? t : unsqueeze(t, 1)));
  const [x, y] = inputs;
  const fixed = how.static_k ?? how.static_v;
  const keys = fixed === null ? y.shape[time] : fixed.shape[1];
  const batch = x.shape[1 - time];
  const sizes: MaskSizes = { name, batch, heads: num_heads, rows: x.shape[time], keys, batched, dtype: query.dtype };
  const padding = check_padding_mask(options.key_padding_mask, sizes);
  const attn = check_attn_mask(options.attn_mask, sizes);
  const plain = fixed === null && how.bias_k === null && !how.add_zero_attn;
  const causal = options.is_causal && padding === null && !options.need_weights && plain;
  const scale = Math.sqrt(num_heads / how.widths[0]);
  const self = query === key && key === value;
  const project = (joined: Tensor): Tensor => (batched ? how.project(joined) : squeeze(how.project(joined), 1));
  if (
    self &&
    plain &&
    'shape' in how.in_proj &&
    !options.need_weights &&
    dropped === 0 &&
    !attn?.requires_grad &&
    !padding?.requires_grad
  ) {
    const packed = linear(x, how.in_proj, how.in_proj_bias);
    const mask = causal ? null : merged(attn, padding, query.dtype);
    return [project(fused_self_attention(packed, num_heads, time, { mask, causal, scale })), null];
  }
  const { q, k, v, mask } = heads_of(inputs, self, attn, padding, time, how);
  if (!options.need_weights) {
    const seen = { mask: causal ? null : mask, causal, scale };
    return [project(join_heads(attend_heads(q, k, v, seen, dropped, true), time)), null];
  }
  const full = attention_weights(q, k, { mask, causal: false, scale });
  const weights = dropped > 0 ? dropout(full, dropped) : full;
  const shown = options.average_attn_weights ? mean(weights, 1) : weights;
  return [project(join_heads(matmul(weights, v), time)), batched ? shown : squeeze(shown, 0)];
}

/** True for [.., .., features], false without a batch. */
function check_inputs(query: Tensor, key: Tensor, value: Tensor, how: MultiHead): boolean {
  const { name, widths } = how;
  const named = Object.entries({ query, key, value });
  const weight = 'shape' in how.in_proj ? how.in_proj : how.in_proj[0];
  for (const [which, t] of named) {
    check_floating(name, which, t);
    check_same_dtype(name, t, weight);
  }
  const shapes = named.map(([, t]) => shape_text(t.shape)).join(', ');
  if ((query.ndim !== 2 && query.ndim !== 3) || key.ndim !== query.ndim || value.ndim !== query.ndim)
    fail(name, `expected query, key and value of 2 or of 3 dimensions, got shapes ${shapes}`);
  named.forEach(([which, t], i) => {
    const features = t.shape[t.ndim - 1];
    if (features !== widths[i])
      fail(name, `${which} has ${features} features, expected ${widths[i]} (shapes ${shapes})`);
  });
  if (!same_shape(key.shape.slice(0, -1), value.shape.slice(0, -1)))
    fail(name, `key and value differ in length or batch (shapes ${shapes})`);
  const batch = how.batch_first ? 0 : 1;
  if (query.ndim === 3 && query.shape[batch] !== key.shape[batch])
    fail(name, `query and key differ in batch (shapes ${shapes})`);
  return query.ndim === 3;
}

function projected(inputs: readonly Tensor[], self: boolean, { in_proj, in_proj_bias }: MultiHead): Tensor[] {
  if ('shape' in in_proj && self) return chunk(linear(inputs[0], in_proj, in_proj_bias), 3, -1);
  const weights = 'shape' in in_proj ? chunk(in_proj, 3, 0) : in_proj;
  const biases = in_proj_bias === null ? [null, null, null] : chunk(in_proj_bias, 3, 0);
  return inputs.map((input, i) => linear(input, weights[i], biases[i]));
}

function heads_of(
  inputs: readonly Tensor[],
  self: boolean,
  attn: Tensor | null,
  padding: Tensor | null,
  time: number,
  how: MultiHead,
): Heads {
  const all = projected(inputs, self, how);
  const appended = (t: Tensor, row: Tensor): Tensor => {
    const shape = [...t.shape];
    shape[time] = 1;
    return cat([t, expand(row, shape)], time);
  };
  const split = (t: Tensor): Tensor => split_heads(t, how.num_heads, time);
  const q = split(all[0]);
  const [batch, heads, , width] = q.shape;
  const keys_of = (t: Tensor, row: Tensor | null, fixed: Tensor | null): Tensor => {
    let seen =
      fixed === null
        ? split(row === null ? t : appended(t, row))
        : reshape(fixed, [batch, heads, fixed.shape[1], width]);
    if (how.add_zero_attn) seen = cat([seen, zeros([batch, heads, 1, width], { dtype: t.dtype })], 2);
    return seen;
  };
  const k = keys_of(all[1], how.bias_k, how.static_k);
  const v = keys_of(all[2], how.bias_v, how.static_v);
  const more = (how.bias_k === null ? 0 : 1) + (how.add_zero_attn ? 1 : 0);
  for (let i = 0; i < more; i++) [attn, padding] = [with_a_key(attn), with_a_key(padding)];
  return { q, k, v, mask: merged(attn, padding, q.dtype) };
}
