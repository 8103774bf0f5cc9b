// Builds build/Release/cresset.node with node-gyp, unless it is newer than all it is made from.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const settings = [
  'binding.gyp',
  'native/flags.json',
  'native/sources.txt',
  'native/exports.map',
  'package-lock.json',
  'scripts/common.gypi',
  'scripts/native_settings.cjs',
];
const stamp = join(root, 'build/native.stamp');

function newerThan(file, sources) {
  const time = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return sources.some((source) => time(join(root, source)) > time(file));
}

const sources = readdirSync(join(root, 'native'), { recursive: true }).map((file) => join('native', file));
const built = existsSync(join(root, 'build/Release/cresset.node'));
if (!built || newerThan(stamp, [...settings, ...sources])) build();

function build() {
  const start = new Date();
  const configure = newerThan(join(root, 'build/Makefile'), settings);
  for (const command of configure ? ['configure', 'build'] : ['build']) nodeGyp(command);
  mkdirSync(join(root, 'build'), { recursive: true });
  writeFileSync(stamp, '');
  utimesSync(stamp, start, start);
}

function nodeGyp(command) {
  const args = [createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js'), command, '--loglevel=error'];
  if (command === 'build') args.push('--jobs=max');
  // The headers come from node-api-headers, so nothing is downloaded. Windows also needs Node's import library.
  if (process.platform !== 'win32') args.push(`--nodedir=${join(root, 'scripts')}`, '--force-process-config');
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status === 0) return;
  console.error(
    'cresset: the native build failed; it needs python3, make and a C++17 compiler (g++ 9, clang 10 or newer)',
  );
  process.exit(1);
}
