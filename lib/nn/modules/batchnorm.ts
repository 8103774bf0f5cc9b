import { no_grad } from '../../autograd/mode';
import { fail, shape_text } from '../../errors';
import { batch_norm_of, type Rectifier } from '../../ops/batch_norm';
import { read_item } from '../../ops/create';
import { check_floating, type Tensor } from '../../tensor/tensor';
import { trust } from '../trust';
import { ChannelNorm, type ChannelNormArguments } from './norm_base';

/** Batch normalisation for inputs of different numbers of dimensions. */

export abstract class BatchNorm extends ChannelNorm {
  constructor(...given: ChannelNormArguments) {
    super(new.target.name, given, { affine: true, track_running_stats: true });
  }

  /** @internal How many dimensions an input may have. */
  protected abstract readonly dimensions: readonly number[];

  override forward(input: Tensor): Tensor {
    return this.normalise(input, null);
  }

  /** @internal With a rectifier behind it, in one pass. */
  normalise(input: Tensor, rectifier: Rectifier | null): Tensor {
    const { name } = this.constructor;
    this.check(name, check_floating(name, 'input', input));
    const { weight, bias, eps, training, track_running_stats } = this;
    const used = !training || track_running_stats;
    const [running_mean, running_var] = used ? [this.running_mean, this.running_var] : [null, null];
    const by_batch = training || (this.running_mean === null && this.running_var === null);
    const momentum = training && track_running_stats ? this.count_batch() : 0;
    const options = { running_mean, running_var, weight, bias, training: by_batch, momentum, eps };
    return batch_norm_of(name, input, options, rectifier);
  }

  private check(name: string, { ndim, shape, count }: Tensor): void {
    const { dimensions, num_features } = this;
    if (!dimensions.includes(ndim))
      fail(name, `expected an input of ${dimensions.join(' or ')} dimensions, got shape ${shape_text(shape)}`);
    const fits = shape[1] === num_features || !(this.affine || this.track_running_stats);
    if (!fits) fail(name, `expected an input of ${num_features} channels, got shape ${shape_text(shape)}`);
    if (this.training && count > 0 && count === shape[1])
      fail(name, `expected more than 1 value per channel in training, got input of shape ${shape_text(shape)}`);
  }

  /** Counts a batch; returns its weight in the running statistics. */
  private count_batch(): number {
    const batches = this.num_batches_tracked;
    if (batches === null) return this.momentum ?? 0;
    no_grad(() => batches.add_(1));
    return this.momentum ?? 1 / read_item(batches);
  }
}

/**
 * Batch normalisation of [batch, channels] or [batch, channels, length].
 * @example
 * ```ts
 * new torch.nn.BatchNorm1d(8).forward(torch.randn([32, 8])).shape; // [32, 8]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html
 */
export class BatchNorm1d extends BatchNorm {
  protected get dimensions(): readonly number[] {
    return [2, 3];
  }
}
trust(BatchNorm1d);

/**
 * Batch normalisation of images [batch, channels, height, width]: in training by the mean and variance of each channel of the batch, which
 * also move `running_mean` and `running_var`; in evaluation by these. In a `Sequential`, a `LeakyReLU` or `ReLU` behind it runs in the same
 * pass.
 * @example
 * ```ts
 * const norm = new torch.nn.BatchNorm2d(3);
 * norm.forward(torch.randn([8, 3, 16, 16])).shape; // [8, 3, 16, 16]
 * norm.eval().forward(torch.zeros([1, 3, 16, 16])).shape; // [1, 3, 16, 16]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html
 * @see https://arxiv.org/abs/1502.03167
 */
export class BatchNorm2d extends BatchNorm {
  protected get dimensions(): readonly number[] {
    return [4];
  }
}
trust(BatchNorm2d);
