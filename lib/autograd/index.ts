export { backward, type BackwardOptions, grad, type GradOptions } from './api';
export type { Node } from './node';
