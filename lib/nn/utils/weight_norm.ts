import { type Given, positional } from '../../arguments';
import { no_grad } from '../../autograd/mode';
import { check_integer } from '../../errors';
import { div, mul } from '../../ops/arithmetic';
import { norm } from '../../ops/norm';
import { abs } from '../../ops/pointwise';
import type { Tensor } from '../../tensor/tensor';
import type { Module } from '../module';
import { Parameter } from '../parameter';
import { check_target, replace_parameter, restore_parameter } from './reparametrize';

/** Weight normalisation: length and direction of a weight are learned apart. */

/** Options of {@link weight_norm}. */
export interface WeightNormOptions {
  /** Which parameter. Default 'weight'. */
  name?: string;
  /** Each index of this dimension has a length of its own; null: one length for all. Default 0. */
  dim?: number | null;
}

/** The 2-norm over all dimensions but one; over all of them for null (or -1, as PyTorch has it). */
export function norm_except_dim(v: Tensor, dim: number | null): Tensor {
  if (dim === null || dim === -1) return norm(v);
  const others = v.shape.map((_, i) => i).filter((i) => i !== dim);
  return others.length === 0 ? abs(v) : norm(v, 2, others, true);
}

/** `g · v / |v|`. */
export function weight_from(g: Tensor, v: Tensor, dim: number | null): Tensor {
  return mul(v, div(g, norm_except_dim(v, dim)));
}

export function check_norm_dim(op: string, dim: unknown, { ndim }: Tensor): number | null {
  return dim === null ? null : check_integer(op, 'dim', dim, -1, Math.max(ndim - 1, 0));
}

/**
 * Replaces a parameter by its length `weight_g` and direction `weight_v`; the product is computed before every forward.
 * @example
 * ```ts
 * const layer = torch.nn.utils.weight_norm(new torch.nn.Linear(20, 40));
 * Object.keys(layer.state_dict()); // ['bias', 'weight_g', 'weight_v']
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.weight_norm.html
 * @see https://arxiv.org/abs/1602.07868
 */
export function weight_norm<M extends Module>(
  module: M,
  ...given: Given<WeightNormOptions, [name: 'name', dim: 'dim']>
): M {
  const options = positional('weight_norm', given, { name: 'weight', dim: 0 as number | null });
  const weight = check_target('weight_norm', module, options.name);
  const along = check_norm_dim('weight_norm', options.dim, weight);
  replace_parameter('weight_norm', module, options.name, () => {
    const members = [`${options.name}_g`, `${options.name}_v`];
    const length = no_grad(() => norm_except_dim(weight, along));
    module.register_parameter(members[0], new Parameter(length));
    module.register_parameter(members[1], new Parameter(weight.detach()));
    const part = (i: number): Tensor => Reflect.get<Module, string>(module, members[i]) as Tensor;
    const compute = (): Tensor => weight_from(part(0), part(1), along);
    Reflect.set(module, options.name, compute());
    return { members, compute };
  });
  return module;
}

/**
 * Undoes {@link weight_norm}: the present weight becomes a parameter again.
 * @example
 * ```ts
 * const layer = torch.nn.utils.weight_norm(new torch.nn.Linear(3, 2));
 * torch.nn.utils.remove_weight_norm(layer);
 * [...layer.named_parameters()].map(([name]) => name).sort(); // ['bias', 'weight']
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.remove_weight_norm.html
 */
export function remove_weight_norm<M extends Module>(
  module: M,
  ...given: Given<Pick<WeightNormOptions, 'name'>, [name: 'name']>
): M {
  const { name } = positional('remove_weight_norm', given, { name: 'weight' });
  no_grad(() => restore_parameter('remove_weight_norm', 'weight_norm', module, name));
  return module;
}
