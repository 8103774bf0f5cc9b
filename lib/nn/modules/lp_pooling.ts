import { type Given, type Needs, positional } from '../../arguments';
import { check_boolean, check_number, fail_range } from '../../errors';
import { lp_pool1d, lp_pool2d } from '../../ops/lp_pool';
import { type Extent, judge_window } from '../../ops/pool_window';
import type { Tensor } from '../../tensor/tensor';
import { Module } from '../module';
import { trust } from '../trust';
import { python_number } from './activation_base';
import { python_extent, python_flag } from './python_repr';

/** Power means of sliding windows as modules. */

/** Options of {@link LPPool1d} and {@link LPPool2d}. */
export interface LPPoolModuleOptions {
  /** The power p. */
  norm_type?: number;
  /** The window. */
  kernel_size?: Extent;
  /** From window to window; default the window's size. */
  stride?: Extent | null;
  /** Windows may reach over the end. Default false. */
  ceil_mode?: boolean;
}

abstract class LPPool extends Module {
  readonly norm_type: number;
  readonly kernel_size: Extent;
  readonly stride: Extent | null;
  readonly ceil_mode: boolean;

  constructor(
    ...given: Given<
      Needs<LPPoolModuleOptions, 'norm_type' | 'kernel_size'>,
      [norm_type: 'norm_type', kernel_size: 'kernel_size', stride: 'stride', ceil_mode: 'ceil_mode']
    >
  ) {
    super();
    const { name } = new.target;
    const asked = positional(name, given, {
      norm_type: undefined as number | undefined,
      kernel_size: undefined as Extent | undefined,
      stride: null as Extent | null,
      ceil_mode: false,
    });
    this.norm_type = check_number(name, 'norm_type', asked.norm_type);
    if (!(this.norm_type > 0)) fail_range(name, `expected norm_type to be greater than 0, got ${this.norm_type}`);
    judge_window(name, this.dims(), asked);
    this.kernel_size = asked.kernel_size!;
    this.stride = asked.stride;
    this.ceil_mode = check_boolean(name, 'ceil_mode', asked.ceil_mode);
  }

  /** @internal */
  protected abstract dims(): 1 | 2;

  override forward(input: Tensor): Tensor {
    const pool = this.dims() === 1 ? lp_pool1d : lp_pool2d;
    return pool(input, this.norm_type, this.kernel_size, this.stride, this.ceil_mode);
  }

  override extra_repr(): string {
    const { norm_type, kernel_size, stride, ceil_mode } = this;
    return (
      `norm_type=${python_number(norm_type)}, kernel_size=${python_extent(kernel_size)}, ` +
      `stride=${stride === null ? 'None' : python_extent(stride)}, ceil_mode=${python_flag(ceil_mode)}`
    );
  }
}

/**
 * `(Σ xᵖ)^(1/p)` over every window of [N, C, L] or [C, L].
 * @example
 * ```ts
 * new torch.nn.LPPool1d(2, 2).forward(torch.tensor([[3, 4, 6, 8]])).tolist(); // [[5, 10]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LPPool1d.html
 */
export class LPPool1d extends LPPool {
  protected override dims(): 1 {
    return 1;
  }
}
trust(LPPool1d);

/**
 * `(Σ xᵖ)^(1/p)` over every window of [N, C, H, W] or [C, H, W].
 * @example
 * ```ts
 * new torch.nn.LPPool2d(2, 2).forward(torch.ones([1, 4, 4])).tolist(); // [[[2, 2], [2, 2]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LPPool2d.html
 */
export class LPPool2d extends LPPool {
  protected override dims(): 2 {
    return 2;
  }
}
trust(LPPool2d);
