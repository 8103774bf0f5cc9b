import { record, tracks } from '../autograd/node';
import { kernel } from '../native/kernel';
import { int64 } from '../tensor/dtype';
import { contiguous_strides, numel_of, wrap_dim } from '../tensor/shape';
import { allocate, check_tensor, type Tensor } from '../tensor/tensor';
import { type ByName, by_name, type DimOption } from './by_name';
import { op, type Reference, sample } from './define';
import { ValuesAndIndices } from './extreme';
import { scattered } from './gather';
import { backward_name, cast_to } from './operand';
import { contiguous } from './views';

/** The largest and smallest elements so far. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** The largest elements so far along a dimension, and where the last such one is. */
    cummax(dim: number | DimOption): ValuesAndIndices;
    /** The smallest elements so far along a dimension, and where the last such one is. */
    cummin(dim: number | DimOption): ValuesAndIndices;
  }
}

const run = kernel('cummax');

type Running = ByName<readonly ['dim'], Tensor, [dim: number], ValuesAndIndices>;

function running(name: 'cummax' | 'cummin', wins: (x: number, best: number) => boolean): Running {
  const node_name = backward_name(name);
  const call = by_name(name, ['dim'], (input: Tensor, dim: number): ValuesAndIndices => {
    const { dtype, shape, ndim } = check_tensor(name, 'input', input);
    const d = wrap_dim(name, dim, ndim);
    const computed = dtype.is_floating_point ? dtype : int64;
    const x = contiguous(cast_to(input, computed));
    const values = allocate(shape, computed);
    const indices = allocate(shape, int64);
    const [outer, inner] = [numel_of(shape.slice(0, d)), numel_of(shape.slice(d + 1))];
    const least = name === 'cummin' ? 1 : 0;
    if (x.count > 0) run(computed.code, least, outer, ndim === 0 ? 1 : shape[d], inner, values, indices, x);
    if (tracks(input))
      record(values, node_name, [input], [indices], (g, node) => [scattered(g, shape, d, node.saved(0))]);
    return new ValuesAndIndices(cast_to(values, dtype), indices);
  });
  return op({
    name,
    call,
    reference: (x: Reference, dim: number) => {
      const d = wrap_dim(name, dim, x.shape.length);
      const step = contiguous_strides(x.shape)[d] ?? 1;
      const values = Float64Array.from(x.data);
      const indices = new Float64Array(values.length);
      for (let i = 0; i < values.length; i++) {
        const at = x.shape.length === 0 ? 0 : Math.floor(i / step) % x.shape[d];
        const new_best = at === 0 || wins(values[i], values[i - step]);
        indices[i] = new_best ? at : indices[i - step];
        if (!new_best) values[i] = values[i - step];
      }
      return [
        { shape: x.shape, data: values },
        { shape: x.shape, data: indices },
      ];
    },
    samples: () => [
      { args: [sample([17]), 0] },
      { args: [sample([3, 4, 5]), 1] },
      { args: [sample([3, 70]), 0] },
      { args: [sample([9, 5]), -1] },
      { args: [sample([]), 0] },
      { args: [sample([0, 3]), 0] },
      { args: [sample([6], { values: [1, 3, 3, 2, 3, 0] }), 0], no_grad: true },
      { args: [sample([9], { dtype: 'int32' }), 0] },
      { args: [sample([301, 401]), 1], large: true },
    ],
    errors: () => [{ args: [sample([2, 3]), 2], message: /dim 2 is out of range \[-2, 1\]/ }],
  }) as Running;
}

/**
 * The largest elements so far along a dimension, and where the last such one is; NaN beats every number.
 * @example
 * ```ts
 * const { values, indices } = torch.cummax(torch.tensor([1, 3, 2, 3]), 0);
 * values.tolist(); // [1, 3, 3, 3]
 * indices.tolist(); // [0, 1, 1, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.cummax.html
 */
export const cummax = running('cummax', (x, best) => x >= best || Number.isNaN(x));

/**
 * The smallest elements so far along a dimension, and where the last such one is; NaN beats every number.
 * @example
 * ```ts
 * torch.cummin(torch.tensor([3, 1, 2]), 0).values.tolist(); // [3, 1, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.cummin.html
 */
export const cummin = running('cummin', (x, best) => x <= best || Number.isNaN(x));
