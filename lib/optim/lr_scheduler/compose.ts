import { type Given, positional } from '../../arguments';
import { check_integer, fail, fail_type } from '../../errors';
import { ReduceLROnPlateau } from './plateau';
import { check_optimizer, LRScheduler, type Scheduled, type SchedulerState } from './scheduler';

/** Several schedulers on one optimizer: at once, or one after the other. */

function check_schedulers(
  op: string,
  schedulers: unknown,
  given?: unknown,
): { all: LRScheduler[]; optimizer: Scheduled } {
  if (!Array.isArray(schedulers)) fail_type(op, 'schedulers', 'a list of schedulers', schedulers);
  if (schedulers.length === 0) fail(op, 'the list of schedulers is empty');
  schedulers.forEach((each: unknown, i) => {
    if (!(each instanceof LRScheduler)) fail_type(op, `schedulers[${i}]`, 'a scheduler', each);
    if (each instanceof ReduceLROnPlateau)
      fail(op, `schedulers[${i}] is a ReduceLROnPlateau, whose step() needs a measure; step it by itself`);
  });
  const all = schedulers as LRScheduler[];
  const optimizer = check_optimizer(op, given ?? all[0].optimizer);
  const other = all.findIndex((each) => each.optimizer !== optimizer);
  if (other >= 0) fail(op, `schedulers[${other}] belongs to another optimizer`);
  return { all, optimizer };
}

abstract class Composed extends LRScheduler {
  /** @internal */
  declare readonly _schedulers: readonly LRScheduler[];

  override state_dict(): SchedulerState {
    const { _schedulers, ...own } = this;
    const state = Object.entries(own).filter(([, value]) => typeof value !== 'function');
    return {
      ...structuredClone(Object.fromEntries(state)),
      _schedulers: _schedulers.map((each) => each.state_dict()),
    };
  }

  override load_state_dict(state: SchedulerState): void {
    const { _schedulers: inner, ...own } = state;
    if (!Array.isArray(inner) || inner.length !== this._schedulers.length)
      fail_type('load_state_dict', '_schedulers', `a list of ${this._schedulers.length} states`, inner);
    super.load_state_dict(own);
    this._schedulers.forEach((each, i) => {
      each.load_state_dict(inner[i] as SchedulerState);
    });
  }
}

/**
 * Steps several schedulers one after the other at every epoch; their factors multiply.
 * @example
 * ```ts
 * const optimizer = new torch.optim.SGD([torch.ones([1])], { lr: 1 });
 * const { ChainedScheduler, ConstantLR, ExponentialLR } = torch.optim.lr_scheduler;
 * const warm_up = new ConstantLR(optimizer, 0.5, 2);
 * const scheduler = new ChainedScheduler([warm_up, new ExponentialLR(optimizer, 0.5)]);
 * scheduler.get_last_lr(); // [0.5]
 * optimizer.step();
 * scheduler.step();
 * scheduler.get_last_lr(); // [0.25]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ChainedScheduler.html
 */
export class ChainedScheduler extends Composed {
  constructor(
    schedulers: readonly LRScheduler[],
    ...given: Given<{ optimizer?: Scheduled | null }, [optimizer: 'optimizer']>
  ) {
    const { optimizer } = positional('ChainedScheduler', given, { optimizer: null as Scheduled | null });
    const { all, optimizer: own } = check_schedulers('ChainedScheduler', schedulers, optimizer ?? undefined);
    super(own, -1, { _schedulers: all });
  }

  protected override begin(): void {
    this._last_lr = this.unchanged();
  }

  override step(): void {
    for (const each of this._schedulers) each.step();
    this._last_lr = this.unchanged();
  }

  /** Always an error: a chain cannot start at a milestone of a {@link SequentialLR}. */
  override update_lr(): void {
    fail('ChainedScheduler', 'a chain cannot start at a milestone of a SequentialLR; chain the sequences instead');
  }
}

/** Options of {@link SequentialLR}. */
export interface SequentialLROptions {
  /** The epochs at which the next scheduler takes over; one fewer than schedulers. */
  milestones: readonly number[];
  /** The epoch to go on from; -1, the default, begins anew. */
  last_epoch?: number;
}

/**
 * Schedulers one after the other: the next begins, from the first rate, at each milestone.
 * @example
 * ```ts
 * const optimizer = new torch.optim.SGD([torch.ones([1])], { lr: 1 });
 * const { CosineAnnealingLR, LinearLR, SequentialLR } = torch.optim.lr_scheduler;
 * const warm_up = new LinearLR(optimizer, { start_factor: 0.5, total_iters: 4 });
 * const scheduler = new SequentialLR(optimizer, [warm_up, new CosineAnnealingLR(optimizer, 20)], [4]);
 * scheduler.get_last_lr(); // [0.5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.SequentialLR.html
 */
export class SequentialLR extends Composed {
  /** @internal */
  declare readonly _milestones: readonly number[];

  constructor(
    optimizer: Scheduled,
    schedulers: readonly LRScheduler[],
    ...given: Given<SequentialLROptions, [milestones: 'milestones', last_epoch: 'last_epoch']>
  ) {
    const name = 'SequentialLR';
    const { milestones, last_epoch } = positional(name, given, {
      milestones: undefined as unknown as readonly number[],
      last_epoch: -1,
    });
    const { all } = check_schedulers(name, schedulers, check_optimizer(name, optimizer));
    if (!Array.isArray(milestones)) fail_type(name, 'milestones', 'a list of epochs', milestones);
    if (milestones.length !== all.length - 1)
      fail(name, `expected ${all.length - 1} milestones between ${all.length} schedulers, got ${milestones.length}`);
    milestones.forEach((each, i) => {
      check_integer(name, 'each milestone', each, i === 0 ? 0 : milestones[i - 1]);
    });
    super(optimizer, last_epoch, { _schedulers: all, _milestones: [...milestones] });
  }

  protected override begin(last_epoch: number): void {
    this.last_epoch = last_epoch + 1;
    for (const group of this.groups) group.lr = group.initial_lr!;
    for (const each of this._schedulers) undo(each);
    const first = this._schedulers[this.index(0)];
    first.initial_step();
    this._last_lr = first.get_last_lr();
  }

  /** Which scheduler an epoch belongs to. */
  private index(epoch: number): number {
    return this._milestones.filter((each) => each <= epoch).length;
  }

  override step(): void {
    this.last_epoch++;
    const at = this.index(this.last_epoch);
    const scheduler = this._schedulers[at];
    if (at > 0 && this._milestones[at - 1] === this.last_epoch) scheduler.update_lr(0);
    else scheduler.step();
    this._last_lr = scheduler.get_last_lr();
  }
}

/** Takes back the epoch that a scheduler's constructor counted. */
function undo(scheduler: LRScheduler): void {
  if (scheduler instanceof Composed) scheduler._schedulers.forEach(undo);
  else scheduler.last_epoch--;
}
