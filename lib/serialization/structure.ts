import { types } from 'node:util';
import { describe, fail, fail_type } from '../errors';
import { Tensor } from '../tensor/tensor';
import { shown } from './json';

/**
 * Nested values around tensors, such as a training checkpoint, as JSON. Objects, arrays, strings, booleans, null and most numbers are themselves. What
 * JSON has no word for is an object of one key: `{"$tensor": name}`, `{"$number": "NaN"}`, `{"$bigint": "12"}`, `{"$undefined": true}`,
 * `{"$map": [[key, value], …]}`; a key of the user's that begins with `$` is written with two.
 */

/** Deeper nesting would overflow the stack of whoever walks it. */
const DEEPEST = 500;

export interface Packed {
  /** The tensors, named by their paths: `optimizer.state.0.exp_avg`. */
  tensors: Map<string, Tensor>;
  /** Where they stand, and everything else. */
  structure: unknown;
}

/** Takes the tensors out of a value; errors name the place. */
export function pack(op: string, value: unknown): Packed {
  const tensors = new Map<string, Tensor>();
  const above = new Set<object>();

  const name_of = (path: string): string => {
    // Two paths look the same where keys contain dots.
    let name = path;
    for (let i = 2; tensors.has(name) || name === '__metadata__' || name === '__proto__'; i++) name = `${path}#${i}`;
    return name;
  };
  const within = (key: string | number, path: string): string => (path === '' ? `${key}` : `${path}.${key}`);

  const walk = (each: unknown, path: string): unknown => {
    if (each === null || typeof each === 'boolean' || typeof each === 'string') return each;
    if (typeof each === 'number') return Number.isFinite(each) && !Object.is(each, -0) ? each : special(each);
    if (typeof each === 'bigint') return { $bigint: String(each) };
    if (each === undefined) return { $undefined: true };
    if (each instanceof Tensor) {
      const name = name_of(path === '' ? 'tensor' : path);
      tensors.set(name, each);
      return { $tensor: name };
    }
    if (typeof each !== 'object') return unfit(op, path, each);
    if (above.has(each)) fail(op, `${place(path)} contains itself`);
    if (above.size === DEEPEST) fail(op, `${place(path)} is nested deeper than ${DEEPEST} levels`);
    above.add(each);
    const packed = walk_inside(each, path);
    above.delete(each);
    return packed;
  };
  const walk_inside = (each: object, path: string): unknown => {
    if (Array.isArray(each)) return Array.from(each, (part: unknown, i) => walk(part, within(i, path)));
    if (types.isMap(each)) {
      const keys = [...each.keys()].map((key) => check_key(op, path, key));
      return { $map: keys.map((key) => [key, walk(each.get(key), within(key, path))]) };
    }
    const prototype: unknown = Object.getPrototypeOf(each);
    // A plain object of any realm: its prototype has none.
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return unfit(op, path, each);
    return Object.fromEntries(
      Object.entries(each).map(([key, part]: [string, unknown]) => {
        if (key === '__proto__') fail(op, `${place(path)} has a key "__proto__"`);
        return [key.startsWith('$') ? `$${key}` : key, walk(part, within(key, path))];
      }),
    );
  };
  const structure = walk(value, '');
  return { tensors, structure };
}

const place = (path: string): string => (path === '' ? 'the object' : path);

function special(number: number): unknown {
  return { $number: Object.is(number, -0) ? '-0' : String(number) };
}

function check_key(op: string, path: string, key: unknown): string | number {
  if (typeof key === 'string' || (typeof key === 'number' && Number.isFinite(key))) return key;
  return fail_type(op, `the keys of ${place(path)}`, 'strings or numbers', key);
}

function unfit(op: string, path: string, value: unknown): never {
  const hint =
    typeof value === 'object' && value !== null && 'state_dict' in value
      ? '; save its state_dict()'
      : ArrayBuffer.isView(value)
        ? '; save torch.tensor(…) of it'
        : '';
  return fail(
    op,
    `expected ${place(path)} to be made of tensors, numbers, strings, booleans, arrays and plain objects, got ${describe(value)}${hint}`,
  );
}

const NUMBERS: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, '-Infinity': -Infinity, '-0': -0 };

/**
 * The value again.
 *
 * @param tensor_of the tensor of a name, each time the same one
 * @param broken raises an error about the file
 */
export function unpack(
  structure: unknown,
  tensor_of: (name: string) => Tensor | undefined,
  broken: (why: string) => never,
): unknown {
  const walk = (each: unknown, depth: number): unknown => {
    if (typeof each !== 'object' || each === null) return each;
    if (depth === DEEPEST) return broken(`its structure is nested deeper than ${DEEPEST} levels`);
    if (Array.isArray(each)) return each.map((part: unknown) => walk(part, depth + 1));
    const entries: [string, unknown][] = Object.entries(each);
    const [first] = entries;
    if (first !== undefined && /^\$[^$]/.test(first[0]))
      return entries.length === 1
        ? word(first[0], first[1], depth)
        : broken(`${shown(first[0])} stands beside other keys in its structure`);
    return Object.fromEntries(
      entries.map(([key, part]) => {
        if (key === '__proto__' || /^\$(?!\$)/.test(key)) return broken(`its structure has a key ${shown(key)}`);
        return [key.startsWith('$') ? key.slice(1) : key, walk(part, depth + 1)];
      }),
    );
  };
  const word = (name: string, value: unknown, depth: number): unknown => {
    switch (name) {
      case '$tensor':
        return (
          (typeof value === 'string' ? tensor_of(value) : undefined) ??
          broken(`its structure names a tensor ${shown(value)} that it does not hold`)
        );
      case '$number':
        if (typeof value === 'string' && Object.hasOwn(NUMBERS, value)) return NUMBERS[value];
        break;
      case '$bigint':
        if (typeof value === 'string' && /^-?\d{1,1000}$/.test(value)) return BigInt(value);
        break;
      case '$undefined':
        return undefined;
      case '$map':
        if (Array.isArray(value) && value.every((each) => Array.isArray(each) && each.length === 2))
          return new Map(value.map(([key, part]: [unknown, unknown]) => [check_loaded(key), walk(part, depth + 1)]));
    }
    return broken(`its structure has a ${shown(name)} of ${shown(value)}`);
  };
  const check_loaded = (key: unknown): unknown =>
    typeof key === 'string' || typeof key === 'number'
      ? key
      : broken('its structure has a map with other keys than strings and numbers');
  return walk(structure, 0);
}
