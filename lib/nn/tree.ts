import { Tensor } from '../tensor/tensor';
import { Module } from './module';
import { Parameter } from './parameter';

/**
 * What belongs to a module: its own enumerable properties, looked at when asked, in their order. There is no registration, so assigning
 * a property, replacing it or deleting it is all there is to know.
 */

export function own_modules(module: Module): [string, Module][] {
  const found: [string, Module][] = [];
  for (const key of Object.keys(module)) {
    const value: unknown = Reflect.get(module, key);
    if (value instanceof Module) found.push([key, value]);
  }
  return found;
}

export function own_parameters(module: Module): [string, Parameter][] {
  const found: [string, Parameter][] = [];
  for (const key of Object.keys(module)) {
    const value: unknown = Reflect.get(module, key);
    if (value instanceof Parameter) found.push([key, value]);
  }
  return found;
}

/** Buffers, by the names under which they were registered. */
export function own_buffers(module: Module, persistent_only = false): [string, Tensor][] {
  const found: [string, Tensor][] = [];
  for (const [key, persistent] of module.buffer_names()) {
    const value: unknown = Reflect.get(module, key);
    if (value instanceof Tensor && (persistent || !persistent_only)) found.push([key, value]);
  }
  return found;
}

/** The module and everything below it, each once, parents first. */
export function named_modules(root: Module, prefix = '', seen = new Set<Module>()): [string, Module][] {
  const found: [string, Module][] = [];
  const visit = (module: Module, name: string): void => {
    if (seen.has(module)) return;
    seen.add(module);
    found.push([name, module]);
    for (const [key, child] of own_modules(module)) visit(child, join(name, key));
  };
  visit(root, prefix);
  return found;
}

/** The module and everything below it, under every name, except where a path leads back into itself. */
export function each_path(root: Module, prefix: string, visit: (module: Module, prefix: string) => void): void {
  const path = new Set<Module>();
  const walk = (module: Module, name: string): void => {
    if (path.has(module)) return;
    path.add(module);
    visit(module, name);
    for (const [key, child] of own_modules(module)) walk(child, join(name, key));
    path.delete(module);
  };
  walk(root, prefix);
}

export function join(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}.${name}`;
}

const warned = new Set<string>();

/** Once for each class and property: modules and parameters where no scan can find them. */
export function warn_of_hidden(module: Module): void {
  const { name } = module.constructor;
  for (const key of Object.keys(module)) {
    const value: unknown = Reflect.get(module, key);
    if (!Array.isArray(value)) continue;
    const hidden = value.find((each) => each instanceof Module || each instanceof Parameter);
    if (hidden === undefined) continue;
    const [what, list] = hidden instanceof Module ? ['modules', 'ModuleList'] : ['parameters', 'ParameterList'];
    warn_once(`${name}.${key} is a plain array; ${what} in it are not found by parameters(): use torch.nn.${list}`);
  }
  for (const key of private_fields(module))
    warn_once(
      `${name}.#${key} is a private field; a module or parameter in it is not found by parameters(): declare it \`private ${key}\``,
    );
}

function warn_once(text: string): void {
  if (warned.has(text)) return;
  warned.add(text);
  process.emitWarning(text, 'CressetWarning');
}

const private_fields_of = new WeakMap<object, readonly string[]>();

/** `#name = new Class(…)` in the text of the module's class, where Class is one that a parameter scan is looking for. */
function private_fields(module: Module): readonly string[] {
  const { constructor } = module;
  let found = private_fields_of.get(constructor);
  if (found === undefined) {
    const text = Function.prototype.toString.call(constructor);
    const assigned = text.matchAll(/#([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*=\s*new\s+(?:[\w$]+\.)*([\w$]+)/gu);
    const names = [...assigned]
      .filter(([, , made]) => made === 'Parameter' || Module.is_class_name(made))
      .map(([, key]) => key);
    found = [...new Set(names)];
    private_fields_of.set(constructor, found);
  }
  return found;
}
