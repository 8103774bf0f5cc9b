import { type Given, type Needs, positional } from '../arguments';
import { record, tracks } from '../autograd/node';
import { fail, fail_range, shape_text } from '../errors';
import { type Argument, kernel } from '../native/kernel';
import { contiguous_strides, numel_of, type Shape } from '../tensor/shape';
import { allocate, check_floating, type Tensor } from '../tensor/tensor';
import { op, type Reference, type Sample, sample } from './define';
import { type Axis, check_extent, type Extent } from './pool_window';
import { contiguous } from './views';

/** Sliding blocks of images as columns, and their sum back: what convolution is made of. */

/** Options of {@link unfold}. */
export interface UnfoldOptions {
  /** Height and width of a block. */
  kernel_size?: Extent;
  /** Distance of the elements of a block. Default 1. */
  dilation?: Extent;
  /** Zeros on each side. Default 0. */
  padding?: Extent;
  /** Distance of the blocks. Default 1. */
  stride?: Extent;
}

/** Options of {@link fold}. */
export interface FoldOptions extends UnfoldOptions {
  /** Height and width of the result. */
  output_size?: Extent;
}

/** Blocks, before an input is known. */
export interface BlockRule {
  kernel_size: readonly number[];
  dilation: readonly number[];
  padding: readonly number[];
  stride: readonly number[];
}

export const unfold_defaults = {
  kernel_size: undefined as Extent | undefined,
  dilation: 1 as Extent,
  padding: 0 as Extent,
  stride: 1 as Extent,
};
export const fold_defaults = { output_size: undefined as Extent | undefined, ...unfold_defaults };

export function judge_blocks(name: string, given: typeof unfold_defaults): BlockRule {
  return {
    kernel_size: check_extent(name, 'kernel_size', given.kernel_size, 2, 1),
    dilation: check_extent(name, 'dilation', given.dilation, 2, 1),
    padding: check_extent(name, 'padding', given.padding, 2, 0),
    stride: check_extent(name, 'stride', given.stride, 2, 1),
  };
}

function block_axes(name: string, sizes: Shape, { kernel_size, dilation, padding, stride }: BlockRule): Axis[] {
  return sizes.map((size, d) => {
    const effective = dilation[d] * (kernel_size[d] - 1) + 1;
    const out = Math.floor((size + 2 * padding[d] - effective) / stride[d]) + 1;
    if (out < 1)
      fail(name, `a block of ${effective} elements does not fit the image's ${size} with padding ${padding[d]}`);
    return { in: size, out, kernel: kernel_size[d], stride: stride[d], pad: padding[d], dilation: dilation[d] };
  });
}

const unfold_kernel = kernel('unfold');
const fold_kernel = kernel('fold');

/** Batch (none for a single image), channels and the blocks' directions: [batch?, channels, height, width]. */
interface Blocks {
  leading: Shape;
  channels: number;
  axes: readonly Axis[];
}

function head(x: Tensor, { leading, channels, axes }: Blocks): Argument[] {
  const directions = axes.flatMap((a) => [a.in, a.out, a.kernel, a.stride, a.pad, a.dilation]);
  return [x.dtype.code, numel_of(leading) * channels, ...directions];
}

const product = (axes: readonly Axis[], of: 'in' | 'out' | 'kernel'): number => axes[0][of] * axes[1][of];

/** To columns, or back: each is the other's gradient. */
function moved(input: Tensor, blocks: Blocks, to_columns: boolean): Tensor {
  const { leading, channels, axes } = blocks;
  const x = contiguous(input);
  const columns = [...leading, channels * product(axes, 'kernel'), product(axes, 'out')];
  const out = allocate(to_columns ? columns : [...leading, channels, axes[0].in, axes[1].in], x.dtype);
  (to_columns ? unfold_kernel : fold_kernel)(...head(x, blocks), out, x);
  if (tracks(input))
    record(out, to_columns ? 'Im2ColBackward0' : 'Col2ImBackward0', [input], [], (g) => [
      moved(g, blocks, !to_columns),
    ]);
  return out;
}

