import { no_grad } from '../../autograd/mode';
import { check_boolean, check_number, check_options, fail, fail_type } from '../../errors';
import { kernel, result } from '../../native/kernel';
import { list_kernel } from '../../native/list';
import { copy_into, map_kernel } from '../../native/map';
import { tensor } from '../../ops/create';
import { contiguous } from '../../ops/views';
import { type DType, float32 } from '../../tensor/dtype';
import { check_tensor, Tensor } from '../../tensor/tensor';

/** Bounding gradients between `backward()` and `step()`. */

const norm_many = kernel('norm_many');
const scale_many = list_kernel('scale_many');
const clamp = map_kernel('clamp');

export interface ClipGradNormOptions {
  /** 1, 2 (default) or Infinity. */
  norm_type?: number;
  /** Raise where the norm is infinite or NaN. Default false. */
  error_if_nonfinite?: boolean;
}

function gradients(op: string, parameters: Tensor | Iterable<Tensor>): Tensor[] {
  const list = parameters instanceof Tensor ? [parameters] : [...parameters];
  return list.flatMap((each) => check_tensor(op, 'parameter', each).grad ?? []);
}

const KINDS = new Map([
  [Infinity, 0],
  [1, 1],
  [2, 2],
]);
/** Tensors in one call: 3 numbers each, far from the boundary's limit. */
const AT_ONCE = 4096;

function total_norm(grads: readonly Tensor[], norm_type: number): number {
  const kind =
    KINDS.get(norm_type) ?? fail('clip_grad_norm_', `expected norm_type to be 1, 2 or Infinity, got ${norm_type}`);
  let total = 0;
  for (const [dtype, all] of by_dtype(grads))
    for (let first = 0; first < all.length; first += AT_ONCE) {
      const dense = all.slice(first, first + AT_ONCE).map(contiguous);
      norm_many(dtype.code, kind, dense.length, ...dense.flatMap((g) => [g.count, g]));
      const part = result(0);
      total = kind !== 0 ? total + part : part > total || Number.isNaN(part) ? part : total;
    }
  return kind === 2 ? Math.sqrt(total) : total;
}

function by_dtype(grads: readonly Tensor[]): Map<DType, Tensor[]> {
  const groups = new Map<DType, Tensor[]>();
  for (const g of grads) {
    const group = groups.get(g.dtype);
    if (group === undefined) groups.set(g.dtype, [g]);
    else group.push(g);
  }
  return groups;
}

/** Multiplies tensors by a number where they lie. */
function scale(grads: readonly Tensor[], factor: number): void {
  for (const [dtype, all] of by_dtype(grads)) {
    const dense = all.map((g) => (g.is_contiguous() ? g : contiguous(g)));
    const entries = dense.filter((g) => g.count > 0).map((g) => ({ count: g.count, scalars: [], arrays: [g] }));
    scale_many(dtype, [factor], entries);
    all.forEach((g, i) => {
      if (dense[i] !== g) copy_into(g, dense[i]);
      g.bump_version();
    });
  }
}

/**
 * Scales all gradients so that their norm, taken as if they were one vector, is at most `max_norm`; returns the norm before.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
 */
export function clip_grad_norm_(
  parameters: Tensor | Iterable<Tensor>,
  max_norm: number,
  options?: number | ClipGradNormOptions,
): Tensor {
  const given = typeof options === 'number' ? { norm_type: options } : options;
  const { norm_type, error_if_nonfinite } = check_options<Required<ClipGradNormOptions>>('clip_grad_norm_', given, {
    norm_type: 2,
    error_if_nonfinite: false,
  });
  const most = check_number('clip_grad_norm_', 'max_norm', max_norm);
  check_boolean('clip_grad_norm_', 'error_if_nonfinite', error_if_nonfinite);
  return no_grad(() => {
    const grads = gradients('clip_grad_norm_', parameters);
    const norm = total_norm(grads, norm_type);
    if (error_if_nonfinite && !Number.isFinite(norm)) fail('clip_grad_norm_', `the norm of the gradients is ${norm}`);
    scale(grads, norm > most - 1e-6 || Number.isNaN(norm) ? most / (norm + 1e-6) : 1);
    return tensor(norm, { dtype: grads[0]?.dtype ?? float32 });
  });
}

/**
 * Moves every element of all gradients into [-clip_value, clip_value].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_value_.html
 */
export function clip_grad_value_(parameters: Tensor | Iterable<Tensor>, clip_value: number): void {
  const bound = check_number('clip_grad_value_', 'clip_value', clip_value);
  if (!(bound >= 0)) fail_type('clip_grad_value_', 'clip_value', 'a number of at least 0', clip_value);
  no_grad(() => {
    for (const g of gradients('clip_grad_value_', parameters)) {
      if (g.count > 0) clamp(g.dtype, g, [g, -bound, bound]);
      g.bump_version();
    }
  });
}
