import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { platform_name } from '../lib/native/machine';

const root = resolve(__dirname, '..');
const workspace = mkdtempSync(join(tmpdir(), 'cresset-package-'));
const consumer = join(workspace, 'consumer');
const installed = join(consumer, 'node_modules/cresset');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
let packed: string[];
let sizes: { whole: number; addons: { path: string; size: number }[] };

/** As `npm pack`, but without a word of the build on stdout. */
function pack(): { filename: string; size: number; files: { path: string; size: number }[] } {
  run(root, process.execPath, 'scripts/prepack.mjs');
  try {
    const said = run(root, 'npm', 'pack', '--ignore-scripts', '--json', '--pack-destination', workspace);
    return JSON.parse(said)[0];
  } finally {
    run(root, process.execPath, 'scripts/postpack.mjs');
  }
}

beforeAll(() => {
  const tarball = pack();
  packed = tarball.files.map(({ path }) => path);
  sizes = {
    whole: tarball.size,
    addons: tarball.files.filter(({ path }) => path.endsWith('.node')),
  };
  mkdirSync(consumer);
  writeFileSync(join(consumer, 'package.json'), '{ "private": true }');
  run(
    consumer,
    'npm',
    'install',
    '--ignore-scripts',
    '--offline',
    '--no-audit',
    '--no-fund',
    join(workspace, tarball.filename),
  );
});

afterAll(() => rmSync(workspace, { recursive: true, force: true }));

function run(cwd: string, command: string, ...args: string[]): string {
  return output(command, args, { cwd });
}

function evaluate(code: string, env: NodeJS.ProcessEnv = {}): string {
  return output(process.execPath, ['-e', code], { cwd: consumer, env: { ...process.env, ...env } }).trim();
}

