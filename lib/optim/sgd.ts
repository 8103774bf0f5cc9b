import { type Given, positional } from '../arguments';
import { check_number, fail } from '../errors';
import { list_kernel } from '../native/list';
import { allocate, Tensor } from '../tensor/tensor';
import type { ParamGroup, Params } from './groups';
import { check_all_at_least_zero, check_flags, type ImplementationOptions } from './options';
import { RuleOptimizer, run_rule, type Update } from './rule';

/** Options of {@link SGD}. */
export interface SGDOptions extends Omit<ImplementationOptions, 'capturable'> {
  /** Learning rate. Default 1e-3. */
  lr: number;
  /** How much of the last step goes into the next. Default 0. */
  momentum: number;
  /** How much of the gradient momentum leaves out. Default 0. */
  dampening: number;
  /** L2 penalty. */
  weight_decay: number;
  /** Nesterov's momentum: the gradient counts once more. Default false. */
  nesterov: boolean;
  /** Ascend instead of descend. */
  maximize: boolean;
}

const run = list_kernel('sgd_step');
const defaults: SGDOptions = {
  lr: 1e-3,
  momentum: 0,
  dampening: 0,
  weight_decay: 0,
  nesterov: false,
  maximize: false,
  foreach: null,
  differentiable: false,
  fused: null,
};

/** PyTorch's positional arguments. */
const names = ['lr', 'momentum', 'dampening', 'weight_decay', 'nesterov'] as const;

/**
 * Gradient descent, with momentum if wanted:
 *
 *     g ← grad + weight_decay·p
 *     buf ← momentum·buf + (1 - dampening)·g      (the first time: g)
 *     p ← p - lr·buf                              (nesterov: p - lr·(g + momentum·buf))
 *
 * @example
 * ```ts
 * const w = torch.ones([2], { requires_grad: true });
 * const opt = new torch.optim.SGD([w], { lr: 0.5 });
 * w.sum().backward();
 * opt.step();
 * w.tolist(); // [0.5, 0.5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.SGD.html
 */
export class SGD extends RuleOptimizer<SGDOptions> {
  constructor(params: Params<SGDOptions>, ...given: Given<Partial<SGDOptions>, typeof names>) {
    super(params, positional<SGDOptions>('SGD', given, defaults, names));
  }

  protected override check(op: string, options: SGDOptions): void {
    const { lr, momentum, dampening, weight_decay, nesterov, maximize } = options;
    check_all_at_least_zero(op, { lr, momentum, weight_decay });
    check_number(op, 'dampening', dampening);
    check_flags(op, { nesterov, maximize });
    if (nesterov && (momentum <= 0 || dampening !== 0)) fail(op, 'nesterov needs a momentum above 0 and no dampening');
  }

  protected override update(group: ParamGroup<SGDOptions>, updates: readonly Update[]): void {
    const { lr, momentum, dampening, weight_decay, nesterov, maximize } = group;
    const options = [lr, momentum, dampening, weight_decay, Number(nesterov), Number(maximize)];
    const work = updates.map((update) => {
      if (momentum === 0) return { update, scalars: [0], states: [null] };
      const { state, param } = update;
      const started = state.momentum_buffer instanceof Tensor;
      // The kernel writes the first buffer as a whole.
      if (!started) state.momentum_buffer = allocate(param.shape, param.dtype);
      return { update, scalars: [Number(started)], states: [state.momentum_buffer as Tensor] };
    });
    run_rule(run, options, work);
  }
}
