// What the addon is built from and how: binding.gyp and scripts/prebuilds.mjs ask here, CMakeLists.txt reads the same two
// files.
const { existsSync, readFileSync } = require('node:fs');
const { join, resolve } = require('node:path');

const root = resolve(__dirname, '..');
const flags = JSON.parse(readFileSync(join(root, 'native/flags.json'), 'utf8'));

const sources = readFileSync(join(root, 'native/sources.txt'), 'utf8')
  .split(/\s+/)
  .filter(Boolean)
  .map((file) => `native/${file}`);

// A published package carries the headers with it; in a checkout they are development dependencies.
const shipped = join(root, 'include');
const include_dirs = [
  'native',
  ...(existsSync(shipped) ? [shipped] : [require('node-api-headers').include_dir, napi_headers()]),
];

function napi_headers() {
  return resolve(require.resolve('node-addon-api'), '..');
}

// -Wl,--version-script and its like name files from the root; compilers run elsewhere.
const link = (system) => flags.link[system].map((flag) => flag.replace('=native/', `=${root}/native/`));

module.exports = { root, flags, sources, include_dirs, link };
