import { type Given, positional } from '../arguments';
import { list_kernel } from '../native/list';
import type { ParamGroup, Params } from './groups';
import { check_all_at_least_zero, check_betas, check_flags, type ImplementationOptions } from './options';
import { next_step, RuleOptimizer, run_rule, state_tensor, type Update } from './rule';

/** Options of {@link RAdam}. */
export interface RAdamOptions extends Omit<ImplementationOptions, 'fused'> {
  /** Learning rate. Default 1e-3. */
  lr: number;
  /** Decay of the running means of the gradient and of its square. Default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator. Default 1e-8. */
  eps: number;
  /** An L2 penalty, or with `decoupled_weight_decay` apart from the gradient. */
  weight_decay: number;
  /** Weight decay apart from the gradient, as in AdamW. */
  decoupled_weight_decay: boolean;
  /** Ascend instead of descend. */
  maximize: boolean;
}

const run = list_kernel('radam_step');
const defaults: RAdamOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weight_decay: 0,
  maximize: false,
  foreach: null,
  capturable: false,
  decoupled_weight_decay: false,
  differentiable: false,
};

/** PyTorch's positional arguments. */
const names = ['lr', 'betas', 'eps', 'weight_decay', 'decoupled_weight_decay'] as const;

/**
 * Adam with rectified variance: plain momentum until the mean of squares has enough behind it, about five steps for β₂ = 0.999.
 * @example
 * ```ts
 * const w = torch.tensor([1], { requires_grad: true });
 * const optimizer = new torch.optim.RAdam([w], { lr: 0.1 });
 * w.mul(w).sum().backward();
 * optimizer.step();
 * w.item(); // 0.8000
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.RAdam.html
 */
export class RAdam extends RuleOptimizer<RAdamOptions> {
  constructor(params: Params<RAdamOptions>, ...given: Given<Partial<RAdamOptions>, typeof names>) {
    super(params, positional<RAdamOptions>('RAdam', given, defaults, names));
  }

  protected override check(op: string, options: RAdamOptions): void {
    const { lr, betas, eps, weight_decay, decoupled_weight_decay, maximize } = options;
    check_all_at_least_zero(op, { lr, eps, weight_decay });
    check_betas(op, betas);
    check_flags(op, { decoupled_weight_decay, maximize });
  }

  protected override update(group: ParamGroup<RAdamOptions>, updates: readonly Update[]): void {
    const { lr, betas, eps, weight_decay, decoupled_weight_decay, maximize } = group;
    const flags = [Number(decoupled_weight_decay), Number(maximize)];
    const work = updates.map((update) => ({
      update,
      scalars: [next_step(update)],
      states: [state_tensor(update, 'exp_avg'), state_tensor(update, 'exp_avg_sq')],
    }));
    run_rule(run, [lr, betas[0], betas[1], eps, weight_decay, ...flags], work);
  }
}
