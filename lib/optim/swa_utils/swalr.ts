import { type Given, type Needs, positional } from '../../arguments';
import { check_integer, fail_type } from '../../errors';
import { check_optimizer, LRScheduler, per_group, type Scheduled } from '../lr_scheduler/scheduler';

/** Options of {@link SWALR}. */
export interface SWALROptions {
  /** The rate in the end, for all groups or for each. */
  swa_lr: number | readonly number[];
  /** Epochs until then. Default 10. */
  anneal_epochs: number;
  /** The way there. Default `'cos'`. */
  anneal_strategy: 'cos' | 'linear';
  /** The epoch to go on from; -1, the default, begins anew. */
  last_epoch: number;
}

type Places = [
  swa_lr: 'swa_lr',
  anneal_epochs: 'anneal_epochs',
  anneal_strategy: 'anneal_strategy',
  last_epoch: 'last_epoch',
];

/**
 * From the groups' rates to `swa_lr`, and there for good: the schedule under which weights are averaged. Other schedulers may come before it.
 * @example
 * ```ts
 * const optimizer = new torch.optim.SGD([torch.ones([1])], { lr: 1 });
 * const scheduler = new torch.optim.swa_utils.SWALR(optimizer, { swa_lr: 0.5, anneal_epochs: 2, anneal_strategy: 'linear' });
 * const rates = [];
 * for (let epoch = 0; epoch < 3; epoch++) {
 *   rates.push(scheduler.get_last_lr()[0]);
 *   optimizer.step();
 *   scheduler.step();
 * }
 * rates; // [1, 0.75, 0.5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.swa_utils.SWALR.html
 */
export class SWALR extends LRScheduler {
  declare readonly anneal_epochs: number;
  /** @internal */
  declare readonly _anneal_strategy: 'cos' | 'linear';

  constructor(optimizer: Scheduled, ...given: Given<Needs<SWALROptions, 'swa_lr'>, Places>) {
    const name = 'SWALR';
    const { swa_lr, anneal_epochs, anneal_strategy, last_epoch } = positional<SWALROptions>(name, given, {
      swa_lr: undefined as unknown as number,
      anneal_epochs: 10,
      anneal_strategy: 'cos',
      last_epoch: -1,
    });
    const rates = per_group(name, 'swa_lr', check_optimizer(name, optimizer), swa_lr);
    check_integer(name, 'anneal_epochs', anneal_epochs, 0);
    if (anneal_strategy !== 'cos' && anneal_strategy !== 'linear')
      fail_type(name, 'anneal_strategy', '"cos" or "linear"', anneal_strategy);
    optimizer.param_groups.forEach((group, i) => {
      group.swa_lr = rates[i];
    });
    super(optimizer, last_epoch, { anneal_epochs, _anneal_strategy: anneal_strategy });
  }

  /** How much of the way is done after so many steps. */
  private done(steps: number): number {
    const t = Math.max(0, Math.min(1, steps / Math.max(1, this.anneal_epochs)));
    return this._anneal_strategy === 'linear' ? t : (1 - Math.cos(Math.PI * t)) / 2;
  }

  protected override get_lr(): number[] {
    const made = this._step_count - 1;
    const step = this.anneal_epochs === 0 ? Math.max(1, made) : made;
    const [before, now] = [this.done(step - 1), this.done(step)];
    return this.groups.map(({ lr, swa_lr }) => {
      const end = swa_lr!;
      const start = before === 1 ? end : (lr - before * end) / (1 - before);
      return end * now + start * (1 - now);
    });
  }
}
