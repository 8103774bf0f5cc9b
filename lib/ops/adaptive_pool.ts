import { type Given, type Needs, positional } from '../arguments';
import { check_boolean } from '../errors';
import { numel_of } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import { averaged, avg_reference } from './avg_pool';
import { op, type Reference, type Sample, sample } from './define';
import type { ValuesAndIndices } from './extreme';
import { max_by_scan, max_reference } from './max_pool';
import { type Axis, adaptive_axes, describe_pooling, judge_planes } from './pool_window';

/** Pooling to a size of the result: windows of the sizes that this takes. */

/** One number for all directions, or one for each; null keeps the input's size. */
export type OutputSize = number | null | readonly (number | null)[];

/** Options of adaptive pooling. */
export interface AdaptivePoolOptions {
  /** Windows along each dimension; null keeps the input's size. */
  output_size?: OutputSize;
}

/** Options of adaptive max pooling. */
export interface AdaptiveMaxPoolOptions extends AdaptivePoolOptions {
  /** Also return where in its plane each element was found. Default false. */
  return_indices?: boolean;
}

type AdaptiveAvgPool = (
  input: Tensor,
  ...given: Given<Needs<AdaptivePoolOptions, 'output_size'>, [output_size: 'output_size']>
) => Tensor;

interface AdaptiveMaxPool {
  (input: Tensor, output_size: OutputSize, return_indices?: false): Tensor;
  (input: Tensor, output_size: OutputSize, return_indices: true): ValuesAndIndices;
  (input: Tensor, output_size: OutputSize, options: { return_indices: true }): ValuesAndIndices;
  (input: Tensor, output_size: OutputSize, options?: { return_indices?: false }): Tensor;
  (input: Tensor, options: Needs<AdaptiveMaxPoolOptions, 'output_size'> & { return_indices: true }): ValuesAndIndices;
  (input: Tensor, options: Needs<AdaptiveMaxPoolOptions, 'output_size'> & { return_indices?: false }): Tensor;
}

const sizes = { 1: [1, 3, 17, 20], 2: [1, [3, 5], [null, 4], [9, 20], [11, 3]] } as const;

const own_shape = (dims: 1 | 2): number[] => (dims === 1 ? [2, 3, 17] : [2, 3, 9, 20]);

function errors_of(dims: 1 | 2) {
  return [
    { args: [sample([3]), 2], message: /expected an input of \d or \d dimensions, got shape \[3\]/ },
    { args: [sample(own_shape(dims)), -1], message: /expected output_size to be between 0 and \d+, got -1/ },
    {
      args: [sample(own_shape(dims)), [1, 2, 3]],
      message: /expected output_size to be one integer or \d, got \[1, 2, 3\]/,
    },
    { args: [sample(own_shape(dims)), '2'], message: /expected output_size to be an integer, got "2" \(string\)/ },
  ];
}

/** Windows of one size that cover the input without a rest are ordinary ones, for which there are vectors. */
function regular(axes: readonly Axis[]): Axis[] {
  if (axes.some((a) => a.out === 0 || a.in % a.out !== 0)) return [...axes];
  return axes.map((a) => ({ ...a, kernel: a.in / a.out, stride: a.in / a.out }));
}

function declare_avg(dims: 1 | 2): AdaptiveAvgPool {
  const name = `adaptive_avg_pool${dims}d`;
  return op({
    name,
    methods: [],
    sums: true,
    call: (input: Tensor, ...given: readonly unknown[]): Tensor => {
      const { output_size } = positional(name, given, { output_size: undefined as OutputSize | undefined });
      const planes = judge_planes(name, input, dims);
      const axes = regular(adaptive_axes(name, planes.sizes, output_size));
      const pooling = describe_pooling(planes, axes);
      return averaged(`AdaptiveAvgPool${dims}DBackward0`, planes.x, pooling, { count_padding: false, override: 0 });
    },
    reference: (x: Reference, output_size: OutputSize) =>
      avg_reference(x, adaptive_axes(name, x.shape.slice(-dims), output_size), false, null),
    samples: () => [
      ...sizes[dims].map((size): Sample => ({ args: [sample(own_shape(dims)), size] })),
      { args: [sample(own_shape(dims).slice(1)), 2] },
      { args: [sample([0, ...own_shape(dims).slice(1)]), 2] },
      { args: [sample(own_shape(dims)), 0] },
    ],
    errors: () => errors_of(dims),
  }) as AdaptiveAvgPool;
}

