export { type AnomalyOptions, detect_anomaly, is_anomaly_enabled, set_detect_anomaly } from './anomaly';
export { type BackwardOptions, backward, type GradOptions, grad } from './api';
export { Function, FunctionContext } from './function';
export * as functional from './functional';
export { type Differentiable, GradcheckError, type GradcheckOptions, gradcheck, gradgradcheck } from './gradcheck';
export { enable_grad, is_grad_enabled, no_grad, set_grad_enabled } from './mode';
export type { Hook, Node } from './node';
