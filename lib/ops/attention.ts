import { is_grad_enabled } from '../autograd/mode';
import { type Grad, type Node, record, requires_grad, tracks } from '../autograd/node';
import { gradients_through } from '../autograd/through';
import { type Argument, kernel } from '../native/kernel';
import { fill_with } from '../native/map';
import { bool } from '../tensor/dtype';
import { type Shape, same_shape } from '../tensor/shape';
import { allocate, Tensor, window } from '../tensor/tensor';
import { add, mul } from './arithmetic';
import { eq, logical_not } from './compare';
import { ones } from './create';
import { dropout } from './dropout';
import { masked_fill } from './mask';
import { matmul } from './matmul';
import { softmax } from './softmax';
import { chunk } from './split';
import { tril } from './triangle';
import { contiguous, expand, permute, reshape, transpose } from './views';

/** softmax(scale · q·kᵀ + mask)·v over [batch, heads, rows, width]: fused, and by its formula. */

export interface Attention {
  /** [batch, heads, rows, keys] after broadcasting; bool (false hides) or of the queries' dtype (added). */
  mask: Tensor | null;
  causal: boolean;
  scale: number;
}

const forward = kernel('attention_forward');
const backward = kernel('attention_backward');

/** The weights [batch, heads, rows, keys]. Rows that see nothing are zeros. */
export function attention_weights(q: Tensor, k: Tensor, { mask, causal, scale }: Attention): Tensor {
  // Queries are fewer numbers than scores.
  let scores = matmul(mul(q, scale), transpose(k, -2, -1));
  const seen = causal ? tril(ones([q.shape[q.ndim - 2], k.shape[k.ndim - 2]])).to(bool) : mask;
  if (seen === null) return softmax(scores, -1);
  scores = seen.dtype === bool ? masked_fill(scores, logical_not(seen), -Infinity) : add(scores, seen);
  const blind = eq(scores, -Infinity).all(-1, true);
  // Their scores become finite first: a softmax of nothing has NaN gradients.
  return masked_fill(softmax(masked_fill(scores, blind, 0), -1), blind, 0);
}

function attention_formula(q: Tensor, k: Tensor, v: Tensor, how: Attention, dropout_p: number): Tensor {
  const weights = attention_weights(q, k, how);
  return matmul(dropout_p > 0 ? dropout(weights, dropout_p) : weights, v);
}

/** Rows as the kernel reads them: neighbours in memory, no two in one place. */
function dense_rows(t: Tensor): Tensor {
  const { shape, strides } = t;
  const spread = (strides[3] === 1 || shape[3] === 1) && (strides[2] >= shape[3] || shape[2] === 1);
  return spread ? t : contiguous(t);
}

/** A new tensor whose dimensions but the last follow one another in memory as those of `like`. */
function allocate_like(like: Tensor, shape: Shape): Tensor {
  const order = [0, 1, 2].sort((a, b) => like.strides[b] - like.strides[a] || a - b);
  const { storage } = allocate([...order.map((i) => shape[i]), shape[3]], like.dtype);
  const strides = [0, 0, 0, 1];
  let step = shape[3];
  for (const i of order.reverse()) {
    strides[i] = step;
    step *= shape[i];
  }
  return new Tensor(storage, like.dtype, shape, strides, 0);
}

const strided = (t: Tensor): Argument[] => [t, t.strides];

function common(q: Tensor, k: Tensor, v: Tensor, { mask, causal, scale }: Attention): Argument[] {
  const [batch, heads, rows, width] = q.shape;
  const head = [q.dtype.code, batch, heads, rows, k.shape[2], width, v.shape[3], scale, causal];
  const kind = mask === null ? [0] : [mask.dtype === bool ? 1 : 2, ...strided(mask)];
  return [...head, ...strided(q), ...strided(k), ...strided(v), ...kind];
}

/** What forward leaves to backward. */
interface Done {
  out: Tensor;
  log_sum: Tensor | null;
}

function run_forward(q: Tensor, k: Tensor, v: Tensor, how: Attention, out: Tensor, tracked: boolean): Done {
  const log_sum = tracked ? allocate(q.shape.slice(0, 3), q.dtype) : null;
  if (log_sum !== null) log_sum.storage.internal = true;
  forward(...common(q, k, v, how), ...strided(out), log_sum);
  return { out, log_sum };
}

function run_backward(
  [q, k, v]: readonly Tensor[],
  how: Attention,
  { out, log_sum }: Done,
  g: Tensor,
  grads: readonly Grad[],
): void {
  if (out.count === 0 || k.shape[2] === 0) {
    for (const grad of grads) if (grad !== null) fill_with(grad, 0);
    return;
  }
  const wanted = grads.flatMap((grad): Argument[] => (grad === null ? [0] : [1, ...strided(grad)]));
  backward(...common(q, k, v, how), ...strided(out), log_sum, ...strided(dense_rows(g)), ...wanted);
}

/** The mask for every head of every batch element, without a copy. */
function with_full_mask(how: Attention, q: Tensor, k: Tensor): Attention {
  if (how.mask === null) return how;
  return { ...how, mask: expand(how.mask, [...q.shape.slice(0, 3), k.shape[2]]) };
}

