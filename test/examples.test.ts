import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as torch from 'cresset';

/** The examples in a short form, as users run them: compiled, each in a process of its own. */

const root = join(__dirname, '..');

function run(name: string, ...options: (string | number)[]): { status: number | null; stdout: string; stderr: string } {
  const file = join(root, 'build/examples', `${name}.js`);
  if (!fs.existsSync(file)) throw new Error(`${file} is missing; run \`npm run build:ts\``);
  return spawnSync(process.execPath, [file, ...options.map(String)], { encoding: 'utf8' });
}

const figure = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1]);

test('mlp fits its function', () => {
  const { status, stdout, stderr } = run('mlp', '--epochs', 8, '--seed', 1);
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^MLPWithLeakyReLU\(\n {2}\(fc1\): Linear\(in_features=10, out_features=64, bias=True\)\n/);
  expect(stdout).toMatch(/\nepoch 8: train [\d.]+, test [\d.]+, \d+ samples\/s\n/);
  expect(figure(stdout, /explained variance on the test data: ([\d.]+)/)).toBeGreaterThan(0.95);
});

describe('mnist', () => {
  const out = fs.mkdtempSync(join(tmpdir(), 'cresset-'));
  afterAll(() => fs.rmSync(out, { recursive: true }));

  test('learns digits and writes its curve and weights; the same bits with any number of threads', () => {
    const weights = [1, 2].map((threads) => {
      const { status, stdout, stderr } = run(
        'mnist',
        '--epochs',
        1,
        '--samples',
        6400,
        '--threads',
        threads,
        '--out',
        out,
      );
      expect([status, stderr.includes('samples/s')]).toEqual([0, true]);
      expect(stdout).toMatch(/\nconfusion /);
      expect(figure(stdout, /test accuracy ([\d.]+) %/)).toBeGreaterThan(80);
      expect(fs.readFileSync(join(out, 'loss.svg'), 'utf8')).toMatch(/^<svg /);
      return torch.load(join(out, 'model.safetensors'));
    });
    expect(Object.keys(weights[0])).toEqual(['0.weight', '0.bias', '2.weight', '2.bias', '4.weight', '4.bias']);
    for (const [name, value] of Object.entries(weights[0])) expect(torch.equal(value, weights[1][name])).toBe(true);
  });

  test('a missing or broken data file is one line', () => {
    for (const data of [join(out, 'nowhere'), out]) {
      const { status, stderr } = run('mnist', '--data', data, '--out', out);
      expect(status).not.toBe(0);
      expect(stderr).toMatch(/^mnist: [^\n]+\n$/);
    }
  });
});

test.each([
  ['mlp', ['--epochs', 'many'], 'mlp: expected --epochs to be a number, got "many"'],
  ['mnist', ['--epoch', '3'], "mnist: Unknown option '--epoch'"],
])('%s with wrong options says so in one line', (name, options, message) => {
  const { status, stderr } = run(name, ...options);
  expect([status, stderr.startsWith(message), stderr.trim().split('\n').length]).toEqual([2, true, 1]);
});
