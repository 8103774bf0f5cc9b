// npm run test:prebuilds: runs every addon of prebuilds/ that this machine can run, under an emulator if need be: arm64 by
// qemu-aarch64 (Debian: qemu-user libc6-arm64-cross libstdc++6-arm64-cross), a processor without AVX by qemu-x86_64, Windows by
// wine, musl by the Nodes that CRESSET_MUSL_NODE and CRESSET_MUSL_ARM64_NODE name (commands). Names of platforms as arguments
// choose among them. On each, with every instruction set it has:
//
//   check      the installed package: LeakyReLU, products, gradients, training; the same bits everywhere
//   bits       every operation's values and gradients on all its samples have the bits they have on this machine, but for
//              those that are the C library's
//   suites     the tests of LeakyReLU, of matrix products and of autograd: stored values of PyTorch, central differences,
//              1, 2 and 7 threads
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { breaches } from '../check_addons.mjs';
import { fetch_tools, Report, root, workspace } from './tools.mjs';

const { platform_name } = createRequire(import.meta.url)('../../dist/chunks/platform.js');
const here = platform_name();
const chosen = process.argv.slice(2);
const report = new Report();
const digests = new Map();
let bits_here;

const works = (command, args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
const wine = ['wine64', 'wine', '/usr/lib/wine/wine64'].find((command) => works(command, ['--version']));
const arm64_libraries = '/usr/aarch64-linux-gnu';
const qemu_arm64 = works('qemu-aarch64', ['--version']);

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
      (qemu_arm64 && existsSync(`${arm64_libraries}/lib`)) ||
      'qemu-aarch64 or the libraries of arm64 are not installed',
    command: () => ['qemu-aarch64', '-L', arm64_libraries, foreign_node('linux-arm64', 'bin/node')],
    sets: ['', 'scalar'],
    isa: 'neon',
  },
  {
    addon: 'linux-x64-musl',
    ...of_musl('CRESSET_MUSL_NODE'),
    sets: ['', 'avx2', 'scalar'],
  },
  {
    addon: 'linux-arm64-musl',
    name: 'linux-arm64-musl (qemu)',
    ...of_musl('CRESSET_MUSL_ARM64_NODE'),
    sets: ['', 'scalar'],
    isa: 'neon',
  },
  {
    addon: 'win32-x64',
    name: 'win32-x64 (wine)',
    needs: wine !== undefined || 'wine is not installed',
    command: () => [wine, foreign_node('win-x64', 'bin/node.exe')],
    sets: ['', 'avx2', 'scalar'],
  },
];

// simd/math.h leaves them to the C library, whose last digit is its own.
const of_library = ['exp2', 'pow', 'asin', 'acos', 'atan', 'atan2', 'sinh', 'cosh', 'asinh', 'acosh', 'atanh', 'erfc'];

const emulated = ({ name }) => name !== undefined;
const wanted = ({ addon }) => chosen.length === 0 || chosen.includes(addon);
for (const machine of machines) {
  // This machine comes first, for the others are compared with it.
  if (machine === machines[0] || (wanted(machine) && (machine.addon !== here || emulated(machine)))) prove(machine);
}
const out_of_bounds = breaches(join(root, 'prebuilds'));
if (out_of_bounds.length > 0) report.fail('sizes, glibc, sums', out_of_bounds.join('\n'));
else report.pass('sizes, glibc, sums');
if (new Set(digests.values()).size > 1) report.fail('the same bits everywhere', JSON.stringify([...digests], null, 2));
else report.pass('the same bits everywhere');
report.end();

function prove({ addon, name = addon, needs = true, command, sets, isa }) {
  const file = join(root, 'prebuilds', addon, 'cresset.node');
  if (needs !== true) return report.skip(name, needs);
  if (!existsSync(file)) return report.skip(name, 'not built; npm run prebuilds');
  const words = command();
  for (const set of sets) {
    const title = `${name}${set && ` ${set}`}`;
    const start = (script, args = []) => run(words, file, set, script, args);
    if (check(title, start, set || isa)) {
      same_bits(title, start);
      suites(title, start, words[0] !== wine);
    }
  }
}

