export * as autograd from './autograd';
export { enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled } from './autograd/mode';
export { __version__, get_isa, get_num_threads, set_num_threads } from './backend';
export { e, inf, nan, pi } from './constants';
export * as nn from './nn';
export { deepcopy } from './nn/copy';
export * from './ops';
export * as optim from './optim';
export * as profiler from './profiler';
export { Generator, get_rng_state, initial_seed, manual_seed, seed, set_rng_state } from './random';
export { load, type SaveOptions, save } from './serialization';
export type { NestedList, ToOptions } from './tensor/access';
export { empty_cache, memory_stats, reset_peak_memory_stats } from './tensor/collector';
export {
  bool,
  DType,
  double,
  float,
  float32,
  float64,
  get_default_dtype,
  int,
  int32,
  int64,
  long,
  set_default_dtype,
  uint8,
} from './tensor/dtype';
export { can_cast, type Finfo, finfo, type Iinfo, iinfo, promoted_types as promote_types } from './tensor/limits';

import './tensor/primitive';

export { type PrintOptions, set_printoptions } from './tensor/print';
export { is_tensor, Tensor } from './tensor/tensor';
export * as testing from './testing';
export * as utils from './utils';
