import { type Given, type Needs, positional } from '../arguments';
import { is_grad_enabled } from '../autograd/mode';
import { record, tracks } from '../autograd/node';
import { check_boolean, check_integer, fail } from '../errors';
import { kernel } from '../native/kernel';
import { allocate, type Tensor } from '../tensor/tensor';
import { op, type Reference, sample } from './define';
import {
  type Axis,
  describe_pooling,
  type Extent,
  fits_vectors,
  is_global,
  judge_planes,
  judge_window,
  type Pooling,
  reference_taps,
  sliding_axes,
  type WindowOptions,
  written,
} from './pool_window';
import { mean } from './reduce';
import { contiguous } from './views';

/** The mean of every window. */

/** Options of average pooling. */
export interface AvgPoolOptions extends Omit<WindowOptions, 'dilation'> {
  /** Count padding as zeros in the mean. Default true. */
  count_include_pad?: boolean;
}

/** Options of {@link avg_pool2d}. */
export interface AvgPool2dOptions extends AvgPoolOptions {
  /** What sums are divided by instead of the number of elements. */
  divisor_override?: number | null;
}

/** How sums become means. */
export interface Divisor {
  count_padding: boolean;
  /** 0 for the number of elements. */
  override: number;
}

const vectors = { forward: kernel('avg_pool'), backward: kernel('avg_pool_backward') };
const scan = { forward: kernel('avg_pool_scan'), backward: kernel('avg_pool_scan_backward') };

/** The mean of every window; linear, so that its gradient's gradient is itself again. */
export function averaged(name: string, x: Tensor, pooling: Pooling, divisor: Divisor): Tensor {
  const { axes, planes, in_shape, out_shape } = pooling;
  const dims = axes.length;
  if (is_global(axes) && divisor.override === 0 && planes > 0) return mean(x, dims === 1 ? [-1] : [-2, -1], true);
  const run = fits_vectors(axes) ? vectors : scan;
  const dense = contiguous(x);
  const out = allocate(out_shape, x.dtype);
  run.forward(x.dtype.code, written(planes, axes), divisor.count_padding, divisor.override, out, dense);
  if (!tracks(x)) return out;
  return record(out, name, [x], [], (g) => [spread(name, g, { axes, planes, in_shape, out_shape }, divisor)]);
}

function spread(name: string, g: Tensor, pooling: Pooling, divisor: Divisor): Tensor {
  const { axes, planes, in_shape } = pooling;
  const run = fits_vectors(axes) ? vectors : scan;
  const dense = contiguous(g);
  const out = allocate(in_shape, g.dtype);
  run.backward(g.dtype.code, written(planes, axes), divisor.count_padding, divisor.override, out, dense);
  if (is_grad_enabled() && tracks(g))
    record(out, `${name.slice(0, -1)}Backward0`, [g], [], (gg) => [averaged(name, gg, pooling, divisor)]);
  return out;
}

type AvgPool<Options extends AvgPoolOptions, More extends readonly (keyof Options)[]> = (
  input: Tensor,
  ...given: Given<
    Needs<Options, 'kernel_size'>,
    readonly [
      kernel_size: 'kernel_size',
      stride: 'stride',
      padding: 'padding',
      ceil_mode: 'ceil_mode',
      count_include_pad: 'count_include_pad',
      ...More,
    ]
  >
) => Tensor;

export function check_divisor(op: string, value: unknown): number {
  if (value === null || value === undefined) return 0;
  const divisor = check_integer(op, 'divisor_override', value);
  return divisor === 0 ? fail(op, 'expected divisor_override to be other than 0') : divisor;
}

const shapes = { 1: [2, 3, 17], 2: [2, 3, 9, 20] } as const;
const large = { 1: [30, 7, 301], 2: [6, 7, 33, 40] } as const;

