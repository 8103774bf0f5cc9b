import { type Given, is_options, positional } from '../arguments';
import { reusable } from '../autograd/engine';
import { is_grad_enabled } from '../autograd/mode';
import { type Node, record, requires_grad, tracks, tracks_any } from '../autograd/node';
import { check_boolean, check_options, fail, fail_type } from '../errors';
import { kernel } from '../native/kernel';
import { copy_into } from '../native/map';
import { type DType, float32, uint8 } from '../tensor/dtype';
import { contiguous_strides } from '../tensor/shape';
import { Storage } from '../tensor/storage';
import { allocate, check_floating, Tensor } from '../tensor/tensor';
import { read_item, zeros } from './create';
import { check_inplace, op, type Reference, record_inplace, sample } from './define';
import { past } from './operand';
import { contiguous } from './views';

/** The leaky rectifier. What backward needs of the input is one bit an element: which side of zero it lay on. */

/** Options of {@link leaky_relu}. */
export interface LeakyReluOptions {
  /** Slope where x <= 0: a number, or a 0-dim tensor that does not require grad. Default 0.01. */
  negative_slope?: number | Tensor;
  /** Write the result into the input. Default false. */
  inplace?: boolean;
}

declare module '../tensor/tensor' {
  interface Tensor {
    /** `x > 0 ? x : x * negative_slope`. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.leaky_relu.html */
    leaky_relu(negative_slope?: number | Tensor | LeakyReluOptions): Tensor;
    leaky_relu_(negative_slope?: number | Tensor): Tensor;
  }
}

const forward = kernel('leaky_relu');
const backward = kernel('leaky_relu_backward');
const defaults = { negative_slope: 0.01 as unknown, inplace: false as unknown };
const FLOAT32_OVERFLOW = 2 ** 128 - 2 ** 103;

/** The slope as a number that fits the dtype. */
export function check_slope(op: string, value: unknown, dtype: DType): number {
  let slope = value;
  if (slope instanceof Tensor) {
    if (slope.ndim !== 0)
      fail(
        op,
        `expected negative_slope to be a number or a 0-dim tensor, got a tensor of shape [${slope.shape.join(', ')}]`,
      );
    if (requires_grad(slope))
      fail(op, 'negative_slope requires grad, but is not differentiated here; use torch.nn.PReLU or torch.where');
    slope = read_item(slope);
  }
  if (typeof slope === 'boolean') slope = slope ? 1 : 0;
  if (typeof slope !== 'number') fail_type(op, 'negative_slope', 'a number', value);
  if (dtype === float32 && Number.isFinite(slope) && Math.abs(slope) >= FLOAT32_OVERFLOW)
    fail(op, `negative_slope ${slope} does not fit ${dtype}`);
  return slope;
}

/** A place for the sign bits of n elements, known to nobody but the graph. */
export function allocate_mask(n: number): Tensor {
  const mask = allocate([Math.ceil(n / 8)], uint8);
  mask.storage.internal = true;
  return mask;
}

/** What stands for a node's inputs in a graph of higher order, without keeping their memory alive. */
export function stand_ins(node: Node, like: readonly { shape: readonly number[]; dtype: DType }[]): Tensor[] {
  return like.map(({ shape, dtype }, i) => {
    const tensor = new Tensor(Storage.allocate(0), dtype, shape, contiguous_strides(shape), 0);
    tensor.node = node.next[i];
    tensor.output_index = node.next_index[i];
    return tensor;
  });
}

/**
 * g where the mask is set, g * slope elsewhere. `origins` stand for what the mask was computed from: the second derivative with
 * respect to them is zero, not absent.
 */
export function masked_slope(g: Tensor, mask: Tensor, slope: number, origins: () => readonly Tensor[]): Tensor {
  const dense = contiguous(g);
  const out = reusable(dense) ? dense : allocate(dense.shape, dense.dtype);
  backward(dense.dtype.code, dense.count, out, dense, mask, slope);
  if (!is_grad_enabled()) return out;
  const inputs = [g, ...origins()];
  if (!tracks_any(inputs)) return out;
  const like = inputs.map(({ shape, dtype }) => ({ shape, dtype }));
  return record(out, 'LeakyReluBackwardBackward0', inputs, [mask], (gg, node) => [
    node.needs(0) ? masked_slope(gg, node.saved(0), slope, () => stand_ins(node, like).slice(1)) : null,
    ...like.slice(1).map(({ shape, dtype }, i) => (node.needs(i + 1) ? zeros(shape, { dtype }) : null)),
  ]);
}

