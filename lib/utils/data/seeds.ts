import { check_integer, fail_type } from '../../errors';
import { randint } from '../../ops/random';
import { default_generator, Generator, type StreamPlace } from '../../random';

/**
 * Where randomness comes from while a loader works. Every epoch draws one base seed. The order of the samples and each batch then have streams of their
 * own, made of that seed and the batch's number, so what a dataset draws does not depend on who loads a batch, or when.
 */

const SEEDS = 2 ** 53 - 1;
/** Multiples of 2^64 over the golden ratio: no two batches of an epoch share a seed. */
const STEP = 0x9e3779b97f4a7c15n;

/** A seed for an epoch, from the loader's generator or that of `torch.manual_seed`. */
export function draw_seed(generator: Generator | undefined): number {
  return randint(SEEDS, [1], { generator }).item();
}

/** A stream that stands in for that of `torch.manual_seed` while a function runs, and goes on where it stopped. */
export class Stream {
  private place: StreamPlace;

  /** The stream of a batch, or (without one) that of the order of the samples. */
  constructor(base_seed: number, batch = -1, position = 0) {
    this.place = { seed: BigInt.asUintN(64, BigInt(base_seed) + BigInt(batch + 2) * STEP), position };
  }

  /** How far it has been used. */
  get position(): number {
    return this.place.position;
  }

  run<T>(body: () => T): T {
    const left = default_generator.replace(this.place);
    try {
      return body();
    } finally {
      this.place = default_generator.replace(left);
    }
  }

  /** The same items, drawn within the stream. */
  *through<T>(items: Iterable<T>): globalThis.Generator<T, void, undefined> {
    const iterator = this.run(() => items[Symbol.iterator]());
    try {
      for (;;) {
        const next = this.run(() => iterator.next());
        if (next.done) return;
        yield next.value;
      }
    } finally {
      iterator.return?.();
    }
  }
}

export function check_generator(op: string, generator: unknown): void {
  if (generator !== undefined && !(generator instanceof Generator))
    fail_type(op, 'generator', 'a torch.Generator', generator);
}

/** The generator of a loader: the user's, one of its own for a `seed`, or none (the global one). */
export function loader_generator(op: string, generator: unknown, seed: unknown): Generator | undefined {
  check_generator(op, generator);
  if (seed === undefined) return generator as Generator | undefined;
  if (generator !== undefined) fail_type(op, 'seed', 'absent where a generator is given', seed);
  return new Generator().manual_seed(check_integer(op, 'seed', seed));
}
