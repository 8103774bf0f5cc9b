export * as functional from './functional';
export type { ForwardHook, ForwardPreHook, FullBackwardHook, RemovableHandle } from './hooks';
export * as init from './init';
export { Module, type NamedOptions } from './module';
export { LeakyReLU, type LeakyReLUOptions, ReLU } from './modules/activation';
export * from './modules/activation_rectifiers';
export { GLU, LogSoftmax, Softmax, Softmax2d, type SoftmaxOptions, Softmin } from './modules/activation_rows';
export * from './modules/activation_smooth';
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
} from './modules/adaptive_pooling';
export { BatchNorm1d, BatchNorm2d } from './modules/batchnorm';
export { Bilinear, type BilinearOptions } from './modules/bilinear';
export { ModuleDict, ModuleList } from './modules/container';
export { Conv1d, Conv2d } from './modules/conv';
export type { ConvModuleOptions, ConvPaddingMode, ConvTransposeModuleOptions } from './modules/conv_base';
export { ConvTranspose1d, ConvTranspose2d } from './modules/conv_transpose';
export { CosineSimilarity, PairwiseDistance } from './modules/distance';
export {
  AlphaDropout,
  Dropout,
  Dropout1d,
  Dropout2d,
  Dropout3d,
  type DropoutModuleOptions,
  FeatureAlphaDropout,
} from './modules/dropout';
export { Embedding, type EmbeddingModuleOptions, type PretrainedOptions } from './modules/embedding';
export { Flatten, Identity, Unflatten } from './modules/flatten';
export { Fold, Unfold } from './modules/fold';
export { InstanceNorm1d, InstanceNorm2d } from './modules/instancenorm';
export { Linear, type LinearOptions } from './modules/linear';
export {
  CrossEntropyLoss,
  type CrossEntropyLossOptions,
  HuberLoss,
  L1Loss,
  MSELoss,
  NLLLoss,
  type NLLLossOptions,
  type RegressionLossOptions,
  SmoothL1Loss,
} from './modules/loss';
export {
  BCELoss,
  type BCELossOptions,
  BCEWithLogitsLoss,
  type BCEWithLogitsLossOptions,
  GaussianNLLLoss,
  KLDivLoss,
  PoissonNLLLoss,
} from './modules/loss_distribution';
export {
  CosineEmbeddingLoss,
  HingeEmbeddingLoss,
  MarginRankingLoss,
  MultiLabelMarginLoss,
  MultiLabelSoftMarginLoss,
  MultiMarginLoss,
  SoftMarginLoss,
  type TripletDistanceOptions,
  TripletMarginLoss,
  TripletMarginWithDistanceLoss,
} from './modules/loss_margin';
export { LPPool1d, LPPool2d, type LPPoolModuleOptions } from './modules/lp_pooling';
export {
  MultiheadAttention,
  type MultiheadAttentionForwardOptions,
  type MultiheadAttentionOptions,
} from './modules/multihead_attention';
export type { ChannelNormOptions } from './modules/norm_base';
export {
  GroupNorm,
  type GroupNormModuleOptions,
  LayerNorm,
  type LayerNormModuleOptions,
  LocalResponseNorm,
  RMSNorm,
  type RMSNormOptions,
} from './modules/normalization';
export {
  CircularPad1d,
  CircularPad2d,
  CircularPad3d,
  ConstantPad1d,
  ConstantPad2d,
  ConstantPad3d,
  type ConstantPadOptions,
  type PadModuleOptions,
  ReflectionPad1d,
  ReflectionPad2d,
  ReflectionPad3d,
  ReplicationPad1d,
  ReplicationPad2d,
  ReplicationPad3d,
  ZeroPad1d,
  ZeroPad2d,
  ZeroPad3d,
} from './modules/padding';
export { ParameterDict, ParameterList } from './modules/parameter_container';
export { AvgPool1d, AvgPool2d, MaxPool1d, MaxPool2d } from './modules/pooling';
export { GRU, LSTM, type LSTMOptions, RNN, type RNNOptions } from './modules/rnn';
export { type RecurrentOptions, RNNBase } from './modules/rnn_base';
export { type CellOptions, GRUCell, LSTMCell, RNNCell, RNNCellBase, type RNNCellOptions } from './modules/rnn_cells';
export { Sequential } from './modules/sequential';
export { ChannelShuffle, PixelShuffle, PixelUnshuffle } from './modules/shuffle';
export {
  type EncoderMasks,
  type TransformerActivation,
  TransformerEncoder,
  TransformerEncoderLayer,
  type TransformerEncoderLayerOptions,
  type TransformerEncoderMasks,
  type TransformerEncoderOptions,
} from './modules/transformer';
export {
  Upsample,
  type UpsampleOptions,
  UpsamplingBilinear2d,
  UpsamplingNearest2d,
  type UpsamplingOptions,
} from './modules/upsampling';
export { Parameter } from './parameter';
export type { IncompatibleKeys, LoadStateDictOptions, StateDict } from './state';
export type { LayerSummary, ModelSummary, SummaryOptions } from './summary';
export * as utils from './utils';
