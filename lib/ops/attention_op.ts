import { type Given, positional } from '../arguments';
import { check_boolean, check_number, fail, fail_range, shape_text } from '../errors';
import { bool } from '../tensor/dtype';
import { broadcast_shapes, numel_of, type Shape } from '../tensor/shape';
import { check_floating, check_same_dtype, check_tensor, type Tensor } from '../tensor/tensor';
import { type Attention, attend_heads } from './attention';
import { attention_reference, triple } from './attention_samples';
import { op, sample } from './define';
import { repeat_interleave } from './repeat';
import { expand, reshape } from './views';

/** Options of {@link scaled_dot_product_attention}. */
export interface AttentionOptions {
  /**
   * Broadcast to [..., rows, keys]: bool, where true lets a row see a key, or of the queries' dtype, added to the scores.
   */
  attn_mask?: Tensor | null;
  /** The share of the weights that is dropped. Default 0. */
  dropout_p?: number;
  /** Row i sees keys 0 to i. Default false. */
  is_causal?: boolean;
  /** The factor of the scores. Default 1/√width. */
  scale?: number | null;
  /** Every key head serves several neighbouring query heads. Default false. */
  enable_gqa?: boolean;
}

const NAME = 'scaled_dot_product_attention';

const defaults = {
  attn_mask: null as Tensor | null,
  dropout_p: 0,
  is_causal: false,
  scale: null as number | null,
  enable_gqa: false,
};

/** Query, key and value, judged. */
type Operands = [q: Tensor, k: Tensor, v: Tensor];

function check_operands(query: unknown, key: unknown, value: unknown): Operands {
  const named = { query, key, value };
  const [q, k, v] = Object.entries(named).map(([name, each]) => check_floating(NAME, name, each));
  for (const each of [k, v]) check_same_dtype(NAME, q, each);
  const shapes = `shapes ${shape_text(q.shape)}, ${shape_text(k.shape)} and ${shape_text(v.shape)}`;
  if (Math.min(q.ndim, k.ndim, v.ndim) < 2)
    fail(NAME, `expected query, key and value of at least 2 dimensions, got ${shapes}`);
  if (q.shape[q.ndim - 1] !== k.shape[k.ndim - 1]) fail(NAME, `query and key differ in their last size (${shapes})`);
  if (k.shape[k.ndim - 2] !== v.shape[v.ndim - 2]) fail(NAME, `key and value differ in length (${shapes})`);
  return [q, k, v];
}

function check_mask(mask: Tensor, causal: boolean, q: Tensor): Tensor {
  check_tensor(NAME, 'attn_mask', mask);
  if (causal) fail(NAME, 'attn_mask and is_causal exclude each other; put the causal part into the mask');
  if (mask.dtype !== bool && mask.dtype !== q.dtype)
    fail(NAME, `expected attn_mask to be torch.bool or ${q.dtype} as the query, got ${mask.dtype}`);
  if (mask.ndim < 2) fail(NAME, `expected attn_mask of shape [..., rows, keys], got ${shape_text(mask.shape)}`);
  return mask;
}

/** Key and value heads repeated for the query heads they serve. */
function grouped([q, k, v]: Operands): Operands {
  if (Math.min(q.ndim, k.ndim, v.ndim) < 3) fail(NAME, 'enable_gqa needs tensors [..., heads, rows, width]');
  const heads = q.shape[q.ndim - 3];
  const repeated = [k, v].map((t) => {
    const own = t.shape[t.ndim - 3];
    if (own === 0 || heads % own !== 0)
      fail(NAME, `${heads} query heads cannot be shared among ${own} heads of key or value`);
    return own === heads ? t : repeat_interleave(t, heads / own, -3);
  });
  return [q, ...repeated] as Operands;
}

/** Four dimensions: the leading ones, expanded to `lead`, become [batch, heads]. */
function with_heads(t: Tensor, lead: Shape): Tensor {
  const [rows, width] = t.shape.slice(-2);
  const full = expand(t, [...lead, rows, width]);
  if (lead.length === 2) return full;
  const batch = lead.length < 2 ? [lead[0] ?? 1, 1] : [numel_of(lead.slice(0, -1)), lead[lead.length - 1]];
  return reshape(full, [...batch, rows, width]);
}

