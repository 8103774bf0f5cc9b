import { type Given, positional } from '../../arguments';
import { no_grad } from '../../autograd/mode';
import { check_integer, check_number } from '../../errors';
import { div } from '../../ops/arithmetic';
import { dot, mv } from '../../ops/matmul';
import { normalize } from '../../ops/normalize';
import { randn } from '../../ops/random';
import { permute, reshape } from '../../ops/views';
import { wrap_dim } from '../../tensor/shape';
import type { Tensor } from '../../tensor/tensor';
import type { Module } from '../module';
import { ConvTranspose } from '../modules/conv_transpose';
import { check_target, replace_parameter, restore_parameter } from './reparametrize';

/** Spectral normalisation: a weight divided by its largest singular value, which power iteration follows. */

/** Options of {@link spectral_norm}. */
export interface SpectralNormOptions {
  /** Which parameter. Default 'weight'. */
  name?: string;
  /** Steps of the power method before every forward in training. Default 1. */
  n_power_iterations?: number;
  /** Keeps the singular vectors' norms from 0. Default 1e-12. */
  eps?: number;
  /** The dimension of the outputs. Default null: 1 for transposed convolutions, 0 for others. */
  dim?: number | null;
}

export interface PowerMethod {
  readonly n_power_iterations: number;
  readonly eps: number;
  readonly dim: number;
}

/** The weight as a matrix, rows along `dim`. */
export function as_matrix(weight: Tensor, dim: number): Tensor {
  const others = weight.shape.map((_, i) => i).filter((i) => i !== dim);
  const first = dim === 0 ? weight : permute(weight, [dim, ...others]);
  return reshape(first, [weight.shape[dim], -1]);
}

export function judge_spectral_norm(
  op: string,
  module: Module,
  weight: Tensor,
  { n_power_iterations, eps, dim }: Required<Omit<SpectralNormOptions, 'name'>>,
): PowerMethod {
  return {
    n_power_iterations: check_integer(op, 'n_power_iterations', n_power_iterations, 1),
    eps: check_number(op, 'eps', eps),
    dim: wrap_dim(op, dim ?? (module instanceof ConvTranspose ? 1 : 0), weight.ndim),
  };
}

/** A random direction. */
export function random_direction(n: number, { dtype }: Tensor, eps: number): Tensor {
  return normalize(randn([n], { dtype }), { dim: 0, eps });
}

/** `uᵀ W v`, the largest singular value where u and v are its vectors. */
export function singular_value(matrix: Tensor, u: Tensor, v: Tensor): Tensor {
  return dot(u, mv(matrix, v));
}

/**
 * Divides a parameter by (an estimate of) its largest singular value before every forward. The parameter itself becomes `weight_orig`; the
 * singular vectors are the buffers `weight_u` and `weight_v`.
 * @example
 * ```ts
 * const layer = torch.nn.utils.spectral_norm(new torch.nn.Linear(20, 40));
 * Object.keys(layer.state_dict()); // ['bias', 'weight_orig', 'weight_u', 'weight_v']
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.spectral_norm.html
 * @see https://arxiv.org/abs/1802.05957
 */
export function spectral_norm<M extends Module>(
  module: M,
  ...given: Given<SpectralNormOptions, [name: 'name', n_power_iterations: 'n_power_iterations', eps: 'eps', dim: 'dim']>
): M {
  const options = positional<Required<SpectralNormOptions>>('spectral_norm', given, {
    name: 'weight',
    n_power_iterations: 1,
    eps: 1e-12,
    dim: null,
  });
  const weight = check_target('spectral_norm', module, options.name);
  const method = judge_spectral_norm('spectral_norm', module, weight, options);
  replace_parameter('spectral_norm', module, options.name, () => {
    const members = ['orig', 'u', 'v'].map((suffix) => `${options.name}_${suffix}`);
    const [height, width] = as_matrix(weight.detach(), method.dim).shape;
    module.register_parameter(members[0], weight);
    Reflect.set(module, options.name, weight.detach());
    module.register_buffer(members[1], random_direction(height, weight, method.eps));
    module.register_buffer(members[2], random_direction(width, weight, method.eps));
    const part = (i: number): Tensor => Reflect.get<Module, string>(module, members[i]) as Tensor;
    const compute = (forward: boolean): Tensor => {
      const matrix = as_matrix(part(0), method.dim);
      const iterate = forward && module.training;
      const [u, v] = iterate ? iterated(matrix, part(1), part(2), method) : [part(1), part(2)];
      return div(part(0), singular_value(matrix, u, v));
    };
    return { members, compute };
  });
  return module;
}

/** The power method's next vectors, also written into the buffers; those returned stay as they are. */
function iterated(matrix: Tensor, u: Tensor, v: Tensor, { n_power_iterations, eps }: PowerMethod): [Tensor, Tensor] {
  return no_grad(() => {
    let [left, right] = [u, v];
    for (let i = 0; i < n_power_iterations; i++) {
      right = normalize(mv(matrix.t(), left), { dim: 0, eps });
      left = normalize(mv(matrix, right), { dim: 0, eps });
    }
    u.copy_(left);
    v.copy_(right);
    return [left, right];
  });
}

/**
 * Undoes {@link spectral_norm}: the present weight becomes a parameter again.
 * @example
 * ```ts
 * const layer = torch.nn.utils.spectral_norm(new torch.nn.Linear(3, 2));
 * torch.nn.utils.remove_spectral_norm(layer);
 * [...layer.named_parameters()].map(([name]) => name).sort(); // ['bias', 'weight']
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.remove_spectral_norm.html
 */
export function remove_spectral_norm<M extends Module>(
  module: M,
  ...given: Given<Pick<SpectralNormOptions, 'name'>, [name: 'name']>
): M {
  const { name } = positional('remove_spectral_norm', given, { name: 'weight' });
  no_grad(() => restore_parameter('remove_spectral_norm', 'spectral_norm', module, name));
  return module;
}
