/**
 * Layers as functions; `torch.nn.functional`.
 *
 * @see https://pytorch.org/docs/stable/nn.functional.html
 */
export {
  celu,
  celu_,
  type EluOptions,
  elu,
  elu_,
  type HardtanhOptions,
  hardtanh,
  hardtanh_,
  relu,
  relu_,
  relu6,
  selu,
  selu_,
  type ThresholdOptions,
  threshold,
  threshold_,
} from '../ops/activation';
export type { InplaceOption } from '../ops/activation_family';
export { hardshrink, hardsigmoid, hardswish, type ShrinkOptions, softshrink } from '../ops/activation_hard';
export { prelu } from '../ops/activation_prelu';
export { type GluOptions, glu, softmin } from '../ops/activation_rows';
export { type RReluOptions, rrelu, rrelu_ } from '../ops/activation_rrelu';
export {
  type GeluOptions,
  gelu,
  logsigmoid,
  mish,
  type SoftplusOptions,
  sigmoid,
  silu,
  softplus,
  softsign,
  tanh,
  tanhshrink,
} from '../ops/activation_smooth';
export { type AttentionOptions, scaled_dot_product_attention } from '../ops/attention_op';
export { type CrossEntropyOptions, cross_entropy, type NllLossOptions, nll_loss } from '../ops/cross_entropy';
export { alpha_dropout, type DropoutOptions, dropout } from '../ops/dropout';
export { dropout1d, dropout2d, dropout3d, feature_alpha_dropout } from '../ops/dropout_channels';
export { one_hot } from '../ops/indexing';
export { type LeakyReluOptions, leaky_relu, leaky_relu_ } from '../ops/leaky_relu';
export { type LossOptions, type LossReduction, l1_loss, mse_loss } from '../ops/loss';
export { linear, linear_leaky_relu } from '../ops/matmul';
export { type PaddingMode, type PadOptions, pad } from '../ops/pad';
export { log_softmax, softmax } from '../ops/softmax';
