import { enable_grad } from '../autograd/mode';
import { requires_grad } from '../autograd/node';
import {
  check_boolean,
  check_number,
  check_options,
  describe,
  fail,
  fail_range,
  fail_type,
  shape_text,
} from '../errors';
import type { ListEntry, ListKernel } from '../native/list';
import { copy_into, fill_with } from '../native/map';
import { read_item, tensor } from '../ops/create';
import { cast_to } from '../ops/operand';
import { clone } from '../ops/views';
import { same_shape } from '../tensor/shape';
import { allocate, check_tensor, Tensor } from '../tensor/tensor';

/** Parameters that share options. Change an option by assigning it: `optimizer.param_groups[0].lr = 1e-4`. */
export type ParamGroup<Options> = Options & { params: Tensor[] };

/** A group as it is given: options left out are the optimizer's own. */
export type GivenGroup<Options> = Partial<Options> & { params: Tensor | Iterable<Tensor> };

/** What an optimizer is made of: parameters, or groups of them. */
export type Params<Options> = Iterable<Tensor> | Iterable<GivenGroup<Options>>;

/** What an optimizer remembers of one parameter. */
export type ParamState = Record<string, Tensor | number | null>;

/** PyTorch's structure: parameters are numbered through all groups in order. */
export interface OptimizerState<Options = Record<string, unknown>> {
  state: Record<number, Record<string, Tensor | number | null>>;
  param_groups: (Options & { params: number[] })[];
}

/** A parameter to be updated, with a gradient of the same layout. */
export interface Update {
  readonly param: Tensor;
  readonly grad: Tensor;
  readonly state: ParamState;
}

/**
 * The base class of all optimizers: parameter groups, `zero_grad`, `state_dict`. A subclass judges its options and updates one group in
 * one native call.
 * @see https://pytorch.org/docs/stable/optim.html#torch.optim.Optimizer
 */
export abstract class Optimizer<Options extends object = object> {
  readonly param_groups: ParamGroup<Options>[] = [];
  readonly state = new Map<Tensor, ParamState>();

  /**
   * @param defaults options of the groups that do not say otherwise
   */
  protected constructor(
    params: Params<Options>,
    readonly defaults: Options,
  ) {
    const op = this.constructor.name;
    this.check(op, defaults);
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

  /** Updates the parameters of one group that have gradients. */
  protected abstract update(group: ParamGroup<Options>, updates: readonly Update[]): void;

  /** Another group, with its own options. */
  add_param_group(group: GivenGroup<Options>): void {
    const op = this.constructor.name;
    if (!is_group(group)) fail_type(op, 'param_group', 'an object with params', group);
    const { params: given, ...options } = group as GivenGroup<Options> & Record<string, unknown>;
    const merged = check_options(op, options, this.defaults);
    this.check(op, merged);
    if (!(given instanceof Tensor) && (typeof given !== 'object' || given === null || !(Symbol.iterator in given)))
      fail_type(op, 'params', 'an array of parameters', given);
    const params = given instanceof Tensor ? [given] : [...given];
    const known = new Set(this.param_groups.flatMap((each) => each.params));
    for (const param of params) {
      check_tensor(op, 'each parameter', param);
      if (param.node !== null)
        fail(
          op,
          `cannot optimize a tensor of shape ${shape_text(param.shape)} that is not a leaf (${param.node.name})`,
        );
      if (!param.dtype.is_floating_point) fail(op, `expected parameters of a floating point dtype, got ${param.dtype}`);
      if (known.has(param)) fail(op, `a parameter of shape ${shape_text(param.shape)} appears twice`);
      known.add(param);
    }
    this.param_groups.push({ params, ...merged });
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
        if (set_to_none) param.grad_slot = null;
        else zero_gradient(param);
      }
  }

