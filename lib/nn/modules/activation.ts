import { type Given, positional } from '../../arguments';
import { check_boolean } from '../../errors';
import { relu, relu_ } from '../../ops/activation';
import { check_slope, leaky_relu, leaky_relu_ } from '../../ops/leaky_relu';
import { float64 } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import { Module } from '../module';
import { trust } from '../trust';
import { InplaceActivation, parameters_repr } from './activation_base';

/** Options of {@link LeakyReLU}. */
export interface LeakyReLUOptions {
  /** Slope where x <= 0: a number, or a 0-dim tensor, read once. Default 0.01. */
  negative_slope?: number | Tensor;
  /** Write the result into the input. Default false. */
  inplace?: boolean;
}

/**
 * Leaky rectifier: `x > 0 ? x : x * negative_slope`, for float32 and float64 of any shape.
 *
 * What backward keeps is one bit an element; in place it is right for every slope.
 * @example
 * ```ts
 * const leaky = new torch.nn.LeakyReLU(0.2); // or { negative_slope: 0.2 }
 * leaky.forward(torch.tensor([-1, 2])).tolist(); // [-0.20000000298023224, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LeakyReLU.html
 */
export class LeakyReLU extends Module {
  readonly negative_slope: number;
  readonly inplace: boolean;

  constructor(...given: Given<LeakyReLUOptions, [negative_slope: 'negative_slope', inplace: 'inplace']>) {
    super();
    const { negative_slope, inplace } = positional('LeakyReLU', given, {
      negative_slope: 0.01 as number | Tensor,
      inplace: false,
    });
    this.negative_slope = check_slope('LeakyReLU', negative_slope, float64);
    this.inplace = check_boolean('LeakyReLU', 'inplace', inplace);
  }

  override forward(input: Tensor): Tensor {
    return this.inplace ? leaky_relu_(input, this.negative_slope) : leaky_relu(input, this.negative_slope);
  }

  override extra_repr(): string {
    return parameters_repr({ negative_slope: this.negative_slope }, this.inplace);
  }
}
trust(LeakyReLU);

/**
 * `max(x, 0)`.
 * @example
 * ```ts
 * new torch.nn.ReLU().forward(torch.tensor([-1, 2])).tolist(); // [0, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReLU.html
 */
export class ReLU extends InplaceActivation {
  override forward(input: Tensor): Tensor {
    return this.inplace ? relu_(input) : relu(input);
  }
}
trust(ReLU);
