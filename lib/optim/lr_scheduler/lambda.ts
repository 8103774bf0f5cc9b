import { type Given, type Needs, positional } from '../../arguments';
import { fail, fail_type } from '../../errors';
import { check_optimizer, LRScheduler, type Scheduled, type SchedulerState } from './scheduler';

export type RateFunction = (epoch: number) => number;

/** Options of {@link LambdaLR}. */
export interface LambdaLROptions {
  /** A function of the epoch, or one for each group. */
  lr_lambda: RateFunction | readonly RateFunction[];
  /** The epoch to go on from; -1, the default, begins anew. */
  last_epoch: number;
}

type Arguments = Given<Needs<LambdaLROptions, 'lr_lambda'>, [lr_lambda: 'lr_lambda', last_epoch: 'last_epoch']>;

/** What schedulers with functions share. Functions cannot be saved; they are given again. */
abstract class FunctionScheduler extends LRScheduler {
  declare private lr_lambdas: () => readonly RateFunction[];

  constructor(name: string, optimizer: Scheduled, given: Arguments) {
    const { length } = check_optimizer(name, optimizer).param_groups;
    const defaults = { lr_lambda: undefined as unknown as RateFunction, last_epoch: -1 };
    const { lr_lambda, last_epoch } = positional<LambdaLROptions>(name, given, defaults);
    const all = Array.isArray(lr_lambda)
      ? [...lr_lambda]
      : new Array<RateFunction>(length).fill(lr_lambda as RateFunction);
    if (all.length !== length) fail(name, `expected ${length} functions, one for each group, got ${all.length}`);
    for (const each of all) if (typeof each !== 'function') fail_type(name, 'lr_lambda', 'a function', each);
    super(optimizer, last_epoch, { lr_lambdas: () => all });
  }

  /** The functions' values at this epoch. */
  protected factors(): number[] {
    return this.lr_lambdas().map((each) => each(this.last_epoch));
  }

  override state_dict(): SchedulerState {
    return { ...super.state_dict(), lr_lambdas: this.lr_lambdas().map(() => null) };
  }
}

/**
 * The first rate times a function of the epoch.
 * @example
 * ```ts
 * const optimizer = new torch.optim.SGD([torch.ones([1])], { lr: 0.5 });
 * const scheduler = new torch.optim.lr_scheduler.LambdaLR(optimizer, (epoch) => 1 / (1 + epoch));
 * optimizer.step();
 * scheduler.step();
 * scheduler.get_last_lr(); // [0.25]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LambdaLR.html
 */
export class LambdaLR extends FunctionScheduler {
  constructor(optimizer: Scheduled, ...given: Arguments) {
    super('LambdaLR', optimizer, given);
  }

  protected override get_lr(): number[] {
    const factors = this.factors();
    return this.base_lrs.map((lr, i) => lr * factors[i]);
  }
}

/**
 * The last rate times a function of the epoch.
 * @example
 * ```ts
 * const optimizer = new torch.optim.SGD([torch.zeros([1], { requires_grad: true })], { lr: 1 });
 * const scheduler = new torch.optim.lr_scheduler.MultiplicativeLR(optimizer, (epoch) => 1 / (epoch + 1));
 * optimizer.step();
 * scheduler.step();
 * optimizer.param_groups[0].lr; // 0.5
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiplicativeLR.html
 */
export class MultiplicativeLR extends FunctionScheduler {
  constructor(optimizer: Scheduled, ...given: Arguments) {
    super('MultiplicativeLR', optimizer, given);
  }

  protected override get_lr(): number[] {
    if (this._is_initial) return this.unchanged();
    const factors = this.factors();
    return this.groups.map(({ lr }, i) => lr * factors[i]);
  }
}
