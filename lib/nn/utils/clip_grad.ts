import { positional } from '../../arguments';
import { no_grad } from '../../autograd/mode';
import { check_boolean, check_number, check_options, fail, fail_range, fail_type } from '../../errors';
import { kernel, result } from '../../native/kernel';
import { list_kernel } from '../../native/list';
import { copy_into, map_kernel } from '../../native/map';
import { tensor } from '../../ops/create';
import { abs } from '../../ops/pointwise';
import { pow } from '../../ops/power';
import { sum } from '../../ops/reduce';
import { contiguous } from '../../ops/views';
import { type DType, float32, float64 } from '../../tensor/dtype';
import { check_floating, check_tensor, Tensor } from '../../tensor/tensor';

/** Bounding gradients between `backward()` and `step()`. */

const norm_many = kernel('norm_many');
const scale_many = list_kernel('scale_many');
const clamp = map_kernel('clamp');

/** Options of {@link clip_grad_norm_}. */
export interface ClipGradNormOptions {
  /** Any positive number, or Infinity. Default 2. */
  norm_type?: number;
  /** Raise where the norm is infinite or NaN. Default false. */
  error_if_nonfinite?: boolean;
}

function gradients(op: string, parameters: Tensor | Iterable<Tensor>): Tensor[] {
  const list = parameters instanceof Tensor ? [parameters] : parameters;
  if (typeof list?.[Symbol.iterator] !== 'function')
    fail_type(op, 'parameters', 'a Tensor or a list of Tensors such as model.parameters()', parameters);
  return [...list].flatMap((each) => check_tensor(op, 'parameter', each).grad_slot ?? []);
}

const KINDS = new Map([
  [Infinity, 0],
  [1, 1],
  [2, 2],
]);
/** Tensors in one call: 3 numbers each, far from the boundary's limit. */
const AT_ONCE = 4096;

