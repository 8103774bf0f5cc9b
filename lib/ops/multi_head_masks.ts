import { fail, fail_type, shape_text } from '../errors';
import { bool, type DType } from '../tensor/dtype';
import { type Shape, same_shape } from '../tensor/shape';
import { check_tensor, type Tensor } from '../tensor/tensor';
import { add } from './arithmetic';
import { logical_not, logical_or } from './compare';
import { zeros } from './create';
import { cat } from './join';
import { masked_fill } from './mask';
import { reshape } from './views';

/**
 * The masks of attention with several heads: bool, where true hides, or of the input's dtype, added to the scores. Its two masks become one, as
 * scaled_dot_product_attention takes it: [batch or 1, heads or 1, rows or 1, keys].
 */

export interface MaskSizes {
  name: string;
  batch: number;
  heads: number;
  rows: number;
  keys: number;
  batched: boolean;
  dtype: DType;
}

function check_mask(which: string, mask: Tensor, shapes: readonly Shape[], { name, dtype }: MaskSizes): Tensor {
  check_tensor(name, which, mask);
  if (mask.dtype !== bool && mask.dtype !== dtype)
    fail_type(name, which, `torch.bool or ${dtype} as the input`, String(mask.dtype));
  if (!shapes.some((shape) => same_shape(mask.shape, shape)))
    fail(name, `expected ${which} of shape ${shapes.map(shape_text).join(' or ')}, got ${shape_text(mask.shape)}`);
  return mask;
}

/** [rows, keys] or [batch · heads, rows, keys] in four dimensions. */
export function check_attn_mask(mask: Tensor | null, sizes: MaskSizes): Tensor | null {
  if (mask === null) return null;
  const { batch, heads, rows, keys } = sizes;
  check_mask(
    'attn_mask',
    mask,
    [
      [rows, keys],
      [batch * heads, rows, keys],
    ],
    sizes,
  );
  return reshape(mask, mask.ndim === 2 ? [1, 1, rows, keys] : [batch, heads, rows, keys]);
}

/** [batch, keys], or [keys] for unbatched input, in four dimensions. */
export function check_padding_mask(mask: Tensor | null, sizes: MaskSizes): Tensor | null {
  if (mask === null) return null;
  const { batch, keys, batched } = sizes;
  check_mask('key_padding_mask', mask, [batched ? [batch, keys] : [keys]], sizes);
  return reshape(mask, [batch, 1, 1, keys]);
}

/** One more key, which everybody sees. */
export function with_a_key(mask: Tensor | null): Tensor | null {
  return mask === null ? null : cat([mask, zeros([...mask.shape.slice(0, -1), 1], { dtype: mask.dtype })], -1);
}

function as_scores(mask: Tensor, dtype: DType): Tensor {
  return mask.dtype === bool ? masked_fill(zeros(mask.shape, { dtype }), mask, -Infinity) : mask;
}

/** Both masks as one: bool with true for what is seen, or scores. */
export function merged(attn: Tensor | null, padding: Tensor | null, dtype: DType): Tensor | null {
  const one = attn ?? padding;
  if (one === null) return null;
  if (attn === null || padding === null) return one.dtype === bool ? logical_not(one) : one;
  if (attn.dtype === bool && padding.dtype === bool) return logical_not(logical_or(attn, padding));
  return add(as_scores(attn, dtype), as_scores(padding, dtype));
}
