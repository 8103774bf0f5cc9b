import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fail } from '../../../errors';
import { ChainDataset, ConcatDataset, StackDataset, Subset } from '../dataset';
import { TensorDataset } from '../tensor_dataset';

/** How classes and functions get into a worker: by the name they are exported under, and the module that exports them. */

export interface Export {
  /** A file, a `file:` URL, or null for what cresset itself exports. */
  readonly module: string | null;
  readonly name: string;
}

const own: Readonly<Record<string, Function>> = { ChainDataset, ConcatDataset, StackDataset, Subset, TensorDataset };

const way_out = 'export it from a module and give it a property `module` that is __filename or import.meta.url';

/** Where a class or function lives. */
export function export_of(value: Function, what: string): Export {
  const { name } = value;
  const ours = Object.keys(own).find((each) => own[each] === value);
  if (ours !== undefined) return { module: null, name: ours };
  if (!Object.hasOwn(value, 'module'))
    return fail(
      'DataLoader',
      `workers cannot be given ${what}, ${name || 'which has no name'}: ${way_out} (docs/data.md)`,
    );
  const { module } = value as { module?: unknown };
  if (typeof module !== 'string' || !(isAbsolute(module) || module.startsWith('file:')))
    return fail('DataLoader', `expected ${name}.module to be __filename or import.meta.url, got ${String(module)}`);
  return { module, name };
}

/** Whether a function can go to a worker. */
export function says_where_it_lives(value: Function): boolean {
  return Object.hasOwn(value, 'module');
}

/** The export itself. */
export async function load_export({ module, name }: Export): Promise<Function> {
  if (module === null) return own[name];
  const exported = (await load_module(module)) as Readonly<Record<string, unknown>>;
  const found = [exported[name], ...Object.values(exported)].find(
    (each): each is Function => typeof each === 'function' && (each === exported[name] || each.name === name),
  );
  return (
    found ??
    fail('DataLoader', `${module} does not export ${name}, only ${Object.keys(exported).join(', ') || 'nothing'}`)
  );
}

/** `__filename` stands for CommonJS, `import.meta.url` for a module of the language. */
async function load_module(module: string): Promise<unknown> {
  if (module.startsWith('file:')) return import(module);
  try {
    return require(module);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_REQUIRE_ESM' && code !== 'ERR_REQUIRE_ASYNC_MODULE') throw error;
    return import(pathToFileURL(module).href);
  }
}
