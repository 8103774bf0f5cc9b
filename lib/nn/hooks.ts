import { is_grad_enabled } from '../autograd/mode';
import { type Grad, ManyNode, type ManyRule, tracks_any } from '../autograd/node';
import { fail_type } from '../errors';
import { Tensor, window } from '../tensor/tensor';
import type { Module } from './module';

/** Taken back with `remove()`. */
export interface RemovableHandle extends Disposable {
  /** Takes the hook away. */
  remove(): void;
}

type Grads = readonly Grad[];

/** Runs before forward; what it returns replaces the arguments. */
export type ForwardPreHook<M = Module> = (module: M, args: Tensor[]) => readonly Tensor[] | Tensor | undefined | void;
/** Runs after forward; what it returns replaces the output. */
export type ForwardHook<M = Module, Out = Tensor> = (module: M, args: Tensor[], output: Out) => Out | undefined | void;
/** Runs when the gradients of the module's inputs are known; what it returns replaces them. */
export type FullBackwardHook<M = Module> = (
  module: M,
  grad_input: Grads,
  grad_output: Grads,
) => Grads | Grad | undefined | void;

type AnyHook = (...given: never[]) => unknown;
type Kind = 'before' | 'after' | 'backward';
type Forward = (...inputs: unknown[]) => unknown;

/**
 * A module without hooks has none of this: the first hook puts a property `forward` on the instance, the last one to go takes it away.
 */
export class Hooks {
  private readonly table: Record<Kind, AnyHook[]> = { before: [], after: [], backward: [] };
  private own: PropertyDescriptor | undefined;
  private installed: Forward | null = null;

  constructor(private readonly module: Module<unknown>) {}

  add(op: string, kind: Kind, hook: AnyHook): RemovableHandle {
    if (typeof hook !== 'function') fail_type(op, 'hook', 'a function', hook);
    const list = this.table[kind];
    // The same function may be registered twice; each handle takes its own place away.
    const entry: AnyHook = (...given) => hook(...given);
    list.push(entry);
    this.install();
    const remove = (): void => {
      const at = list.indexOf(entry);
      if (at >= 0) list.splice(at, 1);
      if (Object.values(this.table).every((hooks) => hooks.length === 0)) this.uninstall();
    };
    return { remove, [Symbol.dispose]: remove };
  }

  private install(): void {
    if (this.installed !== null) return;
    this.own = Object.getOwnPropertyDescriptor(this.module, 'forward');
    const installed: Forward = (...inputs) => this.run(inputs);
    Object.defineProperty(this.module, 'forward', {
      configurable: true,
      writable: true,
      enumerable: false,
      value: installed,
    });
    this.installed = installed;
  }

  private uninstall(): void {
    if (this.installed === null) return;
    if (Object.getOwnPropertyDescriptor(this.module, 'forward')?.value === this.installed) {
      Reflect.deleteProperty(this.module, 'forward');
      if (this.own !== undefined) Object.defineProperty(this.module, 'forward', this.own);
    }
    this.installed = null;
  }

  private inner(inputs: readonly unknown[]): unknown {
    const forward: Forward = this.own?.value ?? Reflect.get(Object.getPrototypeOf(this.module), 'forward');
    return Reflect.apply(forward, this.module, inputs);
  }

  private run(inputs: readonly unknown[]): unknown {
    const { module, table } = this;
    for (const hook of [...table.before]) {
      const replaced = hook(module as never, [...inputs] as never);
      if (replaced !== undefined) inputs = Array.isArray(replaced) ? replaced : [replaced];
    }
    const backward = table.backward.length > 0 && is_grad_enabled() ? new BackwardHooks(module, table.backward) : null;
    let output = this.inner(backward === null ? inputs : backward.watch_inputs(inputs));
    for (const hook of [...table.after]) {
      const replaced = hook(module as never, [...inputs] as never, output as never);
      if (replaced !== undefined) output = replaced;
    }
    return backward === null ? output : backward.watch_output(output);
  }
}

/** What a hook sees and returns may be held by anybody. */
class HookNode extends ManyNode {
  override readonly runs_user_code = true;
}

/** The same tensors behind a node of their own, whose rule sees the gradients pass. */
function tap(tensors: readonly Tensor[], rule: ManyRule): Tensor[] {
  const node = new HookNode('BackwardHookFunctionBackward', tensors, [], tensors.length, rule);
  return tensors.map((tensor, i) => {
    const out = window(tensor, tensor.shape, tensor.strides, tensor.offset);
    out.node = node;
    out.output_index = i;
    out.node_version = out.storage.version;
    return out;
  });
}

/** One call of a module under full backward hooks: identity nodes at its inputs and at its output. */
class BackwardHooks {
  private grad_output: Grads = [];
  private inputs_tracked = false;
  private count = 0;

  constructor(
    private readonly module: Module<unknown>,
    private readonly hooks: readonly AnyHook[],
  ) {}

  watch_inputs(inputs: readonly unknown[]): readonly unknown[] {
    const places = inputs.flatMap((each, i) => (each instanceof Tensor ? [i] : []));
    const tensors = places.map((i) => inputs[i] as Tensor);
    this.count = tensors.length;
    this.inputs_tracked = tracks_any(tensors);
    if (!this.inputs_tracked) return inputs;
    const tapped = tap(tensors, (grads) => this.call(grads));
    const result = [...inputs];
    places.forEach((place, i) => {
      result[place] = tapped[i];
    });
    return result;
  }

  watch_output(output: unknown): unknown {
    const single = output instanceof Tensor;
    if (!single && !Array.isArray(output)) return output;
    const list: readonly unknown[] = single ? [output] : output;
    const places = list.flatMap((each, i) => (each instanceof Tensor ? [i] : []));
    const tensors = places.map((i) => list[i] as Tensor);
    if (!tracks_any(tensors)) return output;
    const tapped = tap(tensors, (grads) => {
      this.grad_output = grads;
      if (!this.inputs_tracked) this.call(new Array<Grad>(this.count).fill(null));
      return grads;
    });
    if (single) return tapped[0];
    const result = [...list];
    places.forEach((place, i) => {
      result[place] = tapped[i];
    });
    return result;
  }

  private call(grad_input: Grads): Grads {
    let grads = grad_input;
    for (const hook of [...this.hooks]) {
      const replaced = hook(this.module as never, grads as never, this.grad_output as never);
      if (replaced === undefined) continue;
      grads = (Array.isArray(replaced) ? replaced : [replaced]) as Grads;
    }
    return grads;
  }
}
