import { type Given, type Needs, positional } from '../../arguments';
import { check_boolean, check_integer, fail, fail_range, fail_type } from '../../errors';
import { check_momentum_cycle, type MomentumCycle, set_momentum, start_momentum } from './momentum';
import { check_finite, check_optimizer, LRScheduler, per_group, type Scheduled } from './scheduler';

type Strategy = 'cos' | 'linear';
type Rate = 'initial_lr' | 'max_lr' | 'min_lr';
type Momentum = 'base_momentum' | 'max_momentum';

interface Phase {
  readonly end_step: number;
  readonly start_lr: Rate;
  readonly end_lr: Rate;
  readonly start_momentum: Momentum;
  readonly end_momentum: Momentum;
}

/** Options of {@link OneCycleLR}. */
export interface OneCycleLROptions {
  /** The top, for all groups or for each. */
  max_lr: number | readonly number[];
  /** All steps of the training; or `epochs` and `steps_per_epoch`. */
  total_steps: number | null;
  /** With `steps_per_epoch`, instead of `total_steps`. */
  epochs: number | null;
  /** With `epochs`, instead of `total_steps`. */
  steps_per_epoch: number | null;
  /** The share of the steps on the way up. Default 0.3. */
  pct_start: number;
  /** Along half a cosine, or straight. Default `'cos'`. */
  anneal_strategy: Strategy;
  /** Momentum (or the first beta) goes down where the rate goes up. Default true. */
  cycle_momentum: boolean;
  /** The lower end of the momentum. Default 0.85. */
  base_momentum: number | readonly number[];
  /** The upper end of the momentum. Default 0.95. */
  max_momentum: number | readonly number[];
  /** The first rate is `max_lr / div_factor`. Default 25. */
  div_factor: number;
  /** The last rate is the first one / `final_div_factor`. Default 1e4. */
  final_div_factor: number;
  /** Back to the first rate, then down to the last, instead of straight down. */
  three_phase: boolean;
  /** The step to go on from; -1, the default, begins anew. */
  last_epoch: number;
}

/** PyTorch's positional arguments. */
type Places = [
  max_lr: 'max_lr',
  total_steps: 'total_steps',
  epochs: 'epochs',
  steps_per_epoch: 'steps_per_epoch',
  pct_start: 'pct_start',
  anneal_strategy: 'anneal_strategy',
  cycle_momentum: 'cycle_momentum',
  base_momentum: 'base_momentum',
  max_momentum: 'max_momentum',
  div_factor: 'div_factor',
  final_div_factor: 'final_div_factor',
  three_phase: 'three_phase',
  last_epoch: 'last_epoch',
];

const defaults: OneCycleLROptions = {
  max_lr: undefined as unknown as number,
  total_steps: null,
  epochs: null,
  steps_per_epoch: null,
  pct_start: 0.3,
  anneal_strategy: 'cos',
  cycle_momentum: true,
  base_momentum: 0.85,
  max_momentum: 0.95,
  div_factor: 25,
  final_div_factor: 1e4,
  three_phase: false,
  last_epoch: -1,
};

/**
 * One cycle over the whole training: up to `max_lr`, then down far below the first rate; a step for every batch.
 * @example
 * ```ts
 * const optimizer = new torch.optim.SGD([torch.ones([1])], { lr: 0.1, momentum: 0.9 });
 * const scheduler = new torch.optim.lr_scheduler.OneCycleLR(optimizer, { max_lr: 1, total_steps: 10, div_factor: 4 });
 * scheduler.get_last_lr(); // [0.25]
 * optimizer.param_groups[0].momentum; // 0.95
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html
 */
export class OneCycleLR extends LRScheduler {
  declare readonly total_steps: number;
  declare readonly cycle_momentum: boolean;
  declare readonly use_beta1: boolean;
  /** @internal */
  declare readonly _schedule_phases: readonly Phase[];
  /** @internal */
  declare readonly _anneal_func_type: Strategy;
  /** What the groups start with; not part of the state. */
  declare private readonly start: () => { rates: number[]; momenta: MomentumCycle | null; options: OneCycleLROptions };

