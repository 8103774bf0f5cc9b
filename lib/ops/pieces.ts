import { check_integer, fail, fail_type, shape_text } from '../errors';
import { wrap_dim } from '../tensor/shape';
import { check_tensor, type Tensor } from '../tensor/tensor';
import { at_least, check_list } from './arrange';
import { by_name } from './by_name';
import { zeros } from './create';
import { op, sample } from './define';
import { cat, stack } from './join';
import { nonzero } from './mask';
import { expand, flatten, narrow, reshape, unsqueeze } from './views';

/** Tensors cut into pieces, and put together from them. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** Pieces along a dimension: so many, or cut before these indices. */
    tensor_split(indices_or_sections: number | readonly number[], dim?: number | { dim?: number }): Tensor[];
    /** Pieces side by side. */
    hsplit(indices_or_sections: number | readonly number[]): Tensor[];
    /** Pieces one below the other. */
    vsplit(indices_or_sections: number | readonly number[]): Tensor[];
    /** Pieces one behind the other. */
    dsplit(indices_or_sections: number | readonly number[]): Tensor[];
    /** One dimension with all elements. */
    ravel(): Tensor;
    /** The indices of what is not zero, one a row. */
    argwhere(): Tensor;
  }
}

function pieces(name: string, x: Tensor, given: number | readonly number[], dim: number): Tensor[] {
  const size = x.shape[dim];
  if (typeof given === 'number') {
    check_integer(name, 'sections', given, 1);
    const long = size % given;
    const length = Math.floor(size / given);
    return Array.from({ length: given }, (_, i) =>
      narrow(x, dim, i * length + Math.min(i, long), length + (i < long ? 1 : 0)),
    );
  }
  if (!Array.isArray(given)) return fail_type(name, 'indices_or_sections', 'a number or an array of integers', given);
  const place = (index: number): number => Math.min(Math.max(index < 0 ? index + size : index, 0), size);
  const cuts = [0, ...given.map((each) => place(check_integer(name, 'each index', each))), size];
  return cuts.slice(1).map((end, i) => narrow(x, dim, cuts[i], Math.max(0, end - cuts[i])));
}

/**
 * Pieces along a dimension: so many of nearly the same length, or cut before the given indices.
 * @example
 * ```ts
 * torch.tensor_split(torch.arange(5), 2).map((piece) => piece.tolist()); // [[0, 1, 2], [3, 4]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.tensor_split.html
 */
export const tensor_split = op({
  name: 'tensor_split',
  call: by_name(
    'tensor_split',
    ['indices_or_sections', 'dim'],
    (input: Tensor, indices_or_sections: number | readonly number[], dim?: number): Tensor[] => {
      check_tensor('tensor_split', 'input', input);
      if (input.ndim === 0) fail('tensor_split', 'expected at least 1 dimension, got shape []');
      return pieces('tensor_split', input, indices_or_sections, wrap_dim('tensor_split', dim ?? 0, input.ndim));
    },
  ),
  samples: () => [{ args: [sample([7]), 3] }, { args: [sample([2, 7]), [2, 5], 1] }, { args: [sample([3]), [5]] }],
  errors: () => [{ args: [sample([3]), 0], message: /expected sections to be at least 1, got 0/ }],
});

function split_along(name: 'hsplit' | 'vsplit' | 'dsplit', least: number, dim_of: (x: Tensor) => number) {
  return op({
    name,
    call: (input: Tensor, indices_or_sections: number | readonly number[]): Tensor[] => {
      check_tensor(name, 'input', input);
      if (input.ndim < least)
        fail(name, `expected at least ${least} dimension${least > 1 ? 's' : ''}, got shape ${shape_text(input.shape)}`);
      const dim = dim_of(input);
      if (typeof indices_or_sections === 'number' && input.shape[dim] % indices_or_sections !== 0)
        fail(name, `${input.shape[dim]} elements do not divide into ${indices_or_sections} pieces`);
      return pieces(name, input, indices_or_sections, dim);
    },
    samples: () => [{ args: [sample([4, 6, 2]), 2] }, { args: [sample([4, 6, 2]), [1]] }],
    errors: () => [{ args: [sample([3, 3, 3]), 2], message: /3 elements do not divide into 2 pieces/ }],
  });
}

/**
 * Pieces side by side: along dimension 1, or 0 of a vector.
 * @example
 * ```ts
 * torch.hsplit(torch.arange(4), 2).map((piece) => piece.tolist()); // [[0, 1], [2, 3]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.hsplit.html
 */
export const hsplit = split_along('hsplit', 1, ({ ndim }) => (ndim === 1 ? 0 : 1));

/**
 * Pieces one below the other: along dimension 0.
 * @example
 * ```ts
 * torch.vsplit(torch.zeros([4, 2]), 2).map((piece) => piece.shape); // [[2, 2], [2, 2]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.vsplit.html
 */
