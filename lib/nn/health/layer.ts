import { is_cut_off } from './kinds';
import type { Place } from './probe';
import type { SlopeRange } from './slopes';
import type { UnitCounts } from './tally';

/** What is known of an activation at one place of the network as a whole. Shares are of its outputs, between 0 and 1. */
export interface LayerSummary {
  /** The activation's name in the model; `act:2` for its second call in one forward. */
  readonly name: string;
  /** The class of the activation. */
  readonly kind: string;
  /** The layer with parameters that ran before it. */
  readonly after: string | null;
  readonly units: number;
  /** Below 0, equal to 0, NaN, and where the activation is flat: saturated, no gradient comes through. */
  readonly negative: number;
  readonly zero: number;
  readonly nan: number;
  readonly saturated: number;
  /** The norms of the gradients of the output and of the input, means over batches; null where there was none. */
  readonly grad_out: number | null;
  readonly grad_in: number | null;
  readonly slopes: readonly SlopeRange[];
}

/** The same with its units. */
export interface LayerHealth extends LayerSummary {
  /** How many outputs of each unit were looked at. */
  readonly elements: number;
  /** Units all of whose outputs are saturated: they learn nothing from these data. */
  readonly dead: readonly number[];
  /** Units that never put out anything above 0, the dead among them. */
  readonly never_positive: readonly number[];
  /** For each unit the shares of negative, zero and positive outputs. */
  readonly unit_negative: readonly number[];
  readonly unit_zero: readonly number[];
  readonly unit_positive: readonly number[];
  /** Cuts off what is below a value, without a slope there. */
  readonly cut_off: boolean;
}

export function summary_of({ name, after, module, slopes, tally }: Place, counts: UnitCounts): LayerSummary {
  const { units, elements } = counts;
  const all = units * elements;
  const [negative, zero, positive] = [sum(counts.negative), sum(counts.zero), sum(counts.positive)];
  const share = (count: number): number => (all === 0 ? 0 : count / all);
  return {
    name,
    kind: module.constructor.name,
    after,
    units,
    negative: share(negative),
    zero: share(zero),
    nan: share(all - negative - zero - positive),
    saturated: share(sum(counts.flat)),
    grad_out: tally.grad_out.mean,
    grad_in: tally.grad_in.mean,
    slopes,
  };
}

export function health_of(place: Place): LayerHealth {
  const counts = place.tally.counts();
  const { elements } = counts;
  const shares = (row: Float64Array): number[] => Array.from(row, (count) => (elements === 0 ? 0 : count / elements));
  return {
    ...summary_of(place, counts),
    elements,
    dead: units_with(counts.flat, elements, elements),
    never_positive: units_with(counts.positive, 0, elements),
    unit_negative: shares(counts.negative),
    unit_zero: shares(counts.zero),
    unit_positive: shares(counts.positive),
    cut_off: is_cut_off(place.module),
  };
}

/** How many units were saturated throughout. */
export function count_dead({ flat, elements }: UnitCounts): number {
  let dead = 0;
  for (let i = 0; i < flat.length; i++) if (elements > 0 && flat[i] === elements) dead++;
  return dead;
}

function units_with(row: Float64Array, count: number, elements: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < row.length; i++) if (elements > 0 && row[i] === count) found.push(i);
  return found;
}

function sum(row: Float64Array): number {
  let total = 0;
  for (let i = 0; i < row.length; i++) total += row[i];
  return total;
}
