import { type Given, positional } from '../../arguments';
import { no_grad } from '../../autograd/mode';
import { check_number } from '../../errors';
import { fill_with } from '../../native/map';
import type { Generator } from '../../random';
import { check_tensor, type Tensor } from '../../tensor/tensor';

/** One value, or one distribution, for all elements. */

/** Runs `write` on a tensor, outside the graph. */
export function fill(op: string, tensor: Tensor, write: (target: Tensor) => void): Tensor {
  check_tensor(op, 'tensor', tensor);
  no_grad(() => write(tensor));
  return tensor;
}

/** Options of {@link uniform_}. */
export interface UniformOptions {
  /** The lower end. Default 0. */
  a: number;
  /** The upper end. Default 1. */
  b: number;
  /** Where the numbers are drawn from; default the generator of `torch.manual_seed`. */
  generator?: Generator;
}

const unit: UniformOptions = { a: 0, b: 1, generator: undefined };

/**
 * Uniform in [a, b).
 * @example
 * ```ts
 * torch.nn.init.uniform_(torch.empty([100]), -1, 1).abs().max().item() <= 1; // true
 * ```
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.uniform_
 */
export function uniform_(
  tensor: Tensor,
  ...given: Given<Partial<UniformOptions>, [a: 'a', b: 'b', generator: 'generator']>
): Tensor {
  const { a, b, generator } = positional('uniform_', given, unit);
  return fill('uniform_', tensor, (target) => target.uniform_(a, b, { generator }));
}

/** Options of {@link normal_}. */
export interface NormalOptions {
  /** Default 0. */
  mean: number;
  /** Default 1. */
  std: number;
  /** Where the numbers are drawn from; default the generator of `torch.manual_seed`. */
  generator?: Generator;
}

const standard: NormalOptions = { mean: 0, std: 1, generator: undefined };

/**
 * Normal with this mean and standard deviation.
 * @example
 * ```ts
 * const layer = new torch.nn.Linear(4, 2);
 * torch.nn.init.normal_(layer.weight, { std: 0.02 });
 * torch.nn.init.zeros_(layer.bias!).tolist(); // [0, 0]
 * ```
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.normal_
 */
export function normal_(
  tensor: Tensor,
  ...given: Given<Partial<NormalOptions>, [mean: 'mean', std: 'std', generator: 'generator']>
): Tensor {
  const { mean, std, generator } = positional('normal_', given, standard);
  return fill('normal_', tensor, (target) => target.normal_(mean, std, { generator }));
}

/**
 * The same value everywhere.
 * @example
 * ```ts
 * torch.nn.init.constant_(torch.empty([2]), 0.5).tolist(); // [0.5, 0.5]
 * ```
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.constant_
 */
export function constant_(tensor: Tensor, value: number): Tensor {
  check_number('constant_', 'val', value);
  return fill('constant_', tensor, (target) => set_all(target, value));
}

/**
 * Ones everywhere.
 * @example
 * ```ts
 * torch.nn.init.ones_(torch.empty([2])).tolist(); // [1, 1]
 * ```
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.ones_
 */
export function ones_(tensor: Tensor): Tensor {
  return fill('ones_', tensor, (target) => set_all(target, 1));
}

/**
 * Zeros everywhere.
 * @example
 * ```ts
 * torch.nn.init.zeros_(torch.empty([2])).tolist(); // [0, 0]
 * ```
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.zeros_
 */
export function zeros_(tensor: Tensor): Tensor {
  return fill('zeros_', tensor, (target) => set_all(target, 0));
}

export function set_all(target: Tensor, value: number): void {
  fill_with(target, value);
  target.bump_version();
}
