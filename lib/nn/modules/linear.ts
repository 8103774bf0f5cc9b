import { type Given, positional } from '../../arguments';
import { check_boolean, check_integer } from '../../errors';
import { empty } from '../../ops/create';
import { linear } from '../../ops/matmul';
import type { DType } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import { kaiming_uniform_, uniform_ } from '../init';
import { Module } from '../module';
import { Parameter } from '../parameter';
import { trust } from '../trust';
import { leading } from './leading';

/** Options of {@link Linear}. */
export interface LinearOptions {
  /** Add a learned bias. Default true. */
  bias?: boolean;
  /** float32 or float64; default the default dtype. */
  dtype?: DType;
}

/**
 * `y = x·Wᵀ + b` over the last dimension: [*, in_features] → [*, out_features]. Weights start uniform within ±1/√in_features, as PyTorch's.
 * @example
 * ```ts
 * const layer = new torch.nn.Linear(10, 64);
 * layer.forward(torch.ones([32, 10])).shape; // [32, 64]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Linear.html
 */
export class Linear extends Module {
  readonly in_features: number;
  readonly out_features: number;
  /** [out_features, in_features]. */
  weight: Parameter;
  /** [out_features]; null without. */
  bias: Parameter | null;

  constructor(
    ...given: Given<
      LinearOptions & { in_features: number; out_features: number },
      [in_features: 'in_features', out_features: 'out_features', bias: 'bias']
    >
  ) {
    super();
    const { required, rest } = leading<[number, number]>(given, ['in_features', 'out_features']);
    const [in_features, out_features] = required;
    this.in_features = check_integer('Linear', 'in_features', in_features, 0);
    this.out_features = check_integer('Linear', 'out_features', out_features, 0);
    const { bias, dtype } = positional('Linear', rest, { bias: true, dtype: undefined as DType | undefined });
    this.weight = new Parameter(empty([out_features, in_features], { dtype }));
    this.bias = check_boolean('Linear', 'bias', bias) ? new Parameter(empty([out_features], { dtype })) : null;
    this.reset_parameters();
  }

  /** Draws the weights anew. */
  reset_parameters(): void {
    kaiming_uniform_(this.weight, { a: Math.sqrt(5) });
    if (this.bias === null) return;
    const bound = this.in_features > 0 ? 1 / Math.sqrt(this.in_features) : 0;
    uniform_(this.bias, -bound, bound);
  }

  override forward(input: Tensor): Tensor {
    return linear(input, this.weight, this.bias);
  }

  override extra_repr(): string {
    return `in_features=${this.in_features}, out_features=${this.out_features}, bias=${this.bias === null ? 'False' : 'True'}`;
  }
}
trust(Linear);
