import type { LayerSummary } from './layer';

/** One activation in one recorded step. Shares lie between 0 and 1. */
export interface LayerRecord extends LayerSummary {
  /** How many units were saturated for the whole batch. */
  readonly dead: number;
}

/** What a monitor recorded of one training step. */
export interface ActivationRecord {
  /** Counted from 0. */
  readonly step: number;
  /** In the order in which the activations ran. */
  readonly layers: readonly LayerRecord[];
}
