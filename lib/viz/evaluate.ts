import { grad } from '../autograd/api';
import { enable_grad } from '../autograd/mode';
import { fail, fail_type, shape_text } from '../errors';
import { Module } from '../nn/module';
import { zeros_like } from '../ops/create';
import { sum } from '../ops/reduce';
import { Tensor } from '../tensor/tensor';

/** A module with one input and one output, or a function of a tensor. */
export type Activation = Module | ((x: Tensor) => Tensor);

/** A function's values and its derivative's, at the same places. */
export interface ActivationData {
  /** Where. */
  x: number[];
  /** f(x). */
  y: number[];
  /** dy/dx. */
  yp: number[];
}

/** y = f(x) and, by autograd, dy/dx. Neither `x` nor the parameters of a module receive a gradient. */
export function evaluate(op: string, x: Tensor, activation: Activation): { y: Tensor; yp: Tensor } {
  const f = as_function(op, activation);
  return enable_grad(() => {
    const at = x.detach().requires_grad_();
    // A copy of the leaf, because the activation may work in place.
    const y: unknown = f(at.clone());
    if (!(y instanceof Tensor)) return fail_type(op, 'the result of the activation', 'a Tensor', y);
    if (shape_text(y.shape) !== shape_text(x.shape))
      fail(op, `expected one value for each x, got the shape ${shape_text(y.shape)} for ${shape_text(x.shape)}`);
    // What does not depend on x at all, such as a constant, has no graph to walk.
    const yp = y.requires_grad ? grad(sum(y), [at], { materialize_grads: true })[0]! : zeros_like(x);
    return { y: y.detach(), yp };
  });
}

function as_function(op: string, activation: unknown): (x: Tensor) => unknown {
  if (activation instanceof Module) return (x) => activation.forward(x);
  if (typeof activation === 'function') return activation as (x: Tensor) => unknown;
  return fail_type(op, 'the activation', 'a Module or a function', activation);
}

/** How an activation is called in a legend. */
export function name_of(activation: Activation): string {
  if (!(activation instanceof Module)) return activation.name || 'f';
  const text = String(activation);
  return text.includes('\n') || text.length > 60 ? activation.constructor.name : text.replace(/\(\)$/, '');
}
