import { type Given, positional } from '../arguments';
import { is_grad_enabled } from '../autograd/mode';
import { record, tracks } from '../autograd/node';
import { check_integer, check_number, fail, fail_range, fail_type, shape_text } from '../errors';
import { kernel } from '../native/kernel';
import { contiguous_strides, type Shape } from '../tensor/shape';
import { allocate, check_floating, check_tensor, type Tensor } from '../tensor/tensor';
import { op, type Reference, sample } from './define';
import { contiguous } from './views';

/** Padding and cropping at both ends of dimensions. */

const PADDING_MODES = ['constant', 'reflect', 'replicate', 'circular'] as const;
/** What stands around the input: `'constant'`, `'reflect'`, `'replicate'` or `'circular'`. */
export type PaddingMode = (typeof PADDING_MODES)[number];

/** Options of {@link pad}. */
export interface PadOptions {
  /** What the new elements are: `value`, or mirrored, repeated or continued from the other end. Default 'constant'. */
  mode?: PaddingMode;
  /** For mode 'constant'. Default 0, also for null. */
  value?: number | null;
}

/** How many elements each dimension gains before and after; negative ones are cropped. */
interface Amounts {
  before: readonly number[];
  after: readonly number[];
}

const forward = kernel('pad');
const backward = kernel('pad_backward');

/** PyTorch counts from the last dimension, its two ends first. */
function amounts(sizes: readonly number[], ndim: number): Amounts {
  const of = (end: 0 | 1) => Array.from({ length: ndim }, (_, d) => sizes[2 * (ndim - 1 - d) + end] ?? 0);
  return { before: of(0), after: of(1) };
}

const opposite = (sizes: readonly number[]): number[] => sizes.map((size) => -size);

function check_padding_mode(op: string, name: string, mode: unknown): PaddingMode {
  if ((PADDING_MODES as readonly unknown[]).includes(mode)) return mode as PaddingMode;
  return fail_type(op, name, `one of ${PADDING_MODES.map((each) => `'${each}'`).join(', ')}`, mode);
}

function check_sizes(op: string, sizes: unknown, { ndim, shape }: Tensor): readonly number[] {
  if (!Array.isArray(sizes)) fail_type(op, 'sizes', 'an array of integers', sizes);
  sizes.forEach((size) => {
    check_integer(op, 'each size', size, -(2 ** 46), 2 ** 46);
  });
  if (sizes.length % 2 !== 0) fail(op, `expected two sizes for each dimension, got ${shape_text(sizes)}`);
  if (sizes.length > 2 * ndim)
    fail(
      op,
      `sizes ${shape_text(sizes)} are for ${sizes.length / 2} dimensions, but the input has shape ${shape_text(shape)}`,
    );
  return sizes;
}

/** What the modes other than 'constant' need, dimension by dimension. */
function check_reach(op: string, mode: PaddingMode, sizes: readonly number[], { shape }: Tensor): void {
  const padded = sizes.length / 2;
  if (padded === 0 || padded > 3 || (shape.length !== padded + 1 && shape.length !== padded + 2))
    fail(
      op,
      `mode '${mode}' pads the last 1, 2 or 3 dimensions behind 1 or 2 others, got sizes ${shape_text(sizes)} for shape ${shape_text(shape)}`,
    );
  for (let i = 0; i < padded; i++) {
    const d = shape.length - 1 - i;
    const most = mode === 'reflect' ? shape[d] - 1 : mode === 'circular' ? shape[d] : Infinity;
    const wanted = Math.max(sizes[2 * i], sizes[2 * i + 1]);
    if (wanted > most) fail_range(op, `mode '${mode}' can pad at most ${most} elements of dim ${d}, got ${wanted}`);
    if (shape[d] === 0) fail(op, `dim ${d} of shape ${shape_text(shape)} is empty: there is nothing to repeat`);
  }
}

function padded_shape(op: string, shape: Shape, { before, after }: Amounts): number[] {
  return shape.map((size, d) => {
    const padded = size + before[d] + after[d];
    if (padded < 0) fail_range(op, `dim ${d} of size ${size} cannot be cropped by ${-before[d] - after[d]} elements`);
    return padded;
  });
}

