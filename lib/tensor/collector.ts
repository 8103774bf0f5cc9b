import { addon } from '../native/addon';
import { type Collect, find_collector } from '../native/heap';
import { on_shortage } from '../native/shortage';

/**
 * When to collect. Node runs finalizers only after the event loop turns, which a synchronous training loop never lets it do; but
 * weak references are cleared by the collection itself. So after a budget of handed-out bytes we ask V8 for a minor
 * collection and sweep the block tables. See docs/memory.md.
 */

const MiB = 2 ** 20;
/** A block costs about this much beside its bytes: reference, table slot, JavaScript objects. */
const BLOCK_OVERHEAD = 200;
/**
 * A result counts as much, however small it is and whether or not it was given back: the JavaScript objects of 1,024 of them fit into V8's nursery.
 * When that is full V8 collects by itself, which frees no block, and makes it larger.
 */
const RESULT_SHARE = 4096;

function bytes_from_environment(name: string): number | undefined {
  const given = process.env[name];
  if (given === undefined) return undefined;
  const bytes = Number(given);
  if (!(bytes >= MiB && bytes <= Number.MAX_SAFE_INTEGER))
    throw new Error(`${name}: expected a number of bytes of at least 1048576, got ${JSON.stringify(given)}`);
  return bytes;
}

function budget_limit(): number {
  const cap = addon.memory_limit() / 8;
  return Math.min(bytes_from_environment('CRESSET_MEMORY_BUDGET') ?? 256 * MiB, cap);
}

const memory_limit = bytes_from_environment('CRESSET_MEMORY_LIMIT');
if (memory_limit !== undefined) addon.set_memory_limit(memory_limit);
const process_limit = budget_limit();

let found: Collect | null | undefined;
function collector(): Collect | null {
  if (found === undefined) found = find_collector();
  return found;
}

/**
 * CRESSET_GC_STRESS=1 collects at every allocation, what is young each time and everything at every eighth; =major everything each time. Freed blocks
 * are poisoned.
 */
const STRESSED_MAJOR_EVERY = { '': 0, '0': 0, '1': 8, major: 1 };
const stress = ((given) => {
  const every = STRESSED_MAJOR_EVERY[given as keyof typeof STRESSED_MAJOR_EVERY];
  if (every === undefined) throw new Error(`CRESSET_GC_STRESS: expected 1, major or 0, got ${JSON.stringify(given)}`);
  return every;
})(process.env.CRESSET_GC_STRESS ?? '');
let stressed = 0;
/** Small results then cycle through the second-level cache … */
const smallest = Math.min(4 * MiB, process_limit);
/** … and larger ones through a little more, so that a collection is shared by 16 of them. */
const SHARED_BY = 16;
const shared_most = Math.min(16 * MiB, process_limit);
/** Beside a kernel a collection costs little, but one more result lives by then; the time of larger ones would not be noticed. */
const BESIDE_MOST = 8 * MiB;
const MINOR = { type: 'minor', execution: 'sync' } as const;

/** The budget's upper bound. Threads that use cresset share the process's. */
let limit = process_limit;

let budget = smallest;
let spent = 0;
/** What was handed out since the last collection, also what has been given back. */
let results = 0;
/** What the last step handed out until its backward had ended. */
let step = 0;
/** While a collection is due that can wait for a kernel: the bytes that may survive it for nothing. Else 0. */
let due = 0;
/** A minor collection that the next kernel runs beside its threads: asked for, or done, so that the sweep can follow. */
let beside: 'none' | 'asked' | 'done' = 'none';
/** The living after the last major collection: what certainly was in use then. */
let settled = 0;
/** When the last major collection ended, and how long it took, in milliseconds. */
let major_ended = 0;
let major_took = 0;
/** What V8 has been told of, where it has no `gc`. */
let announced = 0;
let warned = false;

addon.set_cache_limit(process_limit);
if (stress > 0) addon.set_poison(1);

export function before_allocation(nbytes: number): void {
  if (due > 0) collect_soon(nbytes);
  spent += nbytes + BLOCK_OVERHEAD;
  results++;
  if (stress > 0) collect_under_stress();
  else if (Math.max(spent, RESULT_SHARE * results) > Math.max(budget, 1.5 * step)) {
    if (is_worthwhile()) collect_now(nbytes);
    else if (due === 0 && nbytes <= BESIDE_MOST && can_collect_soon()) due = limit;
  }
}

function collect_now(nbytes: number): void {
  around_reclaim(() => {
    step /= 2;
    reclaim(nbytes);
  });
}

/** Whether enough results share the collection, or so much memory that it does not matter. */
function is_worthwhile(share = 1): boolean {
  return results >= share * SHARED_BY || spent > share * shared_most;
}

/**
 * A graph has been walked and is dead now: the best moment to collect. In the middle of a step its values would survive, and what has survived
 * twice only a major collection can take. So the next collections wait for the end of the step, if it is like this one. The step's last results
 * are still in the user's hands, and go when the next one begins.
 */
export function after_backward(): void {
  if (stress > 0 || spent < 0.75 * smallest || !can_collect_soon()) return;
  step = Math.min(spent, limit / 1.5);
  // A collection in the middle of this step is not the one at its end.
  if (beside === 'done') beside = 'none';
  due = major_is_cheap() ? Math.min(limit, Math.max(3 * spent, 32 * MiB)) : limit;
}

/** Beside a kernel fewer results are enough: it costs less than the cache that more of them take. */
function can_collect_soon(): boolean {
  return is_worthwhile(0.4) && collector() !== null;
}

