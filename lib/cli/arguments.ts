import { type ParseArgsConfig, parseArgs } from 'node:util';
import { fail, misspelled } from '../errors';

/** What a command takes: `flag` stands alone, `text` takes a value, and `list` may come several times. */
export type OptionKind = 'flag' | 'text' | 'list';

export interface Arguments {
  positionals: string[];
  flags: ReadonlySet<string>;
  /** Option → its values in their order; a `text` option has one. */
  values: ReadonlyMap<string, readonly string[]>;
}

/** Reads a command's arguments. A value may begin with a dash if it is a number: `--range -5,5` is `--range=-5,5`. */
export function read_arguments(
  op: string,
  args: readonly string[],
  known: Readonly<Record<string, OptionKind>>,
): Arguments {
  const options: NonNullable<ParseArgsConfig['options']> = Object.fromEntries(
    Object.entries(known).map(([name, kind]) => [
      name,
      { type: kind === 'flag' ? 'boolean' : 'string', multiple: true },
    ]),
  );
  const { tokens } = parseArgs({
    args: join_numbers(args, known),
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const positionals: string[] = [];
  const flags = new Set<string>();
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    if (!Object.hasOwn(known, name))
      fail(
        op,
        misspelled(
          'option',
          rawName,
          Object.keys(known).map((each) => `--${each}`),
        ),
      );
    if (known[name] === 'flag') {
      if (value !== undefined) fail(op, `${rawName} takes no value, got ${JSON.stringify(value)}`);
      flags.add(name);
    } else {
      if (value === undefined) fail(op, `expected a value after ${rawName}`);
      if (known[name] === 'text' && values.has(name)) fail(op, `${rawName} is given twice`);
      values.set(name, [...(values.get(name) ?? []), value as string]);
    }
  }
  return { positionals, flags, values };
}

function join_numbers(args: readonly string[], known: Readonly<Record<string, OptionKind>>): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const last = joined.at(-1) ?? '';
    const waits = last.startsWith('--') && (known[last.slice(2)] ?? 'flag') !== 'flag';
    if (waits && /^-(\.?\d|inf)/i.test(arg)) joined[joined.length - 1] = `${last}=${arg}`;
    else joined.push(arg);
  }
  return joined;
}

/** `--name 1,2,3` as numbers. */
export function read_numbers(op: string, name: string, text: string): number[] {
  return text.split(',').map((part) => {
    const value = Number(part);
    if (part.trim() === '' || !Number.isFinite(value))
      fail(op, `expected --${name} to be a number, got ${JSON.stringify(part)}`);
    return value;
  });
}
