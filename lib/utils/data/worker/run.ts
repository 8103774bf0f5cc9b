import { clearTimeout, setTimeout } from 'node:timers';
import { fail } from '../../../errors';
import { Stream } from '../seeds';
import { error_of_worker, received_error } from './messages';
import type { Packed } from './pack';
import type { BatchReply, Session } from './session';
import { rings, sleep, type Thread } from './thread';
import { unpack } from './unpack';

/** One epoch through workers: keeps them supplied, puts what comes back into order. */

export interface RunOptions {
  /** What is to be fetched, in order; null for an iterable dataset, which has no keys. */
  readonly keys: Iterator<unknown> | null;
  readonly base_seed: number;
  /** Batches that each worker loads ahead. */
  readonly prefetch_factor: number;
  /** In seconds; 0 for none. */
  readonly timeout: number;
  /** For batches that the workers leave uncollated. */
  readonly collate: (items: unknown) => unknown;
}

type Arrived = { kind: 'batch'; batch: unknown } | { kind: 'end' } | { kind: 'error'; error: Error };

export type Step = { kind: 'batch'; batch: unknown } | { kind: 'finished' } | { kind: 'wait' };

const FINISHED: Step = { kind: 'finished' };
const WAIT: Step = { kind: 'wait' };

let last_run = 0;

export class Run {
  readonly id = (last_run = (last_run % 0x7fffffff) + 1);
  /** The next batch for the loop, and the next to be asked for. */
  private next = 0;
  private asked = 0;
  private readonly arrived = new Map<number, Arrived>();
  private readonly pending: Set<number>[];
  /** Workers whose share of an iterable dataset is at its end. */
  private readonly exhausted: boolean[];
  private out_of_keys = false;
  private closed = false;
  private on_arrival: (() => void) | null = null;

  constructor(
    private readonly session: Session,
    private readonly options: RunOptions,
  ) {
    this.pending = session.threads.map(() => new Set());
    this.exhausted = session.threads.map(() => false);
    session.begin(this, options.base_seed);
  }

  /** The loop's next batch, or what to do instead. */
  step(): Step {
    for (;;) {
      this.ask();
      if (this.exhausted.every(Boolean) || (this.out_of_keys && this.next === this.asked)) return FINISHED;
      const arrived = this.arrived.get(this.next);
      if (arrived === undefined) {
        this.check_next();
        return WAIT;
      }
      this.arrived.delete(this.next++);
      if (arrived.kind === 'error') throw arrived.error;
      if (arrived.kind === 'batch') return arrived;
      this.exhausted[(this.next - 1) % this.exhausted.length] = true;
    }
  }

  /** Keeps as many batches under way as were asked for. */
  private ask(): void {
    const { keys, prefetch_factor } = this.options;
    const { threads } = this.session;
    if (this.dead() !== undefined) return;
    while (!this.out_of_keys && this.asked - this.next < prefetch_factor * threads.length) {
      const batch = this.asked;
      const key = keys?.next();
      if (key?.done) {
        this.out_of_keys = true;
        return;
      }
      this.asked++;
      const id = keys === null ? batch % threads.length : this.least_busy();
      if (this.exhausted[id]) {
        this.arrived.set(batch, { kind: 'end' });
        continue;
      }
      this.pending[id].add(batch);
      try {
        threads[id].post({ kind: 'fetch', run: this.id, batch, key: key?.value });
      } catch (error) {
        fail('DataLoader', `workers cannot be given what the sampler drew: ${(error as Error).message}`);
      }
    }
  }

  private least_busy(): number {
    let best = 0;
    for (let id = 1; id < this.pending.length; id++) if (this.pending[id].size < this.pending[best].size) best = id;
    return best;
  }

  receive(reply: BatchReply): void {
    this.pending.forEach((batches) => {
      batches.delete(reply.batch);
    });
    this.arrived.set(reply.batch, this.take(reply));
    this.wake();
  }

  private take(reply: BatchReply): Arrived {
    if (reply.kind === 'end') return reply;
    if (reply.kind === 'error')
      return { kind: 'error', error: error_of_worker(reply.worker, received_error(reply.error)) };
    try {
      return { kind: 'batch', batch: this.finish(this.unpack(reply.items), reply.batch, reply.position) };
    } catch (error) {
      return { kind: 'error', error: error as Error };
    }
  }

  /** With a thread goes the memory that it sent and nobody took yet. */
  private unpack(packed: Packed): unknown {
    try {
      return unpack(packed);
    } catch (error) {
      const dead = this.dead();
      throw dead === undefined ? error : death(dead);
    }
  }

  /** Samples become a batch where the worker could not, with what is left of the batch's stream. */
  private finish(items: unknown, batch: number, position: number): unknown {
    if (!this.session.collates_here) return items;
    return new Stream(this.options.base_seed, batch, position).run(() => this.options.collate(items));
  }

  private dead(): Thread | undefined {
    return this.session.threads.find((thread) => !thread.is_alive());
  }

  /** Whether the next batch will come: nobody was asked for it, or one who is no more. */
  private check_next(): void {
    const owner = this.pending.findIndex((batches) => batches.has(this.next));
    const lost = owner < 0 ? this.dead() : this.session.threads[owner];
    if (lost !== undefined && !lost.is_alive()) throw death(lost);
  }

  /** Sleeps until something arrives. */
  wait(deadline: number): void {
    const since = rings();
    for (const thread of this.session.threads) thread.drain();
    if (this.arrived.has(this.next)) return;
    this.check_next();
    const left = deadline - performance.now();
    if (left <= 0) this.give_up();
    sleep(since, left);
  }

  /** The same in the event loop. */
  async wait_in_loop(deadline: number): Promise<void> {
    const { threads } = this.session;
    for (const thread of threads) thread.hold_process(true);
    const left = deadline - performance.now();
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve) => {
        this.on_arrival = resolve;
        if (left < Infinity) timer = setTimeout(resolve, left);
      });
    } finally {
      this.on_arrival = null;
      clearTimeout(timer);
      for (const thread of threads) thread.hold_process(false);
    }
    if (!this.arrived.has(this.next) && performance.now() >= deadline) this.give_up();
  }

  wake(): void {
    this.on_arrival?.();
  }

  /** When waiting for a batch that is asked for now is over. */
  deadline(): number {
    const { timeout } = this.options;
    return timeout === 0 ? Infinity : performance.now() + 1000 * timeout;
  }

  private give_up(): never {
    this.close();
    this.session.close(true);
    return fail('DataLoader', `timed out after ${this.options.timeout} seconds`);
  }

  /** What is under way is no longer wanted. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.arrived.clear();
    this.options.keys?.return?.();
    this.session.end();
  }
}

function death({ failure, id }: Thread): Error {
  return new Error(`DataLoader: worker ${id} died: ${failure!.message}`, { cause: failure! });
}
