import { check_boolean, check_options, describe, fail, fail_type, misspelled, shape_text } from '../errors';
import { copy_into } from '../native/map';
import { detach } from '../ops/views';
import { same_shape } from '../tensor/shape';
import { Tensor } from '../tensor/tensor';
import type { Module } from './module';
import { each_path, join, own_buffers, own_parameters } from './tree';

/** Names and tensors of a module, in the order of the module. */
export type StateDict = Record<string, Tensor>;

/** Options of {@link Module.load_state_dict}. */
export interface LoadStateDictOptions {
  /** Every name must be on both sides. Default true. */
  strict?: boolean;
}

/** What {@link Module.load_state_dict} found to differ; both lists are empty when it was strict. */
export interface IncompatibleKeys {
  /** Names the module has and the state lacks. */
  missing_keys: string[];
  /** Names the state has and the module lacks. */
  unexpected_keys: string[];
}

/** Parameters and persistent buffers under their full names; a module found on two paths is listed twice, as in PyTorch. */
function named_state(module: Module): Map<string, Tensor> {
  const found = new Map<string, Tensor>();
  each_path(module, '', (each, prefix) => {
    for (const [name, tensor] of own_parameters(each)) found.set(join(prefix, name), tensor);
    for (const [name, tensor] of own_buffers(each, true)) found.set(join(prefix, name), tensor);
  });
  return found;
}

export function state_dict(module: Module, given: unknown): StateDict {
  const { prefix, keep_vars } = check_options('state_dict', given, { prefix: '', keep_vars: false });
  if (typeof prefix !== 'string') fail_type('state_dict', 'prefix', 'a string', prefix);
  check_boolean('state_dict', 'keep_vars', keep_vars);
  const state: StateDict = {};
  for (const [name, tensor] of named_state(module)) state[prefix + name] = keep_vars ? tensor : detach(tensor);
  return state;
}

/** Judges everything first: where anything does not fit, nothing is loaded. */
export function load_state_dict(module: Module, state: unknown, given: unknown): IncompatibleKeys {
  const name = module.constructor.name;
  if (typeof state !== 'object' || state === null || Array.isArray(state) || state instanceof Tensor)
    fail_type('load_state_dict', 'state_dict', 'an object of tensors', state);
  const options = typeof given === 'boolean' ? { strict: given } : given;
  const { strict } = check_options<Required<LoadStateDictOptions>>('load_state_dict', options, { strict: true });
  check_boolean('load_state_dict', 'strict', strict);
  const entries = new Map<string, unknown>(state instanceof Map ? state : Object.entries(state));
  const own = named_state(module);

  const missing_keys = [...own.keys()].filter((key) => !entries.has(key));
  const unexpected_keys = [...entries.keys()].filter((key) => !own.has(key));
  const problems: string[] = [];
  if (strict && missing_keys.length > 0) problems.push(`missing keys ${quoted(missing_keys)}`);
  if (strict && unexpected_keys.length > 0) problems.push(`unexpected keys ${quoted(unexpected_keys)}`);
  const fitting: [Tensor, Tensor][] = [];
  for (const [key, target] of own) {
    if (!entries.has(key)) continue;
    const value = entries.get(key);
    if (!(value instanceof Tensor)) problems.push(`expected ${key} to be a Tensor, got ${describe(value)}`);
    else if (same_shape(value.shape, target.shape)) fitting.push([target, value]);
    else
      problems.push(
        `size mismatch for ${key}: ${shape_text(value.shape)} in the state_dict, ${shape_text(target.shape)} in the module`,
      );
  }
  if (problems.length > 0) fail('load_state_dict', `${name}: ${problems.join('; ')}`);
  for (const [target, value] of fitting) {
    copy_into(target, value);
    target.bump_version();
  }
  return { missing_keys, unexpected_keys };
}

function quoted(keys: readonly string[]): string {
  return keys.map((key) => JSON.stringify(key)).join(', ');
}

/** `a.b.name` below a module: the part before the last dot must lead to a module. */
export function resolve(op: string, root: Module, path: unknown): [Module, string] {
  if (typeof path !== 'string') fail_type(op, 'target', 'a string', path);
  const at = path.lastIndexOf('.');
  return [at < 0 ? root : root.get_submodule(path.slice(0, at)), path.slice(at + 1)];
}

export function not_found(op: string, module: Module, kind: string, name: string, known: readonly string[]): never {
  fail(
    op,
    `${module.constructor.name} has no ${kind} ${JSON.stringify(name)}${known.length > 0 ? `; ${misspelled(kind, name, known)}` : ''}`,
  );
}
