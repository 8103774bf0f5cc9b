import type { Tensor } from '../tensor/tensor';
import { grad } from './api';
import type { Grad, Node } from './node';

/**
 * The gradients of a fused operation as a graph of their own, for higher derivatives: computes the operation again by its formula, written with
 * differentiable operations, and differentiates that. For rules that run while grad mode is on.
 *
 * @param inputs the operation's inputs, as `node.needs(i)` counts them
 * @param formula the same outputs as the operation's
 * @param grads the gradients that have arrived, null where none has
 */
export function gradients_through(
  node: Node,
  inputs: readonly Tensor[],
  formula: (inputs: readonly Tensor[]) => readonly Tensor[],
  grads: readonly Grad[],
): Grad[] {
  // Views are nodes between the formula and what the inputs came from: differentiation stops there, also where one input depends on another.
  const own = inputs.map((input, i) => (node.needs(i) ? input.view(input.shape) : input));
  const outs = formula(own);
  const reached = outs.map((_, i) => i).filter((i) => grads[i] !== null && outs[i].requires_grad);
  const found = inputs.map((): Grad => null);
  const wanted = inputs.map((_, i) => i).filter((i) => node.needs(i));
  if (reached.length === 0 || wanted.length === 0) return found;
  const gradients = grad(
    reached.map((i) => outs[i]),
    wanted.map((i) => own[i]),
    { grad_outputs: reached.map((i) => grads[i]), create_graph: true, allow_unused: true },
  );
  wanted.forEach((i, at) => {
    found[i] = gradients[at];
  });
  return found;
}