  /**
   * Updates all parameters that have a gradient.
   *
   * @param closure computes the loss anew, gradients included; what it returns is returned
   */
  step(): void;
  step<T>(closure: () => T): T;
  step<T>(closure?: () => T): T | undefined {
    if (closure !== undefined && typeof closure !== 'function') fail_type('step', 'closure', 'a function', closure);
    const loss = closure === undefined ? undefined : enable_grad(closure);
    for (const group of this.param_groups) {
      const updates = this.collect(group);
      if (updates.length === 0) continue;
      const { name } = this.constructor;
      this.check(name, group);
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

  /** Options, and what is remembered of each parameter; the tensors are those in use, not copies. */
  state_dict(): OptimizerState<Options> {
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
    return { state, param_groups } as unknown as OptimizerState<Options>;
  }

  /** Takes options and state over; tensors are copied. The groups must have as many parameters as here. */
  load_state_dict(given: OptimizerState<Options>): void {
    const op = 'load_state_dict';
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
      this.check(op, merged);
      return merged;
    });
    const loaded = [...Object.entries(state)].map(([number, own]): [Tensor, ParamState] => {
      const target =
        targets.get(Number(number)) ?? fail(op, `there is state for parameter ${number}, which no group has`);
      return [target, imported(op, target, own)];
    });
    options.forEach((each, i) => {
      Object.assign(this.param_groups[i], each);
    });
    this.state.clear();
    for (const [target, own] of loaded) this.state.set(target, own);
  }

  toString(): string {
    const lines = this.param_groups.map((group, i) => {
      const options = Object.entries(group).filter(([name]) => name !== 'params');
      return `Parameter Group ${i}\n${options
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => `    ${name}: ${Array.isArray(value) ? `[${value.join(', ')}]` : String(value)}\n`)
        .join('')}`;
    });
    return `${this.constructor.name} (\n${lines.join('\n')})`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

function is_group(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !(value instanceof Tensor) && 'params' in value;
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

/** PyTorch counts steps in a 0-dim float32 tensor. */
function exported(own: ParamState): ParamState {
  return Object.fromEntries(
    Object.entries(own).map(([name, value]) => [
      name,
      name === 'step' && typeof value === 'number' ? tensor(value) : value,
    ]),
  );
}

function imported(op: string, target: Tensor, own: unknown): ParamState {
  if (typeof own !== 'object' || own === null) fail_type(op, 'the state of a parameter', 'an object', own);
  return Object.fromEntries(
    Object.entries(own).map(([name, value]: [string, unknown]) => {
      if (name === 'step') return [name, value instanceof Tensor ? read_item(value) : check_number(op, 'step', value)];
      if (!(value instanceof Tensor))
        return [name, value === null || value === undefined ? null : check_number(op, name, value)];
      if (!same_shape(value.shape, target.shape))
        fail(op, `${name} has shape ${shape_text(value.shape)}, its parameter ${shape_text(target.shape)}`);
      return [name, clone(cast_to(value.detach(), target.dtype))];
    }),
  );
}

/** Options of PyTorch's that have no meaning here (`foreach`, `fused`, …) are left out. */
function known_options<T extends object>(given: object, defaults: T): Partial<T> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => name in defaults)) as Partial<T>;
}

/** A state tensor of the parameter's shape, made at its first use. */
export function state_tensor({ param, state }: Update, name: string): Tensor {
  const present = state[name];
  if (present instanceof Tensor) return present;
  const made = allocate(param.shape, param.dtype);
  fill_with(made, 0);
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

/** PyTorch's first positional option is the learning rate. */
export function named_lr<T extends object>(options: T | number | undefined): T | { lr: number } | undefined {
  return typeof options === 'number' ? { lr: options } : options;
}

export function check_at_least_zero(op: string, name: string, value: unknown): void {
  const number = check_number(op, name, value);
  if (!(number >= 0) || !Number.isFinite(number))
    fail_range(op, `expected ${name} to be a finite number of at least 0, got ${number}`);
}

export function check_flags(op: string, flags: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(flags)) check_boolean(op, name, value);
}

export function check_betas(op: string, betas: unknown): void {
  if (!Array.isArray(betas) || betas.length !== 2) fail_type(op, 'betas', 'a pair of numbers', betas);
  betas.forEach((beta, i) => {
    const number = check_number(op, `betas[${i}]`, beta);
    if (!(number >= 0 && number < 1)) fail_range(op, `expected betas[${i}] in [0, 1), got ${number}`);
  });
}
