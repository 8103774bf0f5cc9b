/** How Python prints what modules show in their repr. */

export const python_flag = (value: boolean): string => (value ? 'True' : 'False');

/** `2`, `(2, 3)`, `(2,)`, `None`. */
export function python_extent(value: number | null | readonly (number | null)[]): string {
  if (value === null) return 'None';
  if (typeof value === 'number') return String(value);
  return `(${value.map((each) => each ?? 'None').join(', ')}${value.length === 1 ? ',' : ''})`;
}
