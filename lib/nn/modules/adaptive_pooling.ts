import { type Given, type Needs, positional } from '../../arguments';
import { check_boolean } from '../../errors';
import {
  type AdaptiveMaxPoolOptions,
  type AdaptivePoolOptions,
  adaptive_avg_pool1d,
  adaptive_avg_pool2d,
  adaptive_max_pool1d,
  adaptive_max_pool2d,
  type OutputSize,
} from '../../ops/adaptive_pool';
import { check_output_size } from '../../ops/pool_window';
import type { Tensor } from '../../tensor/tensor';
import { Module } from '../module';
import { trust } from '../trust';
import type { Pooled } from './pooling';
import { python_extent } from './python_repr';

/** Modules that pool to a size of the result. */

abstract class AdaptiveAvgPool extends Module {
  readonly output_size: OutputSize;

  constructor(...given: Given<Needs<AdaptivePoolOptions, 'output_size'>, [output_size: 'output_size']>) {
    super();
    const { name } = new.target;
    const { output_size } = positional(name, given, { output_size: undefined as OutputSize | undefined });
    check_output_size(name, output_size, this.dims());
    this.output_size = output_size!;
  }

  /** @internal */
  protected abstract dims(): 1 | 2;

  override forward(input: Tensor): Tensor {
    return (this.dims() === 1 ? adaptive_avg_pool1d : adaptive_avg_pool2d)(input, this.output_size);
  }

  override extra_repr(): string {
    return `output_size=${python_extent(this.output_size)}`;
  }
}

/**
 * The means of `output_size` windows of [N, C, L] or [C, L].
 * @example
 * ```ts
 * new torch.nn.AdaptiveAvgPool1d(2).forward(torch.tensor([[1, 2, 3, 4]])).tolist(); // [[1.5, 3.5]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool1d.html
 */
export class AdaptiveAvgPool1d extends AdaptiveAvgPool {
  protected override dims(): 1 {
    return 1;
  }
}
trust(AdaptiveAvgPool1d);

/**
 * The means of `output_size` windows of [N, C, H, W] or [C, H, W]; null keeps a size.
 * @example
 * ```ts
 * import * as torch from 'cresset';
 * new torch.nn.AdaptiveAvgPool2d([1, null]).forward(torch.ones([2, 3, 5, 7])).shape; // [2, 3, 1, 7]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html
 */
export class AdaptiveAvgPool2d extends AdaptiveAvgPool {
  protected override dims(): 2 {
    return 2;
  }
}
trust(AdaptiveAvgPool2d);

abstract class AdaptiveMaxPool<Indices extends boolean> extends Module<Pooled<Indices>> {
  readonly output_size: OutputSize;
  readonly return_indices: boolean;

  constructor(output_size: OutputSize, options?: { return_indices?: Indices });
  constructor(output_size: OutputSize, return_indices?: Indices);
  constructor(options: Needs<AdaptiveMaxPoolOptions, 'output_size'> & { return_indices?: Indices });
  constructor(...given: readonly unknown[]) {
    super();
    const { name } = new.target;
    const { output_size, return_indices } = positional(name, given, {
      output_size: undefined as OutputSize | undefined,
      return_indices: false,
    });
    check_output_size(name, output_size, this.dims());
    this.output_size = output_size!;
    this.return_indices = check_boolean(name, 'return_indices', return_indices);
  }

  /** @internal */
  protected abstract dims(): 1 | 2;

  override forward(input: Tensor): Pooled<Indices> {
    const pool = this.dims() === 1 ? adaptive_max_pool1d : adaptive_max_pool2d;
    const result = this.return_indices ? pool(input, this.output_size, true) : pool(input, this.output_size);
    return result as Pooled<Indices>;
  }

  override extra_repr(): string {
    return `output_size=${python_extent(this.output_size)}`;
  }
}

/**
 * The largest elements of `output_size` windows of [N, C, L] or [C, L].
 * @example
 * ```ts
 * new torch.nn.AdaptiveMaxPool1d(2).forward(torch.tensor([[1, 2, 3, 4]])).tolist(); // [[2, 4]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool1d.html
 */
export class AdaptiveMaxPool1d<Indices extends boolean = false> extends AdaptiveMaxPool<Indices> {
  protected override dims(): 1 {
    return 1;
  }
}
trust(AdaptiveMaxPool1d);

/**
 * The largest elements of `output_size` windows of [N, C, H, W] or [C, H, W]; null keeps a size.
 * @example
 * ```ts
 * new torch.nn.AdaptiveMaxPool2d([2, 2]).forward(torch.randn([1, 3, 8, 8])).shape; // [1, 3, 2, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool2d.html
 */
export class AdaptiveMaxPool2d<Indices extends boolean = false> extends AdaptiveMaxPool<Indices> {
  protected override dims(): 2 {
    return 2;
  }
}
trust(AdaptiveMaxPool2d);
