import { type Given, type Needs, positional } from '../arguments';
import { is_grad_enabled } from '../autograd/mode';
import { type Node, record, tracks } from '../autograd/node';
import { check_boolean } from '../errors';
import { kernel } from '../native/kernel';
import { int64, uint8 } from '../tensor/dtype';
import { numel_of } from '../tensor/shape';
import { allocate, type Tensor } from '../tensor/tensor';
import { op, type Reference, sample } from './define';
import { ValuesAndIndices } from './extreme';
import { scattered } from './gather';
import {
  describe_pooling,
  type Extent,
  fits_vectors,
  judge_planes,
  judge_window,
  type Pooling,
  reference_taps,
  sliding_axes,
  type WindowOptions,
  written,
} from './pool_window';
import { contiguous, reshape } from './views';

/** The largest element of every window. Which one it was is kept as a byte for each window. */

/** Options of max pooling. */
export interface MaxPoolOptions extends WindowOptions {
  /** Also return where in its plane each element was found. Default false. */
  return_indices?: boolean;
}

const forward = kernel('max_pool');
const backward = kernel('max_pool_backward');
const read_indices = kernel('max_pool_indices');
const scan = kernel('max_pool_scan');

/** The gradient by indices into planes; it has gradients itself. */
export function scatter_to_planes(g: Tensor, indices: Tensor, { planes, in_shape }: Pooling): Tensor {
  const flat = (t: Tensor): Tensor => reshape(t, [planes, planes === 0 ? 0 : t.count / planes]);
  const plane = numel_of(in_shape) / Math.max(planes, 1);
  return reshape(scattered(flat(g), [planes, plane], 1, flat(indices)), in_shape);
}

function indices_of(codes: Tensor, { planes, axes, out_shape }: Pooling): Tensor {
  const indices = allocate(out_shape, int64);
  read_indices(written(planes, axes), indices, codes);
  return indices;
}

function rule(pooling: Pooling) {
  return (g: Tensor, node: Node) => {
    const codes = node.saved(0);
    if (is_grad_enabled()) return [scatter_to_planes(g, indices_of(codes, pooling), pooling)];
    const dense = contiguous(g);
    const out = allocate(pooling.in_shape, g.dtype);
    backward(g.dtype.code, written(pooling.planes, pooling.axes), out, dense, codes);
    return [out];
  };
}

/** Window by window, with indices at once: for windows of other sizes each, or of very many elements. */
export function max_by_scan(name: string, x: Tensor, pooling: Pooling): ValuesAndIndices {
  const dense = contiguous(x);
  const out = allocate(pooling.out_shape, x.dtype);
  const indices = allocate(pooling.out_shape, int64);
  scan(x.dtype.code, written(pooling.planes, pooling.axes), out, indices, dense);
  if (tracks(x)) record(out, name, [x], [indices], (g, node) => [scatter_to_planes(g, node.saved(0), pooling)]);
  return new ValuesAndIndices(out, indices);
}

function pooled(x: Tensor, pooling: Pooling, name: string, with_indices: boolean): Tensor | ValuesAndIndices {
  if (!fits_vectors(pooling.axes)) {
    const found = max_by_scan(name, x, pooling);
    return with_indices ? found : found.values;
  }
  const tracked = tracks(x);
  const dense = contiguous(x);
  const out = allocate(pooling.out_shape, x.dtype);
  const codes = tracked || with_indices ? allocate([out.count], uint8) : null;
  if (codes !== null) codes.storage.internal = true;
  forward(x.dtype.code, written(pooling.planes, pooling.axes), out, codes, dense);
  if (tracked) record(out, name, [x], [codes!], rule(pooling));
  return with_indices ? new ValuesAndIndices(out, indices_of(codes!, pooling)) : out;
}

type MaxPoolGiven<Options extends MaxPoolOptions> = Given<
  Options,
  [kernel_size: 'kernel_size', stride: 'stride', padding: 'padding', dilation: 'dilation', ceil_mode: 'ceil_mode']
>;

export type MaxPool = {
  (
    input: Tensor,
    kernel_size: Extent,
    stride?: Extent | null,
    padding?: Extent,
    dilation?: Extent,
    ceil_mode?: boolean,
    return_indices?: false,
  ): Tensor;
  (
    input: Tensor,
    kernel_size: Extent,
    stride: Extent | null | undefined,
    padding: Extent | undefined,
    dilation: Extent | undefined,
    ceil_mode: boolean | undefined,
    return_indices: true,
  ): ValuesAndIndices;
  (
    input: Tensor,
    ...given: MaxPoolGiven<Needs<Omit<MaxPoolOptions, 'return_indices'>, 'kernel_size'> & { return_indices: true }>
  ): ValuesAndIndices;
  (
    input: Tensor,
    ...given: MaxPoolGiven<Needs<Omit<MaxPoolOptions, 'return_indices'>, 'kernel_size'> & { return_indices?: false }>
  ): Tensor;
};

const shapes = { 1: [2, 3, 17], 2: [2, 3, 9, 20] } as const;
const large = { 1: [30, 7, 301], 2: [6, 7, 33, 40] } as const;

