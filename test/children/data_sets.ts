import * as torch from 'cresset';
import { get_default_dtype } from '../../lib/tensor/dtype';

/** Datasets for loaders with workers: what a user's module looks like. */

const { Dataset, IterableDataset, get_worker_info } = torch.utils.data;

/** Random augmentation, fields of several kinds, a tensor that it keeps. */
export class Noisy extends Dataset<{ x: torch.Tensor; i: number; name: string; raw: Float64Array }> {
  static readonly module = __filename;
  private readonly rows: torch.Tensor;
  readonly options = { scale: 2, names: new Map([[0, 'zero']]), dtype: torch.float64 };

  constructor(override readonly length: number) {
    super();
    this.rows = torch
      .arange(length * 3)
      .to(torch.float32)
      .reshape([length, 3]);
  }

  override get(i: number) {
    const x = torch.rand([3]).mul(this.options.scale).add(this.rows.select(0, i));
    const { dtype } = this.options;
    return {
      x: x.to(dtype),
      i,
      name: this.options.names.get(i) ?? `n${i}`,
      raw: Float64Array.of(i, torch.rand([]).item()),
    };
  }
}

/** Its private fields cannot be copied: it is constructed again. */
export class Secret extends Dataset<number> {
  static readonly module = __filename;
  #factor: number;
  override readonly length = 5;

  constructor(factor: number) {
    super();
    this.#factor = factor;
  }

  worker_arguments(): [number] {
    return [this.#factor];
  }

  override get(i: number): number {
    return i * this.#factor;
  }
}

/** Gives the same tensor again and again, as caches do. */
export class Cached extends Dataset<torch.Tensor> {
  static readonly module = __filename;
  override readonly length = 8;
  private readonly cache: torch.Tensor[] = [];

  override get(i: number): torch.Tensor {
    this.cache[i % 2] ??= torch.zeros([1000]);
    return this.cache[i % 2].add_(1);
  }
}

export class Slow extends Dataset<[number, number]> {
  static readonly module = __filename;
  override readonly length = 9;

  override get(i: number) {
    const drawn = torch.rand([]).item();
    return new Promise<[number, number]>((resolve) => setTimeout(resolve, (i * 7) % 5, [i, drawn])) as never;
  }
}

/** A stream; each worker takes its share. */
export class Stream extends IterableDataset<[number, number]> {
  static readonly module = __filename;

  constructor(readonly to: number) {
    super();
  }

  override *[Symbol.iterator](): Generator<[number, number]> {
    const { id, num_workers } = get_worker_info() ?? { id: 0, num_workers: 1 };
    for (let i = id; i < this.to; i += num_workers) yield [i, torch.rand([]).item()];
  }
}

/** What a worker knows. */
export class Told extends Dataset<string> {
  static readonly module = __filename;
  static initialized: number[] = [];
  override readonly length = 6;

  override get(i: number): string {
    const info = get_worker_info();
    const same = info === null || (info.dataset instanceof Told && info.dataset !== this) ? 'other' : 'same';
    return `${i} ${info?.num_workers} ${info?.id === Told.initialized.at(-1)} ${same} ${get_default_dtype()}`;
  }
}

export function note(worker_id: number): void {
  Told.initialized.push(worker_id);
}
note.module = __filename;

/** Pads sequences, with noise. */
export function pad(items: { i: number }[]): { lengths: number[]; noise: torch.Tensor } {
  return { lengths: items.map(({ i }) => i), noise: torch.rand([items.length]) };
}
pad.module = __filename;

/** Goes wrong at a sample. */
export class Faulty extends Dataset<unknown> {
  static readonly module = __filename;
  override readonly length = 10;

  constructor(
    readonly way: string,
    readonly at = 5,
  ) {
    super();
  }

  override get(i: number): unknown {
    if (i !== this.at) return i;
    if (this.way === 'throw') throw new RangeError(`sample ${i} is broken`);
    if (this.way === 'throw nothing') throw undefined;
    if (this.way === 'exit') process.exit(7);
    if (this.way === 'later') {
      setTimeout(() => {
        throw new TypeError('nobody caught this');
      });
      return new Promise(() => {});
    }
    if (this.way === 'hang') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    if (this.way === 'class') return new Secret(1);
    if (this.way === 'symbol') return Symbol('s');
    if (this.way === 'history') return torch.ones([1], { requires_grad: true }).mul(2);
    const memory: unknown[] = [];
    while (this.way === 'memory') memory.push(Array.from({ length: 1000 }, (_, k) => ({ k, i })));
    return i;
  }
}

export class Elsewhere extends Dataset<number> {
  static readonly module = `${__filename}.missing.js`;
  override readonly length = 1;
  override get(): number {
    return 1;
  }
}

class Hidden extends Dataset<number> {
  static readonly module = __filename;
  override readonly length = 1;
  override get(): number {
    return 1;
  }
}
export const hidden = (): Hidden => new Hidden();
