import { reusable } from '../autograd/engine';
import { is_grad_enabled } from '../autograd/mode';
import { type Node, record, tracks } from '../autograd/node';
import { fail, fail_type } from '../errors';
import { kernel } from '../native/kernel';
import { DType } from '../tensor/dtype';
import { numel_of, type Shape, wrap_dim } from '../tensor/shape';
import { allocate, check_floating, check_tensor, type Tensor } from '../tensor/tensor';
import { mul, sub } from './arithmetic';
import { by_name } from './by_name';
import { op, type Reference, sample } from './define';
import { cast_to } from './operand';
import { exp } from './pointwise';
import { sum } from './reduce';
import { contiguous } from './views';

/** softmax and its logarithm along one dimension. */

declare module '../tensor/tensor' {
  interface Tensor {
    /** `exp(x) / sum(exp(x))` along `dim`. */
    softmax(dim: number, options?: { dtype?: DType }): Tensor;
    softmax(options: SoftmaxOptions): Tensor;
    /** The logarithm of {@link Tensor.softmax}, exact where softmax itself would underflow. */
    log_softmax(dim: number, options?: { dtype?: DType }): Tensor;
    log_softmax(options: SoftmaxOptions): Tensor;
  }
}

/** What {@link softmax} takes besides its input. */
export interface SoftmaxOptions {
  /** The dimension along which the results add up to 1. */
  dim: number;
  /** Convert to this dtype first. */
  dtype?: DType;
}

/** A function of the elements along one dimension, which is given by place or by name. */
export interface AlongDim {
  (input: Tensor, dim: number, options?: { dtype?: DType }): Tensor;
  (input: Tensor, options: SoftmaxOptions): Tensor;
}

type Sizes = readonly [outer: number, size: number, inner: number];

function sizes(shape: Shape, dim: number): Sizes {
  return shape.length === 0 ? [1, 1, 1] : [numel_of(shape.slice(0, dim)), shape[dim], numel_of(shape.slice(dim + 1))];
}

function declare(name: 'softmax' | 'log_softmax', gradient: (g: Tensor, y: Tensor, dim: number) => Tensor): AlongDim {
  const forward = kernel(name);
  const backward = kernel(`${name}_backward`);
  const node_name = name === 'softmax' ? 'SoftmaxBackward0' : 'LogSoftmaxBackward0';

  const rule = (dim: number) => (g: Tensor, node: Node) => {
    const y = node.saved(0);
    if (is_grad_enabled()) return [gradient(g, y, dim)];
    const dense = contiguous(g);
    const out = reusable(dense) ? dense : allocate(dense.shape, dense.dtype);
    backward(y.dtype.code, sizes(y.shape, dim), out, dense, y);
    return [out];
  };
  const call = (input: Tensor, dim: number, dtype: DType | null = null): Tensor => {
    check_tensor(name, 'input', input);
    if (dtype !== null && !(dtype instanceof DType))
      fail_type(name, 'dtype', 'a torch dtype such as torch.float32', dtype);
    const x = check_floating(name, 'input', dtype === null ? input : cast_to(input, dtype));
    if (dim === undefined || dim === null)
      fail(name, 'expected a dim; softmax over the classes is dim 1 of [batch, classes]');
    const d = wrap_dim(name, dim, x.ndim);
    const dense = contiguous(x);
    const out = allocate(x.shape, x.dtype);
    forward(x.dtype.code, sizes(x.shape, d), out, dense);
    if (tracks(x)) record(out, node_name, [x], [out], rule(d));
    return out;
  };
  return op({
    name,
    call: by_name(name, ['dim', 'dtype'], call) as AlongDim,
    reference: (x: Reference, dim: number): Reference => softmax_reference(x, dim, name === 'log_softmax'),
    samples: () => [
      { args: [sample([]), 0] },
      ...[1, 7, 16, 17, 33].map((n) => ({ args: [sample([3, n]), 1] })),
      ...[0, 1, 2, -1].map((dim) => ({ args: [sample([3, 4, 5]), dim] })),
      { args: [sample([5, 40], { range: [-400, 400] }), -1], no_grad: true },
      { args: [sample([0, 3]), 1] },
      { args: [sample([3, 0]), 1] },
    ],
    errors: () => [
      { args: [sample([2, 3]), 2], message: /dim 2 is out of range \[-2, 1\]/ },
      { args: [sample([2, 3], { dtype: 'int64' }), 1], message: /expected input to be of a floating point dtype/ },
      { args: [sample([2, 3])], message: /expected a dim/ },
    ],
  });
}

function softmax_reference(x: Reference, dim: number, log: boolean): Reference {
  const [outer, size, inner] = sizes(x.shape, dim < 0 ? dim + Math.max(x.shape.length, 1) : dim);
  const data = new Float64Array(outer * size * inner);
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++) {
      const at = (k: number): number => (o * size + k) * inner + i;
      const line = Array.from({ length: size }, (_, k) => x.data[at(k)]);
      const most = Math.max(...line);
      const total = line.reduce((all, v) => all + Math.exp(v - most), 0);
      line.forEach((v, k) => {
        data[at(k)] = log ? v - most - Math.log(total) : Math.exp(v - most) / total;
      });
    }
  return { shape: x.shape, data };
}

/**
 * `exp(x) / sum(exp(x))` along `dim`.
 * @example
 * ```ts
 * torch.softmax(torch.tensor([0, 1]), 0).tolist(); // [0.2689, 0.7311]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html
 */
export const softmax = declare('softmax', (g, y, dim) => {
  const gy = mul(g, y);
  return sub(gy, mul(y, sum(gy, dim, true)));
});

/**
 * `log(softmax(x))` along `dim`.
 * @example
 * ```ts
 * torch.log_softmax(torch.tensor([0, 1]), 0).tolist(); // [-1.3133, -0.3133]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html
 */
export const log_softmax = declare('log_softmax', (g, y, dim) => sub(g, mul(exp(y), sum(g, dim, true))));
