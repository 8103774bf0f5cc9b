import { type Given, positional } from '../../arguments';
import { check_boolean, check_integer, check_number, fail_range } from '../../errors';
import {
  celu,
  type EluOptions,
  elu,
  type HardtanhOptions,
  hardtanh,
  relu6,
  selu,
  type ThresholdOptions,
  threshold,
} from '../../ops/activation';
import { prelu } from '../../ops/activation_prelu';
import { type RReluOptions, rrelu } from '../../ops/activation_rrelu';
import { full } from '../../ops/create';
import type { DType } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import { Module } from '../module';
import { Parameter } from '../parameter';
import { trust } from '../trust';
import { check_numbers, InplaceActivation, parameters_repr } from './activation_base';

/** Modules of activations made of pieces. */

/** Options of {@link PReLU}. */
export interface PReLUOptions {
  /** 1, or the number of channels (dimension 1). Default 1. */
  num_parameters?: number;
  /** What the slopes start with. Default 0.25. */
  init?: number;
  /** float32 or float64; default the default dtype. */
  dtype?: DType;
}

/**
 * Leaky rectifier with learned slopes: `x > 0 ? x : x * weight`. Weight decay on the slopes is not advised.
 * @example
 * ```ts
 * const act = new torch.nn.PReLU(3); // one slope for each of 3 channels
 * act.forward(torch.randn([2, 3, 8, 8])).shape; // [2, 3, 8, 8]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.PReLU.html
 */
export class PReLU extends Module {
  readonly num_parameters: number;
  readonly init: number;
  /** The slopes, [num_parameters]. */
  weight: Parameter;

  constructor(...given: Given<PReLUOptions, [num_parameters: 'num_parameters', init: 'init']>) {
    super();
    const { num_parameters, init, dtype } = positional('PReLU', given, {
      num_parameters: 1,
      init: 0.25,
      dtype: undefined as DType | undefined,
    });
    this.num_parameters = check_integer('PReLU', 'num_parameters', num_parameters, 0);
    this.init = check_number('PReLU', 'init', init);
    this.weight = new Parameter(full([this.num_parameters], this.init, { dtype }));
  }

  /** Sets the slopes to what they started with. */
  reset_parameters(): void {
    this.weight.data.fill_(this.init);
  }

  override forward(input: Tensor): Tensor {
    return prelu(input, this.weight);
  }

  override extra_repr(): string {
    return `num_parameters=${this.num_parameters}`;
  }
}
trust(PReLU);

/**
 * Leaky rectifier with a random slope for every element in training, and their middle in evaluation.
 * @example
 * ```ts
 * const layer = new torch.nn.RReLU(0.1, 0.3).eval();
 * layer.forward(torch.tensor([-1, 2])).tolist(); // [-0.200, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.RReLU.html
 */
export class RReLU extends Module {
  readonly lower: number;
  readonly upper: number;
  readonly inplace: boolean;

  constructor(
    ...given: Given<
      Pick<RReluOptions, 'lower' | 'upper' | 'inplace'>,
      [lower: 'lower', upper: 'upper', inplace: 'inplace']
    >
  ) {
    super();
    const { inplace, ...bounds } = positional('RReLU', given, { lower: 1 / 8, upper: 1 / 3, inplace: false });
    const { lower, upper } = check_numbers('RReLU', bounds);
    if (lower > upper) fail_range('RReLU', `expected lower <= upper, got lower ${lower} and upper ${upper}`);
    this.lower = lower;
    this.upper = upper;
    this.inplace = check_boolean('RReLU', 'inplace', inplace);
  }

  override forward(input: Tensor): Tensor {
    return rrelu(input, this.lower, this.upper, this.training, this.inplace);
  }

  override extra_repr(): string {
    return parameters_repr({ lower: this.lower, upper: this.upper }, this.inplace);
  }
}
trust(RReLU);

/**
 * `min(max(x, 0), 6)`.
 * @example
 * ```ts
 * new torch.nn.ReLU6().forward(torch.tensor([-1, 2, 8])).tolist(); // [0, 2, 6]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReLU6.html
 */
export class ReLU6 extends InplaceActivation {
  override forward(input: Tensor): Tensor {
    return relu6(input, this.inplace);
  }
}
trust(ReLU6);

