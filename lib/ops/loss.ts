import { fail_type } from '../errors';
import type { Tensor } from '../tensor/tensor';
import type { Reference } from './define';
import { mean, sum } from './reduce';

/** What all losses share: how the elements' losses become one. */

/** What becomes of the losses of all elements: `'mean'`, `'sum'`, or `'none'`, which leaves them. */
export type LossReduction = 'none' | 'mean' | 'sum';

/** Options of losses. */
export interface LossOptions {
  /** What becomes of the elements' losses. Default `mean`. */
  reduction?: LossReduction;
}

/** In the order of the kernels' codes. */
export const REDUCTIONS: readonly LossReduction[] = ['none', 'mean', 'sum'];

export function check_reduction(op: string, value: unknown): LossReduction {
  return REDUCTIONS.includes(value as LossReduction)
    ? (value as LossReduction)
    : fail_type(op, 'reduction', '"none", "mean" or "sum"', value);
}

export function reduce_loss(losses: Tensor, reduction: LossReduction): Tensor {
  return reduction === 'none' ? losses : reduction === 'mean' ? mean(losses) : sum(losses);
}

export function reduced_reference(
  shape: readonly number[],
  data: Float64Array,
  options?: { reduction?: string },
  weight = data.length,
): Reference {
  if (options?.reduction === 'none') return { shape, data };
  const total = data.reduce((a, b) => a + b, 0);
  return { shape: [], data: [options?.reduction === 'sum' ? total : total / weight] };
}
