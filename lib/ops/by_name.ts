import { is_options, positional } from '../arguments';
import { check_options } from '../errors';
import type { Tensor } from '../tensor/tensor';

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
  const none = Object.fromEntries(names.map((name) => [name, undefined]));
  return (input: I, ...given: readonly unknown[]): R => {
    if (given.length <= names.length && !is_options(given[given.length - 1])) return run(input, ...given);
    return run(input, ...Object.values(positional<Record<string, unknown>>(op, given, none)));
  };
}
