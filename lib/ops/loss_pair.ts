import { is_grad_enabled } from '../autograd/mode';
import { record, requires_grad, tracks } from '../autograd/node';
import { fail, shape_text } from '../errors';
import { kernel } from '../native/kernel';
import { broadcast_shapes, same_shape } from '../tensor/shape';
import { allocate, check_floating, check_tensor, type Tensor } from '../tensor/tensor';
import { div, mul } from './arithmetic';
import type { Reference } from './define';
import { type LossReduction, REDUCTIONS, reduced_reference } from './loss';
import { backward_name, broadcast_reference, cast_to, operand_dtype } from './operand';
import { contiguous, expand } from './views';

/** Losses of pairs of elements: value and mean in one pass over input and target, both gradients in another. */

/** What a loss is computed from: the pair, a parameter, and tensors of weights (null: all ones). */
export interface Pair {
  readonly x: Tensor;
  readonly t: Tensor;
  readonly parameter: number;
  readonly weights: readonly (Tensor | null)[];
}

export interface PairLoss {
  /** The name of the kernel and, with `_backward`, of its gradient's. */
  readonly name: string;
  /** The derivatives of an element's loss by x and by t, out of differentiable operations, for gradients of gradients. */
  readonly slopes: readonly [(pair: Pair) => Tensor, (pair: Pair) => Tensor];
}

export type PairFunction = (pair: Pair, reduction: LossReduction) => Tensor;

export function pair_loss({ name, slopes }: PairLoss): PairFunction {
  const forward = kernel(name);
  const backward = kernel(`${name}_backward`);
  return ({ x: input, t: target, parameter, weights }, reduction) => {
    const [x, t] = [contiguous(input), contiguous(target)];
    const { dtype, shape, count } = x;
    const code = REDUCTIONS.indexOf(reduction);
    const out = allocate(reduction === 'none' ? shape : [], dtype);
    forward(dtype.code, code, count, parameter, x, t, ...weights, out);
    if (!tracks(x, t)) return out;
    const present = weights.filter((each) => each !== null);
    return record(out, backward_name(name), [x, t], [x, t, ...present], (g, node) => {
      let at = 2;
      const saved = weights.map((each) => (each === null ? null : node.saved(at++)));
      const pair: Pair = { x: node.saved(0), t: node.saved(1), parameter, weights: saved };
      if (is_grad_enabled()) {
        const factor = reduction === 'mean' ? div(g, count) : g;
        return slopes.map((slope, i) => (node.needs(i) ? mul(slope(pair), factor) : null));
      }
      const dense = contiguous(g);
      const grads = [0, 1].map((i) => (node.needs(i) ? allocate(shape, dtype) : null));
      backward(dtype.code, code, count, parameter, pair.x, pair.t, ...saved, dense, ...grads);
      return grads;
    });
  };
}

let warned_of_broadcast = false;

/**
 * Input and target in one dtype and shape. Shapes that differ are an error, or broadcast: with a warning where PyTorch warns.
 */
export function check_pair(
  op: string,
  input: unknown,
  target: unknown,
  shapes: 'same' | 'warn' | 'broadcast',
): [x: Tensor, t: Tensor] {
  const x = check_floating(op, 'input', input);
  const t = check_tensor(op, 'target', target);
  const dtype = operand_dtype(x, t);
  const pair: [Tensor, Tensor] = [cast_to(x, dtype), cast_to(t, dtype)];
  if (same_shape(x.shape, t.shape)) return pair;
  if (shapes === 'same')
    fail(op, `expected target of the input's shape ${shape_text(x.shape)}, got ${shape_text(t.shape)}`);
  const shape = broadcast_shapes(op, x.shape, t.shape);
  if (shapes === 'warn' && !warned_of_broadcast) {
    warned_of_broadcast = true;
    process.emitWarning(
      `${op}: input of shape ${shape_text(x.shape)} and target of shape ${shape_text(t.shape)} are broadcast; is that meant?`,
      'CressetWarning',
    );
  }
  return [expand(pair[0], shape), expand(pair[1], shape)];
}

/** Weights of a loss, spread over its shape; they are data, not differentiated. */
export function check_loss_weight(op: string, name: string, weight: unknown, x: Tensor): Tensor | null {
  if (weight === null || weight === undefined) return null;
  const w = check_floating(op, name, weight);
  if (requires_grad(w)) fail(op, `${name} requires grad, but is not differentiated; detach() it`);
  if (!same_shape(broadcast_shapes(op, x.shape, w.shape), x.shape))
    fail(op, `${name} of shape ${shape_text(w.shape)} does not fit the input of shape ${shape_text(x.shape)}`);
  return contiguous(expand(cast_to(w, x.dtype), x.shape));
}

/** The float64 reference of a loss of pairs. */
export function pair_reference(
  x: Reference,
  t: Reference,
  loss: (x: number, t: number) => number,
  options?: { reduction?: string },
): Reference {
  const { shape, data } = broadcast_reference(x, t, loss);
  return reduced_reference(shape, data as Float64Array, options);
}
