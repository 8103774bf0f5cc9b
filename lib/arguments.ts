import { check_options, fail } from './errors';

/** PyTorch's positional arguments after the first, as many as wanted; an options object may stand for the rest. */
export type Given<Options, Names extends readonly (keyof Options)[]> = Names extends readonly [
  infer First extends keyof Options,
  ...infer Rest extends readonly (keyof Options)[],
]
  ? [] | [options: Partial<Options>] | [Options[First], ...Given<Options, Rest>]
  : [] | [options: Partial<Options>];

export function read_arguments<T extends object>(
  op: string,
  given: readonly unknown[],
  names: readonly (keyof T)[],
  defaults: T,
): T {
  const last = given[given.length - 1];
  const named = typeof last === 'object' && last !== null && !Array.isArray(last) ? last : undefined;
  const positional = named === undefined ? given : given.slice(0, -1);
  if (positional.length > names.length) fail(op, `expected at most ${names.length} arguments after the first`);
  const options = Object.fromEntries(positional.map((value, i) => [names[i], value]));
  for (const name of Object.keys(options)) if (named !== undefined && name in named) fail(op, `${name} is given twice`);
  return check_options(op, { ...options, ...named }, defaults);
}
