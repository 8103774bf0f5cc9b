import { type Given, positional } from '../arguments';
import { check_options } from '../errors';
import { check_floating, type Tensor } from '../tensor/tensor';
import { conv_reference } from './conv_reference';
import { type ConvOptions, check_conv, check_conv_settings } from './conv_settings';
import { convolve } from './convolution';
import { op, type Reference, sample } from './define';
import { check_slope } from './leaky_relu';

/** Convolutions in one and two dimensions. */

const defaults: Required<ConvOptions> = { stride: 1, padding: 0, dilation: 1, groups: 1 };

/** What {@link conv1d} and {@link conv2d} are: positional arguments as in PyTorch, or options after the weight. */
export type Conv = (
  input: Tensor,
  weight: Tensor,
  ...given: Given<
    ConvOptions & { bias?: Tensor | null },
    [bias: 'bias', stride: 'stride', padding: 'padding', dilation: 'dilation', groups: 'groups']
  >
) => Tensor;

function conv(name: string, dims: number): Conv {
  return (input: Tensor, weight: Tensor, ...given: readonly unknown[]): Tensor => {
    const { bias, ...options } = positional(name, given, { bias: null as Tensor | null, ...defaults });
    const settings = check_conv_settings(name, dims, options);
    const { geometry, x, w, b } = check_conv(name, dims, input, weight, bias, settings);
    return convolve(geometry, x, w, b);
  };
}

/**
 * Cross-correlation of [batch, channels, length] (or [channels, length]) with a weight of shape [out_channels, channels / groups, kernel];
 * float32 and float64.
 * @example
 * ```ts
 * const x = torch.tensor([[[1, 2, 3, 4]]]);
 * torch.nn.functional.conv1d(x, torch.tensor([[[1, -1]]])).tolist(); // [[[-1, -1, -1]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv1d.html
 */
export const conv1d: Conv = op({
  name: 'conv1d',
  call: conv('conv1d', 1),
  methods: [],
  reference: (x: Reference, w: Reference, b: Reference | null = null, options: ConvOptions = {}): Reference =>
    conv_reference(1, x, w, b, options),
  samples: () => [
    { args: [sample([2, 3, 9]), sample([4, 3, 3]), sample([4])] },
    { args: [sample([3, 9]), sample([2, 3, 2]), null, { stride: 2, padding: 3 }] },
    { args: [sample([2, 4, 8]), sample([6, 2, 3]), sample([6]), { groups: 2, dilation: 2, padding: 'same' }] },
    { args: [sample([2, 2, 5]), sample([2, 2, 4]), null, { padding: 'same' }] },
    { args: [sample([2, 1, 7]), sample([1, 1, 1]), null, { stride: [3], padding: 'valid' }] },
    { args: [sample([0, 2, 4]), sample([3, 2, 3]), sample([3])] },
  ],
  errors: () => [
    {
      args: [sample([2, 3, 9]), sample([4, 2, 3])],
      message: /^conv1d: input has 3 channels, weight expects 2 \(shapes \[2, 3, 9\] and \[4, 2, 3\], groups 1\)$/,
    },
    { args: [sample([9]), sample([4, 2, 3])], message: /expected input of shape \[batch, channels, length\]/ },
  ],
});

const conv2d_samples = () => [
  [sample([2, 3, 5, 6]), sample([4, 3, 3, 3]), sample([4])],
  [sample([3, 6, 6]), sample([2, 3, 4, 4]), sample([2]), { stride: 2, padding: 1 }],
  [sample([2, 4, 5, 4]), sample([6, 2, 3, 2]), null, { groups: 2, dilation: [1, 2], padding: 'same' }],
  [sample([1, 2, 7, 5]), sample([3, 2, 2, 3]), sample([3]), { stride: [3, 2], padding: [0, 2], dilation: [2, 1] }],
  [sample([2, 4, 4, 4]), sample([8, 1, 3, 3]), sample([8]), { groups: 4, padding: 1 }],
  [sample([2, 3, 4, 4]), sample([5, 3, 1, 1]), sample([5])],
  [sample([2, 2, 3, 3]), sample([1, 2, 3, 3]), sample([1])],
  [sample([1, 1, 3, 3]), sample([2, 1, 2, 2]), null, { stride: 5, padding: 4 }],
  [sample([2, 2, 8, 4]), sample([2, 2, 3, 3]), sample([2]), { padding: 1 }],
  [sample([0, 2, 4, 4]), sample([3, 2, 3, 3]), sample([3])],
];

const large = [sample([5, 9, 23, 29]), sample([40, 9, 3, 3]), sample([40])];
/** Winograd's way. */
const tiled = [sample([3, 17, 8, 13]), sample([20, 17, 3, 3]), sample([20])];
const tiled_phases = [sample([3, 17, 14, 16]), sample([20, 17, 4, 4]), sample([20])];

/**
 * Cross-correlation of [batch, channels, height, width] (or [channels, height, width]) with a weight of shape
 * [out_channels, channels / groups, kernel_height, kernel_width]; float32 and float64. Stride, padding, dilation and groups one after another or as an options
 * object.
 * @example
 * ```ts
 * const images = torch.ones([1, 1, 4, 4]);
 * torch.nn.functional.conv2d(images, torch.ones([1, 1, 3, 3]), null, { stride: 2, padding: 1 }).tolist(); // [[[[4, 6], [6, 9]]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv2d.html
 */