/** What a node saves, and reads again, besides its inputs. */
const saved_with = ({ out, log_sum }: Done, { mask }: Attention): Tensor[] => [
  out,
  log_sum as Tensor,
  ...(mask === null ? [] : [mask]),
];
function saved_from(node: Node, first: number, how: Attention): [Done, Attention] {
  const done = { out: node.saved(first), log_sum: node.saved(first + 1) };
  return [done, { ...how, mask: how.mask === null ? null : node.saved(first + 2) }];
}

/** The fused kernel, for what {@link is_fusible} allows; `like_query` lays the result out in memory as q lies. */
function fused_attention(query: Tensor, key: Tensor, value: Tensor, given: Attention, like_query: boolean): Tensor {
  const [q, k, v] = [query, key, value].map(dense_rows);
  const shape = [...q.shape.slice(0, 3), v.shape[3]];
  const how = with_full_mask(given, q, k);
  const tracked = tracks(q, k, v);
  const out = like_query ? allocate_like(q, shape) : allocate(shape, q.dtype);
  const done = run_forward(q, k, v, how, out, tracked);
  if (!tracked) return out;
  return record(out, NAME, [q, k, v], [q, k, v, ...saved_with(done, how)], (g, node) => {
    const inputs = [0, 1, 2].map((i) => node.saved(i));
    const [kept, own] = saved_from(node, 3, how);
    if (is_grad_enabled()) {
      const formula = ([a, b, c]: readonly Tensor[]): Tensor[] => [attention_formula(a, b, c, own, 0)];
      return gradients_through(node, inputs, formula, [g]);
    }
    const grads = inputs.map((t, i) => (node.needs(i) ? allocate_like(t, t.shape) : null));
    run_backward(inputs, own, kept, g, grads);
    return grads;
  });
}

const NAME = 'ScaledDotProductAttentionBackward0';

/**
 * Attention of a sequence to itself, queries, keys and values side by side in `packed`: [batch and length in either order, 3 · heads · width],
 * `time` the dimension of the length. The result is [.., .., heads · width]; gradients go to one tensor without a copy.
 */
export function fused_self_attention(packed: Tensor, heads: number, time: number, given: Attention): Tensor {
  const x = contiguous(packed);
  const [q, k, v] = packed_heads(x, 3, heads, time);
  const how = with_full_mask(given, q, k);
  const tracked = tracks(x);
  const joined = allocate([...x.shape.slice(0, 2), x.shape[2] / 3], x.dtype);
  const [out] = packed_heads(joined, 1, heads, time);
  const done = run_forward(q, k, v, how, out, tracked);
  if (!tracked) return joined;
  return record(joined, NAME, [x], [x, ...saved_with(done, how)], (g, node) => {
    const input = node.saved(0);
    const [kept, own] = saved_from(node, 1, how);
    if (is_grad_enabled()) {
      const formula = ([each]: readonly Tensor[]): Tensor[] => [self_attention_formula(each, heads, time, own)];
      return gradients_through(node, [input], formula, [g]);
    }
    const gradient = allocate(input.shape, input.dtype);
    const [g_heads] = packed_heads(contiguous(g), 1, heads, time);
    run_backward(packed_heads(input, 3, heads, time), own, kept, g_heads, packed_heads(gradient, 3, heads, time));
    return [gradient];
  });
}

/** Windows [batch, heads, length, width] of a dense [.., .., parts · heads · width], outside the graph. */
function packed_heads(x: Tensor, parts: number, heads: number, time: number): Tensor[] {
  const width = x.shape[2] / parts / heads;
  const shape = [x.shape[1 - time], heads, x.shape[time], width];
  const strides = [x.strides[1 - time], width, x.strides[time], 1];
  return Array.from({ length: parts }, (_, i) => window(x, shape, strides, x.offset + i * heads * width));
}

/** [.., .., heads · width] as [batch, heads, length, width], and back; part of the graph. */
export function split_heads(x: Tensor, heads: number, time: number): Tensor {
  const apart = reshape(x, [x.shape[0], x.shape[1], heads, x.shape[2] / heads]);
  return permute(apart, [1 - time, 2, time, 3]);
}
export function join_heads(x: Tensor, time: number): Tensor {
  const ordered = permute(x, time === 1 ? [0, 2, 1, 3] : [2, 0, 1, 3]);
  const [first, second, heads, width] = ordered.shape;
  return reshape(ordered, [first, second, heads * width]);
}

function self_attention_formula(packed: Tensor, heads: number, time: number, how: Attention): Tensor {
  const [q, k, v] = chunk(packed, 3, -1).map((each) => split_heads(each, heads, time));
  return join_heads(attention_formula(q, k, v, how, 0), time);
}

/** Fused where that is possible. */
export function attend_heads(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  how: Attention,
  dropout_p: number,
  like_query: boolean,
): Tensor {
  return is_fusible(q, k, v, how, dropout_p)
    ? fused_attention(q, k, v, how, like_query)
    : attention_formula(q, k, v, how, dropout_p);
}

/** Can the fused kernel compute this? */
function is_fusible(q: Tensor, k: Tensor, v: Tensor, { mask }: Attention, dropout_p: number): boolean {
  const heads = q.shape.slice(0, 2);
  return (
    dropout_p === 0 &&
    q.shape[3] > 0 &&
    same_shape(k.shape.slice(0, 2), heads) &&
    same_shape(v.shape.slice(0, 2), heads) &&
    (mask === null || !requires_grad(mask))
  );
}
