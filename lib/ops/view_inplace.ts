import { requires_grad } from '../autograd/node';
import { fail } from '../errors';
import type { Shape } from '../tensor/shape';
import { check_tensor, type Tensor } from '../tensor/tensor';
import type { DimOption } from './by_name';
import { add_method } from './define';
import { squeeze, t, transpose, unsqueeze } from './views';

/** Another shape for the tensor itself. */

type Dims = number | readonly number[];

declare module '../tensor/tensor' {
  interface Tensor {
    /** Removes dimensions of size 1 from the tensor itself; an error where a graph has it. */
    squeeze_(dim?: Dims | DimOption<Dims>): Tensor;
    /** Inserts a dimension of size 1 into the tensor itself; an error where a graph has it. */
    unsqueeze_(dim: number | Required<DimOption>): Tensor;
    /** Swaps two dimensions of the tensor itself; an error where a graph has it. */
    transpose_(dim0: number, dim1: number): Tensor;
    /** Transposes the matrix itself; an error where a graph has it. */
    t_(): Tensor;
  }
}

/** Nodes and rules know their tensors by shape, so a tensor that one of them holds keeps its own. */
function reshaped(name: string, x: Tensor, view: (x: Tensor) => Tensor): Tensor {
  check_tensor(name, 'input', x);
  if (requires_grad(x) || x.storage.saves > 0)
    fail(name, `the tensor is part of a graph, where its shape must stay; use ${name.slice(0, -1)}()`);
  const { shape, strides } = view(x);
  const own = x as { shape: Shape; strides: Shape };
  own.shape = shape;
  own.strides = strides;
  return x;
}

const views: Readonly<Record<string, (...given: never[]) => Tensor>> = { squeeze, unsqueeze, transpose, t };
for (const [name, view] of Object.entries(views))
  add_method(`${name}_`, ((x: Tensor, ...given: never[]) =>
    reshaped(`${name}_`, x, (from) => view(from as never, ...given))) as never);
