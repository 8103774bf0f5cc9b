import * as torch from 'cresset';

const { data } = torch.utils;
const column = (n: number) => torch.arange(n).to(torch.float32).reshape([n, 1]);
const rows = (batches: Iterable<readonly torch.Tensor[]>): number[][] =>
  [...batches].map(([x]) => x.flatten().tolist() as number[]);

describe('datasets', () => {
  test('TensorDataset, Subset, ConcatDataset', () => {
    const set = new data.TensorDataset(column(4), torch.tensor([0n, 1n, 2n, 3n]));
    expect(set.length).toBe(4);
    expect(set.get(-1).map((t) => t.tolist())).toEqual([[3], 3]);
    expect([...set]).toHaveLength(4);
    const subset = new data.Subset(set, [2, 0]);
    expect([subset.length, subset.get(0)[1].item()]).toEqual([2, 2]);
    const both = new data.ConcatDataset([set, subset]);
    expect([both.length, both.get(4)[1].item(), both.get(-1)[1].item()]).toEqual([6, 2, 0]);
    expect(() => set.get(4)).toThrow('TensorDataset: index 4 is out of range for 4 samples');
    expect(() => new data.TensorDataset(column(4), column(3))).toThrow(
      /differ in their number of samples: shapes \[4, 1\] and \[3, 1\]/,
    );
    expect(() => new data.TensorDataset(torch.tensor(1))).toThrow(/tensor 0 is 0-dim/);
    expect(() => new data.Subset(set, [4])).toThrow(/expected each index to be between 0 and 3, got 4/);
  });

  test('random_split', () => {
    const set = new data.TensorDataset(column(10));
    const generator = new torch.Generator().manual_seed(1);
    const parts = data.random_split(set, [0.75, 0.25], { generator });
    expect(parts.map((part) => part.length)).toEqual([8, 2]);
    expect(parts.flatMap((part) => part.indices).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(data.random_split(set, [7, 3], { generator: generator.manual_seed(1) })[0].indices.slice(0, 7)).toEqual(
      parts[0].indices.slice(0, 7),
    );
    expect(() => data.random_split(set, [5, 4])).toThrow(
      'random_split: lengths [5, 4] do not add up to the 10 samples, nor to 1',
    );
  });
});

describe('DataLoader', () => {
  const set = new data.TensorDataset(column(10), column(10).mul(2));

  test('goes through the samples in order, again for every loop', () => {
    const loader = new data.DataLoader(set, { batch_size: 4 });
    expect(loader.length).toBe(3);
    expect(rows(loader)).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
    expect(rows(loader)).toEqual(rows(loader));
    expect(rows(new data.DataLoader(set, 4, false))).toEqual(rows(loader));
    const cut = new data.DataLoader(set, { batch_size: 4, drop_last: true });
    expect([cut.length, rows(cut).length]).toEqual([2, 2]);
    expect(rows(new data.DataLoader(new data.TensorDataset(torch.ones([0, 2])), { batch_size: 4 }))).toEqual([]);
    const [[x, y]] = loader;
    expect([x.shape, y.shape, x.storage === set.tensors[0].storage]).toEqual([[4, 1], [4, 1], true]);
  });

  test('shuffles anew every epoch; the seed decides', () => {
    const epochs = (options: object) => {
      const loader = new data.DataLoader(set, { batch_size: 5, shuffle: true, ...options });
      return [rows(loader), rows(loader)];
    };
    const [first, second] = epochs({ seed: 3 });
    expect(first.flat().sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(second).not.toEqual(first);
    expect(epochs({ seed: 3 })).toEqual([first, second]);
    expect(epochs({ generator: new torch.Generator().manual_seed(3) })).toEqual([first, second]);
    torch.manual_seed(8);
    const global = epochs({});
    torch.manual_seed(8);
    expect(epochs({})).toEqual(global);
    for (const [x, y] of new data.DataLoader(set, { batch_size: 3, shuffle: true }))
      expect(y.tolist()).toEqual(x.mul(2).tolist());
  });

  test('collates samples of any shape', () => {
    class Words extends data.MapDataset<{
      x: torch.Tensor;
      label: number;
      name: string;
      pair: [boolean, Float32Array];
    }> {
      override readonly length = 3;
      override get(i: number) {
        return {
          x: torch.full([2], i),
          label: i,
          name: `w${i}`,
          pair: [i > 0, Float32Array.of(i)] as [boolean, Float32Array],
        };
      }
    }
    const [first, second] = new data.DataLoader(new Words(), { batch_size: 2 });
    expect(first.x.tolist()).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect([first.label.dtype, first.name, first.pair[0].tolist(), first.pair[1].shape]).toEqual([
      torch.float32,
      ['w0', 'w1'],
      [false, true],
      [2, 1],
    ]);
    expect(second.label.tolist()).toEqual([2]);
    const sums = new data.DataLoader(new Words(), {
      batch_size: 3,
      collate_fn: (items) => items.reduce((n, item) => n + item.label, 0),
    });
    expect([...sums]).toEqual([3]);
    const subset = new data.DataLoader(new data.Subset(set, [5, 1]), { batch_size: 2 });
    expect(rows(subset)).toEqual([[5, 1]]);
    const nested = new data.Subset(new data.Subset(set, [9, 8, 7]), [2, 0]);
    expect(rows(new data.DataLoader(nested, { batch_size: 2 }))).toEqual([[7, 9]]);
    expect(rows(new data.DataLoader(nested, { sampler: [1, 1] }))).toEqual([[9], [9]]);
    expect(rows(new data.DataLoader(nested, { batch_size: 2, shuffle: true }))[0].sort()).toEqual([7, 9]);
  });

  test('samplers', () => {
    expect(rows(new data.DataLoader(set, { batch_size: 2, sampler: [7, 7, 1] }))).toEqual([[7, 7], [1]]);
    const batches = new data.DataLoader(set, { batch_sampler: [[1], [2, 3]] });
    expect([batches.length, rows(batches)]).toEqual([2, [[1], [2, 3]]]);
    expect([...new data.RandomSampler(set)].sort((a, b) => a - b)).toEqual([...new data.SequentialSampler(set)]);
    expect([...new data.BatchSampler([1, 2, 3], 2, true)]).toEqual([[1, 2]]);
  });

  test('for await lets the event loop turn between batches', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const seen: number[] = [];
    for await (const [x] of new data.DataLoader(set, { batch_size: 2 })) {
      seen.push(x.shape[0]);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    clearInterval(timer);
    expect(seen).toEqual([2, 2, 2, 2, 2]);
    let ticked = false;
    setImmediate(() => (ticked = true));
    for await (const _ of new data.DataLoader(set, { batch_size: 2 }));
    expect([ticked, turns > 0]).toEqual([true, true]);
  });

  test.each<[object, string | RegExp]>([
    [{ batch_size: 0 }, 'DataLoader: expected batch_size to be at least 1, got 0'],
    [{ batch_size: 2.5 }, /expected batch_size to be an integer, got 2.5/],
    [{ shufle: true }, /Misspelled option "shufle": did you mean "shuffle"/],
    [{ shuffle: true, sampler: [1] }, 'DataLoader: sampler and shuffle exclude each other'],
    [{ batch_size: 2, batch_sampler: [[1]] }, /batch_sampler excludes batch_size/],
    [{ collate_fn: 3 }, /expected collate_fn to be a function/],
    [{ generator: 3 }, /expected generator to be a torch.Generator, got 3/],
  ])('bad input: %j', (options, message) => {
    expect(() => new data.DataLoader(set, options)).toThrow(message);
  });

  test('bad input: no dataset, samples that do not fit together', () => {
    expect(() => new data.DataLoader(3 as never)).toThrow(
      /expected dataset to be a dataset \(an object with length and get\(index\)\), got 3/,
    );
    const ragged = { length: 2, get: (i: number) => torch.ones([i + 1]) };
    expect(() => [...new data.DataLoader(ragged, { batch_size: 2 })]).toThrow(/stack/);
    expect(() => rows(new data.DataLoader(set, { sampler: [99] }))).toThrow(/99/);
  });
});
