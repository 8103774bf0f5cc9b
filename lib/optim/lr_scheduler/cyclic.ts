import { type Given, type Needs, positional } from '../../arguments';
import { check_boolean, check_integer, fail_type } from '../../errors';
import { check_momentum_cycle, type MomentumCycle, set_momentum, start_momentum } from './momentum';
import { check_finite, check_optimizer, LRScheduler, per_group, type Scheduled } from './scheduler';

type Mode = 'triangular' | 'triangular2' | 'exp_range';

/** Options of {@link CyclicLR}. */
export interface CyclicLROptions {
  /** The lower end, for all groups or for each. */
  base_lr: number | readonly number[];
  /** The upper end. */
  max_lr: number | readonly number[];
  /** Steps up. Default 2000. */
  step_size_up: number;
  /** Steps down. Default: as many as up. */
  step_size_down: number | null;
  /** How the height changes: not at all, half of it at every cycle, or gamma to the power of the steps. */
  mode: Mode;
  /** For `exp_range`. Default 1. */
  gamma: number;
  /** A height of one's own, instead of a mode. */
  scale_fn: ((x: number) => number) | null;
  /** Whether `scale_fn` takes the number of the cycle or of the step. */
  scale_mode: 'cycle' | 'iterations';
  /** Momentum (or the first beta) goes down where the rate goes up. Default true. */
  cycle_momentum: boolean;
  /** The lower end of the momentum. Default 0.8. */
  base_momentum: number | readonly number[];
  /** The upper end of the momentum. Default 0.9. */
  max_momentum: number | readonly number[];
  /** The step to go on from; -1, the default, begins anew. */
  last_epoch: number;
}

/** PyTorch's positional arguments. */
type Places = [
  base_lr: 'base_lr',
  max_lr: 'max_lr',
  step_size_up: 'step_size_up',
  step_size_down: 'step_size_down',
  mode: 'mode',
  gamma: 'gamma',
  scale_fn: 'scale_fn',
  scale_mode: 'scale_mode',
  cycle_momentum: 'cycle_momentum',
  base_momentum: 'base_momentum',
  max_momentum: 'max_momentum',
  last_epoch: 'last_epoch',
];

const defaults: CyclicLROptions = {
  base_lr: undefined as unknown as number,
  max_lr: undefined as unknown as number,
  step_size_up: 2000,
  step_size_down: null,
  mode: 'triangular',
  gamma: 1,
  scale_fn: null,
  scale_mode: 'cycle',
  cycle_momentum: true,
  base_momentum: 0.8,
  max_momentum: 0.9,
  last_epoch: -1,
};

/**
 * The rate goes up and down between two ends, step by step.
 * @example
 * ```ts
 * const optimizer = new torch.optim.SGD([torch.zeros([1], { requires_grad: true })], { lr: 1, momentum: 0.9 });
 * const scheduler = new torch.optim.lr_scheduler.CyclicLR(optimizer, 0.1, 0.5, { step_size_up: 2 });
 * const rates = [0, 1, 2, 3].map(() => {
 *   optimizer.step();
 *   scheduler.step();
 *   return optimizer.param_groups[0].lr;
 * });
 * rates; // [0.300, 0.500, 0.300, 0.100]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CyclicLR.html
 */
export class CyclicLR extends LRScheduler {
  declare readonly max_lrs: number[];
  declare readonly total_size: number;
  declare readonly step_ratio: number;
  declare readonly mode: Mode;
  declare readonly gamma: number;
  declare readonly scale_mode: 'cycle' | 'iterations';
  declare readonly cycle_momentum: boolean;
  declare readonly use_beta1: boolean;
  declare readonly base_momentums: number[];
  declare readonly max_momentums: number[];
  declare private readonly scale_fn: ((x: number) => number) | undefined;

  constructor(optimizer: Scheduled, ...given: Given<Needs<CyclicLROptions, 'base_lr' | 'max_lr'>, Places>) {
    const name = 'CyclicLR';
    check_optimizer(name, optimizer);
    const options = positional<CyclicLROptions>(name, given, defaults);
    const { mode, scale_fn, last_epoch } = options;
    if (scale_fn !== null && typeof scale_fn !== 'function') fail_type(name, 'scale_fn', 'a function', scale_fn);
    if (!['triangular', 'triangular2', 'exp_range'].includes(mode) && scale_fn === null)
      fail_type(name, 'mode', '"triangular", "triangular2" or "exp_range"', mode);
    if (options.scale_mode !== 'cycle' && options.scale_mode !== 'iterations')
      fail_type(name, 'scale_mode', '"cycle" or "iterations"', options.scale_mode);
    const up = check_integer(name, 'step_size_up', options.step_size_up, 1);
    const down =
      options.step_size_down === null ? up : check_integer(name, 'step_size_down', options.step_size_down, 1);
    const cycle_momentum = check_boolean(name, 'cycle_momentum', options.cycle_momentum);
    super(optimizer, last_epoch, {
      base_lrs: per_group(name, 'base_lr', optimizer, options.base_lr),
      max_lrs: per_group(name, 'max_lr', optimizer, options.max_lr),
      total_size: up + down,
      step_ratio: up / (up + down),
      mode,
      gamma: check_finite(name, 'gamma', options.gamma),
      scale_mode: scale_fn !== null ? options.scale_mode : mode === 'exp_range' ? 'iterations' : 'cycle',
      cycle_momentum,
      ...(scale_fn === null ? {} : { scale_fn }),
      ...(cycle_momentum ? check_momentum_cycle(name, optimizer, options.base_momentum, options.max_momentum) : {}),
    });
  }

  protected override begin(last_epoch: number): void {
    const { base_lrs } = this;
    if (last_epoch === -1) {
      this.groups.forEach((group, i) => {
        group.lr = base_lrs[i];
      });
      if (this.cycle_momentum) start_momentum(this.groups, this as MomentumCycle);
    }
    super.begin(last_epoch);
    this.base_lrs = base_lrs;
  }

  private height(x: number): number {
    if (this.scale_fn !== undefined) return this.scale_fn(x);
    if (this.mode === 'triangular') return 1;
    return this.mode === 'triangular2' ? 1 / 2 ** (x - 1) : this.gamma ** x;
  }

  protected override get_lr(): number[] {
    const { last_epoch, total_size, step_ratio } = this;
    const cycle = Math.floor(1 + last_epoch / total_size);
    const x = 1 + last_epoch / total_size - cycle;
    const way = x <= step_ratio ? x / step_ratio : (x - 1) / (step_ratio - 1);
    const height = this.height(this.scale_mode === 'cycle' ? cycle : last_epoch);
    if (this.cycle_momentum)
      this.groups.forEach((group, i) => {
        const [base, max] = [this.base_momentums[i], this.max_momentums[i]];
        set_momentum(group, this.use_beta1, max - (max - base) * way * height);
      });
    return this.base_lrs.map((base, i) => base + (this.max_lrs[i] - base) * way * height);
  }
}
