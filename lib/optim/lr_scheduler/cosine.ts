import { type Given, type Needs, positional } from '../../arguments';
import { check_integer, fail_range } from '../../errors';
import { check_finite, LRScheduler, type Scheduled } from './scheduler';

/** Rates along half a cosine, once or again and again. */

/** Options of {@link CosineAnnealingLR}. */
export interface CosineAnnealingLROptions {
  /** Epochs from the first rate to the smallest. */
  T_max: number;
  /** The smallest rate. Default 0. */
  eta_min: number;
  /** The epoch to go on from; -1, the default, begins anew. */
  last_epoch: number;
}

/** Options of {@link CosineAnnealingWarmRestarts}. */
export interface CosineAnnealingWarmRestartsOptions {
  /** Epochs until the first restart. */
  T_0: number;
  /** How many times longer every cycle is than the one before. Default 1. */
  T_mult: number;
  /** The smallest rate. Default 0. */
  eta_min: number;
  /** The epoch to go on from; -1, the default, begins anew. */
  last_epoch: number;
}

/**
 * Half a cosine from the first rate down to `eta_min` in `T_max` epochs, and up again if it goes on.
 * @example
 * ```ts
 * const optimizer = new torch.optim.SGD([torch.zeros([1], { requires_grad: true })], { lr: 1 });
 * const scheduler = new torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 2);
 * const rates = [0, 1].map(() => {
 *   optimizer.step();
 *   scheduler.step();
 *   return optimizer.param_groups[0].lr;
 * });
 * rates; // [0.500, 0.000]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html
 */
export class CosineAnnealingLR extends LRScheduler {
  declare readonly T_max: number;
  declare readonly eta_min: number;

  constructor(
    optimizer: Scheduled,
    ...given: Given<
      Needs<CosineAnnealingLROptions, 'T_max'>,
      [T_max: 'T_max', eta_min: 'eta_min', last_epoch: 'last_epoch']
    >
  ) {
    const name = 'CosineAnnealingLR';
    const defaults = { T_max: undefined as unknown as number, eta_min: 0, last_epoch: -1 };
    const options = positional<CosineAnnealingLROptions>(name, given, defaults);
    super(optimizer, options.last_epoch, {
      T_max: check_integer(name, 'T_max', options.T_max, 1),
      eta_min: check_finite(name, 'eta_min', options.eta_min),
    });
  }

  protected override get_lr(): number[] {
    const { last_epoch, T_max, eta_min, base_lrs } = this;
    if (this._is_initial) return this.unchanged();
    if (this._step_count === 1 && last_epoch > 0)
      return base_lrs.map((lr) => eta_min + ((lr - eta_min) * (1 + Math.cos((last_epoch * Math.PI) / T_max))) / 2);
    if ((last_epoch - 1 - T_max) % (2 * T_max) === 0)
      return this.groups.map(({ lr }, i) => lr + ((base_lrs[i] - eta_min) * (1 - Math.cos(Math.PI / T_max))) / 2);
    const ratio = (1 + Math.cos((Math.PI * last_epoch) / T_max)) / (1 + Math.cos((Math.PI * (last_epoch - 1)) / T_max));
    return this.groups.map(({ lr }) => ratio * (lr - eta_min) + eta_min);
  }

  protected override closed_form_lr(): number[] {
    const { last_epoch, T_max, eta_min } = this;
    return this.base_lrs.map((lr) => eta_min + ((lr - eta_min) * (1 + Math.cos((Math.PI * last_epoch) / T_max))) / 2);
  }
}

/**
 * Half a cosine from the first rate down to `eta_min`, then from the top again. `step(epoch)` takes parts of epochs too.
 * @example
 * ```ts
 * const optimizer = new torch.optim.SGD([torch.zeros([1], { requires_grad: true })], { lr: 1 });
 * const scheduler = new torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, 2);
 * const rates = [0, 1].map(() => {
 *   optimizer.step();
 *   scheduler.step();
 *   return optimizer.param_groups[0].lr;
 * });
 * rates; // [0.500, 1.000]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.html
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  declare readonly T_0: number;
  declare readonly T_mult: number;
  declare readonly eta_min: number;
  /** The length of this cycle, and how far it is. */
  declare T_i: number;
  declare T_cur: number;

  constructor(
    optimizer: Scheduled,
    ...given: Given<
      Needs<CosineAnnealingWarmRestartsOptions, 'T_0'>,
      [T_0: 'T_0', T_mult: 'T_mult', eta_min: 'eta_min', last_epoch: 'last_epoch']
    >
  ) {
    const name = 'CosineAnnealingWarmRestarts';
    const defaults = { T_0: undefined as unknown as number, T_mult: 1, eta_min: 0, last_epoch: -1 };
    const options = positional<CosineAnnealingWarmRestartsOptions>(name, given, defaults);
    const T_0 = check_integer(name, 'T_0', options.T_0, 1);
    super(optimizer, options.last_epoch, {
      T_0,
      T_i: T_0,
      T_mult: check_integer(name, 'T_mult', options.T_mult, 1),
      eta_min: check_finite(name, 'eta_min', options.eta_min),
      T_cur: options.last_epoch,
    });
  }

  protected override get_lr(): number[] {
    const { eta_min, T_cur, T_i } = this;
    return this.base_lrs.map((lr) => eta_min + ((lr - eta_min) * (1 + Math.cos((Math.PI * T_cur) / T_i))) / 2);
  }

  override step(epoch?: number): void {
    if (epoch === undefined && this.last_epoch >= 0) {
      this.T_cur++;
      if (this.T_cur >= this.T_i) {
        this.T_cur %= this.T_i;
        this.T_i *= this.T_mult;
      }
      this.last_epoch++;
    } else this.jump(check_finite('CosineAnnealingWarmRestarts', 'epoch', epoch ?? 0));
    this.apply(this.get_lr());
  }

  private jump(epoch: number): void {
    const { T_0, T_mult } = this;
    if (epoch < 0) fail_range('CosineAnnealingWarmRestarts', `expected epoch to be at least 0, got ${epoch}`);
    this.last_epoch = Math.floor(epoch);
    if (epoch < T_0 || T_mult === 1) {
      this.T_i = T_0;
      this.T_cur = epoch % T_0;
      return;
    }
    const cycle = Math.trunc(Math.log((epoch / T_0) * (T_mult - 1) + 1) / Math.log(T_mult));
    this.T_cur = epoch - (T_0 * (T_mult ** cycle - 1)) / (T_mult - 1);
    this.T_i = T_0 * T_mult ** cycle;
  }
}
