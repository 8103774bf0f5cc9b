import { type Given, positional } from '../arguments';
import { check_number, fail, shape_text } from '../errors';
import { with_size, wrap_dim } from '../tensor/shape';
import { check_tensor, type Tensor } from '../tensor/tensor';
import { add, mul } from './arithmetic';
import { cumsum } from './cumulative';
import { op, type Sample, sample } from './define';
import { sum } from './reduce';
import { diff } from './statistics';
import { narrow, reshape } from './views';

/** Integrals of sampled functions by the trapezoidal rule. */

/** Options of {@link trapezoid} and {@link cumulative_trapezoid}. */
export interface TrapezoidOptions {
  /** Where the samples lie: a vector, or as many as there are samples. Default: at equal distances. */
  x?: Tensor | null;
  /** The distance of neighbours, where there is no `x`. Default 1. */
  dx?: number | null;
  /** Along which the function is sampled. Default -1. */
  dim?: number;
}

type TrapezoidArguments = Given<TrapezoidOptions, [x: 'x']>;

/** The areas between neighbours, and the dimension they lie along. */
function areas(name: string, y: Tensor, given: TrapezoidArguments): { parts: Tensor; dim: number } {
  const { ndim, shape } = check_tensor(name, 'y', y);
  if (ndim === 0) fail(name, 'expected samples along a dimension, got shape []');
  const defaults = { x: null as Tensor | null, dx: 1 as number | null, dim: -1 };
  const { x, dx, dim } = positional(name, given, defaults, ['x']);
  const d = wrap_dim(name, dim, ndim);
  const length = Math.max(0, shape[d] - 1);
  const heights = shape[d] === 0 ? y : mul(add(narrow(y, d, 0, length), narrow(y, d, shape[d] - length, length)), 0.5);
  if (x === null) return { parts: mul(heights, check_number(name, 'dx', dx ?? 1)), dim: d };
  check_tensor(name, 'x', x);
  if (x.ndim !== 1 && x.ndim !== ndim)
    fail(name, `expected x of 1 or ${ndim} dimensions, got shape ${shape_text(x.shape)}`);
  const along = x.ndim === 1 ? 0 : d;
  if (x.shape[along] !== shape[d])
    fail(name, `expected x to place ${shape[d]} samples, got shape ${shape_text(x.shape)}`);
  const widths = diff(x, 1, along);
  const row = with_size(new Array<number>(ndim).fill(1), d, length);
  return { parts: mul(heights, x.ndim === 1 ? reshape(widths, row) : widths), dim: d };
}

const samples = (): Sample[] => [
  { args: [sample([5])] },
  { args: [sample([3, 4]), { dim: 0, dx: 0.5 }] },
  { args: [sample([3, 4]), sample([4])] },
  { args: [sample([3, 4]), sample([3]), { dim: 0 }] },
  { args: [sample([2, 4]), sample([2, 4])] },
];
const errors = () => [
  { args: [sample([])], message: /expected samples along a dimension, got shape \[\]/ },
  { args: [sample([4]), sample([3])], message: /expected x to place 4 samples, got shape \[3\]/ },
];

function integral(name: string, total: (parts: Tensor, dim: number) => Tensor) {
  return op({
    name,
    methods: [],
    sums: true,
    call: (y: Tensor, ...given: TrapezoidArguments): Tensor => {
      const { parts, dim } = areas(name, y, given);
      return total(parts, dim);
    },
    samples,
    errors,
  });
}

/**
 * The integral of a sampled function along a dimension (default the last) by the trapezoidal rule.
 * @example
 * ```ts
 * torch.trapezoid(torch.tensor([1, 5, 10])).item(); // 10.5
 * torch.trapezoid(torch.tensor([1, 5, 10]), torch.tensor([1, 3, 6])).item(); // 28.5
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.trapezoid.html
 */
export const trapezoid = integral('trapezoid', sum);

/**
 * The integrals from the first sample to each of the others.
 * @example
 * ```ts
 * torch.cumulative_trapezoid(torch.tensor([1, 5, 10])).tolist(); // [3, 10.5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.cumulative_trapezoid.html
 */
export const cumulative_trapezoid = integral('cumulative_trapezoid', cumsum);