function output(command: string, args: string[], options: { cwd: string; env?: NodeJS.ProcessEnv }): string {
  const { status, stdout, stderr } = spawnSync(command, args, { ...options, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

describe('the tarball', () => {
  test('holds the outputs and nothing that would start a build', () => {
    expect(packed).toEqual(expect.arrayContaining(['LICENSE', 'package.json', 'dist/index.js', 'dist/index.mjs']));
    expect(packed).toContain(`prebuilds/${platform_name()}/cresset.node`);
    const expected =
      /^(dist\/|native\/|prebuilds\/|(CHANGELOG|README|SECURITY|THIRD_PARTY)\.md$|LICENSE$|package\.json$)/;
    expect(packed.filter((file) => !expected.test(file))).toEqual([]);
    expect(packed.filter((file) => /tsbuildinfo|(?<!\.d)\.m?ts$/.test(file))).toEqual([]);
  });

  test('stays small', () => {
    expect(sizes.whole).toBeLessThanOrEqual(10e6);
    // What is published comes from `npm run prebuilds` and is optimized for size too; the addon of this machine's compiler only for
    // speed, and `npm publish` refuses it.
    for (const { path, size } of sizes.addons)
      expect(size).toBeLessThanOrEqual(packed.includes(path.replace('cresset.node', 'SOURCES')) ? 2e6 : 3.5e6);
  });

  test('names the sums of its addons', () => {
    const sums = readFileSync(join(installed, 'prebuilds/SHA256SUMS'), 'utf8').trim().split('\n');
    expect(sums).toHaveLength(sizes.addons.length);
    for (const line of sums) {
      const [sum, file] = line.split('  ');
      const bytes = readFileSync(join(installed, 'prebuilds', file));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sum);
    }
  });

  test('carries what a build from source needs, but no binding.gyp where npm would run it', () => {
    const needed = ['binding.gyp', 'CMakeLists.txt', 'scripts/common.gypi', 'include/napi.h', 'include/node_api.h'];
    expect(packed).toEqual(expect.arrayContaining(needed.map((file) => `dist/source/${file}`)));
    expect(packed).toContain('native/sources.txt');
    expect(packed).not.toContain('binding.gyp');
  });

  test('holds no output of a deleted source', () => {
    const sources = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' });
    const modules = packed
      .filter((file) => file.endsWith('.d.ts'))
      .map((file) => file.replace(/^dist\/types\/(.*)\.d\.ts$/, '$1.ts'));
    expect(modules).toContain('index.ts');
    expect(modules.filter((module) => !sources.includes(module))).toEqual([]);
  });

  test('needs no other package and no install script', () => {
    expect(readdirSync(join(consumer, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['cresset']);
    expect(manifest.dependencies).toBeUndefined();
    const installed = JSON.parse(readFileSync(join(consumer, 'node_modules/cresset/package.json'), 'utf8'));
    expect(Object.keys(installed.scripts)).not.toEqual(
      // npm 12 warns of `prepare` too, though it would not run it.
      expect.arrayContaining([expect.stringMatching(/^((pre|post)?install|prepare)$/)]),
    );
    expect(manifest.gypfile).toBe(false);
  });

  test('gives every target of its exports', () => {
    const targets = (value: unknown): string[] =>
      typeof value === 'string' ? [value.replace('./', '')] : Object.values(value as object).flatMap(targets);
    expect(packed).toEqual(expect.arrayContaining(targets(manifest.exports)));
  });
});

describe('the budgets of the addons', () => {
  const folder = join(workspace, 'addons');
  const check = () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts/check_addons.mjs'), folder], {
      encoding: 'utf8',
    });
    return status === 0 ? stdout.trim() : stderr.trim();
  };
  function put(name: string, contents: string, sum?: string): void {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, 'cresset.node'), contents);
    const found = createHash('sha256').update(contents).digest('hex');
    writeFileSync(join(folder, 'SHA256SUMS'), `${sum ?? found}  ${name}/cresset.node\n`);
  }
  const old = '\0GLIBC_2.2.5\0GLIBC_2.14\0';

  test.each([
    ['linux-x64', old, '1 addons within their budgets'],
    ['linux-x64-musl', 'no versions', '1 addons within their budgets'],
    ['win32-x64', '.'.repeat(2_000_000), '1 addons within their budgets'],
    ['win32-x64', '.'.repeat(2_000_001), 'win32-x64: 2000001 bytes, 2000000 at most'],
    ['linux-arm64', `${old}GLIBC_2.34\0`, 'linux-arm64: asks for glibc 2.34, 2.17 is the floor'],
    ['linux-x64', 'no versions', 'linux-x64: asks for glibc undefined, 2.17 is the floor'],
    ['linux-x64-musl', old, 'linux-x64-musl: asks for glibc 2.14'],
  ])('%s, case %#, is judged', (name, contents, verdict) => {
    put(name, contents);
    expect(check()).toBe(verdict);
  });

  test('a file that is not the one summed is found', () => {
    put('win32-x64', 'addon', '0'.repeat(64));
    expect(check()).toMatch(/^win32-x64: SHA256SUMS says 0{64}, the file is [0-9a-f]{64}$/);
  });
});

