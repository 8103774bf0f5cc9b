import { type Given, type Needs, positional } from '../../arguments';
import { check_integer, check_number, fail, fail_range, shape_text } from '../../errors';
import { fill_with } from '../../native/map';
import { rand } from '../../ops/random';
import { argsort } from '../../ops/sort';
import type { Generator } from '../../random';
import { check_tensor, type Tensor } from '../../tensor/tensor';
import { fill, set_all } from './fill';

/** Weights that pass their input through, and sparse ones. */

function check_matrix(op: string, tensor: Tensor): void {
  if (check_tensor(op, 'tensor', tensor).ndim !== 2)
    fail(op, `expected a tensor of 2 dimensions, got shape ${shape_text(tensor.shape)}`);
}

/**
 * The identity matrix, as far as a rectangular one can be.
 * @example
 * ```ts
 * torch.nn.init.eye_(torch.empty([2, 3])).tolist(); // [[1, 0, 0], [0, 1, 0]]
 * ```
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.eye_
 */
export function eye_(tensor: Tensor): Tensor {
  check_matrix('eye_', tensor);
  return fill('eye_', tensor, (target) => {
    set_all(target, 0);
    fill_with(target.diagonal(), 1);
  });
}

/**
 * The weights of a convolution (in 1 to 3 dimensions) that gives as many input channels back as it can; each of the groups does so.
 * @example
 * ```ts
 * const conv = new torch.nn.Conv2d(2, 2, 3, { padding: 1, bias: false });
 * torch.nn.init.dirac_(conv.weight);
 * const x = torch.rand([1, 2, 5, 5]);
 * torch.equal(conv.forward(x), x); // true
 * ```
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.dirac_
 */
export function dirac_(tensor: Tensor, ...given: Given<{ groups?: number }, [groups: 'groups']>): Tensor {
  const op = 'dirac_';
  const { groups } = positional(op, given, { groups: 1 });
  const { ndim, shape } = check_tensor(op, 'tensor', tensor);
  if (ndim < 3 || ndim > 5) fail(op, `expected a tensor of 3, 4 or 5 dimensions, got shape ${shape_text(shape)}`);
  check_integer(op, 'groups', groups, 1);
  if (shape[0] % groups !== 0) fail(op, `${shape[0]} output channels cannot be divided into ${groups} groups`);
  const outputs = shape[0] / groups;
  const both = Math.min(outputs, shape[1]);
  return fill(op, tensor, (target) => {
    set_all(target, 0);
    if (target.count === 0) return;
    const centre = shape.slice(2).reduce((view, size) => view.select(2, Math.floor(size / 2)), target);
    for (let group = 0; group < groups; group++)
      fill_with(
        centre
          .narrow(0, group * outputs, both)
          .narrow(1, 0, both)
          .diagonal(),
        1,
      );
  });
}

/** Options of {@link sparse_}. */
export interface SparseOptions {
  /** The share of zeros in every column. */
  sparsity: number;
  /** Standard deviation of the other elements. Default 0.01. */
  std: number;
  /** Where the numbers are drawn from; default the generator of `torch.manual_seed`. */
  generator?: Generator;
}

/**
 * In every column `ceil(sparsity · rows)` zeros at random places, normal numbers elsewhere (Martens, Deep learning via Hessian-free optimization,
 * 2010).
 * @example
 * ```ts
 * const w = torch.nn.init.sparse_(torch.empty([10, 3]), 0.25);
 * w.eq(0).sum(0).tolist(); // [3, 3, 3]
 * ```
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.sparse_
 */
export function sparse_(
  tensor: Tensor,
  ...given: Given<Needs<SparseOptions, 'sparsity'>, [sparsity: 'sparsity', std: 'std', generator: 'generator']>
): Tensor {
  const op = 'sparse_';
  const defaults: SparseOptions = { sparsity: undefined as unknown as number, std: 0.01, generator: undefined };
  const { sparsity, std, generator } = positional(op, given, defaults);
  check_matrix(op, tensor);
  const share = check_number(op, 'sparsity', sparsity);
  if (!(share >= 0 && share <= 1)) fail_range(op, `expected sparsity between 0 and 1, got ${share}`);
  const zeros = Math.ceil(share * tensor.shape[0]);
  return fill(op, tensor, (target) => {
    target.normal_(0, std, { generator });
    if (target.count === 0 || zeros === 0) return;
    const order = argsort(rand(target.shape, { generator }), 0);
    target.scatter_(0, order.narrow(0, 0, zeros), 0);
  });
}
