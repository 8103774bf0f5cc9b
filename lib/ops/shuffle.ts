import { record, tracks } from '../autograd/node';
import { check_integer, fail, fail_range, shape_text } from '../errors';
import { kernel } from '../native/kernel';
import { contiguous_strides, numel_of, type Shape } from '../tensor/shape';
import { allocate, check_tensor, type Tensor } from '../tensor/tensor';
import { op, type Reference, sample } from './define';
import { contiguous, permute, reshape } from './views';

/** Elements moved between channels and places of [*, C, H, W]. */

const shuffle_kernel = kernel('pixel_shuffle');
const unshuffle_kernel = kernel('pixel_unshuffle');

function judge_image(name: string, input: unknown, least: number): Tensor {
  const x = check_tensor(name, 'input', input);
  if (x.ndim < least) fail(name, `expected an input of at least ${least} dimensions, got shape ${shape_text(x.shape)}`);
  return x;
}

/** Splits `shape` where it is told to, orders the parts, and joins them again. */
interface Move {
  split: Shape;
  order: readonly number[];
  joined: Shape;
}

/** To pixels, or back: each is the other's gradient. */
function moved_pixels(input: Tensor, r: number, to_wide: boolean): Tensor {
  const { joined } = (to_wide ? to_pixels : to_channels)(input.shape, r);
  const [channels, height, width] = (to_wide ? input.shape : joined).slice(-3);
  const x = contiguous(input);
  const out = allocate(joined, x.dtype);
  const planes = numel_of(joined.slice(0, -3)) * (channels / (r * r));
  (to_wide ? shuffle_kernel : unshuffle_kernel)(x.dtype.code, planes, r, height, width, out, x);
  if (tracks(input))
    record(out, `Pixel${to_wide ? 'Shuffle' : 'Unshuffle'}Backward0`, [input], [], (g) => [
      moved_pixels(g, r, !to_wide),
    ]);
  return out;
}

function reference_move(x: Reference, { split, order, joined }: Move): Reference {
  const from = contiguous_strides(split);
  const shape = order.map((d) => split[d]);
  const to = contiguous_strides(shape);
  const data = Array.from(
    { length: numel_of(shape) },
    (_, i) => x.data[order.reduce((at, d, k) => at + (Math.floor(i / to[k]) % shape[k]) * from[d], 0)],
  );
  return { shape: joined, data };
}

/** The leading dimensions stay; the others are numbered behind them. */
function behind(leading: Shape, order: readonly number[]): number[] {
  return [...leading.keys(), ...order.map((d) => leading.length + d)];
}

function to_pixels(shape: Shape, r: number): Move {
  const [leading, [channels, height, width]] = [shape.slice(0, -3), shape.slice(-3)];
  const c = channels / (r * r);
  return {
    split: [...leading, c, r, r, height, width],
    order: behind(leading, [0, 3, 1, 4, 2]),
    joined: [...leading, c, height * r, width * r],
  };
}

function to_channels(shape: Shape, r: number): Move {
  const [leading, [channels, height, width]] = [shape.slice(0, -3), shape.slice(-3)];
  return {
    split: [...leading, channels, height / r, r, width / r, r],
    order: behind(leading, [0, 2, 4, 1, 3]),
    joined: [...leading, channels * r * r, height / r, width / r],
  };
}

function between_groups(shape: Shape, groups: number): Move {
  const [batch, channels, ...places] = shape;
  return {
    split: [batch, groups, channels / groups, ...places],
    order: [0, 2, 1, ...places.map((_, d) => d + 3)],
    joined: shape,
  };
}

/**
 * Channels become pixels: [*, C · r², H, W] → [*, C, H · r, W · r].
 * @example
 * ```ts
 * import * as torch from 'cresset';
 * const x = torch.tensor([1, 2, 3, 4]).reshape([4, 1, 1]);
 * torch.nn.functional.pixel_shuffle(x, 2).tolist(); // [[[1, 2], [3, 4]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.pixel_shuffle.html
 */
