import { is_grad_enabled, set_grad_enabled } from '../../autograd/mode';
import { requires_grad } from '../../autograd/node';
import { fail } from '../../errors';
import { kernel } from '../../native/kernel';
import { fill_with } from '../../native/map';
import { norm } from '../../ops/norm';
import { float64 } from '../../tensor/dtype';
import { allocate, type Tensor } from '../../tensor/tensor';
import type { Flat } from './kinds';

/**
 * What is counted while a model trains. A recorded step is rare, so this code runs before any compiler has seen it much: it makes few objects and
 * calls few functions.
 */

const count_units = kernel('unit_counts');

/** The rows of counts: elements of each unit that are below 0, equal to 0, above 0, and where the activation is flat. */
export interface UnitCounts {
  readonly units: number;
  /** How many elements of each unit were seen. */
  readonly elements: number;
  readonly negative: Float64Array;
  readonly zero: Float64Array;
  readonly positive: Float64Array;
  readonly flat: Float64Array;
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
      const before = is_grad_enabled();
      set_grad_enabled(false);
      this.sum += norm(g).item();
      set_grad_enabled(before);
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
    const all = new Float64Array(4 * units);
    this.sums?.copy_to(all);
    const row = (i: number): Float64Array => all.subarray(i * units, (i + 1) * units);
    const zero = row(1);
    return { units, elements, negative: row(0), zero, positive: row(2), flat: this.flat.zero ? zero : row(3) };
  }
}
