import { type Given, type Needs, positional } from '../../arguments';
import { check_boolean } from '../../errors';
import { type AvgPool2dOptions, type AvgPoolOptions, avg_pool1d, avg_pool2d, check_divisor } from '../../ops/avg_pool';
import type { ValuesAndIndices } from '../../ops/extreme';
import { type MaxPoolOptions, max_pool1d, max_pool2d } from '../../ops/max_pool';
import { type Extent, judge_window } from '../../ops/pool_window';
import type { Tensor } from '../../tensor/tensor';
import { Module } from '../module';
import { trust } from '../trust';
import { python_extent, python_flag } from './python_repr';

/** Modules of sliding windows. */

/** What a max pooling returns: with indices or without. */
export type Pooled<Indices extends boolean> = Indices extends true ? ValuesAndIndices : Tensor;

interface WithIndices<Indices extends boolean> {
  return_indices?: Indices;
}

/** Places and options, as {@link Given} writes them; it could not tell `Indices` from them. */
type MaxPoolGiven<Indices extends boolean> =
  | [options: Needs<Omit<MaxPoolOptions, 'return_indices'>, 'kernel_size'> & WithIndices<Indices>]
  | [kernel_size: Extent, options: Omit<MaxPoolOptions, 'kernel_size' | 'return_indices'> & WithIndices<Indices>]
  | [
      kernel_size: Extent,
      stride: Extent | null | undefined,
      options: Pick<MaxPoolOptions, 'padding' | 'dilation' | 'ceil_mode'> & WithIndices<Indices>,
    ]
  | [
      kernel_size: Extent,
      stride: Extent | null | undefined,
      padding: Extent | undefined,
      options: Pick<MaxPoolOptions, 'dilation' | 'ceil_mode'> & WithIndices<Indices>,
    ]
  | [
      kernel_size: Extent,
      stride: Extent | null | undefined,
      padding: Extent | undefined,
      dilation: Extent | undefined,
      options: Pick<MaxPoolOptions, 'ceil_mode'> & WithIndices<Indices>,
    ];

abstract class MaxPool<Indices extends boolean> extends Module<Pooled<Indices>> {
  /** As it was given: one number, or one for each direction. */
  readonly kernel_size: Extent;
  readonly stride: Extent;
  readonly padding: Extent;
  readonly dilation: Extent;
  readonly return_indices: boolean;
  readonly ceil_mode: boolean;

  // Options come first: `Indices` is read off them where there are some.
  constructor(...given: MaxPoolGiven<Indices>);
  constructor(
    kernel_size: Extent,
    stride?: Extent | null,
    padding?: Extent,
    dilation?: Extent,
    return_indices?: Indices,
    ceil_mode?: boolean,
  );
  constructor(
    kernel_size: Extent,
    stride: Extent | null | undefined,
    padding: Extent | undefined,
    dilation: Extent | undefined,
    return_indices: Indices | undefined,
    options: Pick<MaxPoolOptions, 'ceil_mode'>,
  );
  constructor(...given: readonly unknown[]) {
    super();
    const { name } = new.target;
    const asked = positional(name, given, {
      kernel_size: undefined as Extent | undefined,
      stride: null as Extent | null,
      padding: 0 as Extent,
      dilation: 1 as Extent,
      return_indices: false,
      ceil_mode: false,
    });
    judge_window(name, this.dims(), asked);
    this.kernel_size = asked.kernel_size!;
    this.stride = asked.stride ?? this.kernel_size;
    this.padding = asked.padding;
    this.dilation = asked.dilation;
    this.return_indices = check_boolean(name, 'return_indices', asked.return_indices);
    this.ceil_mode = asked.ceil_mode;
  }

  /** @internal */
  protected abstract dims(): 1 | 2;

  override forward(input: Tensor): Pooled<Indices> {
    const { stride, padding, dilation, ceil_mode, return_indices } = this;
    const pool = this.dims() === 1 ? max_pool1d : max_pool2d;
    const options = { stride, padding, dilation, ceil_mode };
    const result = return_indices
      ? pool(input, this.kernel_size, { ...options, return_indices: true })
      : pool(input, this.kernel_size, options);
    return result as Pooled<Indices>;
  }

  override extra_repr(): string {
    const extents = {
      kernel_size: this.kernel_size,
      stride: this.stride,
      padding: this.padding,
      dilation: this.dilation,
    };
    const parts = Object.entries(extents).map(([name, extent]) => `${name}=${python_extent(extent)}`);
    return `${parts.join(', ')}, ceil_mode=${python_flag(this.ceil_mode)}`;
  }
}

