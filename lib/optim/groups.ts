import { fail, fail_type, shape_text } from '../errors';
import { check_tensor, Tensor } from '../tensor/tensor';
import type { ScheduledValues } from './options';

/** Parameter groups, and what they are made from. */

/** Parameters that share options. Change an option by assigning it: `optimizer.param_groups[0].lr = 1e-4`. */
export type ParamGroup<Options> = Options & ScheduledValues & { params: Tensor[]; param_names?: string[] };

/** A group as it is given: options left out are the optimizer's own. */
export type GivenGroup<Options> = Partial<Options> & ScheduledValues & { params: Tensor | Parameters };

/** Tensors, or names with tensors as `named_parameters()` has them. */
type Parameters = Iterable<Tensor> | Iterable<readonly [name: string, parameter: Tensor]>;

/** What an optimizer is made of: parameters, or groups of them. */
export type Params<Options> = Parameters | Iterable<GivenGroup<Options>>;

export function is_group(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !(value instanceof Tensor) && 'params' in value;
}

/** Judges the parameters of a group; none may be among those known. */
export function read_parameters(
  op: string,
  given: unknown,
  known: readonly Tensor[],
): { params: Tensor[]; param_names: string[] | null } {
  if (!(given instanceof Tensor) && (typeof given !== 'object' || given === null || !(Symbol.iterator in given)))
    fail_type(op, 'params', 'an array of parameters', given);
  const list: unknown[] = given instanceof Tensor ? [given] : [...(given as Iterable<unknown>)];
  const named = list.filter(is_named);
  if (named.length > 0 && named.length < list.length) fail(op, 'either all parameters have names or none');
  const params = (named.length > 0 ? named.map(([, param]) => param) : list).map((each) =>
    check_tensor(op, 'each parameter', each),
  );
  const seen = new Set(known);
  for (const param of params) {
    const shape = shape_text(param.shape);
    if (param.node !== null)
      fail(op, `cannot optimize a tensor of shape ${shape} that is not a leaf (${param.node.name})`);
    if (!param.dtype.is_floating_point) fail(op, `expected parameters of a floating point dtype, got ${param.dtype}`);
    if (seen.has(param)) fail(op, `a parameter of shape ${shape} appears twice`);
    seen.add(param);
  }
  return { params, param_names: named.length > 0 ? named.map(([name]) => name) : null };
}

function is_named(value: unknown): value is [string, unknown] {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string';
}
