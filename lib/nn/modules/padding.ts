import { type Given, type Needs, positional } from '../../arguments';
import { check_number } from '../../errors';
import { type PaddingMode, pad } from '../../ops/pad';
import { check_extent, type Extent } from '../../ops/pool_window';
import type { Tensor } from '../../tensor/tensor';
import { Module } from '../module';
import { trust } from '../trust';
import { python_extent } from './python_repr';

/**
 * Modules that pad the last dimensions: by one size at all ends, or by (before, after) of the last dimension, then of the one before, …;
 * negative sizes crop.
 */

/** Options of padding layers. */
export interface PadModuleOptions {
  /** One size, or two for each dimension, the last dimension first. */
  padding?: Extent;
}

/** Options of {@link ConstantPad1d} and its kin. */
export interface ConstantPadOptions extends PadModuleOptions {
  /** What the new elements are. */
  value?: number;
}

abstract class Padding extends Module {
  /** Two sizes for each dimension. */
  readonly padding: readonly number[];

  constructor(...given: Given<Needs<PadModuleOptions, 'padding'>, [padding: 'padding']>) {
    super();
    const { name } = new.target;
    const { padding } = positional(name, given, { padding: undefined as Extent | undefined });
    this.padding = check_extent(name, 'padding', padding, 2 * this.pads()[0], -(2 ** 40));
  }

  /** @internal How many dimensions, and with what. */
  protected abstract pads(): readonly [dims: number, mode: PaddingMode];

  override forward(input: Tensor): Tensor {
    return pad(input, this.padding, this.pads()[1]);
  }

  override extra_repr(): string {
    return python_extent(this.padding);
  }
}

abstract class ConstantPad extends Module {
  /** Two sizes for each dimension. */
  readonly padding: readonly number[];
  readonly value: number;

  constructor(...given: Given<Needs<ConstantPadOptions, 'padding' | 'value'>, [padding: 'padding', value: 'value']>) {
    super();
    const { name } = new.target;
    const { padding, value } = positional(name, given, {
      padding: undefined as Extent | undefined,
      value: undefined as number | undefined,
    });
    this.padding = check_extent(name, 'padding', padding, 2 * this.dims(), -(2 ** 40));
    this.value = check_number(name, 'value', value);
  }

  /** @internal */
  protected abstract dims(): number;

  override forward(input: Tensor): Tensor {
    return pad(input, this.padding, 'constant', this.value);
  }

  override extra_repr(): string {
    return `padding=${python_extent(this.padding)}, value=${this.value}`;
  }
}

/**
 * Pads with zeros: [N, C, L] or [C, L].
 * @example
 * ```ts
 * new torch.nn.ZeroPad1d([2, 1]).forward(torch.tensor([[1, 2]])).tolist(); // [[0, 0, 1, 2, 0]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ZeroPad1d.html
 */
export class ZeroPad1d extends Padding {
  protected override pads() {
    return [1, 'constant'] as const;
  }
}
trust(ZeroPad1d);

/**
 * Pads with zeros: [N, C, H, W] or [C, H, W].
 * @example
 * ```ts
 * new torch.nn.ZeroPad2d([1, 0, 0, 1]).forward(torch.tensor([[[1, 2]]])).tolist(); // [[[0, 1, 2], [0, 0, 0]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ZeroPad2d.html
 */
export class ZeroPad2d extends Padding {
  protected override pads() {
    return [2, 'constant'] as const;
  }
}
trust(ZeroPad2d);

/**
 * Pads with zeros: [N, C, D, H, W] or [C, D, H, W].
 * @example
 * ```ts
 * new torch.nn.ZeroPad3d(1).forward(torch.zeros([1, 2, 2, 2])).shape; // [1, 4, 4, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ZeroPad3d.html
 */
export class ZeroPad3d extends Padding {
  protected override pads() {
    return [3, 'constant'] as const;
  }
}
trust(ZeroPad3d);

/**
 * Pads with the reflection of the input, without repeating its edge: [N, C, L] or [C, L].
 * @example
 * ```ts
 * new torch.nn.ReflectionPad1d(2).forward(torch.tensor([[1, 2, 3]])).tolist(); // [[3, 2, 1, 2, 3, 2, 1]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReflectionPad1d.html
 */
export class ReflectionPad1d extends Padding {
  protected override pads() {
    return [1, 'reflect'] as const;
  }
}
trust(ReflectionPad1d);

/**
 * Pads with the reflection of the input, without repeating its edge: [N, C, H, W] or [C, H, W].
 * @example
 * ```ts
 * import * as torch from 'cresset';
 * const layer = new torch.nn.ReflectionPad2d([1, 0, 0, 0]);
 * layer.forward(torch.tensor([[[1, 2, 3]]])).tolist(); // [[[2, 1, 2, 3]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReflectionPad2d.html
 */
