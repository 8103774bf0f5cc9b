import { types } from 'node:util';
import { check_boolean, check_options, fail, fail_type } from '../errors';
import { type FilePath, path_of } from '../serialization/files';
import { write_whole } from '../viz/write';
import { averages_of, type EventAverage } from './averages';
import { type MemorySample, type ProfilerEvent, Recorder } from './recorder';
import { watch } from './seams';
import { type TableOptions, table_of } from './table';
import { trace_of } from './trace';

/** Where the time goes; `torch.profiler`. */
export type { EventAverage } from './averages';
export { type MachineLimits, machine_limits } from './limits';
export type { EventCategory, MemorySample, ProfilerEvent } from './recorder';
export type { SortKey, TableOptions } from './table';

/** Options of {@link profile}. */
export interface ProfileOptions {
  /** Events for the forwards of modules too. Default true. */
  with_modules?: boolean;
  /** Samples the memory in use whenever it has grown, for the trace. Default false. */
  profile_memory?: boolean;
}

let active: Recorder | null = null;

/**
 * What a profiled function did.
 * @example
 * ```ts
 * const profile = torch.profiler.profile(() => torch.ones([1000]).sum().item());
 * profile.result; // 1000
 * profile.duration > 0; // true
 * ```
 */
export class Profile<T = unknown> {
  /** @internal */
  constructor(
    /** What the function returned. */
    readonly result: T,
    /** In the order in which they began. */
    readonly events: readonly ProfilerEvent[],
    /** With `profile_memory`: the bytes in use after allocations. */
    readonly memory: readonly MemorySample[],
    /** The whole time, in microseconds. */
    readonly duration: number,
  ) {}

  /** Events of one name added up, with a last row for the JavaScript around them. */
  key_averages(): EventAverage[] {
    return averages_of(this.events, this.duration);
  }

  /**
   * The averages as text: time, calls, bytes and rates of each operation, its allocations and the collector's time. `% of limit` compares with
   * {@link machine_limits}; operands that lie in the caches may exceed it.
   */
  table(options?: TableOptions): string {
    return table_of(this.key_averages(), this.duration, options);
  }

  /** Writes the events as JSON for chrome://tracing or https://ui.perfetto.dev; folders on the way are made. */
  export_chrome_trace(path: FilePath): void {
    const op = 'export_chrome_trace';
    write_whole(op, path_of(op, path), JSON.stringify(trace_of(this.events, this.memory)));
  }
}

/**
 * Runs a function and takes the time of every kernel, module, node of backward, optimizer step and collection in it. A function that returns
 * a promise is profiled until that is settled. Outside of this call nothing is measured and nothing costs time.
 * @example
 * ```ts
 * const model = new torch.nn.Sequential(new torch.nn.Linear(10, 64), new torch.nn.ReLU(), new torch.nn.Linear(64, 1));
 * const profile = torch.profiler.profile(() => model.forward(torch.randn([32, 10])).sum().backward());
 * profile.key_averages().find(({ key }) => key === 'gemm')!.count >= 4; // true
 * profile.table({ sort_by: 'cpu_time_total', row_limit: 10 });
 * ```
 * @see https://pytorch.org/docs/stable/profiler.html#torch.profiler.profile
 */
export function profile<T>(func: () => Promise<T>, options?: ProfileOptions): Promise<Profile<T>>;
export function profile<T>(func: () => T, options?: ProfileOptions): Profile<T>;
export function profile<T>(func: () => T | Promise<T>, options?: ProfileOptions): Profile<T> | Promise<Profile<T>> {
  if (typeof func !== 'function') fail_type('profile', 'func', 'a function', func);
  const judged = check_options('profile', options, { with_modules: true, profile_memory: false });
  check_boolean('profile', 'with_modules', judged.with_modules);
  check_boolean('profile', 'profile_memory', judged.profile_memory);
  if (active !== null) fail('profile', 'a profiler is running already');
  const recorder = new Recorder(judged.profile_memory);
  const undo = watch(recorder, judged);
  active = recorder;
  const stop = (): void => {
    undo();
    active = null;
  };
  const finish = (result: T, duration: number): Profile<T> =>
    new Profile(result, recorder.events(), recorder.memory, duration);
  let result: T | Promise<T>;
  const began = recorder.now();
  try {
    result = func();
  } catch (error) {
    stop();
    throw error;
  }
  if (!types.isPromise(result)) {
    const duration = recorder.now() - began;
    stop();
    return finish(result, duration);
  }
  return result.then((value) => finish(value, recorder.now() - began)).finally(stop);
}

/**
 * Gives a part of the program a name in profiles. Without a profiler it only calls the function. What an asynchronous function does counts until
 * its promise is settled.
 * @example
 * ```ts
 * const profile = torch.profiler.profile(() => torch.profiler.record_function('metrics', () => torch.ones([3]).sum().item()));
 * profile.result; // 3
 * profile.events[0].name; // 'metrics'
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.profiler.record_function.html
 */
export function record_function<T>(name: string, func: () => T): T {
  if (typeof name !== 'string') fail_type('record_function', 'name', 'a string', name);
  if (typeof func !== 'function') fail_type('record_function', 'func', 'a function', func);
  return active === null ? func() : active.during(name, 'range', null, func);
}
