import { type Flag, read_flag } from '../arguments';
import { write_grad } from '../autograd/grad_slot';
import { no_grad } from '../autograd/mode';
import { check_options, fail, fail_type } from '../errors';
import { zeros_like } from '../ops/create';
import { cast_to } from '../ops/operand';
import { DType, float32, float64 } from '../tensor/dtype';
import { Tensor } from '../tensor/tensor';
import { type ForwardHook, type ForwardPreHook, type FullBackwardHook, Hooks, type RemovableHandle } from './hooks';
import { Parameter, replace_data } from './parameter';
import { print_module } from './print';
import {
  type IncompatibleKeys,
  type LoadStateDictOptions,
  load_state_dict,
  not_found,
  resolve,
  type StateDict,
  state_dict,
} from './state';
import { type ModelSummary, type SummaryOptions, summarize } from './summary';
import { named_modules, own_buffers, own_modules, own_parameters, warn_of_hidden } from './tree';

/** Options of `named_parameters` and its kin. */
export interface NamedOptions {
  /** What stands before every name. Default ''. */
  prefix?: string;
  /** Also those of submodules. Default true. */
  recurse?: boolean;
}

const class_names = new Set<string>();

/**
 * The base class of all networks and layers. Parameters and submodules are plain properties (TypeScript's `private` included), found
 * in the order of their definition; `forward` is what a subclass writes and what everybody calls.
 *
 * Modules in plain arrays or `#private` fields cannot be found: use {@link ModuleList}, and `private` instead of `#`.
 *
 * @typeParam Out what `forward` returns; a Tensor unless the subclass says otherwise
 * @example
 * ```ts
 * class Net extends torch.nn.Module {
 *   private fc1 = new torch.nn.Linear(10, 64);
 *   private fc2 = new torch.nn.Linear(64, 1);
 *   forward(x: torch.Tensor): torch.Tensor {
 *     return this.fc2.forward(torch.nn.functional.leaky_relu(this.fc1.forward(x), 0.01));
 *   }
 * }
 * new Net().parameters().length; // 4
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Module.html
 */
export class Module<Out = Tensor> {
  /** Set by {@link train} and {@link eval}. */
  training = true;
  #buffers: Map<string, boolean> | null = null;
  #hooks: Hooks | null = null;

  constructor() {
    class_names.add(new.target.name);
  }

  /** Computes the output; every subclass writes its own. Hooks run when it is called. */
  forward(..._inputs: unknown[]): Out {
    return fail(this.constructor.name, 'the module has no forward() method');
  }

  /** The same as {@link forward}, for those used to `model(x)`. */
  call(...inputs: Parameters<this['forward']>): ReturnType<this['forward']> {
    return this.forward(...inputs) as ReturnType<this['forward']>;
  }

  /** All parameters, each once, in the order of the modules. */
  parameters(given: Flag<'recurse'> = true): Parameter[] {
    const recurse = given === true || read_flag('parameters', 'recurse', given, true);
    return this.named_parameters({ recurse }).map(([, parameter]) => parameter);
  }

  /** Parameters with their full names, such as `fc1.weight`. */
  named_parameters(options?: NamedOptions): [string, Parameter][] {
    const modules = this.#reached('named_parameters', options);
    for (const [, module] of modules) warn_of_hidden(module);
    return members(modules, own_parameters);
  }

  /** All buffers: tensors that belong to the state but are not trained. */
  buffers(recurse: Flag<'recurse'> = true): Tensor[] {
    return this.named_buffers({ recurse: read_flag('buffers', 'recurse', recurse, true) }).map(([, buffer]) => buffer);
  }

