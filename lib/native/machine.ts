import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The package's folder: the same distance from lib/native (tests) and dist/chunks (users). */
export const root = resolve(__dirname, '../..');

/** An addon that could be loaded. */
export interface Candidate {
  readonly file: string;
  /** Why it is one. */
  readonly origin: 'named by CRESSET_BINARY' | 'built on this machine' | 'prebuilt, in the package';
}

/** In the order of preference; a file that CRESSET_BINARY names stands alone. */
export function candidates(): Candidate[] {
  const forced = process.env.CRESSET_BINARY;
  if (forced) return [{ file: resolve(forced), origin: 'named by CRESSET_BINARY' }];
  return [
    { file: join(root, 'build/Release/cresset.node'), origin: 'built on this machine' },
    { file: join(root, 'prebuilds', platform_name(), 'cresset.node'), origin: 'prebuilt, in the package' },
  ];
}

/** The first that exists is the one: were a broken file passed over, another build would run unnoticed. */
export function chosen(): Candidate | undefined {
  return candidates().find(({ file }) => existsSync(file));
}

/** The name of the folder under prebuilds. */
export function platform_name(): string {
  return `${process.platform}-${process.arch}${process.platform === 'linux' && uses_musl() ? '-musl' : ''}`;
}

/** `glibc 2.36`, `musl`, or nothing but the operating system has a say there. */
export function libc_name(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  if (uses_musl()) return 'musl';
  const report = process.report as (NodeJS.ProcessReport & { excludeNetwork?: boolean }) | undefined;
  if (report === undefined) return undefined;
  // Looking up the names of network peers may take seconds.
  const before = report.excludeNetwork;
  report.excludeNetwork = true;
  const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
  report.excludeNetwork = before;
  return header?.glibcVersionRuntime === undefined ? undefined : `glibc ${header.glibcVersionRuntime}`;
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

/** One line each: what decides which addon is loaded and whether it can be. */
export function machine_lines(): string[] {
  const taken = chosen();
  const fate = (candidate: Candidate): string => {
    if (candidate.file === taken?.file) return 'chosen';
    return existsSync(candidate.file) ? 'there, but another comes first' : 'not there';
  };
  const libc = libc_name();
  return [
    `platform      ${platform_name()}${libc ? ` (${libc})` : ''}`,
    `Node.js       ${process.versions.node}, modules ${process.versions.modules}, Node-API ${process.versions.napi}`,
    ...candidates().map((candidate) => `addon         ${candidate.file}: ${candidate.origin}; ${fate(candidate)}`),
    ...(process.env.CRESSET_ISA ? [`CRESSET_ISA   ${process.env.CRESSET_ISA}`] : []),
  ];
}

/** What to do about an addon that is missing or does not load. */
export function way_out(): string {
  if (process.env.CRESSET_BINARY) return 'Unset CRESSET_BINARY or let it name a cresset.node built for this machine';
  if (existsSync(join(root, 'binding.gyp')))
    return 'Run `npm run build:native` (needs python3, make and a C++17 compiler)';
  return 'Build it from the sources in the package with `npx cresset build` (needs a C++17 compiler)';
}
