import { record, tracks } from '../autograd/node';
import type { Shape } from '../tensor/shape';
import { type Tensor, window } from '../tensor/tensor';

/** Makes a view and records how its gradient flows back. */
export function view_of(
  x: Tensor,
  name: string,
  shape: Shape,
  strides: Shape,
  offset: number,
  back: (g: Tensor) => Tensor,
): Tensor {
  const view = window(x, shape, strides, offset);
  view.base = x.base ?? x;
  view.node_version = x.storage.version;
  if (tracks(x)) record(view, name, [x], [], (g) => [back(g)]);
  return view;
}