export const conv2d: Conv = op({
  name: 'conv2d',
  call: conv('conv2d', 2),
  methods: [],
  reference: (x: Reference, w: Reference, b: Reference | null = null, options: ConvOptions = {}): Reference =>
    conv_reference(2, x, w, b, options),
  samples: () => [
    ...conv2d_samples().map((args) => ({ args })),
    { args: [...large, { stride: 2, padding: 1 }], large: true },
    { args: [...large, { padding: 1 }], large: true },
    { args: [...tiled, { padding: 1 }], large: true },
    { args: [...tiled_phases, { stride: 2, padding: 1 }], large: true },
  ],
  errors: () => [
    {
      args: [sample([2, 3, 4, 4]), sample([4, 2, 3, 3]), null],
      message: /^conv2d: input has 3 channels, weight expects 2 /,
    },
    {
      args: [sample([2, 3, 2, 4]), sample([4, 3, 3, 3])],
      message: /^conv2d: the kernel reaches over 3 places, but the padded input has 2 in dim 2 /,
    },
    {
      args: [sample([2, 4, 4, 4]), sample([3, 2, 3, 3]), null, { groups: 2 }],
      message: /groups 2 does not divide the 3 output channels/,
    },
    {
      args: [sample([2, 4, 4, 4]), sample([4, 4, 3, 3]), sample([3])],
      message: /expected bias of shape \[4\], got \[3\]$/,
    },
    {
      args: [sample([2, 4, 4, 4]), sample([4, 4, 3, 3]), null, { stride: 2, padding: 'same' }],
      message: /padding 'same' needs stride 1, got stride \[2, 2\]$/,
    },
    {
      args: [sample([2, 4, 4, 4]), sample([4, 4, 3, 3]), null, 0],
      message: /expected stride to be at least 1, got 0$/,
    },
    {
      args: [sample([2, 4, 4, 4]), sample([4, 4, 3, 3]), null, { padding: 'full' }],
      message: /expected padding to be .*'same' or 'valid', got "full" \(string\)$/,
    },
    {
      args: [sample([2, 4, 4, 4]), sample([4, 4, 3, 3]), null, { strides: 1 }],
      message: /Misspelled option "strides": did you mean "stride"/,
    },
    {
      args: [sample([2, 4, 4, 4]), sample([4, 4, 3, 3]), null, [1, 2, 3]],
      message: /expected stride to be one integer or 2, got 3 in \[1, 2, 3\]$/,
    },
    {
      args: [sample([4, 4]), sample([4, 4, 3, 3])],
      message: /expected input of shape \[batch, channels, height, width\]/,
    },
  ],
});

/** {@link conv1d} or {@link conv2d} for settings that a module has judged, and LeakyReLU where a slope is given. */
export function conv_with(
  name: string,
  dims: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  settings: ReturnType<typeof check_conv_settings>,
  slope: number | null = null,
): Tensor {
  const { geometry, x, w, b } = check_conv(name, dims, input, weight, bias, settings);
  return convolve(geometry, x, w, b, slope);
}

/**
 * `leaky_relu(conv2d(input, weight, bias, options), negative_slope)` in one pass, with the same bits. What backward keeps of the value
 * between is its sign bits.
 * @example
 * ```ts
 * const x = torch.tensor([[[[-1, 2]]]]);
 * torch.nn.functional.conv2d_leaky_relu(x, torch.ones([1, 1, 1, 1]), null, {}, 0.5).tolist(); // [[[[-0.5, 2]]]]
 * ```
 */
export const conv2d_leaky_relu = op({
  name: 'conv2d_leaky_relu',
  call: (
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null = null,
    options: ConvOptions = {},
    negative_slope: number | Tensor = 0.01,
  ): Tensor => {
    const name = 'conv2d_leaky_relu';
    const x = check_floating(name, 'input', input);
    const settings = check_conv_settings(name, 2, check_options(name, options, defaults));
    return conv_with(name, 2, x, weight, bias, settings, check_slope(name, negative_slope, x.dtype));
  },
  methods: [],
  reference: (x: Reference, w: Reference, b: Reference | null, options: ConvOptions, slope: number): Reference => {
    const { shape, data } = conv_reference(2, x, w, b, options);
    return { shape, data: Float64Array.from(data as ArrayLike<number>, (v) => (v > 0 ? v : v * slope)) };
  },
  samples: () => [
    ...conv2d_samples().map(([x, w, b, options]) => ({ args: [x, w, b ?? null, options ?? {}, 0.2] })),
    { args: [...conv2d_samples()[0], {}, -0.5] },
    { args: [...large, { stride: 2, padding: 1 }, 0.01], large: true },
    { args: [...tiled, { padding: [1, 2] }, 0.01], large: true },
    { args: [...tiled_phases, { stride: 2, padding: [2, 1] }, 0.01], large: true },
    { args: [sample([7, 9, 16, 32]), sample([40, 9, 3, 3]), sample([40]), { padding: 1 }, 0.01], large: true },
  ],
  errors: () => [
    {
      args: [sample([2, 3, 4, 4]), sample([4, 3, 3, 3]), null, {}, '0.1'],
      message: /^conv2d_leaky_relu: expected negative_slope to be a number, got "0.1" \(string\)$/,
    },
  ],
});
