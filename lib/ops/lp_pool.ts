import { type Given, positional } from '../arguments';
import { check_boolean, check_number, fail_range } from '../errors';
import { check_tensor, type Tensor } from '../tensor/tensor';
import { relu } from './activation';
import { mul } from './arithmetic';
import { avg_pool1d, avg_pool2d } from './avg_pool';
import { op, sample } from './define';
import { abs, sign } from './pointwise';
import type { Extent } from './pool_window';
import { pow } from './power';

/** Power means of sliding windows. */

/** Options of {@link lp_pool2d}. */
export interface LpPoolOptions {
  /** From window to window; default the window's size. */
  stride?: Extent | null;
  /** Windows may reach over the end. Default false. */
  ceil_mode?: boolean;
}

function lp_pool(dims: 1 | 2) {
  const name = `lp_pool${dims}d`;
  const pool = dims === 1 ? avg_pool1d : avg_pool2d;
  return op({
    name,
    methods: [],
    call: (input: Tensor, norm_type: number, kernel_size: Extent, ...given: readonly unknown[]): Tensor => {
      check_tensor(name, 'input', input);
      if (!(check_number(name, 'norm_type', norm_type) > 0))
        fail_range(name, `expected norm_type to be greater than 0, got ${norm_type}`);
      const { stride, ceil_mode } = positional(name, given, { stride: null as Extent | null, ceil_mode: false });
      check_boolean(name, 'ceil_mode', ceil_mode);
      const mean = pool(pow(input, norm_type), kernel_size, { stride, ceil_mode });
      const size = typeof kernel_size === 'number' ? kernel_size ** dims : kernel_size.reduce((a, b) => a * b, 1);
      return pow(mul(mul(sign(mean), relu(abs(mean))), size), 1 / norm_type);
    },
    samples: () => {
      const x = sample(dims === 1 ? [2, 3, 9] : [2, 3, 6, 9], { range: [0.2, 2] });
      return [{ args: [x, 2, 2] }, { args: [x, 3, 3, 2] }, { args: [x, 1.5, 3, { stride: 2, ceil_mode: true }] }];
    },
    errors: () => [{ args: [sample([1, 2, 4, 4]), 0, 2], message: /expected norm_type to be greater than 0, got 0/ }],
  }) as (
    input: Tensor,
    norm_type: number,
    kernel_size: Extent,
    ...given: Given<LpPoolOptions, [stride: 'stride', ceil_mode: 'ceil_mode']>
  ) => Tensor;
}

/**
 * `(Σ xᵖ)^(1/p)` over every window of [N, C, L] or [C, L].
 * @example
 * ```ts
 * torch.nn.functional.lp_pool1d(torch.tensor([[3, 4, 6, 8]]), 2, 2).tolist(); // [[5, 10]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.lp_pool1d.html
 */
export const lp_pool1d = lp_pool(1);

/**
 * `(Σ xᵖ)^(1/p)` over every window of [N, C, H, W] or [C, H, W].
 * @example
 * ```ts
 * torch.nn.functional.lp_pool2d(torch.ones([1, 4, 4]), 2, 2).tolist(); // [[[2, 2], [2, 2]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.lp_pool2d.html
 */
export const lp_pool2d = lp_pool(2);
