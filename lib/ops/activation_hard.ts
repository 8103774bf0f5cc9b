import type { Given } from '../arguments';
import { fail_range } from '../errors';
import type { Tensor } from '../tensor/tensor';
import { activation, type InplaceOption } from './activation_family';
import { add, div, mul } from './arithmetic';
import { ge, gt, le, logical_and, logical_or, lt } from './compare';
import { where } from './where';

/** Cheap stand-ins for smooth activations, and the shrinking ones. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** 0 where `|x| <= lambd`, else x. */
    hardshrink(lambd?: number | ShrinkOptions): Tensor;
    /** 0 where `|x| <= lambd`, else x moved towards 0 by lambd. */
    softshrink(lambd?: number | ShrinkOptions): Tensor;
    /** `min(max(x + 3, 0), 6) / 6`. */
    hardsigmoid(inplace?: boolean | InplaceOption): Tensor;
    hardsigmoid_(): Tensor;
    /** `x * hardsigmoid(x)`. */
    hardswish(inplace?: boolean | InplaceOption): Tensor;
    hardswish_(): Tensor;
  }
}

/** Options of {@link hardshrink} and {@link softshrink}. */
export interface ShrinkOptions {
  /** Half the width of the gap. Default 0.5. */
  lambd?: number;
}

type WithInplace = (input: Tensor, ...given: Given<InplaceOption, [inplace: 'inplace']>) => Tensor;
type Shrink = (input: Tensor, ...given: Given<ShrinkOptions, [lambd: 'lambd']>) => Tensor;

/**
 * `min(max(x + 3, 0), 6) / 6`.
 * @example
 * ```ts
 * torch.nn.functional.hardsigmoid(torch.tensor([-4, 0, 1.5])).tolist(); // [0, 0.5, 0.75]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hardsigmoid.html
 */
export const hardsigmoid: WithInplace = activation({
  name: 'hardsigmoid',
  backward_kernel: 'hardsigmoid_backward',
  gradient: (g, x) => where(logical_and(gt(x, -3), lt(x, 3)), mul(g, 1 / 6), 0),
  reference: (x) => Math.min(Math.max(x + 3, 0), 6) / 6,
  range: [-5, 5],
  avoid: [-3, 3],
});

/**
 * `x * hardsigmoid(x)`.
 * @example
 * ```ts
 * torch.nn.functional.hardswish(torch.tensor([-4, 1.5, 4])).tolist(); // [0, 1.125, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hardswish.html
 */
export const hardswish: WithInplace = activation({
  name: 'hardswish',
  backward_kernel: 'hardswish_backward',
  gradient: (g, x) => where(le(x, -3), 0, where(ge(x, 3), g, mul(g, add(div(x, 3), 0.5)))),
  reference: (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
  range: [-5, 5],
  avoid: [-3, 3],
});

const outside = (g: Tensor, x: Tensor, lambd: number): Tensor => where(logical_or(gt(x, lambd), lt(x, -lambd)), g, 0);

/**
 * 0 where `|x| <= lambd`, else x.
 * @example
 * ```ts
 * torch.nn.functional.hardshrink(torch.tensor([-1, 0.3, 1])).tolist(); // [-1, 0, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hardshrink.html
 */
export const hardshrink: Shrink = activation<never, [number]>({
  name: 'hardshrink',
  inplace: 'none',
  parameters: [['lambd', 0.5]],
  backward_kernel: 'hardshrink_backward',
  gradient: (g, x, _, lambd) => outside(g, x, lambd),
  reference: (x, lambd) => (x >= -lambd && x <= lambd ? 0 : x),
  avoid: [-1, -0.5, 0.5, 1],
  sample_parameters: [[1], [-0.3]],
});

/**
 * x moved towards 0 by `lambd`, and 0 where it is nearer than that.
 * @example
 * ```ts
 * torch.nn.functional.softshrink(torch.tensor([-1, 0.3, 2])).tolist(); // [-0.5, 0, 1.5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softshrink.html
 */
export const softshrink: Shrink = activation<never, [number]>({
  name: 'softshrink',
  inplace: 'none',
  parameters: [['lambd', 0.5]],
  check: (lambd) => {
    if (!(lambd >= 0)) fail_range('softshrink', `expected lambd to be at least 0, got ${lambd}`);
  },
  backward_kernel: 'softshrink_backward',
  gradient: (g, x, _, lambd) => outside(g, x, lambd),
  reference: (x, lambd) => (x > lambd ? x - lambd : x < -lambd ? x + lambd : 0),
  avoid: [-1, -0.5, 0.5, 1, 0],
  sample_parameters: [[1], [0]],
  errors: () => [{ args: [{ shape: [2] }, -1], message: /expected lambd to be at least 0, got -1/ }],
});
