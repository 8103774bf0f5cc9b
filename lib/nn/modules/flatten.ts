import { type Given, positional } from '../../arguments';
import { check_integer, fail_type } from '../../errors';
import { flatten, unflatten } from '../../ops/views';
import type { Tensor } from '../../tensor/tensor';
import { Module } from '../module';
import { trust } from '../trust';
import { python_extent } from './python_repr';

/**
 * Joins the dimensions from `start_dim` to `end_dim` into one; by default all but the first.
 * @example
 * ```ts
 * new torch.nn.Flatten().forward(torch.zeros([32, 3, 8, 8])).shape; // [32, 192]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Flatten.html
 */
export class Flatten extends Module {
  readonly start_dim: number;
  readonly end_dim: number;

  constructor(...given: Given<{ start_dim?: number; end_dim?: number }, [start_dim: 'start_dim', end_dim: 'end_dim']>) {
    super();
    const dims = positional('Flatten', given, { start_dim: 1, end_dim: -1 });
    this.start_dim = check_integer('Flatten', 'start_dim', dims.start_dim);
    this.end_dim = check_integer('Flatten', 'end_dim', dims.end_dim);
  }

  override forward(input: Tensor): Tensor {
    return flatten(input, this.start_dim, this.end_dim);
  }

  override extra_repr(): string {
    return `start_dim=${this.start_dim}, end_dim=${this.end_dim}`;
  }
}
trust(Flatten);

/**
 * Splits the dimension `dim` into several; one of their sizes may be -1.
 * @example
 * ```ts
 * import * as torch from 'cresset';
 * new torch.nn.Unflatten(1, [2, -1]).forward(torch.ones([5, 6])).shape; // [5, 2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Unflatten.html
 */
export class Unflatten extends Module {
  readonly dim: number;
  readonly unflattened_size: readonly number[];

  constructor(
    ...given: Given<
      { dim: number; unflattened_size: readonly number[] },
      [dim: 'dim', unflattened_size: 'unflattened_size']
    >
  ) {
    super();
    const { dim, unflattened_size: sizes } = positional('Unflatten', given, {
      dim: undefined as number | undefined,
      unflattened_size: undefined as readonly number[] | undefined,
    });
    this.dim = check_integer('Unflatten', 'dim', dim);
    if (!Array.isArray(sizes) || sizes.length === 0)
      fail_type('Unflatten', 'unflattened_size', 'an array of integers', sizes);
    this.unflattened_size = sizes.map((size) => check_integer('Unflatten', 'each size', size, -1));
  }

  override forward(input: Tensor): Tensor {
    return unflatten(input, this.dim, this.unflattened_size);
  }

  override extra_repr(): string {
    return `dim=${this.dim}, unflattened_size=${python_extent(this.unflattened_size)}`;
  }
}
trust(Unflatten);

/**
 * Gives back its input; takes any arguments.
 * @example
 * ```ts
 * new torch.nn.Identity().forward(torch.tensor([1, 2])).tolist(); // [1, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Identity.html
 */
export class Identity extends Module {
  constructor(..._ignored: unknown[]) {
    super();
  }

  override forward(input: Tensor): Tensor {
    return input;
  }
}
trust(Identity);
