export { relu, relu_ } from './activation';
export { add, div, mul, neg, sub } from './arithmetic';
export { leaky_relu, leaky_relu_ } from './leaky_relu';
export { bmm, dot, linear, linear_leaky_relu, matmul, mm, mv } from './matmul';
export { empty, empty_like, from_typed_array, full, full_like, ones, ones_like, tensor, type TensorOptions, zeros, zeros_like } from './create';
export {
  as_strided, clone, detach, diagonal, expand, flatten, narrow, permute, reshape, select, slice, squeeze, t, transpose, unflatten, unfold, unsqueeze, view,
} from './views';
export { log_softmax, softmax } from './softmax';