/** Where an error names a module. */
export function unfolded(name: string, input: Tensor, rule: BlockRule): Tensor {
  const x = check_floating(name, 'input', input);
  if (x.ndim !== 3 && x.ndim !== 4)
    fail(name, `expected an input of 3 or 4 dimensions, got shape ${shape_text(x.shape)}`);
  const axes = block_axes(name, x.shape.slice(-2), rule);
  return moved(x, { leading: x.shape.slice(0, -3), channels: x.shape[x.ndim - 3], axes }, true);
}

export function folded(name: string, input: Tensor, output_size: readonly number[], rule: BlockRule): Tensor {
  const x = check_floating(name, 'input', input);
  if (x.ndim !== 2 && x.ndim !== 3)
    fail(name, `expected an input of 2 or 3 dimensions, got shape ${shape_text(x.shape)}`);
  const axes = block_axes(name, output_size, rule);
  const [rows, columns] = x.shape.slice(-2);
  const size = product(axes, 'kernel');
  if (rows % size !== 0)
    fail_range(
      name,
      `${rows} rows are not a multiple of the ${size} elements of a block (shape ${shape_text(x.shape)})`,
    );
  if (columns !== product(axes, 'out'))
    fail_range(
      name,
      `an image of ${shape_text(output_size)} has ${axes[0].out} × ${axes[1].out} blocks, got ${columns} columns (shape ${shape_text(x.shape)})`,
    );
  return moved(x, { leading: x.shape.slice(0, -2), channels: rows / size, axes }, false);
}

type Unfold = (
  input: Tensor,
  ...given: Given<
    Needs<UnfoldOptions, 'kernel_size'>,
    [kernel_size: 'kernel_size', dilation: 'dilation', padding: 'padding', stride: 'stride']
  >
) => Tensor;

type Fold = (
  input: Tensor,
  ...given: Given<
    Needs<FoldOptions, 'output_size' | 'kernel_size'>,
    [output_size: 'output_size', kernel_size: 'kernel_size', dilation: 'dilation', padding: 'padding', stride: 'stride']
  >
) => Tensor;

/** Tensor.unfold is another function. */
const UNFOLD = 'nn.functional.unfold';

const uneven = { dilation: [2, 1], padding: [1, 2], stride: [1, 2] };

/**
 * The blocks of `kernel_size` of an image [N, C, H, W] or [C, H, W] as columns: [N, C · kernel, blocks]. Outside the image is 0.
 * @example
 * ```ts
 * import * as torch from 'cresset';
 * const image = torch.arange(9).reshape([1, 3, 3]).float();
 * torch.nn.functional.unfold(image, 2).select(1, 0).tolist(); // [0, 1, 3, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.unfold.html
 */
