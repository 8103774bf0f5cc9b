import { broadcast_shapes, type Shape } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import { at_least, check_list } from './arrange';
import { op, sample } from './define';
import { expand } from './views';

/** Tensors brought to one shape, or to so many dimensions. */

/**
 * The shape that shapes are broadcast to.
 * @example
 * ```ts
 * torch.broadcast_shapes([2, 1], [3]); // [2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.broadcast_shapes.html
 */
export function common_shape(...shapes: readonly (number | readonly number[])[]): Shape {
  return common(
    'broadcast_shapes',
    shapes.map((each) => [each].flat()),
  );
}

const common = (name: string, shapes: readonly Shape[]): Shape =>
  shapes.reduce<Shape>((all, each) => broadcast_shapes(name, all, each), []);

/**
 * The tensors expanded to the shape they share.
 * @example
 * ```ts
 * torch.broadcast_tensors(torch.zeros([2, 1]), torch.zeros([3])).map((t) => t.shape); // [[2, 3], [2, 3]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.broadcast_tensors.html
 */
export const broadcast_tensors = op({
  name: 'broadcast_tensors',
  methods: [],
  call: (...tensors: readonly Tensor[]): Tensor[] => {
    const shape = common(
      'broadcast_tensors',
      check_list('broadcast_tensors', tensors).map((each) => each.shape),
    );
    return tensors.map((each) => expand(each, shape));
  },
  samples: () => [{ args: [sample([2, 1]), sample([3])] }],
  errors: () => [{ args: [sample([2]), sample([3])], message: /cannot be broadcast/ }],
});

function of_one_or_more(ndim: 1 | 2 | 3) {
  return (...given: readonly (Tensor | readonly Tensor[])[]): Tensor | Tensor[] => {
    const name = `atleast_${ndim}d`;
    const list = check_list(name, given.flat());
    const raised = list.map((each) => at_least(each, ndim));
    return given.length === 1 && !Array.isArray(given[0]) ? raised[0] : raised;
  };
}

interface Raise {
  (tensor: Tensor): Tensor;
  (tensors: readonly Tensor[]): Tensor[];
  (...tensors: readonly Tensor[]): Tensor[];
}

/**
 * Tensors with at least one dimension.
 * @example
 * ```ts
 * torch.atleast_1d(torch.tensor(3)).tolist(); // [3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.atleast_1d.html
 */
export const atleast_1d: Raise = of_one_or_more(1) as Raise;

/**
 * Tensors with at least two dimensions; a vector becomes a row.
 * @example
 * ```ts
 * torch.atleast_2d(torch.tensor([3, 4])).tolist(); // [[3, 4]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.atleast_2d.html
 */
export const atleast_2d: Raise = of_one_or_more(2) as Raise;

/**
 * Tensors with at least three dimensions; a matrix gets a third one behind.
 * @example
 * ```ts
 * torch.atleast_3d(torch.tensor([[3, 4]])).shape; // [1, 2, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.atleast_3d.html
 */
export const atleast_3d: Raise = of_one_or_more(3) as Raise;
