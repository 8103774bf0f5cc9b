import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as torch from 'cresset';
import 'cresset/jest';
import * as viz from 'cresset/viz';
import { chromium, rendered } from '../support/chromium';

/** The document that computes the leaky rectifier as `maximum(alpha * x, x)`. */

function leaky_relu(x: torch.Tensor, alpha = 0.1): torch.Tensor {
  return torch.maximum(x.mul(alpha), x);
}

const x = torch.linspace(-5, 5, 100);

test('the plotted values', () => {
  const y = leaky_relu(x);
  expect(y).toHaveShape([100]);
  expect(y.narrow(0, 0, 1)).toBeCloseToTensor([-0.5]);
  expect(y.narrow(0, 49, 2)).toBeCloseToTensor([-0.5 / 99, 5 / 99]);
  expect(y.narrow(0, 99, 1)).toBeCloseToTensor([5]);
});

test.each([-0.5, 0, 0.01, 0.1, 0.5, 1])('it is the leaky rectifier for alpha %p', (alpha) => {
  expect(leaky_relu(x, alpha)).toEqualTensor(torch.nn.functional.leaky_relu(x, alpha));
});

test('it is another function for alpha above 1: x itself below 0, alpha * x above', () => {
  expect(leaky_relu(x, 1.5)).not.toBeCloseToTensor(torch.nn.functional.leaky_relu(x, 1.5));
  expect(leaky_relu(x, 1.5)).toEqualTensor(torch.where(x.gt(0), x.mul(1.5), x));
});

test('its gradient is alpha below 0 and 1 above; at 0 the tie is split in halves', () => {
  const t = torch.tensor([-3, 0, 4], { requires_grad: true });
  leaky_relu(t).backward();
  expect(t.grad).toBeCloseToTensor([0.1, 0.5 * 0.1 + 0.5, 1]);
});

test('negative inputs keep a gradient where relu gives none', () => {
  const t = torch.tensor([-3, -1], { requires_grad: true });
  expect(torch.autograd.grad(leaky_relu(t), [t])[0]).toBeCloseToTensor([0.1, 0.1]);
  expect(torch.autograd.grad(torch.relu(t), [t])[0]).toEqualTensor([0, 0]);
});

describe('the plot', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cresset-002-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const command = (...args: string[]) =>
    spawnSync(process.execPath, [resolve(__dirname, '../../dist/cli.js'), ...args], { cwd: folder, encoding: 'utf8' });
  const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);

  test('by one function: labels, title, grid, legend', () => {
    const path = join(folder, 'leaky.svg');
    viz.plot_activation({ 'Leaky ReLU': leaky_relu }, path, { points: 100, title: 'Leaky ReLU Function' });
    const svg = readFileSync(path, 'utf8');
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['x', 'Leaky ReLU(x)', 'Leaky ReLU Function', 'Leaky ReLU', '−5', '5']),
    );
    // A line of the grid for each number on the axes.
    const grid = svg.match(/<path [^>]*stroke="#e6e9ed"/g)!.length;
    expect(grid).toBe(texts(svg).filter((text) => /^−?[\d.]+$/.test(text)).length);
  });

  test('by one command', () => {
    const { status, stdout } = command('plot', 'leaky_relu', '--slope', '0.1', '--title', 'Leaky ReLU Function');
    expect([status, stdout]).toEqual([0, 'leaky_relu.svg: LeakyReLU(0.1)\n']);
    expect(texts(readFileSync(join(folder, 'leaky_relu.svg'), 'utf8'))).toEqual(
      expect.arrayContaining(['x', 'LeakyReLU(x)', 'Leaky ReLU Function', 'LeakyReLU(0.1)']),
    );
  });

  test('interactive, with the change of theme that the document leaves to be done', () => {
    expect(command('plot', 'leaky_relu', '--slope', '0.1', '--out', 'leaky.html').status).toBe(0);
    const html = readFileSync(join(folder, 'leaky.html'), 'utf8');
    for (const theme of ['auto', 'light', 'dark']) expect(html).toContain(`name="theme" value="${theme}"`);
  });

  const in_browser = chromium === null ? test.skip : test;
  in_browser('in a browser the arrow keys read the values off the curve, and the switch changes the colours', () => {
    const file = join(folder, 'used.html');
    viz.plot_activation(new torch.nn.LeakyReLU(0.1), file, { derivative: true });
    const script = `<script>{
      const chart = document.getElementById('chart');
      const paper = () => getComputedStyle(chart.querySelector('rect')).fill;
      const press = (key) => chart.dispatchEvent(new KeyboardEvent('keydown', { key }));
      const seen = ['light', 'dark'].map((theme) => (document.querySelector('[value=' + theme + ']').click(), paper()));
      for (const key of ['Home', 'End']) press(key), seen.push(document.getElementById('values').textContent);
      document.body.innerHTML = JSON.stringify(seen);
    }</script></html>`;
    writeFileSync(file, readFileSync(file, 'utf8').replace('</html>', script));
    expect(JSON.parse(/<body>([\s\S]*)<\/body>/.exec(rendered(file))![1])).toEqual([
      'rgb(255, 255, 255)',
      'rgb(20, 23, 28)',
      'x = −5f(x) = −0.5f′(x) = 0.1',
      'x = 5f(x) = 5f′(x) = 1',
    ]);
  });
});
