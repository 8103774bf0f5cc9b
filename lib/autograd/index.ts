export { detect_anomaly, is_anomaly_enabled, set_detect_anomaly } from './anomaly';
export { backward, type BackwardOptions, grad, type GradOptions } from './api';
export { Function, FunctionContext } from './function';
export * as functional from './functional';
export { type Differentiable, gradcheck, GradcheckError, type GradcheckOptions, gradgradcheck } from './gradcheck';
export { enable_grad, is_grad_enabled, no_grad, set_grad_enabled } from './mode';
export type { Hook, Node } from './node';
