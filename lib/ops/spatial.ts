import { check_integer, fail, fail_type } from '../errors';

/** What a user gives for every spatial dimension: one number for all, or a number for each. */
export type Spatial = number | readonly number[];

/** One number for each of `dims` dimensions, each an integer of at least `low`. */
export function check_spatial(op: string, name: string, value: unknown, dims: number, low: number): readonly number[] {
  if (!Array.isArray(value)) {
    if (typeof value !== 'number') fail_type(op, name, 'an integer or an array of integers', value);
    return new Array<number>(dims).fill(check_integer(op, name, value, low));
  }
  if (value.length !== dims && value.length !== 1)
    fail(op, `expected ${name} to be one integer or ${dims}, got ${value.length} in [${value.join(', ')}]`);
  const checked = value.map((each, i) => check_integer(op, `${name}[${i}]`, each, low));
  return checked.length === dims ? checked : new Array<number>(dims).fill(checked[0]);
}
