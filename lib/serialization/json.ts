import { bytes_text } from '../errors';
import { heap_left } from '../native/heap';

/** JSON from files nobody vouches for. */

/** What an object, a list, or a place in one takes of V8's heap, about; copies that are made of it included. */
export const BYTES_OF_A_PART = 64;
const SMALL = 2 ** 20;

/**
 * Parses JSON whose values fit V8's heap: it ends the process when they do not, so that is foreseen.
 *
 * @param what how errors name the text
 */
export function parse_json(text: string, what: string, broken: (why: string) => never): unknown {
  if (text.length > SMALL) check_heap(text.length + BYTES_OF_A_PART * parts(text), what, broken);
  try {
    return JSON.parse(text);
  } catch (error) {
    return broken(`${what} is no JSON (${(error as Error).message.replaceAll('\n', ' ').slice(0, 200)})`);
  }
}

export function check_heap(needed: number, what: string, broken: (why: string) => never): void {
  const left = heap_left();
  if (needed > left) broken(`${what} would take ${bytes_text(needed)}, JavaScript's heap has ${bytes_text(left)} left`);
}

/** No more values than these characters. */
function parts(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x2c || c === 0x3a || c === 0x5b || c === 0x7b) count++;
  }
  return count;
}

/** How errors show a parsed value, of any size and depth. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 100 ? `${value.slice(0, 99)}…` : value);
  if (Array.isArray(value))
    return value.length > 20 ? `a list of ${value.length} elements` : `[${value.map(flat).join(', ')}]`;
  return flat(value);
}

function flat(value: unknown): string {
  if (typeof value === 'string') return shown(value);
  return typeof value === 'object' && value !== null ? (Array.isArray(value) ? '[…]' : '{…}') : String(value);
}
