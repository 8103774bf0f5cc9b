import { type Given, positional } from '../arguments';
import { list_kernel } from '../native/list';
import type { ParamGroup, Params } from './groups';
import { check_all_at_least_zero, check_flags, type ImplementationOptions } from './options';
import { next_step, RuleOptimizer, run_rule, state_tensor, type Update } from './rule';

/** Options of {@link RMSprop}. */
export interface RMSpropOptions extends Omit<ImplementationOptions, 'fused'> {
  /** Learning rate. Default 1e-2. */
  lr: number;
  /** Decay of the running mean of squares. Default 0.99. */
  alpha: number;
  /** Added to the denominator. Default 1e-8. */
  eps: number;
  /** L2 penalty. */
  weight_decay: number;
  /** How much of the last step goes into the next. Default 0. */
  momentum: number;
  /** Divide by an estimate of the standard deviation instead of the root of the mean square. */
  centered: boolean;
  /** Ascend instead of descend. */
  maximize: boolean;
}

const run = list_kernel('rmsprop_step');
const defaults: RMSpropOptions = {
  lr: 1e-2,
  momentum: 0,
  alpha: 0.99,
  eps: 1e-8,
  centered: false,
  weight_decay: 0,
  capturable: false,
  foreach: null,
  maximize: false,
  differentiable: false,
};

/** PyTorch's positional arguments. */
const names = [
  'lr',
  'alpha',
  'eps',
  'weight_decay',
  'momentum',
  'centered',
  'capturable',
  'foreach',
  'maximize',
  'differentiable',
] as const;

/**
 * RMSprop: `v ← alpha·v + (1 - alpha)·g²`, `p ← p - lr · g / (√v + eps)`; `centered` subtracts the square of the mean gradient from v.
 * @example
 * ```ts
 * const w = torch.ones([1], { requires_grad: true });
 * const opt = new torch.optim.RMSprop([w], { lr: 0.125, alpha: 0.75, eps: 0 });
 * w.sum().backward();
 * opt.step();
 * w.item(); // 0.75
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.RMSprop.html
 */
export class RMSprop extends RuleOptimizer<RMSpropOptions> {
  constructor(params: Params<RMSpropOptions>, ...given: Given<Partial<RMSpropOptions>, typeof names>) {
    super(params, positional<RMSpropOptions>('RMSprop', given, defaults, names));
  }

  protected override check(op: string, options: RMSpropOptions): void {
    const { lr, alpha, eps, weight_decay, momentum, centered, maximize } = options;
    check_all_at_least_zero(op, { lr, alpha, eps, weight_decay, momentum });
    check_flags(op, { centered, maximize });
  }

  protected override update(group: ParamGroup<RMSpropOptions>, updates: readonly Update[]): void {
    const { lr, alpha, eps, weight_decay, momentum, centered, maximize } = group;
    const options = [lr, alpha, eps, weight_decay, momentum, Number(centered), Number(maximize)];
    const work = updates.map((update) => {
      next_step(update);
      const states = [
        state_tensor(update, 'square_avg'),
        momentum > 0 ? state_tensor(update, 'momentum_buffer') : null,
        centered ? state_tensor(update, 'grad_avg') : null,
      ];
      return { update, scalars: [], states };
    });
    run_rule(run, options, work);
  }
}
