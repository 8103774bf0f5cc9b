import { check_options, fail } from './errors';

/** PyTorch's positional arguments after the first, as many as wanted; an options object may stand for the rest. */
export type Given<Options, Names extends readonly (keyof Options)[]> = Names extends readonly [
  infer First extends keyof Options,
  ...infer Rest extends readonly (keyof Options)[],
]
  ? [] | [options: Partial<Options>] | [Options[First], ...Given<Options, Rest>]
  : [] | [options: Partial<Options>];

/**
 * The same for a list of labelled places, which editors show: `Needed`, named `Names`, have no default and may be given by name as well;
 * `Places` may be left out.
 */
export type Arguments<
  Needed extends readonly unknown[],
  Places extends readonly unknown[],
  Options,
  Names extends readonly (keyof Options)[] = readonly [],
> =
  | [...Needed, ...Partial<Places>]
  | Placed<Needed, Places, Omit<Options, Names[number]>>
  | NeededByName<Needed, Options, Names>;

/** Any number of `Places`, then options. */
type Placed<Needed extends readonly unknown[], Places extends readonly unknown[], Options> =
  | [...Needed, ...{ [K in keyof Places]: Places[K] | undefined }, options?: Options]
  | (Places extends readonly [...infer Fewer, unknown] ? Placed<Needed, Fewer, Options> : never);

/** Options that hold the last of `Needed`, and perhaps more of them. */
type NeededByName<
  Needed extends readonly unknown[],
  Options,
  Names extends readonly unknown[],
  Left extends keyof Options = never,
> = [Needed, Names] extends [
  readonly [...infer Fewer, unknown],
  readonly [...infer Others, infer Last extends keyof Options],
]
  ?
      | [...Fewer, options: Omit<Options, Others[number] & keyof Options> & Required<Pick<Options, Last | Left>>]
      | NeededByName<Fewer, Options, Others, Last | Left>
  : never;

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
