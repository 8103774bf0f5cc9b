import { type Given, positional } from '../arguments';
import { list_kernel } from '../native/list';
import type { ParamGroup, Params } from './groups';
import { check_all_at_least_zero, check_betas, check_flags } from './options';
import { RuleOptimizer, run_rule, state_tensor, type Update } from './rule';

/** Options of {@link Lion}. */
export interface LionOptions {
  /** Learning rate. Default 1e-4; the authors advise 3 to 10 times less than for AdamW. */
  lr: number;
  /** Weight of the mean in the step's direction, and the mean's own decay. Default [0.9, 0.99]. */
  betas: readonly [number, number];
  /** Apart from the gradient, as in AdamW; the authors advise 3 to 10 times more than there. */
  weight_decay: number;
  /** Ascend instead of descend. */
  maximize: boolean;
}

const run = list_kernel('lion_step');
const defaults: LionOptions = { lr: 1e-4, betas: [0.9, 0.99], weight_decay: 0, maximize: false };

/** PyTorch's positional arguments. */
const names = ['lr', 'betas', 'weight_decay'] as const;

/**
 * Lion, which PyTorch does not have: every element moves by lr, in the direction of the sign of `β₁·m + (1 - β₁)·g`; one state tensor,
 * `exp_avg`.
 * @example
 * ```ts
 * const w = torch.ones([2], { requires_grad: true });
 * const opt = new torch.optim.Lion([w], { lr: 0.25 });
 * w.mul(torch.tensor([3, -7])).sum().backward();
 * opt.step();
 * w.tolist(); // [0.75, 1.25]
 * ```
 * @see https://arxiv.org/abs/2302.06675
 */
export class Lion extends RuleOptimizer<LionOptions> {
  constructor(params: Params<LionOptions>, ...given: Given<Partial<LionOptions>, typeof names>) {
    super(params, positional<LionOptions>('Lion', given, defaults, names));
  }

  protected override check(op: string, options: LionOptions): void {
    const { lr, betas, weight_decay, maximize } = options;
    check_all_at_least_zero(op, { lr, weight_decay });
    check_betas(op, betas);
    check_flags(op, { maximize });
  }

  protected override update(group: ParamGroup<LionOptions>, updates: readonly Update[]): void {
    const { lr, betas, weight_decay, maximize } = group;
    const work = updates.map((update) => ({ update, scalars: [], states: [state_tensor(update, 'exp_avg')] }));
    run_rule(run, [lr, betas[0], betas[1], weight_decay, Number(maximize)], work);
  }
}
