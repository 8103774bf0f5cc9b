/** Learning rates that change with time; `torch.optim.lr_scheduler`. */
export { ChainedScheduler, SequentialLR, type SequentialLROptions } from './compose';
export {
  CosineAnnealingLR,
  type CosineAnnealingLROptions,
  CosineAnnealingWarmRestarts,
  type CosineAnnealingWarmRestartsOptions,
} from './cosine';
export { CyclicLR, type CyclicLROptions } from './cyclic';
export { LambdaLR, type LambdaLROptions, MultiplicativeLR } from './lambda';
export { OneCycleLR, type OneCycleLROptions } from './one_cycle';
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from './plateau';
export {
  ConstantLR,
  type ConstantLROptions,
  LinearLR,
  type LinearLROptions,
  PolynomialLR,
  type PolynomialLROptions,
} from './ramp';
export { LRScheduler, type SchedulerState } from './scheduler';
export {
  ExponentialLR,
  type ExponentialLROptions,
  MultiStepLR,
  type MultiStepLROptions,
  StepLR,
  type StepLROptions,
} from './steps';
