import { check_options, fail, misspelled } from '../errors';
import { Tensor } from '../tensor/tensor';

/** Parameters that may be given by place or by name: `cat(xs, 1)`, `cat(xs, { dim: 1 })`. */

/** What may stand last in place of the parameters that are left. */
export type Named<Names extends readonly string[], P extends readonly unknown[]> = {
  [I in Exclude<keyof Names, keyof []> as Names[I] & string]?: P[I & keyof P];
};

/** A dimension by its name. */
export interface DimOption<D = number> {
  dim?: D;
}

/** A function of something and of parameters by place or by name. */
export type ByName<Names extends readonly string[], I, P extends readonly unknown[], R> = (
  input: I,
  ...given: { [K in keyof P]: P[K] | Named<Names, P> }
) => R;

/** An options object, as opposed to a dim, a list of dims or a tensor. */
export function is_options(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Tensor);
}

/** A bias as it is, or named: `linear(x, w, { bias })`. */
export type NamedBias = Tensor | null | { bias?: Tensor | null };

export function named_bias(op: string, given: NamedBias): Tensor | null {
  if (!is_options(given)) return given;
  return check_options(op, given, { bias: null as Tensor | null }).bias ?? null;
}

/**
 * Lets the parameters that follow the first argument be named in an options object at the end.
 *
 * @param op who complains
 * @param names of the parameters, in the order in which `call` takes them
 */
export function by_name<const Names extends readonly string[], I, P extends readonly unknown[], R>(
  op: string,
  names: Names,
  call: (input: I, ...parameters: P) => R,
): ByName<Names, I, P, R> {
  const run = call as (input: I, ...parameters: readonly unknown[]) => R;
  return (input: I, ...given: readonly unknown[]): R => {
    if (given.length === 0 || !is_options(given[given.length - 1])) {
      if (given.length > names.length) too_many(op, names, given.length);
      return run(input, ...given);
    }
    return run(input, ...places(op, names, given));
  };
}

/** The parameters in their places, `undefined` where none is given. */
function places(op: string, names: readonly string[], given: readonly unknown[]): unknown[] {
  const leading = given.slice(0, -1);
  if (leading.length > names.length) too_many(op, names, leading.length);
  for (const [name, value] of Object.entries(given[leading.length] as object)) {
    const at = names.indexOf(name);
    if (at < 0) throw new TypeError(`${op}: ${misspelled('option', name, names)}`);
    if (leading[at] !== undefined) fail(op, `${name} is given twice, by place and by name`);
    leading[at] = value;
  }
  return Array.from(leading);
}

function too_many(op: string, names: readonly string[], count: number): never {
  throw new TypeError(`${op}: takes at most ${names.length} arguments (${names.join(', ')}), got ${count}`);
}
