/**
 * Layers as functions; `torch.nn.functional`.
 *
 * @see https://pytorch.org/docs/stable/nn.functional.html
 */
export { relu, relu_ } from '../ops/activation';
export { type CrossEntropyOptions, cross_entropy, type NllLossOptions, nll_loss } from '../ops/cross_entropy';
export { one_hot } from '../ops/indexing';
export { type LeakyReluOptions, leaky_relu, leaky_relu_ } from '../ops/leaky_relu';
export { type LossOptions, type LossReduction, l1_loss, mse_loss } from '../ops/loss';
export { linear, linear_leaky_relu } from '../ops/matmul';
export { log_softmax, softmax } from '../ops/softmax';
