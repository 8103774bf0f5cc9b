/** The numbers of `torch`. */

/** 2.71828…, the base of the natural logarithm. */
export const e: number = Math.E;
/** Infinity. */
export const inf: number = Infinity;
/** Not a number. */
export const nan: number = NaN;
/** 3.14159…, the circumference of a circle by its diameter. */
export const pi: number = Math.PI;