/** Dimensions that are not padded, joined with their neighbours: the kernel then moves long rows. */
function joined(shape: Shape, { before, after }: Amounts): { shape: number[]; before: number[]; after: number[] } {
  const result = { shape: [1], before: [0], after: [0] };
  let open = true;
  shape.forEach((size, d) => {
    const plain = before[d] === 0 && after[d] === 0;
    const last = result.shape.length - 1;
    if (plain && open) result.shape[last] *= size;
    else {
      result.shape.push(size);
      result.before.push(before[d]);
      result.after.push(after[d]);
    }
    open = plain;
  });
  return result;
}

/** A row of constant padding may consist of whole slices: one dimension fewer. */
function flattened(how: ReturnType<typeof joined>): ReturnType<typeof joined> {
  const last = how.shape.length - 1;
  if (last === 0 || how.before[last] !== 0 || how.after[last] !== 0) return how;
  const run = how.shape[last];
  const fold = (list: readonly number[]): number[] => [...list.slice(0, last - 1), list[last - 1] * run];
  return { shape: fold(how.shape), before: fold(how.before), after: fold(how.after) };
}

function run_pad(input: Tensor, sizes: readonly number[], mode: PaddingMode, value: number): Tensor {
  const by = amounts(sizes, input.ndim);
  const shape = padded_shape('pad', input.shape, by);
  const x = contiguous(input);
  const out = allocate(shape, x.dtype);
  const lie = joined(x.shape, by);
  const rows = mode === 'constant' ? flattened(lie) : lie;
  if (out.count > 0)
    forward(
      x.dtype.code,
      PADDING_MODES.indexOf(mode),
      rows.shape.length,
      rows.shape,
      rows.before,
      rows.after,
      0,
      value,
      out,
      x,
    );
  if (tracks(input)) {
    const from = input.shape;
    record(out, 'PadBackward0', [input], [], (g) => [
      mode === 'constant' ? run_pad(g, opposite(sizes), mode, 0) : gathered(g, from, sizes, mode),
    ]);
  }
  return out;
}

/** The adjoint of the other modes: every element of `g` added where it was copied from. */
function gathered(g: Tensor, shape: Shape, sizes: readonly number[], mode: PaddingMode): Tensor {
  const from = contiguous(g);
  const out = allocate(shape, g.dtype);
  const rows = joined(shape, amounts(sizes, shape.length));
  if (out.count > 0)
    backward(
      g.dtype.code,
      PADDING_MODES.indexOf(mode),
      rows.shape.length,
      rows.shape,
      rows.before,
      rows.after,
      out,
      from,
    );
  if (is_grad_enabled() && tracks(g))
    record(out, 'PadBackwardBackward0', [g], [], (gg) => [run_pad(gg, sizes, mode, 0)]);
  return out;
}

type Pad = (
  input: Tensor,
  sizes: readonly number[],
  ...given: Given<PadOptions, [mode: 'mode', value: 'value']>
) => Tensor;

/**
 * Pads the last dimensions: `sizes` are (before, after) of the last one, then of the one before it, …; negative sizes crop.
 * 'constant' pads any dimensions of any dtype; 'reflect' (without repeating the edge), 'replicate' and 'circular' the last 1, 2 or 3 behind
 * one or two others, of at most the size that there is to repeat.
 * @example
 * ```ts
 * import * as torch from 'cresset';
 * const x = torch.tensor([[1, 2, 3]]);
 * torch.nn.functional.pad(x, [1, 2]).tolist(); // [[0, 1, 2, 3, 0, 0]]
 * torch.nn.functional.pad(x, [2, 0], 'reflect').tolist(); // [[3, 2, 1, 2, 3]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.pad.html
 */