export const vsplit = split_along('vsplit', 2, () => 0);

/**
 * Pieces one behind the other: along dimension 2.
 * @example
 * ```ts
 * torch.dsplit(torch.zeros([1, 2, 4]), 2).map((piece) => piece.shape); // [[1, 2, 2], [1, 2, 2]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.dsplit.html
 */
export const dsplit = split_along('dsplit', 3, () => 2);

/**
 * One dimension with all elements; a view where they lie so.
 * @example
 * ```ts
 * torch.ravel(torch.tensor([[1, 2], [3, 4]])).tolist(); // [1, 2, 3, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.ravel.html
 */
export const ravel = op({
  name: 'ravel',
  call: (input: Tensor): Tensor => flatten(check_tensor('ravel', 'input', input)),
  samples: () => [{ args: [sample([2, 3])] }, { args: [sample([])] }],
});

/**
 * The indices of what is not zero, one a row; int64.
 * @example
 * ```ts
 * torch.argwhere(torch.tensor([0, 5, 0, 7])).tolist(); // [[1], [3]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.argwhere.html
 */
export const argwhere = op({
  name: 'argwhere',
  differentiable: false,
  call: (input: Tensor): Tensor => nonzero(check_tensor('argwhere', 'input', input)),
  samples: () => [{ args: [sample([2, 3])] }],
});

/**
 * Vectors as the columns of a matrix; matrices side by side.
 * @example
 * ```ts
 * torch.column_stack([torch.tensor([1, 2]), torch.tensor([3, 4])]).tolist(); // [[1, 3], [2, 4]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.column_stack.html
 */
export const column_stack = op({
  name: 'column_stack',
  methods: [],
  call: (tensors: readonly Tensor[]): Tensor =>
    cat(
      check_list('column_stack', tensors).map((each) => (each.ndim < 2 ? reshape(each, [each.numel(), 1]) : each)),
      1,
    ),
  samples: () => [{ args: [[sample([2]), sample([2])]] }, { args: [[sample([2, 3]), sample([2])]] }],
});

/**
 * Matrices one after the other along the diagonal, zeros elsewhere.
 * @example
 * ```ts
 * torch.block_diag(torch.tensor([[1, 2]]), torch.tensor([3])).tolist(); // [[1, 2, 0], [0, 0, 3]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.block_diag.html
 */
export const block_diag = op({
  name: 'block_diag',
  methods: [],
  call: (...tensors: readonly Tensor[]): Tensor => {
    const blocks = check_list('block_diag', tensors).map((each) => {
      if (each.ndim > 2) fail('block_diag', `expected matrices, got shape ${shape_text(each.shape)}`);
      return at_least(each, 2);
    });
    if (blocks.length === 0) fail('block_diag', 'expected at least one Tensor, got []');
    const columns = blocks.reduce((sum, each) => sum + each.shape[1], 0);
    let at = 0;
    const bands = blocks.map((each) => {
      const [rows, width] = each.shape;
      const nothing = (size: number): Tensor => zeros([rows, size], { dtype: each.dtype });
      const band = cat([nothing(at), each, nothing(columns - at - width)], 1);
      at += width;
      return band;
    });
    return cat(bands, 0);
  },
  samples: () => [{ args: [sample([2, 3]), sample([1, 2]), sample([2])] }, { args: [sample([2, 2])] }],
  errors: () => [{ args: [sample([2, 2, 2])], message: /expected matrices, got shape \[2, 2, 2\]/ }],
});

/**
 * All combinations of the elements of vectors, one a row.
 * @example
 * ```ts
 * torch.cartesian_prod(torch.tensor([1, 2]), torch.tensor([3, 4])).tolist(); // [[1, 3], [1, 4], [2, 3], [2, 4]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.cartesian_prod.html
 */
export const cartesian_prod = op({
  name: 'cartesian_prod',
  methods: [],
  call: (...tensors: readonly Tensor[]): Tensor => {
    const list = check_list('cartesian_prod', tensors);
    for (const each of list)
      if (each.ndim !== 1) fail('cartesian_prod', `expected vectors, got shape ${shape_text(each.shape)}`);
    if (list.length === 0) fail('cartesian_prod', 'expected at least one Tensor, got []');
    if (list.length === 1) return list[0].clone();
    const shape = list.map((each) => each.shape[0]);
    const columns = list.map((each, d) => {
      let spread = each;
      for (let i = 0; i < d; i++) spread = unsqueeze(spread, 0);
      for (let i = d + 1; i < list.length; i++) spread = unsqueeze(spread, -1);
      return reshape(expand(spread, shape), [-1]);
    });
    return stack(columns, 1);
  },
  samples: () => [{ args: [sample([2]), sample([3])] }, { args: [sample([2])] }],
  errors: () => [{ args: [sample([2, 2])], message: /expected vectors, got shape \[2, 2\]/ }],
});