/** The norm of all elements; 1, 2 and infinity in one native call. */
function norm_of(grads: readonly Tensor[], norm_type: number): number {
  const kind = KINDS.get(norm_type);
  let total = 0;
  if (kind === undefined) {
    for (const g of grads) total += sum(pow(abs(g.to(float64)), norm_type)).item() as number;
    return total ** (1 / norm_type);
  }
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

function check_norm(op: string, given: number | ClipGradNormOptions | undefined): Required<ClipGradNormOptions> {
  const options = typeof given === 'number' ? { norm_type: given } : given;
  const judged = check_options(op, options, { norm_type: 2, error_if_nonfinite: false });
  if (!(check_number(op, 'norm_type', judged.norm_type) > 0))
    fail_range(op, `expected norm_type to be positive, got ${judged.norm_type}`);
  check_boolean(op, 'error_if_nonfinite', judged.error_if_nonfinite);
  return judged;
}

function checked_norm(op: string, list: readonly Tensor[], options: Required<ClipGradNormOptions>): number {
  const norm = norm_of(list, options.norm_type);
  if (options.error_if_nonfinite && !Number.isFinite(norm)) fail(op, `the norm of the gradients is ${norm}`);
  return norm;
}

const as_tensor = (norm: number, like: readonly Tensor[]): Tensor => tensor(norm, { dtype: like[0]?.dtype ?? float32 });

/** At most `most` of what is `norm` now; where it is NaN or infinite, so are the gradients afterwards. */
function shrink(grads: readonly Tensor[], most: number, norm: number): void {
  scale(grads, norm > most - 1e-6 || Number.isNaN(norm) ? most / (norm + 1e-6) : 1);
}

/**
 * Scales all gradients so that their norm, taken as if they were one vector, is at most `max_norm`; returns the norm before.
 * @example
 * ```ts
 * import * as torch from 'cresset';
 * const weight = new torch.nn.Parameter(torch.zeros([2]));
 * weight.grad = torch.tensor([3, 4]);
 * torch.nn.utils.clip_grad_norm_([weight], 1).item(); // 5
 * torch.nn.utils.clip_grad_norm_([weight], 1).item(); // 1.0000
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
 */
export function clip_grad_norm_(
  parameters: Tensor | Iterable<Tensor>,
  max_norm: number,
  options?: number | ClipGradNormOptions,
): Tensor;
export function clip_grad_norm_(
  parameters: Tensor | Iterable<Tensor>,
  options: ClipGradNormOptions & { max_norm: number },
): Tensor;
export function clip_grad_norm_(parameters: Tensor | Iterable<Tensor>, ...given: readonly unknown[]): Tensor {
  const { max_norm, ...options } = positional('clip_grad_norm_', given, {
    max_norm: undefined as unknown,
    norm_type: 2,
    error_if_nonfinite: false,
  });
  const judged = check_norm('clip_grad_norm_', options);
  const most = check_number('clip_grad_norm_', 'max_norm', max_norm);
  return no_grad(() => {
    const grads = gradients('clip_grad_norm_', parameters);
    const norm = checked_norm('clip_grad_norm_', grads, judged);
    shrink(grads, most, norm);
    return as_tensor(norm, grads);
  });
}

/**
 * The norm of tensors, taken as if they were one vector.
 * @example
 * ```ts
 * torch.nn.utils.get_total_norm([torch.tensor([3]), torch.tensor([4])]).item(); // 5
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.get_total_norm.html
 */
export function get_total_norm(tensors: Tensor | Iterable<Tensor>, options?: number | ClipGradNormOptions): Tensor {
  const judged = check_norm('get_total_norm', options);
  const list = tensors instanceof Tensor ? [tensors] : [...tensors];
  for (const each of list) check_floating('get_total_norm', 'each tensor', each);
  return no_grad(() => as_tensor(checked_norm('get_total_norm', list, judged), list));
}

/**
 * Scales all gradients as {@link clip_grad_norm_} does, by a norm that is known already.
 * @example
 * ```ts
 * const w = torch.tensor([0, 0], { requires_grad: true });
 * w.mul(torch.tensor([3, 4])).sum().backward();
 * const norm = torch.nn.utils.get_total_norm([w.grad!]);
 * torch.nn.utils.clip_grads_with_norm_([w], 1, norm);
 * w.grad!.tolist(); // [0.6000, 0.8000]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grads_with_norm_.html
 */
export function clip_grads_with_norm_(
  parameters: Tensor | Iterable<Tensor>,
  max_norm: number,
  total_norm: Tensor | number,
): void {
  const op = 'clip_grads_with_norm_';
  const most = check_number(op, 'max_norm', max_norm);
  const norm = check_number(op, 'total_norm', total_norm instanceof Tensor ? total_norm.item() : total_norm);
  no_grad(() => shrink(gradients(op, parameters), most, norm));
}

/**
 * Moves every element of all gradients into [-clip_value, clip_value].
 * @example
 * ```ts
 * const w = torch.tensor([0, 0], { requires_grad: true });
 * w.mul(torch.tensor([3, -0.5])).sum().backward();
 * torch.nn.utils.clip_grad_value_([w], 1);
 * w.grad!.tolist(); // [1, -0.5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_value_.html
 */
export function clip_grad_value_(parameters: Tensor | Iterable<Tensor>, limit: number | { clip_value: number }): void {
  const { clip_value } = positional('clip_grad_value_', [limit], { clip_value: undefined as unknown });
  const bound = check_number('clip_grad_value_', 'clip_value', clip_value);
  if (!(bound >= 0)) fail_type('clip_grad_value_', 'clip_value', 'a number of at least 0', clip_value);
  no_grad(() => {
    for (const g of gradients('clip_grad_value_', parameters)) {
      if (g.count > 0) clamp(g.dtype, g, [g, -bound, bound]);
      g.bump_version();
    }
  });
}
