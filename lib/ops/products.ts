import { positional } from '../arguments';
import { check_number, fail, shape_text } from '../errors';
import { bool } from '../tensor/dtype';
import { check_tensor, type Tensor } from '../tensor/tensor';
import { add, mul } from './arithmetic';
import { zeros } from './create';
import { op, type Reference, sample } from './define';
import { bmm, mm, mv } from './matmul';
import { unsqueeze } from './views';
import { where } from './where';

/** Products of vectors and matrices, added to something. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** All products of the elements of two vectors, [n, m]. */
    outer(other: Tensor): Tensor;
    /** `beta * x + alpha * (mat1 @ mat2)`. */
    addmm(mat1: Tensor, mat2: Tensor, options?: ScaleOptions): Tensor;
    /** `beta * x + alpha * (batch1 @ batch2)`, a matrix at a time. */
    baddbmm(batch1: Tensor, batch2: Tensor, options?: ScaleOptions): Tensor;
    /** `beta * x + alpha * (mat @ vec)`. */
    addmv(mat: Tensor, vec: Tensor, options?: ScaleOptions): Tensor;
  }
}

/** Options of {@link addmm} and its kin. */
export interface ScaleOptions {
  /** The factor of the tensor added to. Default 1; 0 ignores it, NaN and all. */
  beta?: number;
  /** The factor of the product. Default 1. */
  alpha?: number;
}

/**
 * All products of the elements of two vectors.
 * @example
 * ```ts
 * torch.outer(torch.tensor([1, 2]), torch.tensor([3, 4])).tolist(); // [[3, 4], [6, 8]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.outer.html
 */
export const outer = op({
  name: 'outer',
  call: (input: Tensor, other: Tensor): Tensor => {
    for (const [name, each] of [
      ['input', input],
      ['other', other],
    ] as const)
      if (check_tensor('outer', name, each).ndim !== 1)
        fail('outer', `expected ${name} to be a vector, got shape ${shape_text(each.shape)}`);
    return mul(unsqueeze(input, 1), unsqueeze(other, 0));
  },
  reference: (a: Reference, b: Reference) => ({
    shape: [a.shape[0], b.shape[0]],
    data: Array.from(a.data).flatMap((x) => Array.from(b.data, (y) => x * y)),
  }),
  samples: () => [{ args: [sample([3]), sample([4])] }, { args: [sample([0]), sample([4])] }],
  errors: () => [
    { args: [sample([2, 2]), sample([2])], message: /^outer: expected input to be a vector, got shape \[2, 2\]$/ },
  ],
});

function added(name: string, product: (a: Tensor, b: Tensor) => Tensor, shapes: readonly (readonly number[])[]) {
  return op({
    name,
    call: (input: Tensor, a: Tensor, b: Tensor, ...given: readonly unknown[]): Tensor => {
      check_tensor(name, 'input', input);
      const { beta, alpha } = positional(name, given, { beta: 1, alpha: 1 });
      const scaled = product(a, b);
      const right = check_number(name, 'alpha', alpha) === 1 ? scaled : mul(scaled, alpha);
      const scale = check_number(name, 'beta', beta);
      // With beta 0 the values are not read, but the gradient is 0, not absent.
      if (scale === 0) return add(where(zeros([], { dtype: bool }), input, 0), right);
      return add(scale === 1 ? input : mul(input, scale), right);
    },
    samples: () => [
      { args: shapes.map((shape) => sample(shape)) },
      { args: [...shapes.map((shape) => sample(shape)), { beta: 0.5, alpha: -2 }] },
    ],
    errors: () => [
      { args: [...shapes.map((shape) => sample(shape)), { gamma: 1 }], message: /Misspelled option "gamma"/ },
      {
        args: [...shapes.map((shape) => sample(shape)), { beta: '1' }],
        message: /expected beta to be a number, got "1"/,
      },
    ],
  }) as unknown as (input: Tensor, a: Tensor, b: Tensor, options?: ScaleOptions) => Tensor;
}

/**
 * `beta * input + alpha * (mat1 @ mat2)`.
 * @example
 * ```ts
 * torch.addmm(torch.ones([2]), torch.eye(2), torch.tensor([[1, 2], [3, 4]])).tolist(); // [[2, 3], [4, 5]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.addmm.html
 */
export const addmm = added('addmm', mm, [
  [2, 4],
  [2, 3],
  [3, 4],
]);
/**
 * `beta * input + alpha * (batch1 @ batch2)`.
 * @example
 * ```ts
 * torch.baddbmm(torch.ones([1]), torch.ones([5, 2, 3]), torch.ones([5, 3, 4]), { alpha: 2 }).shape; // [5, 2, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.baddbmm.html
 */
export const baddbmm = added('baddbmm', bmm, [
  [2, 2, 4],
  [2, 2, 3],
  [2, 3, 4],
]);
/**
 * `beta * input + alpha * (mat @ vec)`.
 * @example
 * ```ts
 * torch.addmv(torch.ones([2]), torch.tensor([[1, 2], [3, 4]]), torch.tensor([1, 10])).tolist(); // [22, 44]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.addmv.html
 */
export const addmv = added('addmv', mv, [[2], [2, 3], [3]]);
