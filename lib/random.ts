import { check_integer, fail, fail_type } from './errors';
import { copied_values } from './tensor/access';
import { uint8 } from './tensor/dtype';
import { allocate, check_tensor, type Tensor } from './tensor/tensor';

/** Random numbers are a pure function of a seed and a position, so they do not depend on the number of threads. */

/**
 * A stream of random numbers.
 * @example
 * ```ts
 * const generator = new torch.Generator().manual_seed(7);
 * torch.rand([2], { generator });
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.Generator.html
 */
export class Generator {
  private chosen: bigint | null = null;
  /** @internal How many counters the stream has used up. */
  position = 0;

  /** @internal Drawn when first needed: the system's randomness takes a while to load. */
  get seed_value(): bigint {
    this.chosen ??= random_seed();
    return this.chosen;
  }

  /** Starts the stream of this seed: a whole number or a bigint, taken modulo 2^64. */
  manual_seed(seed: number | bigint): this {
    if (typeof seed === 'number') {
      check_integer('manual_seed', 'seed', seed);
      if (!Number.isSafeInteger(seed)) fail('manual_seed', `seed ${seed} is not exact; pass a bigint`);
    } else if (typeof seed !== 'bigint') fail_type('manual_seed', 'seed', 'an integer or a bigint', seed);
    this.chosen = BigInt.asUintN(64, BigInt(seed));
    this.position = 0;
    return this;
  }

  /** Seeds the stream from the system's randomness and returns the seed. */
  seed(): number | bigint {
    this.chosen = random_seed();
    this.position = 0;
    return this.initial_seed();
  }

  /** The seed of this stream; a bigint beyond 2^53. */
  initial_seed(): number | bigint {
    return this.seed_value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(this.seed_value) : this.seed_value;
  }

  /** Seed and position as a uint8 tensor of 16 bytes, for `set_state`. */
  get_state(): Tensor {
    const state = allocate([STATE_BYTES], uint8);
    const bytes = new DataView(new ArrayBuffer(STATE_BYTES));
    bytes.setBigUint64(0, this.seed_value, true);
    bytes.setBigUint64(8, BigInt(this.position), true);
    state.storage.copy_in(0, new Uint8Array(bytes.buffer));
    return state;
  }

  /** Goes on from where `get_state` was called. */
  set_state(state: Tensor): this {
    check_tensor('set_state', 'state', state);
    if (state.dtype !== uint8 || state.count !== STATE_BYTES)
      fail(
        'set_state',
        `expected what get_state() returned, got a tensor of ${state.dtype} with ${state.count} elements`,
      );
    const { buffer } = copied_values('set_state', state);
    const bytes = new DataView(buffer);
    const position = Number(bytes.getBigUint64(8, true));
    if (!Number.isSafeInteger(position)) fail('set_state', 'the state is damaged');
    this.chosen = bytes.getBigUint64(0, true);
    this.position = position;
    return this;
  }

  /** @internal */
  place(): StreamPlace {
    return { seed: this.chosen, position: this.position };
  }

  /** @internal Goes on at another place, and says where it was. */
  replace({ seed, position }: StreamPlace): StreamPlace {
    const left = this.place();
    this.chosen = seed;
    this.position = position;
    return left;
  }

  /** @internal What kernels need to draw from the stream: the seed's halves and the position. */
  stream(): [low: number, high: number, position: number] {
    return [Number(this.seed_value & 0xffffffffn), Number(this.seed_value >> 32n), this.position];
  }

  /** @internal */
  advance(counters: number): void {
    this.position += counters;
  }
}

/** Where a stream stands; without a seed it has not been used. */
export interface StreamPlace {
  seed: bigint | null;
  position: number;
}

const STATE_BYTES = 16;

function random_seed(): bigint {
  return process.getBuiltinModule('node:crypto').randomBytes(8).readBigUInt64LE() >> 11n;
}

/** The stream that everything draws from unless told otherwise. */
export const default_generator = new Generator();

export function check_generator(op: string, value: unknown): Generator {
  if (value === undefined || value === null) return default_generator;
  return value instanceof Generator ? value : fail_type(op, 'generator', 'a torch.Generator', value);
}

/**
 * Seeds the default generator and returns it. The same seed gives the same values on every machine and with any number of threads (not PyTorch's values).
 * @example
 * ```ts
 * torch.manual_seed(0);
 * const a = torch.rand([3]);
 * torch.manual_seed(0);
 * torch.equal(a, torch.rand([3])); // true
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.manual_seed.html
 */
export function manual_seed(seed: number | bigint): Generator {
  return default_generator.manual_seed(seed);
}

/**
 * The seed of the default generator.
 * @example
 * ```ts
 * torch.manual_seed(7);
 * torch.initial_seed(); // 7
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.initial_seed.html
 */
export function initial_seed(): number | bigint {
  return default_generator.initial_seed();
}

/**
 * Seeds the default generator from the system's randomness.
 * @example
 * ```ts
 * torch.seed() === torch.initial_seed(); // true
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.seed.html
 */
export function seed(): number | bigint {
  return default_generator.seed();
}

/**
 * The default generator's state, for {@link set_rng_state}.
 * @example
 * ```ts
 * const state = torch.get_rng_state();
 * const first = torch.rand([2]);
 * torch.set_rng_state(state);
 * torch.equal(torch.rand([2]), first); // true
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.get_rng_state.html
 */
export function get_rng_state(): Tensor {
  return default_generator.get_state();
}

/**
 * Takes the default generator back to a state.
 * @example
 * ```ts
 * const state = torch.get_rng_state();
 * const first = torch.rand([2]);
 * torch.set_rng_state(state);
 * torch.equal(torch.rand([2]), first); // true
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.set_rng_state.html
 */
export function set_rng_state(state: Tensor): void {
  default_generator.set_state(state);
}
