import { positional } from '../../arguments';
import { conv_with } from '../../ops/conv';
import { type ConvPadding, type ConvSettings, check_conv_settings, same_padding } from '../../ops/conv_settings';
import { check_slope } from '../../ops/leaky_relu';
import { pad } from '../../ops/pad';
import type { Spatial } from '../../ops/spatial';
import type { DType } from '../../tensor/dtype';
import { check_tensor, type Tensor } from '../../tensor/tensor';
import { trust } from '../trust';
import { type ConvArguments, ConvBase, type ConvPaddingMode } from './conv_base';
import { leading } from './leading';

/** Convolutions as modules. */

const defaults = {
  kernel_size: undefined as Spatial | undefined,
  stride: 1 as Spatial,
  padding: 0 as ConvPadding,
  dilation: 1 as Spatial,
  groups: 1,
  bias: true,
  padding_mode: 'zeros' as ConvPaddingMode,
  dtype: undefined as DType | undefined,
};

/** A convolution that may be followed by LeakyReLU in the same pass. */
export abstract class Conv extends ConvBase {
  readonly stride: readonly number[];
  readonly padding: readonly number[] | 'same' | 'valid';
  readonly dilation: readonly number[];
  readonly output_padding: readonly number[];
  /** What the convolution itself pads; in another mode than 'zeros' the input has been padded before. */
  private readonly settings: ConvSettings;
  private readonly pads: readonly number[] | null;

  constructor(name: string, dims: number, given: readonly unknown[]) {
    const { required, rest } = leading<[number, number]>(given, ['in_channels', 'out_channels']);
    const options = positional(name, rest, defaults);
    const [in_channels, out_channels] = required;
    super(name, dims, false, in_channels, out_channels, options);
    const settings = check_conv_settings(name, dims, options);
    this.stride = settings.stride;
    this.padding = settings.padding;
    this.dilation = settings.dilation;
    this.output_padding = new Array<number>(dims).fill(0);
    this.pads = this.padding_mode === 'zeros' ? null : this.pads_of(settings);
    this.settings = this.pads === null ? settings : { ...settings, padding: 'valid' };
  }

  /** What {@link pad} has to add, the last dimension first. */
  private pads_of({ padding, dilation }: ConvSettings): readonly number[] {
    const each = this.kernel_size.map((size, i) =>
      padding === 'same' ? same_padding(size, dilation[i]) : padding === 'valid' ? [0, 0] : [padding[i], padding[i]],
    );
    return each.reverse().flat();
  }

  override forward(input: Tensor): Tensor {
    return this.run(input, null);
  }

  /** `leaky_relu(forward(input), negative_slope)` in one pass, with the same bits. */
  forward_leaky_relu(input: Tensor, negative_slope: number): Tensor {
    return this.run(input, negative_slope);
  }

  private run(input: Tensor, negative_slope: number | null): Tensor {
    const { name } = this.constructor;
    const x = check_tensor(name, 'input', input);
    const slope = negative_slope === null ? null : check_slope('LeakyReLU', negative_slope, x.dtype);
    const padded = this.padding_mode === 'zeros' || this.pads === null ? x : pad(x, this.pads, this.padding_mode);
    return conv_with(name, this.dims, padded, this.weight, this.bias, this.settings, slope);
  }
}

/**
 * Cross-correlation of sequences: [batch, in_channels, length] → [batch, out_channels, length'], with or without the batch. Options by name
 * or in PyTorch's order: kernel_size, stride, padding, dilation, groups, bias, padding_mode.
 * @example
 * ```ts
 * const layer = new torch.nn.Conv1d(16, 33, 3, { stride: 2 });
 * layer.forward(torch.ones([20, 16, 50])).shape; // [20, 33, 24]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Conv1d.html
 */
export class Conv1d extends Conv {
  constructor(...given: ConvArguments) {
    super('Conv1d', 1, given);
  }
}
trust(Conv1d);

/**
 * Cross-correlation of images: [batch, in_channels, height, width] → [batch, out_channels, height', width'], with or without the batch.
 * Options by name or in PyTorch's order: kernel_size, stride, padding, dilation, groups, bias, padding_mode.
 * @example
 * ```ts
 * const layer = new torch.nn.Conv2d(3, 32, { kernel_size: 4, stride: 2, padding: 1 });
 * layer.forward(torch.ones([8, 3, 32, 32])).shape; // [8, 32, 16, 16]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
 */
export class Conv2d extends Conv {
  constructor(...given: ConvArguments) {
    super('Conv2d', 2, given);
  }
}
trust(Conv2d);
