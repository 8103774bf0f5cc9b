import { type Given, positional } from '../arguments';
import { list_kernel } from '../native/list';
import type { ParamGroup, Params } from './groups';
import { check_all_at_least_zero, check_betas, check_flags, type ImplementationOptions } from './options';
import { next_step, RuleOptimizer, run_rule, state_tensor, type Update } from './rule';

/** Options of {@link Adamax}. */
export interface AdamaxOptions extends Omit<ImplementationOptions, 'fused'> {
  /** Learning rate. Default 2e-3. */
  lr: number;
  /** Decay of the running mean and of the running maximum. Default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the gradient's magnitude. Default 1e-8. */
  eps: number;
  /** L2 penalty. */
  weight_decay: number;
  /** Ascend instead of descend. */
  maximize: boolean;
}

const run = list_kernel('adamax_step');
const defaults: AdamaxOptions = {
  lr: 2e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weight_decay: 0,
  foreach: null,
  maximize: false,
  differentiable: false,
  capturable: false,
};

/** PyTorch's positional arguments. */
const names = ['lr', 'betas', 'eps', 'weight_decay', 'foreach'] as const;

/**
 * Adam with the infinity norm: `u ← max(β₂·u, |g| + eps)` in place of the mean of squares, `p ← p - lr/(1 - β₁ᵗ) · m/u`.
 * @example
 * ```ts
 * const w = torch.tensor([1], { requires_grad: true });
 * const optimizer = new torch.optim.Adamax([w], { lr: 0.1 });
 * w.mul(w).sum().backward();
 * optimizer.step();
 * w.item(); // 0.9000
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adamax.html
 */
export class Adamax extends RuleOptimizer<AdamaxOptions> {
  constructor(params: Params<AdamaxOptions>, ...given: Given<Partial<AdamaxOptions>, typeof names>) {
    super(params, positional<AdamaxOptions>('Adamax', given, defaults, names));
  }

  protected override check(op: string, options: AdamaxOptions): void {
    const { lr, betas, eps, weight_decay, maximize } = options;
    check_all_at_least_zero(op, { lr, eps, weight_decay });
    check_betas(op, betas);
    check_flags(op, { maximize });
  }

  protected override update(group: ParamGroup<AdamaxOptions>, updates: readonly Update[]): void {
    const { lr, betas, eps, weight_decay, maximize } = group;
    const work = updates.map((update) => ({
      update,
      scalars: [next_step(update)],
      states: [state_tensor(update, 'exp_avg'), state_tensor(update, 'exp_inf')],
    }));
    run_rule(run, [lr, betas[0], betas[1], eps, weight_decay, Number(maximize)], work);
  }
}
