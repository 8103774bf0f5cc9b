/** Helpers for training; `torch.nn.utils`. */
export {
  ActivationMonitor,
  type ActivationMonitorOptions,
  type ActivationRecord,
  ActivationStats,
  type ActivationStatsOptions,
  activation_stats,
  type LayerHealth,
  type LayerRecord,
  type SlopeRange,
} from '../health';
export {
  type ClipGradNormOptions,
  clip_grad_norm_,
  clip_grad_value_,
  clip_grads_with_norm_,
  get_total_norm,
} from './clip_grad';
export { parameters_to_vector, vector_to_parameters } from './convert_parameters';
export * as rnn from './rnn';
export { remove_spectral_norm, type SpectralNormOptions, spectral_norm } from './spectral_norm';
export { remove_weight_norm, type WeightNormOptions, weight_norm } from './weight_norm';
