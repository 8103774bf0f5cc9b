import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** The system's browser, for pages that need no more than to be opened. */

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export const chromium = [process.env.CHROMIUM ?? '', ...PLACES].find((path) => existsSync(path)) ?? null;
if (chromium === null)
  process.stdout.write('tests of pages: skipped, no Chromium here (Debian: apt-get install chromium)\n');

/** The document that a file has become when its scripts have run. */
export function rendered(file: string): string {
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--dump-dom'];
  return spawnSync(chromium!, [...flags, pathToFileURL(file).href], { encoding: 'utf8', timeout: 30_000 }).stdout;
}
