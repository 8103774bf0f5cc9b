import { fail, shape_text } from '../../errors';
import { instance_norm } from '../../ops/group_norm';
import { squeeze, unsqueeze } from '../../ops/views';
import { check_floating, type Tensor } from '../../tensor/tensor';
import { trust } from '../trust';
import { ChannelNorm, type ChannelNormArguments } from './norm_base';

/** Instance normalisation for inputs of different numbers of dimensions. */

export abstract class InstanceNorm extends ChannelNorm {
  constructor(...given: ChannelNormArguments) {
    super(new.target.name, given, { affine: false, track_running_stats: false });
  }

  /** @internal The number of dimensions of an input without a batch. */
  protected abstract readonly unbatched: number;

  override forward(input: Tensor): Tensor {
    const { name } = this.constructor;
    const { ndim, shape } = check_floating(name, 'input', input);
    const { unbatched, num_features, weight, bias, running_mean, running_var, eps } = this;
    if (ndim !== unbatched && ndim !== unbatched + 1)
      fail(name, `expected an input of ${unbatched} or ${unbatched + 1} dimensions, got shape ${shape_text(shape)}`);
    const channels = shape[ndim - unbatched];
    if (channels !== num_features && (this.affine || this.track_running_stats))
      fail(name, `expected an input of ${num_features} channels, got shape ${shape_text(shape)}`);
    const use_input_stats = this.training || !this.track_running_stats;
    if (use_input_stats && shape.slice(ndim - unbatched + 1).every((size) => size === 1))
      fail(name, `expected more than 1 value per channel, got input of shape ${shape_text(shape)}`);
    const momentum = this.momentum ?? 0;
    const options = { running_mean, running_var, weight, bias, use_input_stats, momentum, eps };
    if (ndim > unbatched) return instance_norm(input, options);
    return squeeze(instance_norm(unsqueeze(input, 0), options), 0);
  }
}

/**
 * Instance normalisation of [batch, channels, length] or [channels, length].
 * @example
 * ```ts
 * new torch.nn.InstanceNorm1d(3).forward(torch.randn([4, 3, 10])).shape; // [4, 3, 10]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.InstanceNorm1d.html
 */
export class InstanceNorm1d extends InstanceNorm {
  protected get unbatched(): number {
    return 2;
  }
}
trust(InstanceNorm1d);

/**
 * Instance normalisation of images [batch, channels, height, width] or [channels, height, width]: each channel of each image by its own mean
 * and variance. Parameters (`affine`) and running statistics only if asked for.
 * @example
 * ```ts
 * new torch.nn.InstanceNorm2d(3).forward(torch.randn([4, 3, 8, 8])).shape; // [4, 3, 8, 8]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.InstanceNorm2d.html
 * @see https://arxiv.org/abs/1607.08022
 */
export class InstanceNorm2d extends InstanceNorm {
  protected get unbatched(): number {
    return 3;
  }
}
trust(InstanceNorm2d);
