import { type Given, positional } from '../../arguments';
import { check_number, fail, fail_type, shape_text } from '../../errors';
import type { Generator } from '../../random';
import { numel_of } from '../../tensor/shape';
import { check_tensor, type Tensor } from '../../tensor/tensor';
import { normal_, uniform_ } from './fill';
import { calculate_gain, type Nonlinearity } from './gain';

/** Spreads that keep the variance of activations or gradients from layer to layer: those of Glorot (Xavier) and He (Kaiming). */

/** Which side's number of connections scales the weights: `'fan_in'` keeps forward's variance, `'fan_out'` backward's. */
export type FanMode = 'fan_in' | 'fan_out';

function fans(op: string, tensor: Tensor): [fan_in: number, fan_out: number] {
  check_tensor(op, 'tensor', tensor);
  if (tensor.ndim < 2) fail(op, `expected a tensor of at least 2 dimensions, got shape ${shape_text(tensor.shape)}`);
  const field = numel_of(tensor.shape.slice(2));
  return [tensor.shape[1] * field, tensor.shape[0] * field];
}

/** Options of {@link xavier_uniform_} and {@link xavier_normal_}. */
export interface XavierOptions {
  /** Default 1; see {@link calculate_gain}. */
  gain: number;
  /** Where the numbers are drawn from; default the generator of `torch.manual_seed`. */
  generator?: Generator;
}

type XavierArguments = Given<Partial<XavierOptions>, [gain: 'gain', generator: 'generator']>;

function xavier(op: string, tensor: Tensor, given: XavierArguments): { std: number; generator?: Generator } {
  const defaults: XavierOptions = { gain: 1, generator: undefined };
  const { gain, generator } = positional(op, given, defaults);
  const [fan_in, fan_out] = fans(op, tensor);
  return { std: check_number(op, 'gain', gain) * Math.sqrt(2 / (fan_in + fan_out)), generator };
}

/**
 * Uniform within ±gain·√(6 / (fan_in + fan_out)).
 * @example
 * ```ts
 * torch.nn.init.xavier_uniform_(torch.empty([64, 32])).abs().max().item() <= 0.25; // true
 * ```
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.xavier_uniform_
 */
export function xavier_uniform_(tensor: Tensor, ...given: XavierArguments): Tensor {
  const { std, generator } = xavier('xavier_uniform_', tensor, given);
  const bound = Math.sqrt(3) * std;
  return tensor.count === 0 ? tensor : uniform_(tensor, -bound, bound, { generator });
}

/**
 * Normal with standard deviation gain·√(2 / (fan_in + fan_out)).
 * @example
 * ```ts
 * torch.nn.init.xavier_normal_(torch.empty([64, 32])).shape; // [64, 32]
 * ```
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.xavier_normal_
 */
export function xavier_normal_(tensor: Tensor, ...given: XavierArguments): Tensor {
  const { std, generator } = xavier('xavier_normal_', tensor, given);
  return tensor.count === 0 ? tensor : normal_(tensor, 0, std, { generator });
}

/** Options of {@link kaiming_uniform_} and {@link kaiming_normal_}. */
export interface KaimingOptions {
  /** The slope of the leaky rectifier that follows. Default 0. */
  a: number;
  /** Keep the variance in the forward (`fan_in`) or the backward pass (`fan_out`). Default `fan_in`. */
  mode: FanMode;
  /** What follows. Default `leaky_relu`. */
  nonlinearity: Nonlinearity;
  /** Where the numbers are drawn from; default the generator of `torch.manual_seed`. */
  generator?: Generator;
}

type KaimingArguments = Given<
  Partial<KaimingOptions>,
  [a: 'a', mode: 'mode', nonlinearity: 'nonlinearity', generator: 'generator']
>;

function kaiming(op: string, tensor: Tensor, given: KaimingArguments): { std: number; generator?: Generator } {
  const defaults: KaimingOptions = { a: 0, mode: 'fan_in', nonlinearity: 'leaky_relu', generator: undefined };
  const { a, mode, nonlinearity, generator } = positional(op, given, defaults);
  const [fan_in, fan_out] = fans(op, tensor);
  if (mode !== 'fan_in' && mode !== 'fan_out') fail_type(op, 'mode', '"fan_in" or "fan_out"', mode);
  const gain = calculate_gain(nonlinearity, check_number(op, 'a', a));
  return { std: gain / Math.sqrt(mode === 'fan_in' ? fan_in : fan_out), generator };
}

/**
 * Uniform within ±gain·√(3 / fan): He's initialisation for rectifiers.
 * @example
 * ```ts
 * const w = torch.empty([64, 32]);
 * torch.nn.init.kaiming_uniform_(w, 0.01, 'fan_out');
 * w.abs().max().item() <= Math.sqrt(6 / (1 + 0.01 ** 2) / 64); // true
 * ```
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.kaiming_uniform_
 */
export function kaiming_uniform_(tensor: Tensor, ...given: KaimingArguments): Tensor {
  const { std, generator } = kaiming('kaiming_uniform_', tensor, given);
  const bound = Math.sqrt(3) * std;
  return tensor.count === 0 ? tensor : uniform_(tensor, -bound, bound, { generator });
}

/**
 * Normal with standard deviation gain / √fan.
 * @example
 * ```ts
 * torch.nn.init.kaiming_normal_(torch.empty([64, 32]), { nonlinearity: 'relu' }).shape; // [64, 32]
 * ```
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.kaiming_normal_
 */
export function kaiming_normal_(tensor: Tensor, ...given: KaimingArguments): Tensor {
  const { std, generator } = kaiming('kaiming_normal_', tensor, given);
  return tensor.count === 0 ? tensor : normal_(tensor, 0, std, { generator });
}
