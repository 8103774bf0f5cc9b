import { type Rule, record, tracks } from '../autograd/node';
import type { Shape } from '../tensor/shape';
import { type Tensor, window } from '../tensor/tensor';

type Back = (g: Tensor, shape: Shape) => Tensor;

/**
 * Makes a view and records how its gradient flows back, given the shape of what it shows. `back` must not capture that: the graph would keep
 * memory alive that no rule reads.
 */
export function view_of(x: Tensor, name: string, shape: Shape, strides: Shape, offset: number, back: Back): Tensor {
  const view = window(x, shape, strides, offset);
  view.base = x.base ?? x;
  view.node_version = x.storage.version;
  if (tracks(x)) record(view, name, [x], [], rule_of(back, x.shape));
  return view;
}

function rule_of(back: Back, shape: Shape): Rule {
  return (g) => [back(g, shape)];
}
