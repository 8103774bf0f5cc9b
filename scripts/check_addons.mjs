// node scripts/check_addons.mjs [FOLDER]: whether the addons in prebuilds/ keep to the budgets of platforms.mjs: bytes,
// the oldest glibc they run with (none for musl), and the sums in SHA256SUMS. `npm publish` and the tests ask; one breach
// a line.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addon_budget, glibc_floor, platforms } from './platforms.mjs';

const parts = (version) => version.split('.').map(Number);
const by_version = (a, b) => parts(a)[0] - parts(b)[0] || parts(a)[1] - parts(b)[1];

/** The newest glibc whose symbols the file asks for, as `objdump -T` lists them: the names of versions stand in its strings. */
export function newest_glibc(file) {
  const versions = readFileSync(file, 'latin1').matchAll(/\0GLIBC_(\d+\.\d+)(?=[.\0])/g);
  return [...versions]
    .map(([, version]) => version)
    .sort(by_version)
    .at(-1);
}

export function breaches(folder) {
  const built = Object.keys(platforms).filter((name) => existsSync(join(folder, name, 'cresset.node')));
  return [
    ...built.flatMap((name) => breaches_of(name, join(folder, name, 'cresset.node'))),
    ...wrong_sums(folder, built),
  ];
}

function breaches_of(name, file) {
  const found = [];
  const { size } = statSync(file);
  if (size > addon_budget) found.push(`${name}: ${size} bytes, ${addon_budget} at most`);
  if (!name.startsWith('linux')) return found;
  const glibc = newest_glibc(file);
  if (name.endsWith('musl')) {
    if (glibc !== undefined) found.push(`${name}: asks for glibc ${glibc}`);
  } else if (glibc === undefined || by_version(glibc, glibc_floor) > 0) {
    found.push(`${name}: asks for glibc ${glibc}, ${glibc_floor} is the floor`);
  }
  return found;
}

function wrong_sums(folder, built) {
  const file = join(folder, 'SHA256SUMS');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  const sums = new Map(lines.map((line) => line.split('  ').reverse()));
  return built.flatMap((name) => {
    const bytes = readFileSync(join(folder, name, 'cresset.node'));
    const sum = createHash('sha256').update(bytes).digest('hex');
    const listed = sums.get(`${name}/cresset.node`);
    return listed === sum ? [] : [`${name}: SHA256SUMS says ${listed}, the file is ${sum}`];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = resolve(process.argv[2] ?? join(import.meta.dirname, '../prebuilds'));
  const found = breaches(folder);
  for (const breach of found) console.error(breach);
  const count = readdirSync(folder).filter((name) => name in platforms).length;
  if (found.length === 0) console.log(`${count} addons within their budgets`);
  process.exit(found.length === 0 ? 0 : 1);
}
