import { get_default_dtype } from '../../../tensor/dtype';
import { default_collate, default_convert } from '../collate';
import { is_iterable_dataset, type Source } from '../dataset';
import type { Job, Reply } from './messages';
import { says_where_it_lives } from './modules';
import { type Copies, discard, pack, tokens_of } from './pack';
import { Thread } from './thread';

/** A dataset in the workers of a loader: for one epoch, or for as long as the loader lives. */

export type BatchReply = Exclude<Reply, { kind: 'down' }>;

/** What there is to know of the loader. */
interface Loader extends Omit<Job, 'dataset' | 'collate' | 'batched' | 'worker_init_fn'> {
  readonly dataset: Source<unknown>;
  readonly num_workers: number;
  readonly worker_init_fn: Job['worker_init_fn'] | undefined;
  readonly batch_sampler: object | null;
  collate_fn(items: never): unknown;
}

/** Who the batches are for. */
interface Client {
  readonly id: number;
  receive(reply: BatchReply): void;
  /** A thread has ended. */
  wake(): void;
}

export class Session {
  readonly threads: readonly Thread[];
  readonly iterable: boolean;
  /** Whether the loop's thread has to call collate_fn. */
  readonly collates_here: boolean;
  private run: Client | null = null;
  private closed = false;

  constructor(loader: Loader, base_seed: number) {
    this.iterable = is_iterable_dataset(loader.dataset);
    const job = job_of(loader);
    this.collates_here = job.collate === 'none';
    const copies: Copies = new Map();
    const jobs = Array.from({ length: loader.num_workers }, () => pack(job, '', 'share', copies));
    try {
      this.threads = Thread.acquire(loader.num_workers, this.receive.bind(this));
    } catch (error) {
      jobs.forEach(discard);
      throw error;
    }
    this.threads.forEach((thread, worker_id) => {
      const { name: default_dtype } = get_default_dtype();
      const { num_workers } = loader;
      const own = jobs[worker_id];
      thread.post(
        { kind: 'open', worker_id, num_workers, base_seed, default_dtype, job: own },
        tokens_of(own.storages),
      );
    });
  }

  private receive(reply: Reply): void {
    if (reply.kind === 'down') this.run?.wake();
    else if (this.run !== null && reply.run === this.run.id) this.run.receive(reply);
    else if (reply.kind === 'batch') discard(reply.items);
  }

  /** All requests and replies are of this run from now on. */
  begin(run: Client, base_seed: number): void {
    this.run = run;
    for (const thread of this.threads) {
      thread.turn_to(run.id);
      thread.post({ kind: 'begin', run: run.id, base_seed });
    }
  }

  end(): void {
    this.run = null;
    for (const thread of this.threads) thread.turn_to(0);
  }

  get is_open(): boolean {
    return !this.closed && this.threads.every((thread) => thread.is_alive());
  }

  get is_busy(): boolean {
    return this.run !== null;
  }

  /** Lets the threads go; where one of them does not answer (`harshly`), it ends. */
  close(harshly = false): void {
    if (this.closed) return;
    this.closed = true;
    this.end();
    for (const thread of this.threads) {
      if (harshly) thread.terminate();
      else thread.release();
    }
  }
}

function job_of(loader: Loader): Job {
  const { dataset, worker_init_fn, batch_size, drop_last, batch_sampler } = loader;
  const batched = batch_size !== null || batch_sampler !== null;
  const collate_fn = loader.collate_fn as (items: unknown) => unknown;
  const standard = collate_fn === (batched ? default_collate : default_convert);
  const collate = standard ? 'default' : says_where_it_lives(collate_fn) ? collate_fn : 'none';
  return { dataset, collate, worker_init_fn: worker_init_fn ?? null, batched, batch_size, drop_last };
}
