// npm run test:source: `npx cresset build` in an installed package that has no prebuilt addon, by node-gyp and by
// cmake-js, with no network. Both have to export the kernels of the checkout's addon.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must, root, workspace } from './tools.mjs';

const [{ filename }] = JSON.parse(must(root, 'npm', ['pack', '--json', '--pack-destination', workspace]).stdout);
const folder = join(workspace, 'consumers/source');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'package.json'), '{ "private": true }');
must(folder, 'npm', ['install', '--no-audit', '--no-fund', '--offline', join(workspace, filename)]);
const installed = join(folder, 'node_modules/cresset');
rmSync(join(installed, 'prebuilds'), { recursive: true });

Object.assign(process.env, { npm_config_offline: 'true', HTTPS_PROXY: 'http://127.0.0.1:9' });
const addons = [join(root, 'build/Release/cresset.node')];
for (const tool of ['node-gyp', 'cmake-js']) {
  // Tools are looked for in the user's project first: this checkout plays it.
  must(root, process.execPath, [join(installed, 'dist/cli.js'), 'build', '--with', tool]);
  const built = join(installed, 'build/Release/cresset.node');
  must(root, process.execPath, [join(root, 'scripts/package_test/check.cjs'), installed]);
  const kept = join(folder, `${tool}.node`);
  cpSync(built, kept);
  addons.push(kept);
}
console.log(
  must(root, process.execPath, [join(root, 'scripts/package_test/same_kernels.mjs'), ...addons]).stdout.trim(),
);