  constructor(optimizer: Scheduled, ...given: Given<Needs<OneCycleLROptions, 'max_lr'>, Places>) {
    const name = 'OneCycleLR';
    check_optimizer(name, optimizer);
    const options = positional<OneCycleLROptions>(name, given, defaults);
    const total_steps = check_total(name, options);
    const share = check_finite(name, 'pct_start', options.pct_start);
    if (share < 0 || share > 1) fail_range(name, `expected pct_start between 0 and 1, got ${share}`);
    if (options.anneal_strategy !== 'cos' && options.anneal_strategy !== 'linear')
      fail_type(name, 'anneal_strategy', '"cos" or "linear"', options.anneal_strategy);
    const cycle_momentum = check_boolean(name, 'cycle_momentum', options.cycle_momentum);
    const { base_momentum, max_momentum } = options;
    const momenta = cycle_momentum ? check_momentum_cycle(name, optimizer, base_momentum, max_momentum) : null;
    const rates = per_group(name, 'max_lr', optimizer, options.max_lr);
    super(optimizer, options.last_epoch, {
      total_steps,
      cycle_momentum,
      ...(momenta === null ? {} : { use_beta1: momenta.use_beta1 }),
      _schedule_phases: phases(total_steps, share, check_boolean(name, 'three_phase', options.three_phase)),
      _anneal_func_type: options.anneal_strategy,
      start: () => ({ rates, momenta, options }),
    });
  }

  protected override begin(last_epoch: number): void {
    const { rates, momenta, options } = this.start();
    if (last_epoch === -1) {
      this.groups.forEach((group, i) => {
        group.initial_lr = rates[i] / check_finite('OneCycleLR', 'div_factor', options.div_factor);
        group.max_lr = rates[i];
        group.min_lr = group.initial_lr / check_finite('OneCycleLR', 'final_div_factor', options.final_div_factor);
      });
      if (momenta !== null) start_momentum(this.groups, momenta);
    }
    super.begin(last_epoch);
  }

  private between(start: number, end: number, way: number): number {
    if (this._anneal_func_type === 'linear') return (end - start) * way + start;
    return end + ((start - end) / 2) * (Math.cos(Math.PI * way) + 1);
  }

  protected override get_lr(): number[] {
    const { last_epoch: step, total_steps, _schedule_phases: all } = this;
    if (step > total_steps) fail('OneCycleLR', `step ${step} is beyond the ${total_steps} steps of the schedule`);
    let at = 0;
    while (at < all.length - 1 && step > all[at].end_step) at++;
    const phase = all[at];
    const first = at === 0 ? 0 : all[at - 1].end_step;
    const way = (step - first) / (phase.end_step - first);
    return this.groups.map((group) => {
      if (this.cycle_momentum) {
        const [start, end] = [group[phase.start_momentum]!, group[phase.end_momentum]!];
        set_momentum(group, this.use_beta1, this.between(start, end, way));
      }
      return this.between(group[phase.start_lr]!, group[phase.end_lr]!, way);
    });
  }
}

function check_total(op: string, { total_steps, epochs, steps_per_epoch }: OneCycleLROptions): number {
  const counts = Object.entries({ total_steps, epochs, steps_per_epoch });
  for (const [name, count] of counts) if (count !== null) check_integer(op, name, count, 1);
  if (total_steps !== null) return total_steps;
  if (epochs === null || steps_per_epoch === null) fail(op, 'expected total_steps, or epochs and steps_per_epoch');
  return epochs * steps_per_epoch;
}

function phases(total: number, share: number, three: boolean): Phase[] {
  const up: Phase = {
    end_step: share * total - 1,
    start_lr: 'initial_lr',
    end_lr: 'max_lr',
    start_momentum: 'max_momentum',
    end_momentum: 'base_momentum',
  };
  const down: Phase = {
    end_step: three ? 2 * share * total - 2 : total - 1,
    start_lr: 'max_lr',
    end_lr: three ? 'initial_lr' : 'min_lr',
    start_momentum: 'base_momentum',
    end_momentum: 'max_momentum',
  };
  const out: Phase = {
    end_step: total - 1,
    start_lr: 'initial_lr',
    end_lr: 'min_lr',
    start_momentum: 'max_momentum',
    end_momentum: 'max_momentum',
  };
  return three ? [up, down, out] : [up, down];
}
