import { type Given, positional } from '../../arguments';
import { check_number, fail, shape_text } from '../../errors';
import { randn } from '../../ops/random';
import type { Generator } from '../../random';
import { copied_values } from '../../tensor/access';
import { float64 } from '../../tensor/dtype';
import { check_floating, type Tensor } from '../../tensor/tensor';
import { fill } from './fill';

/** Options of {@link orthogonal_}. */
export interface OrthogonalOptions {
  /** Default 1; see {@link calculate_gain}. */
  gain: number;
  /** Where the numbers are drawn from; default the generator of `torch.manual_seed`. */
  generator?: Generator;
}

/**
 * A random orthogonal matrix times gain; a wide one has orthonormal rows, a tall one orthonormal columns. Dimensions after the first are taken as one
 * (Saxe et al., Exact solutions to the nonlinear dynamics of learning in deep linear neural networks, 2013).
 * @example
 * ```ts
 * const w = torch.nn.init.orthogonal_(torch.empty([3, 5]));
 * w.matmul(w.t()).sub(torch.eye(3)).abs().max().item() < 1e-6; // true
 * ```
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.orthogonal_
 */
export function orthogonal_(
  tensor: Tensor,
  ...given: Given<Partial<OrthogonalOptions>, [gain: 'gain', generator: 'generator']>
): Tensor {
  const op = 'orthogonal_';
  const defaults: OrthogonalOptions = { gain: 1, generator: undefined };
  const { gain, generator } = positional(op, given, defaults);
  check_floating(op, 'tensor', tensor);
  check_number(op, 'gain', gain);
  if (tensor.ndim < 2) fail(op, `expected a tensor of at least 2 dimensions, got shape ${shape_text(tensor.shape)}`);
  if (tensor.count === 0) return tensor;
  return fill(op, tensor, (target) => {
    const rows = target.shape[0];
    const columns = target.count / rows;
    const short = Math.min(rows, columns);
    const q = randn([short, Math.max(rows, columns)], { dtype: float64, generator });
    orthonormalize(q);
    target.copy_((rows <= columns ? q : q.t()).mul(gain).reshape(target.shape));
  });
}

/** Rows that are orthogonalized among themselves, after matrix products have taken the rows before them out. */
const PANEL = 16;

/**
 * Makes the rows of a matrix (float64, not more rows than columns) orthonormal: Gram and Schmidt's way, every panel twice, which leaves
 * nothing but rounding. Of normally distributed rows it makes every orthogonal matrix with the same probability.
 */
function orthonormalize(rows: Tensor): void {
  const [count, length] = rows.shape;
  for (let first = 0; first < count; first += PANEL) {
    const panel = rows.narrow(0, first, Math.min(PANEL, count - first));
    const before = rows.narrow(0, 0, first);
    for (let pass = 0; pass < 2; pass++) {
      if (first > 0) panel.sub_(panel.matmul(before.t()).matmul(before));
      const values = copied_values('orthogonal_', panel) as Float64Array;
      orthonormalize_few(values, length);
      panel.storage.copy_in(panel.offset * 8, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
  }
}

function orthonormalize_few(rows: Float64Array, length: number): void {
  for (let i = 0; i < rows.length; i += length) {
    for (let j = 0; j < i; j += length) {
      let product = 0;
      for (let k = 0; k < length; k++) product += rows[i + k] * rows[j + k];
      for (let k = 0; k < length; k++) rows[i + k] -= product * rows[j + k];
    }
    let square = 0;
    for (let k = 0; k < length; k++) square += rows[i + k] ** 2;
    const scale = 1 / Math.sqrt(square);
    for (let k = 0; k < length; k++) rows[i + k] *= scale;
  }
}
