import type { Given } from '../../arguments';
import { check_boolean, check_integer, describe, fail, fail_type } from '../../errors';
import type { ConvPadding } from '../../ops/conv_settings';
import { empty } from '../../ops/create';
import { check_spatial, type Spatial } from '../../ops/spatial';
import type { DType } from '../../tensor/dtype';
import { numel_of } from '../../tensor/shape';
import { kaiming_uniform_, uniform_ } from '../init';
import { Module } from '../module';
import { Parameter } from '../parameter';

/** What the modules of convolutions share: their parameters, initialisation and print. */

/** How the input continues outside of its bounds. */
export type ConvPaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular';

interface CommonOptions {
  /** Add a learned bias. Default true. */
  bias?: boolean;
  /** Step between the places the kernel looks at. Default 1. */
  stride?: Spatial;
  /** Step between the taps of the kernel. Default 1. */
  dilation?: Spatial;
  /** Channels are split into this many independent convolutions. Default 1. */
  groups?: number;
  dtype?: DType;
}

/** Options of {@link Conv1d} and {@link Conv2d}. */
export interface ConvModuleOptions extends CommonOptions {
  /** On either side; `'same'`: as much as keeps the size (stride 1 only); `'valid'`: none. Default 0. */
  padding?: ConvPadding;
  /** What lies in the padding. Default 'zeros'. */
  padding_mode?: ConvPaddingMode;
}

/** Options of {@link ConvTranspose1d} and {@link ConvTranspose2d}. */
export interface ConvTransposeModuleOptions extends CommonOptions {
  /** So much is cut off on either side of the result (less dilation·(kernel − 1)). Default 0. */
  padding?: Spatial;
  /** So much is added to one side of the result. Default 0. */
  output_padding?: Spatial;
  /** Only `'zeros'`. */
  padding_mode?: 'zeros';
}

/** What a convolution cannot do without. */
interface ConvSizes {
  in_channels: number;
  out_channels: number;
  kernel_size: Spatial;
}

/** By place, by name, or the first by place and the rest by name. */
export type ConvArguments = Given<
  ConvSizes & ConvModuleOptions,
  [
    in_channels: 'in_channels',
    out_channels: 'out_channels',
    kernel_size: 'kernel_size',
    stride: 'stride',
    padding: 'padding',
    dilation: 'dilation',
    groups: 'groups',
    bias: 'bias',
    padding_mode: 'padding_mode',
  ]
>;

export type ConvTransposeArguments = Given<
  ConvSizes & ConvTransposeModuleOptions,
  [
    in_channels: 'in_channels',
    out_channels: 'out_channels',
    kernel_size: 'kernel_size',
    stride: 'stride',
    padding: 'padding',
    output_padding: 'output_padding',
    groups: 'groups',
    bias: 'bias',
    dilation: 'dilation',
    padding_mode: 'padding_mode',
  ]
>;

interface Shared {
  kernel_size: Spatial | undefined;
  groups: number;
  bias: boolean;
  padding_mode: ConvPaddingMode;
  dtype: DType | undefined;
}

/** A layer with a weight [out, in / groups, ...] or, transposed, [in, out / groups, ...]. */
export abstract class ConvBase extends Module {
  readonly in_channels: number;
  readonly out_channels: number;
  readonly kernel_size: readonly number[];
  abstract readonly stride: readonly number[];
  abstract readonly padding: readonly number[] | 'same' | 'valid';
  abstract readonly dilation: readonly number[];
  abstract readonly output_padding: readonly number[];
  readonly groups: number;
  readonly padding_mode: ConvPaddingMode;
  weight: Parameter;
  bias: Parameter | null;

  constructor(
    name: string,
    readonly dims: number,
    readonly transposed: boolean,
    in_channels: number,
    out_channels: number,
    { kernel_size, groups, bias, padding_mode, dtype }: Shared,
  ) {
    super();
    this.in_channels = check_integer(name, 'in_channels', in_channels, 1);
    this.out_channels = check_integer(name, 'out_channels', out_channels, 1);
    this.kernel_size = check_spatial(name, 'kernel_size', kernel_size, dims, 1);
    this.groups = check_integer(name, 'groups', groups, 1);
    for (const [which, channels] of Object.entries({ in_channels, out_channels }))
      if (channels % groups !== 0) fail(name, `groups ${groups} does not divide ${which} ${channels}`);
    this.padding_mode = padding_mode === 'zeros' ? padding_mode : check_mode(name, padding_mode, transposed);
    const [first, second] = transposed ? [in_channels, out_channels] : [out_channels, in_channels];
    this.weight = new Parameter(empty([first, second / groups, ...this.kernel_size], { dtype }));
    this.bias = check_boolean(name, 'bias', bias) ? new Parameter(empty([out_channels], { dtype })) : null;
    this.reset_parameters();
  }

  /** Draws the weights anew. */
  reset_parameters(): void {
    kaiming_uniform_(this.weight, { a: Math.sqrt(5) });
    if (this.bias === null) return;
    const bound = 1 / Math.sqrt(numel_of(this.weight.shape.slice(1)));
    uniform_(this.bias, -bound, bound);
  }

  override extra_repr(): string {
    const tuple = (sizes: readonly number[]): string =>
      sizes.length === 1 ? `(${sizes[0]},)` : `(${sizes.join(', ')})`;
    const parts = [
      `${this.in_channels}, ${this.out_channels}`,
      `kernel_size=${tuple(this.kernel_size)}`,
      `stride=${tuple(this.stride)}`,
    ];
    if (typeof this.padding === 'string') parts.push(`padding=${this.padding}`);
    else if (this.padding.some((each) => each !== 0)) parts.push(`padding=${tuple(this.padding)}`);
    if (this.dilation.some((each) => each !== 1)) parts.push(`dilation=${tuple(this.dilation)}`);
    if (this.output_padding.some((each) => each !== 0)) parts.push(`output_padding=${tuple(this.output_padding)}`);
    if (this.groups !== 1) parts.push(`groups=${this.groups}`);
    if (this.bias === null) parts.push('bias=False');
    if (this.padding_mode !== 'zeros') parts.push(`padding_mode=${this.padding_mode}`);
    return parts.join(', ');
  }
}

function check_mode(name: string, mode: unknown, transposed: boolean): ConvPaddingMode {
  if (transposed) fail(name, `only padding_mode 'zeros' is supported, got ${describe(mode)}`);
  if (mode === 'reflect' || mode === 'replicate' || mode === 'circular') return mode;
  return fail_type(name, 'padding_mode', "'zeros', 'reflect', 'replicate' or 'circular'", mode);
}
