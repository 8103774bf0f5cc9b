import { type Given, positional } from '../arguments';
import type { Tensor } from '../tensor/tensor';
import { conv_transpose_reference } from './conv_reference';
import { type ConvTransposeOptions, check_conv_transpose, check_conv_transpose_settings } from './conv_settings';
import { input_gradient } from './convolution';
import { op, type Reference, sample } from './define';

/** Transposed convolutions: what a convolution's gradient is to its input. */

const defaults: Required<ConvTransposeOptions> = { stride: 1, padding: 0, output_padding: 0, groups: 1, dilation: 1 };

/** What {@link conv_transpose1d} and {@link conv_transpose2d} are: positional arguments as in PyTorch, or options after the weight. */
export type ConvTranspose = (
  input: Tensor,
  weight: Tensor,
  ...given: Given<
    ConvTransposeOptions & { bias?: Tensor | null },
    [
      bias: 'bias',
      stride: 'stride',
      padding: 'padding',
      output_padding: 'output_padding',
      groups: 'groups',
      dilation: 'dilation',
    ]
  >
) => Tensor;

function conv_transpose(name: string, dims: number): ConvTranspose {
  return (input: Tensor, weight: Tensor, ...given: readonly unknown[]): Tensor => {
    const { bias, ...options } = positional(name, given, { bias: null as Tensor | null, ...defaults });
    const settings = check_conv_transpose_settings(name, dims, options);
    return conv_transpose_with(name, dims, input, weight, bias, settings);
  };
}

/** {@link conv_transpose1d} or {@link conv_transpose2d} for settings that have been judged. */
export function conv_transpose_with(
  name: string,
  dims: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  settings: ReturnType<typeof check_conv_transpose_settings>,
): Tensor {
  const { geometry, x, w, b } = check_conv_transpose(name, dims, input, weight, bias, settings);
  return input_gradient(geometry, x, w, b);
}

/**
 * Transposed convolution of [batch, channels, length] (or [channels, length]) with a weight of shape [channels, out_channels / groups, kernel];
 * float32 and float64.
 * @example
 * ```ts
 * const x = torch.tensor([[[1, 2]]]);
 * torch.nn.functional.conv_transpose1d(x, torch.tensor([[[1, 10]]]), null, { stride: 2 }).tolist(); // [[[1, 10, 2, 20]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose1d.html
 */
export const conv_transpose1d: ConvTranspose = op({
  name: 'conv_transpose1d',
  call: conv_transpose('conv_transpose1d', 1),
  methods: [],
  reference: (x: Reference, w: Reference, b: Reference | null = null, options: ConvTransposeOptions = {}): Reference =>
    conv_transpose_reference(1, x, w, b, options),
  samples: () => [
    { args: [sample([2, 3, 5]), sample([3, 4, 3]), sample([4])] },
    { args: [sample([3, 4]), sample([3, 2, 4]), null, { stride: 3, padding: 1, output_padding: 2 }] },
    { args: [sample([2, 4, 5]), sample([4, 2, 3]), sample([4]), { groups: 2, dilation: 2, stride: 2 }] },
  ],
});

/**
 * Transposed convolution of [batch, channels, height, width] (or [channels, height, width]) with a weight of shape
 * [channels, out_channels / groups, kernel_height, kernel_width]; float32 and float64. The options one after another or as an object.
 * @example
 * ```ts
 * const x = torch.ones([1, 1, 2, 2]);
 * torch.nn.functional.conv_transpose2d(x, torch.ones([1, 1, 2, 2])).tolist(); // [[[[1, 2, 1], [2, 4, 2], [1, 2, 1]]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose2d.html
 */
export const conv_transpose2d: ConvTranspose = op({
  name: 'conv_transpose2d',
  call: conv_transpose('conv_transpose2d', 2),
  methods: [],
  reference: (x: Reference, w: Reference, b: Reference | null = null, options: ConvTransposeOptions = {}): Reference =>
    conv_transpose_reference(2, x, w, b, options),
  samples: () => [
    { args: [sample([2, 3, 4, 5]), sample([3, 4, 3, 3]), sample([4])] },
    { args: [sample([4, 3, 3]), sample([4, 2, 4, 4]), sample([2]), { stride: 2, padding: 1 }] },
    {
      args: [sample([2, 4, 3, 2]), sample([4, 2, 2, 3]), null, { stride: [3, 1], output_padding: [2, 0], groups: 2 }],
    },
    { args: [sample([2, 4, 3, 3]), sample([4, 2, 3, 3]), sample([8]), { groups: 4, dilation: [2, 1], padding: 1 }] },
    { args: [sample([2, 3, 1, 1]), sample([3, 2, 4, 4]), null] },
    { args: [sample([1, 2, 3, 3]), sample([2, 1, 2, 2]), null, { stride: 4, padding: 1 }] },
    { args: [sample([6, 40, 9, 11]), sample([40, 9, 4, 4]), sample([9]), { stride: 2, padding: 1 }], large: true },
    { args: [sample([2, 24, 8, 7]), sample([24, 17, 4, 4]), sample([17]), { stride: 2, padding: 1 }], large: true },
  ],
  errors: () => [
    {
      args: [sample([2, 3, 4, 4]), sample([4, 2, 3, 3])],
      message: /^conv_transpose2d: input has 3 channels, weight expects 4 /,
    },
    {
      args: [sample([2, 4, 4, 4]), sample([4, 2, 3, 3]), null, { output_padding: 1 }],
      message: /expected output_padding to be smaller than stride or dilation, got 1 \(stride 1, dilation 1\)$/,
    },
    {
      args: [sample([2, 4, 1, 4]), sample([4, 2, 1, 3]), null, { padding: 2 }],
      message: /nothing remains of dim 2: its size would be -3 /,
    },
    {
      args: [sample([2, 3, 4, 4]), sample([3, 2, 3, 3]), null, { groups: 2 }],
      message: /groups 2 does not divide the 3 input channels/,
    },
    {
      args: [sample([2, 3, 4, 4]), sample([3, 2, 3, 3]), null, { padding: 'same' }],
      message: /expected padding to be an integer or an array of integers, got "same" \(string\)$/,
    },
  ],
});
