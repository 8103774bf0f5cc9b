import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as torch from '../lib';
import { plot_health } from '../lib/viz';

const { nn } = torch;
const folder = mkdtempSync(join(tmpdir(), 'cresset-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Of five units the first is dead, the others are active for 1/4 … 4/4 of the data. */
function stats(): torch.nn.utils.ActivationStats {
  const model = new nn.Sequential(new nn.ReLU());
  const rows = [1, 2, 3, 4].map((row) => [0, 1, 2, 3, 4].map((unit) => (unit >= row ? 1 : -1)));
  return nn.utils.activation_stats(model, [torch.tensor(rows)]);
}

function cells(svg: string): [color: string, opacity: number][] {
  return [...svg.matchAll(/fill="(#\w+)" fill-opacity="([\d.]+)"/g)].map(([, color, opacity]) => [color, +opacity]);
}

test('a strip of units for each activation', () => {
  const path = join(folder, 'deep/stats.svg');
  plot_health(stats(), path);
  const svg = readFileSync(path, 'utf8');
  expect(svg).toMatch(/^<svg [^>]*role="img" aria-label="Activations over 1 batch"/);
  expect(cells(svg)).toEqual([
    ['#d1571b', 1],
    ['#0b6bcb', 0.25],
    ['#0b6bcb', 0.5],
    ['#0b6bcb', 0.75],
    ['#0b6bcb', 1],
  ]);
  expect(svg).toContain('>1 of 5 dead</text>');
  expect(svg).toContain('>0 ReLU</text>');
  expect(svg).toContain('prefers-color-scheme:dark');
});

test('more units than pixels are drawn together, and dead ones stay seen', () => {
  const model = new nn.Sequential(new nn.ReLU());
  const x = torch.ones([1, 5000]);
  torch.no_grad(() => x.narrow(1, 2500, 1).fill_(-1));
  const path = join(folder, 'many.svg');
  plot_health(nn.utils.activation_stats(model, [x]), path, { theme: 'dark', title: 'a < b' });
  const svg = readFileSync(path, 'utf8');
  expect(cells(svg)).toHaveLength(420);
  expect(cells(svg).filter(([color]) => color === '#f59452')).toHaveLength(1);
  expect(svg).toContain('<title>a &#60; b</title>');
});

test('a cell for each step of a monitor', () => {
  const model = new nn.Sequential(new nn.ReLU());
  const wrapped = new nn.Sequential(model);
  const monitor = new nn.utils.ActivationMonitor(wrapped, { every: 1 });
  for (const values of [
    [1, 1],
    [1, -1],
    [-1, -1],
  ])
    wrapped.forward(torch.tensor([values]));
  const path = join(folder, 'monitor.svg');
  plot_health(monitor, path);
  const svg = readFileSync(path, 'utf8');
  expect(svg).toContain('Dead units from step 0 to 2');
  expect(cells(svg).map(([, level]) => level)).toEqual([0, 0.5, 1]);
});

test('png and json', async () => {
  await plot_health(stats(), join(folder, 'stats.png'));
  expect(readFileSync(join(folder, 'stats.png')).subarray(1, 4).toString()).toBe('PNG');
  plot_health(stats(), join(folder, 'stats.json'));
  const found = JSON.parse(readFileSync(join(folder, 'stats.json'), 'utf8'));
  expect(found).toMatchObject({ batches: 1, layers: [{ units: 5, dead: [0] }] });
});

test('judges what it gets and leaves nothing behind', async () => {
  const before = readdirSync(folder);
  await expect(plot_health(3 as never, join(folder, 'a.svg'))).rejects.toThrow(
    'plot_health: expected health to be ActivationStats or an ActivationMonitor, got 3',
  );
  await expect(plot_health(stats(), join(folder, 'a.gif'))).rejects.toThrow('ends in .svg, .png or .json');
  await expect(plot_health(stats(), folder)).rejects.toThrow('ends in');
  await expect(plot_health(stats(), join(folder, 'a.svg'), { theme: 'blue' as never })).rejects.toThrow(
    '"light", "dark"',
  );
  await expect(plot_health(stats(), join(folder, 'many.svg/x.svg'))).rejects.toThrow('plot_health: cannot write');
  expect(readdirSync(folder).filter((name) => !before.includes(name))).toEqual([]);
});
