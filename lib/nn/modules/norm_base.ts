import { type Given, positional } from '../../arguments';
import { check_boolean, check_integer, check_number } from '../../errors';
import { empty, ones, tensor, zeros } from '../../ops/create';
import { check_eps } from '../../ops/norm_formula';
import { type DType, int64 } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import { ones_, zeros_ } from '../init';
import { Module } from '../module';
import { Parameter } from '../parameter';
import { python_number } from './activation_base';
import { leading } from './leading';

/** What BatchNorm and InstanceNorm share: parameters of channels and running statistics. */

/** Options of batch and instance normalisation. */
export interface ChannelNormOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number;
  /** The weight of a batch in the running statistics; null: their average over all batches. Default 0.1. */
  momentum?: number | null;
  /** A learned weight and bias for each channel. */
  affine?: boolean;
  /** Keep running statistics, for evaluation. */
  track_running_stats?: boolean;
  /** Where `affine`: a bias too. Default true. */
  bias?: boolean;
  /** float32 or float64; default the default dtype. */
  dtype?: DType;
}

/** By place, by name, or the first by place and the rest by name. */
export type ChannelNormArguments = Given<
  ChannelNormOptions & { num_features: number },
  [
    num_features: 'num_features',
    eps: 'eps',
    momentum: 'momentum',
    affine: 'affine',
    track_running_stats: 'track_running_stats',
  ]
>;

export abstract class ChannelNorm extends Module {
  readonly num_features: number;
  eps: number;
  momentum: number | null;
  readonly affine: boolean;
  readonly track_running_stats: boolean;
  weight: Parameter | null = null;
  bias: Parameter | null = null;
  running_mean: Tensor | null = null;
  running_var: Tensor | null = null;
  num_batches_tracked: Tensor | null = null;

  protected constructor(
    name: string,
    given: readonly unknown[],
    defaults: { affine: boolean; track_running_stats: boolean },
  ) {
    super();
    const { required, rest } = leading<[number]>(given, ['num_features']);
    const options = positional(name, rest, {
      eps: 1e-5,
      momentum: 0.1 as number | null,
      ...defaults,
      bias: true,
      dtype: undefined as DType | undefined,
    });
    this.num_features = check_integer(name, 'num_features', required[0], 0);
    this.eps = check_eps(name, options.eps);
    this.momentum = options.momentum === null ? null : check_number(name, 'momentum', options.momentum);
    this.affine = check_boolean(name, 'affine', options.affine);
    this.track_running_stats = check_boolean(name, 'track_running_stats', options.track_running_stats);
    const [size, like] = [[this.num_features], { dtype: options.dtype }];
    const bias = check_boolean(name, 'bias', options.bias);
    if (this.affine) this.weight = new Parameter(empty(size, like));
    if (this.affine && bias) this.bias = new Parameter(empty(size, like));
    const track = this.track_running_stats;
    this.register_buffer('running_mean', track ? zeros(size, like) : null);
    this.register_buffer('running_var', track ? ones(size, like) : null);
    this.register_buffer('num_batches_tracked', track ? tensor(0, { dtype: int64 }) : null);
    this.reset_parameters();
  }

  /** Running statistics as in a new module. */
  reset_running_stats(): void {
    this.running_mean?.zero_();
    this.running_var?.fill_(1);
    this.num_batches_tracked?.zero_();
  }

  /** Running statistics and parameters as in a new module. */
  reset_parameters(): void {
    this.reset_running_stats();
    if (this.weight !== null) ones_(this.weight);
    if (this.bias !== null) zeros_(this.bias);
  }

  override extra_repr(): string {
    const { num_features, eps, momentum, affine, bias, track_running_stats } = this;
    return [
      num_features,
      `eps=${python_number(eps)}`,
      `momentum=${momentum === null ? 'None' : python_number(momentum)}`,
      `affine=${python_boolean(affine)}`,
      `bias=${python_boolean(bias !== null)}`,
      `track_running_stats=${python_boolean(track_running_stats)}`,
    ].join(', ');
  }
}

export function python_boolean(value: boolean): string {
  return value ? 'True' : 'False';
}
