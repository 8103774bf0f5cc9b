import { type Given, positional } from '../../arguments';
import { check_integer, fail } from '../../errors';
import { type GluOptions, glu, softmin } from '../../ops/activation_rows';
import { log_softmax, softmax } from '../../ops/softmax';
import { check_tensor, type Tensor } from '../../tensor/tensor';
import { Module } from '../module';
import { trust } from '../trust';

/** Modules of activations along a dimension. */

/** Options of {@link Softmax} and its kin. */
export interface SoftmaxOptions {
  /** The dimension whose elements add up to 1. Unlike PyTorch, which guesses it and warns, forward fails without one. */
  dim?: number | null;
}

abstract class AlongDim extends Module {
  readonly dim: number | null;

  constructor(...given: Given<SoftmaxOptions, [dim: 'dim']>) {
    super();
    const { name } = new.target;
    const { dim } = positional(name, given, { dim: null as number | null });
    this.dim = dim === null ? null : check_integer(name, 'dim', dim);
  }

  /** @internal */
  protected required_dim(): number {
    return this.dim ?? fail(this.constructor.name, `expected a dim: new ${this.constructor.name}(dim)`);
  }

  override extra_repr(): string {
    return `dim=${this.dim ?? 'None'}`;
  }
}

/**
 * `exp(x) / sum(exp(x))` along `dim`.
 * @example
 * ```ts
 * new torch.nn.Softmax(1).forward(torch.tensor([[0, 1]])).tolist(); // [[0.2689, 0.7311]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Softmax.html
 */
export class Softmax extends AlongDim {
  override forward(input: Tensor): Tensor {
    return softmax(input, this.required_dim());
  }
}
trust(Softmax);

/**
 * `softmax(-x)` along `dim`.
 * @example
 * ```ts
 * new torch.nn.Softmin(1).forward(torch.tensor([[0, 1]])).tolist(); // [[0.7311, 0.2689]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Softmin.html
 */
export class Softmin extends AlongDim {
  override forward(input: Tensor): Tensor {
    return softmin(input, this.required_dim());
  }
}
trust(Softmin);

/**
 * `log(softmax(x))` along `dim`.
 * @example
 * ```ts
 * new torch.nn.LogSoftmax(1).forward(torch.tensor([[0, 1]])).tolist(); // [[-1.3133, -0.3133]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LogSoftmax.html
 */
export class LogSoftmax extends AlongDim {
  override forward(input: Tensor): Tensor {
    return log_softmax(input, this.required_dim());
  }
}
trust(LogSoftmax);

/**
 * Softmax over the channels of [N, C, H, W] or [C, H, W].
 * @example
 * ```ts
 * new torch.nn.Softmax2d().forward(torch.tensor([[[0]], [[1]]])).flatten().tolist(); // [0.2689, 0.7311]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Softmax2d.html
 */
export class Softmax2d extends Module {
  override forward(input: Tensor): Tensor {
    const { ndim } = check_tensor('Softmax2d', 'input', input);
    if (ndim !== 3 && ndim !== 4) fail('Softmax2d', `expected an input of 3 or 4 dimensions, got ${ndim}`);
    return softmax(input, -3);
  }
}
trust(Softmax2d);

/**
 * Gated linear unit: the first half along `dim` times the sigmoid of the second.
 * @example
 * ```ts
 * new torch.nn.GLU().forward(torch.tensor([3, 0])).tolist(); // [1.5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GLU.html
 */
export class GLU extends Module {
  readonly dim: number;

  constructor(...given: Given<GluOptions, [dim: 'dim']>) {
    super();
    this.dim = check_integer('GLU', 'dim', positional('GLU', given, { dim: -1 }).dim);
  }

  override forward(input: Tensor): Tensor {
    return glu(input, this.dim);
  }

  override extra_repr(): string {
    return `dim=${this.dim}`;
  }
}
trust(GLU);