export class ReflectionPad2d extends Padding {
  protected override pads() {
    return [2, 'reflect'] as const;
  }
}
trust(ReflectionPad2d);

/**
 * Pads with the reflection of the input, without repeating its edge: [N, C, D, H, W] or [C, D, H, W].
 * @example
 * ```ts
 * new torch.nn.ReflectionPad3d(1).forward(torch.zeros([1, 2, 2, 2])).shape; // [1, 4, 4, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReflectionPad3d.html
 */
export class ReflectionPad3d extends Padding {
  protected override pads() {
    return [3, 'reflect'] as const;
  }
}
trust(ReflectionPad3d);

/**
 * Pads with copies of the edge: [N, C, L] or [C, L].
 * @example
 * ```ts
 * new torch.nn.ReplicationPad1d(2).forward(torch.tensor([[1, 2]])).tolist(); // [[1, 1, 1, 2, 2, 2]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReplicationPad1d.html
 */
export class ReplicationPad1d extends Padding {
  protected override pads() {
    return [1, 'replicate'] as const;
  }
}
trust(ReplicationPad1d);

/**
 * Pads with copies of the edge: [N, C, H, W] or [C, H, W].
 * @example
 * ```ts
 * new torch.nn.ReplicationPad2d([1, 1, 0, 1]).forward(torch.tensor([[[1, 2]]])).tolist(); // [[[1, 1, 2, 2], [1, 1, 2, 2]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReplicationPad2d.html
 */
export class ReplicationPad2d extends Padding {
  protected override pads() {
    return [2, 'replicate'] as const;
  }
}
trust(ReplicationPad2d);

/**
 * Pads with copies of the edge: [N, C, D, H, W] or [C, D, H, W].
 * @example
 * ```ts
 * new torch.nn.ReplicationPad3d(1).forward(torch.zeros([1, 2, 2, 2])).shape; // [1, 4, 4, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReplicationPad3d.html
 */
export class ReplicationPad3d extends Padding {
  protected override pads() {
    return [3, 'replicate'] as const;
  }
}
trust(ReplicationPad3d);

/**
 * Pads with what lies at the other end: [N, C, L] or [C, L].
 * @example
 * ```ts
 * new torch.nn.CircularPad1d(1).forward(torch.tensor([[1, 2, 3]])).tolist(); // [[3, 1, 2, 3, 1]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CircularPad1d.html
 */
export class CircularPad1d extends Padding {
  protected override pads() {
    return [1, 'circular'] as const;
  }
}
trust(CircularPad1d);

/**
 * Pads with what lies at the other end: [N, C, H, W] or [C, H, W].
 * @example
 * ```ts
 * new torch.nn.CircularPad2d([1, 1, 0, 0]).forward(torch.tensor([[[1, 2, 3]]])).tolist(); // [[[3, 1, 2, 3, 1]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CircularPad2d.html
 */
export class CircularPad2d extends Padding {
  protected override pads() {
    return [2, 'circular'] as const;
  }
}
trust(CircularPad2d);

/**
 * Pads with what lies at the other end: [N, C, D, H, W] or [C, D, H, W].
 * @example
 * ```ts
 * new torch.nn.CircularPad3d(1).forward(torch.zeros([1, 2, 2, 2])).shape; // [1, 4, 4, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CircularPad3d.html
 */
export class CircularPad3d extends Padding {
  protected override pads() {
    return [3, 'circular'] as const;
  }
}
trust(CircularPad3d);

/**
 * Pads with `value`: [N, C, L] or [C, L].
 * @example
 * ```ts
 * new torch.nn.ConstantPad1d([2, 1], 9).forward(torch.tensor([[1, 2]])).tolist(); // [[9, 9, 1, 2, 9]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConstantPad1d.html
 */
export class ConstantPad1d extends ConstantPad {
  protected override dims() {
    return 1;
  }
}
trust(ConstantPad1d);

/**
 * Pads with `value`: [N, C, H, W] or [C, H, W].
 * @example
 * ```ts
 * new torch.nn.ConstantPad2d([1, 0, 0, 1], 9).forward(torch.tensor([[[1, 2]]])).tolist(); // [[[9, 1, 2], [9, 9, 9]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConstantPad2d.html
 */
export class ConstantPad2d extends ConstantPad {
  protected override dims() {
    return 2;
  }
}
trust(ConstantPad2d);

/**
 * Pads with `value`: [N, C, D, H, W] or [C, D, H, W].
 * @example
 * ```ts
 * new torch.nn.ConstantPad3d(1, 9).forward(torch.zeros([1, 2, 2, 2])).shape; // [1, 4, 4, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConstantPad3d.html
 */
export class ConstantPad3d extends ConstantPad {
  protected override dims() {
    return 3;
  }
}
trust(ConstantPad3d);
