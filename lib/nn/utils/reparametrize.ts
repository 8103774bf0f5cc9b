import { fail, fail_type } from '../../errors';
import type { Tensor } from '../../tensor/tensor';
import type { RemovableHandle } from '../hooks';
import { Module } from '../module';
import { Parameter } from '../parameter';
import { own_parameters } from '../tree';

/** A parameter replaced by others from which a hook computes it before every forward: what weight_norm and spectral_norm share. */

export interface Reparametrization {
  /** The parameter's value now. `forward`: a forward pass is about to begin. */
  compute(forward: boolean): Tensor;
  /** The names of what has taken the parameter's place. */
  readonly members: readonly string[];
}

interface Applied extends Reparametrization {
  readonly op: string;
  readonly hook: RemovableHandle;
}

const applied = new WeakMap<Module, Map<string, Applied>>();

/** The parameter to be replaced, and the module judged. */
export function check_target(op: string, module: unknown, name: unknown): Parameter {
  if (!(module instanceof Module)) fail_type(op, 'module', 'a Module', module);
  if (typeof name !== 'string') fail_type(op, 'name', 'a string', name);
  if (applied.get(module)?.has(name)) fail(op, `${name} of ${module.constructor.name} is already reparametrized`);
  const known = own_parameters(module);
  const found = known.find(([key]) => key === name);
  if (found !== undefined) return found[1];
  const names = known.map(([key]) => key).join(', ') || 'none';
  fail(op, `${module.constructor.name} has no parameter ${JSON.stringify(name)} (parameters: ${names})`);
}

/** Takes the parameter out; `build` registers what stands for it. */
export function replace_parameter(op: string, module: Module, name: string, build: () => Reparametrization): void {
  Reflect.deleteProperty(module, name);
  const parts = build();
  const hook = module.register_forward_pre_hook(() => {
    Reflect.set(module, name, parts.compute(true));
  });
  const all = applied.get(module) ?? new Map<string, Applied>();
  applied.set(module, all.set(name, { ...parts, compute: parts.compute, op, hook }));
}

/** The present value becomes a plain parameter again. */
export function restore_parameter(op: string, kind: string, module: Module, name: string): void {
  if (!(module instanceof Module)) fail_type(op, 'module', 'a Module', module);
  const parts = applied.get(module)?.get(name);
  if (parts === undefined || parts.op !== kind)
    fail(op, `${kind} of ${JSON.stringify(name)} not found in ${module.constructor.name}`);
  const value = parts.compute(false).detach();
  parts.hook.remove();
  applied.get(module)?.delete(name);
  for (const each of [name, ...parts.members]) Reflect.deleteProperty(module, each);
  Reflect.set(module, name, new Parameter(value));
}
