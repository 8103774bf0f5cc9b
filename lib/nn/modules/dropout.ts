import { type Given, positional } from '../../arguments';
import { check_boolean } from '../../errors';
import { alpha_dropout, check_probability, dropout } from '../../ops/dropout';
import { dropout1d, dropout2d, dropout3d, feature_alpha_dropout } from '../../ops/dropout_channels';
import type { Tensor } from '../../tensor/tensor';
import { Module } from '../module';
import { trust } from '../trust';
import { python_number } from './activation_base';

/** Modules that drop elements or channels in training, and do nothing in evaluation. */

/** Options of {@link Dropout} and its kin. */
export interface DropoutModuleOptions {
  /** The probability that an element (or channel) is dropped. Default 0.5. */
  p?: number;
  /** Write into the input. Default false. */
  inplace?: boolean;
}

abstract class DropoutModule extends Module {
  readonly p: number;
  readonly inplace: boolean;

  constructor(...given: Given<DropoutModuleOptions, [p: 'p', inplace: 'inplace']>) {
    super();
    const { name } = new.target;
    const { p, inplace } = positional(name, given, { p: 0.5, inplace: false });
    this.p = check_probability(name, p);
    this.inplace = check_boolean(name, 'inplace', inplace);
  }

  override extra_repr(): string {
    return `p=${python_number(this.p)}, inplace=${this.inplace ? 'True' : 'False'}`;
  }
}

/**
 * Sets elements to 0 with probability `p` in training and divides the others by `1 - p`; any shape.
 * @example
 * ```ts
 * import * as torch from 'cresset';
 * const drop = new torch.nn.Dropout(0.2).eval();
 * drop.forward(torch.ones([3])).tolist(); // [1, 1, 1]
 * ```
 * @see https://arxiv.org/abs/1207.0580
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Dropout.html
 */
export class Dropout extends DropoutModule {
  override forward(input: Tensor): Tensor {
    return dropout(input, this.p, this.training, this.inplace);
  }
}
trust(Dropout);

/**
 * Drops whole channels of [N, C, L] or [C, L].
 * @example
 * ```ts
 * new torch.nn.Dropout1d(0.2).forward(torch.randn([2, 8, 5])).shape; // [2, 8, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Dropout1d.html
 */
export class Dropout1d extends DropoutModule {
  override forward(input: Tensor): Tensor {
    return dropout1d(input, this.p, this.training, this.inplace);
  }
}
trust(Dropout1d);

/**
 * Drops whole channels of [N, C, H, W], or of [N, C, L].
 * @example
 * ```ts
 * new torch.nn.Dropout2d(0.2).forward(torch.randn([2, 8, 5, 5])).shape; // [2, 8, 5, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Dropout2d.html
 */
export class Dropout2d extends DropoutModule {
  override forward(input: Tensor): Tensor {
    return dropout2d(input, this.p, this.training, this.inplace);
  }
}
trust(Dropout2d);

/**
 * Drops whole channels of [N, C, D, H, W] or [C, D, H, W].
 * @example
 * ```ts
 * new torch.nn.Dropout3d(0.2).forward(torch.randn([2, 8, 3, 5, 5])).shape; // [2, 8, 3, 5, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Dropout3d.html
 */
export class Dropout3d extends DropoutModule {
  override forward(input: Tensor): Tensor {
    return dropout3d(input, this.p, this.training, this.inplace);
  }
}
trust(Dropout3d);

/**
 * Dropout for SELU, which keeps mean 0 and variance 1.
 * @example
 * ```ts
 * new torch.nn.AlphaDropout(0.2).forward(torch.randn([4, 8])).shape; // [4, 8]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AlphaDropout.html
 */
export class AlphaDropout extends DropoutModule {
  override forward(input: Tensor): Tensor {
    return alpha_dropout(input, this.p, this.training, this.inplace);
  }
}
trust(AlphaDropout);

/**
 * {@link AlphaDropout} of whole channels of [N, C, *].
 * @example
 * ```ts
 * new torch.nn.FeatureAlphaDropout(0.2).forward(torch.randn([2, 8, 5])).shape; // [2, 8, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.FeatureAlphaDropout.html
 */
export class FeatureAlphaDropout extends DropoutModule {
  override forward(input: Tensor): Tensor {
    return feature_alpha_dropout(input, this.p, this.training, this.inplace);
  }
}
trust(FeatureAlphaDropout);
