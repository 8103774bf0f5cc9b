// Puts back the manifest that prepack.mjs changed for the tarball.
import { existsSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const kept = join(root, 'build/package.json.checkout');
if (existsSync(kept)) renameSync(kept, join(root, 'package.json'));
