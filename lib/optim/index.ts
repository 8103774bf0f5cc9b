export { Adam, type AdamOptions, AdamW } from './adam';
export { Optimizer, type OptimizerState, type ParamGroup, type ParamState, type Params } from './optimizer';
export { SGD, type SGDOptions } from './sgd';
