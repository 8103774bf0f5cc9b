import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check_integer } from './errors';
import { addon } from './native/addon';
import { root } from './native/machine';

/** The machine as the kernels see it. */

/** The version of this package. */
export const __version__: string = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string })
  .version;

/**
 * Threads that kernels use.
 * @example
 * ```ts
 * torch.get_num_threads() >= 1; // true
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.get_num_threads.html
 */
export function get_num_threads(): number {
  return addon.num_threads();
}

/**
 * Sets the number of threads that kernels use, between 1 and 256. Results are the same bits for any number. The pool is shared by all
 * worker threads of the process; `CRESSET_NUM_THREADS` sets it from outside.
 * @example
 * ```ts
 * torch.set_num_threads(2);
 * torch.get_num_threads(); // 2
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.set_num_threads.html
 */
export function set_num_threads(count: number): void {
  addon.set_num_threads(check_integer('set_num_threads', 'count', count, 1));
}

/**
 * The instruction set in use: `avx512`, `avx2`, `neon` or `scalar`; `CRESSET_ISA` forces one.
 * @example
 * ```ts
 * ['avx512', 'avx2', 'neon', 'scalar'].includes(torch.get_isa()); // true
 * ```
 */
export function get_isa(): string {
  return addon.isa();
}