function declare(dims: 1 | 2): MaxPool {
  const name = `max_pool${dims}d`;
  const node_name = `MaxPool${dims}DWithIndicesBackward0`;
  const own = shapes[dims];
  // Distinct elements, so that central differences meet no ties.
  const distinct = (shape: readonly number[]) =>
    sample(shape, { values: Array.from({ length: numel_of(shape) }, (_, i) => ((i * 37) % 1009) / 100 - 5) });
  return op({
    name,
    methods: [],
    call: (input: Tensor, ...given: readonly unknown[]): Tensor | ValuesAndIndices => {
      const { return_indices, ...options } = positional(name, given, {
        kernel_size: undefined as Extent | undefined,
        stride: null as Extent | null,
        padding: 0 as Extent,
        dilation: 1 as Extent,
        ceil_mode: false,
        return_indices: false,
      });
      const window = judge_window(name, dims, options);
      check_boolean(name, 'return_indices', return_indices);
      const planes = judge_planes(name, input, dims);
      return pooled(
        planes.x,
        describe_pooling(planes, sliding_axes(name, planes.sizes, window)),
        node_name,
        return_indices,
      );
    },
    reference: (x: Reference, kernel_size: Extent, ...more: readonly unknown[]) => {
      const [stride, padding, dilation, ceil_mode, indices] = more as [Extent, Extent, Extent, boolean, boolean];
      const window = judge_window(name, dims, { kernel_size, stride, padding, dilation, ceil_mode });
      const axes = sliding_axes(name, x.shape.slice(-dims), window);
      const found = max_reference(x, axes);
      return indices ? found : found[0];
    },
    samples: () => [
      { args: [distinct(own), 2] },
      { args: [distinct(own), 2, 2, 0, 1, false, true] },
      { args: [distinct(own), 3, 2, 1] },
      { args: [distinct(own), 3, 1, 1] },
      { args: [distinct(own), 3, 3, 1, 1, true] },
      { args: [distinct(own), 2, 1, 0, 3] },
      { args: [distinct(own), 3, 2, 2, 2, true, true] },
      { args: [distinct(own), 5, 4, 2] },
      { args: [distinct(own.slice(1)), 2, 3] },
      { args: [distinct(dims === 1 ? [2, 300] : [1, 20, 21]), dims === 1 ? 280 : 17, 2, 3] },
      { args: [distinct(dims === 1 ? [3, 70] : [3, 5, 70]), 2] },
      { args: [sample([0, ...own.slice(1)]), 2] },
      { args: [distinct(large[dims]), 2], large: true },
      { args: [distinct(large[dims]), 3, 2, 1], large: true },
      ...(dims === 2 ? [{ args: [distinct(own), [3, 2], [1, 2], [1, 0]] }] : []),
    ],
    errors: () => [
      { args: [sample(own), 30], message: /a window of 30 elements does not fit the input's \d+ with padding 0/ },
      { args: [sample(own), 0], message: /expected kernel_size to be at least 1, got 0$/ },
      { args: [sample(own), 2, 0], message: /expected stride to be at least 1, got 0$/ },
      { args: [sample(own), 3, 1, 2], message: /expected padding of at most half the window, 1, got 2/ },
      { args: [sample([3]), 2], message: /expected an input of \d or \d dimensions, got shape \[3\]/ },
      { args: [sample(own.map((n, i) => (i === 1 ? 0 : n))), 2], message: /no dimension but the batch may be empty/ },
      { args: [sample(own), [2, 2, 2]], message: /expected kernel_size to be one integer or \d, got \[2, 2, 2\]/ },
      { args: [sample(own), 2, { strides: 1 }], message: /Misspelled option "strides": did you mean "stride"/ },
      { args: [sample(own, { dtype: 'int64' }), 2], message: /expected input to be of a floating point dtype/ },
    ],
  }) as unknown as MaxPool;
}

export function max_reference(x: Reference, axes: Parameters<typeof written>[1]): [Reference, Reference] {
  const [rows, columns] =
    axes.length === 1 ? [{ ...axes[0], in: 1, out: 1, kernel: 1, stride: 1, pad: 0, dilation: 1 }, axes[0]] : axes;
  const [high, wide] = [reference_taps(rows), reference_taps(columns)];
  const plane = rows.in * columns.in;
  const values: number[] = [];
  const indices: number[] = [];
  for (let p = 0; p < x.data.length / plane; p++)
    for (const { taps: down } of high)
      for (const { taps: right } of wide) {
        let best = down[0] * columns.in + right[0];
        for (const i of down)
          for (const j of right)
            if (x.data[p * plane + i * columns.in + j] > x.data[p * plane + best]) best = i * columns.in + j;
        values.push(x.data[p * plane + best]);
        indices.push(best);
      }
  const shape = [...x.shape.slice(0, -axes.length), ...axes.map((a) => a.out)];
  return [
    { shape, data: values },
    { shape, data: indices },
  ];
}

/**
 * The largest element of every window over the last dimension of [N, C, L] or [C, L]. NaN beats every number.
 * @example
 * ```ts
 * torch.nn.functional.max_pool1d(torch.tensor([[1, 2, 3, 4]]), 2).tolist(); // [[2, 4]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool1d.html
 */
export const max_pool1d = declare(1);

/**
 * The largest element of every window over the last two dimensions of [N, C, H, W] or [C, H, W]; with `return_indices` also where in its
 * plane it is (row times width plus column, int64). NaN beats every number. The stride is the kernel's size unless given.
 * @example
 * ```ts
 * import * as torch from 'cresset';
 * const x = torch.tensor([[[1, 2, 3, 4], [8, 7, 6, 5]]]);
 * torch.nn.functional.max_pool2d(x, 2).tolist(); // [[[8, 6]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool2d.html
 */
export const max_pool2d = declare(2);
