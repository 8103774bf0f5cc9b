import { type Given, positional } from '../../arguments';
import { check_number } from '../../errors';
import { hardshrink, hardsigmoid, hardswish, type ShrinkOptions, softshrink } from '../../ops/activation_hard';
import {
  check_approximate,
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
} from '../../ops/activation_smooth';
import type { Tensor } from '../../tensor/tensor';
import { Module } from '../module';
import { trust } from '../trust';
import { check_numbers, InplaceActivation, parameters_repr, python_number } from './activation_base';

/** Modules of smooth activations and of their cheap stand-ins. */

/**
 * `1 / (1 + exp(-x))`.
 * @example
 * ```ts
 * new torch.nn.Sigmoid().forward(torch.tensor([0, 1])).tolist(); // [0.5, 0.7311]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Sigmoid.html
 */
export class Sigmoid extends Module {
  override forward(input: Tensor): Tensor {
    return sigmoid(input);
  }
}
trust(Sigmoid);

/**
 * The hyperbolic tangent.
 * @example
 * ```ts
 * new torch.nn.Tanh().forward(torch.tensor([0, 1])).tolist(); // [0, 0.7616]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Tanh.html
 */
export class Tanh extends Module {
  override forward(input: Tensor): Tensor {
    return tanh(input);
  }
}
trust(Tanh);

/**
 * `log(sigmoid(x))`.
 * @example
 * ```ts
 * new torch.nn.LogSigmoid().forward(torch.tensor([0, -400])).tolist(); // [-0.6931, -400]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LogSigmoid.html
 */
export class LogSigmoid extends Module {
  override forward(input: Tensor): Tensor {
    return logsigmoid(input);
  }
}
trust(LogSigmoid);

/**
 * `x / (1 + |x|)`.
 * @example
 * ```ts
 * new torch.nn.Softsign().forward(torch.tensor([-1, 3])).tolist(); // [-0.5, 0.75]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Softsign.html
 */
export class Softsign extends Module {
  override forward(input: Tensor): Tensor {
    return softsign(input);
  }
}
trust(Softsign);

/**
 * `x - tanh(x)`.
 * @example
 * ```ts
 * new torch.nn.Tanhshrink().forward(torch.tensor([0, 1])).tolist(); // [0, 0.2384]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Tanhshrink.html
 */
export class Tanhshrink extends Module {
  override forward(input: Tensor): Tensor {
    return tanhshrink(input);
  }
}
trust(Tanhshrink);

/**
 * `log(1 + exp(beta * x)) / beta`, and x itself above the threshold.
 * @example
 * ```ts
 * new torch.nn.Softplus().forward(torch.tensor([0, 400])).tolist(); // [0.6931, 400]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Softplus.html
 */
export class Softplus extends Module {
  readonly beta: number;
  readonly threshold: number;

  constructor(...given: Given<SoftplusOptions, [beta: 'beta', threshold: 'threshold']>) {
    super();
    const { beta, threshold } = check_numbers('Softplus', positional('Softplus', given, { beta: 1, threshold: 20 }));
    this.beta = beta;
    this.threshold = threshold;
  }

  override forward(input: Tensor): Tensor {
    return softplus(input, this.beta, this.threshold);
  }

  override extra_repr(): string {
    return parameters_repr({ beta: this.beta, threshold: this.threshold });
  }
}
trust(Softplus);

/**
 * x times the share of the normal distribution below x, exactly or by the tanh approximation.
 * @example
 * ```ts
 * new torch.nn.GELU().forward(torch.tensor([0, 1])).tolist(); // [0, 0.8413]
 * new torch.nn.GELU({ approximate: 'tanh' }).forward(torch.tensor([0, 1])).tolist(); // [0, 0.8412]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GELU.html
 */
export class GELU extends Module {
  readonly approximate: 'none' | 'tanh';

  constructor(...given: Given<GeluOptions, [approximate: 'approximate']>) {
    super();
    const { approximate } = positional('GELU', given, { approximate: 'none' as unknown });
    this.approximate = check_approximate('GELU', approximate);
  }

  override forward(input: Tensor): Tensor {
    return gelu(input, this.approximate);
  }

  override extra_repr(): string {
    return `approximate='${this.approximate}'`;
  }
}
trust(GELU);

/**
 * `x * sigmoid(x)`, also known as swish.
 * @example
 * ```ts
 * new torch.nn.SiLU().forward(torch.tensor([0, 1])).tolist(); // [0, 0.7311]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.SiLU.html
 */
export class SiLU extends InplaceActivation {
  override forward(input: Tensor): Tensor {
    return silu(input, this.inplace);
  }
}
trust(SiLU);

/**
 * `x * tanh(softplus(x))`.
 * @example
 * ```ts
 * new torch.nn.Mish().forward(torch.tensor([-1, 1])).tolist(); // [-0.3034, 0.8651]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Mish.html
 */
export class Mish extends InplaceActivation {
  override forward(input: Tensor): Tensor {
    return mish(input, this.inplace);
  }
}
trust(Mish);

/**
 * `min(max(x + 3, 0), 6) / 6`.
 * @example
 * ```ts
 * new torch.nn.Hardsigmoid().forward(torch.tensor([-4, 0, 1.5])).tolist(); // [0, 0.5, 0.75]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Hardsigmoid.html
 */
export class Hardsigmoid extends InplaceActivation {
  override forward(input: Tensor): Tensor {
    return hardsigmoid(input, this.inplace);
  }

  override extra_repr(): string {
    return '';
  }
}
trust(Hardsigmoid);

/**
 * `x * hardsigmoid(x)`.
 * @example
 * ```ts
 * new torch.nn.Hardswish().forward(torch.tensor([-4, 1.5, 4])).tolist(); // [0, 1.125, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Hardswish.html
 */
export class Hardswish extends InplaceActivation {
  override forward(input: Tensor): Tensor {
    return hardswish(input, this.inplace);
  }

  override extra_repr(): string {
    return '';
  }
}
trust(Hardswish);

abstract class Shrink extends Module {
  readonly lambd: number;

  constructor(...given: Given<ShrinkOptions, [lambd: 'lambd']>) {
    super();
    const { name } = new.target;
    this.lambd = check_number(name, 'lambd', positional(name, given, { lambd: 0.5 }).lambd);
  }

  override extra_repr(): string {
    return python_number(this.lambd);
  }
}

/**
 * 0 where `|x| <= lambd`, else x.
 * @example
 * ```ts
 * new torch.nn.Hardshrink().forward(torch.tensor([-1, 0.3, 1])).tolist(); // [-1, 0, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Hardshrink.html
 */
export class Hardshrink extends Shrink {
  override forward(input: Tensor): Tensor {
    return hardshrink(input, this.lambd);
  }
}
trust(Hardshrink);

/**
 * x moved towards 0 by `lambd`, and 0 where it is nearer than that.
 * @example
 * ```ts
 * new torch.nn.Softshrink().forward(torch.tensor([-1, 0.3, 2])).tolist(); // [-0.5, 0, 1.5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Softshrink.html
 */
export class Softshrink extends Shrink {
  override forward(input: Tensor): Tensor {
    return softshrink(input, this.lambd);
  }
}
trust(Softshrink);