function declare_max(dims: 1 | 2): AdaptiveMaxPool {
  const name = `adaptive_max_pool${dims}d`;
  // Distinct elements, so that central differences meet no ties.
  const distinct = (shape: readonly number[]) =>
    sample(shape, { values: Array.from({ length: numel_of(shape) }, (_, i) => ((i * 37) % 1009) / 100 - 5) });
  return op({
    name,
    methods: [],
    call: (input: Tensor, ...given: readonly unknown[]): Tensor | ValuesAndIndices => {
      const { output_size, return_indices } = positional(name, given, {
        output_size: undefined as OutputSize | undefined,
        return_indices: false,
      });
      check_boolean(name, 'return_indices', return_indices);
      const planes = judge_planes(name, input, dims);
      const pooling = describe_pooling(planes, adaptive_axes(name, planes.sizes, output_size));
      const found = max_by_scan(`AdaptiveMaxPool${dims}DBackward0`, planes.x, pooling);
      return return_indices ? found : found.values;
    },
    reference: (x: Reference, output_size: OutputSize, indices = false) => {
      const found = max_reference(x, adaptive_axes(name, x.shape.slice(-dims), output_size));
      return indices ? found : found[0];
    },
    samples: () => [
      ...sizes[dims].map((size): Sample => ({ args: [distinct(own_shape(dims)), size] })),
      { args: [distinct(own_shape(dims)), 2, true] },
      { args: [distinct(own_shape(dims).slice(1)), 2] },
      { args: [sample([0, ...own_shape(dims).slice(1)]), 2] },
    ],
    errors: () => errors_of(dims),
  }) as AdaptiveMaxPool;
}

/**
 * The means of `output_size` windows over the last dimension of [N, C, L] or [C, L].
 * @example
 * ```ts
 * torch.nn.functional.adaptive_avg_pool1d(torch.tensor([[1, 2, 3, 4]]), 2).tolist(); // [[1.5, 3.5]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool1d.html
 */
export const adaptive_avg_pool1d = declare_avg(1);

/**
 * The means of `output_size` windows over the last two dimensions of [N, C, H, W] or [C, H, W]: 1 gives the mean of each plane, null
 * keeps a size.
 * @example
 * ```ts
 * import * as torch from 'cresset';
 * const x = torch.tensor([[[1, 2, 3], [4, 5, 6]]]);
 * torch.nn.functional.adaptive_avg_pool2d(x, [1, 2]).tolist(); // [[[3, 4]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool2d.html
 */
export const adaptive_avg_pool2d = declare_avg(2);

/**
 * The largest elements of `output_size` windows over the last dimension of [N, C, L] or [C, L].
 * @example
 * ```ts
 * torch.nn.functional.adaptive_max_pool1d(torch.tensor([[1, 2, 3, 4]]), 2).tolist(); // [[2, 4]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool1d.html
 */
export const adaptive_max_pool1d = declare_max(1);

/**
 * The largest elements of `output_size` windows over the last two dimensions of [N, C, H, W] or [C, H, W].
 * @example
 * ```ts
 * torch.nn.functional.adaptive_max_pool2d(torch.randn([1, 3, 8, 8]), [2, 2]).shape; // [1, 3, 2, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool2d.html
 */
export const adaptive_max_pool2d = declare_max(2);
