/**
 * Filling parameters before training; `torch.nn.init`. All write into their tensor, outside the graph, and return it. Random ones draw from the
 * generator of `torch.manual_seed`, or from the `generator` of their options.
 *
 * @see https://pytorch.org/docs/stable/nn.init.html
 */
export { constant_, type NormalOptions, normal_, ones_, type UniformOptions, uniform_, zeros_ } from './init/fill';
export { calculate_gain, type Nonlinearity } from './init/gain';
export { type OrthogonalOptions, orthogonal_ } from './init/orthogonal';
export { dirac_, eye_, type SparseOptions, sparse_ } from './init/pattern';
export { type TruncNormalOptions, trunc_normal_ } from './init/truncated';
export {
  type FanMode,
  type KaimingOptions,
  kaiming_normal_,
  kaiming_uniform_,
  type XavierOptions,
  xavier_normal_,
  xavier_uniform_,
} from './init/variance';
