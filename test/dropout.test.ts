import * as torch from 'cresset';
import { addon } from '../lib/native/addon';
import { bits } from './support/op_samples';

/** What is random about dropout: how much is dropped, the same for any number of threads, and backward by the same bits. */

const { nn } = torch;
const F = nn.functional;
const dtypes = [torch.float32, torch.float64];
const list = (t: torch.Tensor): number[] => t.flatten().tolist() as number[];
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

beforeEach(() => torch.manual_seed(3));

describe.each(dtypes)('%s', (dtype) => {
  test.each([0.1, 0.5, 0.9])('drops a share of %d and scales the rest', (p) => {
    const x = torch.randn([100003], { dtype });
    const y = F.dropout(x, p);
    const scale = torch.tensor(1 / (1 - p), { dtype }).item() as number;
    const expected = list(x.mul(scale));
    const values = list(y);
    const kept = values.map((v) => v !== 0);
    expect(kept.every((keep, i) => !keep || values[i] === expected[i])).toBe(true);
    // Five standard deviations.
    expect(Math.abs(mean(kept.map(Number)) - (1 - p))).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / 100003));
  });

  test.each([1, 7, 63, 64, 65, 255, 256, 257, 1003])('backward drops what forward dropped, of %i elements', (n) => {
    const x = torch.rand([n], { dtype }).add(1).requires_grad_();
    const y = F.dropout(x, 0.4);
    y.sum().backward();
    expect(list(x.grad!).map((v) => v !== 0)).toEqual(list(y).map((v) => v !== 0));
    const scale = torch.tensor(1 / 0.6, { dtype }).item();
    expect(list(x.grad!).every((v) => v === 0 || v === scale)).toBe(true);
  });
});

test('the same elements for any number of threads and any layout', () => {
  const before = addon.num_threads();
  const x = torch.randn([300, 301]);
  const runs = [1, 2, 7].map((threads) => {
    addon.set_num_threads(threads);
    torch.manual_seed(5);
    return [F.dropout(x, 0.3), F.alpha_dropout(x, 0.3, true), F.dropout2d(x.view(30, 10, 301), 0.3)].map(bits);
  });
  addon.set_num_threads(before);
  expect(runs[1]).toEqual(runs[0]);
  expect(runs[2]).toEqual(runs[0]);
  torch.manual_seed(5);
  expect(bits(F.dropout(x.t().contiguous().t(), 0.3))).toBe(runs[0][0]);
});

test('draws from the generator given, and goes on from there', () => {
  const generator = new torch.Generator().manual_seed(9);
  const x = torch.ones([500]);
  const draw = () => list(F.dropout(x, { p: 0.5, generator }));
  const [first, second] = [draw(), draw()];
  expect(second).not.toEqual(first);
  generator.manual_seed(9);
  expect([draw(), draw()]).toEqual([first, second]);
  // 500 elements take two tiles of 64 counters.
  expect((generator.get_state().tolist() as number[]).slice(8)).toEqual([0, 1, 0, 0, 0, 0, 0, 0]);
});

test('extremes: 0 and evaluation give the input itself, 1 drops all, but infinities become NaN as in PyTorch', () => {
  const x = torch.tensor([1, -2, Infinity]);
  expect(F.dropout(x, 0)).toBe(x);
  expect(F.dropout(x, 0.5, false)).toBe(x);
  expect(F.alpha_dropout(x)).toBe(x);
  expect(F.dropout(x, 1).tolist()).toEqual([0, -0, Number.NaN]);
  expect(list(F.dropout(torch.ones([5000]), 1e-12))).not.toContain(0);
});

test('in place: the same values and gradients', () => {
  const x = torch.randn([257]).requires_grad_();
  const run = (inplace: boolean) => {
    torch.manual_seed(1);
    const h = x.mul(2);
    const y = F.dropout(h, 0.3, true, inplace);
    expect(y === h).toBe(inplace);
    x.grad = null;
    y.square().sum().backward();
    return [list(y), list(x.grad!)];
  };
  expect(run(true)).toEqual(run(false));
  expect(() => F.dropout(x, 0.3, true, true)).toThrow(/^dropout: a leaf tensor that requires grad cannot be changed/);
  const columns = torch.ones([4, 6]);
  F.dropout(columns.t(), 1, true, true);
  expect(list(columns)).toEqual(new Array(24).fill(0));
});

