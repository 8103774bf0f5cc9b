import { type Given, positional } from '../arguments';
import { record, tracks } from '../autograd/node';
import { check_boolean, check_integer, check_number, fail, fail_range, fail_type, shape_text } from '../errors';
import { type Argument, kernel } from '../native/kernel';
import { numel_of, type Shape } from '../tensor/shape';
import { allocate, check_floating, type Tensor } from '../tensor/tensor';
import { adaptive_avg_pool1d, adaptive_avg_pool2d } from './adaptive_pool';
import { op, type Reference, type Sample, sample } from './define';
import { interpolate_reference } from './interpolate_reference';
import { contiguous } from './views';

/** Resizing of [N, C, *] by nearest elements, linear and cubic interpolation. */

export const INTERPOLATION_MODES = [
  'nearest',
  'linear',
  'bilinear',
  'bicubic',
  'trilinear',
  'area',
  'nearest-exact',
] as const;
/** How {@link interpolate} finds values between elements. */
export type InterpolationMode = (typeof INTERPOLATION_MODES)[number];

/** Options of {@link interpolate}. */
export interface InterpolateOptions {
  /** The size of the result: one number, or one for each dimension after the channels. */
  size?: number | readonly number[] | null;
  /** Or how many times larger it becomes. */
  scale_factor?: number | readonly number[] | null;
  /** Default 'nearest'. */
  mode?: InterpolationMode;
  /** The corner elements keep their values; for the linear modes and 'bicubic'. Default false. */
  align_corners?: boolean | null;
  /** Elements lie as far apart as the sizes say, not as scale_factor says. Default false. */
  recompute_scale_factor?: boolean | null;
  /** Smooth while making smaller; for 'bilinear' and 'bicubic'. Default false. */
  antialias?: boolean;
}

/** The options, judged; what depends on the input is judged with it. */
export interface Interpolation {
  size: number | readonly number[] | null;
  scale_factor: number | readonly number[] | null;
  mode: InterpolationMode;
  align_corners: boolean;
  recompute_scale_factor: boolean;
  antialias: boolean;
}

export const interpolate_defaults = {
  size: null as number | readonly number[] | null,
  scale_factor: null as number | readonly number[] | null,
  mode: 'nearest' as InterpolationMode,
  align_corners: null as boolean | null,
  recompute_scale_factor: null as boolean | null,
  antialias: false,
};

const INTERPOLATING: readonly InterpolationMode[] = ['linear', 'bilinear', 'bicubic', 'trilinear'];

/** Number of dimensions after the channels that a mode is for. */
const own_dims: Partial<Record<InterpolationMode, number>> = { linear: 1, bilinear: 2, bicubic: 2, trilinear: 3 };

function each_of(value: number | readonly number[], check: (each: unknown) => void): void {
  for (const each of Array.isArray(value) ? value : [value]) check(each);
}

export function judge_interpolation(name: string, given: Required<InterpolateOptions>): Interpolation {
  const { size, scale_factor, mode, align_corners, recompute_scale_factor, antialias } = given;
  if (!(INTERPOLATION_MODES as readonly unknown[]).includes(mode))
    fail_type(name, 'mode', `one of ${INTERPOLATION_MODES.map((each) => `'${each}'`).join(', ')}`, mode);
  if ((size === null) === (scale_factor === null))
    fail(name, `expected one of size and scale_factor, got ${size === null ? 'neither' : 'both'}`);
  if (size !== null) each_of(size, (each) => check_integer(name, 'size', each, 1));
  if (scale_factor !== null)
    each_of(scale_factor, (each) => {
      const factor = check_number(name, 'scale_factor', each);
      if (!(factor > 0 && factor < Infinity))
        fail_range(name, `expected scale_factor to be positive and finite, got ${factor}`);
    });
  if (align_corners !== null) {
    check_boolean(name, 'align_corners', align_corners);
    if (!INTERPOLATING.includes(mode))
      fail(
        name,
        `align_corners is for the modes ${INTERPOLATING.map((each) => `'${each}'`).join(', ')}, not '${mode}'`,
      );
  }
  if (recompute_scale_factor !== null) check_boolean(name, 'recompute_scale_factor', recompute_scale_factor);
  if (recompute_scale_factor === true && size !== null)
    fail(name, 'recompute_scale_factor is for a scale_factor, got a size');
  if (check_boolean(name, 'antialias', antialias) && mode !== 'bilinear' && mode !== 'bicubic')
    fail(name, `antialias is for the modes 'bilinear' and 'bicubic', not '${mode}'`);
  return {
    size,
    scale_factor,
    mode,
    align_corners: align_corners === true,
    recompute_scale_factor: recompute_scale_factor === true,
    antialias,
  };
}

