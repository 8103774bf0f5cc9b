/** Whether the activations of a network live. */
export type { LayerHealth } from './layer';
export { ActivationMonitor, type ActivationMonitorOptions } from './monitor';
export type { ActivationRecord, LayerRecord } from './records';
export { ActivationStats } from './report';
export type { SlopeRange } from './slopes';
export { type ActivationStatsOptions, activation_stats } from './stats';
