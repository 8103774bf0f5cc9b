// Before `npm publish`: every platform's addon is there, of these sources, and within its budgets.
import { join } from 'node:path';
import { breaches } from './check_addons.mjs';
import { platforms } from './platforms.mjs';
import { is_current } from './prebuilt.mjs';

const missing = Object.keys(platforms).filter((name) => !is_current(name));
if (missing.length > 0) {
  console.error(`not published: no addon of these sources for ${missing.join(', ')}; run \`npm run prebuilds\``);
  process.exit(1);
}
const found = breaches(join(import.meta.dirname, '../prebuilds'));
if (found.length > 0) {
  console.error(`not published:\n${found.join('\n')}`);
  process.exit(1);
}