/** One dimension that is resized; a ratio of 0 is that of the sizes. */
interface Resizing {
  in: number;
  out: number;
  ratio: number;
}

function resizings(name: string, sizes: Shape, how: Interpolation): Resizing[] {
  const spread = (what: string, value: number | readonly number[]): readonly number[] => {
    if (typeof value === 'number') return sizes.map(() => value);
    if (value.length !== sizes.length)
      fail(name, `expected ${what} to be one number or ${sizes.length}, got ${shape_text(value)}`);
    return value;
  };
  if (how.size !== null) return spread('size', how.size).map((out, d) => ({ in: sizes[d], out, ratio: 0 }));
  return spread('scale_factor', how.scale_factor as number | readonly number[]).map((factor, d) => {
    const out = Math.floor(sizes[d] * factor);
    if (out < 1) fail_range(name, `scale_factor ${factor} leaves nothing of ${sizes[d]} elements`);
    return { in: sizes[d], out, ratio: how.recompute_scale_factor ? 0 : 1 / factor };
  });
}

const forward = kernel('resample');
const backward = kernel('resample_backward');

const KINDS = { nearest: 0, 'nearest-exact': 1, linear: 2, bilinear: 2, trilinear: 2, bicubic: 3 };

const NOTHING: Resizing = { in: 1, out: 1, ratio: 0 };

/** What both kernels are told first: the planes, three dimensions, the kind. */
function head(x: Tensor, planes: number, by: readonly Resizing[], how: Interpolation): Argument[] {
  const three = [...new Array<Resizing>(3 - by.length).fill(NOTHING), ...by];
  const kind = KINDS[how.mode as keyof typeof KINDS] + (how.antialias ? 2 : 0);
  return [x.dtype.code, planes, ...three.flatMap((each) => [each.in, each.out, each.ratio]), kind, how.align_corners];
}

/** The kernel and its adjoint are each other's gradients. */
function resampled(
  input: Tensor,
  leading: Shape,
  by: readonly Resizing[],
  how: Interpolation,
  adjoint: boolean,
): Tensor {
  const x = contiguous(input);
  const out = allocate([...leading, ...by.map((each) => (adjoint ? each.in : each.out))], x.dtype);
  (adjoint ? backward : forward)(...head(x, numel_of(leading), by, how), out, x);
  if (tracks(input))
    record(out, `Upsample${adjoint ? 'Backward' : ''}Backward0`, [input], [], (g) => [
      resampled(g, leading, by, how, !adjoint),
    ]);
  return out;
}

/** Where an interpolation belongs to a module, that is named in errors. */
export function interpolated(name: string, input: Tensor, how: Interpolation): Tensor {
  const x = check_floating(name, 'input', input);
  const dims = x.ndim - 2;
  const wanted = own_dims[how.mode];
  if (dims < 1 || dims > 3 || (wanted !== undefined && wanted !== dims))
    fail(
      name,
      `mode '${how.mode}' takes an input of ${wanted === undefined ? '3 to 5' : wanted + 2} dimensions, got shape ${shape_text(x.shape)}`,
    );
  if (x.shape.slice(1).includes(0))
    fail(name, `no dimension but the batch may be empty, got shape ${shape_text(x.shape)}`);
  const by = resizings(name, x.shape.slice(2), how);
  if (how.mode === 'area') return averaged_area(name, x, by);
  return resampled(x, x.shape.slice(0, 2), by, how, false);
}

function averaged_area(name: string, x: Tensor, by: readonly Resizing[]): Tensor {
  const sizes = by.map(({ out }) => out);
  if (sizes.length === 1) return adaptive_avg_pool1d(x, sizes);
  if (sizes.length === 2) return adaptive_avg_pool2d(x, sizes);
  return fail(name, `mode 'area' takes an input of 3 or 4 dimensions, got shape ${shape_text(x.shape)}`);
}

type Interpolate = (
  input: Tensor,
  ...given: Given<
    InterpolateOptions,
    [
      size: 'size',
      scale_factor: 'scale_factor',
      mode: 'mode',
      align_corners: 'align_corners',
      recompute_scale_factor: 'recompute_scale_factor',
      antialias: 'antialias',
    ]
  >
) => Tensor;

const shapes = { 1: [2, 3, 5], 2: [2, 2, 5, 4], 3: [1, 2, 3, 2, 4] } as const;

