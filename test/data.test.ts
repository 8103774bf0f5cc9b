import * as torch from 'cresset';
import 'cresset/jest';

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

describe('more datasets', () => {
  class Count extends data.IterableDataset<number> {
    constructor(
      readonly from: number,
      readonly to: number,
    ) {
      super();
    }
    override *[Symbol.iterator]() {
      for (let i = this.from; i < this.to; i++) yield i;
    }
  }
  class Known extends Count {
    get length() {
      return this.to - this.from;
    }
  }
  const set = new data.TensorDataset(column(3));

  test('StackDataset', () => {
    const pair = new data.StackDataset(set, new data.Subset(set, [2, 1, 0]));
    expect([pair.length, pair.get(0)[0][0].item(), pair.get(-3)[1][0].item()]).toEqual([3, 0, 2]);
    const named = new data.StackDataset({ a: set, b: { length: 3, get: (i: number) => `s${i}` } });
    const [{ a, b }] = new data.DataLoader(named, { batch_size: 3 });
    expect([a[0].tolist(), b]).toEqual([
      [[0], [1], [2]],
      ['s0', 's1', 's2'],
    ]);
    expect(() => new data.StackDataset()).toThrow('StackDataset: expected at least one dataset');
    expect(() => new data.StackDataset(set, new data.Subset(set, [1]))).toThrow(
      'StackDataset: the datasets differ in their number of samples: 3 and 1',
    );
  });

  test('concat, and many datasets in one', () => {
    const many = new data.ConcatDataset([set, new data.Subset(set, []), set, set]);
    expect([...many].map(([x]) => x.item())).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2]);
    expect(set.concat(set).length).toBe(6);
    expect(() => new data.ConcatDataset([new Count(0, 1)] as never)).toThrow(
      'ConcatDataset: an IterableDataset has no numbered samples, got Count',
    );
  });

  test('IterableDataset and ChainDataset', () => {
    const chain = new Count(0, 3).concat(new Known(5, 7));
    const batches = (options: torch.utils.data.DataLoaderOptions<number, torch.Tensor>) =>
      [...new data.DataLoader(chain, options)].map((batch) => batch.tolist());
    expect(batches({ batch_size: 2 })).toEqual([[0, 1], [2, 5], [6]]);
    expect(batches({ batch_size: 2, drop_last: true })).toEqual([
      [0, 1],
      [2, 5],
    ]);
    expect([...new data.DataLoader(chain, { batch_size: null })]).toEqual([0, 1, 2, 5, 6]);
    expect(chain.length).toBeUndefined();
    expect(() => new data.DataLoader(chain).length).toThrow('DataLoader: ChainDataset has no length');
    expect(new data.DataLoader(new Known(0, 5), 2).length).toBe(3);
    expect(() => new data.DataLoader(chain, { shuffle: true })).toThrow(/an order of its own; leave out shuffle/);
    expect(() => new data.DataLoader(chain, { sampler: [1] })).toThrow(/leave out sampler/);
    expect(() => new data.ChainDataset([set] as never)).toThrow(/expected each dataset to be an IterableDataset/);
  });

  test('a loop that ends early ends the iterator of an IterableDataset', () => {
    let ended = 0;
    class Endless extends data.IterableDataset<number> {
      override *[Symbol.iterator]() {
        try {
          for (let i = 0; ; i++) yield i;
        } finally {
          ended++;
        }
      }
    }
    for (const batch of new data.DataLoader(new Endless(), { batch_size: 2 }))
      if (batch.select(0, 0).item() === 4) break;
    expect(ended).toBe(1);
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
    class Words extends data.Dataset<{
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
    expect(new data.BatchSampler(new data.SequentialSampler(set), 4).length).toBe(3);
  });

  test('RandomSampler: replacement, number of samples, generator', () => {
    const few = { length: 3 };
    const sorted = (sampler: Iterable<number>) => [...sampler].sort((a, b) => a - b);
    expect(sorted(new data.RandomSampler(few, { num_samples: 6 }))).toEqual([0, 0, 1, 1, 2, 2]);
    expect(sorted(new data.RandomSampler(few, { num_samples: 2 }))).toHaveLength(2);
    const drawn = [...new data.RandomSampler(few, true, 3000)];
    for (const index of [0, 1, 2])
      expect(Math.abs(drawn.filter((each) => each === index).length - 1000)).toBeLessThan(150);
    const of = (seed: number) => [
      ...new data.RandomSampler(set, { replacement: true, generator: new torch.Generator().manual_seed(seed) }),
    ];
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
    expect(() => new data.RandomSampler(few, { num_samples: 0 })).toThrow(/expected num_samples to be at least 1/);
    expect(() => new data.RandomSampler(3 as never)).toThrow(/expected data_source to be something with a length/);
    expect(() => [...new data.RandomSampler({ length: 0 }, true, 2)]).toThrow(/cannot draw 2 samples from none/);
  });

  test('SubsetRandomSampler and WeightedRandomSampler', () => {
    const subset = new data.SubsetRandomSampler([7, 8, 9]);
    expect([[...subset].sort(), subset.length]).toEqual([[7, 8, 9], 3]);
    const weighted = new data.WeightedRandomSampler([1, 0, 3], 4000, {
      generator: new torch.Generator().manual_seed(4),
    });
    const drawn = [...weighted];
    expect([weighted.length, drawn.includes(1)]).toEqual([4000, false]);
    expect(Math.abs(drawn.filter((each) => each === 2).length - 3000)).toBeLessThan(120);
    expect([...new data.WeightedRandomSampler([1, 0, 5], 2, false)].sort()).toEqual([0, 2]);
    expect(() => new data.WeightedRandomSampler([1, 0, 5], 3, false)).toThrow(
      'WeightedRandomSampler: cannot draw 3 samples without replacement from 2 weights above 0',
    );
    expect(() => new data.WeightedRandomSampler([0, 0], 1)).toThrow(/weights of at least 0 that are not all 0/);
    expect(() => new data.WeightedRandomSampler([1, -1], 1)).toThrow(/weights of at least 0/);
  });

  test('batch_size null gives single samples, with typed arrays as tensors', () => {
    const words = {
      length: 2,
      get: (i: number) => ({ x: Float32Array.of(i), name: `w${i}`, list: [i] }),
    };
    const samples = [...new data.DataLoader(words, { batch_size: null, shuffle: true, seed: 1 })] as unknown[];
    expect(samples).toHaveLength(2);
    expect(samples).toContainEqual({ x: expect.toEqualTensor([1]), name: 'w1', list: [1] });
    const loader = new data.DataLoader(set, { batch_size: null, sampler: [3, 1] });
    expect([loader.length, [...loader].map(([x]) => x.tolist())]).toEqual([2, [[3], [1]]]);
    const doubled = new data.DataLoader(
      { length: 3, get: (i: number) => i },
      {
        batch_size: null,
        collate_fn: (item) => Number(item) * 2,
      },
    );
    expect([...doubled]).toEqual([0, 2, 4]);
  });

  test('get_items fetches a whole batch', () => {
    const calls: (readonly number[])[] = [];
    const bulk = {
      length: 4,
      get: (i: number) => i,
      get_items: (indices: readonly number[]) => {
        calls.push(indices);
        return indices.map((i) => i * 10);
      },
    };
    const [first] = new data.DataLoader(new data.Subset(bulk, [3, 2, 1]), { batch_size: 2 });
    expect([first.tolist(), calls]).toEqual([[30, 20], [[3, 2]]]);
  });

  test('what a dataset draws depends on the seed and the batch alone', () => {
    const noisy = { length: 6, get: () => torch.rand([]).item() };
    const epoch = (options: object) => {
      const loader = new data.DataLoader(noisy, {
        batch_size: 2,
        generator: new torch.Generator().manual_seed(5),
        ...options,
      });
      return [...loader].map((batch) => {
        torch.rand([3]);
        return batch.tolist();
      });
    };
    const plain = epoch({});
    expect(new Set(plain.flat()).size).toBe(6);
    expect(epoch({})).toEqual(plain);
    expect(epoch({ shuffle: true })).toEqual(plain);
    torch.manual_seed(3);
    const [a] = [torch.rand([2]), epoch({}), torch.manual_seed(3)];
    expect(torch.rand([2])).toEqualTensor(a);
  });

  test('datasets of promises: for await waits, for refuses', async () => {
    const slow = {
      length: 5,
      get: async (i: number) => {
        const drawn = torch.rand([]).item();
        await new Promise((resolve) => setTimeout(resolve, 5 - i));
        return [i, drawn];
      },
    };
    const epoch = async () => {
      const seen: unknown[] = [];
      const loader = new data.DataLoader(slow, { batch_size: 2, seed: 1 });
      for await (const [i, drawn] of loader) seen.push([i.tolist(), drawn.tolist()]);
      return seen;
    };
    const seen = await epoch();
    expect(seen.map((each) => (each as unknown[])[0])).toEqual([[0, 1], [2, 3], [4]]);
    expect(await epoch()).toEqual(seen);
    expect(() => [...new data.DataLoader(slow)]).toThrow(
      'DataLoader: the dataset gives promises: use `for await`, or num_workers of at least 1',
    );
  });

  test('default_collate and default_convert', () => {
    const { default_collate, default_convert } = data;
    expect(default_collate([1n, 2n]).dtype).toBe(torch.int64);
    expect(default_collate([new Map([['a', 1]]), new Map([['a', 2]])]).get('a')).toEqualTensor([1, 2]);
    expect(() => default_collate([])).toThrow('default_collate: the batch is empty');
    expect(() => default_collate([[1], [1, 2]])).toThrow(/arrays of different lengths; pass collate_fn/);
    expect(() => default_collate([null])).toThrow(/cannot make a batch of samples such as null; pass collate_fn/);
    expect(default_convert([Uint8Array.of(1), { a: 's' }])).toEqual([expect.toEqualTensor([1]), { a: 's' }]);
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
    [{ batch_size: null, drop_last: true }, 'DataLoader: drop_last needs batches, but batch_size is null'],
    [{ num_workers: -1 }, /expected num_workers to be between 0 and 1024, got -1/],
    [{ timeout: -1 }, 'DataLoader: expected timeout to be at least 0 seconds, got -1'],
    [{ prefetch_factor: 2 }, 'DataLoader: prefetch_factor needs num_workers of at least 1'],
    [{ prefetch_factor: 0, num_workers: 1 }, /expected prefetch_factor to be at least 1, got 0/],
    [{ persistent_workers: true }, 'DataLoader: persistent_workers needs num_workers of at least 1'],
    [{ worker_init_fn: 3 }, /expected worker_init_fn to be a function, got 3/],
    [{ sampler: 3 }, /expected sampler to be an iterable, got 3/],
    [{ generator: 3 }, /expected generator to be a torch.Generator, got 3/],
  ])('bad input: %j', (options, message) => {
    expect(() => new data.DataLoader(set, options)).toThrow(message);
  });

  test('bad input: no dataset, samples that do not fit together', () => {
    expect(() => new data.DataLoader(3 as never)).toThrow(
      /expected dataset to be a dataset \(an object with length and get\(index\)\) or an array of samples, got 3/,
    );
    const ragged = { length: 2, get: (i: number) => torch.ones([i + 1]) };
    expect(() => [...new data.DataLoader(ragged, { batch_size: 2 })]).toThrow(/stack/);
    expect(() => rows(new data.DataLoader(set, { sampler: [99] }))).toThrow(/99/);
  });
});
