import { check_boolean, check_options } from '../../errors';
import { relu, relu_ } from '../../ops/activation';
import { check_slope, leaky_relu, leaky_relu_ } from '../../ops/leaky_relu';
import { float64 } from '../../tensor/dtype';
import { Tensor } from '../../tensor/tensor';
import { Module } from '../module';
import { trust } from '../trust';

/** Options of {@link LeakyReLU}. */
export interface LeakyReLUOptions {
  /** Slope where x <= 0: a number, or a 0-dim tensor, read once. Default 0.01. */
  negative_slope?: number | Tensor;
  /** Write the result into the input. Default false. */
  inplace?: boolean;
}

/**
 * Leaky rectifier: `x > 0 ? x : x * negative_slope`, for float32 and float64 of any shape.
 *
 * What backward keeps is one bit an element; in place it is right for every slope.
 * @example
 * ```ts
 * const leaky = new torch.nn.LeakyReLU(0.2); // or { negative_slope: 0.2 }
 * leaky.forward(torch.tensor([-1, 2])).tolist(); // [-0.20000000298023224, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LeakyReLU.html
 */
export class LeakyReLU extends Module {
  readonly negative_slope: number;
  readonly inplace: boolean;

  constructor(negative_slope?: number | Tensor, inplace?: boolean);
  constructor(options?: LeakyReLUOptions);
  constructor(given: number | Tensor | LeakyReLUOptions = 0.01, inplace = false) {
    super();
    const named = typeof given === 'object' && given !== null && !(given instanceof Tensor);
    const options = check_options('LeakyReLU', named ? given : { negative_slope: given }, {
      negative_slope: 0.01 as number | Tensor,
      inplace,
    });
    this.negative_slope = check_slope('LeakyReLU', options.negative_slope, float64);
    this.inplace = check_boolean('LeakyReLU', 'inplace', options.inplace);
  }

  override forward(input: Tensor): Tensor {
    return this.inplace ? leaky_relu_(input, this.negative_slope) : leaky_relu(input, this.negative_slope);
  }

  override extra_repr(): string {
    return `negative_slope=${python_number(this.negative_slope)}${this.inplace ? ', inplace=True' : ''}`;
  }
}
trust(LeakyReLU);

/**
 * `max(x, 0)`.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReLU.html
 */
export class ReLU extends Module {
  readonly inplace: boolean;

  constructor(options: boolean | { inplace?: boolean } = false) {
    super();
    const given = typeof options === 'boolean' ? { inplace: options } : options;
    this.inplace = check_boolean('ReLU', 'inplace', check_options('ReLU', given, { inplace: false }).inplace);
  }

  override forward(input: Tensor): Tensor {
    return this.inplace ? relu_(input) : relu(input);
  }

  override extra_repr(): string {
    return this.inplace ? 'inplace=True' : '';
  }
}
trust(ReLU);

/** As Python writes a float: `1.0`, `1e-05`, `inf`. */
function python_number(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e16)) {
    const [digits, exponent] = value.toExponential().split('e');
    return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
  }
  if (Object.is(value, -0)) return '-0.0';
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