/**
 * The largest element of every window of [N, C, L] or [C, L].
 * @example
 * ```ts
 * new torch.nn.MaxPool1d(2).forward(torch.tensor([[1, 2, 3, 4]])).tolist(); // [[2, 4]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxPool1d.html
 */
export class MaxPool1d<Indices extends boolean = false> extends MaxPool<Indices> {
  protected override dims(): 1 {
    return 1;
  }
}
trust(MaxPool1d);

/**
 * The largest element of every window of [N, C, H, W] or [C, H, W]; with `return_indices`, `{ values, indices }`.
 * @example
 * ```ts
 * import * as torch from 'cresset';
 * const pool = new torch.nn.MaxPool2d(3, { stride: 2, padding: 1 });
 * pool.forward(torch.zeros([8, 16, 32, 32])).shape; // [8, 16, 16, 16]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
 */
export class MaxPool2d<Indices extends boolean = false> extends MaxPool<Indices> {
  protected override dims(): 2 {
    return 2;
  }
}
trust(MaxPool2d);

const avg_pool_defaults = {
  kernel_size: undefined as Extent | undefined,
  stride: null as Extent | null,
  padding: 0 as Extent,
  ceil_mode: false,
  count_include_pad: true,
};

abstract class AvgPool<E extends Extent | readonly number[]> extends Module {
  abstract readonly kernel_size: E;
  abstract readonly stride: E;
  abstract readonly padding: E;
  readonly ceil_mode: boolean;
  readonly count_include_pad: boolean;

  protected constructor(asked: typeof avg_pool_defaults) {
    super();
    this.ceil_mode = asked.ceil_mode;
    this.count_include_pad = check_boolean(new.target.name, 'count_include_pad', asked.count_include_pad);
  }

  override extra_repr(): string {
    const { kernel_size, stride, padding } = this;
    return `kernel_size=${python_extent(kernel_size)}, stride=${python_extent(stride)}, padding=${python_extent(padding)}`;
  }
}

/**
 * The mean of every window of [N, C, L] or [C, L].
 * @example
 * ```ts
 * new torch.nn.AvgPool1d(2).forward(torch.tensor([[1, 2, 3, 4]])).tolist(); // [[1.5, 3.5]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AvgPool1d.html
 */
export class AvgPool1d extends AvgPool<readonly number[]> {
  readonly kernel_size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];

  constructor(
    ...given: Given<
      Needs<AvgPoolOptions, 'kernel_size'>,
      [
        kernel_size: 'kernel_size',
        stride: 'stride',
        padding: 'padding',
        ceil_mode: 'ceil_mode',
        count_include_pad: 'count_include_pad',
      ]
    >
  ) {
    const asked = positional('AvgPool1d', given, avg_pool_defaults);
    const window = judge_window('AvgPool1d', 1, asked);
    super(asked);
    this.kernel_size = window.kernel_size;
    this.stride = window.stride;
    this.padding = window.padding;
  }

  override forward(input: Tensor): Tensor {
    return avg_pool1d(input, this.kernel_size, this.stride, this.padding, this.ceil_mode, this.count_include_pad);
  }
}
trust(AvgPool1d);

/**
 * The mean of every window of [N, C, H, W] or [C, H, W].
 * @example
 * ```ts
 * import * as torch from 'cresset';
 * new torch.nn.AvgPool2d(2).forward(torch.ones([1, 1, 4, 4])).tolist(); // [[[[1, 1], [1, 1]]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html
 */
export class AvgPool2d extends AvgPool<Extent> {
  /** As it was given: one number, or one for each direction. */
  readonly kernel_size: Extent;
  readonly stride: Extent;
  readonly padding: Extent;
  readonly divisor_override: number | null;

  constructor(
    ...given: Given<
      Needs<AvgPool2dOptions, 'kernel_size'>,
      [
        kernel_size: 'kernel_size',
        stride: 'stride',
        padding: 'padding',
        ceil_mode: 'ceil_mode',
        count_include_pad: 'count_include_pad',
        divisor_override: 'divisor_override',
      ]
    >
  ) {
    const asked = positional('AvgPool2d', given, { ...avg_pool_defaults, divisor_override: null as number | null });
    judge_window('AvgPool2d', 2, asked);
    check_divisor('AvgPool2d', asked.divisor_override);
    super(asked);
    this.kernel_size = asked.kernel_size!;
    this.stride = asked.stride ?? this.kernel_size;
    this.padding = asked.padding;
    this.divisor_override = asked.divisor_override;
  }

  override forward(input: Tensor): Tensor {
    const { stride, padding, ceil_mode, count_include_pad, divisor_override } = this;
    return avg_pool2d(input, this.kernel_size, { stride, padding, ceil_mode, count_include_pad, divisor_override });
  }
}
trust(AvgPool2d);