test('the second derivative', () => {
  const x = torch.randn([40], { dtype: torch.float64 }).requires_grad_();
  const y = F.dropout(x, 0.5);
  const [g] = torch.autograd.grad(y.pow(3).sum(), [x], { create_graph: true });
  g!.sum().backward();
  const expected = list(y.detach()).map((v) => 6 * v * 4);
  list(x.grad!).forEach((v, i) => {
    expect(v).toBeCloseTo(expected[i], 9);
  });
});

test('alpha_dropout keeps mean 0 and variance 1', () => {
  const x = torch.randn([200000], { dtype: torch.float64 });
  const y = F.alpha_dropout(x, 0.3, true);
  expect(Math.abs(y.mean().item() as number)).toBeLessThan(0.01);
  expect(Math.abs((y.var().item() as number) - 1)).toBeLessThan(0.02);
  const alpha = 1.7580993408473766;
  const scale = 1 / Math.sqrt((alpha ** 2 * 0.3 + 1) * 0.7);
  const shift = alpha * scale * 0.3;
  const [from, to] = [list(x.slice(0, 0, 1000)), list(y.slice(0, 0, 1000))];
  const near = (a: number, b: number) => Math.abs(a - b) < 1e-12;
  expect(to.every((v, i) => near(v, from[i] * scale + shift) || near(v, shift - alpha * scale))).toBe(true);
});

test.each([
  ['dropout1d', [20, 30, 4]],
  ['dropout1d', [600, 4]],
  ['dropout2d', [20, 30, 2, 2]],
  ['dropout2d', [20, 30, 4]],
  ['dropout3d', [20, 30, 2, 1, 2]],
  ['dropout3d', [600, 2, 1, 2]],
] as const)('%s drops whole channels of %j', (name, shape) => {
  const x = torch.ones(shape).requires_grad_();
  const y = F[name](x, 0.25);
  const rows = y.reshape([600, 4]).tolist() as number[][];
  expect(rows.every((row) => row.every((v) => v === row[0]))).toBe(true);
  const scale = torch.tensor(1 / 0.75).item();
  expect(rows.every(([v]) => v === 0 || v === scale)).toBe(true);
  expect(Math.abs(rows.filter(([v]) => v === 0).length / 600 - 0.25)).toBeLessThan(0.09);
  y.sum().backward();
  expect(list(x.grad!)).toEqual(list(y));
});

test('feature_alpha_dropout drops whole channels to one value', () => {
  const x = torch.randn([50, 20, 3], { dtype: torch.float64 });
  const y = F.feature_alpha_dropout(x, 0.5, true).reshape([1000, 3]).tolist() as number[][];
  const low = -1.7580993408473766 * (1 / Math.sqrt((1.7580993408473766 ** 2 * 0.5 + 1) * 0.5)) * 0.5;
  const dropped = y.filter((row) => row.every((v) => Math.abs(v - low) < 1e-12)).length;
  expect(Math.abs(dropped / 1000 - 0.5)).toBeLessThan(0.08);
});

test('modules', () => {
  expect(String(new nn.Dropout())).toBe('Dropout(p=0.5, inplace=False)');
  expect(String(new nn.Dropout2d(0.2, true))).toBe('Dropout2d(p=0.2, inplace=True)');
  expect(() => new nn.Dropout(1.1)).toThrow(/^Dropout: expected p to be between 0 and 1, got 1.1$/);
  expect(() => new nn.AlphaDropout({ prob: 0.1 } as never)).toThrow(/^AlphaDropout: Misspelled option "prob"/);
  const x = torch.ones([4, 3, 5, 5]);
  const layers = [
    new nn.Dropout(0.9),
    new nn.Dropout2d(0.9),
    new nn.AlphaDropout(0.9),
    new nn.FeatureAlphaDropout(0.9),
  ];
  for (const layer of layers) {
    expect(list(layer.forward(x))).not.toEqual(list(x));
    expect(layer.eval().forward(x)).toBe(x);
  }
  expect(new nn.Dropout1d(1).forward(torch.ones([2, 3])).tolist()).toEqual([
    [0, 0, 0],
    [0, 0, 0],
  ]);
  expect(
    new nn.Dropout3d(1)
      .forward(torch.ones([1, 2, 1, 1, 1]))
      .flatten()
      .tolist(),
  ).toEqual([0, 0]);
});

test('memory stays flat in a plain loop', () => {
  const x = torch.randn([1 << 16]).requires_grad_();
  const step = () => {
    x.grad = null;
    F.dropout(x, 0.5).sum().backward();
  };
  for (let i = 0; i < 50; i++) step();
  const before = torch.memory_stats().live_blocks;
  for (let i = 0; i < 300; i++) step();
  expect(torch.memory_stats().live_blocks).toBeLessThan(before + 400);
});