/** On a fresh, dense value that nobody has seen: `leaky_relu` in place, its sign bits into `mask`, outside the graph. */
export function leaky_relu_in_passing(value: Tensor, mask: Tensor | null, slope: number): void {
  forward(value.dtype.code, value.count, value, value, mask, slope);
}

function rule({ shape, dtype }: Tensor, slope: number) {
  return (g: Tensor, node: Node) => [masked_slope(g, node.saved(0), slope, () => stand_ins(node, [{ shape, dtype }]))];
}

function out_of_place(x: Tensor, slope: number): Tensor {
  const tracked = tracks(x);
  const dense = x.is_contiguous();
  const out = allocate(x.shape, x.dtype);
  const mask = tracked ? allocate_mask(x.count) : null;
  if (!dense) copy_into(out, x);
  forward(x.dtype.code, x.count, out, dense ? x : out, mask, slope);
  if (mask !== null) record(out, 'LeakyReluBackward0', [x], [mask], rule(x, slope));
  return out;
}

function in_place(op: string, x: Tensor, slope: number): Tensor {
  check_inplace(op, x);
  const mask = tracks(x) ? allocate_mask(x.count) : null;
  const dense = x.is_contiguous();
  const work = dense ? x : allocate(x.shape, x.dtype);
  if (!dense) copy_into(work, x);
  forward(x.dtype.code, x.count, work, work, mask, slope);
  if (!dense) copy_into(x, work);
  if (mask === null) return record_inplace(x, '', [], [], () => []);
  return record_inplace(x, 'LeakyReluBackward0', [past(x, false)], [mask], rule(x, slope));
}

/** {@link leaky_relu} in place; right for every slope, since the sign bits are kept. */
export function leaky_relu_(
  input: Tensor,
  negative_slope: number | Tensor | Omit<LeakyReluOptions, 'inplace'> = 0.01,
): Tensor {
  const x = check_floating('leaky_relu_', 'input', input);
  const slope = is_options(negative_slope)
    ? check_options('leaky_relu_', negative_slope, { negative_slope: 0.01 as unknown }).negative_slope
    : negative_slope;
  return in_place('leaky_relu_', x, check_slope('leaky_relu_', slope, x.dtype));
}

/**
 * Leaky rectifier: `x > 0 ? x : x * negative_slope`, the slope first rounded to the tensor's dtype. float32 and float64, any shape.
 * @example
 * ```ts
 * const x = torch.tensor([-2, 0, 3]);
 * torch.nn.functional.leaky_relu(x, 0.5).tolist(); // [-1, 0, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.leaky_relu.html
 */
export const leaky_relu: (
  input: Tensor,
  ...given: Given<LeakyReluOptions, [negative_slope: 'negative_slope', inplace: 'inplace']>
) => Tensor = op({
  name: 'leaky_relu',
  call: (input: Tensor, negative_slope: unknown = 0.01, inplace: unknown = false): Tensor => {
    const x = check_floating('leaky_relu', 'input', input);
    let [slope, write] = [negative_slope, inplace];
    if (is_options(negative_slope) || is_options(inplace)) {
      const given = is_options(negative_slope) ? [negative_slope] : [negative_slope, inplace];
      ({ negative_slope: slope, inplace: write } = positional('leaky_relu', given, defaults));
    }
    check_boolean('leaky_relu', 'inplace', write);
    const s = check_slope('leaky_relu', slope, x.dtype);
    return write ? in_place('leaky_relu', x, s) : out_of_place(x, s);
  },
  inplace: leaky_relu_,
  reference: (x: Reference, slope = 0.01): Reference => ({
    shape: x.shape,
    data: Float64Array.from(x.data as ArrayLike<number>, (v) => (v > 0 ? v : v * slope)),
  }),
  samples: () => [
    ...[[], [1], [7], [8], [9], [15], [16], [17], [3, 5], [2, 0]].map((shape) => ({
      args: [sample(shape, { avoid: [0] })],
    })),
    ...[-2, -0.2, 0, 0.2, 1, 1.5].map((slope) => ({ args: [sample([4, 9], { avoid: [0] }), slope] })),
  ],
  errors: () => [
    {
      args: [sample([2]), '0.1'],
      message: /^leaky_relu: expected negative_slope to be a number, got "0.1" \(string\)$/,
    },
    { args: [sample([2]), 1e39], message: /negative_slope 1e\+39 does not fit torch.float32/ },
    {
      args: [sample([2], { dtype: 'int64' })],
      message: /expected input to be of a floating point dtype, got torch.int64/,
    },
    { args: [sample([2]), { slope: 1 }], message: /Misspelled option "slope"/ },
  ],
});
