// What prebuilds/ holds, and whether it was built from the sources as they are now.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { platforms } from './platforms.mjs';

const root = resolve(import.meta.dirname, '..');
const folder = join(root, 'prebuilds');
const addon = (name) => join(folder, name, 'cresset.node');
const sha256 = (...pieces) => pieces.reduce((hash, piece) => hash.update(piece), createHash('sha256')).digest('hex');

/** Of all that decides what the addon is: sources, flags, platforms. */
export function sources_hash() {
  const native = readdirSync(join(root, 'native'), { recursive: true }).map((file) => `native/${file}`);
  const files = [...native, 'scripts/platforms.mjs', 'scripts/prebuilds.mjs', 'scripts/native_settings.cjs'];
  const contents = files
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => statSync(join(root, file)).isFile())
    .sort()
    .map((file) => `${file}\n${sha256(readFileSync(join(root, file)))}\n`);
  return sha256(...contents);
}

/** The stamp beside an addon; `sources` of when its build began. */
export function stamp(name, sources) {
  writeFileSync(join(folder, name, 'SOURCES'), `${sources}\n`);
}

export function is_current(name) {
  const file = join(folder, name, 'SOURCES');
  return existsSync(addon(name)) && existsSync(file) && readFileSync(file, 'utf8').trim() === sources_hash();
}

/** `sha256sum -c SHA256SUMS` in prebuilds/ checks what was installed. */
export function write_sums() {
  const built = Object.keys(platforms).filter((name) => existsSync(addon(name)));
  const lines = built.map((name) => `${sha256(readFileSync(addon(name)))}  ${name}/cresset.node\n`);
  writeFileSync(join(folder, 'SHA256SUMS'), lines.join(''));
}
