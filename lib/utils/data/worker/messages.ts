import type { MessagePort } from 'node:worker_threads';
import type { Packed } from './pack';

/** What the loop's thread and a worker say to each other. */

/** What a worker is born with. */
export interface Setup {
  readonly port: MessagePort;
  /** Counts all replies of all workers; the loop's thread sleeps on it. */
  readonly bell: Int32Array;
  /** Of this worker; see {@link CELL}. */
  readonly cells: Int32Array;
}

export const CELL = {
  /** The run the loop wants batches of; 0 for none. Requests of others are skipped. */
  run: 0,
  /** The worker's native state, by which it is known to be alive. */
  environment: 1,
} as const;

/** A dataset and what is to be done with it. */
export interface Job {
  readonly dataset: unknown;
  /** `default` collates or converts; `none` leaves it to the loop's thread. */
  readonly collate: 'default' | 'none' | ((items: unknown) => unknown);
  readonly worker_init_fn: ((worker_id: number) => void) | null;
  readonly batched: boolean;
  readonly batch_size: number | null;
  readonly drop_last: boolean;
}

export type Request =
  | {
      kind: 'open';
      worker_id: number;
      num_workers: number;
      base_seed: number;
      default_dtype: string;
      job: Packed;
    }
  | { kind: 'begin'; run: number; base_seed: number }
  | { kind: 'fetch'; run: number; batch: number; key: unknown }
  | { kind: 'close' };

export type Reply =
  | { kind: 'batch'; run: number; batch: number; items: Packed; position: number }
  | { kind: 'end'; run: number; batch: number }
  | { kind: 'error'; run: number; batch: number; worker: number; error: SentError }
  | { kind: 'down'; error: SentError };

/** An error as it goes through a port. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
}

export function sent_error(error: unknown): SentError {
  if (typeof error !== 'object' || error === null || !('message' in error))
    return { name: 'Error', message: String(error), stack: undefined };
  const { name, message, stack } = error as Error;
  return { name: String(name), message: String(message), stack };
}

const classes: Readonly<Record<string, ErrorConstructor>> = { TypeError, RangeError, SyntaxError, ReferenceError };

/** The error as it was in the worker, with its stack there. */
export function received_error({ name, message, stack }: SentError): Error {
  const error = new (classes[name] ?? Error)(message);
  error.name = name;
  error.stack = stack;
  return error;
}

/** What the loop throws for it. */
export function error_of_worker(worker: number, cause: Error): Error {
  const message = cause.message.replace(/^DataLoader: /, '');
  return new (classes[cause.name] ?? Error)(`DataLoader: worker ${worker}: ${message}`, { cause });
}
