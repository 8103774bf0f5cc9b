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
export {
  type AdaptiveMaxPoolOptions,
  type AdaptivePoolOptions,
  adaptive_avg_pool1d,
  adaptive_avg_pool2d,
  adaptive_max_pool1d,
  adaptive_max_pool2d,
  type OutputSize,
} from '../ops/adaptive_pool';
export { type AttentionOptions, scaled_dot_product_attention } from '../ops/attention_op';
export { type AvgPool2dOptions, type AvgPoolOptions, avg_pool1d, avg_pool2d } from '../ops/avg_pool';
export { type BatchNormOptions, batch_norm } from '../ops/batch_norm';
export { bilinear } from '../ops/bilinear';
export type { CrossEntropyOptions, NllLossOptions } from '../ops/classification';
export { type Conv, conv1d, conv2d, conv2d_leaky_relu } from '../ops/conv';
export type { ConvOptions, ConvPadding, ConvTransposeOptions } from '../ops/conv_settings';
export { type ConvTranspose, conv_transpose1d, conv_transpose2d } from '../ops/conv_transpose';
export { cross_entropy } from '../ops/cross_entropy';
export {
  type CosineSimilarityOptions,
  cosine_similarity,
  type PairwiseDistanceOptions,
  pairwise_distance,
  pdist,
} from '../ops/distance';
export { alpha_dropout, type DropoutOptions, dropout } from '../ops/dropout';
export { dropout1d, dropout2d, dropout3d, feature_alpha_dropout } from '../ops/dropout_channels';
export { type EmbeddingOptions, embedding } from '../ops/embedding';
export { type FoldOptions, fold, type UnfoldOptions, unfold_blocks as unfold } from '../ops/fold';
export { type GroupNormOptions, group_norm, type InstanceNormOptions, instance_norm } from '../ops/group_norm';
export { type GumbelSoftmaxOptions, gumbel_softmax } from '../ops/gumbel_softmax';
export { one_hot } from '../ops/indexing';
export { type InterpolateOptions, type InterpolationMode, interpolate } from '../ops/interpolate';
export { type LayerNormOptions, layer_norm, type RmsNormOptions, rms_norm } from '../ops/layer_norm';
export { type LeakyReluOptions, leaky_relu, leaky_relu_ } from '../ops/leaky_relu';
export type { LossOptions, LossReduction } from '../ops/loss';
export {
  type BinaryCrossEntropyOptions,
  type BinaryCrossEntropyWithLogitsOptions,
  binary_cross_entropy,
  binary_cross_entropy_with_logits,
} from '../ops/loss_binary';
export { type MultiMarginLossOptions, multi_margin_loss, multilabel_margin_loss } from '../ops/loss_classes';
export {
  type GaussianNllOptions,
  gaussian_nll_loss,
  type KlDivOptions,
  kl_div,
  type PoissonNllOptions,
  poisson_nll_loss,
} from '../ops/loss_divergence';
export {
  cosine_embedding_loss,
  hinge_embedding_loss,
  type MarginLossOptions,
  margin_ranking_loss,
  multilabel_soft_margin_loss,
  soft_margin_loss,
  type TripletMarginLossOptions,
  type TripletMarginWithDistanceLossOptions,
  triplet_margin_loss,
  triplet_margin_with_distance_loss,
} from '../ops/loss_margin';
export {
  type HuberLossOptions,
  huber_loss,
  l1_loss,
  mse_loss,
  type SmoothL1LossOptions,
  smooth_l1_loss,
  type WeightedLossOptions,
} from '../ops/loss_regression';
export { type LpPoolOptions, lp_pool1d, lp_pool2d } from '../ops/lp_pool';
export { linear, linear_leaky_relu } from '../ops/matmul';
export { type MaxPoolOptions, max_pool1d, max_pool2d } from '../ops/max_pool';
export { type MultiHeadAttentionForwardOptions, multi_head_attention_forward } from '../ops/multi_head_attention';
export { nll_loss } from '../ops/nll_loss';
export {
  type LocalResponseNormOptions,
  local_response_norm,
  type NormalizeOptions,
  normalize,
} from '../ops/normalize';
export { type PaddingMode, type PadOptions, pad } from '../ops/pad';
export { channel_shuffle, pixel_shuffle, pixel_unshuffle } from '../ops/shuffle';
export { log_softmax, softmax } from '../ops/softmax';
