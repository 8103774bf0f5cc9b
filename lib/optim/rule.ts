import { enable_grad } from '../autograd/mode';
import { fail_type } from '../errors';
import type { ListEntry, ListKernel } from '../native/list';
import { copy_into, fill_with } from '../native/map';
import { allocate, Tensor } from '../tensor/tensor';
import type { ParamGroup } from './groups';
import { Optimizer } from './optimizer';
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
    this.hooks.run('before_step', this);
    const loss = closure === undefined ? undefined : enable_grad(closure);
    this.stepped = true;
    for (const group of this.param_groups) {
      const updates = this.collect(group);
      if (updates.length === 0) continue;
      this.judge_changes(group);
      this.update(group, updates);
      for (const { param } of updates) param.bump_version();
    }
    this.hooks.run('after_step', this);
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
  const copies: Copies = [];
  const entries: ListEntry[] = [];
  let dtype: Tensor['dtype'] | null = null;
  let others: Work[] | null = null;
  for (const each of work) {
    const { param, grad } = each.update;
    if (param.count === 0) continue;
    dtype ??= param.dtype;
    if (param.dtype !== dtype) {
      others ??= [];
      others.push(each);
      continue;
    }
    const arrays: (Tensor | null)[] = [dense(param, copies), dense(grad, null)];
    for (const state of each.states) arrays.push(state === null ? null : dense(state, copies));
    entries.push({ count: param.count, scalars: each.scalars, arrays });
  }
  if (dtype !== null) run(dtype, options, entries);
  for (const [target, copy] of copies) copy_into(target, copy);
  if (others !== null) run_rule(run, options, others);
}

type Copies = [target: Tensor, dense: Tensor][];

/** The tensor, or a contiguous copy; `copies` lists those to be copied back. */
function dense(tensor: Tensor, copies: Copies | null): Tensor {
  if (tensor.is_contiguous()) return tensor;
  const copy = allocate(tensor.shape, tensor.dtype);
  copy_into(copy, tensor);
  copies?.push([tensor, copy]);
  return copy;
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
