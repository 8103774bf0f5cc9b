import { write_grad } from '../autograd/grad_slot';
import { requires_grad } from '../autograd/node';
import { check_boolean, check_options, describe, fail, fail_type } from '../errors';
import { fill_with } from '../native/map';
import type { RemovableHandle } from '../nn/hooks';
import { python_number } from '../nn/modules/activation_base';
import { allocate, Tensor } from '../tensor/tensor';
import { type GivenGroup, is_group, type ParamGroup, type Params, read_parameters } from './groups';
import { Hooks } from './hooks';
import { check_implementation, split_scheduled } from './options';
import { exported, imported, known_options, type OptimizerState, type ParamState } from './state';

/**
 * The base class of all optimizers: parameter groups, `zero_grad`, `state_dict`. A subclass judges its options and makes the steps.
 * @example
 * ```ts
 * const model = new torch.nn.Linear(2, 1);
 * const optimizer = new torch.optim.SGD([{ params: [model.weight], weight_decay: 0.1 }, { params: [model.bias!] }], { lr: 0.5 });
 * optimizer instanceof torch.optim.Optimizer; // true
 * optimizer.param_groups.map(({ weight_decay }) => weight_decay); // [0.1, 0]
 * ```
 * @see https://pytorch.org/docs/stable/optim.html#torch.optim.Optimizer
 */
export abstract class Optimizer<Options extends object = object> {
  readonly param_groups: ParamGroup<Options>[] = [];
  readonly state = new Map<Tensor, ParamState>();
  /** Options as they were judged; copies. */
  private readonly judged = new WeakMap<object, object>();
  /** @internal */
  protected readonly hooks = new Hooks<this>();
  /** @internal Has a step been made? Schedulers want to know. */
  stepped = false;

  /**
   * @param defaults options of the groups that do not say otherwise
   */
  protected constructor(
    params: Params<Options>,
    readonly defaults: Options,
  ) {
    const op = this.constructor.name;
    this.judge(op, defaults);
    if (params instanceof Tensor) fail_type(op, 'params', 'an array of parameters or of groups; wrap it in []', params);
    if (typeof params !== 'object' || params === null || !(Symbol.iterator in params))
      fail_type(op, 'params', 'an array of parameters or of groups', params);
    const list: unknown[] = [...params];
    if (list.length === 0) fail(op, 'the list of parameters is empty');
    const groups = is_group(list[0]) ? list : [{ params: list }];
    for (const group of groups) this.add_param_group(group as GivenGroup<Options>);
  }

  /** Judges the options of a group. */
  protected abstract check(op: string, options: Options): void;

  protected judge(op: string, options: Options): void {
    check_implementation(op, options);
    this.check(op, options);
  }

  /** Judges a group's options where the program has changed them since the last time. */
  protected judge_changes(group: ParamGroup<Options>): void {
    const before = this.judged.get(group);
    if (before !== undefined && same_options(group, before, Object.keys(this.defaults))) return;
    this.judge(this.constructor.name, group);
    const { params: _, ...options } = group;
    const copies = Object.entries(options).map(([name, value]) => [name, Array.isArray(value) ? [...value] : value]);
    this.judged.set(group, Object.fromEntries(copies));
  }

  /** Another group, with its own options. */
  add_param_group(group: GivenGroup<Options>): void {
    const op = this.constructor.name;
    if (!is_group(group)) fail_type(op, 'param_group', 'an object with params', group);
    const { params: given, ...options } = group as GivenGroup<Options> & Record<string, unknown>;
    const { options: own, scheduled } = split_scheduled(op, options);
    const merged = check_options(op, own, this.defaults);
    this.judge(op, merged);
    const known = this.param_groups.flatMap((each) => each.params);
    const { params, param_names } = read_parameters(op, given, known);
    const [first] = this.param_groups;
    if (first !== undefined && (first.param_names === undefined) !== (param_names === null))
      fail(op, 'either all groups have names for their parameters or none');
    this.param_groups.push({ params, ...(param_names === null ? {} : { param_names }), ...merged, ...scheduled });
  }

  /** Drops the gradients, or fills them with zeros. Their memory goes back when nobody holds them. */
  zero_grad(options?: { set_to_none?: boolean }): void {
    const set_to_none =
      options === undefined
        ? true
        : check_boolean(
            'zero_grad',
            'set_to_none',
            check_options('zero_grad', options, { set_to_none: true }).set_to_none,
          );
    for (const { params } of this.param_groups)
      for (const param of params) {
        if (param.grad_slot === null) continue;
        if (set_to_none) write_grad(param, null);
        else zero_gradient(param);
      }
  }

  /** Updates all parameters that have a gradient. A `closure` computes the loss anew, gradients included; what it returns is returned. */
  abstract step(): void;
  abstract step<T>(closure: () => T): T;

  /** Calls `hook(optimizer)` before every step. */
  register_step_pre_hook(hook: (optimizer: this) => void): RemovableHandle {
    return this.hooks.add('register_step_pre_hook', 'before_step', hook);
  }

  /** Calls `hook(optimizer)` after every step. */
  register_step_post_hook(hook: (optimizer: this) => void): RemovableHandle {
    return this.hooks.add('register_step_post_hook', 'after_step', hook);
  }

