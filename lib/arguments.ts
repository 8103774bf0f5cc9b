import { check_boolean, check_options, fail } from './errors';

/**
 * PyTorch's arguments in their order, as many as wanted, and the rest by name in an options object at the end. What `Options` requires can be left
 * out of neither. Editors show the labels that `Names` has: `[lr: 'lr', momentum: 'momentum']`.
 */
export type Given<Options, Names extends readonly (keyof Options)[]> =
  | Placed<Options, Names, Omit<Options, Names[number]>>
  | (Names extends readonly [...infer Fewer extends readonly (keyof Options)[], unknown]
      ? Given<Options, Fewer>
      : never);

/** `Options` of which all but `Needed` may be left out. */
export type Needs<Options, Needed extends keyof Options> = Partial<Options> & Required<Pick<Options, Needed>>;

type Placed<Options, Names extends readonly (keyof Options)[], Rest> = [keyof Rest] extends [never]
  ? Values<Options, Names>
  : Partial<Rest> extends Rest
    ? [...Values<Options, Names>, options?: Rest]
    : [...Values<Options, Names>, options: Rest];

type Values<Options, Names extends readonly (keyof Options)[]> = { [I in keyof Names]: Options[Names[I]] };

/** A flag by place or by name: `train(false)`, `train({ mode: false })`. */
export type Flag<Name extends string> = boolean | { [K in Name]?: boolean };

export function read_flag<Name extends string>(op: string, name: Name, given: Flag<Name>, usual: boolean): boolean {
  const value = typeof given === 'object' ? check_options(op, given, { [name]: usual })[name] : given;
  return check_boolean(op, name, value);
}

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
