import type { Module } from './module';
import { own_modules } from './tree';

/** Modules being printed: one that holds itself prints its name there instead of recursing. */
const open = new Set<Module>();

/** As PyTorch prints a module: its class, extra_repr, and its children indented by two. */
export function print_module(module: Module, merge_repeated = false): string {
  const { name } = module.constructor;
  if (open.has(module)) return `${name}(...)`;
  open.add(module);
  try {
    const extra = module.extra_repr();
    const extra_lines = extra === '' ? [] : extra.split('\n');
    const children = own_modules(module).map(([key, child]): [string, string] => [key, indented(String(child))]);
    const child_lines = (merge_repeated ? merged(children) : children).map(([key, text]) => `(${key}): ${text}`);
    if (extra_lines.length === 1 && child_lines.length === 0) return `${name}(${extra_lines[0]})`;
    const lines = [...extra_lines, ...child_lines];
    return lines.length === 0 ? `${name}()` : `${name}(\n  ${lines.join('\n  ')}\n)`;
  } finally {
    open.delete(module);
  }
}

function indented(text: string): string {
  return text.split('\n').join('\n  ');
}

/** Equal neighbours as one line: `(0-2): 3 x Linear(...)`. */
function merged(children: readonly [string, string][]): [string, string][] {
  const runs: { first: number; last: number; text: string }[] = [];
  children.forEach(([, text], i) => {
    const run = runs[runs.length - 1];
    if (run?.text === text) run.last = i;
    else runs.push({ first: i, last: i, text });
  });
  return runs.map(({ first, last, text }) =>
    first === last ? [`${first}`, text] : [`${first}-${last}`, `${last - first + 1} x ${text}`],
  );
}