/** An allocation announces a kernel: that one runs the collection, and the allocation after it sweeps. */
function collect_soon(nbytes: number): void {
  if (beside === 'none' && nbytes <= BESIDE_MOST && around_reclaim === at_once) {
    beside = 'asked';
    addon.beside_next_run(collect_beside);
  } else if (beside !== 'asked' || nbytes > BESIDE_MOST) around_reclaim(() => reclaim(0, due));
}

function collect_beside(): void {
  collector()?.(MINOR);
  beside = 'done';
}

/** Of the time since the last major collection, another one like that would take less than a twentieth. */
function major_is_cheap(): boolean {
  return performance.now() - major_ended > 20 * major_took;
}

const at_once = (work: () => void): void => work();
/** How a collection is run: profilers take its time, so with them there is none beside a kernel. */
let around_reclaim = at_once;

/** Returns what was in force before. */
export function set_around_reclaim(around: (work: () => void) => void): (work: () => void) => void {
  const before = around_reclaim;
  around_reclaim = around;
  if (beside === 'asked') {
    addon.beside_next_run(null);
    beside = 'none';
  }
  return before;
}

function collect_under_stress(): void {
  if (++stressed % stress === 0) collector()?.();
  else collector()?.(MINOR);
  addon.sweep(1);
  addon.beside_next_run(collect_beside);
}

/** A block was released by hand: it does not count against the budget. */
export function give_back(nbytes: number): void {
  spent -= nbytes + BLOCK_OVERHEAD;
}

/** Before `nbytes` are handed out, or with 0 at the end of a step. `slack`: bytes that may survive minor collections for nothing. */
function reclaim(nbytes: number, slack = limit): void {
  const collect = collector();
  if (collect === null) {
    without_collector();
    return;
  }
  const handed = spent;
  const before = weigh_living();
  if (beside !== 'done') collect(MINOR);
  if (beside === 'asked') addon.beside_next_run(null);
  beside = 'none';
  addon.sweep(0);
  let live = weigh_living();
  const little_came_back = before - live < handed / 2;
  // What survives minor collections only a major one can take. It is due when the survivors may exceed the live set, as the last
  // one found it, by half.
  const coming = nbytes === 0 ? 0 : Math.max(budget, nbytes);
  if (live + coming > 1.5 * settled + slack) {
    const began = performance.now();
    collect_garbage();
    live = settled;
    major_ended = performance.now();
    major_took = major_ended - began;
  }
  if (little_came_back) budget = Math.min(budget * 2, limit);
  else budget = Math.max(smallest, budget * 0.75);
  addon.set_cache_limit(process_limit + memory_stats().allocated + nbytes);
  spent = 0;
  results = 0;
  due = 0;
}

/** V8 is told what is out there, collects when it finds that too much, and the sweep sees what went. */
function without_collector(): void {
  addon.adjust_external(spent);
  const live = addon.sweep(1);
  addon.adjust_external(live - announced - spent);
  announced = live;
  spent = 0;
  results = 0;
  if (!warned) process.emitWarning('cresset: this runtime has no gc(); memory comes back when V8 collects by itself');
  warned = true;
}

/** What this thread's blocks weigh that no sweep has freed, in the unit of `spent`. */
function weigh_living(): number {
  addon.stats();
  limit = Math.max(process_limit / addon.arguments[7], MiB);
  return addon.arguments[5] + BLOCK_OVERHEAD * addon.arguments[4];
}

on_shortage(() => {
  collect_garbage();
  addon.empty_cache();
});

export interface MemoryStats {
  /** Bytes of blocks handed out, of all workers. */
  allocated: number;
  /** Free bytes kept for reuse. */
  cached: number;
  /** Highest sum of both since `reset_peak_memory_stats`. */
  peak: number;
  /** Bytes shared with ArrayBuffers from `typed_array()`, which wait for their finalizers, or with loader workers. */
  pinned: number;
  /** Blocks and bytes of this thread that no sweep has freed yet. */
  live_blocks: number;
  live_bytes: number;
  /** How often the operating system was asked for memory. */
  system_allocations: number;
  /** Bytes handed out between two collections, and its upper bound. */
  budget: number;
  budget_limit: number;
}

/**
 * What the allocator holds, as `torch.cuda.memory_stats` does for a GPU.
 * @example
 * ```ts
 * const x = torch.zeros([256]);
 * torch.memory_stats().allocated >= 4 * x.numel(); // true
 * ```
 */
export function memory_stats(): MemoryStats {
  addon.stats();
  const [allocated, cached, peak, pinned, live_blocks, live, system_allocations] = addon.arguments;
  return {
    allocated,
    cached,
    peak,
    pinned,
    live_blocks,
    live_bytes: live,
    system_allocations,
    budget,
    budget_limit: limit,
  };
}

/**
 * Starts `memory_stats().peak` anew from what is held now.
 * @example
 * ```ts
 * torch.reset_peak_memory_stats();
 * const { peak, allocated, cached } = torch.memory_stats();
 * peak === allocated + cached; // true
 * ```
 */
export function reset_peak_memory_stats(): void {
  addon.reset_peak();
}

/**
 * Gives all cached free memory back to the system.
 * @example
 * ```ts
 * torch.empty_cache();
 * torch.memory_stats().cached; // 0
 * ```
 */
export function empty_cache(): void {
  addon.empty_cache();
}

/** A full collection and sweep now, for tests and for those who want a number they can trust. */
export function collect_garbage(): void {
  collector()?.();
  addon.sweep(1);
  settled = weigh_living();
}
