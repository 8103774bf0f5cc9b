import { record, tracks } from '../autograd/node';
import { check_integer, fail, shape_text } from '../errors';
import { kernel } from '../native/kernel';
import { numel_of } from '../tensor/shape';
import { allocate, check_tensor, type Tensor } from '../tensor/tensor';
import { by_name } from './by_name';
import { op, type Reference, sample } from './define';
import { contiguous } from './views';

/** Triangles of matrices. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** The lower triangle of each matrix, up to a diagonal; zeros above. */
    tril(diagonal?: number | DiagonalOption): Tensor;
    tril_(diagonal?: number | DiagonalOption): Tensor;
    /** The upper triangle of each matrix, from a diagonal; zeros below. */
    triu(diagonal?: number | DiagonalOption): Tensor;
    triu_(diagonal?: number | DiagonalOption): Tensor;
  }
}

/** The option of {@link tril} and {@link triu}. */
export interface DiagonalOption {
  /** Where the triangle ends: 0 is the main diagonal, positive ones lie above it. Default 0. */
  diagonal?: number;
}

type Triangle = (input: Tensor, diagonal?: number | DiagonalOption) => Tensor;

function triangle(name: 'tril' | 'triu', keeps: (row: number, column: number, diagonal: number) => boolean): Triangle {
  const run = kernel(name);
  const node_name = name === 'tril' ? 'TrilBackward0' : 'TriuBackward0';
  const call = (input: Tensor, diagonal = 0): Tensor => {
    const x = contiguous(check_tensor(name, 'input', input));
    check_integer(name, 'diagonal', diagonal, -(2 ** 40), 2 ** 40);
    if (x.ndim < 2) fail(name, `expected at least 2 dimensions, got shape ${shape_text(x.shape)}`);
    const [rows, columns] = x.shape.slice(-2);
    const out = allocate(x.shape, x.dtype);
    if (x.count > 0) run(x.dtype.code, numel_of(x.shape.slice(0, -2)), rows, columns, diagonal, out, x);
    if (tracks(x)) record(out, node_name, [x], [], (g) => [call(g, diagonal)]);
    return out;
  };
  return op({
    name,
    call: by_name(name, ['diagonal'], call),
    inplace: by_name(`${name}_`, ['diagonal'], (input: Tensor, diagonal?: number) =>
      input.copy_(call(input, diagonal)),
    ),
    reference: (x: Reference, diagonal = 0) => {
      const [rows, columns] = x.shape.slice(-2);
      return {
        shape: x.shape,
        data: Array.from(x.data, (v, i) => (keeps(Math.floor(i / columns) % rows, i % columns, diagonal) ? v : 0)),
      };
    },
    samples: () => [
      { args: [sample([3, 3])] },
      { args: [sample([3, 5]), 1] },
      { args: [sample([2, 4, 3]), -1] },
      { args: [sample([3, 3]), 9] },
      { args: [sample([0, 3])] },
    ],
    errors: () => [{ args: [sample([3])], message: /expected at least 2 dimensions, got shape \[3\]/ }],
  });
}

/**
 * The lower triangle of each matrix, up to a diagonal; zeros above.
 * @example
 * ```ts
 * torch.tril(torch.ones([3, 3])).tolist(); // [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.tril.html
 */
export const tril = triangle('tril', (row, column, diagonal) => column - row <= diagonal);
/**
 * The upper triangle of each matrix, from a diagonal; zeros below.
 * @example
 * ```ts
 * torch.triu(torch.ones([3, 3]), 1).tolist(); // [[0, 1, 1], [0, 0, 1], [0, 0, 0]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.triu.html
 */
export const triu = triangle('triu', (row, column, diagonal) => column - row >= diagonal);
