import { type Given, positional } from '../../arguments';
import { fail, shape_text } from '../../errors';
import { check_conv_transpose_settings } from '../../ops/conv_settings';
import { conv_transpose_with } from '../../ops/conv_transpose';
import { check_spatial, type Spatial } from '../../ops/spatial';
import type { DType } from '../../tensor/dtype';
import { check_tensor, type Tensor } from '../../tensor/tensor';
import { trust } from '../trust';
import { ConvBase, type ConvPaddingMode, type ConvTransposeArguments } from './conv_base';
import { leading } from './leading';

/** Transposed convolutions as modules. */

const defaults = {
  kernel_size: undefined as Spatial | undefined,
  stride: 1 as Spatial,
  padding: 0 as Spatial,
  output_padding: 0 as Spatial,
  groups: 1,
  bias: true,
  dilation: 1 as Spatial,
  padding_mode: 'zeros' as ConvPaddingMode,
  dtype: undefined as DType | undefined,
};

/** The option of a transposed convolution's forward. */
interface OutputSizeOption {
  output_size?: readonly number[] | null;
}

export abstract class ConvTranspose extends ConvBase {
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly output_padding: readonly number[];

  constructor(name: string, dims: number, given: readonly unknown[]) {
    const { required, rest } = leading<[number, number]>(given, ['in_channels', 'out_channels']);
    const options = positional(name, rest, defaults);
    const [in_channels, out_channels] = required;
    super(name, dims, true, in_channels, out_channels, options);
    const { stride, padding, output_padding, dilation } = check_conv_transpose_settings(name, dims, options);
    this.stride = stride;
    this.padding = padding;
    this.dilation = dilation;
    this.output_padding = output_padding;
  }

  /** With an `output_size` (its spatial part, or the whole shape) the output padding follows from it. */
  override forward(input: Tensor, ...given: Given<OutputSizeOption, [output_size: 'output_size']>): Tensor {
    const { name } = this.constructor;
    const x = check_tensor(name, 'input', input);
    const { output_size } = positional(name, given, { output_size: null as readonly number[] | null });
    const output_padding = output_size === null ? this.output_padding : this.padding_for(name, x, output_size);
    const { stride, padding, dilation, groups } = this;
    const settings = { stride, padding, output_padding, groups, dilation };
    return conv_transpose_with(name, this.dims, x, this.weight, this.bias, settings);
  }

  private padding_for(name: string, x: Tensor, output_size: readonly number[]): readonly number[] {
    const { dims } = this;
    const whole = Array.isArray(output_size) && output_size.length === x.ndim && x.ndim > dims;
    const wanted = check_spatial(name, 'output_size', whole ? output_size.slice(-dims) : output_size, dims, 1);
    return wanted.map((size, i) => {
      const least =
        (x.shape[x.ndim - dims + i] - 1) * this.stride[i] -
        2 * this.padding[i] +
        this.dilation[i] * (this.kernel_size[i] - 1) +
        1;
      if (size < least || size > least + this.stride[i] - 1)
        fail(
          name,
          `an input of shape ${shape_text(x.shape)} gives ${least} to ${least + this.stride[i] - 1} places in dimension ${i} of output_size, got ${size}`,
        );
      return size - least;
    });
  }
}

/**
 * Transposed convolution of sequences: [batch, in_channels, length] → [batch, out_channels, length']. Options by name or in PyTorch's order:
 * kernel_size, stride, padding, output_padding, groups, bias, dilation.
 * @example
 * ```ts
 * const layer = new torch.nn.ConvTranspose1d(16, 8, 4, { stride: 2, padding: 1 });
 * layer.forward(torch.ones([20, 16, 50])).shape; // [20, 8, 100]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConvTranspose1d.html
 */
export class ConvTranspose1d extends ConvTranspose {
  constructor(...given: ConvTransposeArguments) {
    super('ConvTranspose1d', 1, given);
  }
}
trust(ConvTranspose1d);

/**
 * Transposed convolution of images: [batch, in_channels, height, width] → [batch, out_channels, height', width']. Options by name or in
 * PyTorch's order: kernel_size, stride, padding, output_padding, groups, bias, dilation.
 * @example
 * ```ts
 * const layer = new torch.nn.ConvTranspose2d(64, 32, { kernel_size: 4, stride: 2, padding: 1 });
 * layer.forward(torch.ones([8, 64, 7, 7])).shape; // [8, 32, 14, 14]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html
 */
export class ConvTranspose2d extends ConvTranspose {
  constructor(...given: ConvTransposeArguments) {
    super('ConvTranspose2d', 2, given);
  }
}
trust(ConvTranspose2d);
