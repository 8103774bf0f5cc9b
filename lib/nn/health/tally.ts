import { no_grad } from '../../autograd/mode';
import { requires_grad } from '../../autograd/node';
import { fail } from '../../errors';
import { kernel } from '../../native/kernel';
import { zeros } from '../../ops/create';
import { norm } from '../../ops/norm';
import { float64 } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import type { Flat } from './kinds';

const count_units = kernel('unit_counts');
const NEGATIVE = 0;
const ZERO = 1;
const POSITIVE = 2;
const FLAT = 3;

/** What the units of a layer put out, added up over batches. Shares are of the elements of a unit. */
export interface UnitShares {
  readonly negative: readonly number[];
  readonly zero: readonly number[];
  readonly positive: readonly number[];
  readonly flat: readonly number[];
}

/** The mean norm of a gradient over batches. */
class MeanNorm {
  private sum = 0;
  private count = 0;

  /** Follows the gradient of a tensor, until it has arrived. */
  watch(tensor: Tensor): void {
    if (!requires_grad(tensor)) return;
    const handle = tensor.register_hook((g) => {
      handle.remove();
      this.sum += no_grad(() => norm(g.detach()).item());
      this.count++;
    });
  }

  /** Null where no gradient came. */
  get mean(): number | null {
    return this.count === 0 ? null : this.sum / this.count;
  }
}

/** Counts for one activation at one place of the network. */
export class Tally {
  readonly grad_in = new MeanNorm();
  readonly grad_out = new MeanNorm();
  units = 0;
  /** How many elements of each unit were seen. */
  elements = 0;
  private counts: Tensor | null = null;

  constructor(private readonly flat: Flat) {}

  /** Counts the elements of an output; its units lie along `dim`. */
  add(op: string, name: string, output: Tensor, dim: number): void {
    const { shape } = output;
    const units = shape[dim] ?? 1;
    if (this.counts === null) {
      this.units = units;
      this.counts = no_grad(() => zeros([4, units], { dtype: float64 }));
    } else if (this.units !== units)
      fail(
        op,
        `${name} has ${this.units} units in one batch and ${units} in another; { unit_dim } names the dimension of the units`,
      );
    const y = no_grad(() => output.detach().contiguous());
    const outer = product(shape.slice(0, dim));
    const inner = product(shape.slice(dim + 1));
    count_units(y.dtype.code, outer, units, inner, y, this.flat.low, this.flat.high, this.counts);
    this.elements += outer * inner;
  }

  shares(): UnitShares {
    const rows = (this.counts?.tolist() ?? [[], [], [], []]) as number[][];
    const share = (row: number): number[] =>
      rows[row].map((count) => (this.elements === 0 ? 0 : count / this.elements));
    const zero = share(ZERO);
    return {
      negative: share(NEGATIVE),
      zero,
      positive: share(POSITIVE),
      flat: this.flat.zero ? zero : share(FLAT),
    };
  }
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all * size, 1);
}
