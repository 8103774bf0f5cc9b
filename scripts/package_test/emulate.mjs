// npm run test:prebuilds: runs every addon of prebuilds/ that this machine can run, under an emulator if need be: linux-arm64 by
// qemu-aarch64 (Debian: qemu-user libc6-arm64-cross libstdc++6-arm64-cross), a processor without AVX by qemu-x86_64, Windows by
// wine, musl by the Node that CRESSET_MUSL_NODE names (a command). All have to give the same bits.
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fetch_tools, Report, root, workspace } from './tools.mjs';

const { platform_name } = createRequire(import.meta.url)('../../dist/chunks/platform.js');
const here = platform_name();
const report = new Report();
const digests = new Map();
mkdirSync(workspace, { recursive: true });

const works = (command, args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
const wine = ['wine64', 'wine', '/usr/lib/wine/wine64'].find((command) => works(command, ['--version']));
const musl = process.env.CRESSET_MUSL_NODE?.split(' ');

/** The addon, what it is run with, the instruction sets to force (none for "") and the one that must be found. */
const machines = [
  {
    addon: here,
    command: () => [process.execPath],
    sets: here.includes('x64') ? ['', 'avx512', 'avx2', 'scalar'] : ['', 'scalar'],
  },
  {
    addon: 'linux-x64',
    name: 'linux-x64 without AVX (qemu)',
    needs: works('qemu-x86_64', ['--version']) || 'qemu-x86_64 is not installed',
    command: () => ['qemu-x86_64', '-cpu', 'Nehalem', process.execPath],
    sets: [''],
    isa: 'scalar',
  },
  {
    addon: 'linux-arm64',
    name: 'linux-arm64 (qemu)',
    needs:
      (works('qemu-aarch64', ['--version']) && existsSync('/usr/aarch64-linux-gnu/lib')) ||
      'qemu-aarch64 or the libraries of arm64 are not installed',
    command: () => ['qemu-aarch64', '-L', '/usr/aarch64-linux-gnu', foreign_node('linux-arm64', 'bin/node')],
    sets: ['', 'scalar'],
    isa: 'neon',
  },
  {
    addon: 'linux-x64-musl',
    needs: (musl && works(musl[0], [...musl.slice(1), '--version'])) || 'CRESSET_MUSL_NODE names no Node for musl',
    command: () => musl,
    sets: ['', 'avx2'],
  },
  {
    addon: 'win32-x64',
    name: 'win32-x64 (wine)',
    needs: wine !== undefined || 'wine is not installed',
    command: () => [wine, foreign_node('win-x64', 'bin/node.exe')],
    sets: ['', 'avx2', 'scalar'],
  },
];

for (const machine of machines.filter(({ addon }, i) => i === 0 || addon !== here || machines[i].name)) prove(machine);
if (new Set(digests.values()).size > 1) report.fail('the same bits everywhere', JSON.stringify([...digests], null, 2));
else report.pass('the same bits everywhere');
report.end();

function prove({ addon, name = addon, needs = true, command, sets, isa }) {
  const file = join(root, 'prebuilds', addon, 'cresset.node');
  if (needs !== true) return report.skip(name, needs);
  if (!existsSync(file)) return report.skip(name, 'not built; npm run prebuilds');
  const words = command();
  for (const set of sets) run(`${name}${set && ` ${set}`}`, words, file, set, set || isa);
}

function run(name, [program, ...args], file, set, expected) {
  const windows = /wine/.test(program);
  const path = (place) => (windows ? `Z:${place}` : place);
  const env = {
    ...process.env,
    CRESSET_BINARY: path(file),
    CRESSET_ISA: set,
    WINEDEBUG: '-all',
    NODE_SKIP_PLATFORM_CHECK: '1',
  };
  // Into a file: wine gives Node pipes that it cannot write to.
  const written = join(workspace, 'output.txt');
  const output = openSync(written, 'w');
  const script = path(join(root, 'scripts/package_test/check.cjs'));
  const result = spawnSync(program, [...args, script], {
    env,
    stdio: ['ignore', output, output],
    timeout: 600_000,
  });
  closeSync(output);
  const text = readFileSync(written, 'utf8');
  if (/not supported by this machine/.test(text)) return report.skip(name, 'not supported by this machine');
  const line = text.split('\n').find((each) => each.startsWith('{'));
  if (result.status !== 0 || line === undefined) return report.fail(name, text);
  const { isa, digest } = JSON.parse(line);
  if (expected && isa !== expected) return report.fail(name, `runs on ${isa}, expected ${expected}`);
  digests.set(name, digest);
  report.pass(`${name}: ${isa}, ${digest}`);
}

function foreign_node(platform, file) {
  return join(fetch_tools(`node-${platform}`, [`node-${platform}@22`]), `node-${platform}`, file);
}