function declare<Options extends AvgPoolOptions, More extends readonly (keyof Options)[]>(
  dims: 1 | 2,
): AvgPool<Options, More> {
  const name = `avg_pool${dims}d`;
  const own = shapes[dims];
  return op({
    name,
    methods: [],
    sums: true,
    call: (input: Tensor, ...given: readonly unknown[]): Tensor => {
      const { count_include_pad, divisor_override, ...options } = positional(name, given, {
        kernel_size: undefined as Extent | undefined,
        stride: null as Extent | null,
        padding: 0 as Extent,
        ceil_mode: false,
        count_include_pad: true,
        ...(dims === 2 ? { divisor_override: null as number | null } : {}),
      } as WindowOptions & { count_include_pad: boolean; divisor_override?: number | null });
      const window = judge_window(name, dims, options);
      const divisor = {
        count_padding: check_boolean(name, 'count_include_pad', count_include_pad),
        override: check_divisor(name, divisor_override),
      };
      const planes = judge_planes(name, input, dims);
      const axes = sliding_axes(name, planes.sizes, window);
      return averaged(`AvgPool${dims}DBackward0`, planes.x, describe_pooling(planes, axes), divisor);
    },
    reference: (x: Reference, kernel_size: Extent, ...more: readonly unknown[]) => {
      const [stride, padding, ceil_mode, count = true, override = null] = more as [
        Extent,
        Extent,
        boolean,
        boolean,
        number | null,
      ];
      const window = judge_window(name, dims, { kernel_size, stride, padding, ceil_mode });
      return avg_reference(x, sliding_axes(name, x.shape.slice(-dims), window), count, override);
    },
    samples: () => [
      { args: [sample(own), 2] },
      { args: [sample(own), 3, 2, 1] },
      { args: [sample(own), 3, 1, 1, false, false] },
      { args: [sample(own), 3, 3, 1, true] },
      { args: [sample(own), 4, 3, 2, true, false] },
      { args: [sample(own.slice(1)), 3, 2] },
      { args: [sample([2, ...own.slice(-dims)]), own.slice(-dims)] },
      { args: [sample(dims === 1 ? [2, 300] : [1, 20, 21]), dims === 1 ? 280 : 17, 2, 3] },
      { args: [sample([0, ...own.slice(1)]), 2] },
      { args: [sample(large[dims]), 3, 2, 1], large: true },
      ...(dims === 2 ? [{ args: [sample(own), [3, 2], [1, 2], [1, 0], false, true, 5] }] : []),
    ],
    errors: () => [
      { args: [sample(own), 30], message: /a window of 30 elements does not fit the input's \d+ with padding 0/ },
      { args: [sample(own), 2, 0], message: /expected stride to be at least 1, got 0$/ },
      { args: [sample(own), 3, 1, 2], message: /expected padding of at most half the window, 1, got 2/ },
      { args: [sample([3]), 2], message: /expected an input of \d or \d dimensions, got shape \[3\]/ },
      { args: [sample(own), 2, 2, 0, 1], message: /expected ceil_mode to be a boolean, got 1/ },
      ...(dims === 2
        ? [{ args: [sample(own), 2, { divisor_override: 0 }], message: /expected divisor_override to be other than 0/ }]
        : [{ args: [sample(own), 2, { divisor_override: 2 }], message: /Misspelled option "divisor_override"/ }]),
    ],
  }) as unknown as AvgPool<Options, More>;
}

export function avg_reference(x: Reference, axes: readonly Axis[], count: boolean, override: number | null): Reference {
  const [high, wide] =
    axes.length === 1 ? [[{ taps: [0], size: 1 }], reference_taps(axes[0])] : axes.map(reference_taps);
  const width = axes[axes.length - 1].in;
  const plane = axes.reduce((n, a) => n * a.in, 1);
  const data: number[] = [];
  for (let p = 0; p < x.data.length / plane; p++)
    for (const row of high)
      for (const column of wide) {
        const values = row.taps.flatMap((i) => column.taps.map((j) => x.data[p * plane + i * width + j]));
        const n = override ?? (count ? row.size * column.size : values.length);
        data.push(values.reduce((a, b) => a + b, 0) / n);
      }
  return { shape: [...x.shape.slice(0, -axes.length), ...axes.map((a) => a.out)], data };
}

/**
 * The mean of every window over the last dimension of [N, C, L] or [C, L].
 * @example
 * ```ts
 * torch.nn.functional.avg_pool1d(torch.tensor([[1, 2, 3, 4]]), 2).tolist(); // [[1.5, 3.5]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool1d.html
 */
export const avg_pool1d = declare<AvgPoolOptions, []>(1);

/**
 * The mean of every window over the last two dimensions of [N, C, H, W] or [C, H, W]. The stride is the kernel's size unless given.
 * @example
 * ```ts
 * import * as torch from 'cresset';
 * const x = torch.tensor([[[1, 2, 3, 4], [8, 7, 6, 5]]]);
 * torch.nn.functional.avg_pool2d(x, 2).tolist(); // [[[4.5, 4.5]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool2d.html
 */
export const avg_pool2d = declare<AvgPool2dOptions, [divisor_override: 'divisor_override']>(2);
