import { is_grad_enabled } from '../autograd/mode';
import { type Grad, type Node, record, requires_grad, tracks } from '../autograd/node';
import { gradients_through } from '../autograd/through';
import { type Argument, kernel } from '../native/kernel';
import { fill_with } from '../native/map';
import { bool } from '../tensor/dtype';
import { type Shape, same_shape } from '../tensor/shape';
import { allocate, type Tensor, window } from '../tensor/tensor';
import { add, mul } from './arithmetic';
import { eq, logical_not } from './compare';
import { ones } from './create';
import { dropout } from './dropout';
import { masked_fill } from './mask';
import { matmul } from './matmul';
import { softmax } from './softmax';
import { tril } from './triangle';
import { contiguous, expand, transpose } from './views';

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
  let scores = mul(matmul(q, transpose(k, -2, -1)), scale);
  const seen = causal ? tril(ones([q.shape[q.ndim - 2], k.shape[k.ndim - 2]])).to(bool) : mask;
  if (seen === null) return softmax(scores, -1);
  scores = seen.dtype === bool ? masked_fill(scores, logical_not(seen), -Infinity) : add(scores, seen);
  const blind = eq(scores, -Infinity).all(-1, true);
  // Their scores become finite first: a softmax of nothing has NaN gradients.
  return masked_fill(softmax(masked_fill(scores, blind, 0), -1), blind, 0);
}

export function attention_formula(q: Tensor, k: Tensor, v: Tensor, how: Attention, dropout_p: number): Tensor {
  const weights = attention_weights(q, k, how);
  return matmul(dropout_p > 0 ? dropout(weights, dropout_p) : weights, v);
}

/** Rows as the kernel reads them: neighbours in memory, no two in one place. */
function dense_rows(t: Tensor): Tensor {
  const { shape, strides } = t;
  const spread = (strides[3] === 1 || shape[3] === 1) && (strides[2] >= shape[3] || shape[2] === 1);
  return spread ? t : contiguous(t);
}

/** `like` in a new tensor: heads between rows and columns in memory if they are so there. */
function allocate_like(like: Tensor, shape: Shape): Tensor {
  const [batch, heads, rows, width] = shape;
  if (heads === 1 || rows === 1 || like.strides[1] > like.strides[2]) return allocate(shape, like.dtype);
  const made = allocate([batch, rows, heads, width], like.dtype);
  return window(made, shape, [rows * heads * width, width, heads * width, 1], 0);
}

const strided = (t: Tensor): Argument[] => [t, t.strides];

function common(q: Tensor, k: Tensor, v: Tensor, { mask, causal, scale }: Attention): Argument[] {
  const [batch, heads, rows, width] = q.shape;
  const head = [q.dtype.code, batch, heads, rows, k.shape[2], width, v.shape[3], scale, causal];
  const kind = mask === null ? [0] : [mask.dtype === bool ? 1 : 2, ...strided(mask)];
  return [...head, ...strided(q), ...strided(k), ...strided(v), ...kind];
}

/** The fused kernel. Heads of 4-dim tensors of one batch and number of heads; `like_query` lays the result out as q lies. */
export function fused_attention(
  given_q: Tensor,
  given_k: Tensor,
  given_v: Tensor,
  how: Attention,
  like_query: boolean,
): Tensor {
  const [q, k, v] = [given_q, given_k, given_v].map(dense_rows);
  const [batch, heads, rows] = q.shape;
  const shape = [batch, heads, rows, v.shape[3]];
  const mask = how.mask === null ? null : expand(how.mask, [batch, heads, rows, k.shape[2]]);
  const tracked = tracks(q, k, v);
  const out = like_query ? allocate_like(q, shape) : allocate(shape, q.dtype);
  const log_sum = tracked ? allocate([batch, heads, rows], q.dtype) : null;
  if (log_sum !== null) log_sum.storage.internal = true;
  forward(...common(q, k, v, { ...how, mask }), ...strided(out), log_sum);
  if (log_sum === null) return out;
  const saved = [q, k, v, out, log_sum, ...(mask === null ? [] : [mask])];
  return record(out, 'ScaledDotProductAttentionBackward0', [q, k, v], saved, (g, node) => rule(g, node, how));
}

function rule(g: Tensor, node: Node, how: Attention): Grad[] {
  const [q, k, v, out, log_sum] = [0, 1, 2, 3, 4].map((i) => node.saved(i));
  const mask = how.mask === null ? null : node.saved(5);
  const own = { ...how, mask };
  if (is_grad_enabled()) {
    const formula = ([a, b, c]: readonly Tensor[]): Tensor[] => [attention_formula(a, b, c, own, 0)];
    return gradients_through(node, [q, k, v], formula, [g]);
  }
  const dense = dense_rows(g);
  const grads = [q, k, v].map((t, i) => (node.needs(i) ? allocate_like(t, t.shape) : null));
  if (out.count === 0 || k.shape[2] === 0) {
    for (const grad of grads) if (grad !== null) fill_with(grad, 0);
    return grads;
  }
  const wanted = grads.flatMap((grad): Argument[] => (grad === null ? [0] : [1, ...strided(grad)]));
  backward(...common(q, k, v, own), ...strided(out), log_sum, ...strided(dense), ...wanted);
  return grads;
}

/** Can the fused kernel compute this? */
export function is_fusible(q: Tensor, k: Tensor, v: Tensor, { mask }: Attention, dropout_p: number): boolean {
  const heads = q.shape.slice(0, 2);
  return (
    dropout_p === 0 &&
    q.shape[3] > 0 &&
    same_shape(k.shape.slice(0, 2), heads) &&
    same_shape(v.shape.slice(0, 2), heads) &&
    (mask === null || !requires_grad(mask))
  );
}
