import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The package's folder: the same distance from lib/native (tests) and dist/chunks (users). */
export const root = resolve(__dirname, '../..');

/**
 * Finds and loads the addon: the file named by CRESSET_BINARY, else the one built in this checkout, else the prebuilt
 * one of the package. The first that exists is the one: were a broken file passed over, another build would run unnoticed.
 */
export function load_addon(): unknown {
  const forced = process.env.CRESSET_BINARY;
  const candidates = forced
    ? [resolve(forced)]
    : [join(root, 'build/Release/cresset.node'), join(root, 'prebuilds', platform_name(), 'cresset.node')];
  const file = candidates.find((candidate) => existsSync(candidate));
  if (file === undefined)
    throw new Error(`cresset: no native addon for ${here()}; looked for ${list(candidates)}. ${way_out()}`);
  try {
    return require(file);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    if ((cause as { code?: unknown } | null)?.code === 'CRESSET_ISA')
      throw new Error(
        `cresset: CRESSET_ISA=${process.env.CRESSET_ISA} is ${reason}; use scalar, avx2, avx512 or neon, or unset it`,
        { cause },
      );
    throw new Error(`cresset: ${file} does not load on ${here()}: ${reason}. ${way_out()}`, { cause });
  }
}

/** The name of the folder under prebuilds. */
export function platform_name(): string {
  return `${process.platform}-${process.arch}${process.platform === 'linux' && uses_musl() ? '-musl' : ''}`;
}

/** The name of the dynamic linker stands in the first bytes of an ELF executable. */
function uses_musl(): boolean {
  try {
    const file = openSync(process.execPath, 'r');
    const head = Buffer.alloc(2048);
    readSync(file, head, 0, head.length, 0);
    closeSync(file);
    return head.includes('/ld-musl-');
  } catch {
    return false;
  }
}

function here(): string {
  return `${platform_name()}, Node ${process.versions.node}`;
}

function list(files: string[]): string {
  return files.join(' and ');
}

function way_out(): string {
  if (process.env.CRESSET_BINARY) return 'Unset CRESSET_BINARY or let it name a cresset.node built for this machine';
  if (existsSync(join(root, 'binding.gyp')))
    return 'Run `npm run build:native` (needs python3, make and a C++17 compiler)';
  return 'Build cresset from its sources with `npm ci` (needs python3, make and a C++17 compiler), then set CRESSET_BINARY to its build/Release/cresset.node';
}