/** Whether the machine has this instruction set and the package works with it. */
function check(name, start, expected) {
  const { status, text, last } = start('scripts/package_test/check.cjs');
  if (/not supported by this machine/.test(text)) {
    report.skip(name, 'not supported by this machine');
    return false;
  }
  if (status !== 0) report.fail(name, text);
  else if (expected && last.isa !== expected) report.fail(name, `runs on ${last.isa}, expected ${expected}`);
  else {
    digests.set(name, last.digest);
    report.pass(`${name}: ${last.isa}, ${last.digest}`);
    return true;
  }
  return false;
}

function same_bits(name, start) {
  const { status, text, last } = start('test/children/op_bits.ts');
  if (status !== 0) return report.fail(`${name}: bits`, text);
  bits_here ??= last.digests;
  const names = Object.keys(bits_here).filter((op) => !of_library.includes(op));
  const differing = names.filter((op) => last.digests[op] !== bits_here[op]);
  if (differing.length > 0) report.fail(`${name}: bits`, `other bits of ${differing.join(', ')}`);
  else report.pass(`${name}: ${names.length} operations have the bits of this machine`);
}

function suites(name, start, has_children) {
  const alone = has_children ? [] : ['--only', '^(?!the instruction set can|the same under collection)'];
  const of_products = '^(matmul|mm|bmm|mv|dot|linear|addmm|baddbmm|einsum|tensordot|bilinear|leaky_relu) ';
  for (const [title, args] of [
    ['LeakyReLU and autograd', [...alone, 'test/leaky_relu.test.ts', 'test/autograd.test.ts']],
    ['matrix products', ['--only', of_products, 'test/ops.test.ts']],
  ]) {
    const { status, text, last } = start('test/children/suite.ts', args);
    if (status === 0) report.pass(`${name}: ${title}, ${last.passed} tests`);
    else report.fail(`${name}: ${title}`, text);
  }
}

/** The script's status, what it printed, and its last line as JSON. */
function run([program, ...args], file, set, script, script_args) {
  const windows = /wine/.test(program);
  const path = (place) => (windows ? `Z:${place}` : place);
  const env = {
    ...process.env,
    CRESSET_BINARY: path(file),
    CRESSET_ISA: set,
    WINEDEBUG: '-all',
    NODE_SKIP_PLATFORM_CHECK: '1',
    // What starts Node for a child of a test. Of wine's no child is heard: no pipe can be written to.
    ...(windows ? { CRESSET_NO_CHILDREN: '1' } : { CRESSET_NODE: [program, ...args].join(' ') }),
  };
  // Into a file: wine gives Node pipes that it cannot write to.
  const written = ['output.txt', 'errors.txt'].map((name) => join(workspace, name));
  const outputs = written.map((name) => openSync(name, 'w'));
  const words = [...args, '-r', path(join(root, 'test/support/register.js')), path(join(root, script)), ...script_args];
  const { status } = spawnSync(program, words, {
    env,
    cwd: root,
    stdio: ['ignore', ...outputs],
    timeout: 1_800_000,
  });
  outputs.forEach(closeSync);
  const [said, errors] = written.map((name) => readFileSync(name, 'utf8'));
  const text = `${said.slice(-4000)}\n${errors.slice(-4000)}`;
  const line = said.split('\n').findLast((each) => each.startsWith('{'));
  if (status !== 0 || line === undefined) return { status: status || 1, text };
  return { status, text, last: JSON.parse(line) };
}

function of_musl(variable) {
  const words = process.env[variable]?.split(' ');
  return {
    needs: (words && works(words[0], [...words.slice(1), '--version'])) || `${variable} names no Node for musl`,
    command: () => words,
  };
}

function foreign_node(platform, file) {
  return join(fetch_tools(`node-${platform}`, [`node-${platform}@22`]), `node-${platform}`, file);
}
