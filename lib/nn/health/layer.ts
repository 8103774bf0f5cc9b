import { is_cut_off } from './kinds';
import type { Place } from './probe';
import type { SlopeRange } from './slopes';

/** The health of one activation at one place of the network. Shares lie between 0 and 1. */
export interface LayerHealth {
  /** The activation's name in the model; `act:2` for its second call in one forward. */
  readonly name: string;
  /** The class of the activation. */
  readonly kind: string;
  /** The layer with parameters that ran before it. */
  readonly after: string | null;
  readonly units: number;
  /** How many outputs of each unit were looked at. */
  readonly elements: number;
  /** Shares of the outputs that are below 0, equal to 0, NaN, and where the activation is flat: saturated, no gradient comes through. */
  readonly negative: number;
  readonly zero: number;
  readonly nan: number;
  readonly saturated: number;
  /** Units all of whose outputs are saturated: they learn nothing from these data. */
  readonly dead: readonly number[];
  /** Units that never put out anything above 0, the dead among them. */
  readonly never_positive: readonly number[];
  /** For each unit the shares of negative, zero and positive outputs. */
  readonly unit_negative: readonly number[];
  readonly unit_zero: readonly number[];
  readonly unit_positive: readonly number[];
  /** The norms of the gradients of the output and of the input, means over batches; null where there was none. */
  readonly grad_out: number | null;
  readonly grad_in: number | null;
  readonly slopes: readonly SlopeRange[];
  /** Cuts off what is below a value, without a slope there. */
  readonly cut_off: boolean;
}

export function health_of({ name, after, module, slopes, tally }: Place): LayerHealth {
  const { negative, zero, positive, flat } = tally.shares();
  const { units, elements } = tally;
  const where = (row: readonly number[], value: number): number[] =>
    elements === 0 ? [] : row.flatMap((share, unit) => (share === value ? [unit] : []));
  const counted = mean(negative) + mean(zero) + mean(positive);
  return {
    name,
    kind: module.constructor.name,
    after,
    units,
    elements,
    negative: mean(negative),
    zero: mean(zero),
    // Sums of shares round.
    nan: units === 0 || elements === 0 ? 0 : Math.round((1 - counted) * units * elements) / (units * elements),
    saturated: mean(flat),
    dead: where(flat, 1),
    never_positive: where(positive, 0),
    unit_negative: negative,
    unit_zero: zero,
    unit_positive: positive,
    grad_out: tally.grad_out.mean,
    grad_in: tally.grad_in.mean,
    slopes,
    cut_off: is_cut_off(module),
  };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, each) => sum + each, 0) / values.length;
}