function attend(query: Tensor, key: Tensor, value: Tensor, ...given: readonly unknown[]): Tensor {
  const options = positional(NAME, given, defaults);
  const operands = check_operands(query, key, value);
  const causal = check_boolean(NAME, 'is_causal', options.is_causal);
  const [q, k, v] = check_boolean(NAME, 'enable_gqa', options.enable_gqa) ? grouped(operands) : operands;
  const dropout_p = check_number(NAME, 'dropout_p', options.dropout_p);
  if (!(dropout_p >= 0 && dropout_p <= 1))
    fail_range(NAME, `expected dropout_p to be between 0 and 1, got ${dropout_p}`);
  const mask = options.attn_mask === null ? null : check_mask(options.attn_mask, causal, q);
  const width = q.shape[q.ndim - 1];
  const scale = options.scale === null ? 1 / Math.sqrt(width) : check_number(NAME, 'scale', options.scale);
  const [rows, keys] = [q.shape[q.ndim - 2], k.shape[k.ndim - 2]];
  if (mask !== null) broadcast_mask(mask, rows, keys);
  const lead = [q, k, v, ...(mask === null ? [] : [mask])]
    .map((t): Shape => t.shape.slice(0, -2))
    .reduce((a, b) => broadcast_shapes(NAME, a, b));
  const [a, b, c] = [q, k, v].map((t) => with_heads(t, lead));
  const how: Attention = {
    mask: mask === null ? null : with_heads(expand(mask, [...mask.shape.slice(0, -2), rows, keys]), lead),
    causal,
    scale,
  };
  const out = attend_heads(a, b, c, how, dropout_p, false);
  return lead.length === 2 ? out : reshape(out, [...lead, rows, v.shape[v.ndim - 1]]);
}

function broadcast_mask(mask: Tensor, rows: number, keys: number): void {
  const [own_rows, own_keys] = mask.shape.slice(-2);
  if ((own_rows !== rows && own_rows !== 1) || (own_keys !== keys && own_keys !== 1))
    fail(NAME, `attn_mask of shape ${shape_text(mask.shape)} does not fit ${rows} rows and ${keys} keys`);
}

type Attend = (
  query: Tensor,
  key: Tensor,
  value: Tensor,
  ...given: Given<
    AttentionOptions,
    [attn_mask: 'attn_mask', dropout_p: 'dropout_p', is_causal: 'is_causal', scale: 'scale']
  >
) => Tensor;

/**
 * `softmax(query·keyᵀ·scale + mask)·value`: query [..., rows, width], key [..., keys, width], value [..., keys, value_width] give
 * [..., rows, value_width]; leading dimensions (batch, heads) are broadcast. float32 or float64. The weights are never in memory as a whole, forward
 * or backward, unless some are dropped, the mask requires grad or a second graph is made. A row that sees nothing gives zeros.
 * @example
 * ```ts
 * const [q, k, v] = [torch.randn(2, 4, 10, 8), torch.randn(2, 4, 12, 8), torch.randn(2, 4, 12, 8)];
 * torch.nn.functional.scaled_dot_product_attention(q, k, v, { is_causal: true }).shape; // [2, 4, 10, 8]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html
 */
export const scaled_dot_product_attention: Attend = op({
  name: NAME,
  call: attend,
  methods: [],
  sums: true,
  reference: attention_reference,
  samples: () => [
    triple([2, 3, 5, 4], 7, 6),
    triple([2, 3, 5, 4], 7, 6, { causal: true }),
    triple([2, 1, 7, 4], 3, 4, { causal: true, options: { scale: 0.7 } }),
    triple([5, 4], 7, 3),
    triple([2, 1, 3, 5, 4], 7, 3),
    triple([3, 5, 4], 7, 3, { mask: sample([5, 7]) }),
    triple([2, 3, 1, 4], 20, 17, { mask: sample([3, 1, 20]) }),
    triple([1, 2, 0, 4], 3, 2),
    triple([1, 2, 3, 4], 0, 2),
    triple([1, 1, 70, 2], 260, 3),
    { ...triple([1, 1, 300, 5], 270, 9, { causal: true }), no_grad: true },
    { ...triple([2, 3, 150, 64], 300, 64), large: true },
    { ...triple([1, 2, 300, 20], 600, 33, { causal: true }), large: true },
    { ...triple([1, 1, 300, 20], 600, 33, { mask: sample([300, 600], { dtype: 'bool' }) }), large: true },
  ],
  errors: () => [
    { args: [sample([3]), sample([3]), sample([3])], message: /at least 2 dimensions, got shapes \[3\], \[3\] and/ },
    { args: [sample([2, 3]), sample([2, 4]), sample([2, 3])], message: /query and key differ in their last size/ },
    { args: [sample([2, 3]), sample([4, 3]), sample([2, 3])], message: /key and value differ in length/ },
    { ...triple([2, 3], 4, 3, { causal: true, mask: sample([2, 4]) }), message: /exclude each other/ },
    { ...triple([2, 3], 4, 3, { mask: sample([3, 4]) }), message: /\[3, 4\] does not fit 2 rows and 4 keys/ },
    {
      ...triple([2, 3], 4, 3, { mask: sample([2, 4], { dtype: 'int64' }) }),
      message: /expected attn_mask to be torch.bool or torch.float32 as the query, got torch.int64/,
    },
    { ...triple([2, 3], 4, 3, { dropout_p: 2 }), message: /expected dropout_p to be between 0 and 1, got 2/ },
    { ...triple([2, 3], 4, 3, { options: { scael: 2 } }), message: /Misspelled option "scael": did you mean "scale"/ },
  ],
}) as Attend;
