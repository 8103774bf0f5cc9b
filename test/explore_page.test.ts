import * as torch from 'cresset';
import { explore_page } from '../lib/explore';
import { entries } from '../lib/explore/catalog';
import { build } from '../lib/explore/curves';
import { contour } from '../lib/explore/page/contour';
import { History } from '../lib/explore/page/history';
import { domain, path, scale } from '../lib/explore/page/lines';
import { exact, stepped, ticks } from '../lib/explore/page/numbers';
import { open_source } from '../lib/explore/page/source';
import { POINTS, type Setup, steps_of, value_at } from '../lib/explore/protocol';

/** The arithmetic of the explorer's page, and the page in a file. */

test('every curve of the page in a file is what the kernels give', async () => {
  const html = explore_page();
  expect(html).toContain("connect-src 'none'");
  const [, json] = html.match(/<script type="application\/json" id="setup">(.*?)<\/script>/)!;
  const setup = JSON.parse(json) as Setup;
  expect(setup.entries.map(({ name }) => name)).toEqual(entries.map(({ name }) => name));
  const source = await open_source(setup);
  const [range] = source.ranges;
  for (const { name } of entries) {
    const { parameters } = setup.entries.find((entry) => entry.name === name)!;
    // The first, a middle and the last place of each slider, and where PyTorch's default has it.
    for (const share of [0, 0.37, 1, null]) {
      const values = parameters.map((p) => {
        const last = steps_of(p, p.step) - 1;
        return value_at(p, p.step, Math.round(share === null ? (p.start - p.low) / p.step : share * last));
      });
      const { x, curves } = await source.sample({ range, curves: [{ name, values }] });
      const input = torch.tensor(x, { requires_grad: true });
      const y = build({ name, values }).forward(input);
      y.sum().backward();
      expect(curves[0].y).toEqual(y.detach().copy_to(new Float32Array(x.length)));
      expect(curves[0].yp).toEqual(input.grad!.copy_to(new Float32Array(x.length)));
    }
  }
});

test('numbers are exact and short', () => {
  const values = [0.2, -0.3, 0.1, 1 / 3, Math.PI, 1e-7, 3e38, 16777216].map(Math.fround);
  for (const value of values) expect(Math.fround(Number(exact(value).replace('−', '-')))).toBe(value);
  expect([0.2, -0.3, -0, Number.NaN, -Infinity].map((value) => exact(Math.fround(value)))).toEqual([
    '0.2',
    '−0.3',
    '0',
    'NaN',
    '−Infinity',
  ]);
  expect([stepped(0.2, 0.01), stepped(-1, 0.25), stepped(20, 1), stepped(1 / 3, 1 / 48)]).toEqual([
    '0.20',
    '−1.00',
    '20',
    '0.333',
  ]);
  expect(ticks(-1, 2, 6)).toEqual([-1, -0.5, 0, 0.5, 1, 1.5, 2]);
  expect(ticks(0, 0.8, 4)).toEqual([0, 0.2, 0.4, 0.6, 0.8]);
});

test('lines break where a function jumps and nowhere else', () => {
  const to = scale({ left: 0, right: 100, top: 0, bottom: 100 }, [-5, 5], [-2, 5]);
  const pieces = (name: string, values: number[], key: 'y' | 'yp'): number => {
    const x = torch.linspace(-5, 5, POINTS, { requires_grad: true });
    const y = build({ name, values }).forward(x);
    const shown = key === 'y' ? y.detach() : torch.autograd.grad(y.sum(), [x])[0];
    return (
      path(x.detach().copy_to(new Float32Array(POINTS)), shown.copy_to(new Float32Array(POINTS)), to).split('M')
        .length - 1
    );
  };
  expect(pieces('leaky_relu', [0.2], 'y')).toBe(1);
  expect(pieces('leaky_relu', [0.2], 'yp')).toBe(2);
  expect(pieces('hardshrink', [0.5], 'y')).toBe(3);
  expect(pieces('hardtanh', [-1, 1], 'yp')).toBe(3);
  for (const name of ['gelu', 'mish', 'tanh', 'sigmoid', 'selu']) expect(pieces(name, [], 'y')).toBe(1);
  expect(
    path([0, 1, 2, 3], [0, 1, Number.NaN, 2], scale({ left: 0, right: 3, top: 0, bottom: 2 }, [0, 3], [0, 2])),
  ).toBe('M0.0 2.0L1.0 1.0M3.0 0.0');
  const spike = [1, 1, 9, 9, 9];
  expect(path([0, 1, 2, 3, 4], spike, to)).toMatch(/^M[^M]*M[^M]*$/);
  expect(path([0, 1, 2, 3, 4], spike, to, false)).toMatch(/^M[^M]*$/);
  expect(domain([[0.3, 1.7, Number.NaN, Infinity]], [-1, 1], 0.5)).toEqual([-1, 2]);
});

test('contours lie on the level', () => {
  const side = 41;
  const field = Array.from({ length: side * side }, (_, i) => Math.hypot((i % side) - 20, Math.floor(i / side) - 20));
  const segments = contour(field, side, 12.3);
  const length = segments.reduce((sum, [x0, y0, x1, y1]) => sum + Math.hypot(x1 - x0, y1 - y0), 0);
  expect(Math.abs(length / (2 * Math.PI * 12.3) - 1)).toBeLessThan(0.01);
  for (const [x, y] of segments) expect(Math.abs(Math.hypot(x - 20, y - 20) - 12.3)).toBeLessThan(0.05);
});

test('a long history keeps its mean in bounded space', () => {
  const history = new History(8);
  for (let i = 1; i <= 64; i++) history.add(i);
  expect(history.y.length).toBeLessThan(8);
  expect(history.y).toEqual(history.x);
});
