import { no_grad } from '../autograd/mode';
import { check_number, check_options, fail, fail_type, shape_text } from '../errors';
import { copy_into, fill_with } from '../native/map';
import { where } from '../ops/where';
import { numel_of } from '../tensor/shape';
import { check_floating, check_tensor, type Tensor } from '../tensor/tensor';

/**
 * Filling parameters before training; `torch.nn.init`. All write into their tensor, outside the graph, and return it. Random ones draw from the
 * generator of `torch.manual_seed`.
 *
 * @see https://pytorch.org/docs/stable/nn.init.html
 */

export type FanMode = 'fan_in' | 'fan_out';

/** The functions {@link calculate_gain} knows. */
export type Nonlinearity =
  | 'linear'
  | 'conv1d'
  | 'conv2d'
  | 'conv3d'
  | 'conv_transpose1d'
  | 'conv_transpose2d'
  | 'conv_transpose3d'
  | 'sigmoid'
  | 'tanh'
  | 'relu'
  | 'leaky_relu'
  | 'selu';

/**
 * The factor by which weights before this function are to be scaled.
 * @example
 * ```ts
 * torch.nn.init.calculate_gain('leaky_relu', 0.2); // 1.3867504905630728
 * ```
 */
export function calculate_gain(nonlinearity: Nonlinearity, param?: number): number {
  switch (nonlinearity) {
    case 'tanh':
      return 5 / 3;
    case 'relu':
      return Math.SQRT2;
    case 'selu':
      return 3 / 4;
    case 'leaky_relu': {
      const slope = param === undefined || param === null ? 0.01 : check_number('calculate_gain', 'param', param);
      return Math.sqrt(2 / (1 + slope ** 2));
    }
    default:
      if (nonlinearity === 'sigmoid' || nonlinearity === 'linear' || /^conv(_transpose)?[123]d$/.test(nonlinearity))
        return 1;
      return fail('calculate_gain', `unsupported nonlinearity ${JSON.stringify(nonlinearity)}`);
  }
}

function fill(op: string, tensor: Tensor, write: (target: Tensor) => void): Tensor {
  check_tensor(op, 'tensor', tensor);
  no_grad(() => {
    write(tensor);
  });
  return tensor;
}

/** Uniform in [a, b). */
export function uniform_(tensor: Tensor, a = 0, b = 1): Tensor {
  return fill('uniform_', tensor, (target) => target.uniform_(a, b));
}

/** Normal with this mean and standard deviation. */
export function normal_(tensor: Tensor, mean = 0, std = 1): Tensor {
  return fill('normal_', tensor, (target) => target.normal_(mean, std));
}

export function constant_(tensor: Tensor, value: number): Tensor {
  check_number('constant_', 'val', value);
  return fill('constant_', tensor, (target) => set_all(target, value));
}

export function ones_(tensor: Tensor): Tensor {
  return fill('ones_', tensor, (target) => set_all(target, 1));
}

export function zeros_(tensor: Tensor): Tensor {
  return fill('zeros_', tensor, (target) => set_all(target, 0));
}

function set_all(target: Tensor, value: number): void {
  fill_with(target, value);
  target.bump_version();
}

/** The identity matrix, as far as a rectangular one can be. */
export function eye_(tensor: Tensor): Tensor {
  if (check_tensor('eye_', 'tensor', tensor).ndim !== 2)
    fail('eye_', `expected a matrix, got shape ${shape_text(tensor.shape)}`);
  return fill('eye_', tensor, (target) => {
    set_all(target, 0);
    fill_with(target.diagonal(), 1);
  });
}

function fans(op: string, tensor: Tensor): [fan_in: number, fan_out: number] {
  check_tensor(op, 'tensor', tensor);
  if (tensor.ndim < 2) fail(op, `expected a tensor of at least 2 dimensions, got shape ${shape_text(tensor.shape)}`);
  const field = numel_of(tensor.shape.slice(2));
  return [tensor.shape[1] * field, tensor.shape[0] * field];
}

/** Uniform within ±gain·√(6 / (fan_in + fan_out)). */
export function xavier_uniform_(tensor: Tensor, gain = 1): Tensor {
  const [fan_in, fan_out] = fans('xavier_uniform_', tensor);
  const bound = Math.sqrt(3) * (check_number('xavier_uniform_', 'gain', gain) * Math.sqrt(2 / (fan_in + fan_out)));
  return tensor.count === 0 ? tensor : uniform_(tensor, -bound, bound);
}

/** Normal with standard deviation gain·√(2 / (fan_in + fan_out)). */
export function xavier_normal_(tensor: Tensor, gain = 1): Tensor {
  const [fan_in, fan_out] = fans('xavier_normal_', tensor);
  const std = check_number('xavier_normal_', 'gain', gain) * Math.sqrt(2 / (fan_in + fan_out));
  return tensor.count === 0 ? tensor : normal_(tensor, 0, std);
}

export interface KaimingOptions {
  /** The slope of the leaky rectifier that follows. Default 0. */
  a?: number;
  /** Keep the variance in the forward (`fan_in`) or the backward pass (`fan_out`). Default `fan_in`. */
  mode?: FanMode;
  /** What follows. Default `leaky_relu`. */
  nonlinearity?: Nonlinearity;
}

function kaiming_std(op: string, tensor: Tensor, options?: number | KaimingOptions): number {
  const given = typeof options === 'number' ? { a: options } : options;
  const { a, mode, nonlinearity } = check_options<Required<KaimingOptions>>(op, given, {
    a: 0,
    mode: 'fan_in',
    nonlinearity: 'leaky_relu',
  });
  const [fan_in, fan_out] = fans(op, tensor);
  if (mode !== 'fan_in' && mode !== 'fan_out') fail_type(op, 'mode', '"fan_in" or "fan_out"', mode);
  return calculate_gain(nonlinearity, check_number(op, 'a', a)) / Math.sqrt(mode === 'fan_in' ? fan_in : fan_out);
}

/** Uniform within ±gain·√(3 / fan): He's initialisation for rectifiers. */
export function kaiming_uniform_(tensor: Tensor, options?: number | KaimingOptions): Tensor {
  const bound = Math.sqrt(3) * kaiming_std('kaiming_uniform_', tensor, options);
  return tensor.count === 0 ? tensor : uniform_(tensor, -bound, bound);
}

/** Normal with standard deviation gain / √fan. */
export function kaiming_normal_(tensor: Tensor, options?: number | KaimingOptions): Tensor {
  const std = kaiming_std('kaiming_normal_', tensor, options);
  return tensor.count === 0 ? tensor : normal_(tensor, 0, std);
}

/** Normal, drawn again where it falls outside [a, b]. */
export function trunc_normal_(tensor: Tensor, mean = 0, std = 1, a = -2, b = 2): Tensor {
  check_floating('trunc_normal_', 'tensor', tensor);
  if (!(a < b)) fail('trunc_normal_', `expected a < b, got ${a} and ${b}`);
  if (!(std > 0)) fail('trunc_normal_', `expected a positive std, got ${std}`);
  return fill('trunc_normal_', tensor, (target) => {
    // The acceptance rate falls without bound as [a, b] moves into a tail; there the inverse of the distribution would be needed.
    if (mean < a - 4 * std || mean > b + 4 * std)
      fail('trunc_normal_', `mean ${mean} lies more than 4 std outside [${a}, ${b}]`);
    target.normal_(mean, std);
    for (;;) {
      const outside = target.lt(a).logical_or(target.gt(b));
      if (!outside.any().item()) return;
      copy_into(target, where(outside, target.clone().normal_(mean, std), target));
    }
  });
}
