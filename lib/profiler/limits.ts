import { no_grad } from '../autograd/mode';
import { get_num_threads } from '../backend';
import { addon } from '../native/addon';
import { copy_into, fill_with } from '../native/map';
import { matmul } from '../ops/matmul';
import { type DType, float32, float64 } from '../tensor/dtype';
import { allocate } from '../tensor/tensor';

/** What this machine can do with the present number of threads, as our own kernels find it. */
export interface MachineLimits {
  /** Bytes a second, read and written, of a copy that does not fit the caches. */
  readonly copy: number;
  /** Floating point operations a second of a matrix product, in float32 and float64. */
  readonly float32: number;
  /** The same in float64. */
  readonly float64: number;
}

const MiB = 2 ** 20;
const ROUNDS = 5;
const MATRIX = 640;

const known = new Map<number, MachineLimits>();

/**
 * Measures what the machine can do: a copy of 64 MiB as in STREAM and a product of 640×640 matrices, the best of five each. Takes about a tenth of a
 * second the first time, nothing later: the figures are kept for each number of threads.
 * @example
 * ```ts
 * const { copy, float32 } = torch.profiler.machine_limits();
 * copy > 0 && float32 > 0; // true
 * ```
 * @see https://www.cs.virginia.edu/stream/
 */
export function machine_limits(): MachineLimits {
  const threads = get_num_threads();
  let limits = known.get(threads);
  if (limits === undefined) {
    limits = no_grad(() => ({ copy: copy_rate(), float32: product_rate(float32), float64: product_rate(float64) }));
    known.set(threads, limits);
  }
  return limits;
}

function copy_rate(): number {
  const nbytes = Math.min(64 * MiB, Math.max(MiB, addon.available_memory() / 16));
  const [from, to] = [0, 1].map(() => allocate([Math.floor(nbytes / 4)], float32));
  fill_with(from, 1);
  const seconds = best_time(() => copy_into(to, from));
  for (const each of [from, to]) each.dispose();
  return (2 * nbytes) / seconds;
}

function product_rate(dtype: DType): number {
  const a = allocate([MATRIX, MATRIX], dtype);
  fill_with(a, 1);
  const seconds = best_time(() => matmul(a, a).dispose());
  a.dispose();
  return (2 * MATRIX ** 3) / seconds;
}

/** Seconds; the first run, which meets untouched pages, does not count. */
function best_time(work: () => void): number {
  work();
  let best = Infinity;
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    work();
    best = Math.min(best, performance.now() - start);
  }
  return best / 1000;
}
