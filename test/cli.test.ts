import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { plot } from '../lib/cli/plot';

/** The command `cresset` as it is installed. */

const root = resolve(__dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'cresset-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function cresset(line: string, command = join(root, 'dist/cli.js')) {
  const { status, stdout, stderr } = spawnSync(command, line.split(' '), { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

async function in_folder(body: () => unknown): Promise<unknown> {
  const before = process.cwd();
  process.chdir(folder);
  try {
    return await body();
  } finally {
    process.chdir(before);
  }
}

const json = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));

test('is a program with commands, which tell what they take', () => {
  expect(cresset('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('cresset plot') });
  expect(cresset('plot --help')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^cresset plot ACTIVATION/),
  });
  expect(cresset('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(cresset('plto')).toEqual({
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(/^cresset: Misspelled command "plto": did you mean "plot"\? .*\n$/),
  });
});

test('plot: --range with a space and with =, 1,000 points, keys x, y and yp', () => {
  for (const range of ['--range -5,5', '--range=-5,5']) {
    expect(cresset(`plot leaky_relu --slope 0.2 ${range} --out a/leaky.json`)).toEqual({
      status: 0,
      stdout: 'a/leaky.json: LeakyReLU(0.2)\n',
      stderr: '',
    });
    const { x, y, yp } = json('a/leaky.json');
    expect([x.length, x[0], x[999]]).toEqual([1000, -5, 5]);
    expect([y[0], y[999], yp[0], yp[999]]).toEqual([-1, 5, Math.fround(0.2), 1]);
  }
});

test('plot: several activations and slopes in one picture', () => {
  expect(cresset('plot LeakyReLU elu relu --slope 0.1,-0.5 --slope -1 --alpha 2 --out many.json').status).toBe(0);
  expect(Object.keys(json('many.json').y)).toEqual([
    'LeakyReLU(0.1)',
    'LeakyReLU(-0.5)',
    'LeakyReLU(-1)',
    'ELU(2)',
    'ReLU',
  ]);
  expect(cresset('plot rrelu --lower 0.5 --upper 0.7').stdout).toBe('rrelu.svg: RReLU(0.5, 0.7)\n');
  expect(cresset('plot gelu --derivative --out gelu.png').status).toBe(0);
  expect(readdirSync(folder).sort()).toEqual(['a', 'gelu.png', 'many.json', 'rrelu.svg']);
});

test.each([
  ['plot', 'cresset plot: expected the name of an activation, such as leaky_relu'],
  ['plot leeky_relu', 'cresset plot: unknown activation "leeky_relu"; did you mean "leaky_relu"?'],
  ['plot reluu', 'cresset plot: unknown activation "reluu"; did you mean "relu"?'],
  ['plot leaky_relu --slope abc', 'cresset plot: expected --slope to be a number, got "abc"'],
  ['plot leaky_relu --slope 0.1,', 'cresset plot: expected --slope to be a number, got ""'],
  ['plot leaky_relu --slope', 'cresset plot: expected a value after --slope'],
  ['plot leaky_relu --slop 1', 'cresset plot: Misspelled option "--slop": did you mean "--slope"?'],
  ['plot relu --slope 0.1', 'cresset plot: --slope sets nothing of relu (takes no settings)'],
  ['plot relu --range 1', 'cresset plot: expected --range to be two numbers, as in -5,5, got "1"'],
  ['plot relu --range a,b', 'cresset plot: expected --range to be a number, got "a"'],
  ['plot relu --range 2,-2', 'cresset plot: expected range to go from a lower to a higher number, got [2, -2]'],
  ['plot relu --points many', 'cresset plot: expected --points to be a number, got "many"'],
  ['plot relu --derivative=yes', 'cresset plot: --derivative takes no value, got "yes"'],
  [
    'plot relu --out relu.gif',
    'cresset plot: expected a file name that ends in .svg, .html, .png or .json, got "relu.gif"',
  ],
  ['plot relu --out /dev/null/a.svg', 'cresset plot: cannot write /dev/null/a.svg: a part of its path is not a folder'],
  ['plot rrelu --lower 1 --upper 0', 'RReLU: expected lower <= upper, got lower 1 and upper 0'],
])('%s: one line, nothing written', async (line, message) => {
  const before = readdirSync(folder);
  const error = await in_folder(() => plot.run(line.split(' ').slice(1))).then(
    () => '',
    (error: Error) => error.message,
  );
  expect(error.slice(0, message.length)).toBe(message);
  expect(error).not.toContain('\n');
  expect(readdirSync(folder)).toEqual(before);
});

test('an error is a line on stderr and exit code 2', () => {
  expect(cresset('plot relu --out relu.gif')).toEqual({
    status: 2,
    stdout: '',
    stderr: 'cresset plot: expected a file name that ends in .svg, .html, .png or .json, got "relu.gif"\n',
  });
});

test('without the packages that draw it says which to install; the values need none', () => {
  const alone = mkdtempSync(join(tmpdir(), 'cresset-alone-'));
  try {
    cpSync(join(root, 'dist'), join(alone, 'dist'), {
      recursive: true,
      filter: (file) => !/\.(map|ts|mts)$/.test(file),
    });
    mkdirSync(join(alone, 'build/Release'), { recursive: true });
    symlinkSync(join(root, 'build/Release/cresset.node'), join(alone, 'build/Release/cresset.node'));
    writeFileSync(join(alone, 'package.json'), '{}');
    const command = join(alone, 'dist/cli.js');
    expect(cresset('plot relu --out bare.svg', command)).toEqual({
      status: 2,
      stdout: '',
      stderr: 'cresset plot: an SVG needs the package echarts: npm install echarts@6\n',
    });
    mkdirSync(join(alone, 'node_modules'));
    for (const name of ['echarts', 'zrender', 'tslib'])
      symlinkSync(join(root, 'node_modules', name), join(alone, 'node_modules', name));
    expect(cresset('plot relu --out bare.png', command).stderr).toBe(
      'cresset plot: a PNG needs the package sharp: npm install sharp@0.35\n',
    );
    expect(readdirSync(folder).filter((name) => name.startsWith('bare'))).toEqual([]);
    expect(cresset('plot relu --out bare.json', command).status).toBe(0);
    expect(cresset('plot relu --out bare.svg', command).status).toBe(0);
  } finally {
    rmSync(alone, { recursive: true, force: true });
  }
});
