import { type Given, positional } from '../arguments';
import { list_kernel } from '../native/list';
import { float32, get_default_dtype } from '../tensor/dtype';
import type { ParamGroup, Params } from './groups';
import { check_all_at_least_zero, check_betas, check_flags, type ImplementationOptions } from './options';
import { next_step, RuleOptimizer, run_rule, state_tensor, type Update } from './rule';

/** Options of {@link NAdam}. */
export interface NAdamOptions extends Omit<ImplementationOptions, 'fused'> {
  /** Learning rate. Default 2e-3. */
  lr: number;
  /** Decay of the running means of the gradient and of its square. Default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator. Default 1e-8. */
  eps: number;
  /** An L2 penalty, or with `decoupled_weight_decay` apart from the gradient. */
  weight_decay: number;
  /** How fast the momentum grows towards β₁. Default 4e-3. */
  momentum_decay: number;
  /** Weight decay apart from the gradient, as in AdamW. */
  decoupled_weight_decay: boolean;
  /** Ascend instead of descend. */
  maximize: boolean;
}

const run = list_kernel('nadam_step');
const defaults: NAdamOptions = {
  lr: 2e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weight_decay: 0,
  momentum_decay: 4e-3,
  decoupled_weight_decay: false,
  maximize: false,
  foreach: null,
  capturable: false,
  differentiable: false,
};

/** PyTorch's positional arguments. */
const names = ['lr', 'betas', 'eps', 'weight_decay', 'momentum_decay', 'decoupled_weight_decay'] as const;

/**
 * Adam with Nesterov's momentum.
 * @example
 * ```ts
 * const w = torch.tensor([1], { requires_grad: true });
 * const optimizer = new torch.optim.NAdam([w], { lr: 0.1 });
 * w.mul(w).sum().backward();
 * optimizer.step();
 * w.item() < 1; // true
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.NAdam.html
 */
export class NAdam extends RuleOptimizer<NAdamOptions> {
  constructor(params: Params<NAdamOptions>, ...given: Given<Partial<NAdamOptions>, typeof names>) {
    super(params, positional<NAdamOptions>('NAdam', given, defaults, names));
  }

  protected override check(op: string, options: NAdamOptions): void {
    const { lr, betas, eps, weight_decay, momentum_decay, decoupled_weight_decay, maximize } = options;
    check_all_at_least_zero(op, { lr, eps, weight_decay, momentum_decay });
    check_betas(op, betas);
    check_flags(op, { decoupled_weight_decay, maximize });
  }

  protected override update(group: ParamGroup<NAdamOptions>, updates: readonly Update[]): void {
    const { lr, betas, eps, weight_decay, momentum_decay, decoupled_weight_decay, maximize } = group;
    const flags = [Number(decoupled_weight_decay), Number(maximize)];
    const work = updates.map((update) => {
      const step = next_step(update);
      const mu = betas[0] * (1 - 0.5 * 0.96 ** (step * momentum_decay));
      return {
        update,
        scalars: [step, next_mu_product(update, mu)],
        states: [state_tensor(update, 'exp_avg'), state_tensor(update, 'exp_avg_sq')],
      };
    });
    run_rule(run, [lr, betas[0], betas[1], eps, weight_decay, momentum_decay, ...flags], work);
  }
}

/** The product of the momenta so far, rounded as what the state_dict holds: a tensor of the default dtype. */
function next_mu_product({ state }: Update, mu: number): number {
  const before = typeof state.mu_product === 'number' ? state.mu_product : 1;
  const product = get_default_dtype() === float32 ? Math.fround(Math.fround(before) * Math.fround(mu)) : before * mu;
  state.mu_product = product;
  return product;
}
