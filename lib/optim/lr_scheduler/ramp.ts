import { type Given, positional } from '../../arguments';
import { check_integer, fail_range } from '../../errors';
import { check_finite, LRScheduler, type Scheduled } from './scheduler';

/** Rates that change over the first epochs and then stay. */

/** Options of {@link ConstantLR}. */
export interface ConstantLROptions {
  /** The share of the rate in the beginning, in [0, 1]. Default 1/3. */
  factor: number;
  /** Epochs until the whole rate. Default 5. */
  total_iters: number;
  /** The epoch to go on from; -1, the default, begins anew. */
  last_epoch: number;
}

/** Options of {@link LinearLR}. */
export interface LinearLROptions {
  /** The share of the rate in the beginning, in (0, 1]. Default 1/3. */
  start_factor: number;
  /** The share at the end, in [0, 1]. Default 1. */
  end_factor: number;
  /** Epochs on the way. Default 5. */
  total_iters: number;
  /** The epoch to go on from; -1, the default, begins anew. */
  last_epoch: number;
}

/** Options of {@link PolynomialLR}. */
export interface PolynomialLROptions {
  /** Epochs until 0. Default 5. */
  total_iters: number;
  /** Default 1. */
  power: number;
  /** The epoch to go on from; -1, the default, begins anew. */
  last_epoch: number;
}

/**
 * A share of the rate for the first epochs.
 * @example
 * ```ts
 * const optimizer = new torch.optim.SGD([torch.zeros([1], { requires_grad: true })], { lr: 1 });
 * const scheduler = new torch.optim.lr_scheduler.ConstantLR(optimizer, { factor: 0.25, total_iters: 1 });
 * optimizer.param_groups[0].lr; // 0.25
 * optimizer.step();
 * scheduler.step();
 * optimizer.param_groups[0].lr; // 1
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ConstantLR.html
 */
export class ConstantLR extends LRScheduler {
  declare readonly factor: number;
  declare readonly total_iters: number;

  constructor(
    optimizer: Scheduled,
    ...given: Given<
      Partial<ConstantLROptions>,
      [factor: 'factor', total_iters: 'total_iters', last_epoch: 'last_epoch']
    >
  ) {
    const name = 'ConstantLR';
    const defaults = { factor: 1 / 3, total_iters: 5, last_epoch: -1 };
    const options = positional(name, given, defaults);
    const factor = check_share(name, 'factor', options.factor);
    super(optimizer, options.last_epoch, {
      factor,
      total_iters: check_integer(name, 'total_iters', options.total_iters, 0),
    });
  }

  protected override get_lr(): number[] {
    const { last_epoch, total_iters, factor } = this;
    if (last_epoch === 0) return this.scaled(factor);
    return last_epoch !== total_iters ? this.unchanged() : this.scaled(1 / factor);
  }

  protected override closed_form_lr(): number[] {
    return this.scaled_base(this.factor + Number(this.last_epoch >= this.total_iters) * (1 - this.factor));
  }
}

/**
 * The rate's share rises (or falls) evenly over the first epochs: a warm-up.
 * @example
 * ```ts
 * const optimizer = new torch.optim.SGD([torch.zeros([1], { requires_grad: true })], { lr: 1 });
 * const scheduler = new torch.optim.lr_scheduler.LinearLR(optimizer, { start_factor: 0.5, total_iters: 2 });
 * optimizer.step();
 * scheduler.step();
 * optimizer.param_groups[0].lr; // 0.75
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LinearLR.html
 */
export class LinearLR extends LRScheduler {
  declare readonly start_factor: number;
  declare readonly end_factor: number;
  declare readonly total_iters: number;

  constructor(
    optimizer: Scheduled,
    ...given: Given<
      Partial<LinearLROptions>,
      [start_factor: 'start_factor', end_factor: 'end_factor', total_iters: 'total_iters', last_epoch: 'last_epoch']
    >
  ) {
    const name = 'LinearLR';
    const defaults = { start_factor: 1 / 3, end_factor: 1, total_iters: 5, last_epoch: -1 };
    const options = positional(name, given, defaults);
    const start_factor = check_share(name, 'start_factor', options.start_factor);
    if (start_factor === 0) fail_range(name, 'expected start_factor to be greater than 0, got 0');
    super(optimizer, options.last_epoch, {
      start_factor,
      end_factor: check_share(name, 'end_factor', options.end_factor),
      total_iters: check_integer(name, 'total_iters', options.total_iters, 0),
    });
  }

  protected override get_lr(): number[] {
    const { last_epoch, total_iters, start_factor } = this;
    if (last_epoch === 0) return this.scaled(start_factor);
    if (this._is_initial || last_epoch > total_iters) return this.unchanged();
    const rise = this.end_factor - start_factor;
    return this.scaled(1 + rise / (total_iters * start_factor + (last_epoch - 1) * rise));
  }

  protected override closed_form_lr(): number[] {
    const { last_epoch, total_iters, start_factor, end_factor } = this;
    const way = (end_factor - start_factor) * Math.min(total_iters, last_epoch);
    return this.scaled_base(start_factor + way / total_iters);
  }
}

/**
 * The rate times `(1 - epoch/total_iters)^power`.
 * @example
 * ```ts
 * const optimizer = new torch.optim.SGD([torch.zeros([1], { requires_grad: true })], { lr: 1 });
 * const scheduler = new torch.optim.lr_scheduler.PolynomialLR(optimizer, { total_iters: 4 });
 * optimizer.step();
 * scheduler.step();
 * optimizer.param_groups[0].lr; // 0.75
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.PolynomialLR.html
 */
export class PolynomialLR extends LRScheduler {
  declare readonly total_iters: number;
  declare readonly power: number;

  constructor(
    optimizer: Scheduled,
    ...given: Given<
      Partial<PolynomialLROptions>,
      [total_iters: 'total_iters', power: 'power', last_epoch: 'last_epoch']
    >
  ) {
    const name = 'PolynomialLR';
    const defaults = { total_iters: 5, power: 1, last_epoch: -1 };
    const options = positional(name, given, defaults);
    super(optimizer, options.last_epoch, {
      total_iters: check_integer(name, 'total_iters', options.total_iters, 1),
      power: check_finite(name, 'power', options.power),
    });
  }

  protected override get_lr(): number[] {
    const { last_epoch, total_iters, power } = this;
    if (this._is_initial || last_epoch > total_iters) return this.unchanged();
    return this.scaled(((1 - last_epoch / total_iters) / (1 - (last_epoch - 1) / total_iters)) ** power);
  }

  protected override closed_form_lr(): number[] {
    const { last_epoch, total_iters, power } = this;
    return this.scaled_base((1 - Math.min(total_iters, last_epoch) / total_iters) ** power);
  }
}

function check_share(op: string, name: string, value: unknown): number {
  const share = check_finite(op, name, value);
  return share >= 0 && share <= 1 ? share : fail_range(op, `expected ${name} between 0 and 1, got ${share}`);
}
