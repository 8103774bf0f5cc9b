export { celu, celu_, relu, relu_, selu, selu_, threshold, threshold_ } from './activation';
export { hardshrink } from './activation_hard';
export { prelu } from './activation_prelu';

import './activation_rows';

export { rrelu, rrelu_ } from './activation_rrelu';
export { erf, sigmoid, sigmoid_, tanh, tanh_ } from './activation_smooth';
export { add, div, mul, neg, sub } from './arithmetic';
export { broadcast_to, dstack, hstack, meshgrid, movedim, swapaxes, vstack } from './arrange';
export { scaled_dot_product_attention } from './attention_op';
export {
  bitwise_and,
  bitwise_left_shift,
  bitwise_not,
  bitwise_or,
  bitwise_right_shift,
  bitwise_xor,
} from './bitwise';
export { addcdiv, addcmul, lerp, type ValueOptions } from './blend';
export {
  all,
  allclose,
  any,
  type CloseOptions,
  eq,
  equal,
  ge,
  gt,
  isclose,
  isfinite,
  isinf,
  isnan,
  le,
  logical_and,
  logical_not,
  logical_or,
  logical_xor,
  lt,
  ne,
} from './compare';
export { conv1d, conv2d } from './conv';
export { conv_transpose1d, conv_transpose2d } from './conv_transpose';
export { type BincountOptions, bincount, count_nonzero, type Unique, type UniqueOptions, unique } from './counting';
export {
  arange,
  empty,
  empty_like,
  eye,
  from_typed_array,
  full,
  full_like,
  linspace,
  type NestedArray,
  ones,
  ones_like,
  type TensorOptions,
  tensor,
  zeros,
  zeros_like,
} from './create';
export { cumsum } from './cumulative';
export { einsum } from './einsum';
export { amax, amin, argmax, argmin, type DimOptions, max, min, ValuesAndIndices } from './extreme';
export { flip, roll } from './flip';
export { gather, scatter, scatter_add, take_along_dim } from './gather';
export { index_copy, index_fill, masked_scatter } from './index_write';
export { index_add, index_select } from './indexing';
export { cat, stack } from './join';
export { leaky_relu, leaky_relu_ } from './leaky_relu';
export { masked_fill, masked_select, nonzero } from './mask';
export { bmm, dot, linear, linear_leaky_relu, matmul, mm, mv } from './matmul';
export { addmm, addmv, baddbmm, outer, type ScaleOptions } from './products';
export { repeat_interleave, tile } from './repeat';
export { chunk, split, unbind } from './split';
export { diff, median, type QuantileOptions, quantile, std_mean, type VarMeanOptions, var_mean } from './statistics';
export { acos, acosh, asin, asinh, atan, atanh, cosh, erfc, exp2, sinh, tan } from './trigonometry';

import './overwrite';
import './view_inplace';

export { type ClampOptions, clamp, clamp_max, clamp_min } from './clamp';
export { type MultinomialOptions, multinomial } from './multinomial';
export { as_tensor, is_floating_point, numel } from './new';
export { type NormOptions, norm } from './norm';
export { floor_divide, fmod, maximum, minimum, remainder } from './pairwise';
export { abs, ceil, cos, exp, expm1, floor, log, log1p, log2, log10, round, sign, sin, trunc } from './pointwise';
export { pow, reciprocal, rsqrt, sqrt, square } from './power';
export {
  bernoulli,
  type GeneratorOptions,
  normal,
  type RandomOptions,
  rand,
  rand_like,
  randint,
  randint_like,
  randn,
  randn_like,
  randperm,
} from './random';

import './recurrent_records';

export { aminmax, kthvalue, MinAndMax, mode, type RankOptions } from './order_statistics';
export {
  logsumexp,
  mean,
  prod,
  type SumOptions,
  std,
  sum,
  type VarOptions,
  variance as var,
} from './reduce';
export type { Dims, ReductionOptions } from './reduction';
export { cummax, cummin } from './running_extreme';
export {
  type NamedScatterReduce,
  type ScatterReduceOptions,
  type ScatterReduction,
  scatter_reduce,
} from './scatter_reduce';
export { log_softmax, softmax } from './softmax';
export { argsort, type SortOptions, sort, topk } from './sort';
export { tril, triu } from './triangle';
export {
  as_strided,
  clone,
  detach,
  diagonal,
  expand,
  flatten,
  narrow,
  permute,
  reshape,
  select,
  slice,
  squeeze,
  t,
  transpose,
  unflatten,
  unfold,
  unsqueeze,
  view,
} from './views';
export { where } from './where';

import './aliases';

export { div as divide, div as true_divide, mul as multiply, neg as negative, sub as subtract } from './arithmetic';
export { movedim as moveaxis, swapaxes as swapdims, vstack as row_stack } from './arrange';
export {
  atleast_1d,
  atleast_2d,
  atleast_3d,
  broadcast_tensors,
  common_shape as broadcast_shapes,
} from './broadcasting';
export { clamp as clip } from './clamp';
export { ge as greater_equal, gt as greater, le as less_equal, lt as less, ne as not_equal } from './compare';
export { type CovOptions, corrcoef, cov } from './covariance';
export { cumprod } from './cumulative';
export {
  type DiagEmbedOptions,
  type DiagflatOption,
  type DiagOption,
  diag,
  diag_embed,
  diagflat,
  trace,
  tril_indices,
  triu_indices,
} from './diagonals';
export { fliplr, flipud, type Rot90Options, rot90 } from './flip';
export { cumulative_trapezoid, type TrapezoidOptions, trapezoid, trapezoid as trapz } from './integral';
export { cat as concat, cat as concatenate } from './join';
export { nanmean, nansum } from './nan_sums';
export { deg2rad, frac, type LogitOptions, logit, type NanToNumOptions, nan_to_num, rad2deg, sinc } from './one_number';
export {
  argwhere,
  block_diag,
  cartesian_prod,
  column_stack,
  dsplit,
  hsplit,
  ravel,
  tensor_split,
  vsplit,
} from './pieces';
export { abs as absolute, trunc as fix } from './pointwise';
export {
  type BucketizeOptions,
  bucketize,
  type HistcOptions,
  histc,
  type IsinOptions,
  isin,
  type SearchSortedOptions,
  searchsorted,
} from './search';
export { type ContractedDims, cdist, cross, dist, inner, kron, tensordot } from './tensor_products';
export {
  acos as arccos,
  acosh as arccosh,
  asin as arcsin,
  asinh as arcsinh,
  atan as arctan,
  atanh as arctanh,
} from './trigonometry';
export { atan2, atan2 as arctan2, copysign, fmax, fmin, hypot, logaddexp, logaddexp2, xlogy } from './two_numbers';
export { diagonal_scatter, type SliceScatterOptions, select_scatter, slice_scatter } from './view_scatter';