describe('the installed package', () => {
  const entries = Object.keys(manifest.exports)
    .filter((path) => path !== './package.json')
    .map((path) => path.replace('.', 'cresset'));

  test.each(entries)('%s gives import and require the same objects', (entry) => {
    const code = `import('${entry}').then((esm) => {
      const cjs = require('${entry}');
      const names = Object.keys(cjs);
      const same = names.every((name) => Object.is(esm[name], cjs[name])) && esm.default === cjs;
      console.log(names.length > 0 && same && Object.keys(esm).length === names.length + 1);
    })`;
    expect(evaluate(code)).toBe('true');
  });

  test('calls every class what it is exported as, so that modules print their names', () => {
    const code = `const { nn, optim, utils, Tensor } = require('cresset');
      const rooms = [{ Tensor }, nn, optim, utils.data];
      const classes = rooms.flatMap((room) => Object.entries(room)).filter(([key]) => /^[A-Z]/.test(key));
      console.log(classes.length > 50, classes.filter(([key, value]) => value.name !== key).map(([key]) => key).join());`;
    expect(evaluate(code)).toBe('true');
  });

  test('gives the command cresset', () => {
    const command = join(consumer, 'node_modules/.bin/cresset');
    expect(run(consumer, command, 'plot', 'relu', '--out', 'relu.json')).toBe('relu.json: ReLU\n');
    expect(JSON.parse(readFileSync(join(consumer, 'relu.json'), 'utf8')).x).toHaveLength(1000);
  });

  test('loads in several workers at once', () => {
    const code = `const { Worker } = require('node:worker_threads');
      for (let i = 0; i < 4; i++) new Worker("console.log(typeof require('cresset'))", { eval: true });`;
    expect(evaluate(code).split('\n')).toEqual(Array(4).fill('object'));
  });

  test.each(['cts', 'mts'])('has types for a %s file', (extension) => {
    const file = join(consumer, `use.${extension}`);
    const imports = entries.map((entry, i) => `import * as entry${i} from '${entry}';`);
    const uses = entries.map((_, i) => `export const use${i}: object = entry${i};`);
    writeFileSync(file, [...imports, ...uses].join('\n'));
    const flags = [
      '--noEmit',
      '--strict',
      '--module',
      'node16',
      '--target',
      'es2023',
      '--lib',
      'es2023,esnext.disposable',
    ];
    run(consumer, process.execPath, join(root, 'node_modules/typescript/bin/tsc'), ...flags, file);
  });

  test.each([true, false])(
    'cresset/jest registers its matchers in Jest, with injected globals: %p',
    (injectGlobals) => {
      const suite = join(consumer, `suite_${injectGlobals}`);
      mkdirSync(suite);
      const code = `const torch = require('cresset');
      require('cresset/jest');
      const { expect, test } = require('@jest/globals');
      test('leaky_relu', () => {
        const x = torch.tensor([-1, 2], { dtype: torch.float64, requires_grad: true });
        expect(x.leaky_relu(0.5)).toBeCloseToTensor([-0.5, 2]);
        expect((x) => x.leaky_relu(0.5)).toPassGradcheck([x]);
        expect(() => expect(x).toHaveShape([3])).toThrow('toHaveShape: shape [2], expected [3]');
      });`;
      writeFileSync(join(suite, 'leaky_relu.test.js'), code);
      const config = JSON.stringify({ rootDir: suite, injectGlobals });
      run(suite, process.execPath, join(root, 'node_modules/jest/bin/jest.js'), '--config', config);
    },
  );

  const find = process.platform === 'linux' && spawnSync('nm', ['--version']).status === 0 ? test : test.skip;
  find('exports nothing but the two symbols of Node-API', () => {
    const [addon] = packed.filter((file) => file.endsWith('.node'));
    const symbols = run(installed, 'nm', '-D', '--defined-only', addon).trim().split('\n');
    expect(symbols.map((line) => line.split(' ').pop()).sort()).toEqual([
      'napi_register_module_v1',
      'node_api_module_get_api_version_v1',
    ]);
  });
});

describe('without a usable addon', () => {
  const failure = (env: NodeJS.ProcessEnv) =>
    evaluate("try { require('cresset') } catch (error) { console.log(error.message) }", env);

  test('CRESSET_BINARY names a missing file', () => {
    const message = failure({ CRESSET_BINARY: '/nowhere/cresset.node' });
    expect(message).toMatch(
      /^cresset: no native addon for \S+, Node [\d.]+; looked for \S*nowhere\S*cresset\.node\. Unset CRESSET_BINARY/,
    );
  });

  test('CRESSET_BINARY names a broken file', () => {
    const file = join(workspace, 'broken.node');
    writeFileSync(file, 'not an addon');
    const message = failure({ CRESSET_BINARY: file });
    expect(message).toContain(`cresset: ${file} does not load on`);
    expect(message).toContain(`addon         ${file}: named by CRESSET_BINARY; chosen`);
  });

  test('a platform without a prebuilt addon is told how to build one', () => {
    const prebuilds = join(installed, 'prebuilds');
    const aside = join(workspace, 'prebuilds');
    cpSync(prebuilds, aside, { recursive: true });
    rmSync(prebuilds, { recursive: true });
    try {
      expect(failure({})).toMatch(
        /^cresset: no native addon for .* looked for .*prebuilds.*\. Build it from the sources in the package with `npx cresset build`/,
      );
    } finally {
      cpSync(aside, prebuilds, { recursive: true });
    }
  });
});

test('the lock file names no registry', () => {
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved": "http/);
});
