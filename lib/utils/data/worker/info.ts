import type { Source } from '../dataset';

/** What a dataset can ask about the worker it is in. */
export interface WorkerInfo {
  /** 0 … num_workers - 1. */
  readonly id: number;
  /** How many workers there are. */
  readonly num_workers: number;
  /** The epoch's base seed plus the id. */
  readonly seed: number;
  /** The worker's own copy of the dataset. */
  readonly dataset: Source<unknown>;
}

let current: WorkerInfo | null = null;
let loading = false;

/**
 * Which worker of a {@link DataLoader} this is; null in other threads. An {@link IterableDataset} asks for it to take its share.
 * @example
 * ```ts
 * class Share extends torch.utils.data.IterableDataset<number> {
 *   override *[Symbol.iterator]() {
 *     const { id, num_workers } = torch.utils.data.get_worker_info() ?? { id: 0, num_workers: 1 };
 *     for (let i = id; i < 100; i += num_workers) yield i;
 *   }
 * }
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.get_worker_info
 */
export function get_worker_info(): WorkerInfo | null {
  return current;
}

export function set_worker_info(info: WorkerInfo | null): void {
  current = info;
}

/** Whether this worker loads the modules of a dataset: one of them must not start workers in turn. */
export function is_loading(): boolean {
  return loading;
}

export function set_loading(on: boolean): void {
  loading = on;
}
