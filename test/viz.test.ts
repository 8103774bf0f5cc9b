import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as torch from 'cresset';
import 'cresset/jest';
import * as viz from 'cresset/viz';
import sharp from 'sharp';
import { catalog } from '../lib/viz/catalog';

const folder = mkdtempSync(join(tmpdir(), 'cresset-viz-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, name);
const text = (name: string): string => readFileSync(file(name), 'utf8');

describe('visualize_activation', () => {
  const x = torch.linspace(-2, 2, 1000);

  test('gives y and dy/dx of a module, and keeps them as JSON in folders it makes', () => {
    const save_path = file('made/for/it.json');
    const data = viz.visualize_activation(x, new torch.nn.LeakyReLU(0.25), { save_path });
    expect(Object.keys(data)).toEqual(['x', 'y', 'yp']);
    expect(data.x).toEqual(x.tolist());
    expect(data.y).toEqual(data.x.map((x) => (x > 0 ? x : 0.25 * x)));
    expect(data.yp).toEqual(data.x.map((x) => (x > 0 ? 1 : 0.25)));
    expect(JSON.parse(text('made/for/it.json'))).toEqual(data);
    expect(readdirSync(file('made/for'))).toEqual(['it.json']);
  });

  test('takes functions, in-place modules, constants, and works where gradients are off', () => {
    const few = torch.tensor([-1, 0, 2], { dtype: torch.float64 });
    expect(viz.visualize_activation(few, (x) => x.mul(x)).yp).toEqual([-2, 0, 4]);
    expect(viz.visualize_activation(few, new torch.nn.LeakyReLU(0.5, true)).y).toEqual([-0.5, 0, 2]);
    expect(few.tolist()).toEqual([-1, 0, 2]);
    expect(viz.visualize_activation(few, (x) => torch.ones_like(x)).yp).toEqual([0, 0, 0]);
    expect(torch.no_grad(() => viz.visualize_activation(few, torch.relu)).yp).toEqual([0, 0, 1]);
  });

  test('leaves x and the parameters without a gradient', () => {
    const prelu = new torch.nn.PReLU();
    const leaf = torch.tensor([-1, 1], { requires_grad: true });
    expect(viz.visualize_activation(leaf, prelu).yp).toEqual([0.25, 1]);
    expect([leaf.grad, prelu.weight.grad]).toEqual([null, null]);
  });

  test('the derivative of every activation of the catalog is the slope of its values', () => {
    const at = torch.linspace(-3.01, 3.02, 200, { dtype: torch.float64 });
    const h = 1e-6;
    for (const { name, settings, make } of catalog) {
      const module = make(...settings.map(({ value }) => value)).to(torch.float64);
      const { yp } = viz.visualize_activation(at, module);
      const slope = module
        .forward(at.add(h))
        .sub(module.forward(at.sub(h)))
        .div(2 * h);
      expect({
        name,
        far: torch.tensor(yp, { dtype: torch.float64 }).sub(slope.detach()).abs().max().item() < 1e-6,
      }).toEqual({
        name,
        far: true,
      });
    }
  });

  test('bad input', () => {
    const relu = new torch.nn.ReLU();
    const check = (x: unknown, module: unknown, options?: unknown) => () =>
      viz.visualize_activation(x as torch.Tensor, module as torch.nn.Module, options as object);
    expect(check([1, 2], relu)).toThrow(
      'visualize_activation: expected x to be a float Tensor of 1 dimension, got [1,2] (Array)',
    );
    expect(check(torch.ones([2, 2]), relu)).toThrow('got Tensor torch.float32 [2, 2]');
    expect(check(x, 'relu')).toThrow('expected the activation to be a Module or a function, got "relu" (string)');
    expect(check(x, () => 3)).toThrow('expected the result of the activation to be a Tensor, got 3');
    expect(check(x, (x: torch.Tensor) => x.sum())).toThrow(
      'expected one value for each x, got the shape [] for [1000]',
    );
    expect(check(x, relu, { save: 'a.json' })).toThrow('Misspelled option "save" (known: save_path)');
    writeFileSync(file('plain'), '');
    expect(check(x, relu, { save_path: file('plain/a.json') })).toThrow(
      `visualize_activation: cannot write ${file('plain/a.json')}: a part of its path is not a folder`,
    );
  });
});

describe('plot_activation', () => {
  const slopes = { 'slope 0.01': new torch.nn.LeakyReLU(0.01), 'slope 0.2': new torch.nn.LeakyReLU(0.2) };

  test('an SVG has title, axes, grid, legend and both themes, and is there at once', () => {
    viz.plot_activation(slopes, file('leaky.svg'), { derivative: true, title: 'Leaky <rectifiers>', range: [-2, 2] });
    const svg = text('leaky.svg');
    const texts = [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, each]) => each);
    expect(texts).toEqual(expect.arrayContaining(['x', 'f(x), f′(x)', 'slope 0.01', 'slope 0.2′', '−2', '−0.5', '2']));
    expect(svg).toMatch(/aria-label="Leaky &#60;rectifiers&#62;"/);
    expect(svg).toContain('prefers-color-scheme:dark');
    // Every colour in use has a rule for the dark theme, but what only clips.
    const drawn = svg.replace(/<style>.*<\/style>|<defs[\s\S]*<\/defs>/g, '');
    const colors = new Set([...drawn.matchAll(/(?:fill|stroke)="(#\w+)"/g)].map(([, color]) => color));
    expect(colors.size).toBeGreaterThan(5);
    for (const color of colors) expect(svg).toContain(`[data-theme=dark] [fill="${color}"]{fill:`);
  });

  test('a curve passes through its points', () => {
    viz.plot_activation('relu', file('relu.svg'), { range: [-1, 1], points: 3 });
    const [, path] = /<path d="([^"]*)"[^>]*stroke="#0b6bcb" stroke-width="2"/.exec(text('relu.svg'))!;
    const [a, b, c] = [...path.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
    expect(a[1]).toBe(b[1]);
    expect(c[1]).toBeLessThan(b[1]);
    expect(b[0] - a[0]).toBeCloseTo(c[0] - b[0], 0);
  });

  test('the same picture as PNG, light or dark', async () => {
    await viz.plot_activation(['relu', torch.nn.functional.elu], file('two.png'));
    await viz.plot_activation('relu', file('dark.png'), { theme: 'dark' });
    const corner = async (name: string) => [...(await sharp(file(name)).removeAlpha().raw().toBuffer()).subarray(0, 3)];
    expect(await sharp(file('two.png')).metadata()).toMatchObject({ format: 'png', width: 1520 });
    expect(await corner('two.png')).toEqual([0xff, 0xff, 0xff]);
    expect(await corner('dark.png')).toEqual([0x14, 0x17, 0x1c]);
  });

  test('JSON: x, y and yp, of several by name', () => {
    viz.plot_activation('leaky_relu', file('one.json'), { points: 5, range: [-2, 2] });
    expect(JSON.parse(text('one.json')).yp).toEqual([...Array(3).fill(Math.fround(0.01)), 1, 1]);
    viz.plot_activation(slopes, file('two.json'), { points: 3, range: [-1, 1] });
    expect(JSON.parse(text('two.json'))).toEqual({
      x: [-1, 0, 1],
      y: { 'slope 0.01': [Math.fround(-0.01), 0, 1], 'slope 0.2': [Math.fround(-0.2), 0, 1] },
      yp: { 'slope 0.01': expect.any(Array), 'slope 0.2': expect.any(Array) },
    });
  });

  test('an HTML page holds picture, values and theme switch, and loads nothing', () => {
    viz.plot_activation(['relu', 'relu'], file('page.html'), { points: 11, theme: 'dark' });
    const html = text('page.html');
    expect(html).toMatch(/<html lang="en" data-theme="dark">/);
    expect(html).not.toMatch(/(?:src|href)=|https?:(?!\/\/www\.w3\.org\/2000\/svg)/);
    const { lists, curves } = JSON.parse(/id="data">([^<]*)</.exec(html)![1]);
    expect([lists.length, lists[0].length, curves.map(({ name }: { name: string }) => name)]).toEqual([
      1,
      11,
      ['ReLU', 'ReLU (2)'],
    ]);
  });

  test('bad input writes nothing', async () => {
    const attempt = (given: unknown, name: string, options?: unknown) =>
      viz.plot_activation(given as 'relu', file(name), options as object);
    await expect(attempt('leeky_relu', 'x.svg')).rejects.toThrow(
      /^plot_activation: unknown activation "leeky_relu"; did you mean "leaky_relu"\? \(known: leaky_relu, prelu, /,
    );
    await expect(attempt('relu', 'x.bmp')).rejects.toThrow(
      'expected a file name that ends in .svg, .html, .png or .json, got',
    );
    await expect(attempt([], 'x.svg')).rejects.toThrow('expected at least one activation');
    await expect(attempt('relu', 'x.svg', { range: [1, 1] })).rejects.toThrow(
      'from a lower to a higher number, got [1, 1]',
    );
    await expect(attempt('relu', 'x.svg', { range: 5 })).rejects.toThrow('expected range to be two numbers, got 5');
    await expect(attempt('relu', 'x.svg', { points: 1.5 })).rejects.toThrow(
      'expected points to be an integer, got 1.5',
    );
    await expect(attempt('relu', 'x.svg', { theme: 'night' })).rejects.toThrow(
      'expected theme to be "light", "dark" or "auto"',
    );
    expect(readdirSync(folder).filter((name) => name.startsWith('x.') || name.endsWith('.tmp'))).toEqual([]);
  });

  const as_user = process.getuid?.() === 0 ? test.skip : test;
  as_user('a folder that may not be written to', async () => {
    const locked = mkdtempSync(join(folder, 'locked-'));
    chmodSync(locked, 0o500);
    await expect(viz.plot_activation('relu', join(locked, 'a.svg'))).rejects.toThrow('permission denied');
    expect(existsSync(join(locked, 'a.svg'))).toBe(false);
  });
});
