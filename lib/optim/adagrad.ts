import { type Given, positional } from '../arguments';
import { list_kernel } from '../native/list';
import type { ParamGroup, Params } from './groups';
import { check_all_at_least_zero, check_flags, type ImplementationOptions } from './options';
import { next_step, RuleOptimizer, run_rule, state_tensor, type Update } from './rule';

/** Options of {@link Adagrad}. */
export interface AdagradOptions extends Omit<ImplementationOptions, 'capturable'> {
  /** Learning rate. Default 1e-2. */
  lr: number;
  /** The rate of step t is `lr / (1 + (t - 1)·lr_decay)`. */
  lr_decay: number;
  /** L2 penalty. */
  weight_decay: number;
  /** What the sums of squares start with. */
  initial_accumulator_value: number;
  /** Added to the denominator. Default 1e-10. */
  eps: number;
  /** Ascend instead of descend. */
  maximize: boolean;
}

const run = list_kernel('adagrad_step');
const defaults: AdagradOptions = {
  lr: 1e-2,
  lr_decay: 0,
  eps: 1e-10,
  weight_decay: 0,
  initial_accumulator_value: 0,
  foreach: null,
  maximize: false,
  differentiable: false,
  fused: null,
};

/** PyTorch's positional arguments. */
const names = ['lr', 'lr_decay', 'weight_decay', 'initial_accumulator_value', 'eps', 'foreach'] as const;

/**
 * Adagrad: `s ← s + g²`, `p ← p - lr · g / (√s + eps)`. Its state exists from the beginning.
 * @example
 * ```ts
 * const w = torch.ones([1], { requires_grad: true });
 * const opt = new torch.optim.Adagrad([w], { lr: 0.5, eps: 0, initial_accumulator_value: 3 });
 * w.sum().backward();
 * opt.step();
 * w.item(); // 0.75
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adagrad.html
 */
export class Adagrad extends RuleOptimizer<AdagradOptions> {
  constructor(params: Params<AdagradOptions>, ...given: Given<Partial<AdagradOptions>, typeof names>) {
    super(params, positional<AdagradOptions>('Adagrad', given, defaults, names));
    for (const group of this.param_groups)
      for (const param of group.params) {
        const state = { step: 0 };
        state_tensor({ param, state }, 'sum', this.defaults.initial_accumulator_value);
        this.state.set(param, state);
      }
  }

  protected override check(op: string, options: AdagradOptions): void {
    const { lr, lr_decay, weight_decay, initial_accumulator_value, eps, maximize } = options;
    check_all_at_least_zero(op, { lr, lr_decay, weight_decay, initial_accumulator_value, eps });
    check_flags(op, { maximize });
  }

  protected override update(group: ParamGroup<AdagradOptions>, updates: readonly Update[]): void {
    const { lr, lr_decay, weight_decay, eps, maximize } = group;
    const work = updates.map((update) => ({
      update,
      scalars: [next_step(update)],
      states: [state_tensor(update, 'sum', this.defaults.initial_accumulator_value)],
    }));
    run_rule(run, [lr, lr_decay, weight_decay, eps, Number(maximize)], work);
  }
}