export const unfold_blocks: Unfold = op({
  name: UNFOLD,
  methods: [],
  call: (input: Tensor, ...given: readonly unknown[]): Tensor =>
    unfolded(UNFOLD, input, judge_blocks(UNFOLD, positional(UNFOLD, given, unfold_defaults))),
  reference: (x: Reference, ...given: readonly unknown[]) => {
    const rule = judge_blocks(UNFOLD, positional(UNFOLD, given, unfold_defaults));
    return unfold_reference(x, block_axes(UNFOLD, x.shape.slice(-2), rule));
  },
  samples: (): Sample[] => [
    { args: [sample([2, 3, 5, 6]), 2] },
    { args: [sample([2, 2, 5, 6]), [2, 3], uneven] },
    { args: [sample([3, 4, 4]), 3, 1, 1] },
    { args: [sample([0, 2, 4, 4]), 3] },
    { args: [sample([2, 5, 40, 41]), 3, { padding: 1 }], large: true },
  ],
  errors: () => [
    { args: [sample([5, 6]), 2], message: /expected an input of 3 or 4 dimensions, got shape \[5, 6\]/ },
    { args: [sample([2, 5, 6]), 7], message: /a block of 7 elements does not fit the image's 5 with padding 0/ },
    { args: [sample([2, 5, 6]), [1, 2, 3]], message: /expected kernel_size to be one integer or 2, got \[1, 2, 3\]/ },
    {
      args: [sample([2, 5, 6]), { kernel_sise: 2 }],
      message: /Misspelled option "kernel_sise": did you mean "kernel_size"/,
    },
  ],
}) as Unfold;

/**
 * Columns of blocks [N, C · kernel, blocks] (or without N) added up where they lie in an image [N, C, height, width]: not the inverse of `unfold`, for blocks
 * overlap, but its gradient.
 * @example
 * ```ts
 * import * as torch from 'cresset';
 * torch.nn.functional.fold(torch.ones([4, 4]), 3, 2).tolist(); // [[[1, 2, 1], [2, 4, 2], [1, 2, 1]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.fold.html
 */
export const fold: Fold = op({
  name: 'fold',
  methods: [],
  call: (input: Tensor, ...given: readonly unknown[]): Tensor => {
    const { output_size, ...blocks } = positional('fold', given, fold_defaults);
    return folded('fold', input, check_extent('fold', 'output_size', output_size, 2, 1), judge_blocks('fold', blocks));
  },
  reference: (x: Reference, ...given: readonly unknown[]) => {
    const { output_size, ...blocks } = positional('fold', given, fold_defaults);
    const axes = block_axes(
      'fold',
      check_extent('fold', 'output_size', output_size, 2, 1),
      judge_blocks('fold', blocks),
    );
    return fold_reference(x, axes);
  },
  samples: (): Sample[] => [
    { args: [sample([2, 12, 20]), [5, 6], 2] },
    { args: [sample([2, 12, 20]), [5, 6], [2, 3], uneven] },
    { args: [sample([9, 16]), 4, 3, 1, 1] },
    { args: [sample([0, 8, 9]), 4, 2] },
    { args: [sample([2, 45, 1640]), [40, 41], 3, { padding: 1 }], large: true },
  ],
  errors: () => [
    { args: [sample([4]), 3, 2], message: /expected an input of 2 or 3 dimensions, got shape \[4\]/ },
    { args: [sample([5, 4]), 3, 2], message: /5 rows are not a multiple of the 4 elements of a block/ },
    { args: [sample([4, 5]), 3, 2], message: /an image of \[3, 3\] has 2 × 2 blocks, got 5 columns/ },
  ],
}) as Fold;

/** Calls `visit` for every element of every block, with its places in the columns and in the image; -1 outside. */
function each_element(
  planes: number,
  [rows, columns]: readonly Axis[],
  visit: (column: number, image: number) => void,
): void {
  const order = [planes, rows.kernel, columns.kernel, rows.out, columns.out];
  const strides = contiguous_strides(order);
  for (let i = 0; i < numel_of(order); i++) {
    const [plane, kh, kw, oh, ow] = order.map((size, d) => Math.floor(i / strides[d]) % size);
    const h = oh * rows.stride - rows.pad + kh * rows.dilation;
    const w = ow * columns.stride - columns.pad + kw * columns.dilation;
    const inside = h >= 0 && h < rows.in && w >= 0 && w < columns.in;
    visit(i, inside ? (plane * rows.in + h) * columns.in + w : -1);
  }
}

function unfold_reference(x: Reference, axes: readonly Axis[]): Reference {
  const leading = x.shape.slice(0, -3);
  const channels = x.shape[x.shape.length - 3];
  const shape = [...leading, channels * product(axes, 'kernel'), product(axes, 'out')];
  const data = new Float64Array(numel_of(shape));
  each_element(numel_of(leading) * channels, axes, (column, image) => {
    data[column] = image < 0 ? 0 : x.data[image];
  });
  return { shape, data };
}

function fold_reference(x: Reference, axes: readonly Axis[]): Reference {
  const leading = x.shape.slice(0, -2);
  const channels = x.shape[x.shape.length - 2] / product(axes, 'kernel');
  const shape = [...leading, channels, axes[0].in, axes[1].in];
  const data = new Float64Array(numel_of(shape));
  each_element(numel_of(leading) * channels, axes, (column, image) => {
    if (image >= 0) data[image] += x.data[column];
  });
  return { shape, data };
}