/**
 * `scale * elu(x, alpha)` with the constants that keep mean 0 and variance 1.
 * @example
 * ```ts
 * new torch.nn.SELU().forward(torch.tensor([-1, 2])).tolist(); // [-1.1113, 2.1014]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.SELU.html
 */
export class SELU extends InplaceActivation {
  override forward(input: Tensor): Tensor {
    return selu(input, this.inplace);
  }
}
trust(SELU);

abstract class ExponentialUnit extends Module {
  readonly alpha: number;
  readonly inplace: boolean;

  constructor(...given: Given<EluOptions, [alpha: 'alpha', inplace: 'inplace']>) {
    super();
    const { name } = new.target;
    const { alpha, inplace } = positional(name, given, { alpha: 1, inplace: false });
    this.alpha = check_number(name, 'alpha', alpha);
    this.inplace = check_boolean(name, 'inplace', inplace);
  }

  override extra_repr(): string {
    return parameters_repr({ alpha: this.alpha }, this.inplace);
  }
}

/**
 * `x > 0 ? x : alpha * (exp(x) - 1)`.
 * @example
 * ```ts
 * new torch.nn.ELU().forward(torch.tensor([-1, 2])).tolist(); // [-0.6321, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ELU.html
 */
export class ELU extends ExponentialUnit {
  override forward(input: Tensor): Tensor {
    return elu(input, this.alpha, this.inplace);
  }
}
trust(ELU);

/**
 * `x > 0 ? x : alpha * (exp(x / alpha) - 1)`.
 * @example
 * ```ts
 * new torch.nn.CELU(0.5).forward(torch.tensor([-1, 2])).tolist(); // [-0.4323, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CELU.html
 */
export class CELU extends ExponentialUnit {
  override forward(input: Tensor): Tensor {
    return celu(input, this.alpha, this.inplace);
  }
}
trust(CELU);

/**
 * Elements within `min_val` and `max_val`.
 * @example
 * ```ts
 * new torch.nn.Hardtanh(0, 1).forward(torch.tensor([-3, 0.5, 3])).tolist(); // [0, 0.5, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Hardtanh.html
 */
export class Hardtanh extends Module {
  readonly min_val: number;
  readonly max_val: number;
  readonly inplace: boolean;

  constructor(...given: Given<HardtanhOptions, [min_val: 'min_val', max_val: 'max_val', inplace: 'inplace']>) {
    super();
    const { inplace, ...bounds } = positional('Hardtanh', given, { min_val: -1, max_val: 1, inplace: false });
    const { min_val, max_val } = check_numbers('Hardtanh', bounds);
    if (min_val >= max_val)
      fail_range('Hardtanh', `expected min_val < max_val, got min_val ${min_val} and max_val ${max_val}`);
    this.min_val = min_val;
    this.max_val = max_val;
    this.inplace = check_boolean('Hardtanh', 'inplace', inplace);
  }

  override forward(input: Tensor): Tensor {
    return hardtanh(input, this.min_val, this.max_val, this.inplace);
  }

  override extra_repr(): string {
    return parameters_repr({ min_val: this.min_val, max_val: this.max_val }, this.inplace);
  }
}
trust(Hardtanh);

/**
 * `x > threshold ? x : value`.
 * @example
 * ```ts
 * new torch.nn.Threshold(1, -7).forward(torch.tensor([0.5, 2])).tolist(); // [-7, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Threshold.html
 */
export class Threshold extends Module {
  readonly threshold: number;
  readonly value: number;
  readonly inplace: boolean;

  constructor(...given: Given<ThresholdOptions, [threshold: 'threshold', value: 'value', inplace: 'inplace']>) {
    super();
    const { inplace, ...numbers } = positional('Threshold', given, {
      threshold: undefined as number | undefined,
      value: undefined as number | undefined,
      inplace: false,
    });
    const { threshold, value } = check_numbers('Threshold', numbers);
    this.threshold = threshold;
    this.value = value;
    this.inplace = check_boolean('Threshold', 'inplace', inplace);
  }

  override forward(input: Tensor): Tensor {
    return threshold(input, this.threshold, this.value, this.inplace);
  }

  override extra_repr(): string {
    return parameters_repr({ threshold: this.threshold, value: this.value }, this.inplace);
  }
}
trust(Threshold);
