import { type Given, positional } from '../../arguments';
import { check_integer } from '../../errors';
import { channel_shuffle, pixel_shuffle, pixel_unshuffle } from '../../ops/shuffle';
import type { Tensor } from '../../tensor/tensor';
import { Module } from '../module';
import { trust } from '../trust';

/** Modules that move elements between channels and places. */

/**
 * Channels become pixels: [*, C · r², H, W] → [*, C, H · r, W · r] (Shi et al., "Real-time single image and video super-resolution", 2016).
 * @example
 * ```ts
 * import * as torch from 'cresset';
 * new torch.nn.PixelShuffle(2).forward(torch.ones([1, 8, 3, 4])).shape; // [1, 2, 6, 8]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.PixelShuffle.html
 */
export class PixelShuffle extends Module {
  readonly upscale_factor: number;

  constructor(...given: Given<{ upscale_factor: number }, [upscale_factor: 'upscale_factor']>) {
    super();
    const { name } = new.target;
    const options = positional(name, given, { upscale_factor: undefined as number | undefined });
    this.upscale_factor = check_integer(name, 'upscale_factor', options.upscale_factor, 1);
  }

  override forward(input: Tensor): Tensor {
    return pixel_shuffle(input, this.upscale_factor);
  }

  override extra_repr(): string {
    return `upscale_factor=${this.upscale_factor}`;
  }
}
trust(PixelShuffle);

/**
 * Pixels become channels, the reverse of {@link PixelShuffle}: [*, C, H · r, W · r] → [*, C · r², H, W].
 * @example
 * ```ts
 * new torch.nn.PixelUnshuffle(2).forward(torch.zeros([1, 3, 8, 8])).shape; // [1, 12, 4, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.PixelUnshuffle.html
 */
export class PixelUnshuffle extends Module {
  readonly downscale_factor: number;

  constructor(...given: Given<{ downscale_factor: number }, [downscale_factor: 'downscale_factor']>) {
    super();
    const { name } = new.target;
    const options = positional(name, given, { downscale_factor: undefined as number | undefined });
    this.downscale_factor = check_integer(name, 'downscale_factor', options.downscale_factor, 1);
  }

  override forward(input: Tensor): Tensor {
    return pixel_unshuffle(input, this.downscale_factor);
  }

  override extra_repr(): string {
    return `downscale_factor=${this.downscale_factor}`;
  }
}
trust(PixelUnshuffle);

/**
 * Channels of [N, C, *] dealt out anew: the first of every group, then the second of every group, … (Zhang et al., "ShuffleNet", 2017).
 * @example
 * ```ts
 * const x = torch.arange(6).view([1, 6, 1]);
 * new torch.nn.ChannelShuffle(2).forward(x).flatten().tolist(); // [0, 3, 1, 4, 2, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ChannelShuffle.html
 */
export class ChannelShuffle extends Module {
  readonly groups: number;

  constructor(...given: Given<{ groups: number }, [groups: 'groups']>) {
    super();
    const { name } = new.target;
    const options = positional(name, given, { groups: undefined as number | undefined });
    this.groups = check_integer(name, 'groups', options.groups, 1);
  }

  override forward(input: Tensor): Tensor {
    return channel_shuffle(input, this.groups);
  }

  override extra_repr(): string {
    return `groups=${this.groups}`;
  }
}
trust(ChannelShuffle);
