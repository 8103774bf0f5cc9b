export * as autograd from './autograd';
export { enable_grad, is_grad_enabled, no_grad, set_grad_enabled } from './autograd/mode';
export * as nn from './nn';
export * from './ops';
export * as optim from './optim';
export { load, save, type SaveOptions } from './serialization';
export { empty_cache, memory_stats, reset_peak_memory_stats } from './tensor/collector';
export { bool, DType, float32, float64, get_default_dtype, int32, int64, set_default_dtype, uint8 } from './tensor/dtype';
export { is_tensor, Tensor } from './tensor/tensor';
