import { type Given, type Needs, positional } from '../../arguments';
import { check_integer, fail_type } from '../../errors';
import { check_finite, LRScheduler, type Scheduled } from './scheduler';

/** Rates that fall at certain epochs, or at every one. */

/** Options of {@link StepLR}. */
export interface StepLROptions {
  /** Epochs between two falls. */
  step_size: number;
  /** What the rate is multiplied with. Default 0.1. */
  gamma: number;
  /** The epoch to go on from; -1, the default, begins anew. */
  last_epoch: number;
}

/** Options of {@link MultiStepLR}. */
export interface MultiStepLROptions {
  /** The epochs of the falls; one named twice counts twice. */
  milestones: readonly number[];
  /** What the rate is multiplied with. Default 0.1. */
  gamma: number;
  /** The epoch to go on from; -1, the default, begins anew. */
  last_epoch: number;
}

/** Options of {@link ExponentialLR}. */
export interface ExponentialLROptions {
  /** What the rate is multiplied with at every epoch. */
  gamma: number;
  /** The epoch to go on from; -1, the default, begins anew. */
  last_epoch: number;
}

/**
 * The rate times gamma every `step_size` epochs.
 * @example
 * ```ts
 * const optimizer = new torch.optim.SGD([torch.ones([1])], { lr: 1 });
 * const scheduler = new torch.optim.lr_scheduler.StepLR(optimizer, 2, 0.5);
 * const rates: number[] = [];
 * for (let epoch = 0; epoch < 5; epoch++) {
 *   rates.push(...scheduler.get_last_lr());
 *   optimizer.step();
 *   scheduler.step();
 * }
 * rates; // [1, 1, 0.5, 0.5, 0.25]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.StepLR.html
 */
export class StepLR extends LRScheduler {
  declare readonly step_size: number;
  declare readonly gamma: number;

  constructor(
    optimizer: Scheduled,
    ...given: Given<
      Needs<StepLROptions, 'step_size'>,
      [step_size: 'step_size', gamma: 'gamma', last_epoch: 'last_epoch']
    >
  ) {
    const defaults = { step_size: undefined as unknown as number, gamma: 0.1, last_epoch: -1 };
    const options = positional<StepLROptions>('StepLR', given, defaults);
    const step_size = check_integer('StepLR', 'step_size', options.step_size, 1);
    super(optimizer, options.last_epoch, { step_size, gamma: check_finite('StepLR', 'gamma', options.gamma) });
  }

  protected override get_lr(): number[] {
    const { last_epoch, step_size, gamma } = this;
    return last_epoch === 0 || last_epoch % step_size !== 0 ? this.unchanged() : this.scaled(gamma);
  }

  protected override closed_form_lr(): number[] {
    return this.scaled_base(this.gamma ** Math.floor(this.last_epoch / this.step_size));
  }
}

/**
 * The rate times gamma at each of the milestones.
 * @example
 * ```ts
 * const optimizer = new torch.optim.SGD([torch.zeros([1], { requires_grad: true })], { lr: 1 });
 * const scheduler = new torch.optim.lr_scheduler.MultiStepLR(optimizer, [1, 3], { gamma: 0.5 });
 * const rates = [0, 1, 2].map(() => {
 *   optimizer.step();
 *   scheduler.step();
 *   return optimizer.param_groups[0].lr;
 * });
 * rates; // [0.5, 0.5, 0.25]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiStepLR.html
 */
export class MultiStepLR extends LRScheduler {
  /** How often each epoch was named. */
  declare readonly milestones: Readonly<Record<number, number>>;
  declare readonly gamma: number;

  constructor(
    optimizer: Scheduled,
    ...given: Given<
      Needs<MultiStepLROptions, 'milestones'>,
      [milestones: 'milestones', gamma: 'gamma', last_epoch: 'last_epoch']
    >
  ) {
    const name = 'MultiStepLR';
    const defaults = { milestones: undefined as unknown as number[], gamma: 0.1, last_epoch: -1 };
    const options = positional<MultiStepLROptions>(name, given, defaults);
    if (!Array.isArray(options.milestones)) fail_type(name, 'milestones', 'a list of epochs', options.milestones);
    const milestones: Record<number, number> = {};
    for (const each of options.milestones) {
      const epoch = check_integer(name, 'each milestone', each);
      milestones[epoch] = (milestones[epoch] ?? 0) + 1;
    }
    super(optimizer, options.last_epoch, { milestones, gamma: check_finite(name, 'gamma', options.gamma) });
  }

  protected override get_lr(): number[] {
    const times = this.milestones[this.last_epoch];
    return times === undefined ? this.unchanged() : this.scaled(this.gamma ** times);
  }

  protected override closed_form_lr(): number[] {
    const past = Object.entries(this.milestones).filter(([epoch]) => Number(epoch) <= this.last_epoch);
    return this.scaled_base(this.gamma ** past.reduce((sum, [, times]) => sum + times, 0));
  }
}

/**
 * The rate times gamma at every epoch.
 * @example
 * ```ts
 * const optimizer = new torch.optim.SGD([torch.zeros([1], { requires_grad: true })], { lr: 1 });
 * const scheduler = new torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5);
 * optimizer.step();
 * scheduler.step();
 * optimizer.param_groups[0].lr; // 0.5
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ExponentialLR.html
 */
export class ExponentialLR extends LRScheduler {
  declare readonly gamma: number;

  constructor(
    optimizer: Scheduled,
    ...given: Given<Needs<ExponentialLROptions, 'gamma'>, [gamma: 'gamma', last_epoch: 'last_epoch']>
  ) {
    const defaults = { gamma: undefined as unknown as number, last_epoch: -1 };
    const options = positional<ExponentialLROptions>('ExponentialLR', given, defaults);
    super(optimizer, options.last_epoch, { gamma: check_finite('ExponentialLR', 'gamma', options.gamma) });
  }

  protected override get_lr(): number[] {
    return this._is_initial ? this.unchanged() : this.scaled(this.gamma);
  }

  protected override closed_form_lr(): number[] {
    return this.scaled_base(this.gamma ** this.last_epoch);
  }
}
