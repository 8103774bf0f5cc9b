import { sep } from 'node:path';
import { root } from '../native/machine';

/** Where in the user's code an operation was called; for anomaly mode. */

const own = ['lib', 'dist'].map((room) => `${root}${sep}${room}${sep}`);
/** Modules within modules: the user's frame may lie this far up. */
const DEPTH = 64;

/** The stack at this point, long enough to reach the user's code. */
export function capture_stack(): string | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = DEPTH;
  const { stack } = new Error();
  Error.stackTraceLimit = limit;
  return stack;
}

/** `file:line:column` of the innermost frame outside this library and outside Node itself. */
export function user_line(stack: string): string | undefined {
  for (const frame of stack.split('\n')) {
    const [, named, bare] = /^\s+at (?:.*? \((.+:\d+:\d+)\)|(?:async )?(.+:\d+:\d+))$/.exec(frame) ?? [];
    const place = named ?? bare;
    if (place !== undefined && !place.startsWith('node:') && !own.some((path) => place.includes(path))) return place;
  }
  return undefined;
}