/**
 * Resizes the dimensions after the channels, [N, C, *] of 3 to 5 dimensions, to `size` or by `scale_factor`. 'linear' is for one dimension, 'bilinear' and
 * 'bicubic' for two, 'trilinear' for three, 'area' averages one or two.
 * @example
 * ```ts
 * import * as torch from 'cresset';
 * const x = torch.tensor([[[1, 2]]]);
 * torch.nn.functional.interpolate(x, { scale_factor: 2 }).tolist(); // [[[1, 1, 2, 2]]]
 * torch.nn.functional.interpolate(x, { size: 3, mode: 'linear', align_corners: true }).tolist(); // [[[1, 1.5, 2]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.interpolate.html
 */
export const interpolate: Interpolate = op({
  name: 'interpolate',
  methods: [],
  call: (input: Tensor, ...given: readonly unknown[]): Tensor =>
    interpolated(
      'interpolate',
      input,
      judge_interpolation('interpolate', positional('interpolate', given, interpolate_defaults)),
    ),
  reference: (x: Reference, given: InterpolateOptions) => {
    const how = judge_interpolation('interpolate', positional('interpolate', [given], interpolate_defaults));
    return interpolate_reference(x, resizings('interpolate', x.shape.slice(2), how), how);
  },
  samples: (): Sample[] => [
    ...([1, 2, 3] as const).flatMap((dims) => {
      const smooth = { 1: 'linear', 2: 'bilinear', 3: 'trilinear' }[dims];
      return [
        ...['nearest', 'nearest-exact', smooth].flatMap((mode) => [
          { args: [sample(shapes[dims]), { scale_factor: 2, mode }] },
          { args: [sample(shapes[dims]), { scale_factor: 0.7, mode }] },
          { args: [sample(shapes[dims]), { size: 3, mode }] },
        ]),
        { args: [sample(shapes[dims]), { size: 7, mode: smooth, align_corners: true }] },
      ];
    }),
    ...(['bilinear', 'bicubic'] as const).flatMap((mode) => [
      { args: [sample(shapes[2]), { size: [3, 9], mode }] },
      { args: [sample(shapes[2]), { size: [1, 4], mode, align_corners: true }] },
      { args: [sample(shapes[2]), { scale_factor: [1.5, 0.4], mode }] },
      { args: [sample(shapes[2]), { scale_factor: [1.5, 0.4], mode, recompute_scale_factor: true }] },
      { args: [sample(shapes[2]), { size: [2, 9], mode, antialias: true }] },
      { args: [sample([1, 1, 11, 9]), { size: [3, 2], mode, antialias: true, align_corners: true }] },
      { args: [sample([3, 4, 40, 41]), { scale_factor: 1.9, mode }], large: true },
    ]),
    { args: [sample([3, 4, 40, 41]), { scale_factor: 2 }], large: true },
    { args: [sample([0, 2, 3]), { size: 4 }] },
    { args: [sample(shapes[1]), { size: 3, mode: 'area' }] },
    { args: [sample(shapes[2]), { size: [3, 2], mode: 'area' }] },
  ],
  errors: () => [
    { args: [sample([2, 3]), { size: 4 }], message: /mode 'nearest' takes an input of 3 to 5 dimensions, got shape/ },
    { args: [sample(shapes[1]), { size: 4, mode: 'bilinear' }], message: /'bilinear' takes an input of 4 dimensions/ },
    { args: [sample(shapes[2]), {}], message: /expected one of size and scale_factor, got neither/ },
    { args: [sample(shapes[2]), 4, 2], message: /expected one of size and scale_factor, got both/ },
    { args: [sample(shapes[2]), [4, 4, 4]], message: /expected size to be one number or 2, got \[4, 4, 4\]/ },
    { args: [sample(shapes[2]), 0], message: /expected size to be at least 1, got 0/ },
    { args: [sample(shapes[2]), null, 0.1], message: /scale_factor 0.1 leaves nothing of 5 elements/ },
    { args: [sample(shapes[2]), null, -1], message: /expected scale_factor to be positive and finite, got -1/ },
    {
      args: [sample(shapes[2]), { size: 4, mode: 'cubic' }],
      message: /expected mode to be one of 'nearest', 'linear'/,
    },
    { args: [sample(shapes[2]), { size: 4, align_corners: true }], message: /align_corners is for the modes 'linear'/ },
    { args: [sample(shapes[2]), { size: 4, antialias: true }], message: /antialias is for the modes 'bilinear' and/ },
    {
      args: [sample(shapes[2]), { size: 4, recompute_scale_factor: true }],
      message: /is for a scale_factor, got a size/,
    },
    { args: [sample(shapes[3]), { size: 2, mode: 'area' }], message: /'area' takes an input of 3 or 4 dimensions/ },
    { args: [sample([1, 0, 3]), { size: 2 }], message: /no dimension but the batch may be empty/ },
  ],
}) as Interpolate;
