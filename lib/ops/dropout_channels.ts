import { fail, shape_text } from '../errors';
import { fill_with } from '../native/map';
import { allocate, check_floating, type Tensor } from '../tensor/tensor';
import { add, mul } from './arithmetic';
import { gt } from './compare';
import { op, type Reference, type Sample, sample } from './define';
import { alpha_fate, type Dropout, drop_into, type Fate, judge_dropout, plain_fate } from './dropout';
import { cast_to } from './operand';

/** Dropout of whole channels. */

/** The shape of what every channel is multiplied with. */
type ChannelShape = (name: string, x: Tensor) => number[];

const keep_leading = (x: Tensor, leading: number): number[] => x.shape.map((size, d) => (d < leading ? size : 1));

/** Inputs of `ndim` dimensions begin with batch and channels; those of one fewer with channels alone, or with both too. */
const of_dims =
  (ndim: number, fewer: 'channels' | 'batch and channels'): ChannelShape =>
  (name, x) => {
    if (x.ndim === ndim) return keep_leading(x, 2);
    if (x.ndim === ndim - 1) return keep_leading(x, fewer === 'channels' ? 1 : 2);
    return fail(name, `expected an input of ${ndim - 1} or ${ndim} dimensions, got shape ${shape_text(x.shape)}`);
  };

const any_dims: ChannelShape = (name, x) =>
  x.ndim >= 2
    ? keep_leading(x, 2)
    : fail(name, `expected an input of at least 2 dimensions, got shape ${shape_text(x.shape)}`);

function declare(
  name: string,
  training_default: boolean,
  channels: ChannelShape,
  fate_of: (p: number) => Fate,
  shapes: readonly (readonly number[])[],
): Dropout {
  return op({
    name,
    methods: [],
    call: (input: Tensor, ...given: readonly unknown[]): Tensor => {
      const x = check_floating(name, 'input', input);
      const { p, training, inplace, generator } = judge_dropout(name, given, training_default);
      const shape = channels(name, x);
      if (!training || p === 0 || x.count === 0) return x;
      const fate = fate_of(p);
      const factors = allocate(shape, x.dtype);
      factors.storage.internal = true;
      fill_with(factors, 1);
      drop_into(factors, factors, null, p, { ...fate, kept: 0, dropped: 0 }, generator);
      const scaled = inplace ? x.mul_(factors) : mul(x, factors);
      if (fate.dropped === 0) return scaled;
      const kept = cast_to(gt(factors, 0), x.dtype);
      const shifts = add(mul(kept, fate.kept - fate.dropped), fate.dropped);
      return inplace ? scaled.add_(shifts) : add(scaled, shifts);
    },
    reference: (x: Reference, p = 0.5) => ({ shape: x.shape, data: Array.from(x.data, (v) => (p === 1 ? v * 0 : v)) }),
    samples: () =>
      shapes.flatMap((shape): Sample[] => [
        { args: [sample(shape), 0.5, false] },
        { args: [sample(shape), 0, true] },
        { args: [sample(shape), 1, true] },
      ]),
    errors: () => [
      { args: [sample(shapes[0]), 2], message: /expected p to be between 0 and 1, got 2/ },
      { args: [sample([3]), 0.5, true], message: /expected an input of .* dimensions, got shape \[3\]/ },
    ],
  }) as Dropout;
}

/**
 * {@link dropout} of whole channels of [N, C, L] or [C, L].
 * @example
 * ```ts
 * torch.nn.functional.dropout1d(torch.ones([2, 8, 5]), { p: 0.5, training: true }).shape; // [2, 8, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout1d.html
 */
export const dropout1d = declare('dropout1d', true, of_dims(3, 'channels'), plain_fate, [
  [2, 3, 4],
  [3, 4],
]);

/**
 * {@link dropout} of whole channels of [N, C, H, W], or of [N, C, L].
 * @example
 * ```ts
 * torch.nn.functional.dropout2d(torch.ones([2, 8, 5, 5]), { p: 0.5, training: true }).shape; // [2, 8, 5, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout2d.html
 */
export const dropout2d = declare('dropout2d', true, of_dims(4, 'batch and channels'), plain_fate, [
  [2, 3, 4, 5],
  [2, 3, 4],
]);

/**
 * {@link dropout} of whole channels of [N, C, D, H, W] or [C, D, H, W].
 * @example
 * ```ts
 * torch.nn.functional.dropout3d(torch.ones([2, 8, 3, 5, 5])).shape; // [2, 8, 3, 5, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout3d.html
 */
export const dropout3d = declare('dropout3d', true, of_dims(5, 'channels'), plain_fate, [
  [2, 3, 2, 2, 3],
  [3, 2, 2, 3],
]);

/**
 * {@link alpha_dropout} of whole channels of [N, C, *]; `training` is false unless given.
 * @example
 * ```ts
 * torch.nn.functional.feature_alpha_dropout(torch.randn([2, 8, 5]), { p: 0.5, training: true }).shape; // [2, 8, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.feature_alpha_dropout.html
 */
export const feature_alpha_dropout = declare('feature_alpha_dropout', false, any_dims, alpha_fate, [
  [2, 3, 4],
  [2, 3],
]);
