import { positional } from '../arguments';
import { check_boolean, check_integer, check_number, fail, fail_range, shape_text } from '../errors';
import { same_shape } from '../tensor/shape';
import { check_tensor, type Tensor } from '../tensor/tensor';
import { linear } from './matmul';
import { attend, type MultiHeadOptions, multi_head_defaults } from './multi_head';

const NAME = 'multi_head_attention_forward';

/** Options of {@link multi_head_attention_forward}. */
export interface MultiHeadAttentionForwardOptions extends MultiHeadOptions {
  /** Whether weights are dropped. Default true. */
  training?: boolean;
  /** One weight for each of query, key and value instead of in_proj_weight. Default false. */
  use_separate_proj_weight?: boolean;
  /** [embed_dim, embed_dim] */
  q_proj_weight?: Tensor | null;
  /** [embed_dim, features of the key] */
  k_proj_weight?: Tensor | null;
  /** [embed_dim, features of the value] */
  v_proj_weight?: Tensor | null;
  /** Keys as the heads see them, [batch · heads, keys, head_dim], instead of projected ones. */
  static_k?: Tensor | null;
  /** Values as the heads see them. */
  static_v?: Tensor | null;
}

// In the order of PyTorch's arguments.
const defaults = {
  training: true,
  key_padding_mask: multi_head_defaults.key_padding_mask,
  need_weights: multi_head_defaults.need_weights,
  attn_mask: multi_head_defaults.attn_mask,
  use_separate_proj_weight: false,
  q_proj_weight: null as Tensor | null,
  k_proj_weight: null as Tensor | null,
  v_proj_weight: null as Tensor | null,
  static_k: null as Tensor | null,
  static_v: null as Tensor | null,
  average_attn_weights: multi_head_defaults.average_attn_weights,
  is_causal: multi_head_defaults.is_causal,
};

/**
 * Attention of several heads with weights given: query [length, batch, embed_dim], key and value [keys, batch, features] (or all without the
 * batch) give [length, batch, embed_dim], and the weights [batch, length, keys], [batch, heads, length, keys] without their mean over heads, or null.
 * {@link MultiheadAttention} is the layer that keeps the weights.
 * @example
 * ```ts
 * const layer = new torch.nn.MultiheadAttention(8, 2);
 * const x = torch.randn(5, 3, 8);
 * const [output] = torch.nn.functional.multi_head_attention_forward(
 *   x, x, x, 8, 2, layer.in_proj_weight, layer.in_proj_bias, null, null, false, 0, layer.out_proj.weight, layer.out_proj.bias,
 *   { training: false, need_weights: false },
 * );
 * output.shape; // [5, 3, 8]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html
 */
export function multi_head_attention_forward(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  embed_dim_to_check: number,
  num_heads: number,
  in_proj_weight: Tensor | null,
  in_proj_bias: Tensor | null,
  bias_k: Tensor | null,
  bias_v: Tensor | null,
  add_zero_attn: boolean,
  dropout_p: number,
  out_proj_weight: Tensor,
  out_proj_bias: Tensor | null,
  ...given: readonly [options?: MultiHeadAttentionForwardOptions] | readonly unknown[]
): [output: Tensor, weights: Tensor | null] {
  const options = positional(NAME, given, defaults);
  for (const flag of [
    'training',
    'need_weights',
    'use_separate_proj_weight',
    'average_attn_weights',
    'is_causal',
  ] as const)
    check_boolean(NAME, flag, options[flag]);
  check_boolean(NAME, 'add_zero_attn', add_zero_attn);
  check_number(NAME, 'dropout_p', dropout_p);
  if (!(dropout_p >= 0 && dropout_p <= 1))
    fail_range(NAME, `expected dropout_p to be between 0 and 1, got ${dropout_p}`);
  const embed = check_integer(NAME, 'embed_dim_to_check', embed_dim_to_check, 1);
  check_integer(NAME, 'num_heads', num_heads, 1);
  if (embed % num_heads !== 0)
    fail(NAME, `expected embed_dim_to_check to be divisible by num_heads, got ${embed} and ${num_heads}`);
  const { use_separate_proj_weight: separate, static_k, static_v } = options;
  const weights = separate
    ? ([0, 1, 2].map((i) => {
        const which = (['q_proj_weight', 'k_proj_weight', 'v_proj_weight'] as const)[i];
        const features = check_tensor(NAME, [`query`, 'key', 'value'][i], [query, key, value][i]).shape.at(-1)!;
        return shaped(which, options[which], [embed, i === 0 ? embed : features]);
      }) as [Tensor, Tensor, Tensor])
    : shaped('in_proj_weight', in_proj_weight, [3 * embed, embed]);
  if ((bias_k === null) !== (bias_v === null)) fail(NAME, 'bias_k and bias_v come together: one of them is null');
  for (const [which, fixed] of Object.entries({ static_k, static_v }))
    if (fixed !== null) {
      if (bias_k !== null) fail(NAME, `${which} cannot take a bias appended to it`);
      const rows = batch_of(query) * num_heads;
      const keys = check_tensor(NAME, which, fixed).shape[1];
      shaped(which, fixed, [rows, keys, embed / num_heads]);
    }
  const { key_padding_mask, need_weights, attn_mask, average_attn_weights, is_causal } = options;
  const out_weight = shaped('out_proj_weight', out_proj_weight, [embed, embed]);
  const out_bias = optional('out_proj_bias', out_proj_bias, [embed]);
  return attend(query, key, value, {
    name: NAME,
    num_heads,
    widths: 'shape' in weights ? [embed, embed, embed] : [embed, weights[1].shape[1], weights[2].shape[1]],
    in_proj: weights,
    in_proj_bias: optional('in_proj_bias', in_proj_bias, [3 * embed]),
    bias_k: optional('bias_k', bias_k, [1, 1, embed]),
    bias_v: optional('bias_v', bias_v, [1, 1, embed]),
    add_zero_attn,
    static_k,
    static_v,
    dropped: options.training ? dropout_p : 0,
    project: (joined) => linear(joined, out_weight, out_bias),
    batch_first: false,
    options: { key_padding_mask, need_weights, attn_mask, average_attn_weights, is_causal },
  });
}

function batch_of(query: Tensor): number {
  return query.ndim === 3 ? query.shape[1] : 1;
}

function shaped(which: string, t: Tensor | null, shape: readonly number[]): Tensor {
  const given = check_tensor(NAME, which, t);
  if (!same_shape(given.shape, shape))
    fail(NAME, `expected ${which} of shape ${shape_text(shape)}, got ${shape_text(given.shape)}`);
  return given;
}

function optional(which: string, t: Tensor | null, shape: readonly number[]): Tensor | null {
  return t === null ? null : shaped(which, t, shape);
}
