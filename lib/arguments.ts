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
  const value = is_options(given) ? check_options(op, given, { [name]: usual })[name] : given;
  return check_boolean(op, name, value);
}

/** An options object, which has no class: as opposed to a list, a tensor, a module, a generator. */
export function is_options(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * Arguments by place, as options, or the first by place and the rest as options; returns them by name.
 *
 * @param places the names that may be given by place, in their order; default all
 */
export function positional<T extends object>(
  op: string,
  given: readonly unknown[],
  defaults: T,
  places?: readonly (keyof NoInfer<T> & string)[],
): T {
  if (given.length === 0) return { ...defaults };
  const names = places ?? Object.keys(defaults);
  const last = given[given.length - 1];
  const options = is_options(last) ? (last as Record<string, unknown>) : undefined;
  const leading = options === undefined ? given : given.slice(0, -1);
  if (leading.length > names.length)
    throw new TypeError(`${op}: takes ${names.join(', ')} by place, got ${leading.length} arguments`);
  const result = check_options(op, options, defaults);
  leading.forEach((value, i) => {
    if (value === undefined) return;
    if (is_options(value))
      fail(op, `expected the options object to be the last argument, got ${given.length - 1 - i} more`);
    if (options?.[names[i]] !== undefined) fail(op, `${names[i]} is given twice, by place and by name`);
    (result as Record<string, unknown>)[names[i]] = value;
  });
  return result;
}