  /** Buffers with their names, each tensor once. */
  named_buffers(options?: NamedOptions): [string, Tensor][] {
    return members(this.#reached('named_buffers', options), (module) => own_buffers(module));
  }

  /** This module and all below it, each once. */
  modules(): Module[] {
    return named_modules(this.#plain()).map(([, module]) => module);
  }

  /** This module and all below it with their names, each once; the name of this one is the prefix. */
  named_modules(options?: { prefix?: string }): [string, Module][] {
    return named_modules(this.#plain(), check_options('named_modules', options, { prefix: '' }).prefix);
  }

  /** The modules that are properties of this one. */
  children(): Module[] {
    return this.named_children().map(([, module]) => module);
  }

  /** The modules right below this one, with their names. */
  named_children(): [string, Module][] {
    const seen = new Set<Module>();
    return own_modules(this.#plain()).filter(([, module]) => !seen.has(module) && seen.add(module));
  }

  /** Makes a tensor part of the module's state, under a property of this name; not in the state_dict unless `persistent`. */
  register_buffer(name: string, tensor: Tensor | null, persistent: Flag<'persistent'> = true): void {
    if (tensor !== null && !(tensor instanceof Tensor))
      fail_type('register_buffer', 'tensor', 'a Tensor or null', tensor);
    const kept = read_flag('register_buffer', 'persistent', persistent, true);
    this.#claim('register_buffer', name, (present) => present instanceof Tensor && !(present instanceof Parameter));
    Reflect.set(this, name, tensor);
    this.#buffers ??= new Map();
    this.#buffers.set(name, kept);
  }

  /** The same as assigning a property. */
  register_parameter(name: string, parameter: Parameter | null): void {
    if (parameter !== null && !(parameter instanceof Parameter))
      fail_type('register_parameter', 'param', 'a Parameter or null', parameter);
    this.#claim('register_parameter', name, (present) => present instanceof Parameter);
    Reflect.set(this, name, parameter);
  }

  /** The same as assigning a property; for names made up by the program. */
  add_module(name: string, module: Module<unknown> | null): void {
    if (module !== null && !(module instanceof Module)) fail_type('add_module', 'module', 'a Module or null', module);
    this.#claim('add_module', name, (present) => present instanceof Module && present !== this.#plain());
    Reflect.set(this, name, module);
  }

  /** Another name of {@link add_module}. */
  register_module(name: string, module: Module<unknown> | null): void {
    this.add_module(name, module);
  }

  /** The module at a path such as `encoder.0.fc`. */
  get_submodule(target: string): Module {
    if (typeof target !== 'string') fail_type('get_submodule', 'target', 'a string', target);
    let module = this.#plain();
    if (target === '') return module;
    for (const name of target.split('.')) {
      const children = own_modules(module);
      const next = children.find(([key]) => key === name);
      if (next === undefined)
        return not_found(
          'get_submodule',
          module,
          'submodule',
          name,
          children.map(([key]) => key),
        );
      module = next[1];
    }
    return module;
  }

  /** The parameter of this name, such as `'0.weight'`; an error that lists the names if there is none. */
  get_parameter(target: string): Parameter {
    const [module, name] = resolve('get_parameter', this.#plain(), target);
    const known = own_parameters(module);
    const found = known.find(([key]) => key === name);
    return found === undefined
      ? not_found(
          'get_parameter',
          module,
          'parameter',
          name,
          known.map(([key]) => key),
        )
      : found[1];
  }

  /** The buffer of this name, such as `'1.running_mean'`; an error that lists the names if there is none. */
  get_buffer(target: string): Tensor {
    const [module, name] = resolve('get_buffer', this.#plain(), target);
    const known = own_buffers(module);
    const found = known.find(([key]) => key === name);
    return found === undefined
      ? not_found(
          'get_buffer',
          module,
          'buffer',
          name,
          known.map(([key]) => key),
        )
      : found[1];
  }

  /** Parameters and persistent buffers by name: detached tensors that share their memory. */
  state_dict(options?: { prefix?: string; keep_vars?: boolean }): StateDict {
    return state_dict(this.#plain(), options);
  }

  /**
   * Copies values into parameters and buffers. Unless `strict` is false every name must be on both sides; sizes must fit in any case. Where
   * something does not fit, the error lists all of it and nothing is changed.
   */
  load_state_dict(
    state: StateDict | ReadonlyMap<string, Tensor>,
    options?: boolean | LoadStateDictOptions,
  ): IncompatibleKeys {
    return load_state_dict(this.#plain(), state, options);
  }

  /** Training mode for this module and all below it. */
  train(mode: Flag<'mode'> = true): this {
    const training = read_flag('train', 'mode', mode, true);
    for (const module of this.modules()) module.training = training;
    return this;
  }

  /** Evaluation mode: `train(false)`. */
  eval(): this {
    return this.train(false);
  }

  /** Calls `visit` with every module below this one, children first, and with this one last. */
  apply(visit: (module: Module) => void): this {
    if (typeof visit !== 'function') fail_type('apply', 'fn', 'a function', visit);
    const path = new Set<Module>();
    const walk = (module: Module): void => {
      if (path.has(module)) return;
      path.add(module);
      for (const child of module.children()) walk(child);
      path.delete(module);
      visit(module);
    };
    walk(this.#plain());
    return this;
  }

  /** Sets `requires_grad` of all parameters. */
  requires_grad_(requires_grad: Flag<'requires_grad'> = true): this {
    const wanted = read_flag('requires_grad_', 'requires_grad', requires_grad, true);
    for (const parameter of this.parameters()) parameter.requires_grad_(wanted);
    return this;
  }

  /** Drops the gradients of all parameters, or fills them with zeros. */
  zero_grad(options?: { set_to_none?: boolean }): void {
    const { set_to_none } = check_options('zero_grad', options, { set_to_none: true });
    for (const parameter of this.parameters()) {
      if (set_to_none) write_grad(parameter, null);
      else if (parameter.grad_slot !== null) write_grad(parameter, zeros_like(parameter.grad_slot));
    }
  }

  /** Converts floating point parameters and buffers, and their gradients, to a dtype. */
  to(target: DType | Tensor | { dtype?: DType }): this {
    const given =
      target instanceof DType ? { dtype: target } : target instanceof Tensor ? { dtype: target.dtype } : target;
    const { dtype } = check_options<{ dtype: DType | null }>('to', given, { dtype: null });
    if (dtype === null) return this;
    if (dtype !== float32 && dtype !== float64)
      fail_type('to', 'dtype', 'torch.float32 or torch.float64', String(dtype));
    no_grad(() => {
      for (const tensor of [...this.parameters(), ...this.buffers()]) {
        if (!tensor.dtype.is_floating_point || tensor.dtype === dtype) continue;
        const grad = tensor.grad;
        tensor.grad = null;
        replace_data(tensor, cast_to(tensor, dtype));
        if (grad !== null) tensor.grad = cast_to(grad, dtype);
      }
    });
    return this;
  }

  /** Parameters and buffers of floating point as float32. */
  float(): this {
    return this.to(float32);
  }

  /** Parameters and buffers of floating point as float64. */
  double(): this {
    return this.to(float64);
  }

  /** Calls `hook(module, args)` before every forward; what it returns replaces the arguments. */
  register_forward_pre_hook(hook: ForwardPreHook<this>): RemovableHandle {
    return this.#hook_table().add('register_forward_pre_hook', 'before', hook);
  }

  /** Calls `hook(module, args, output)` after every forward; what it returns replaces the output. */
  register_forward_hook(hook: ForwardHook<this, Out>): RemovableHandle {
    return this.#hook_table().add('register_forward_hook', 'after', hook);
  }

  /** Calls `hook(module, grad_input, grad_output)` in backward; what it returns replaces grad_input. */
  register_full_backward_hook(hook: FullBackwardHook<this>): RemovableHandle {
    return this.#hook_table().add('register_full_backward_hook', 'backward', hook);
  }

  /**
   * Lists the modules with the shapes, parameters, memory and floating point operations of one forward pass, run in evaluation mode and without
   * gradients; it prints the table and returns the figures. Without an input it tells the parameters only.
   *
   * @param input what forward takes: a tensor, or several in a list
   * @example
   * ```ts
   * const model = new torch.nn.Sequential(new torch.nn.Linear(4, 8), new torch.nn.LeakyReLU(), new torch.nn.Linear(8, 1));
   * const { parameters, flops } = model.summary(torch.zeros([1, 4]));
   * parameters; // 49
   * flops; // 80
   * ```
   */
  summary(input?: Tensor | readonly Tensor[] | null, options?: SummaryOptions): ModelSummary {
    return summarize(this.#plain(), input, options);
  }

  /** What stands between the parentheses when the module prints. */
  extra_repr(): string {
    return '';
  }

  /** The module as PyTorch prints it, with its submodules. */
  toString(): string {
    return print_module(this.#plain());
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** @internal Buffers' names, and whether they are part of the state_dict. */
  buffer_names(): ReadonlyMap<string, boolean> {
    return this.#buffers ?? no_buffers;
  }

  /** @internal Has any module been an instance of a class of this name? */
  static is_class_name(name: string): boolean {
    return class_names.has(name);
  }

  /** Walks know nothing of what forward returns. */
  #plain(): Module {
    return this as unknown as Module;
  }

  #hook_table(): Hooks {
    this.#hooks ??= new Hooks(this as Module<unknown>);
    return this.#hooks;
  }

  #reached(op: string, options: unknown): [string, Module][] {
    const { prefix, recurse } = check_options(op, options, { prefix: '', recurse: true });
    return recurse ? named_modules(this.#plain(), prefix) : [[prefix, this.#plain()]];
  }

  /** A name for a new member: no dot, and nothing but an earlier member of its kind or an empty field in its place. */
  #claim(op: string, name: unknown, of_its_kind: (present: unknown) => boolean): void {
    if (typeof name !== 'string') fail_type(op, 'name', 'a string', name);
    if (name === '' || name.includes('.'))
      fail(op, `the name ${JSON.stringify(name)} must not be empty or contain "."`);
    if (!(name in this)) return;
    const present: unknown = Object.hasOwn(this, name) ? Reflect.get(this, name) : this;
    if (present !== undefined && present !== null && !of_its_kind(present))
      fail(op, `the name ${JSON.stringify(name)} is taken by a property or method of ${this.constructor.name}`);
  }
}

const no_buffers: ReadonlyMap<string, boolean> = new Map();

/** The members of modules, each tensor once, under the name at which it is met first. */
function members<T extends Tensor>(
  modules: readonly [string, Module][],
  of: (module: Module) => [string, T][],
): [string, T][] {
  const seen = new Set<T>();
  const found: [string, T][] = [];
  for (const [prefix, module] of modules)
    for (const [name, tensor] of of(module)) {
      if (seen.has(tensor)) continue;
      seen.add(tensor);
      found.push([prefix === '' ? name : `${prefix}.${name}`, tensor]);
    }
  return found;
}
