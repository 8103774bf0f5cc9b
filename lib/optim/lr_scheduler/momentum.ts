import { fail } from '../../errors';
import { per_group, type Scheduled, type ScheduledGroup } from './scheduler';

/** Momentum that cycles against the rate: `momentum` of the groups, or the first of their `betas`. */
export interface MomentumCycle {
  readonly use_beta1: boolean;
  readonly base_momentums: number[];
  readonly max_momentums: number[];
}

export function check_momentum_cycle(op: string, optimizer: Scheduled, base: unknown, max: unknown): MomentumCycle {
  const { defaults } = optimizer;
  if (!('momentum' in defaults) && !('betas' in defaults))
    fail(op, `${optimizer.constructor.name} has neither momentum nor betas; pass { cycle_momentum: false }`);
  return {
    use_beta1: 'betas' in defaults,
    base_momentums: per_group(op, 'base_momentum', optimizer, base),
    max_momentums: per_group(op, 'max_momentum', optimizer, max),
  };
}

export function set_momentum(group: ScheduledGroup, use_beta1: boolean, value: number): void {
  if (use_beta1) group.betas = [value, group.betas![1]];
  else group.momentum = value;
}

/** Puts the groups at the largest momentum, where both schedules begin. */
export function start_momentum(groups: readonly ScheduledGroup[], cycle: MomentumCycle): void {
  groups.forEach((group, i) => {
    set_momentum(group, cycle.use_beta1, cycle.max_momentums[i]);
    group.max_momentum = cycle.max_momentums[i];
    group.base_momentum = cycle.base_momentums[i];
  });
}
