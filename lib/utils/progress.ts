import { check_boolean, check_integer, check_options, fail, fail_type } from '../errors';

/** Options of {@link progress}; each is optional. */
export interface ProgressOptions<T> {
  /** What stands before the bar. */
  desc?: string;
  /** How much there is to do, in units. Default: the `length` or `size` of the iterable, if it has one. */
  total?: number | null;
  /** What is counted. Default "it". */
  unit?: string;
  /** How many units an item is worth, such as the samples of a batch. Default 1. */
  count?: ((item: T) => number) | null;
  /** Say nothing. Default: true in tests, where NODE_ENV is "test" or Jest runs. */
  disable?: boolean | null;
  /** Where the text goes. Default `process.stderr`. */
  file?: ProgressStream | null;
}

/** The part of a stream that is used: `process.stderr` is one. */
export interface ProgressStream {
  /** Takes text. */
  write(text: string): unknown;
  /** Whether lines can be drawn over. */
  isTTY?: boolean;
  /** Its width; default 80. */
  columns?: number;
}

const REDRAW = 50;
/** Between two lines of something whose end is not known. */
const INTERVAL = 10_000;

/**
 * Passes on the items of an iterable, or the numbers from 0 up to a total, and shows how far it is: on a terminal a bar with rate, time left and values, redrawn
 * in place; elsewhere a line each quarter. Of something without a known end it shows count and rate.
 * @example
 * ```ts
 * const steps = torch.utils.progress(3, { desc: 'training' });
 * const seen: number[] = [];
 * for (const step of steps) {
 *   steps.set_postfix({ loss: 1 / (step + 1) });
 *   seen.push(step);
 * }
 * seen; // [0, 1, 2]
 * ```
 */
export function progress(iterable: number, options?: ProgressOptions<number>): Progress<number>;
export function progress<T>(iterable: Iterable<T> | AsyncIterable<T>, options?: ProgressOptions<T>): Progress<T>;
export function progress<T>(iterable: unknown, options?: ProgressOptions<T>): Progress<T> {
  return new Progress<T>(iterable, options);
}

/**
 * What {@link progress} returns: the items, with a bar. Every iteration starts it anew. Work that is no iteration calls `update` itself.
 * @example
 * ```ts
 * const bytes = torch.utils.progress(0, { total: 4096, unit: 'bytes' });
 * bytes.update(1024);
 * bytes.n; // 1024
 * bytes.close();
 * ```
 */
export class Progress<T> implements Iterable<T>, AsyncIterable<T> {
  /** Units done. */
  n = 0;
  /** Units there are; null where that is not known. */
  readonly total: number | null;
  private desc: string;
  private readonly unit: string;
  private readonly count: (item: T) => number;
  private readonly disabled: boolean;
  private readonly file: ProgressStream;
  private readonly source: Iterable<T> | AsyncIterable<T>;
  private values: Readonly<Record<string, number | string>> = {};
  private started = performance.now();
  private drawn = 0;
  /** The terminal's cursor stands behind the bar. */
  private open = false;

  /** @internal */
  constructor(iterable: unknown, given?: ProgressOptions<T>) {
    const options = check_options('progress', given, {
      desc: '',
      total: null as number | null,
      unit: 'it',
      count: null as ((item: T) => number) | null,
      disable: null as boolean | null,
      file: null as ProgressStream | null,
    });
    this.source = source_of(iterable) as Iterable<T> | AsyncIterable<T>;
    this.total = options.total === null ? length_of(iterable) : check_integer('progress', 'total', options.total, 0);
    if (typeof options.desc !== 'string') fail_type('progress', 'desc', 'a string', options.desc);
    if (typeof options.unit !== 'string') fail_type('progress', 'unit', 'a string', options.unit);
    if (options.count !== null && typeof options.count !== 'function')
      fail_type('progress', 'count', 'a function', options.count);
    this.desc = options.desc;
    this.unit = options.unit;
    this.count = options.count ?? (() => 1);
    this.disabled = options.disable === null ? in_tests() : check_boolean('progress', 'disable', options.disable);
    this.file = options.file ?? process.stderr;
  }

