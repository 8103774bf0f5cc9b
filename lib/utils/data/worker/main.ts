import { workerData } from 'node:worker_threads';
import '../../../index';
import { addon } from '../../../native/addon';
import { manual_seed } from '../../../random';
import { collect_garbage } from '../../../tensor/collector';
import { dtypes, set_default_dtype } from '../../../tensor/dtype';
import type { Storage } from '../../../tensor/storage';
import { default_collate, default_convert } from '../collate';
import { is_iterable_dataset, type MapStyle } from '../dataset';
import { type Collate, END, type Fetcher, IterableFetcher, MapFetcher, RowFetcher } from '../fetch';
import { Stream } from '../seeds';
import { rows_of } from '../tensor_dataset';
import { set_loading, set_worker_info } from './info';
import { CELL, type Job, type Reply, type Request, type Setup, sent_error } from './messages';
import { discard, type Policy, pack } from './pack';
import { unpack_with_modules } from './unpack';

/** What a worker thread runs: requests one after the other. */

const { port, bell, cells } = workerData as Setup;
/** Milliseconds without work after which a worker clears up. */
const IDLE = 300;

let id = 0;
let job: Job | null = null;
let fetcher: Fetcher | null = null;
let storages: readonly Storage[] = [];
let run = 0;
let base_seed = 0;
/** Why the dataset could not be had; every request is answered with it. */
let failure: unknown = null;

function reply(message: Reply): void {
  port.postMessage(message);
  Atomics.add(bell, 0, 1);
  Atomics.notify(bell, 0);
}

const is_wanted = (): boolean => Atomics.load(cells, CELL.run) === run;

async function open(request: Request & { kind: 'open' }): Promise<void> {
  id = request.worker_id;
  const { num_workers } = request;
  const seed = request.base_seed + id;
  failure = null;
  try {
    set_default_dtype(dtypes.find(({ name }) => name === request.default_dtype)!);
    set_loading(true);
    const unpacked = await unpack_with_modules(request.job).finally(() => set_loading(false));
    storages = unpacked.storages;
    job = unpacked.value as Job;
    set_worker_info({ id, num_workers, seed, dataset: job.dataset as never });
    manual_seed(seed);
    job.worker_init_fn?.(id);
  } catch (error) {
    failure = error;
    discard(request.job);
  }
}

function begin(request: Request & { kind: 'begin' }): void {
  ({ run, base_seed } = request);
  if (fetcher instanceof IterableFetcher) fetcher.close();
  fetcher = job === null ? null : fetcher_of(job);
}

function fetcher_of({ dataset, collate, batched, batch_size, drop_last }: Job): Fetcher {
  const standard = (batched ? default_collate : default_convert) as Collate;
  const use = collate === 'default' ? standard : collate === 'none' ? (items: unknown) => items : collate;
  const rows = batched && collate === 'default' ? rows_of(dataset) : null;
  if (rows !== null) return new RowFetcher(rows);
  if (is_iterable_dataset(dataset)) return new IterableFetcher(dataset, use, batch_size, drop_last);
  return new MapFetcher(dataset as MapStyle<unknown>, use, batched);
}

async function fetch({ batch, key }: Request & { kind: 'fetch' }): Promise<void> {
  if (failure !== null) throw failure;
  const stream = new Stream(base_seed, batch);
  const items = await fetcher!.fetch(key, stream);
  if (!is_wanted()) return;
  if (items === END) return reply({ kind: 'end', run, batch });
  // What the standard functions made is in no other hands; what the user's made may be.
  const policy: Policy = job!.collate === 'default' && job!.batched ? 'move' : 'copy';
  const packed = pack(items, 'the batch', policy);
  try {
    reply({ kind: 'batch', run, batch, items: packed, position: stream.position });
  } catch (error) {
    discard(packed);
    throw error;
  }
}

/** Forgets the dataset. Its memory goes at once, since an idle worker allocates nothing and so collects nothing. */
function close(): void {
  if (fetcher instanceof IterableFetcher) fetcher.close();
  for (const storage of storages) storage.release();
  storages = [];
  fetcher = null;
  job = null;
  run = 0;
  set_worker_info(null);
}

async function answer(request: Request): Promise<void> {
  if (request.kind === 'open') return open(request);
  if (request.kind === 'begin') return begin(request);
  if (request.kind === 'close') return close();
  if (request.run !== run || !is_wanted()) return;
  try {
    await fetch(request);
  } catch (error) {
    reply({ kind: 'error', run, batch: request.batch, worker: id, error: sent_error(error) });
  }
}

const requests: Request[] = [];
let working = false;
let idle: NodeJS.Timeout | undefined;

async function work(): Promise<void> {
  if (working) return;
  working = true;
  clearTimeout(idle);
  for (let request = requests.shift(); request !== undefined; request = requests.shift()) await answer(request);
  working = false;
  idle = setTimeout(collect_garbage, IDLE);
}

Atomics.store(cells, CELL.environment, addon.environment());
process.on('uncaughtException', (error) => {
  reply({ kind: 'down', error: sent_error(error) });
  process.exit(1);
});
process.on('exit', (code) => reply({ kind: 'down', error: sent_error(new Error(`it ended with code ${code}`)) }));
port.on('message', (request: Request) => {
  requests.push(request);
  void work();
});
