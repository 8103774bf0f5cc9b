import { type Given, positional } from '../../arguments';
import { check_boolean, check_integer, fail, shape_text } from '../../errors';
import { empty } from '../../ops/create';
import { group_norm } from '../../ops/group_norm';
import { check_normalized_shape, layer_norm, rms_norm } from '../../ops/layer_norm';
import { check_eps } from '../../ops/norm_formula';
import { type LocalResponseNormOptions, local_response_norm } from '../../ops/normalize';
import type { DType } from '../../tensor/dtype';
import { type Shape, same_shape } from '../../tensor/shape';
import { check_floating, type Tensor } from '../../tensor/tensor';
import { ones_, zeros_ } from '../init';
import { Module } from '../module';
import { Parameter } from '../parameter';
import { trust } from '../trust';
import { check_numbers, parameters_repr, python_number } from './activation_base';
import { leading } from './leading';
import { python_boolean } from './norm_base';

/** Normalisation of each sample by itself. */

abstract class Scaled extends Module {
  weight: Parameter | null = null;
  bias: Parameter | null = null;

  /** @internal */
  protected make_parameters(shape: Shape, dtype: DType | undefined, weight: boolean, bias: boolean): void {
    if (weight) this.weight = new Parameter(empty(shape, { dtype }));
    if (weight && bias) this.bias = new Parameter(empty(shape, { dtype }));
    this.reset_parameters();
  }

  /** Weights 1, biases 0. */
  reset_parameters(): void {
    if (this.weight !== null) ones_(this.weight);
    if (this.bias !== null) zeros_(this.bias);
  }
}

/** As Python writes a tuple: `(512,)`, `(3, 4)`. */
function tuple(sizes: readonly number[]): string {
  return sizes.length === 1 ? `(${sizes[0]},)` : `(${sizes.join(', ')})`;
}

function check_last_dimensions(name: string, input: unknown, shape: Shape): Tensor {
  const x = check_floating(name, 'input', input);
  if (x.ndim < shape.length || !same_shape(x.shape.slice(x.ndim - shape.length), shape))
    fail(name, `expected an input whose last dimensions are ${shape_text(shape)}, got shape ${shape_text(x.shape)}`);
  return x;
}

/** Options of {@link LayerNorm}. */
export interface LayerNormModuleOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number;
  /** A learned weight, and a bias, for each element of `normalized_shape`. Default true. */
  elementwise_affine?: boolean;
  /** Where `elementwise_affine`: a bias too. Default true. */
  bias?: boolean;
  /** float32 or float64; default the default dtype. */
  dtype?: DType;
}

/**
 * Normalises over the last dimensions, which must be `normalized_shape`: a size or a list of sizes.
 * @example
 * ```ts
 * const norm = new torch.nn.LayerNorm(64); // or [3, 64]
 * norm.forward(torch.randn([8, 10, 64])).shape; // [8, 10, 64]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html
 * @see https://arxiv.org/abs/1607.06450
 */
export class LayerNorm extends Scaled {
  readonly normalized_shape: readonly number[];
  readonly eps: number;
  readonly elementwise_affine: boolean;

  constructor(
    ...given: Given<
      LayerNormModuleOptions & { normalized_shape: number | readonly number[] },
      [normalized_shape: 'normalized_shape', eps: 'eps', elementwise_affine: 'elementwise_affine', bias: 'bias']
    >
  ) {
    super();
    const { required, rest } = leading<[number | readonly number[]]>(given, ['normalized_shape']);
    const { eps, elementwise_affine, bias, dtype } = positional('LayerNorm', rest, {
      eps: 1e-5,
      elementwise_affine: true,
      bias: true,
      dtype: undefined as DType | undefined,
    });
    this.normalized_shape = check_normalized_shape('LayerNorm', required[0]);
    this.eps = check_eps('LayerNorm', eps);
    this.elementwise_affine = check_boolean('LayerNorm', 'elementwise_affine', elementwise_affine);
    check_boolean('LayerNorm', 'bias', bias);
    this.make_parameters(this.normalized_shape, dtype, elementwise_affine, bias);
  }

  override forward(input: Tensor): Tensor {
    const x = check_last_dimensions('LayerNorm', input, this.normalized_shape);
    return layer_norm(x, this.normalized_shape, this.weight, this.bias, this.eps);
  }

  override extra_repr(): string {
    const { normalized_shape, eps, elementwise_affine, bias } = this;
    return (
      `${tuple(normalized_shape)}, eps=${python_number(eps)}, elementwise_affine=${python_boolean(elementwise_affine)}, ` +
      `bias=${python_boolean(bias !== null)}`
    );
  }
}
trust(LayerNorm);

/** Options of {@link RMSNorm}. */
export interface RMSNormOptions {
  /** Added to the mean square. Default null: the distance from 1 to the next number of the input's dtype. */
  eps?: number | null;
  /** A learned weight for each element of `normalized_shape`. Default true. */
  elementwise_affine?: boolean;
  /** float32 or float64; default the default dtype. */
  dtype?: DType;
}

/**
 * Divides by the root mean square over the last dimensions, which must be `normalized_shape`.
 * @example
 * ```ts
 * new torch.nn.RMSNorm([2]).forward(torch.tensor([3, 4])).tolist(); // [0.8485, 1.1314]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.RMSNorm.html
 * @see https://arxiv.org/abs/1910.07467
 */
export class RMSNorm extends Scaled {
  readonly normalized_shape: readonly number[];
  readonly eps: number | null;
  readonly elementwise_affine: boolean;

