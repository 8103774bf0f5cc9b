import { record, tracks } from '../../autograd/node';
import { fail } from '../../errors';
import { kernel, result } from '../../native/kernel';
import { fill_with } from '../../native/map';
import { float64 } from '../../tensor/dtype';
import { allocate, type Tensor, window } from '../../tensor/tensor';
import type { Flat } from './kinds';

/**
 * What is counted while a model trains. A recorded step is rare and meets cold caches and cold code, so this takes the shortest way: two
 * kernels and two nodes of the graph for each activation.
 */

const count_units = kernel('unit_counts');
const norm_many = kernel('norm_many');
/** Squares are added up. */
const SQUARES = 2;

/** What is counted: elements below 0, equal to 0, above 0, and where the activation is flat. */
export const NEGATIVE = 0;
export const ZERO = 1;
export const POSITIVE = 2;
export const FLAT = 3;

export interface UnitCounts {
  readonly units: number;
  /** How many elements of each unit were seen. */
  readonly elements: number;
  /** Four rows, one value for each unit. */
  readonly rows: Float64Array;
  /** The row of what is flat: {@link FLAT} or, where that is at 0, {@link ZERO}. */
  readonly flat: typeof FLAT | typeof ZERO;
}

/** The mean norm of a gradient over batches. */
class MeanNorm {
  private sum = 0;
  private count = 0;

  /** The same tensor under a name of its own, through which its gradient passes on its way. */
  tap(tensor: Tensor): Tensor {
    if (!tracks(tensor)) return tensor;
    const alias = window(tensor, tensor.shape, tensor.strides, tensor.offset);
    return record(alias, 'ActivationStatsBackward0', [tensor], [], (g) => {
      this.add(g);
      return [g];
    });
  }

  /** Follows the gradient of a tensor that is about to be overwritten. */
  watch(tensor: Tensor): void {
    if (!tracks(tensor)) return;
    const handle = tensor.register_hook((g) => {
      handle.remove();
      this.add(g);
    });
  }

  /** Null where no gradient came. */
  get mean(): number | null {
    return this.count === 0 ? null : this.sum / this.count;
  }

  private add(g: Tensor): void {
    const dense = g.is_contiguous() ? g : g.detach().contiguous();
    norm_many(dense.dtype.code, SQUARES, 1, dense.count, dense);
    this.sum += Math.sqrt(result(0));
    this.count++;
  }
}

/** Counts for one activation at one place of the network. */
export class Tally {
  readonly grad_in = new MeanNorm();
  readonly grad_out = new MeanNorm();
  private units = 0;
  private elements = 0;
  private sums: Tensor | null = null;

  constructor(private readonly flat: Flat) {}

  /** Counts the elements of an output; its units lie along `dim`. */
  add(op: string, name: string, output: Tensor, dim: number): void {
    const { shape } = output;
    let [outer, units, inner] = [1, 1, 1];
    for (let i = 0; i < shape.length; i++) {
      if (i < dim) outer *= shape[i];
      else if (i === dim) units = shape[i];
      else inner *= shape[i];
    }
    if (this.sums === null) {
      this.units = units;
      this.sums = allocate([4 * units], float64);
      fill_with(this.sums, 0);
    } else if (this.units !== units)
      fail(
        op,
        `${name} has ${this.units} units in one batch and ${units} in another; { unit_dim } names the dimension of the units`,
      );
    const y = output.is_contiguous() ? output : output.detach().contiguous();
    count_units(y.dtype.code, outer, units, inner, y, this.flat.low, this.flat.high, this.sums);
    this.elements += outer * inner;
  }

  counts(): UnitCounts {
    const { units, elements } = this;
    const rows = new Float64Array(4 * units);
    this.sums?.copy_to(rows);
    return { units, elements, rows, flat: this.flat.zero ? ZERO : FLAT };
  }
}
