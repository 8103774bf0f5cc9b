import * as torch from 'cresset';
import { addon } from '../lib/native/addon';
import { Storage } from '../lib/tensor/storage';
import { run_child } from './support/child';

/** Loaders with workers. A worker is a thread of plain Node, so most of this happens in processes of their own. */

jest.setTimeout(300_000);

const compared = [
  'random augmentation',
  'all of it, without the rest',
  'single samples',
  'cached samples',
  'weighted sampler',
  'batch sampler',
  'exported collate_fn',
  'collate_fn of this thread',
  'rows in order',
  'shuffled rows',
  'subset',
  'concatenated',
  'stacked',
  'typed arrays',
  'constructed again',
  'empty tensors',
  'promises',
  'stream',
  'worker info',
];

test('any number of workers gives the same batches in the same order', () => {
  expect(run_child('data_workers.ts').trim().split('\n')).toEqual(compared);
});

test('also when every allocation collects and poisons', () => {
  expect(
    run_child('data_workers.ts', { args: ['2'], env: { CRESSET_GC_STRESS: '1' } })
      .trim()
      .split('\n'),
  ).toEqual(compared);
});

describe('what goes wrong surfaces in the loop', () => {
  let endings: Record<string, { batches: number; thrown: string; cause?: string; at?: string }>;
  beforeAll(() => {
    endings = JSON.parse(run_child('data_failures.ts'));
  });

  const faults: [string, RegExp, RegExp | undefined][] = [
    ['throw', /^RangeError: DataLoader: worker [01]: sample 5 is broken$/, /^RangeError: sample 5 is broken$/],
    ['throw nothing', /^Error: DataLoader: worker [01]: undefined$/, undefined],
    ['exit', /^Error: DataLoader: worker [01] died: it ended with code 7$/, undefined],
    ['later', /^Error: DataLoader: worker [01] died: nobody caught this$/, /^TypeError: nobody caught this$/],
    [
      'class',
      /worker [01]: a batch consists of tensors and plain values, but the batch is of class Secret$/,
      undefined,
    ],
    ['symbol', /worker [01]: the batch is a symbol, which cannot go to another thread$/, undefined],
    [
      'history',
      /the batch is a tensor with a history \((Stack|Mul)Backward0\), which stays in its thread; detach\(\) it$/,
      undefined,
    ],
  ];
  test.each(faults)('in a worker: %s', (way, thrown, cause) => {
    for (const { batches, ...ending } of [endings[way], endings[`${way}, for await`]]) {
      // What a worker has loaded may go with it.
      if (way === 'exit') expect(batches).toBeLessThanOrEqual(5);
      else expect(batches).toBe(5);
      expect(ending.thrown).toMatch(thrown);
      if (cause !== undefined) expect(ending.cause).toMatch(cause);
    }
  });

  test('with the stack it has in the worker', () => {
    expect(endings.throw.at).toBe('at Faulty.get ');
    expect(endings['throw, for await'].at).toBe('at Faulty.get ');
  });

  test.each([
    ['hang', /^Error: DataLoader: timed out after 0.3 seconds$/],
    ['hang, for await', /^Error: DataLoader: timed out after 0.3 seconds$/],
    ['no module', /^Error: DataLoader: worker [01]: Cannot find module '\/data_sets.ts.missing.js'/],
    ['no export', /^Error: DataLoader: worker [01]: \/data_sets.ts does not export Hidden, only Noisy, Secret/],
    [
      'functions',
      /^Error: DataLoader: workers cannot be given dataset.transforms\[0\], which has no name: export it from a module/,
    ],
    ['plain object', /^Error: DataLoader: workers cannot be given dataset.get, get: export it from a module/],
    ['initialization', /^Error: DataLoader: workers cannot be given worker_init_fn, worker_init_fn: export it/],
    ['key', /^Error: DataLoader: workers cannot be given what the sampler drew: Symbol\(s\) could not be cloned/],
  ])('%s', (way, thrown) => {
    expect(endings[way].thrown).toMatch(thrown);
  });

  test('and other loops go on', () => {
    expect(endings.after.batches).toBe(6);
  });

  test('a worker without memory ends its loop, not the process', () => {
    const flags = ['--max-old-space-size=60'];
    const said = run_child('data_flat.ts', { flags, args: ['out_of_memory'] });
    expect(JSON.parse(said.slice(said.lastIndexOf('"DataLoader')))).toBe(
      'DataLoader: worker 0 died: it ended without a word',
    );
  });

  test('a module that starts a loop when a worker loads it', () => {
    expect(run_child('data_unguarded.ts')).toMatch(
      /worker 0: a worker loads the module of its dataset, and that module starts a loop with workers/,
    );
  });
});

