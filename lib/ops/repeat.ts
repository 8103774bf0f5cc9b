import { check_integer, fail, shape_text } from '../errors';
import { spread, with_size, wrap_dim } from '../tensor/shape';
import { check_tensor, type Tensor } from '../tensor/tensor';
import { by_name, type DimOption } from './by_name';
import { op, sample } from './define';
import { expand, reshape, unsqueeze } from './views';

/** Tensors, or their elements, several times over. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** The tensor repeated so often along each dimension; a copy. */
    repeat(...repeats: number[]): Tensor;
    repeat(repeats: readonly number[]): Tensor;
    /** Like {@link Tensor.repeat}; missing leading dimensions count as 1. */
    tile(...dims: number[]): Tensor;
    tile(dims: readonly number[]): Tensor;
    /** Each element repeated in place. */
    repeat_interleave(repeats: number, dim?: number | null | DimOption<number | null>): Tensor;
  }
}

/** The tensor repeated so often along each dimension; a copy. @see https://pytorch.org/docs/stable/generated/torch.Tensor.repeat.html */
export const repeat = op({
  name: 'repeat',
  call: (x: Tensor, ...given: readonly (number | readonly number[])[]): Tensor => {
    check_tensor('repeat', 'input', x);
    const repeats = spread(given).map((each) => check_integer('repeat', 'repeats', each, 0));
    if (repeats.length < x.ndim)
      fail(
        'repeat',
        `expected at least ${x.ndim} repeats for shape ${shape_text(x.shape)}, got ${shape_text(repeats)}`,
      );
    const sizes = [...new Array<number>(repeats.length - x.ndim).fill(1), ...x.shape];
    const pairs = reshape(
      x,
      sizes.flatMap((n) => [1, n]),
    );
    return reshape(
      expand(
        pairs,
        sizes.flatMap((n, i) => [repeats[i], n]),
      ).clone(),
      sizes.map((n, i) => n * repeats[i]),
    );
  },
  samples: () => [
    { args: [sample([2, 3]), [2, 1]] },
    { args: [sample([3]), 2, 2] },
    { args: [sample([]), [3]] },
    { args: [sample([2]), [0]] },
  ],
  errors: () => [{ args: [sample([2, 3]), [2]], message: /expected at least 2 repeats/ }],
});

/**
 * Like {@link Tensor.repeat}; missing leading dimensions count as 1.
 * @example
 * ```ts
 * torch.tile(torch.tensor([1, 2]), [2, 2]).tolist(); // [[1, 2, 1, 2], [1, 2, 1, 2]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.tile.html
 */
export const tile = op({
  name: 'tile',
  call: (x: Tensor, ...given: readonly (number | readonly number[])[]): Tensor => {
    check_tensor('tile', 'input', x);
    const list = spread(given) as number[];
    return repeat(x, [...new Array<number>(Math.max(x.ndim - list.length, 0)).fill(1), ...list]);
  },
  samples: () => [{ args: [sample([2, 3]), [2]] }, { args: [sample([3]), [2, 2]] }],
});

/**
 * Each element repeated in place, along a dimension or flattened.
 * @example
 * ```ts
 * torch.repeat_interleave(torch.tensor([1, 2]), 3).tolist(); // [1, 1, 1, 2, 2, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.repeat_interleave.html
 */
export const repeat_interleave: (
  input: Tensor,
  repeats: number,
  dim?: number | null | DimOption<number | null>,
) => Tensor = op({
  name: 'repeat_interleave',
  call: by_name('repeat_interleave', ['repeats', 'dim'], (x: Tensor, repeats: number, dim?: number | null): Tensor => {
    check_tensor('repeat_interleave', 'input', x);
    check_integer('repeat_interleave', 'repeats', repeats, 0);
    const from = dim === undefined || dim === null || x.ndim === 0 ? reshape(x, [-1]) : x;
    const d = from === x ? wrap_dim('repeat_interleave', dim, x.ndim) : 0;
    const lifted = unsqueeze(from, d + 1);
    return reshape(
      expand(lifted, with_size(lifted.shape, d + 1, repeats)).clone(),
      with_size(from.shape, d, from.shape[d] * repeats),
    );
  }),
  samples: () => [{ args: [sample([2, 3]), 2] }, { args: [sample([2, 3]), 3, 0] }, { args: [sample([2, 3]), 2, -1] }],
});
