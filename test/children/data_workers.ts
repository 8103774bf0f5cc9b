import * as torch from 'cresset';
import { Cached, Noisy, note, pad, Secret, Slow, Stream, Told } from './data_sets';

/** Loaders with workers give what loaders without give. Prints the names of what was compared. */

const { data } = torch.utils;
type Options = torch.utils.data.DataLoaderOptions<never, unknown>;

/** Tensors as numbers and dtypes, all else as it is. */
function shown(value: unknown): unknown {
  if (value instanceof torch.Tensor) return [String(value.dtype), value.tolist()];
  if (Array.isArray(value)) return value.map(shown);
  if (value instanceof Map) return [...value].map(shown);
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).map(([name, each]) => [name, shown(each)]);
  return value;
}

const make = (dataset: unknown, options: Options, num_workers: number) =>
  new data.DataLoader(dataset as never, {
    seed: 11,
    num_workers,
    ...options,
    prefetch_factor: num_workers === 0 ? null : options.prefetch_factor,
  });

function epochs(dataset: unknown, options: Options, num_workers: number): string {
  const loader = make(dataset, options, num_workers);
  const seen: unknown[] = [];
  for (let epoch = 0; epoch < 2; epoch++)
    for (const batch of loader) {
      seen.push(shown(batch));
      torch.rand([5]);
    }
  return JSON.stringify(seen);
}

async function epochs_in_loop(dataset: unknown, options: Options, num_workers: number): Promise<string> {
  const loader = make(dataset, options, num_workers);
  const seen: unknown[] = [];
  for (let epoch = 0; epoch < 2; epoch++) for await (const batch of loader) seen.push(shown(batch));
  return JSON.stringify(seen);
}

const rows = torch.randn([11, 4]);
const labels = torch.arange(11);
const tensors = new data.TensorDataset(rows, labels);
const shared = torch.from_typed_array(new Float32Array(new SharedArrayBuffer(44)).fill(2));
const wrapped = torch.from_typed_array(Float32Array.from({ length: 11 }, (_, i) => i));
const [train, test] = data.random_split(tensors, [0.7, 0.3], { generator: new torch.Generator().manual_seed(1) });

const cases: Readonly<Record<string, [unknown, Options]>> = {
  'random augmentation': [new Noisy(13), { batch_size: 4, shuffle: true }],
  'all of it, without the rest': [new Noisy(13), { batch_size: 4, drop_last: true, prefetch_factor: 1 }],
  'single samples': [new Noisy(5), { batch_size: null, shuffle: true }],
  'cached samples': [new Cached(), { batch_size: null }],
  'weighted sampler': [new Noisy(5), { batch_size: 2, sampler: new data.WeightedRandomSampler([1, 2, 3, 0, 1], 7) }],
  'batch sampler': [new Noisy(5), { batch_sampler: [[1], [], [3, 2]].filter(({ length }) => length > 0) }],
  'exported collate_fn': [new Noisy(7), { batch_size: 3, collate_fn: pad as never }],
  'collate_fn of this thread': [
    new Noisy(7),
    { batch_size: 3, collate_fn: (items: { x: torch.Tensor }[]) => [items.map(({ x }) => x), torch.rand([2])] },
  ],
  'rows in order': [tensors, { batch_size: 3 }],
  'shuffled rows': [tensors, { batch_size: 3, shuffle: true }],
  subset: [train, { batch_size: 2, shuffle: true }],
  concatenated: [new data.ConcatDataset([train, test, tensors]), { batch_size: 5 }],
  stacked: [new data.StackDataset({ a: tensors, b: new data.TensorDataset(rows.slice(1, 1, 3)) }), { batch_size: 4 }],
  'typed arrays': [new data.TensorDataset(shared, wrapped), { batch_size: 4 }],
  'constructed again': [new Secret(3), { batch_size: 2 }],
  'empty tensors': [new data.TensorDataset(torch.ones([4, 0])), { batch_size: 2 }],
};

async function main(): Promise<void> {
  const workers = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1, 3];
  for (const [name, [dataset, options]] of Object.entries(cases)) {
    const cached = dataset instanceof Cached;
    const alone = cached ? null : epochs(dataset, options, 0);
    for (const n of workers) {
      // What a dataset remembers is remembered by each worker for itself.
      if (cached) check(name, n, cached_sums(n), cached_sums(n));
      else {
        check(name, n, epochs(dataset, options, n), alone);
        check(`${name}, for await`, n, await epochs_in_loop(dataset, options, n), alone);
      }
    }
    console.log(name);
  }
  const [noisy, options] = cases['random augmentation'];
  check('persistent workers', 2, epochs(noisy, { ...options, persistent_workers: true }, 2), epochs(noisy, options, 0));
  await promises(workers);
  streams(workers);
  told();
}

/** Every batch is as it was when it was sent, though the worker goes on changing its tensors. */
function cached_sums(n: number): string {
  const sums = [...make(new Cached(), { batch_size: null }, n)].map((batch) => {
    const t = batch as torch.Tensor;
    const first = t.select(0, 0).item();
    return t.eq(first).all().item() && first >= 1 && first <= 4;
  });
  return JSON.stringify(sums.every(Boolean) && sums.length === 8 ? 'whole' : sums);
}

async function promises(workers: readonly number[]): Promise<void> {
  const alone = await epochs_in_loop(new Slow(), { batch_size: 2 }, 0);
  for (const n of workers) check('promises', n, epochs(new Slow(), { batch_size: 2 }, n), alone);
  console.log('promises');
}

function streams(workers: readonly number[]): void {
  for (const n of workers) {
    const once = epochs(new Stream(10), { batch_size: 2 }, n);
    check('stream', n, epochs(new Stream(10), { batch_size: 2 }, n), once);
    if (n === 3) check('stream', n, epochs(new Stream(10), { batch_size: 2, persistent_workers: true }, n), once);
    const seen = (JSON.parse(once) as [unknown, number[]][][]).flatMap(([[, i]]) => i).sort((a, b) => a - b);
    check('stream, all of it', n, JSON.stringify(seen), JSON.stringify([...Array(20).keys()].map((i) => i >> 1)));
  }
  check('stream, in turn', 3, first_of_each_batch(3), JSON.stringify([0, 1, 2, 6, 7]));
  console.log('stream');
}

function first_of_each_batch(n: number): string {
  const loader = new data.DataLoader(new Stream(8), { batch_size: 2, num_workers: n });
  return JSON.stringify([...loader].map(([i]) => i.select(0, 0).item()));
}

function told(): void {
  torch.set_default_dtype(torch.float64);
  const options: Options = { batch_size: 1, worker_init_fn: note };
  const seen = [...make(new Told(), options, 2)].flat();
  torch.set_default_dtype(torch.float32);
  check(
    'worker info',
    2,
    JSON.stringify(seen),
    JSON.stringify([0, 1, 2, 3, 4, 5].map((i) => `${i} 2 true same torch.float64`)),
  );
  if (data.get_worker_info() !== null) throw new Error('the main thread is no worker');
  console.log('worker info');
}

function check(name: string, n: number, found: string, expected: string | null): void {
  if (found !== expected) throw new Error(`${name}, ${n} workers:\n${found}\ninstead of\n${expected}`);
}

void main();
