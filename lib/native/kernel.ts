import { addon } from './addon';
import { run_kernel } from './run';

/** A block of memory and the element at which an operand starts. Tensors are operands. */
export interface Operand {
  readonly storage: { readonly id: number };
  readonly offset: number;
}

/** A number; an operand (`id, offset`); a list of numbers (a shape or strides); null for an absent operand. */
export type Argument = number | boolean | Operand | readonly number[] | null;

const indices = new Map(addon.kernels.map((name, index) => [name, index]));
const values = addon.arguments;
const capacity = values.length;

/** Where the addon keeps a kernel; a name it lacks is an error at load. */
export function kernel_index(name: string): number {
  const index = indices.get(name);
  if (index === undefined)
    throw new Error(`cresset: the native addon has no kernel "${name}"; run \`npm run build:native\``);
  return index;
}

/**
 * The native kernel of this name, as a function. The ids of the operands are
 * read here, last of all, and nothing between that and the native call allocates: see docs/memory.md.
 */
export function kernel(name: string): (...given: Argument[]) => void {
  const index = kernel_index(name);
  return (...given) => {
    let at = 0;
    for (let i = 0; i < given.length; i++) {
      const each = given[i];
      if (typeof each === 'number') values[at++] = each;
      else if (typeof each === 'boolean') values[at++] = each ? 1 : 0;
      else if (each === null) {
        values[at++] = 0;
        values[at++] = 0;
      } else if ('storage' in each) {
        values[at++] = each.storage.id;
        values[at++] = each.offset;
      } else for (let j = 0; j < each.length; j++) values[at++] = each[j];
    }
    if (at > capacity) throw new RangeError(`${name}: ${at} arguments exceed the boundary's ${capacity}`);
    if (run_kernel(index, at) !== 0) throw new Error(`${name}: ${addon.last_error()}`);
  };
}

/** What a kernel handed back, after it ran: the i-th result. */
export function result(i: number): number {
  return values[i];
}
