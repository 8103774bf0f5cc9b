import { check_integer, check_options } from '../errors';
import { file_page, live_page } from './html';
import { type Explorer, serve } from './server';

/** The activation explorer: a page on this machine, or in a file. */

export type { Explorer } from './server';

/** Options of {@link explore}. */
export interface ExploreOptions {
  /** Default: one that is free. */
  port?: number;
}

/**
 * Serves a page on 127.0.0.1: activations and their derivatives, evaluated by the kernels as the sliders move, and a small network that learns with
 * them in a thread of its own. It answers its own page only, and runs until it is closed.
 * @example
 * ```ts fragment
 * import { explore } from 'cresset/viz';
 * const explorer = await explore({ port: 0 });
 * explorer.url.startsWith('http://127.0.0.1:'); // true
 * await explorer.close();
 * ```
 */
export async function explore(options?: ExploreOptions): Promise<Explorer> {
  const { port } = check_options('explore', options, { port: 0 });
  return serve(live_page(), check_integer('explore', 'port', port, 0, 65_535));
}

/**
 * The first panel of the page as one HTML text that needs no server: it holds every curve that its sliders reach.
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { explore_page } from 'cresset/viz';
 * writeFileSync('activations.html', explore_page());
 * ```
 */
export function explore_page(): string {
  return file_page().html;
}
