import { broadcast_shapes, numel_of, type Shape } from '../tensor/shape';
import { type Reference, type Sample, sample, type TensorSpec } from './define';

/** Samples and the float64 reference of scaled_dot_product_attention. */

interface Settings {
  mask?: TensorSpec;
  causal?: boolean;
  dropout_p?: number;
  options?: object;
}

/** A call with queries of this shape and so many keys. */
export function triple(q: Shape, keys: number, value_width: number, settings: Settings = {}): Sample {
  const lead = q.slice(0, -2);
  const { mask = null, causal = false, dropout_p = 0, options = {} } = settings;
  const key = sample([...lead, keys, q[q.length - 1]]);
  return { args: [sample(q), key, sample([...lead, keys, value_width]), mask, dropout_p, causal, options] };
}

/** The flat index of the first element of a matrix in a batch to which `t` is broadcast. */
function matrix(t: Reference, batch: Shape, index: number): number {
  const own = t.shape.slice(0, -2);
  let at = 0;
  let step = numel_of(t.shape.slice(-2));
  for (let i = 1; i <= batch.length; i++) {
    const size = own[own.length - i] ?? 1;
    at += (size === 1 ? 0 : index % batch[batch.length - i]) * step;
    step *= size;
    index = Math.floor(index / batch[batch.length - i]);
  }
  return at;
}

export function attention_reference(
  q: Reference,
  k: Reference,
  v: Reference,
  mask: (Reference & { dtype?: string }) | null = null,
  _dropout_p = 0,
  causal = false,
  options: { scale?: number } = {},
): Reference {
  const [rows, width] = q.shape.slice(-2);
  const [keys, value_width] = v.shape.slice(-2);
  const scale = options.scale ?? 1 / Math.sqrt(width);
  const operands = mask === null ? [q, k, v] : [q, k, v, mask];
  const batch = operands
    .map(({ shape }): Shape => shape.slice(0, -2))
    .reduce((a, b) => broadcast_shapes('reference', a, b));
  const data = new Float64Array(numel_of(batch) * rows * value_width);
  for (let b = 0; b < numel_of(batch); b++) {
    const [at_q, at_k, at_v] = [q, k, v].map((t) => matrix(t, batch, b));
    for (let i = 0; i < rows; i++) {
      const scores = Array.from({ length: keys }, (_, j) => {
        let score = 0;
        for (let e = 0; e < width; e++) score += q.data[at_q + i * width + e] * k.data[at_k + j * width + e];
        if (causal && j > i) return -Infinity;
        if (mask === null) return score * scale;
        const [mask_rows, mask_keys] = mask.shape.slice(-2);
        const at = matrix(mask, batch, b) + (mask_rows === 1 ? 0 : i * mask_keys) + (mask_keys === 1 ? 0 : j);
        return masked(score * scale, mask.data[at], mask.dtype === 'bool');
      });
      const top = Math.max(...scores);
      const weights = scores.map((score) => (top === -Infinity ? 0 : Math.exp(score - top)));
      const total = weights.reduce((a, w) => a + w, 0) || 1;
      for (let c = 0; c < value_width; c++)
        data[(b * rows + i) * value_width + c] = weights.reduce(
          (sum, w, j) => sum + (w / total) * v.data[at_v + j * value_width + c],
          0,
        );
    }
  }
  return { shape: [...batch, rows, value_width], data };
}

function masked(score: number, mask: number, is_bool: boolean): number {
  return is_bool ? (mask === 0 ? -Infinity : score) : score + mask;
}
