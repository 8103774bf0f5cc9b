// Before `npm publish`: every platform's addon is there, and of these sources.
import { platforms } from './platforms.mjs';
import { is_current } from './prebuilt.mjs';

const missing = Object.keys(platforms).filter((name) => !is_current(name));
if (missing.length > 0) {
  console.error(`not published: no addon of these sources for ${missing.join(', ')}; run \`npm run prebuilds\``);
  process.exit(1);
}
