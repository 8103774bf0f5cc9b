import { type Given, positional } from '../arguments';
import { list_kernel } from '../native/list';
import type { ParamGroup, Params } from './groups';
import { check_all_at_least_zero, check_betas, check_flags, type ImplementationOptions } from './options';
import { next_step, RuleOptimizer, run_rule, state_tensor, type Update } from './rule';

/** Options of {@link Adam} and {@link AdamW}. */
export interface AdamOptions extends ImplementationOptions {
  /** Learning rate. Default 1e-3. */
  lr: number;
  /** Decay of the running means of the gradient and of its square. Default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator. Default 1e-8. */
  eps: number;
  /** Adam: an L2 penalty, default 0. AdamW: apart from the gradient, default 0.01. */
  weight_decay: number;
  /** Divide by the largest mean square so far. */
  amsgrad: boolean;
  /** Ascend instead of descend. */
  maximize: boolean;
  /** Weight decay apart from the gradient, as in AdamW. */
  decoupled_weight_decay: boolean;
}

const run = list_kernel('adam_step');
const defaults: AdamOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weight_decay: 0,
  amsgrad: false,
  maximize: false,
  foreach: null,
  capturable: false,
  differentiable: false,
  fused: null,
  decoupled_weight_decay: false,
};

/** PyTorch's positional arguments. */
const names = ['lr', 'betas', 'eps', 'weight_decay', 'amsgrad'] as const;

/**
 * Adam:
 *
 *     m ← β₁·m + (1 - β₁)·g,  v ← β₂·v + (1 - β₂)·g²
 *     p ← p - lr · m/(1 - β₁ᵗ) / (√(v/(1 - β₂ᵗ)) + eps)
 *
 * @example
 * ```ts
 * const w = torch.ones([1], { requires_grad: true });
 * const opt = new torch.optim.Adam([w], { lr: 0.5, eps: 0 });
 * w.sum().backward();
 * opt.step();
 * w.item(); // 0.5
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adam.html
 */
export class Adam extends RuleOptimizer<AdamOptions> {
  constructor(params: Params<AdamOptions>, ...given: Given<Partial<AdamOptions>, typeof names>) {
    super(params, positional<AdamOptions>('Adam', given, defaults, names));
  }

  protected override check(op: string, options: AdamOptions): void {
    const { lr, betas, eps, weight_decay, amsgrad, maximize, decoupled_weight_decay } = options;
    check_all_at_least_zero(op, { lr, eps, weight_decay });
    check_betas(op, betas);
    check_flags(op, { amsgrad, maximize, decoupled_weight_decay });
  }

  protected override update(group: ParamGroup<AdamOptions>, updates: readonly Update[]): void {
    const { lr, betas, eps, weight_decay, amsgrad, maximize, decoupled_weight_decay } = group;
    const options = [
      lr,
      betas[0],
      betas[1],
      eps,
      weight_decay,
      Number(decoupled_weight_decay),
      Number(amsgrad),
      Number(maximize),
    ];
    const work = updates.map((update) => ({
      update,
      scalars: [next_step(update)],
      states: [
        state_tensor(update, 'exp_avg'),
        state_tensor(update, 'exp_avg_sq'),
        amsgrad ? state_tensor(update, 'max_exp_avg_sq') : null,
      ],
    }));
    run_rule(run, options, work);
  }
}

/**
 * Adam with weight decay apart from the gradient: `p ← p·(1 - lr·weight_decay)` before the step.
 * @example
 * ```ts
 * const w = torch.tensor([1], { requires_grad: true });
 * const optimizer = new torch.optim.AdamW([w], { lr: 0.1, weight_decay: 0 });
 * w.mul(w).sum().backward();
 * optimizer.step();
 * w.item(); // 0.9000
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html
 */
export class AdamW extends Adam {
  constructor(
    params: Params<AdamOptions>,
    ...given: Given<Partial<Omit<AdamOptions, 'decoupled_weight_decay'>>, typeof names>
  ) {
    const { decoupled_weight_decay: _, ...own } = defaults;
    const options = positional('AdamW', given, { ...own, weight_decay: 0.01 }, names);
    super(params, { ...options, decoupled_weight_decay: true });
  }
}
