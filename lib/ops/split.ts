import { check_integer, fail, shape_text } from '../errors';
import { wrap_dim } from '../tensor/shape';
import { check_tensor, type Tensor } from '../tensor/tensor';
import { by_name, type DimOption } from './by_name';
import { op, sample } from './define';
import { narrow, select } from './views';

/** Tensors cut along a dimension; the pieces are views. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** Views of `split_size` slices each (the last may have fewer), or of the sizes listed. */
    split(split_size: number | readonly number[], dim?: number | DimOption): Tensor[];
    /** At most `chunks` views of equal size (the last may be smaller). */
    chunk(chunks: number, dim?: number | DimOption): Tensor[];
    /** All slices along a dimension, without it. */
    unbind(dim?: number | DimOption): Tensor[];
  }
}

/**
 * Views of `split_size` slices each (the last may have fewer), or of the sizes listed.
 * @example
 * ```ts
 * torch.split(torch.arange(5), [2, 3]).map((part) => part.tolist()); // [[0, 1], [2, 3, 4]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.split.html
 */
export const split: (x: Tensor, split_size: number | readonly number[], dim?: number | DimOption) => Tensor[] = op({
  name: 'split',
  call: by_name(
    'split',
    ['split_size', 'dim'],
    (x: Tensor, split_size: number | readonly number[], dim = 0): Tensor[] => {
      check_tensor('split', 'input', x);
      if (x.ndim === 0) fail('split', 'a 0-dim tensor cannot be split');
      const d = wrap_dim('split', dim, x.ndim);
      const size = x.shape[d];
      let sizes: number[];
      if (Array.isArray(split_size)) {
        sizes = split_size.map((each) => check_integer('split', 'split_size', each, 0));
        const total = sizes.reduce((a, b) => a + b, 0);
        if (total !== size)
          fail('split', `sizes ${shape_text(sizes)} add up to ${total}, but dim ${d} has size ${size}`);
      } else {
        const each = check_integer('split', 'split_size', split_size, size === 0 ? 0 : 1);
        sizes =
          size === 0 ? [0] : Array.from({ length: Math.ceil(size / each) }, (_, i) => Math.min(each, size - i * each));
      }
      let start = 0;
      return sizes.map((length) => {
        start += length;
        return narrow(x, d, start - length, length);
      });
    },
  ),
  samples: () => [{ args: [sample([7, 3]), 3] }, { args: [sample([4, 5]), [2, 0, 3], 1] }, { args: [sample([4]), 4] }],
  errors: () => [
    { args: [sample([5]), [2, 2]], message: /sizes \[2, 2\] add up to 4, but dim 0 has size 5/ },
    { args: [sample([5]), 0], message: /expected split_size to be at least 1, got 0/ },
  ],
});

/**
 * At most `chunks` views of equal size (the last may be smaller).
 * @example
 * ```ts
 * torch.chunk(torch.arange(5), 2).map((part) => part.tolist()); // [[0, 1, 2], [3, 4]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.chunk.html
 */
export const chunk: (x: Tensor, chunks: number, dim?: number | DimOption) => Tensor[] = op({
  name: 'chunk',
  call: by_name('chunk', ['chunks', 'dim'], (x: Tensor, chunks: number, dim = 0): Tensor[] => {
    check_tensor('chunk', 'input', x);
    check_integer('chunk', 'chunks', chunks, 1);
    if (x.ndim === 0) fail('chunk', 'a 0-dim tensor cannot be split');
    const d = wrap_dim('chunk', dim, x.ndim);
    if (x.shape[d] === 0) return split(x, new Array<number>(chunks).fill(0), d);
    return split(x, Math.ceil(x.shape[d] / chunks), d);
  }),
  samples: () => [{ args: [sample([7, 3]), 3] }, { args: [sample([4, 5]), 2, 1] }],
  errors: () => [{ args: [sample([5]), 0], message: /expected chunks to be at least 1, got 0/ }],
});

/**
 * All slices along a dimension, without it.
 * @example
 * ```ts
 * torch.unbind(torch.tensor([[1, 2], [3, 4]])).map((row) => row.tolist()); // [[1, 2], [3, 4]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.unbind.html
 */
export const unbind: (x: Tensor, dim?: number | DimOption) => Tensor[] = op({
  name: 'unbind',
  call: by_name('unbind', ['dim'], (x: Tensor, dim = 0): Tensor[] => {
    check_tensor('unbind', 'input', x);
    if (x.ndim === 0) fail('unbind', 'a 0-dim tensor has no slices');
    const d = wrap_dim('unbind', dim, x.ndim);
    return Array.from({ length: x.shape[d] }, (_, i) => select(x, d, i));
  }),
  samples: () => [{ args: [sample([3, 4])] }, { args: [sample([3, 2]), -1] }],
  errors: () => [{ args: [sample([])], message: /a 0-dim tensor has no slices/ }],
});
