import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as torch from 'cresset';
import * as viz from 'cresset/viz';
import sharp from 'sharp';

const folder = mkdtempSync(join(tmpdir(), 'cresset-pictures-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, name);
const text = (name: string): string => readFileSync(file(name), 'utf8');
const json = (name: string) => JSON.parse(text(name));
const texts = (name: string) => [...text(name).matchAll(/<text[^>]*>([^<]*)</g)].map(([, each]) => each);

describe('curves', () => {
  test('draws lists by name or steps of names, and keeps them as JSON', () => {
    viz.curves({ train: [3, 2, 1], test: new Float32Array([3, 2.5]) }, file('a.json'));
    expect(json('a.json')).toEqual({ train: [3, 2, 1], test: [3, 2.5] });
    viz.curves([{ train: 3 }, { train: 2, test: 5 }], file('b.json'));
    expect(json('b.json')).toEqual({ train: [3, 2], test: [null, 5] });
    viz.curves({ loss: [3, NaN, 1, 2] }, file('run.svg'), { title: 'A run', x_label: 'epoch' });
    expect(texts('run.svg')).toEqual(expect.arrayContaining(['A run', 'epoch', 'loss', '1', '4']));
    // The gap begins a new line.
    expect(/<path d="M[^"]*M[^"]*"[^>]*stroke="#0b6bcb" stroke-width="2"/.test(text('run.svg'))).toBe(true);
  });

  test('a logarithmic axis, smoothing without the bias of its beginning, many steps in a small file', () => {
    const loss = Array.from({ length: 100_000 }, (_, i) => 10 ** (-i / 50_000) * (1 + 0.5 * Math.sin(i)));
    viz.curves({ loss }, file('long.svg'), { log: true, smooth: 0.99 });
    expect(text('long.svg').length).toBeLessThan(100_000);
    expect(texts('long.svg')).toEqual(expect.arrayContaining(['loss (each step)', 'loss', '0.01', '0.1', '1']));
    viz.curves({ loss: [4, 4, 4] }, file('flat.html'), { smooth: 0.9 });
    const { curves } = JSON.parse(/id="data">([^<]*)</.exec(text('flat.html'))![1]);
    for (const { y } of curves) for (const value of y) expect(value).toBeCloseTo(4, 12);
  });

  test('bad input', async () => {
    const attempt = (history: unknown, options?: unknown, name = 'x.svg') =>
      viz.curves(history as viz.History, file(name), options as viz.CurvesOptions);
    await expect(attempt({})).rejects.toThrow(
      'curves: expected history to be lists of numbers by name, or a list of objects',
    );
    await expect(attempt({ loss: [] })).rejects.toThrow(
      'curves: expected history["loss"] to be a list of numbers, got [] (Array)',
    );
    await expect(attempt({ loss: [1, '2'] })).rejects.toThrow('each value of "loss" to be a number, got "2" (string)');
    await expect(attempt([1])).rejects.toThrow('expected history[0] to be an object of numbers, got 1');
    await expect(attempt({ loss: [1] }, { smooth: 1 })).rejects.toThrow(
      'expected smooth to be at least 0 and below 1, got 1',
    );
    await expect(attempt({ loss: [1] }, { title: 1 })).rejects.toThrow('expected title to be a string, got 1');
    await expect(attempt({ loss: [1] }, {}, 'x.jpg')).rejects.toThrow('ends in .svg, .html, .png or .json');
  });
});

describe('histogram', () => {
  test('counts, the last edge included, what is not finite left out', () => {
    viz.histogram(torch.tensor([0, 0.5, 1, 1, 2, NaN, Infinity]), file('h.json'), { bins: 2 });
    expect(json('h.json')).toEqual({ edges: [0, 1, 2], count: { values: [2, 3] } });
    viz.histogram({ a: [0, 0, 4], b: [9] }, file('h.json'), { bins: 2, range: [0, 4], density: true });
    expect(json('h.json').density).toEqual({ a: [1 / 3, 1 / 6], b: [0, 0] });
    viz.histogram(torch.ones([3]), file('h.json'), { bins: 1 });
    expect(json('h.json')).toEqual({ edges: [0.5, 1.5], count: { values: [3] } });
  });

  test('draws several by name', () => {
    torch.manual_seed(0);
    viz.histogram({ small: torch.randn([500]), wide: torch.randn([500]).mul(2) }, file('h.svg'), { title: 'Two' });
    expect(texts('h.svg')).toEqual(expect.arrayContaining(['Two', 'small', 'wide', 'count', 'value', '0']));
  });

  test('bad input', async () => {
    const attempt = (values: unknown, options?: unknown) =>
      viz.histogram(values as torch.Tensor, file('x.svg'), options as viz.HistogramOptions);
    await expect(attempt(torch.tensor([NaN]))).rejects.toThrow('histogram: there is no finite value to count');
    await expect(attempt('abc')).rejects.toThrow(
      'expected values to be a Tensor or a list of numbers, got "abc" (string)',
    );
    await expect(attempt({})).rejects.toThrow('expected at least one tensor');
    await expect(attempt([1], { bins: 0 })).rejects.toThrow('expected bins to be between 1 and 10000, got 0');
    await expect(attempt([1], { range: [2, 1] })).rejects.toThrow('from a lower to a higher number, got [2, 1]');
  });
});

describe('image_grid', () => {
  const pixels = async (name: string) => {
    const { data, info } = await sharp(file(name)).raw().toBuffer({ resolveWithObject: true });
    return {
      size: [info.width, info.height],
      channels: info.channels,
      first: (x: number, y: number) => data[(y * info.width + x) * info.channels],
    };
  };

  test('lays images out as make_grid does, with space between them', async () => {
    const images = torch.stack([torch.zeros([1, 2, 3]), torch.ones([1, 2, 3]), torch.full([1, 2, 3], 0.5)]);
    await viz.image_grid(images, file('grid.png'), { nrow: 2, padding: 1, pad_value: 0.2 });
    const { size, first } = await pixels('grid.png');
    expect(size).toEqual([7, 5]);
    expect([first(0, 0), first(3, 0), first(4, 0), first(0, 3), first(5, 4)]).toEqual([0, 51, 255, 128, 51]);
  });

  test('stretches values, all of them or each image; zooms; takes bytes and colours', async () => {
    const two = torch.tensor([[[[-1, 1]]], [[[0, 8]]]]);
    const row = async (options: viz.ImageGridOptions) => {
      await viz.image_grid(two, file('row.png'), { padding: 0, ...options });
      const { first } = await pixels('row.png');
      return [0, 1, 2, 3].map((x) => first(x, 0));
    };
    expect(await row({})).toEqual([0, 255, 0, 255]);
    expect(await row({ normalize: true })).toEqual([0, 57, 28, 255]);
    expect(await row({ normalize: true, scale_each: true })).toEqual([0, 255, 0, 255]);
    expect(await row({ normalize: true, value_range: [-1, 3] })).toEqual([0, 128, 64, 255]);
    await viz.image_grid(torch.tensor([[7, 9]], { dtype: torch.uint8 }), file('bytes.png'), { zoom: 3 });
    const bytes = await pixels('bytes.png');
    expect([bytes.size, bytes.first(2, 2), bytes.first(3, 0)]).toEqual([[6, 3], 7, 9]);
    await viz.image_grid(torch.rand([3, 4, 4]), file('color.png'));
    expect(await pixels('color.png')).toMatchObject({ size: [4, 4], channels: 3 });
  });

  test('bad input', async () => {
    const attempt = (tensor: unknown, options?: unknown, name = 'x.png') =>
      viz.image_grid(tensor as torch.Tensor, file(name), options as viz.ImageGridOptions);
    await expect(attempt(torch.ones([2, 2, 4, 4]))).rejects.toThrow(
      /^image_grid: .*with 1 or 3 channels, got .*float32 \[2, 2, 4, 4\]/,
    );
    await expect(attempt([1])).rejects.toThrow('image_grid: expected tensor to be a Tensor');
    await expect(attempt(torch.ones([4, 4]), {}, 'x.svg')).rejects.toThrow(
      'expected a file name that ends in .png, got',
    );
    await expect(attempt(torch.ones([4, 4]), { nrow: 0 })).rejects.toThrow('nrow');
    await expect(attempt(torch.ones([4, 4]), { value_range: [1, 0] })).rejects.toThrow('two numbers, the lower first');
    await expect(attempt(torch.ones([999, 999]), { zoom: 100 })).rejects.toThrow('is too large');
  });
});

describe('confusion', () => {
  const integers = (values: number[]) => torch.tensor(values, { dtype: torch.int64 });

  test('is counted: rows true, columns predicted', () => {
    const [target, prediction] = [integers([0, 1, 1, 2]), integers([0, 2, 1, 2])];
    expect(viz.confusion_matrix(target, prediction)).toEqual([
      [1, 0, 0],
      [0, 1, 1],
      [0, 0, 1],
    ]);
    expect(viz.confusion_matrix(target, prediction, 4)).toHaveLength(4);
  });

  test('is drawn with names and counts, shaded by share', async () => {
    const matrix = [
      [30, 10],
      [0, 5],
    ];
    viz.confusion(matrix, file('c.svg'), { labels: ['cat', 'dog'], title: 'Animals' });
    expect(texts('c.svg')).toEqual(
      expect.arrayContaining(['Animals', 'true', 'predicted', 'cat', 'dog', '30', '10', '5']),
    );
    expect(texts('c.svg')).not.toContain('0');
    await viz.confusion(torch.tensor(matrix), file('c.png'), { normalize: true, theme: 'dark' });
    expect((await sharp(file('c.png')).metadata()).format).toBe('png');
    viz.confusion(matrix, file('c.json'), { normalize: true });
    expect(json('c.json')).toEqual({
      labels: ['0', '1'],
      matrix: [
        [0.75, 0.25],
        [0, 1],
      ],
    });
  });

  test('bad input writes nothing', async () => {
    const attempt = (matrix: unknown, options?: unknown) =>
      viz.confusion(matrix as number[][], file('x.svg'), options as viz.ConfusionOptions);
    await expect(attempt([[1, 2]])).rejects.toThrow(
      'confusion: expected matrix to be a square matrix of numbers that are not negative',
    );
    await expect(attempt([[-1]])).rejects.toThrow('square matrix');
    await expect(attempt([[1]], { labels: ['a', 'b'] })).rejects.toThrow('expected 1 labels for 1 classes, got 2');
    expect(() => viz.confusion_matrix(torch.ones([2]), integers([0]))).toThrow(
      'expected target to be a Tensor of integers',
    );
    expect(() => viz.confusion_matrix(integers([0]), integers([0, 1]))).toThrow('target has shape [1], prediction [2]');
    expect(() => viz.confusion_matrix(integers([-1]), integers([0]))).toThrow(
      'expected target to hold classes from 0, got -1',
    );
    expect(() => viz.confusion_matrix(integers([3]), integers([0]), 2)).toThrow(
      'expected classes to be at least 4, got 2',
    );
    expect(readdirSync(folder).filter((name) => name.startsWith('x.') || name.endsWith('.tmp'))).toEqual([]);
  });
});
