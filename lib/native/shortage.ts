import { bytes_text, fail_range } from '../errors';
import { addon } from './addon';

/** What gives memory back when there is none left; installed by the collector, which programs of raw kernels never load. */
let relieve: (() => void) | null = null;

export function on_shortage(relief: () => void): void {
  relieve = relief;
}

/** Asks again after everything that is gone was collected. A failure is an `op: not enough memory: …` in gibibytes. */
export function ask_again<T>(op: string, nbytes: number, ask: () => T): T {
  relieve?.();
  const got = ask();
  if (got) return got;
  return fail_range(
    op,
    `not enough memory: asked ${bytes_text(nbytes)}, available ${bytes_text(addon.available_memory())}`,
  );
}
