import { reusable } from '../autograd/engine';
import { is_grad_enabled } from '../autograd/mode';
import { type Node, record, tracks_any } from '../autograd/node';
import { kernel } from '../native/kernel';
import type { Shape } from '../tensor/shape';
import { allocate, type Tensor } from '../tensor/tensor';
import { mul } from './arithmetic';
import { type Frame, normalization_formula, parameter_gradient } from './norm_formula';
import { contiguous } from './views';

/** What LayerNorm, RMSNorm, GroupNorm and InstanceNorm have in common: each row is normalised by statistics of its own. */

const forward = kernel('group_norm');
const backward = kernel('group_norm_backward');

export interface RowNorm {
  /** Of the gradient's node. */
  readonly name: string;
  /** [outer, groups, channels of a group, inner]; a row is a group of one outer index, each channel has a weight and a bias. */
  readonly extents: readonly [number, number, number, number];
  readonly eps: number;
  /** False: divide by the root mean square, without subtracting the mean. */
  readonly centered: boolean;
}

function frame_of({ extents: [outer, groups, channels, inner] }: RowNorm): Frame {
  return { view: [outer, groups, channels, inner], dims: [2, 3], affine: [groups, channels, 1] };
}

/** Statistics of rows; nobody but the graph knows them. */
function allocate_statistics(rows: number, like: Tensor): Tensor {
  const statistics = allocate([rows], like.dtype);
  statistics.storage.internal = true;
  return statistics;
}

/** x normalised by rows. */
export function row_norm(x: Tensor, weight: Tensor | null, bias: Tensor | null, how: RowNorm): Tensor {
  const { name, extents, eps, centered } = how;
  const inputs = [x, weight, bias].filter((each) => each !== null);
  const rows = extents[0] * extents[1];
  const [dense, scale, shift] = [contiguous(x), weight && contiguous(weight), bias && contiguous(bias)];
  const out = allocate(x.shape, x.dtype);
  const rstd = allocate_statistics(rows, x);
  const mean = centered ? allocate_statistics(rows, x) : null;
  forward(x.dtype.code, extents, eps, out, dense, scale, shift, mean, rstd);
  if (!tracks_any(inputs)) {
    rstd.storage.release_if_unused();
    mean?.storage.release_if_unused();
    return out;
  }
  const saved = [x, rstd, mean, weight].filter((each) => each !== null);
  const weight_at = weight === null ? -1 : saved.length - 1;
  const bias_shape = bias?.shape ?? null;
  const rule = (g: Tensor, node: Node): (Tensor | null)[] => {
    const past = { x: node.saved(0), weight: weight_at < 0 ? null : node.saved(weight_at), bias_shape };
    if (is_grad_enabled()) return gradients(g, node, past, how);
    return fused_gradients(g, node, past, how, node.saved(1), centered ? node.saved(2) : null);
  };
  return record(out, name, inputs, saved, rule);
}

interface Past {
  x: Tensor;
  weight: Tensor | null;
  /** Null where there was no bias. */
  bias_shape: Shape | null;
}

/** All gradients in one pass over the rows. */
function fused_gradients(
  g: Tensor,
  node: Node,
  { x, weight, bias_shape }: Past,
  how: RowNorm,
  rstd: Tensor,
  mean: Tensor | null,
): (Tensor | null)[] {
  const [dense, input, scale] = [contiguous(g), contiguous(x), weight && contiguous(weight)];
  const dx = !node.needs(0) ? null : reusable(dense) ? dense : allocate(x.shape, x.dtype);
  const dw = weight !== null && node.needs(1) ? allocate(weight.shape, x.dtype) : null;
  const db = bias_shape !== null && node.needs(weight === null ? 1 : 2) ? allocate(bias_shape, x.dtype) : null;
  backward(x.dtype.code, how.extents, dx, dw, db, dense, input, scale, mean, rstd);
  return [dx, ...(weight === null ? [] : [dw]), ...(bias_shape === null ? [] : [db])];
}

/** Written with differentiable operations. */
function gradients(g: Tensor, node: Node, { x, weight, bias_shape }: Past, how: RowNorm): (Tensor | null)[] {
  const frame = frame_of(how);
  const formula = normalization_formula(g, x, weight, frame, how);
  const parameter = (i: number, each: () => Tensor, shape: Shape): Tensor | null =>
    node.needs(i) ? parameter_gradient(each(), frame, shape) : null;
  return [
    node.needs(0) ? formula.dx() : null,
    ...(weight === null ? [] : [parameter(1, () => mul(formula.g, formula.hat), weight.shape)]),
    ...(bias_shape === null ? [] : [parameter(weight === null ? 1 : 2, () => formula.g, bias_shape)]),
  ];
}
