import { check_number, fail, fail_range, shape_text } from '../errors';
import { type Shape, same_shape } from '../tensor/shape';
import { check_floating, check_same_dtype, type Tensor } from '../tensor/tensor';
import { add, mul, sub } from './arithmetic';
import type { Reference } from './define';
import { sum_to } from './operand';
import { rsqrt, square } from './power';
import { mean } from './reduce';
import { reference_groups } from './reduction';
import { reshape } from './views';

/** What normalisations share: the judgement of their parameters, their gradients as differentiable operations, their references. */

/** How the input is seen: statistics are taken over `dims` of the shape `view`, parameters have the shape `affine` there. */
export interface Frame {
  readonly view: Shape;
  readonly dims: readonly number[];
  readonly affine: Shape;
}

/** Mean and reciprocal standard deviation, where they do not depend on the input. */
export interface Constants {
  readonly mean: Tensor;
  readonly rstd: Tensor;
}

export interface Statistics {
  readonly eps: number;
  /** False: divide by the root mean square, without subtracting the mean. */
  readonly centered: boolean;
  readonly constants?: Constants;
}

export interface Formula {
  hat: Tensor;
  /** g reshaped to the frame's view. */
  g: Tensor;
  dx: () => Tensor;
}

/** A parameter or a running statistic, of x's dtype and the given shape; null where there is none. */
export function check_parameter(op: string, name: string, value: unknown, x: Tensor, shape: Shape): Tensor | null {
  if (value === null || value === undefined) return null;
  const parameter = check_floating(op, name, value);
  check_same_dtype(op, x, parameter);
  if (!same_shape(parameter.shape, shape))
    fail(op, `expected ${name} of shape ${shape_text(shape)}, got ${shape_text(parameter.shape)}`);
  return parameter;
}

export function check_eps(op: string, value: unknown): number {
  const eps = check_number(op, 'eps', value);
  return eps >= 0 ? eps : fail_range(op, `expected eps to be at least 0, got ${eps}`);
}

/** x normalised, and its gradient: through the statistics, unless these are constants. */
export function normalization_formula(
  gradient: Tensor,
  x: Tensor,
  weight: Tensor | null,
  frame: Frame,
  { eps, centered, constants }: Statistics,
): Formula {
  const dims = [...frame.dims];
  const g = reshape(gradient, frame.view);
  const seen = reshape(x, frame.view);
  const weighted = (): Tensor => (weight === null ? g : mul(g, reshape(weight, frame.affine)));
  if (constants !== undefined) {
    const rstd = reshape(constants.rstd, frame.affine);
    const hat = mul(sub(seen, reshape(constants.mean, frame.affine)), rstd);
    return { hat, g, dx: () => reshape(mul(weighted(), rstd), x.shape) };
  }
  const centre = centered ? sub(seen, mean(seen, dims, true)) : seen;
  const rstd = rsqrt(add(mean(square(centre), dims, true), eps));
  const hat = mul(centre, rstd);
  const dx = (): Tensor => {
    const gw = weighted();
    const level = centered ? sub(gw, mean(gw, dims, true)) : gw;
    return reshape(mul(rstd, sub(level, mul(hat, mean(mul(gw, hat), dims, true)))), x.shape);
  };
  return { hat, g, dx };
}

/** The sum of a gradient over what shares a parameter. */
export function parameter_gradient(each: Tensor, frame: Frame, shape: Shape): Tensor {
  return reshape(sum_to(each, frame.affine), shape);
}

/** In float64, on plain arrays. */
export function normalization_reference(
  x: Reference,
  frame: Frame,
  weight: Reference | null | undefined,
  bias: Reference | null | undefined,
  { eps, centered }: { eps: number; centered: boolean },
  parameter_of: (element: number) => number,
): Reference {
  const data = new Float64Array(x.data.length);
  for (const group of reference_groups({ shape: frame.view, data: x.data }, frame.dims)) {
    const total = (f: (v: number) => number): number => group.reduce((all, i) => all + f(x.data[i]), 0) / group.length;
    const middle = centered ? total((v) => v) : 0;
    const scale = 1 / Math.sqrt(total((v) => (v - middle) ** 2) + eps);
    for (const i of group) {
      const p = parameter_of(i);
      data[i] = (x.data[i] - middle) * scale * (weight?.data[p] ?? 1) + (bias?.data[p] ?? 0);
    }
  }
  return { shape: x.shape, data };
}
