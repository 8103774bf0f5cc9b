import { check_floating, check_tensor, type Tensor } from '../tensor/tensor';
import { div } from './arithmetic';
import { isnan, logical_not } from './compare';
import { op } from './define';
import { sum } from './reduce';
import { type ReductionArguments, reduction_samples } from './reduction';
import { where } from './where';

/** Sums and means that leave NaN out. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** The sum of all elements but NaN, over all or some dimensions. */
    nansum(...given: ReductionArguments): Tensor;
    /** The mean of all elements but NaN, over all or some dimensions. */
    nanmean(...given: ReductionArguments): Tensor;
  }
}

type NanSum = (input: Tensor, ...given: readonly unknown[]) => Tensor;
const sum_of = sum as NanSum;

/**
 * The sum of all elements but NaN, over all or some dimensions.
 * @example
 * ```ts
 * torch.nansum(torch.tensor([1, NaN, 2])).item(); // 3
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nansum.html
 */
export const nansum: (input: Tensor, ...given: ReductionArguments) => Tensor = op({
  name: 'nansum',
  call: (input: Tensor, ...given: readonly unknown[]): Tensor => {
    check_tensor('nansum', 'input', input);
    return sum_of(input.dtype.is_floating_point ? where(isnan(input), 0, input) : input, ...given);
  },
  sums: true,
  samples: () => reduction_samples().filter(({ large }) => !large),
});

/**
 * The mean of all elements but NaN, over all or some dimensions; NaN where there are none.
 * @example
 * ```ts
 * torch.nanmean(torch.tensor([1, NaN, 2])).item(); // 1.5
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nanmean.html
 */
export const nanmean: (input: Tensor, ...given: ReductionArguments) => Tensor = op({
  name: 'nanmean',
  call: (input: Tensor, ...given: readonly unknown[]): Tensor => {
    const x = check_floating('nanmean', 'input', input);
    return div(nansum(x, ...(given as [])), sum_of(logical_not(isnan(x)), ...given));
  },
  sums: true,
  samples: () => reduction_samples({ empty: false }).filter(({ large }) => !large),
});
