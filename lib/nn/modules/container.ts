import { check_integer, fail, fail_range, fail_type } from '../../errors';
import { Module } from '../module';
import { print_module } from '../print';
import { own_modules } from '../tree';

/** Modules numbered 0, 1, 2, …: what `Sequential` and `ModuleList` share. They are properties of these names, so `list[0]` works. */
export abstract class IndexedModules extends Module {
  [index: number]: Module;

  /** Number of modules. */
  get length(): number {
    return own_modules(this).length;
  }

  /** The module at an index; negative ones count from the end. */
  at(index: number): Module {
    const modules = this.children_in_order();
    check_integer(this.constructor.name, 'index', index);
    const found = modules[index < 0 ? index + modules.length : index];
    return found ?? fail_range(this.constructor.name, `index ${index} is out of range for ${modules.length} modules`);
  }

  append(module: Module): this {
    this.add_module(String(this.length), module);
    return this;
  }

  extend(modules: Iterable<Module>): this {
    for (const module of modules) this.append(module);
    return this;
  }

  insert(index: number, module: Module): this {
    check_integer(this.constructor.name, 'index', index);
    const modules = this.children_in_order();
    if (!(module instanceof Module)) fail_type('insert', 'module', 'a Module', module);
    modules.splice(index, 0, module);
    modules.forEach((each, i) => {
      this[i] = each;
    });
    return this;
  }

  /** Removes a module, the last by default, and returns it. */
  pop(index = -1): Module {
    const modules = this.children_in_order();
    const removed = this.at(index);
    modules.splice(index < 0 ? index + modules.length : index, 1);
    modules.forEach((each, i) => {
      this[i] = each;
    });
    Reflect.deleteProperty(this, String(modules.length));
    return removed;
  }

  *[Symbol.iterator](): IterableIterator<Module> {
    yield* this.children_in_order();
  }

  /** Every place, also where one module stands at several. */
  protected children_in_order(): Module[] {
    return own_modules(this).map(([, module]) => module);
  }
}

/** Judges the modules of a container: told apart from an array, which is likely a slip. */
function check_modules(op: string, modules: unknown): Module[] {
  if (typeof modules !== 'object' || modules === null || !(Symbol.iterator in modules))
    fail_type(op, 'modules', 'an array of Modules', modules);
  const list: unknown[] = [...(modules as Iterable<unknown>)];
  list.forEach((each, i) => {
    if (!(each instanceof Module)) fail_type(op, `module ${i}`, 'a Module', each);
  });
  return list as Module[];
}

/**
 * Holds submodules in a list, so that they are found.
 * @example
 * ```ts
 * const layers = new torch.nn.ModuleList([new torch.nn.Linear(4, 4), new torch.nn.ReLU()]);
 * layers.length; // 2
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ModuleList.html
 */
export class ModuleList extends IndexedModules {
  constructor(modules: Iterable<Module> = []) {
    super();
    this.extend(check_modules('ModuleList', modules));
  }

  /** A list of some of the modules, as `modules[start:end]` in Python. */
  slice(start?: number, end?: number): ModuleList {
    return new ModuleList(this.children_in_order().slice(start, end));
  }

  /** The list as PyTorch prints it: equal neighbours once, with their number. */
  override toString(): string {
    return print_module(this, true);
  }
}

/**
 * Holds submodules by name.
 * @example
 * ```ts
 * const heads = new torch.nn.ModuleDict({ classes: new torch.nn.Linear(8, 10), value: new torch.nn.Linear(8, 1) });
 * heads.get('value').forward(torch.randn([2, 8])).shape; // [2, 1]
 * heads.parameters().length; // 4
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ModuleDict.html
 */
export class ModuleDict extends Module {
  constructor(modules: Readonly<Record<string, Module>> | Iterable<readonly [string, Module]> = {}) {
    super();
    this.update(modules);
  }

  /** The module of this name; an error if there is none. */
  get(name: string): Module {
    const found = own_modules(this).find(([key]) => key === name);
    return found === undefined ? fail('ModuleDict', `no module is named ${JSON.stringify(name)}`) : found[1];
  }

  /** Adds a module, or replaces the one of this name. */
  set(name: string, module: Module): this {
    if (!(module instanceof Module)) fail_type('ModuleDict', `module ${JSON.stringify(name)}`, 'a Module', module);
    this.add_module(name, module);
    return this;
  }

  /** Is there a module of this name? */
  has(name: string): boolean {
    return own_modules(this).some(([key]) => key === name);
  }

  get length(): number {
    return own_modules(this).length;
  }

  /** Adds all of these modules. */
  update(modules: Readonly<Record<string, Module>> | Iterable<readonly [string, Module]>): this {
    for (const [name, module] of named_entries<Module>('ModuleDict', modules)) this.set(name, module);
    return this;
  }

  /** Takes a module out and returns it. */
  pop(name: string): Module {
    const removed = this.get(name);
    Reflect.deleteProperty(this, name);
    return removed;
  }

  /** Takes all modules out. */
  clear(): void {
    for (const name of this.keys()) Reflect.deleteProperty(this, name);
  }

  /** The names, in the order in which they were added. */
  keys(): string[] {
    return own_modules(this).map(([key]) => key);
  }

  /** The modules, in the order in which they were added. */
  values(): Module[] {
    return own_modules(this).map(([, module]) => module);
  }

  /** Names and modules, in the order in which they were added. */
  entries(): [string, Module][] {
    return own_modules(this);
  }

  /** PyTorch's name of {@link entries}. */
  items(): [string, Module][] {
    return this.entries();
  }

  *[Symbol.iterator](): IterableIterator<string> {
    yield* this.keys();
  }
}

/** Names and values from an object, a Map or pairs. */
export function named_entries<T>(op: string, given: unknown): [string, T][] {
  if (typeof given !== 'object' || given === null)
    return fail_type(op, 'its argument', 'an object, a Map or an array of pairs', given);
  if (Symbol.iterator in given) {
    const pairs = [...(given as Iterable<unknown>)];
    for (const pair of pairs)
      if (!Array.isArray(pair) || typeof pair[0] !== 'string')
        fail_type(op, 'each entry', 'a pair of a name and a value', pair);
    return pairs as [string, T][];
  }
  return Object.entries(given) as [string, T][];
}