  constructor(
    ...given: Given<
      RMSNormOptions & { normalized_shape: number | readonly number[] },
      [normalized_shape: 'normalized_shape', eps: 'eps', elementwise_affine: 'elementwise_affine']
    >
  ) {
    super();
    const { required, rest } = leading<[number | readonly number[]]>(given, ['normalized_shape']);
    const { eps, elementwise_affine, dtype } = positional('RMSNorm', rest, {
      eps: null as number | null,
      elementwise_affine: true,
      dtype: undefined as DType | undefined,
    });
    this.normalized_shape = check_normalized_shape('RMSNorm', required[0]);
    this.eps = eps === null ? null : check_eps('RMSNorm', eps);
    this.elementwise_affine = check_boolean('RMSNorm', 'elementwise_affine', elementwise_affine);
    this.make_parameters(this.normalized_shape, dtype, elementwise_affine, false);
  }

  override forward(input: Tensor): Tensor {
    const x = check_last_dimensions('RMSNorm', input, this.normalized_shape);
    return rms_norm(x, this.normalized_shape, this.weight, this.eps);
  }

  override extra_repr(): string {
    const eps = this.eps === null ? 'None' : python_number(this.eps);
    return `${tuple(this.normalized_shape)}, eps=${eps}, elementwise_affine=${python_boolean(this.elementwise_affine)}`;
  }
}
trust(RMSNorm);

/** Options of {@link GroupNorm}. */
export interface GroupNormModuleOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number;
  /** A learned weight and bias for each channel. Default true. */
  affine?: boolean;
  /** Where `affine`: a bias too. Default true. */
  bias?: boolean;
  /** float32 or float64; default the default dtype. */
  dtype?: DType;
}

/**
 * Normalises groups of channels of each sample of [batch, num_channels, ...].
 * @example
 * ```ts
 * new torch.nn.GroupNorm(2, 8).forward(torch.randn([4, 8, 5, 5])).shape; // [4, 8, 5, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GroupNorm.html
 * @see https://arxiv.org/abs/1803.08494
 */
export class GroupNorm extends Scaled {
  readonly num_groups: number;
  readonly num_channels: number;
  readonly eps: number;
  readonly affine: boolean;

  constructor(
    ...given: Given<
      GroupNormModuleOptions & { num_groups: number; num_channels: number },
      [num_groups: 'num_groups', num_channels: 'num_channels', eps: 'eps', affine: 'affine']
    >
  ) {
    super();
    const { required, rest } = leading<[number, number]>(given, ['num_groups', 'num_channels']);
    const [num_groups, num_channels] = required;
    const { eps, affine, bias, dtype } = positional('GroupNorm', rest, {
      eps: 1e-5,
      affine: true,
      bias: true,
      dtype: undefined as DType | undefined,
    });
    this.num_groups = check_integer('GroupNorm', 'num_groups', num_groups, 1);
    this.num_channels = check_integer('GroupNorm', 'num_channels', num_channels, 0);
    if (num_channels % num_groups !== 0)
      fail('GroupNorm', `expected num_groups to divide num_channels, got ${num_groups} and ${num_channels}`);
    this.eps = check_eps('GroupNorm', eps);
    this.affine = check_boolean('GroupNorm', 'affine', affine);
    check_boolean('GroupNorm', 'bias', bias);
    this.make_parameters([num_channels], dtype, affine, bias);
  }

  override forward(input: Tensor): Tensor {
    const { shape, ndim } = check_floating('GroupNorm', 'input', input);
    if (ndim < 2 || (this.affine && shape[1] !== this.num_channels))
      fail('GroupNorm', `expected an input of [batch, ${this.num_channels}, ...], got shape ${shape_text(shape)}`);
    return group_norm(input, this.num_groups, this.weight, this.bias, this.eps);
  }

  override extra_repr(): string {
    const { num_groups, num_channels, eps, affine, bias } = this;
    return (
      `${num_groups}, ${num_channels}, eps=${python_number(eps)}, affine=${python_boolean(affine)}, ` +
      `bias=${python_boolean(bias !== null)}`
    );
  }
}
trust(GroupNorm);

/**
 * Divides each element by a power of what the channels around it hold: `x / (k + alpha · mean of x²)^beta`.
 * @example
 * ```ts
 * new torch.nn.LocalResponseNorm(3).forward(torch.randn([1, 8, 5, 5])).shape; // [1, 8, 5, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LocalResponseNorm.html
 */
export class LocalResponseNorm extends Module {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;

  constructor(
    ...given: Given<LocalResponseNormOptions & { size: number }, [size: 'size', alpha: 'alpha', beta: 'beta', k: 'k']>
  ) {
    super();
    const { required, rest } = leading<[number]>(given, ['size']);
    this.size = check_integer('LocalResponseNorm', 'size', required[0], 1);
    const options = positional('LocalResponseNorm', rest, { alpha: 1e-4, beta: 0.75, k: 1 });
    const { alpha, beta, k } = check_numbers('LocalResponseNorm', options);
    this.alpha = alpha;
    this.beta = beta;
    this.k = k;
  }

  override forward(input: Tensor): Tensor {
    return local_response_norm(input, this.size, this.alpha, this.beta, this.k);
  }

  override extra_repr(): string {
    const { size, alpha, beta, k } = this;
    return `${size}, ${parameters_repr({ alpha, beta, k })}`;
  }
}
trust(LocalResponseNorm);
