import { check_integer, check_options } from '../../errors';
import { flatten } from '../../ops/views';
import type { Tensor } from '../../tensor/tensor';
import { Module } from '../module';
import { trust } from '../trust';

/**
 * Joins the dimensions from `start_dim` to `end_dim` into one; by default all but the first.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Flatten.html
 */
export class Flatten extends Module {
  readonly start_dim: number;
  readonly end_dim: number;

  constructor(start_dim: number | { start_dim?: number; end_dim?: number } = 1, end_dim = -1) {
    super();
    const given = typeof start_dim === 'object' ? start_dim : { start_dim, end_dim };
    const dims = check_options('Flatten', given, { start_dim: 1, end_dim: -1 });
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
 * Gives back its input; takes any arguments.
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
