import { type Given, positional } from '../../arguments';
import { check_boolean, check_integer } from '../../errors';
import { bilinear } from '../../ops/bilinear';
import { empty } from '../../ops/create';
import type { DType } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import { uniform_ } from '../init';
import { Module } from '../module';
import { Parameter } from '../parameter';
import { leading } from './leading';
import { python_boolean } from './norm_base';

/** Options of {@link Bilinear}. */
export interface BilinearOptions {
  /** Add a learned bias. Default true. */
  bias?: boolean;
  /** float32 or float64; default the default dtype. */
  dtype?: DType;
}

/** What {@link Bilinear} cannot do without. */
interface BilinearSizes {
  in1_features: number;
  in2_features: number;
  out_features: number;
}

/**
 * `y[o] = x1 · weight[o] · x2 + bias[o]` over the last dimensions: [.., in1_features] and [.., in2_features] give [.., out_features].
 * @example
 * ```ts
 * const layer = new torch.nn.Bilinear(20, 30, 40);
 * layer.forward(torch.randn([128, 20]), torch.randn([128, 30])).shape; // [128, 40]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Bilinear.html
 */
export class Bilinear extends Module {
  readonly in1_features: number;
  readonly in2_features: number;
  readonly out_features: number;
  /** [out_features, in1_features, in2_features]. */
  weight: Parameter;
  /** [out_features]; null without. */
  bias: Parameter | null;

  constructor(
    ...given: Given<
      BilinearSizes & BilinearOptions,
      [in1_features: 'in1_features', in2_features: 'in2_features', out_features: 'out_features', bias: 'bias']
    >
  ) {
    super();
    const names = ['in1_features', 'in2_features', 'out_features'] as const;
    const { required, rest } = leading<[number, number, number]>(given, names);
    const [in1, in2, out] = required.map((size, i) => check_integer('Bilinear', names[i], size, 1));
    const { bias, dtype } = positional('Bilinear', rest, { bias: true, dtype: undefined as DType | undefined });
    this.in1_features = in1;
    this.in2_features = in2;
    this.out_features = out;
    this.weight = new Parameter(empty([out, in1, in2], { dtype }));
    this.bias = check_boolean('Bilinear', 'bias', bias) ? new Parameter(empty([out], { dtype })) : null;
    this.reset_parameters();
  }

  /** Draws the weights anew. */
  reset_parameters(): void {
    const bound = 1 / Math.sqrt(this.in1_features);
    uniform_(this.weight, -bound, bound);
    if (this.bias !== null) uniform_(this.bias, -bound, bound);
  }

  override forward(input1: Tensor, input2: Tensor): Tensor {
    return bilinear(input1, input2, this.weight, this.bias);
  }

  override extra_repr(): string {
    const { in1_features, in2_features, out_features, bias } = this;
    return (
      `in1_features=${in1_features}, in2_features=${in2_features}, out_features=${out_features}, ` +
      `bias=${python_boolean(bias !== null)}`
    );
  }
}
