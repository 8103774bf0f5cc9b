import { type Given, type Needs, positional } from '../../arguments';
import {
  type BlockRule,
  type FoldOptions,
  fold_defaults,
  folded,
  judge_blocks,
  type UnfoldOptions,
  unfold_defaults,
  unfolded,
} from '../../ops/fold';
import { check_extent, type Extent } from '../../ops/pool_window';
import type { Tensor } from '../../tensor/tensor';
import { Module } from '../module';
import { trust } from '../trust';
import { python_extent } from './python_repr';

/** Sliding blocks of images as columns, and their sum back. */

type Blocks = typeof unfold_defaults;

const printed = ({ kernel_size, dilation, padding, stride }: Blocks): string =>
  `kernel_size=${python_extent(kernel_size!)}, dilation=${python_extent(dilation)}, ` +
  `padding=${python_extent(padding)}, stride=${python_extent(stride)}`;

/**
 * The blocks of an image [N, C, H, W] or [C, H, W] as columns: [N, C · kernel, blocks].
 * @example
 * ```ts
 * import * as torch from 'cresset';
 * new torch.nn.Unfold(3, { padding: 1 }).forward(torch.ones([1, 2, 4, 5])).shape; // [1, 18, 20]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Unfold.html
 */
export class Unfold extends Module {
  private readonly given: Blocks;
  private readonly rule: BlockRule;

  constructor(
    ...given: Given<
      Needs<UnfoldOptions, 'kernel_size'>,
      [kernel_size: 'kernel_size', dilation: 'dilation', padding: 'padding', stride: 'stride']
    >
  ) {
    super();
    const { name } = new.target;
    this.given = positional(name, given, unfold_defaults);
    this.rule = judge_blocks(name, this.given);
  }

  override forward(input: Tensor): Tensor {
    return unfolded(this.constructor.name, input, this.rule);
  }

  override extra_repr(): string {
    return printed(this.given);
  }
}
trust(Unfold);

/**
 * Columns of blocks [N, C · kernel, blocks] or [C · kernel, blocks] added up where they lie in an image of `output_size`.
 * @example
 * ```ts
 * import * as torch from 'cresset';
 * new torch.nn.Fold([4, 5], 3, { padding: 1 }).forward(torch.ones([1, 18, 20])).shape; // [1, 2, 4, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Fold.html
 */
export class Fold extends Module {
  readonly output_size: Extent;
  private readonly sizes: readonly number[];
  private readonly given: Blocks;
  private readonly rule: BlockRule;

  constructor(
    ...given: Given<
      Needs<FoldOptions, 'output_size' | 'kernel_size'>,
      [
        output_size: 'output_size',
        kernel_size: 'kernel_size',
        dilation: 'dilation',
        padding: 'padding',
        stride: 'stride',
      ]
    >
  ) {
    super();
    const { name } = new.target;
    const { output_size, ...blocks } = positional(name, given, fold_defaults);
    this.sizes = check_extent(name, 'output_size', output_size, 2, 1);
    this.output_size = output_size!;
    this.given = blocks;
    this.rule = judge_blocks(name, blocks);
  }

  override forward(input: Tensor): Tensor {
    return folded(this.constructor.name, input, this.sizes, this.rule);
  }

  override extra_repr(): string {
    return `output_size=${python_extent(this.output_size)}, ${printed(this.given)}`;
  }
}
trust(Fold);
