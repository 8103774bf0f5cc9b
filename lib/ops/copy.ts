import { record, tracks } from '../autograd/node';
import { copy_into } from '../native/map';
import { allocate, check_tensor, type Tensor, window } from '../tensor/tensor';
import { op, sample } from './define';

/** The same values in memory of their own, or without their history. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** The tensor itself if its elements lie in order, else a copy in which they do. */
    contiguous(): Tensor;
    /** A copy, part of the graph. */
    clone(): Tensor;
    /** The tensor without its history, in the same memory. */
    detach(): Tensor;
  }
}

export const contiguous = op({
  name: 'contiguous',
  call: (x: Tensor): Tensor => {
    check_tensor('contiguous', 'input', x);
    return x.is_contiguous() ? x : clone(x);
  },
  samples: () => [{ args: [sample([2, 3])] }],
});

/**
 * A copy, part of the graph.
 * @example
 * ```ts
 * torch.clone(torch.tensor([1, 2])).tolist(); // [1, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.clone.html
 */
export const clone = op({
  name: 'clone',
  call: (x: Tensor): Tensor => {
    check_tensor('clone', 'input', x);
    const out = allocate(x.shape, x.dtype);
    copy_into(out, x);
    if (tracks(x)) record(out, 'CloneBackward0', [x], [], (g) => [g]);
    return out;
  },
  samples: () => [{ args: [sample([2, 3])] }, { args: [sample([])] }, { args: [sample([0])] }],
});

/**
 * A view outside of the graph, in the same memory.
 * @example
 * ```ts
 * const w = torch.ones([2], { requires_grad: true });
 * torch.detach(w.mul(2)).requires_grad; // false
 * ```
 */
export const detach = op({
  name: 'detach',
  call: (x: Tensor): Tensor => window(check_tensor('detach', 'input', x), x.shape, x.strides, x.offset),
  differentiable: false,
  samples: () => [{ args: [sample([2, 3])] }],
});
