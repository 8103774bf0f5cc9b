import { load_addon } from './load';

/** What the `.node` file exports. Nothing outside this folder and `lib/tensor/storage.ts` sees it. */
export interface Addon {
  run(kernel: number, length: number): number;
  /** Calls `work` once in the next `run`, while the pool already computes; null takes it back. It must not touch blocks or `arguments`. */
  beside_next_run(work: (() => void) | null): boolean;
  last_error(): string;
  allocate(storage: object, bytes: number): number;
  adopt(storage: object, array: ArrayBufferView): number;
  release(id: number): boolean;
  /** A token of the block's memory for another thread, or 0. */
  hand_over(id: number, keep: number): number;
  /** An id for the memory a token stands for, or 0. */
  take_over(storage: object, token: number): number;
  /** Gives the memory back that nobody took over. */
  revoke(token: number): boolean;
  /** The number of this thread's state, and whether a state of that number still lives in any thread. */
  environment(): number;
  is_alive(environment: number): boolean;
  sweep(everything: number): number;
  buffer(id: number): ArrayBuffer | undefined;
  transfer(id: number, offset: number, array: ArrayBufferView, into_block: number): number;
  /** For profilers: one of {@link WORK}. */
  work(which: number): number;
  stats(): void;
  reset_peak(): void;
  empty_cache(): void;
  set_cache_limit(bytes: number): void;
  /** What the machine, the control group or `set_memory_limit` allows the process. */
  memory_limit(): number;
  /** The largest block that would be granted now. */
  available_memory(): number;
  set_memory_limit(bytes: number): void;
  /** Tells V8 of memory outside its heap, where it cannot be asked to collect. */
  adjust_external(bytes: number): void;
  set_poison(on: number): void;
  isa(): string;
  num_threads(): number;
  set_num_threads(count: number): number;
  leaky_relu(
    x: ArrayBufferView,
    out: ArrayBufferView,
    mask: ArrayBufferView | undefined,
    slope: number,
  ): string | undefined;
  leaky_relu_backward(
    grad: ArrayBufferView,
    out: ArrayBufferView,
    saved: ArrayBufferView,
    slope: number,
  ): string | undefined;
  raw_alloc(bytes: number): Uint8Array<ArrayBuffer> | undefined;
  readonly kernels: readonly string[];
  readonly arguments: Float64Array;
}

/** What `addon.work` tells: of the last kernel, of all allocations, and of the memory now. */
export const WORK = { bytes: 0, operations: 1, dtype: 2, allocations: 3, allocated: 4, in_use: 5 } as const;

export const addon = load_addon() as Addon;