describe('loops leave nothing behind', () => {
  test('that end early, in loops, or are forgotten; the process ends by itself', () => {
    const starts = Array.from({ length: 20 }, () => [0, 5, 10]).flat();
    expect(JSON.parse(run_child('data_flat.ts', { args: ['early_exits'] }))).toEqual([...starts, 1, 0, 0, 15]);
  });

  test('memory stays flat over many epochs', () => {
    const { growth, peak } = JSON.parse(run_child('data_flat.ts', { args: ['many_epochs'] }));
    expect(growth).toBeLessThan(2);
    expect(peak).toBeLessThan(64);
  });

  test('the tensors of a dataset are shared, not copied', () => {
    const { most, left } = JSON.parse(run_child('data_flat.ts', { args: ['zero_copy'] }));
    expect(most).toBeLessThan(2 * 64);
    expect(left).toBeLessThan(4);
  });
});

describe('memory goes to another storage by token', () => {
  const filled = (value: number) => torch.full([1000], value);

  test('once', () => {
    const t = filled(3);
    const { allocated } = torch.memory_stats();
    const token = t.storage.hand_over('test', false);
    const storage = Storage.take_over(token, 4000)!;
    const array = new Float32Array(1000);
    storage.copy_out(0, array);
    expect(array).toEqual(new Float32Array(1000).fill(3));
    expect(torch.memory_stats().allocated).toBe(allocated);
    expect(Storage.take_over(token, 4000)).toBeNull();
    storage.release();
    expect(torch.memory_stats().allocated).toBeLessThan(allocated);
    expect(() => t.sum()).toThrow(/was released/);
  });

  test('or to several, which share it, and an ArrayBuffer', () => {
    const t = filled(2);
    const [a, b] = [0, 1].map(() => Storage.take_over(t.storage.hand_over('test', true), 4000)!);
    const view = t.typed_array();
    view[7] = 5;
    t.dispose();
    a.release();
    const array = new Float32Array(1000);
    b.copy_out(0, array);
    expect([array[6], array[7]]).toEqual([2, 5]);
    expect(new Float32Array(b.buffer('test'))[7]).toBe(5);
    b.release();
    expect(view[7]).toBe(5);
  });

  test('or is given back', () => {
    const { allocated } = torch.memory_stats();
    const token = filled(1).storage.hand_over('test', false);
    expect([addon.revoke(token), addon.revoke(token)]).toEqual([true, false]);
    expect(torch.memory_stats().allocated).toBe(allocated);
    const users = torch.from_typed_array(new Float32Array(4));
    expect(() => users.storage.hand_over('test', true)).toThrow('test: memory of a typed array cannot be handed over');
  });

  test.each([0, -1, 0.5, 1e300, Number.NaN, Infinity, 2 ** 53, '1', null, undefined, {}])('no token: %p', (token) => {
    expect(Storage.take_over(token as number, 8)).toBeNull();
    expect([addon.revoke(token as number), addon.is_alive(token as number)]).toEqual([false, token === 1]);
    expect(addon.take_over(token as object, token as number)).toBe(0);
    expect(addon.hand_over(token as number, token as number)).toBe(0);
  });

  test('an environment is alive until it ends', () => {
    expect(addon.is_alive(addon.environment())).toBe(true);
    expect(addon.is_alive(addon.environment() + 1000)).toBe(false);
  });
});

test('a dataset may say where it lives only by a file', () => {
  class Lost extends torch.utils.data.Dataset<number> {
    static readonly module = './lost.js';
    override readonly length = 1;
    override get(): number {
      return 1;
    }
  }
  const loader = new torch.utils.data.DataLoader(new Lost(), { num_workers: 1 });
  expect(() => [...loader]).toThrow(
    'DataLoader: expected Lost.module to be __filename or import.meta.url, got ./lost.js',
  );
});