export const pad: Pad = op({
  name: 'pad',
  methods: [],
  call: (input: Tensor, sizes: readonly number[], ...given: readonly unknown[]): Tensor => {
    check_tensor('pad', 'input', input);
    const asked = positional('pad', given, { mode: 'constant' as PaddingMode, value: 0 as number | null });
    check_sizes('pad', sizes, input);
    const mode = check_padding_mode('pad', 'mode', asked.mode);
    const value = check_number('pad', 'value', asked.value ?? 0);
    if (mode !== 'constant') {
      if (value !== 0) fail('pad', `mode '${mode}' takes no value, got ${value}`);
      check_floating('pad', 'input', input);
      check_reach('pad', mode, sizes, input);
    }
    return run_pad(input, sizes, mode, value);
  },
  reference: (x: Reference, sizes: readonly number[], mode: PaddingMode = 'constant', value = 0) =>
    pad_reference(x, sizes, mode, value),
  samples: () => [
    ...[[1, 2], [0, 0], [-1, 2], [2, -3], [], [1, 1, 2, 0], [0, 0, 1, 2], [1, 0, 0, 0, 2, 1]].map((sizes) => ({
      args: [sample([2, 3, 4]), sizes],
    })),
    { args: [sample([2, 3, 4]), [1, 2, -1, 1], 'constant', -1.5] },
    { args: [sample([0, 3]), [1, 1, 2, 0]] },
    { args: [sample([3]), [-2, -1]] },
    { args: [sample([3, 4], { dtype: 'int64' }), [1, 1], 'constant', 7] },
    ...(['reflect', 'replicate', 'circular'] as const).flatMap((mode) => [
      { args: [sample([2, 5]), [3, 4], mode] },
      { args: [sample([2, 3, 4, 5]), [1, 2, 3, 0], mode] },
      { args: [sample([3, 4, 5]), [-2, 3, 1, -1], mode] },
      { args: [sample([1, 2, 3, 2]), [1, 1, 1, 1, 1, 0], mode] },
      { args: [sample([2, 30, 40, 41]), [1, 2, 3, 0], mode], large: true },
    ]),
    { args: [sample([1, 3]), [4, 5], 'replicate'] },
  ],
  errors: () => [
    { args: [sample([2, 3]), [1, 2, 3]], message: /expected two sizes for each dimension, got \[1, 2, 3\]/ },
    { args: [sample([3]), [1, 1, 1, 1]], message: /sizes \[1, 1, 1, 1\] are for 2 dimensions/ },
    { args: [sample([3]), [-2, -2]], message: /dim 0 of size 3 cannot be cropped by 4 elements/ },
    { args: [sample([2, 3]), [3, 0], 'reflect'], message: /mode 'reflect' can pad at most 2 elements of dim 1, got 3/ },
    {
      args: [sample([2, 3]), [4, 0], 'circular'],
      message: /mode 'circular' can pad at most 3 elements of dim 1, got 4/,
    },
    { args: [sample([3]), [1, 0], 'reflect'], message: /mode 'reflect' pads the last 1, 2 or 3 dimensions behind/ },
    { args: [sample([2, 3]), [1, 0], 'mirror'], message: /expected mode to be one of 'constant', 'reflect'/ },
    { args: [sample([2, 3]), [1, 0], 'reflect', 1], message: /mode 'reflect' takes no value, got 1/ },
    { args: [sample([2, 3]), [0.5, 0]], message: /expected each size to be an integer, got 0.5/ },
    { args: [sample([2, 3]), [1, 0], { valeu: 1 }], message: /Misspelled option "valeu": did you mean "value"/ },
  ],
}) as Pad;

function pad_reference(x: Reference, sizes: readonly number[], mode: PaddingMode, value: number): Reference {
  const { before, after } = amounts(sizes, x.shape.length);
  const shape = x.shape.map((size, d) => size + before[d] + after[d]);
  const from = contiguous_strides(x.shape);
  const to = contiguous_strides(shape);
  const data = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => {
    let at = 0;
    for (let d = 0; d < shape.length; d++) {
      const n = x.shape[d];
      let k = (Math.floor(i / to[d]) % shape[d]) - before[d];
      if (k < 0 || k >= n) {
        if (mode === 'constant') return value;
        if (mode === 'reflect') k = k < 0 ? -k : 2 * (n - 1) - k;
        if (mode === 'replicate') k = k < 0 ? 0 : n - 1;
        if (mode === 'circular') k = (k + n) % n;
      }
      at += k * from[d];
    }
    return x.data[at];
  });
  return { shape, data };
}