export const pixel_shuffle = op({
  name: 'pixel_shuffle',
  methods: [],
  call: (input: Tensor, upscale_factor: number): Tensor => {
    const x = judge_image('pixel_shuffle', input, 3);
    const r = check_integer('pixel_shuffle', 'upscale_factor', upscale_factor, 1);
    const channels = x.shape[x.ndim - 3];
    if (channels % (r * r) !== 0)
      fail_range(
        'pixel_shuffle',
        `${channels} channels are not a multiple of the ${r * r} that upscale_factor ${r} takes (shape ${shape_text(x.shape)})`,
      );
    return moved_pixels(x, r, true);
  },
  reference: (x: Reference, r: number) => reference_move(x, to_pixels(x.shape, r)),
  samples: () => [
    { args: [sample([2, 8, 2, 3]), 2] },
    { args: [sample([9, 1, 2]), 3] },
    { args: [sample([2, 1, 4, 2, 2]), 2] },
    { args: [sample([2, 3, 2]), 1] },
    { args: [sample([0, 4, 2, 2]), 2] },
  ],
  errors: () => [
    { args: [sample([6, 2, 2]), 2], message: /6 channels are not a multiple of the 4 that upscale_factor 2 takes/ },
    { args: [sample([4, 4]), 2], message: /expected an input of at least 3 dimensions, got shape \[4, 4\]/ },
    { args: [sample([4, 2, 2]), 0], message: /expected upscale_factor to be at least 1, got 0/ },
  ],
});

/**
 * Pixels become channels, the reverse of {@link pixel_shuffle}: [*, C, H · r, W · r] → [*, C · r², H, W].
 * @example
 * ```ts
 * torch.nn.functional.pixel_unshuffle(torch.tensor([[[1, 2], [3, 4]]]), 2).flatten(1).tolist(); // [[1], [2], [3], [4]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.pixel_unshuffle.html
 */
export const pixel_unshuffle = op({
  name: 'pixel_unshuffle',
  methods: [],
  call: (input: Tensor, downscale_factor: number): Tensor => {
    const x = judge_image('pixel_unshuffle', input, 3);
    const r = check_integer('pixel_unshuffle', 'downscale_factor', downscale_factor, 1);
    const [height, width] = x.shape.slice(-2);
    if (height % r !== 0 || width % r !== 0)
      fail_range(
        'pixel_unshuffle',
        `height and width are not multiples of downscale_factor ${r} (shape ${shape_text(x.shape)})`,
      );
    return moved_pixels(x, r, false);
  },
  reference: (x: Reference, r: number) => reference_move(x, to_channels(x.shape, r)),
  samples: () => [
    { args: [sample([2, 2, 4, 6]), 2] },
    { args: [sample([1, 3, 6]), 3] },
    { args: [sample([2, 1, 1, 2, 2]), 2] },
  ],
  errors: () => [
    { args: [sample([1, 4, 5]), 2], message: /height and width are not multiples of downscale_factor 2/ },
    { args: [sample([4, 4]), 2], message: /expected an input of at least 3 dimensions, got shape \[4, 4\]/ },
    { args: [sample([4, 2, 2]), 1.5], message: /expected downscale_factor to be an integer, got 1.5/ },
  ],
});

/**
 * Channels of [N, C, *] dealt out anew: the first of every group, then the second of every group, …
 * @example
 * ```ts
 * const x = torch.arange(6).view([1, 6, 1]);
 * torch.nn.functional.channel_shuffle(x, 2).flatten().tolist(); // [0, 3, 1, 4, 2, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ChannelShuffle.html
 */
export const channel_shuffle = op({
  name: 'channel_shuffle',
  methods: [],
  call: (input: Tensor, groups: number): Tensor => {
    const x = judge_image('channel_shuffle', input, 3);
    check_integer('channel_shuffle', 'groups', groups, 1);
    if (x.shape[1] % groups !== 0)
      fail_range(
        'channel_shuffle',
        `${x.shape[1]} channels do not divide into ${groups} groups (shape ${shape_text(x.shape)})`,
      );
    const { split, order, joined } = between_groups(x.shape, groups);
    return reshape(permute(reshape(x, split), order), joined);
  },
  reference: (x: Reference, groups: number) => reference_move(x, between_groups(x.shape, groups)),
  samples: () => [
    { args: [sample([2, 6, 2, 3]), 3] },
    { args: [sample([1, 4, 3]), 2] },
    { args: [sample([1, 2, 3]), 1] },
  ],
  errors: () => [
    { args: [sample([1, 4, 3]), 3], message: /4 channels do not divide into 3 groups \(shape \[1, 4, 3\]\)/ },
    { args: [sample([4, 3]), 2], message: /expected an input of at least 3 dimensions, got shape \[4, 3\]/ },
    { args: [sample([1, 4, 3]), 0], message: /expected groups to be at least 1, got 0/ },
  ],
});
