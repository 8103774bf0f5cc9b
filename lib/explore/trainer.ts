import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { root } from '../native/machine';
import type { TrainRequest } from './protocol';

/** The same distance from the sources as from the bundle. */
const script = __filename.endsWith('.ts')
  ? join(__dirname, 'training/worker.ts')
  : join(root, 'dist/chunks/explore_worker.js');

interface Reply {
  readonly id: number;
  readonly frame?: Float32Array<ArrayBuffer>;
  readonly error?: string;
}

interface Waiting {
  resolve(frame: Float32Array<ArrayBuffer>): void;
  reject(error: Error): void;
}

/** The thread that trains, as the server sees it; it starts with the first request. */
export class Trainer {
  private worker: Worker | null = null;
  private readonly waiting = new Map<number, Waiting>();
  private next = 0;

  /** Requests not answered yet. */
  get load(): number {
    return this.waiting.size;
  }

  train(request: TrainRequest): Promise<Float32Array<ArrayBuffer>> {
    this.worker ??= this.start();
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker!.postMessage({ id, request });
    });
  }

  async close(): Promise<void> {
    const { worker } = this;
    this.worker = null;
    await worker?.terminate();
    this.give_up(new Error('the server stops'));
  }

  private start(): Worker {
    const worker = new Worker(script, { name: 'cresset explore' });
    worker.on('message', ({ id, frame, error }: Reply) => {
      const waiting = this.waiting.get(id);
      this.waiting.delete(id);
      if (frame === undefined) waiting?.reject(new Error(error));
      else waiting?.resolve(frame);
    });
    worker.on('error', (error: Error) => this.give_up(error));
    // The next request starts another.
    worker.on('exit', () => {
      if (this.worker === worker) this.worker = null;
      this.give_up(new Error('the thread that trains has ended'));
    });
    return worker;
  }

  private give_up(error: Error): void {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}
