import { fail } from '../errors';
import { collect_garbage, memory_stats } from '../tensor/collector';

/** Whether a function leaves tensors behind: runs it in rounds and counts, after a full collection, the blocks that live on. */

const WARM_UP = 2;
const ROUNDS = 3;
const RUNS = 4;

export interface LeakReport {
  /** Live blocks before the first round and after each. */
  blocks: number[];
  /** Bytes that stayed per run, on average. */
  bytes_per_run: number;
  /** Whether every round left more blocks than the one before. */
  leaks: boolean;
  /** Whether every round left more bytes in arrays from `typed_array()`; without asynchronous turns it would say nothing. */
  pins: boolean;
}

interface Level {
  blocks: number;
  bytes: number;
  pinned: number;
}

function level(): Level {
  collect_garbage();
  const { live_blocks, live_bytes, pinned } = memory_stats();
  return { blocks: live_blocks, bytes: live_bytes, pinned };
}

function grows(values: readonly number[]): boolean {
  return values.every((value, i) => i === 0 || value > values[i - 1]);
}

function judge(levels: readonly Level[], asynchronous: boolean): LeakReport {
  const first = levels[0];
  const last = levels[levels.length - 1];
  return {
    blocks: levels.map((each) => each.blocks),
    bytes_per_run: (last.bytes + last.pinned - first.bytes - first.pinned) / (ROUNDS * RUNS),
    leaks: grows(levels.map((each) => each.blocks)),
    pins: asynchronous && grows(levels.map((each) => each.pinned)),
  };
}

/** The report, as a promise if the function is asynchronous. */
export function find_leaks(func: () => unknown): LeakReport | Promise<LeakReport> {
  const started = func();
  if (is_promise(started)) return find_leaks_later(started, func as () => Promise<unknown>);
  run(func, WARM_UP - 1);
  const levels = [level()];
  for (let round = 0; round < ROUNDS; round++) {
    run(func, RUNS);
    levels.push(level());
  }
  return judge(levels, false);
}

/** Its own frame, so that no register keeps a result alive. */
function run(func: () => unknown, times: number): void {
  for (let i = 0; i < times; i++)
    if (is_promise(func())) fail('toNotLeakTensors', 'the function is sometimes asynchronous and sometimes not');
}

async function find_leaks_later(started: PromiseLike<unknown>, func: () => PromiseLike<unknown>): Promise<LeakReport> {
  await started;
  for (let i = 1; i < WARM_UP; i++) await func();
  const levels = [await settled_level()];
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < RUNS; i++) await func();
    levels.push(await settled_level());
  }
  return judge(levels, true);
}

/** Finalizers of arrays from `typed_array()` run when the event loop turns. */
async function settled_level(): Promise<Level> {
  for (let turn = 0; turn < 2; turn++) {
    collect_garbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return level();
}

function is_promise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
