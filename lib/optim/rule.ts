import { enable_grad } from '../autograd/mode';
import { fail_type } from '../errors';
import type { ListEntry, ListKernel } from '../native/list';
import { copy_into, fill_with } from '../native/map';
import { allocate, Tensor } from '../tensor/tensor';
import { Optimizer, type ParamGroup } from './optimizer';
import type { ParamState } from './state';

/** Elementwise update rules: one native call for all parameters of a group. */

/** A parameter to be updated, with a gradient of the same layout. */
export interface Update {
  readonly param: Tensor;
  readonly grad: Tensor;
  readonly state: ParamState;
}

/** An optimizer that updates each group in one native call. */
export abstract class RuleOptimizer<Options extends object> extends Optimizer<Options> {
  /** Updates the parameters of one group that have gradients. */
  protected abstract update(group: ParamGroup<Options>, updates: readonly Update[]): void;

  override step(): void;
  override step<T>(closure: () => T): T;
  override step<T>(closure?: () => T): T | undefined {
    if (closure !== undefined && typeof closure !== 'function') fail_type('step', 'closure', 'a function', closure);
    const loss = closure === undefined ? undefined : enable_grad(closure);
    this.stepped = true;
    for (const group of this.param_groups) {
      const updates = this.collect(group);
      if (updates.length === 0) continue;
      this.judge(this.constructor.name, group);
      this.update(group, updates);
      for (const { param } of updates) param.bump_version();
    }
    return loss;
  }

  private collect({ params }: ParamGroup<Options>): Update[] {
    const updates: Update[] = [];
    for (let i = 0; i < params.length; i++) {
      const param = params[i];
      const grad = param.grad_slot;
      if (grad === null) continue;
      let state = this.state.get(param);
      if (state === undefined) {
        state = {};
        this.state.set(param, state);
      }
      updates.push({ param, grad, state });
    }
    return updates;
  }
}

/** A state tensor of the parameter's shape, made at its first use. */
export function state_tensor({ param, state }: Pick<Update, 'param' | 'state'>, name: string, value = 0): Tensor {
  const present = state[name];
  if (present instanceof Tensor) return present;
  const made = allocate(param.shape, param.dtype);
  fill_with(made, value);
  state[name] = made;
  return made;
}

/** The number of this step for a parameter, counted up. */
export function next_step({ state }: Update): number {
  const step = (typeof state.step === 'number' ? state.step : 0) + 1;
  state.step = step;
  return step;
}

/** One tensor of a step as the kernel takes it: parameter and gradient, then the rule's own numbers and state. */
export interface Work {
  readonly update: Update;
  readonly scalars: readonly number[];
  readonly states: readonly (Tensor | null)[];
}

/** Runs a rule over many parameters: one call for each dtype. Those that are not contiguous go through a copy. */
export function run_rule(run: ListKernel, options: readonly number[], work: readonly Work[]): void {
  const copies: [target: Tensor, dense: Tensor][] = [];
  const dense = (tensor: Tensor, written: boolean): Tensor => {
    if (tensor.is_contiguous()) return tensor;
    const copy = allocate(tensor.shape, tensor.dtype);
    copy_into(copy, tensor);
    if (written) copies.push([tensor, copy]);
    return copy;
  };
  const entries = new Map<Tensor['dtype'], ListEntry[]>();
  for (const { update, scalars, states } of work) {
    const { param, grad } = update;
    if (param.count === 0) continue;
    const arrays = [
      dense(param, true),
      dense(grad, false),
      ...states.map((each) => (each === null ? null : dense(each, true))),
    ];
    const list = entries.get(param.dtype);
    const entry = { count: param.count, scalars, arrays };
    if (list === undefined) entries.set(param.dtype, [entry]);
    else list.push(entry);
  }
  for (const [dtype, list] of entries) run(dtype, options, list);
  for (const [target, copy] of copies) copy_into(target, copy);
}

/** Runs a rule of targets and sources, without any state: target ← rule(target, source). */
export function run_pairs(
  run: ListKernel,
  options: readonly number[],
  pairs: readonly (readonly [target: Tensor, source: Tensor])[],
): void {
  const work = pairs.map(([param, grad]) => ({ update: { param, grad, state: {} }, scalars: [], states: [] }));
  run_rule(run, options, work);
}
