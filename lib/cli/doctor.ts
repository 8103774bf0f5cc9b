import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { bytes_text } from '../errors';
import { candidates, chosen, libc_name, machine_lines, platform_name, root, way_out } from '../native/machine';
import { read_arguments } from './arguments';
import type { Command } from './command';
import type { KernelReport } from './self_test';

const OP = 'cresset doctor';

const help = `
cresset doctor [--json]

Tells what cresset found on this machine: which addon it loaded and why not another, the instruction set, threads, memory,
optional packages, and whether the kernels compute what they should, and how fast. Takes about a second. The exit code is 0
when all is well.

  --json   the same as one JSON object
`;

interface Diagnosis {
  version: string;
  platform: string;
  libc: string | null;
  node: string;
  addons: { file: string; origin: string; exists: boolean; chosen: boolean }[];
  /** Why the addon does not load. */
  error: string | null;
  isa: { used: string; forced: string | null } | null;
  threads: { used: number; forced: string | null; processors: number; quota: number | null } | null;
  memory: { limit: number; budget: number; forced: string | null } | null;
  kernels: KernelReport[];
  peers: { name: string; version: string | null }[];
}

async function run(args: readonly string[]): Promise<number> {
  const { flags } = read_arguments(OP, args, { json: 'flag' });
  const found = await diagnose();
  console.log(flags.has('json') ? JSON.stringify(found, null, 2) : text(found));
  return found.error === null && found.kernels.every((kernel) => kernel.correct) ? 0 : 1;
}

async function diagnose(): Promise<Diagnosis> {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const taken = chosen();
  const found: Diagnosis = {
    version: manifest.version,
    platform: platform_name(),
    libc: libc_name() ?? null,
    node: process.versions.node,
    addons: candidates().map(({ file, origin }) => ({
      file,
      origin,
      exists: existsSync(file),
      chosen: file === taken?.file,
    })),
    error: null,
    isa: null,
    threads: null,
    memory: null,
    kernels: [],
    peers: Object.keys(manifest.peerDependencies ?? {}).map((name) => ({ name, version: version_of(name) })),
  };
  try {
    Object.assign(found, await (await import('./self_test.js')).examine());
  } catch (error) {
    found.error = (error as Error).message.split('\n')[0];
  }
  return found;
}

/** From where the user stands, else from where cresset lies. */
function version_of(name: string): string | null {
  for (const place of [join(process.cwd(), 'package.json'), join(root, 'package.json')]) {
    const require = createRequire(place);
    for (const folder of require.resolve.paths(name) ?? []) {
      const manifest = join(folder, name, 'package.json');
      if (existsSync(manifest)) return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
    }
  }
  return null;
}

function text(found: Diagnosis): string {
  const lines = [`cresset       ${found.version}`, ...machine_lines()];
  if (found.error !== null) lines.push(`does not load ${found.error}`, '', `${way_out()}.`);
  const forced = (by: string, value: string | null) => (value ? ` (${by}=${value})` : '');
  const { isa, threads, memory } = found;
  if (isa) lines.push(`instructions  ${isa.used}${forced('CRESSET_ISA', isa.forced)}`);
  if (threads) {
    const quota = threads.quota === null ? 'no quota' : `a quota of ${threads.quota}`;
    const of = `${threads.used} of ${threads.processors} processors, ${quota}`;
    lines.push(`threads       ${of}${forced('CRESSET_NUM_THREADS', threads.forced)}`);
  }
  if (memory) {
    const of = `${bytes_text(memory.limit)}, of which ${bytes_text(memory.budget)} between two collections`;
    lines.push(`memory        ${of}${forced('CRESSET_MEMORY_BUDGET', memory.forced)}`);
  }
  for (const kernel of found.kernels) {
    const verdict = kernel.correct ? 'right' : 'WRONG';
    lines.push(`${kernel.name.padEnd(13)} ${verdict}, ${kernel.speed.toPrecision(3)} ${kernel.unit}`);
  }
  for (const { name, version } of found.peers) lines.push(`${name.padEnd(13)} ${version ?? 'not found (optional)'}`);
  return lines.join('\n');
}

export const doctor: Command = { help, run };
