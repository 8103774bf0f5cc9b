import { type Given, is_options, positional } from '../arguments';
import { check_integer, fail, fail_type, shape_text } from '../errors';
import { numel_of, type Shape, same_shape } from '../tensor/shape';
import { check_floating, type Tensor } from '../tensor/tensor';
import { op, type Reference, sample } from './define';
import { check_eps, check_parameter, normalization_reference } from './norm_formula';
import { type RowNorm, row_norm } from './row_norm';

/** Normalisation over the last dimensions. */

/** Options of {@link layer_norm}. */
export interface LayerNormOptions {
  /** Factor of each element of the normalised dimensions. */
  weight?: Tensor | null;
  /** Added to each element of the normalised dimensions. */
  bias?: Tensor | null;
  /** Added to the variance. Default 1e-5. */
  eps?: number;
}

/** Options of {@link rms_norm}. */
export interface RmsNormOptions {
  /** A factor for each normalised element. */
  weight?: Tensor | null;
  /** Added to the mean square. Default null: the distance from 1 to the next number of the dtype. */
  eps?: number | null;
}

/** A size, or a list of at least one. */
export function check_normalized_shape(op: string, value: unknown): number[] {
  const given: unknown[] = typeof value === 'number' ? [value] : Array.isArray(value) ? value : [];
  if (given.length === 0) fail_type(op, 'normalized_shape', 'a size or a list of sizes', value);
  return given.map((each) => check_integer(op, 'normalized_shape', each, 0));
}

/** The input's last dimensions must be the normalised ones. */
function check_input(op: string, input: unknown, shape: Shape): Tensor {
  const x = check_floating(op, 'input', input);
  if (x.ndim < shape.length || !same_shape(x.shape.slice(x.ndim - shape.length), shape))
    fail(op, `expected an input whose last dimensions are ${shape_text(shape)}, got shape ${shape_text(x.shape)}`);
  return x;
}

function extents(x: Tensor, shape: Shape): RowNorm['extents'] {
  return [numel_of(x.shape.slice(0, x.ndim - shape.length)), 1, numel_of(shape), 1];
}

function reference(
  x: Reference,
  shape: number | readonly number[],
  weight: Reference | null,
  bias: Reference | null,
  how: { eps: number; centered: boolean },
): Reference {
  const size = numel_of(typeof shape === 'number' ? [shape] : shape);
  const view = [size === 0 ? 0 : x.data.length / size, size];
  return normalization_reference(x, { view, dims: [1], affine: [] }, weight, bias, how, (i) => i % size);
}

type LayerNormFunction = (
  input: Tensor,
  normalized_shape: number | readonly number[],
  ...given: Given<LayerNormOptions, [weight: 'weight', bias: 'bias', eps: 'eps']>
) => Tensor;

/**
 * `(x - mean) / sqrt(var + eps) * weight + bias` over the last dimensions, which must be `normalized_shape`; weight and bias have that
 * shape. float32 and float64. The same bits for any number of threads.
 * @example
 * ```ts
 * torch.nn.functional.layer_norm(torch.tensor([[1, 3], [2, 6]]), [2], { eps: 1e-12 }).tolist(); // [[-1, 1], [-1, 1]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.layer_norm.html
 */
