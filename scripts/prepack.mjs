// Makes the checkout ready for `npm pack`: everything built, no output of a deleted source, the addon under prebuilds/.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

if (
  spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
    .status !== 0
) {
  process.exit(1);
}

for (const file of readdirSync(join(root, 'dist/types'), { recursive: true })) {
  const source = file.replace(/\.d\.m?ts$/, '.ts');
  if (source !== file && !existsSync(join(root, 'lib', source))) rmSync(join(root, 'dist/types', file));
}

const { platform_name } = createRequire(import.meta.url)('../dist/chunks/platform.js');
const prebuilt = join(root, 'prebuilds', platform_name(), 'cresset.node');
mkdirSync(dirname(prebuilt), { recursive: true });
copyFileSync(join(root, 'build/Release/cresset.node'), prebuilt);
// What stays is what Node looks up; a machine without `strip` packs a larger file.
if (process.platform !== 'win32')
  spawnSync('strip', [process.platform === 'darwin' ? '-x' : '--strip-unneeded', prebuilt]);