  *[Symbol.iterator](): Generator<T, void, undefined> {
    if (!(Symbol.iterator in this.source))
      fail('progress', 'the iterable is asynchronous: write `for await (const item of progress(…))`');
    this.start();
    try {
      for (const item of this.source) {
        yield item;
        this.update(this.count(item));
      }
      this.finish();
    } finally {
      this.close();
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    this.start();
    try {
      for await (const item of this.source) {
        yield item;
        this.update(this.count(item));
      }
      this.finish();
    } finally {
      this.close();
    }
  }

  /** Numbers and texts to be shown behind the bar, until others are set. */
  set_postfix(values: Readonly<Record<string, number | string>>): void {
    this.values = values;
  }

  /** Changes what stands before the bar. */
  set_description(desc: string): void {
    this.desc = desc;
  }

  /** Goes on by n units; iterating calls it. */
  update(n = 1): void {
    const before = this.n;
    this.n += n;
    if (this.disabled) return;
    const now = performance.now();
    const last = this.total !== null && this.n >= this.total;
    if (this.file.isTTY) {
      if (last || now - this.drawn >= REDRAW) this.draw(now);
    } else if (
      this.total === null
        ? now - this.drawn >= INTERVAL
        : last || quarter(before, this.total) < quarter(this.n, this.total)
    )
      this.print(now);
  }

  /** Ends the line on a terminal; iterating calls it, also where a loop is left early. */
  close(): void {
    if (!this.open) return;
    this.open = false;
    this.file.write('\n');
  }

  private start(): void {
    this.n = 0;
    this.values = {};
    this.started = this.drawn = performance.now();
  }

  /** The last state, where it is not the one shown. */
  private finish(): void {
    if (this.disabled || (this.total !== null && this.n >= this.total)) return;
    if (this.file.isTTY) this.draw(performance.now());
    else this.print(performance.now());
  }

  private draw(now: number): void {
    this.drawn = now;
    this.open = true;
    const parts = [this.desc, this.total === null ? '' : bar(this.n / this.total), this.text(now)];
    const line = parts.filter((part) => part !== '').join(' ');
    // A line that wraps could not be redrawn.
    this.file.write(`\r\x1b[K${[...line].slice(0, (this.file.columns || 80) - 1).join('')}`);
  }

  private print(now: number): void {
    this.drawn = now;
    const share = this.total === null ? '' : `${String(Math.floor((100 * this.n) / this.total)).padStart(3)} %`;
    const parts = [this.desc, share, this.text(now)];
    this.file.write(`${parts.filter((part) => part !== '').join(' ')}\n`);
  }

  private text(now: number): string {
    const seconds = (now - this.started) / 1000;
    const rate = this.n / seconds;
    const left = this.total === null || this.n >= this.total ? null : (this.total - this.n) / rate;
    const values = Object.entries(this.values).map(([name, value]) => `${name} ${value_text(value)}`);
    return [
      this.total === null ? `${this.n} ${this.unit}` : `${this.n}/${this.total}`,
      `${rate_text(rate)} ${this.unit}/s`,
      ...(left === null || !Number.isFinite(left) ? [] : [`ETA ${clock(left)}`]),
      ...values,
    ].join('  ');
  }
}

function source_of(given: unknown): Iterable<unknown> | AsyncIterable<unknown> {
  if (typeof given === 'number') return numbers(check_integer('progress', 'iterable', given, 0));
  if (typeof given === 'object' && given !== null && (Symbol.iterator in given || Symbol.asyncIterator in given))
    return given as Iterable<unknown>;
  return fail_type('progress', 'iterable', 'an iterable or a number', given);
}

function numbers(n: number): Iterable<number> {
  return {
    *[Symbol.iterator]() {
      for (let i = 0; i < n; i++) yield i;
    },
  };
}

/** What an array, a set or a DataLoader knows of its length; some loaders do not. */
function length_of(iterable: unknown): number | null {
  if (typeof iterable === 'number') return iterable;
  try {
    const { length, size } = iterable as { length?: unknown; size?: unknown };
    const known = length ?? size;
    return typeof known === 'number' && Number.isInteger(known) ? known : null;
  } catch {
    return null;
  }
}

function in_tests(): boolean {
  return process.env.NODE_ENV === 'test' || process.env.JEST_WORKER_ID !== undefined;
}

const quarter = (n: number, total: number): number => Math.floor((4 * n) / total);

function bar(share: number): string {
  const full = Math.round(24 * Math.min(share, 1));
  return `${'█'.repeat(full)}${'░'.repeat(24 - full)}`;
}

function rate_text(rate: number): string {
  return rate < 10 ? rate.toFixed(2) : Math.round(rate).toLocaleString('en');
}

function value_text(value: number | string): string {
  if (typeof value === 'string' || Number.isInteger(value)) return String(value);
  const magnitude = Math.abs(value);
  return magnitude >= 1e-3 && magnitude < 1e5 ? value.toFixed(4) : value.toExponential(2);
}

/** `4:07`, `1:02:09` */
function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (n: number): string => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
