import { type Given, positional } from '../../arguments';
import {
  type InterpolateOptions,
  type Interpolation,
  type InterpolationMode,
  interpolate_defaults,
  interpolated,
  judge_interpolation,
} from '../../ops/interpolate';
import type { Tensor } from '../../tensor/tensor';
import { Module } from '../module';
import { trust } from '../trust';
import { python_number } from './activation_base';
import { python_extent } from './python_repr';

/** Modules that resize images, rows and volumes. */

/** Options of {@link Upsample}. */
export type UpsampleOptions = Omit<InterpolateOptions, 'antialias'>;
/** Options of {@link UpsamplingNearest2d} and {@link UpsamplingBilinear2d}. */
export type UpsamplingOptions = Pick<InterpolateOptions, 'size' | 'scale_factor'>;

type Sizes = number | readonly number[] | null;

/** Sizes and factors given by place, told apart from options. */
abstract class Resizing extends Module {
  readonly size: Sizes;
  readonly scale_factor: Sizes;
  readonly mode: InterpolationMode;
  readonly align_corners: boolean | null;
  readonly recompute_scale_factor: boolean | null;
  private readonly how: Interpolation;

  constructor(name: string, options: Omit<typeof interpolate_defaults, 'antialias'>) {
    super();
    this.how = judge_interpolation(name, { ...options, antialias: false });
    this.size = options.size;
    this.scale_factor = options.scale_factor;
    this.mode = options.mode;
    this.align_corners = options.align_corners;
    this.recompute_scale_factor = options.recompute_scale_factor;
  }

  override forward(input: Tensor): Tensor {
    return interpolated(this.constructor.name, input, this.how);
  }

  override extra_repr(): string {
    const { scale_factor, size, mode } = this;
    const factors = (value: Sizes): string =>
      typeof value === 'number' || value === null
        ? python_number(value as number)
        : `(${value.map(python_number).join(', ')})`;
    return `${scale_factor !== null ? `scale_factor=${factors(scale_factor)}` : `size=${python_extent(size)}`}, mode='${mode}'`;
  }
}

/**
 * Resizes [N, C, *] of 3 to 5 dimensions to `size` or by `scale_factor`, by nearest elements ('nearest', 'nearest-exact') or by interpolation ('linear',
 * 'bilinear', 'bicubic', 'trilinear' for 3, 4, 4 and 5 dimensions).
 * @example
 * ```ts
 * import * as torch from 'cresset';
 * const up = new torch.nn.Upsample({ scale_factor: 2, mode: 'bilinear' });
 * up.forward(torch.ones([1, 3, 4, 5])).shape; // [1, 3, 8, 10]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Upsample.html
 */
export class Upsample extends Resizing {
  constructor(
    ...given: Given<
      UpsampleOptions,
      [
        size: 'size',
        scale_factor: 'scale_factor',
        mode: 'mode',
        align_corners: 'align_corners',
        recompute_scale_factor: 'recompute_scale_factor',
      ]
    >
  ) {
    const { antialias: _, ...defaults } = interpolate_defaults;
    super(new.target.name, positional(new.target.name, given, defaults));
  }
}
trust(Upsample);

const size_or_factor = { size: null as Sizes, scale_factor: null as Sizes };

/**
 * Resizes [N, C, H, W] by nearest elements.
 * @example
 * ```ts
 * const rows = new torch.nn.UpsamplingNearest2d({ scale_factor: 2 }).forward(torch.tensor([[[[1, 2]]]]));
 * rows.tolist(); // [[[[1, 1, 2, 2], [1, 1, 2, 2]]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.UpsamplingNearest2d.html
 */
export class UpsamplingNearest2d extends Resizing {
  constructor(...given: Given<UpsamplingOptions, [size: 'size', scale_factor: 'scale_factor']>) {
    const { name } = new.target;
    const sizes = positional(name, given, size_or_factor);
    super(name, { ...sizes, mode: 'nearest', align_corners: null, recompute_scale_factor: null });
  }
}
trust(UpsamplingNearest2d);

/**
 * Resizes [N, C, H, W] by bilinear interpolation that keeps the corners.
 * @example
 * ```ts
 * const rows = new torch.nn.UpsamplingBilinear2d({ size: [1, 3] }).forward(torch.tensor([[[[0, 10]]]]));
 * rows.tolist(); // [[[[0, 5, 10]]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.UpsamplingBilinear2d.html
 */
export class UpsamplingBilinear2d extends Resizing {
  constructor(...given: Given<UpsamplingOptions, [size: 'size', scale_factor: 'scale_factor']>) {
    const { name } = new.target;
    const sizes = positional(name, given, size_or_factor);
    super(name, { ...sizes, mode: 'bilinear', align_corners: true, recompute_scale_factor: null });
  }
}
trust(UpsamplingBilinear2d);
