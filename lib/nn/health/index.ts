/** Whether the activations of a network live. */
export type { LayerHealth } from './layer';
export {
  ActivationMonitor,
  type ActivationMonitorOptions,
  type ActivationRecord,
  type LayerRecord,
} from './monitor';
export { ActivationStats } from './report';
export type { SlopeRange } from './slopes';
export { type ActivationStatsOptions, activation_stats } from './stats';
