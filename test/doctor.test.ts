import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { build } from '../lib/cli/build';
import { check_compiler } from '../lib/cli/compiler';
import { platform_name } from '../lib/native/machine';

/** `cresset doctor` and what `cresset build` refuses; that it builds is proved by `npm run test:package`. */

const root = resolve(__dirname, '..');

function doctor(args: string[], env: NodeJS.ProcessEnv = {}) {
  const command = [join(root, 'dist/cli.js'), 'doctor', ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

test('doctor --json tells what was found, and that the kernels are right', () => {
  const { status, stdout, stderr } = doctor(['--json'], { CRESSET_ISA: 'scalar', CRESSET_NUM_THREADS: '2' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const found = JSON.parse(stdout);
  expect(found).toMatchObject({
    platform: platform_name(),
    node: process.versions.node,
    error: null,
    isa: { used: 'scalar', forced: 'scalar' },
    threads: { used: 2, forced: '2' },
    memory: { limit: expect.any(Number), budget: expect.any(Number) },
  });
  expect(found.addons.filter((addon: { chosen: boolean }) => addon.chosen)).toHaveLength(1);
  expect(found.kernels.map((kernel: { name: string }) => kernel.name)).toContain('leaky_relu');
  for (const kernel of found.kernels) expect(kernel).toMatchObject({ correct: true, speed: expect.any(Number) });
});

test('doctor is readable', () => {
  const { status, stdout } = doctor([]);
  expect(status).toBe(0);
  for (const line of [
    /^platform {6}\S+/m,
    /^addon .*; chosen$/m,
    /^instructions /m,
    /^matmul +right, [\d.]+ GFLOP\/s$/m,
  ])
    expect(stdout).toMatch(line);
});

test('doctor tells why nothing loads, and the way out', () => {
  const broken = doctor([], { CRESSET_BINARY: '/nowhere/cresset.node' });
  expect(broken.status).toBe(1);
  expect(broken.stdout).toMatch(/cresset\.node: named by CRESSET_BINARY; not there/);
  expect(broken.stdout).toContain('Unset CRESSET_BINARY');
  const json = doctor(['--json'], { CRESSET_BINARY: '/nowhere/cresset.node' });
  expect(JSON.parse(json.stdout)).toMatchObject({ error: expect.stringContaining('no native addon'), isa: null });
});

describe('build', () => {
  const compiler = process.env.CXX;
  afterEach(() => {
    if (compiler === undefined) delete process.env.CXX;
    else process.env.CXX = compiler;
  });

  test('refuses a compiler that will not do', () => {
    process.env.CXX = process.execPath;
    expect(() => check_compiler('cresset build')).toThrow(/^cresset build: .*node.* will not do \(.*\); install /);
    process.env.CXX = '/nowhere/g++';
    expect(() => check_compiler('cresset build')).toThrow('cresset build: found no C++ compiler (tried /nowhere/g++)');
  });

  test('takes a tool it knows, and an installed package', () => {
    expect(() => build.run(['--with', 'make'])).toThrow('expected --with to be node-gyp or cmake-js, got "make"');
    expect(() => build.run(['--wiht', 'make'])).toThrow('Misspelled option');
  });
});
