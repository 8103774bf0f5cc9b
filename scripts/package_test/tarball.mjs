// npm run test:tarball: installs the tarball that lies in this folder into an empty one and runs its addon: the proof for the
// machines no emulator stands for.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must, root } from './tools.mjs';

const tarball = readdirSync(root).find((file) => file.endsWith('.tgz'));
if (tarball === undefined) throw new Error('no tarball here; run `npm pack`');
const folder = mkdtempSync(join(tmpdir(), 'cresset-tarball-'));
writeFileSync(join(folder, 'package.json'), '{ "private": true }');
must(folder, 'npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', join(root, tarball)]);
const check = join(root, 'scripts/package_test/check.cjs');
console.log(must(folder, process.execPath, [check, join(folder, 'node_modules/cresset')]).stdout.trim());
rmSync(folder, { recursive: true, force: true });