export const layer_norm = op({
  name: 'layer_norm',
  methods: [],
  sums: true,
  call: (input: Tensor, normalized_shape: number | readonly number[], ...given: readonly unknown[]): Tensor => {
    const shape = check_normalized_shape('layer_norm', normalized_shape);
    const x = check_input('layer_norm', input, shape);
    const { weight, bias, eps } = positional('layer_norm', given, {
      weight: null as unknown,
      bias: null as unknown,
      eps: 1e-5 as unknown,
    });
    return row_norm(
      x,
      check_parameter('layer_norm', 'weight', weight, x, shape),
      check_parameter('layer_norm', 'bias', bias, x, shape),
      {
        name: 'NativeLayerNormBackward0',
        extents: extents(x, shape),
        eps: check_eps('layer_norm', eps),
        centered: true,
      },
    );
  },
  reference: (
    x: Reference,
    shape: number | readonly number[],
    weight: Reference | null = null,
    bias: Reference | null = null,
    eps = 1e-5,
  ): Reference => reference(x, shape, weight, bias, { eps, centered: true }),
  samples: () => {
    const all = (shape: readonly number[], normalized: readonly number[]) => ({
      args: [sample(shape), normalized, sample(normalized), sample(normalized)],
    });
    return [
      all([5], [5]),
      all([3, 7], [7]),
      all([4, 16], [16]),
      all([9, 50], [50]),
      all([2, 3, 4], [3, 4]),
      all([0, 3], [3]),
      { args: [sample([3, 0]), [0]] },
      { args: [sample([3, 5]), 5] },
      { args: [sample([3, 5]), [5], sample([5]), null, 0.1] },
      { args: [sample([3, 5]), [5], null, sample([5])] },
      { ...all([600, 130], [130]), large: true },
      { ...all([90, 3, 700], [3, 700]), large: true },
      { ...all([7, 40_003], [40_003]), large: true },
    ];
  },
  errors: () => [
    { args: [sample([2, 3]), [4]], message: /expected an input whose last dimensions are \[4\], got shape \[2, 3\]/ },
    { args: [sample([3]), [2, 3]], message: /expected an input whose last dimensions are \[2, 3\], got shape \[3\]/ },
    { args: [sample([2, 3]), []], message: /expected normalized_shape to be a size or a list of sizes/ },
    { args: [sample([2, 3]), [3.5]], message: /expected normalized_shape to be an integer/ },
    { args: [sample([2, 3]), [3], sample([2])], message: /expected weight of shape \[3\], got \[2\]/ },
    { args: [sample([2, 3]), [3], null, null, -1], message: /expected eps to be at least 0, got -1/ },
    { args: [sample([2, 3], { dtype: 'int64' }), [3]], message: /of a floating point dtype/ },
  ],
}) as LayerNormFunction;

type RmsNormFunction = (
  input: Tensor,
  normalized_shape: number | readonly number[],
  ...given: Given<RmsNormOptions, [weight: 'weight', eps: 'eps']>
) => Tensor;

/**
 * `x / sqrt(mean(x²) + eps) * weight` over the last dimensions, which must be `normalized_shape`.
 * @example
 * ```ts
 * torch.nn.functional.rms_norm(torch.tensor([3, 4]), [2]).tolist(); // [0.8485, 1.1314]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.rms_norm.html
 * @see https://arxiv.org/abs/1910.07467
 */
export const rms_norm = op({
  name: 'rms_norm',
  methods: [],
  sums: true,
  call: (input: Tensor, normalized_shape: number | readonly number[], ...given: readonly unknown[]): Tensor => {
    const shape = check_normalized_shape('rms_norm', normalized_shape);
    const x = check_input('rms_norm', input, shape);
    const { weight, eps } = positional('rms_norm', given, { weight: null as unknown, eps: null as unknown });
    const least = x.dtype.itemsize === 4 ? 2 ** -23 : 2 ** -52;
    return row_norm(x, check_parameter('rms_norm', 'weight', weight, x, shape), null, {
      name: 'FusedRmsNormBackward0',
      extents: extents(x, shape),
      eps: check_eps('rms_norm', eps ?? least),
      centered: false,
    });
  },
  reference: (
    x: Reference,
    shape: number | readonly number[],
    weight: Reference | { weight?: Reference; eps?: number } | null = null,
    eps = 0,
  ): Reference => {
    const named = is_options(weight) && !('data' in weight) ? weight : { weight: weight as Reference | null, eps };
    return reference(x, shape, named.weight ?? null, null, { eps: named.eps ?? 0, centered: false });
  },
  samples: () => [
    { args: [sample([5], { range: [1, 2] }), [5], sample([5])] },
    { args: [sample([3, 40]), 40, sample([40]), 0.25] },
    { args: [sample([2, 3, 4]), [3, 4], { eps: 0.5 }] },
    { args: [sample([3, 0]), 0] },
    { args: [sample([600, 130]), 130, sample([130])], large: true },
  ],
  errors: () => [
    { args: [sample([2, 3]), 4], message: /expected an input whose last dimensions are \[4\], got shape \[2, 3\]/ },
    { args: [sample([2, 3]), 3, sample([3]), 'small'], message: /expected eps to be a number, got "small"/ },
  ],
}) as RmsNormFunction;