  /** Calls `hook(optimizer)` before `state_dict()` looks at it. */
  register_state_dict_pre_hook(hook: (optimizer: this) => void): RemovableHandle {
    return this.hooks.add('register_state_dict_pre_hook', 'before_save', hook);
  }

  /** Calls `hook(optimizer, state_dict)`, which may change or replace what `state_dict()` returns. */
  register_state_dict_post_hook(
    hook: (optimizer: this, state_dict: OptimizerState<Options>) => OptimizerState<Options> | undefined | void,
  ): RemovableHandle {
    return this.hooks.add('register_state_dict_post_hook', 'after_save', hook);
  }

  /** Calls `hook(optimizer, state_dict)`, which may replace what `load_state_dict` is about to read. */
  register_load_state_dict_pre_hook(
    hook: (optimizer: this, state_dict: OptimizerState<Options>) => OptimizerState<Options> | undefined | void,
  ): RemovableHandle {
    return this.hooks.add('register_load_state_dict_pre_hook', 'before_load', hook);
  }

  /** Calls `hook(optimizer)` when `load_state_dict` is done. */
  register_load_state_dict_post_hook(hook: (optimizer: this) => void): RemovableHandle {
    return this.hooks.add('register_load_state_dict_post_hook', 'after_load', hook);
  }

  /** The shape of the tensors that are remembered of a parameter. */
  protected state_shape(param: Tensor): readonly number[] {
    return param.shape;
  }

  /** Options, and what is remembered of each parameter; the tensors are those in use, not copies. */
  state_dict(): OptimizerState<Options> {
    this.hooks.run('before_save', this);
    const params = this.param_groups.flatMap((group) => group.params);
    const numbers = new Map(params.map((param, i) => [param, i]));
    const state: OptimizerState['state'] = {};
    params.forEach((param, i) => {
      const own = this.state.get(param);
      if (own !== undefined && Object.keys(own).length > 0) state[i] = exported(own);
    });
    const param_groups = this.param_groups.map(({ params: list, ...options }) => ({
      ...options,
      params: list.map((param) => numbers.get(param)!),
    }));
    return this.hooks.replace('after_save', this, { state, param_groups } as unknown as OptimizerState<Options>);
  }

  /** Takes options and state over; tensors are copied. The groups must have as many parameters as here. */
  load_state_dict(state_dict: OptimizerState<Options>): void {
    const op = 'load_state_dict';
    const given = this.hooks.replace('before_load', this, state_dict);
    if (
      typeof given !== 'object' ||
      given === null ||
      !Array.isArray(given.param_groups) ||
      typeof given.state !== 'object' ||
      given.state === null
    )
      fail_type(op, 'state_dict', 'an object with state and param_groups', given);
    const { param_groups, state } = given;
    if (param_groups.length !== this.param_groups.length)
      fail(op, `expected ${this.param_groups.length} parameter groups, got ${param_groups.length}`);
    const targets = new Map<number, Tensor>();
    const options = this.param_groups.map((group, i) => {
      const { params, ...rest } = param_groups[i];
      if (!Array.isArray(params) || params.length !== group.params.length)
        fail(op, `expected ${group.params.length} parameters in group ${i}, got ${describe(params)}`);
      params.forEach((number, k) => {
        targets.set(number, group.params[k]);
      });
      const merged = { ...this.defaults, ...known_options(rest, this.defaults) };
      this.judge(op, merged);
      return merged;
    });
    const loaded = [...Object.entries(state)].map(([number, own]): [Tensor, ParamState] => {
      const target =
        targets.get(Number(number)) ?? fail(op, `there is state for parameter ${number}, which no group has`);
      return [target, imported(op, target, this.state_shape(target), own)];
    });
    options.forEach((each, i) => {
      Object.assign(this.param_groups[i], each);
    });
    this.state.clear();
    for (const [target, own] of loaded) this.state.set(target, own);
    this.hooks.run('after_load', this);
  }

  /** As PyTorch prints it. */
  toString(): string {
    const lines = this.param_groups.map((group, i) => {
      const options = Object.entries(group).filter(([name]) => name !== 'params');
      options.sort(([a], [b]) => (a < b ? -1 : 1));
      return `Parameter Group ${i}\n${options.map(([name, value]) => `    ${name}: ${python_text(value)}\n`).join('')}`;
    });
    return `${this.constructor.name} (\n${lines.join('\n')})`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

function same_options(group: object, before: object, names: readonly string[]): boolean {
  for (const name of names) {
    const [now, then]: unknown[] = [Reflect.get(group, name), Reflect.get(before, name)];
    if (now === then) continue;
    if (!Array.isArray(now) || !Array.isArray(then) || now.length !== then.length) return false;
    for (let i = 0; i < now.length; i++) if (now[i] !== then[i]) return false;
  }
  return true;
}

function python_text(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value))
    return typeof value[0] === 'string'
      ? `[${value.map((each) => `'${each}'`).join(', ')}]`
      : `(${value.map(python_text).join(', ')})`;
  return typeof value === 'number' && !Number.isInteger(value) ? python_number(value) : String(value);
}

function zero_gradient(param: Tensor): void {
  const grad = param.grad_slot!;
  if (requires_grad(grad)) {
    const zeros = allocate(grad.shape, grad.dtype);
    fill_with(zeros, 0);
    param.grad_slot = zeros;
    return;
  }
  fill_with(grad, 0);
  grad.bump_version();
}
