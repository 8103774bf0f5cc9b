// npm run test:reproducible [-- PLATFORM...]: builds addons (default: linux-x64) in two copies of these sources, in
// folders of different names and with compiler caches of their own, and compares the sums: with each other and with
// prebuilds/, where that is of these sources.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { is_current } from '../prebuilt.mjs';
import { Report, root } from './tools.mjs';

const names = process.argv.length > 2 ? process.argv.slice(2) : ['linux-x64'];
const report = new Report();
const folders = ['cresset-', 'cresset-in-another-folder-'].map((prefix) => mkdtempSync(join(tmpdir(), prefix)));
const built = folders.map(build);
const addons = [...built.map((folder) => join(folder, 'prebuilds')), join(root, 'prebuilds')];
for (const name of names) {
  const places = is_current(name) ? addons : addons.slice(0, 2);
  const sums = places.map((folder) => sum(join(folder, name, 'cresset.node')));
  if (new Set(sums).size === 1) report.pass(`${name}: ${sums.length} builds, ${sums[0]}`);
  else report.fail(name, sums.join('\n'));
}
for (const folder of folders) rmSync(folder, { recursive: true });
report.end();

function build(folder) {
  const copy = join(folder, 'sources');
  for (const part of ['native', 'scripts', 'package.json'])
    cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const caches = { ZIG_GLOBAL_CACHE_DIR: join(folder, 'global'), ZIG_LOCAL_CACHE_DIR: join(folder, 'local') };
  const { status } = spawnSync(process.execPath, [join(copy, 'scripts/prebuilds.mjs'), ...names], {
    cwd: copy,
    env: { ...process.env, ...caches },
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`no build in ${copy}`);
  return copy;
}

function sum(file) {
  return existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : `no ${file}`;
}
