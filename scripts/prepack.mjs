// Makes the checkout ready for `npm pack`: everything built, no output of a deleted source, the addons under prebuilds/,
// and under dist/source what a build from source needs besides native/. Addons of `npm run prebuilds` stay if they are of
// these sources; otherwise this machine's own is packed alone.
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { platforms } from './platforms.mjs';
import { is_current, write_sums } from './prebuilt.mjs';

const require = createRequire(import.meta.url);
const root = resolve(import.meta.dirname, '..');

if (
  spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
    .status !== 0
) {
  process.exit(1);
}

// Folders of dist that builds of earlier versions left.
for (const entry of readdirSync(join(root, 'dist'), { withFileTypes: true })) {
  if (/\.d\.ts$/.test(entry.name)) rmSync(join(root, 'dist', entry.name));
  if (entry.isDirectory() && !['types', 'chunks'].includes(entry.name))
    rmSync(join(root, 'dist', entry.name), { recursive: true });
}
for (const file of readdirSync(join(root, 'dist/types'), { recursive: true })) {
  const source = file.replace(/\.d\.m?ts$/, '.ts');
  if (source !== file && !existsSync(join(root, 'lib', source))) rmSync(join(root, 'dist/types', file));
}

pack_sources();
pack_licences();
pack_addons();
pack_manifest();

function pack_sources() {
  const target = join(root, 'dist/source');
  rmSync(target, { recursive: true, force: true });
  for (const file of ['binding.gyp', 'CMakeLists.txt', 'scripts/common.gypi', 'scripts/native_settings.cjs']) {
    mkdirSync(dirname(join(target, file)), { recursive: true });
    copyFileSync(join(root, file), join(target, file));
  }
  for (const directory of require('./native_settings.cjs').include_dirs.slice(1)) {
    const headers = readdirSync(directory).filter((file) => file.endsWith('.h'));
    for (const file of headers) cpSync(join(directory, file), join(target, 'include', file));
  }
}

/** The texts that must travel with what THIRD_PARTY.md lists; LLVM's lies beside this script. */
function pack_licences() {
  const target = join(root, 'dist/licences');
  mkdirSync(target, { recursive: true });
  copyFileSync(require.resolve('node-addon-api/LICENSE.md'), join(target, 'node-addon-api.md'));
  copyFileSync(join(dirname(require.resolve('node-api-headers')), 'LICENSE'), join(target, 'node-api-headers.txt'));
  cpSync(join(root, 'scripts/licences'), target, { recursive: true });
}

function pack_addons() {
  const { platform_name } = require('../dist/chunks/platform.js');
  const here = platform_name();
  for (const name of Object.keys(platforms))
    if (!is_current(name)) rmSync(join(root, 'prebuilds', name), { recursive: true, force: true });
  if (!is_current(here)) {
    const addon = join(root, 'prebuilds', here, 'cresset.node');
    mkdirSync(dirname(addon), { recursive: true });
    copyFileSync(join(root, 'build/Release/cresset.node'), addon);
    // What stays is what Node looks up; a machine without `strip` packs a larger file.
    if (process.platform !== 'win32')
      spawnSync('strip', [process.platform === 'darwin' ? '-x' : '--strip-unneeded', addon]);
  }
  write_sums();
}

/** `prepare` builds a checkout; in a tarball npm 12 warns of it. postpack.mjs puts the manifest back. */
function pack_manifest() {
  const file = join(root, 'package.json');
  const text = readFileSync(file, 'utf8');
  const manifest = JSON.parse(text);
  if (manifest.scripts.prepare === undefined) return;
  writeFileSync(join(root, 'build/package.json.checkout'), text);
  delete manifest.scripts.prepare;
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
}
