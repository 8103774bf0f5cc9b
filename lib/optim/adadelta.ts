import { type Given, positional } from '../arguments';
import { fail_range } from '../errors';
import { list_kernel } from '../native/list';
import type { ParamGroup, Params } from './groups';
import { check_all_at_least_zero, check_flags, type ImplementationOptions } from './options';
import { next_step, RuleOptimizer, run_rule, state_tensor, type Update } from './rule';

/** Options of {@link Adadelta}. */
export interface AdadeltaOptions extends Omit<ImplementationOptions, 'fused'> {
  /** Factor of the step. Default 1. */
  lr: number;
  /** Decay of the running means of squares, in [0, 1]. Default 0.9. */
  rho: number;
  /** Added under the roots. Default 1e-6. */
  eps: number;
  /** L2 penalty. */
  weight_decay: number;
  /** Ascend instead of descend. */
  maximize: boolean;
}

const run = list_kernel('adadelta_step');
const defaults: AdadeltaOptions = {
  lr: 1,
  rho: 0.9,
  eps: 1e-6,
  weight_decay: 0,
  maximize: false,
  capturable: false,
  foreach: null,
  differentiable: false,
};

/** PyTorch's positional arguments. */
const names = ['lr', 'rho', 'eps', 'weight_decay', 'foreach'] as const;

/**
 * Adadelta: `v ← rho·v + (1 - rho)·g²`, `d = √(u + eps) / √(v + eps) · g`, `u ← rho·u + (1 - rho)·d²`, `p ← p - lr·d`.
 * @example
 * ```ts
 * const w = torch.tensor([1], { requires_grad: true });
 * const optimizer = new torch.optim.Adadelta([w], { lr: 1 });
 * w.mul(w).sum().backward();
 * optimizer.step();
 * w.item() < 1; // true
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adadelta.html
 */
export class Adadelta extends RuleOptimizer<AdadeltaOptions> {
  constructor(params: Params<AdadeltaOptions>, ...given: Given<Partial<AdadeltaOptions>, typeof names>) {
    super(params, positional<AdadeltaOptions>('Adadelta', given, defaults, names));
  }

  protected override check(op: string, options: AdadeltaOptions): void {
    const { lr, rho, eps, weight_decay, maximize } = options;
    check_all_at_least_zero(op, { lr, rho, eps, weight_decay });
    if (rho > 1) fail_range(op, `expected rho between 0 and 1, got ${rho}`);
    check_flags(op, { maximize });
  }

  protected override update(group: ParamGroup<AdadeltaOptions>, updates: readonly Update[]): void {
    const { lr, rho, eps, weight_decay, maximize } = group;
    const work = updates.map((update) => {
      next_step(update);
      return { update, scalars: [], states: [state_tensor(update, 'square_avg'), state_tensor(update, 'acc_delta')] };
    });
    run_rule(run, [lr, rho, eps, weight_decay, Number(maximize)], work);
  }
}
