import { check_integer, check_number, describe, fail, fail_type } from '../../errors';
import { Optimizer } from '../optimizer';
import type { ScheduledValues } from '../options';

/** Any optimizer: what schedulers change is in its groups. */
export type Scheduled = Optimizer<{ lr: number }>;

/** A parameter group as schedulers see it. */
export interface ScheduledGroup extends ScheduledValues {
  lr: number;
  momentum?: number;
  betas?: readonly [number, number];
}

/** What a scheduler is made of, under PyTorch's names: numbers, strings, lists; functions are left out. */
export type SchedulerState = Record<string, unknown>;

export function check_optimizer(op: string, optimizer: unknown): Scheduled {
  return optimizer instanceof Optimizer ? optimizer : fail_type(op, 'optimizer', 'an Optimizer', optimizer);
}

/** One value for each group: a list of as many, or a number for all. */
export function per_group(op: string, name: string, optimizer: Scheduled, value: unknown): number[] {
  const { length } = optimizer.param_groups;
  const list: unknown[] = Array.isArray(value) ? value : new Array(length).fill(value);
  if (list.length !== length) fail(op, `expected ${length} values of ${name}, one for each group, got ${list.length}`);
  return list.map((each) => check_finite(op, name, each));
}

export function check_finite(op: string, name: string, value: unknown): number {
  const number = check_number(op, name, value);
  return Number.isFinite(number) ? number : fail(op, `expected ${name} to be finite, got ${number}`);
}

/**
 * The base class of schedulers, which change `lr` of an optimizer's groups once an epoch. As in PyTorch most compute it from the one before, so
 * that several can work on one optimizer.
 *
 * A scheduler of your own computes `get_lr()` from `last_epoch`, `base_lrs` and the groups. Its first step is made here, before fields of the subclass
 * exist; so what it needs is given to `super` as the third argument, which becomes its properties (`declare` them).
 * @example
 * ```ts
 * class Halving extends torch.optim.lr_scheduler.LRScheduler {
 *   declare readonly every: number;
 *   constructor(optimizer: torch.optim.SGD, every: number) {
 *     super(optimizer, -1, { every });
 *   }
 *   protected override get_lr(): number[] {
 *     return this.base_lrs.map((lr) => lr / 2 ** Math.floor(this.last_epoch / this.every));
 *   }
 * }
 * const optimizer = new torch.optim.SGD([torch.ones([1])], { lr: 1 });
 * const scheduler = new Halving(optimizer, 2);
 * for (let epoch = 0; epoch < 4; epoch++) {
 *   optimizer.step();
 *   scheduler.step();
 * }
 * scheduler.get_last_lr(); // [0.25]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LRScheduler.html
 */
export class LRScheduler {
  declare readonly optimizer: Scheduled;
  declare last_epoch: number;
  declare base_lrs: number[];
  /** @internal The learning rates of the last step. */
  declare _last_lr: number[];
  /** @internal Steps made, the first by the constructor. */
  declare _step_count: number;
  /** @internal Set during the constructor's step. */
  declare _is_initial: boolean;

  constructor(optimizer: Scheduled, last_epoch = -1, properties: object = {}) {
    const op = this.constructor.name;
    Object.defineProperty(this, 'optimizer', { value: check_optimizer(op, optimizer) });
    Object.assign(this, properties);
    this.begin(check_integer(op, 'last_epoch', last_epoch, -1));
  }

  /** The rates of the epoch `last_epoch`, one for each group. */
  protected get_lr(): number[] {
    return fail(this.constructor.name, 'the scheduler has no get_lr()');
  }

  /** The same without regard to what came before, where that can be said; `step(epoch)` uses it. */
  protected closed_form_lr?(): number[];

  protected get groups(): ScheduledGroup[] {
    return this.optimizer.param_groups as ScheduledGroup[];
  }

  /** The groups' rates as they are. */
  protected unchanged(): number[] {
    return this.groups.map(({ lr }) => lr);
  }

  /** The groups' rates times a factor. */
  protected scaled(factor: number): number[] {
    return this.groups.map(({ lr }) => lr * factor);
  }

  /** The first rates of all groups times a factor. */
  protected scaled_base(factor: number): number[] {
    return this.base_lrs.map((lr) => lr * factor);
  }

  /** Takes the first rates from the groups and makes the first step. */
  protected begin(last_epoch: number): void {
    const { name } = this.constructor;
    this.groups.forEach((group, i) => {
      if (last_epoch === -1) group.initial_lr ??= group.lr;
      else if (group.initial_lr === undefined)
        fail(
          name,
          `group ${i} has no initial_lr, which going on from epoch ${last_epoch} needs; load the optimizer's state first`,
        );
    });
    this.base_lrs = this.groups.map(({ initial_lr }) => initial_lr!);
    this.last_epoch = last_epoch;
    this.initial_step();
  }

  /** @internal */
  initial_step(): void {
    this._step_count = 0;
    this._is_initial = true;
    try {
      this.step();
    } finally {
      this._is_initial = false;
    }
  }

  /**
   * The next epoch's rates, after the optimizer's own steps.
   *
   * @param epoch jumps there, as PyTorch allows but advises against
   */
  step(epoch?: number): void {
    if (this._step_count === 1 && !this.optimizer.stepped)
      process.emitWarning(
        `${this.constructor.name}.step() came before the optimizer's first step(): the first rate is skipped; call optimizer.step() before`,
        'CressetWarning',
      );
    this._step_count++;
    this.update_lr(epoch === undefined ? undefined : check_finite(this.constructor.name, 'epoch', epoch));
  }

  /** @internal */
  update_lr(epoch?: number): void {
    this.last_epoch = epoch ?? this.last_epoch + 1;
    const closed = epoch === undefined ? undefined : this.closed_form_lr?.();
    this.apply(closed ?? this.get_lr());
  }

  protected apply(values: readonly number[]): void {
    const { groups } = this;
    if (!Array.isArray(values) || values.length !== groups.length)
      fail(this.constructor.name, `expected ${groups.length} rates from get_lr(), got ${describe(values)}`);
    groups.forEach((group, i) => {
      group.lr = check_number(this.constructor.name, 'the rate', values[i]);
    });
    this._last_lr = this.unchanged();
  }

  /** The rates of the last step, one for each group. */
  get_last_lr(): number[] {
    return [...this._last_lr];
  }

  /** All properties but the optimizer and functions, copied; it can be written as JSON. */
  state_dict(): SchedulerState {
    const own = Object.entries(this).filter(([, value]) => typeof value !== 'function');
    return structuredClone(Object.fromEntries(own));
  }

  /** Takes the properties over that a `state_dict()` of the same class holds. The optimizer's own state is loaded by itself. */
  load_state_dict(state: SchedulerState): void {
    if (typeof state !== 'object' || state === null || Array.isArray(state))
      fail_type('load_state_dict', 'state_dict', 'an object', state);
    const known = Object.entries(state).filter(
      ([name]) => Object.hasOwn(this, name) && typeof Reflect.get(this, name) !== 'function',
    );
    Object.assign(this, structuredClone(Object.fromEntries(known)));
  }
}
