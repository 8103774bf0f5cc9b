import { join } from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';
import type { MessagePort, Worker } from 'node:worker_threads';
import { fail } from '../../../errors';
import { addon } from '../../../native/addon';
import { root } from '../../../native/machine';
import { is_loading } from './info';
import { CELL, type Reply, type Request, received_error, type Setup, sent_error } from './messages';
import { discard } from './pack';

/**
 * Worker threads. They outlive the epoch that asked for them, idle, because a thread takes tens of milliseconds to start and can be
 * joined only when the event loop turns. None of them keeps the process alive.
 */

/** Milliseconds until an idle thread ends. */
const IDLE = 10_000;
/** Milliseconds between two looks whether the threads still live. */
const LOOK = 50;

/** Milliseconds that a thread may take to start. */
const START = 60_000;

/** The same distance from the sources as from the bundle. */
const script = __filename.endsWith('.ts') ? join(__dirname, 'main.ts') : join(root, 'dist/chunks/data_worker.js');

/** Loaded when first used: most programs have no workers. */
const worker_threads = () => process.getBuiltinModule('node:worker_threads');

const bell = new Int32Array(new SharedArrayBuffer(4));
const idle: Thread[] = [];

export type Receiver = (reply: Reply) => void;

export class Thread {
  /** Who gets its replies; without one they are thrown away. */
  receiver: Receiver | null = null;
  /** Why it is no more. */
  failure: Error | null = null;
  /** Its number in the session it works for. */
  id = 0;
  private readonly worker: Worker;
  private readonly port: MessagePort;
  private readonly cells = new Int32Array(new SharedArrayBuffer(8));
  /** Memory sent that the thread may not have taken yet. */
  private sent: number[] = [];
  private readonly made = performance.now();
  private timer: NodeJS.Timeout | undefined;

  private constructor() {
    const { MessageChannel, Worker } = worker_threads();
    const { port1, port2 } = new MessageChannel();
    const workerData: Setup = { port: port2, bell, cells: this.cells };
    this.worker = new Worker(script, { workerData, transferList: [port2], name: 'cresset DataLoader' });
    this.port = port1;
    this.port.on('message', (reply: Reply) => this.receive(reply));
    this.worker.on('error', (error: Error) => this.end_after_all(error));
    this.worker.on('exit', (code) => this.end_after_all(new Error(`it ended with code ${code}`)));
    this.hold_process(false);
  }

  /** Idle threads, and new ones where there are not enough. */
  static acquire(n: number, receiver: Receiver): Thread[] {
    if (is_loading())
      fail(
        'DataLoader',
        'a worker loads the module of its dataset, and that module starts a loop with workers; put the dataset into a module of its own, or the loop under `if (isMainThread)`',
      );
    return Array.from({ length: n }, (_, id) => {
      const thread = Thread.find_idle() ?? new Thread();
      thread.receiver = receiver;
      thread.id = id;
      return thread;
    });
  }

  private static find_idle(): Thread | undefined {
    for (let thread = idle.pop(); thread !== undefined; thread = idle.pop()) {
      clearTimeout(thread.timer);
      thread.drain();
      if (thread.is_alive()) return thread;
    }
    return undefined;
  }

  post(request: Request, tokens: readonly number[] = []): void {
    this.sent.push(...tokens);
    this.port.postMessage(request);
  }

  /** From now on only requests of this run count. */
  turn_to(run: number): void {
    Atomics.store(this.cells, CELL.run, run);
  }

  /** Takes in what has arrived. */
  drain(): void {
    const { receiveMessageOnPort } = worker_threads();
    for (let got = receiveMessageOnPort(this.port); got !== undefined; got = receiveMessageOnPort(this.port))
      this.receive(got.message as Reply);
  }

  private receive(reply: Reply): void {
    if (reply.kind === 'down') this.end(received_error(reply.error));
    else if (this.receiver !== null) {
      this.sent = [];
      this.receiver(reply);
    } else if (reply.kind === 'batch') discard(reply.items);
  }

  /** Asks the native side, because events about a thread's end wait for the event loop. */
  is_alive(): boolean {
    const environment = Atomics.load(this.cells, CELL.environment);
    const lives = environment === 0 ? performance.now() - this.made < START : addon.is_alive(environment);
    if (this.failure === null && !lives)
      this.end_after_all(new Error(environment === 0 ? 'it did not start' : 'it ended without a word'));
    return this.failure === null;
  }

  /** Back to the idle ones; what it holds of the dataset goes. */
  release(): void {
    this.receiver = null;
    this.turn_to(0);
    if (!this.is_alive()) return;
    this.post({ kind: 'close' });
    this.drain();
    this.timer = setTimeout(() => this.retire(), IDLE);
    this.timer.unref();
    idle.push(this);
  }

  private retire(): void {
    const place = idle.indexOf(this);
    if (place >= 0) idle.splice(place, 1);
    this.terminate();
  }

  terminate(): void {
    this.receiver = null;
    this.end(new Error('it was terminated'));
    void this.worker.terminate();
  }

  /** What it still said comes first. */
  private end_after_all(reason: Error): void {
    this.drain();
    this.end(reason);
  }

  private end(reason: Error): void {
    if (this.failure !== null) return;
    this.failure = reason;
    for (const token of this.sent) addon.revoke(token);
    this.sent = [];
    this.receiver?.({ kind: 'down', error: sent_error(reason) });
  }

  /** While a loop waits in the event loop, this thread may hold the process. */
  hold_process(on: boolean): void {
    if (on) this.worker.ref();
    else {
      this.worker.unref();
      this.port.unref();
    }
  }
}

/** How often the bell has rung. */
export function rings(): number {
  return Atomics.load(bell, 0);
}

/** Sleeps until the bell rings once more, or for a while. */
export function sleep(since: number, milliseconds = LOOK): void {
  Atomics.wait(bell, 0, since, Math.min(milliseconds, LOOK));
}
