import { is_cut_off } from './kinds';
import type { Place } from './probe';
import type { SlopeRange } from './slopes';
import { NEGATIVE, POSITIVE, type UnitCounts, ZERO } from './tally';

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
  /** For each unit the share of outputs that are 0. */
  readonly unit_zero: readonly number[];
  /** For each unit the share of outputs above 0. */
  readonly unit_positive: readonly number[];
  /** Cuts off what is below a value, without a slope there. */
  readonly cut_off: boolean;
}

export function summary_of({ name, after, module, slopes, tally }: Place, counts: UnitCounts): LayerSummary {
  const all = counts.units * counts.elements;
  const [negative, zero, positive] = [sum(counts, NEGATIVE), sum(counts, ZERO), sum(counts, POSITIVE)];
  return {
    name,
    kind: module.constructor.name,
    after,
    units: counts.units,
    negative: share(negative, all),
    zero: share(zero, all),
    nan: share(all - negative - zero - positive, all),
    saturated: share(sum(counts, counts.flat), all),
    grad_out: tally.grad_out.mean,
    grad_in: tally.grad_in.mean,
    slopes,
  };
}

export function health_of(place: Place): LayerHealth {
  const counts = place.tally.counts();
  const { elements, units, rows } = counts;
  const shares = (row: number): number[] =>
    Array.from({ length: units }, (_, unit) => share(rows[row * units + unit], elements));
  return {
    ...summary_of(place, counts),
    elements,
    dead: units_with(counts, counts.flat, elements),
    never_positive: units_with(counts, POSITIVE, 0),
    unit_negative: shares(NEGATIVE),
    unit_zero: shares(ZERO),
    unit_positive: shares(POSITIVE),
    cut_off: is_cut_off(place.module),
  };
}

/** The units of which so many elements were met. */
export function units_with({ units, elements, rows }: UnitCounts, row: number, count: number): number[] {
  const found: number[] = [];
  if (elements > 0) for (let unit = 0; unit < units; unit++) if (rows[row * units + unit] === count) found.push(unit);
  return found;
}

function sum({ units, rows }: UnitCounts, row: number): number {
  let total = 0;
  for (let at = row * units; at < (row + 1) * units; at++) total += rows[at];
  return total;
}

function share(count: number, all: number): number {
  return all === 0 ? 0 : count / all;
}
