import { type Given, positional } from '../../arguments';
import { check_integer, check_number, fail, fail_range, fail_type } from '../../errors';
import { Tensor } from '../../tensor/tensor';
import {
  check_finite,
  check_optimizer,
  LRScheduler,
  per_group,
  type Scheduled,
  type SchedulerState,
} from './scheduler';

type Mode = 'min' | 'max';
type ThresholdMode = 'rel' | 'abs';

/** Options of {@link ReduceLROnPlateau}. */
export interface ReduceLROnPlateauOptions {
  /** Whether the measure is to fall or to rise. Default `min`. */
  mode: Mode;
  /** What the rate is multiplied with, below 1. Default 0.1. */
  factor: number;
  /** How many epochs without improvement are borne. Default 10. */
  patience: number;
  /** What counts as an improvement. Default 1e-4. */
  threshold: number;
  /** Whether the threshold is a share of the best or a difference from it. Default `rel`. */
  threshold_mode: ThresholdMode;
  /** Epochs after a reduction that do not count. Default 0. */
  cooldown: number;
  /** The smallest rate, for all groups or for each. Default 0. */
  min_lr: number | readonly number[];
  /** Smaller changes are not made. Default 1e-8. */
  eps: number;
}

/** PyTorch's positional arguments. */
type Places = [
  mode: 'mode',
  factor: 'factor',
  patience: 'patience',
  threshold: 'threshold',
  threshold_mode: 'threshold_mode',
  cooldown: 'cooldown',
  min_lr: 'min_lr',
  eps: 'eps',
];

const defaults: ReduceLROnPlateauOptions = {
  mode: 'min',
  factor: 0.1,
  patience: 10,
  threshold: 1e-4,
  threshold_mode: 'rel',
  cooldown: 0,
  min_lr: 0,
  eps: 1e-8,
};

/**
 * The rate times factor when a measure has stopped to improve: `scheduler.step(validation_loss)`.
 * @example
 * ```ts
 * const optimizer = new torch.optim.SGD([torch.ones([1])], { lr: 1 });
 * const scheduler = new torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, 'min', { patience: 1, factor: 0.5 });
 * for (const loss of [3, 2, 2, 2]) scheduler.step(loss);
 * scheduler.get_last_lr(); // [0.5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html
 */
export class ReduceLROnPlateau extends LRScheduler {
  declare readonly mode: Mode;
  declare readonly factor: number;
  declare readonly patience: number;
  declare readonly threshold: number;
  declare readonly threshold_mode: ThresholdMode;
  declare readonly cooldown: number;
  declare readonly eps: number;
  declare default_min_lr: number | null;
  declare min_lrs: number[];
  declare best: number;
  declare cooldown_counter: number;
  declare num_bad_epochs: number;

  constructor(optimizer: Scheduled, ...given: Given<Partial<ReduceLROnPlateauOptions>, Places>) {
    const name = 'ReduceLROnPlateau';
    check_optimizer(name, optimizer);
    const options = positional(name, given, defaults);
    const { mode, threshold_mode, min_lr } = options;
    if (mode !== 'min' && mode !== 'max') fail_type(name, 'mode', '"min" or "max"', mode);
    if (threshold_mode !== 'rel' && threshold_mode !== 'abs')
      fail_type(name, 'threshold_mode', '"rel" or "abs"', threshold_mode);
    const factor = check_finite(name, 'factor', options.factor);
    if (factor >= 1) fail_range(name, `expected factor to be below 1, got ${factor}`);
    super(optimizer, -1, {
      mode,
      factor,
      patience: check_integer(name, 'patience', options.patience, 0),
      threshold: check_finite(name, 'threshold', options.threshold),
      threshold_mode,
      cooldown: check_integer(name, 'cooldown', options.cooldown, 0),
      eps: check_finite(name, 'eps', options.eps),
      min_lrs: per_group(name, 'min_lr', optimizer, min_lr),
      default_min_lr: Array.isArray(min_lr) ? null : min_lr,
      best: mode === 'min' ? Infinity : -Infinity,
      cooldown_counter: 0,
      num_bad_epochs: 0,
    });
  }

  protected override begin(): void {
    this.last_epoch = 0;
    this._last_lr = this.unchanged();
  }

  get in_cooldown(): boolean {
    return this.cooldown_counter > 0;
  }

  private improves(value: number): boolean {
    const { mode, threshold, threshold_mode, best } = this;
    if (mode === 'min') return value < (threshold_mode === 'rel' ? best * (1 - threshold) : best - threshold);
    return value > (threshold_mode === 'rel' ? best * (threshold + 1) : best + threshold);
  }

  /** @param metrics the measure: a number, or a Tensor of one element */
  override step(metrics?: number | Tensor, epoch?: number): void {
    const { name } = this.constructor;
    const value = metrics instanceof Tensor ? Number(metrics.item()) : check_number(name, 'metrics', metrics);
    this.last_epoch = epoch === undefined ? this.last_epoch + 1 : check_finite(name, 'epoch', epoch);
    if (this.improves(value)) {
      this.best = value;
      this.num_bad_epochs = 0;
    } else this.num_bad_epochs++;
    if (this.in_cooldown) {
      this.cooldown_counter--;
      this.num_bad_epochs = 0;
    }
    if (this.num_bad_epochs > this.patience) {
      this.reduce();
      this.cooldown_counter = this.cooldown;
      this.num_bad_epochs = 0;
    }
    this._last_lr = this.unchanged();
  }

  private reduce(): void {
    const { groups, default_min_lr } = this;
    if (groups.length !== this.min_lrs.length) {
      if (default_min_lr === null)
        fail(
          this.constructor.name,
          `there are ${groups.length} groups, but min_lr was given for ${this.min_lrs.length}; change min_lrs`,
        );
      this.min_lrs = groups.map(() => default_min_lr);
    }
    groups.forEach((group, i) => {
      const reduced = Math.max(group.lr * this.factor, this.min_lrs[i]);
      if (group.lr - reduced > this.eps) group.lr = reduced;
    });
  }

  override state_dict(): SchedulerState {
    return { ...super.state_dict(), mode_worse: this.mode === 'min' ? Infinity : -Infinity };
  }
}
