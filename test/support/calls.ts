import signatures from '../golden/signatures.json';
import { asked, special, usual } from './call_values';

/** Calls of every constructor and function in all the ways that PyTorch's signature allows, as source text: rightly, and wrongly. */

/** A name, or a name with its default. */
type Place = string | readonly [name: string, value: unknown];

export interface Signature {
  places: readonly Place[];
  named: readonly Place[];
}

export interface Call {
  /** `new torch.nn.Dropout(0.5, { inplace: false })` */
  text: string;
  valid: boolean;
  /** Wrong, but run without a complaint as JavaScript does. */
  only_types: boolean;
}

type Space = keyof typeof signatures;
export const spaces = Object.keys(signatures) as Space[];

/** What PyTorch documents in a namespace. */
export function signatures_of(space: Space): [name: string, signature: Signature][] {
  const given = signatures[space] as unknown as Record<string, { places: Place[]; named?: Place[] }>;
  return Object.entries(given).map(([name, { places, named = [] }]) => [name, { places, named }]);
}

function written(value: unknown): string {
  if (value === 'relu') return "'relu'";
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
}

const name_of = (place: Place): string => (typeof place === 'string' ? place : place[0]);

/** The source of what stands in a place. */
function value_of(callable: string, place: Place): string {
  const name = name_of(place);
  const value = special[callable]?.[name] ?? (typeof place === 'string' ? usual[name] : written(place[1]));
  if (value === undefined) throw new Error(`${callable}: write a value for ${name} into test/support/call_values.ts`);
  return value;
}

/** `start` opens the call: `new torch.nn.Linear`. Of a function, what has no default stays in its place. */
export function calls_of(callable: string, start: string, { places, named }: Signature): Call[] {
  const value = (place: Place): string => value_of(callable, place);
  const is_needed = (place: Place): boolean => typeof place === 'string' || place[0] === asked[callable];
  const needed = places.findLastIndex(is_needed) + 1;
  const least = start.startsWith('new torch.nn') ? 0 : places.filter((place) => typeof place === 'string').length;
  const write = (args: readonly string[]): string => `${start}(${args.join(', ')})`;
  const options = (of: readonly Place[]): string =>
    `{ ${of.map((place) => `${name_of(place)}: ${value(place)}`).join(', ')} }`;
  const calls: Call[] = [];
  const rightly = (...args: string[]): number => calls.push({ text: write(args), valid: true, only_types: false });
  const wrongly = (args: readonly string[], only_types = false): number =>
    calls.push({ text: write(args), valid: false, only_types });
  for (let count = 0; count <= places.length; count++) {
    const before = places.slice(0, count).map(value);
    const rest = [...places.slice(count), ...named];
    if (count >= needed) rightly(...before);
    if (count >= least && rest.length > 0) rightly(...before, options(rest));
  }
  // Wrong ones are slow to compile: these stand for the others. JavaScript passes over what a function has no place for.
  const all = places.map(value);
  wrongly([...all, '{ mispelt: 1 }'], named.length === 0);
  if (places.length > needed) {
    wrongly([...all.slice(0, needed), '{ mispelt: 1 }']);
    wrongly([...all, options(places.slice(-1))], named.length === 0);
  }
  const first = places.slice(0, needed).map(value);
  for (const place of [...places.slice(needed), ...named]) rightly(...first, options([place]));
  for (const place of named) wrongly([...first, `{ ${name_of(place)}: Symbol() }`]);
  for (let i = 0; i < places.length; i++)
    wrongly(places.slice(0, Math.max(needed, i + 1)).map((place, j) => (i === j ? 'Symbol()' : value(place))));
  return calls;
}
