import { type Given, positional } from '../arguments';
import { check_integer, fail, shape_text } from '../errors';
import { type DType, int64 } from '../tensor/dtype';
import { check_tensor, type Tensor } from '../tensor/tensor';
import { movedim } from './arrange';
import { by_name } from './by_name';
import { eye, ones, zeros } from './create';
import { op, sample } from './define';
import { cat } from './join';
import { nonzero } from './mask';
import { cast_to } from './operand';
import { sum } from './reduce';
import { tril, triu } from './triangle';
import { clone, contiguous, diagonal, flatten, t, unsqueeze } from './views';
import { where } from './where';

/** Diagonals taken from matrices and put into them. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** The matrix with this vector on a diagonal, or the diagonal of this matrix. */
    diag(diagonal?: number | DiagOption): Tensor;
    /** Matrices with these rows on their diagonals. */
    diag_embed(...given: Given<DiagEmbedOptions, [offset: 'offset', dim1: 'dim1', dim2: 'dim2']>): Tensor;
    /** The matrix with all elements on a diagonal. */
    diagflat(offset?: number | DiagflatOption): Tensor;
    /** The sum of the diagonal. */
    trace(): Tensor;
  }
}

/** The option of {@link diag}. */
export interface DiagOption {
  /** 0 is the main diagonal, positive ones lie above it. Default 0. */
  diagonal?: number;
}

/** The option of {@link diagflat}. */
export interface DiagflatOption {
  /** 0 is the main diagonal, positive ones lie above it. Default 0. */
  offset?: number;
}

/** Options of {@link diag_embed}. */
export interface DiagEmbedOptions extends DiagflatOption {
  /** Where the rows go. Default -2. */
  dim1?: number;
  /** Where the columns go. Default -1. */
  dim2?: number;
}

function embedded(name: string, input: Tensor, offset: number, dim1: number, dim2: number): Tensor {
  check_integer(name, 'offset', offset, -(2 ** 40), 2 ** 40);
  const n = input.shape[input.ndim - 1];
  const square = where(eye(n).gt(0), unsqueeze(input, -2), 0);
  const shift = Math.abs(offset);
  const beside = (t: Tensor, dim: number, first: boolean): Tensor => {
    const shape = [...t.shape];
    shape[dim] = shift;
    const nothing = zeros(shape, { dtype: t.dtype });
    return cat(first ? [nothing, t] : [t, nothing], dim);
  };
  const [rows, columns] = [square.ndim - 2, square.ndim - 1];
  const matrix = shift === 0 ? square : beside(beside(square, columns, offset > 0), rows, offset < 0);
  return movedim(cast_to(matrix, input.dtype), [rows, columns], [dim1, dim2]);
}

/**
 * Matrices with the input's rows, [.., n], on their diagonals: [.., n, n].
 * @example
 * ```ts
 * torch.diag_embed(torch.tensor([1, 2])).tolist(); // [[1, 0], [0, 2]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.diag_embed.html
 */
export const diag_embed = op({
  name: 'diag_embed',
  call: by_name(
    'diag_embed',
    ['offset', 'dim1', 'dim2'],
    (input: Tensor, offset?: number, dim1?: number, dim2?: number): Tensor => {
      check_tensor('diag_embed', 'input', input);
      if (input.ndim === 0) fail('diag_embed', 'expected at least 1 dimension, got shape []');
      return embedded('diag_embed', input, offset ?? 0, dim1 ?? -2, dim2 ?? -1);
    },
  ),
  samples: () => [
    { args: [sample([3])] },
    { args: [sample([2, 3]), 1] },
    { args: [sample([2, 3]), { offset: -2, dim1: 0, dim2: 2 }] },
  ],
  errors: () => [{ args: [sample([])], message: /expected at least 1 dimension, got shape \[\]/ }],
});

/**
 * The matrix with a vector on a diagonal, or the diagonal of a matrix (a copy).
 * @example
 * ```ts
 * torch.diag(torch.tensor([[1, 2], [3, 4]])).tolist(); // [1, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.diag.html
 */
export const diag = op({
  name: 'diag',
  call: by_name('diag', ['diagonal'], (input: Tensor, offset?: number): Tensor => {
    check_tensor('diag', 'input', input);
    if (input.ndim === 1) return embedded('diag', input, offset ?? 0, 0, 1);
    if (input.ndim !== 2) fail('diag', `expected a vector or a matrix, got shape ${shape_text(input.shape)}`);
    return clone(diagonal(input, offset));
  }),
  samples: () => [{ args: [sample([3])] }, { args: [sample([3]), -1] }, { args: [sample([3, 4]), 1] }],
  errors: () => [{ args: [sample([2, 2, 2])], message: /expected a vector or a matrix, got shape \[2, 2, 2\]/ }],
});

/**
 * The matrix with all elements of the input on a diagonal.
 * @example
 * ```ts
 * torch.diagflat(torch.tensor([[1], [2]])).tolist(); // [[1, 0], [0, 2]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.diagflat.html
 */
export const diagflat = op({
  name: 'diagflat',
  call: by_name(
    'diagflat',
    ['offset'],
    (input: Tensor, offset?: number): Tensor =>
      embedded('diagflat', flatten(check_tensor('diagflat', 'input', input)), offset ?? 0, 0, 1),
  ),
  samples: () => [{ args: [sample([2, 2])] }, { args: [sample([3]), 1] }],
});

/**
 * The sum of a matrix's diagonal.
 * @example
 * ```ts
 * torch.trace(torch.tensor([[1, 2], [3, 4]])).item(); // 5
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.trace.html
 */
export const trace = op({
  name: 'trace',
  call: (input: Tensor): Tensor => {
    check_tensor('trace', 'input', input);
    if (input.ndim !== 2) fail('trace', `expected a matrix, got shape ${shape_text(input.shape)}`);
    return sum(diagonal(input));
  },
  samples: () => [{ args: [sample([3, 3])] }, { args: [sample([2, 4])] }],
  errors: () => [{ args: [sample([3])], message: /expected a matrix, got shape \[3\]/ }],
});

/** Options of {@link tril_indices} and {@link triu_indices}. */
export interface TriangleOptions {
  /** The diagonal where the triangle ends: 0 is the main one, positive ones lie above it. Default 0. */
  offset?: number;
  /** Default int64. */
  dtype?: DType;
}

type TriangleArguments = Given<TriangleOptions, [offset: 'offset']>;

function places(name: string, row: number, col: number, given: TriangleArguments, triangle: typeof tril): Tensor {
  check_integer(name, 'row', row, 0);
  check_integer(name, 'col', col, 0);
  const { offset, dtype } = positional(name, given, { offset: 0, dtype: int64 as DType }, ['offset']);
  check_integer(name, 'offset', offset);
  return cast_to(contiguous(t(nonzero(triangle(ones([row, col]), offset)))), dtype);
}

/**
 * Rows and columns of the lower triangle of a matrix, [2, number of elements]; int64.
 * @example
 * ```ts
 * torch.tril_indices(2, 2).tolist(); // [[0, 1, 1], [0, 0, 1]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.tril_indices.html
 */
export function tril_indices(row: number, col: number, ...given: TriangleArguments): Tensor {
  return places('tril_indices', row, col, given, tril);
}

/**
 * Rows and columns of the upper triangle of a matrix, [2, number of elements]; int64.
 * @example
 * ```ts
 * torch.triu_indices(2, 2, 1).tolist(); // [[0], [1]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.triu_indices.html
 */
export function triu_indices(row: number, col: number, ...given: TriangleArguments): Tensor {
  return places('triu_indices', row, col, given, triu);
}
