export { relu, relu_ } from './activation';
export { add, div, mul, neg, sub } from './arithmetic';
export { leaky_relu, leaky_relu_ } from './leaky_relu';
export { bmm, dot, linear, linear_leaky_relu, matmul, mm, mv } from './matmul';
export {
  all, allclose, any, type CloseOptions, eq, equal, ge, gt, isclose, isfinite, isinf, isnan, le, logical_and, logical_not, logical_or, logical_xor, lt, ne,
} from './compare';
export {
  arange, empty, empty_like, eye, from_typed_array, full, full_like, linspace, type NestedArray, ones, ones_like, tensor, type TensorOptions, zeros,
  zeros_like,
} from './create';
export { cumsum } from './cumulative';
export { amax, amin, argmax, argmin, type DimOptions, max, min, ValuesAndIndices } from './extreme';
export { gather, index_add, index_select, scatter, scatter_add, take_along_dim } from './indexing';
export { cat, chunk, flip, repeat_interleave, roll, split, stack, tile, unbind } from './join';
export { masked_fill, masked_select, nonzero } from './mask';
import './overwrite';
export {
  abs, ceil, cos, exp, expm1, floor, floor_divide, fmod, log, log10, log1p, log2, maximum, minimum, pow, reciprocal, remainder, round, rsqrt, sign, sin, sqrt,
  square, trunc,
} from './pointwise';
export { clamp, clamp_max, clamp_min, type ClampOptions } from './clamp';
export {
  bernoulli, type GeneratorOptions, normal, rand, rand_like, randint, randint_like, randn, randn_like, type RandomOptions, randperm,
} from './random';
export { logsumexp, mean, norm, type NormOptions, prod, std, sum, type SumOptions, variance as var, type VarOptions } from './reduce';
export type { Dims, ReductionOptions } from './reduction';
export { argsort, sort, type SortOptions, topk } from './sort';
export { tril, triu } from './triangle';
export { where } from './where';
export {
  as_strided, clone, detach, diagonal, expand, flatten, narrow, permute, reshape, select, slice, squeeze, t, transpose, unflatten, unfold, unsqueeze, view,
} from './views';
export { log_softmax, softmax } from './softmax';
