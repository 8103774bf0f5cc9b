import { edge_of, Node as GraphNode, type Node, record, set_regenerate_view, tracks } from '../autograd/node';
import { copy_into, fill_with } from '../native/map';
import { allocate, type Tensor, window } from '../tensor/tensor';
import { clone } from './copy';
import { set_rebase_view } from './define';
import { as_strided, as_strided_backward, type Geometry, reach, spread_out } from './view_strided';

/** The history of views whose base changes in place, and of bases changed through a view. */

/** A view whose base has changed in place gets its value from the base as it is now. */
set_regenerate_view((view) => {
  const base = view.base!;
  view.node_version = view.storage.version;
  const from = edge_of(base);
  if (from === null) {
    view.node = null;
    return;
  }
  const window_of_view = { shape: view.shape, strides: view.strides, offset: view.offset };
  const geometry = { shape: base.shape, strides: base.strides, offset: base.offset };
  view.node = new GraphNode('AsStridedBackward0', [base], [], (g) => [
    as_strided_backward(g, geometry, window_of_view),
  ]);
  view.output_index = 0;
});

/**
 * An in-place operation on a view is one on its base: the base's new node passes the gradient outside the window on unchanged and the
 * part inside through the operation's own rule.
 */
set_rebase_view((view) => {
  const base = view.base!;
  const inner = view.node!;
  const at = { shape: view.shape, strides: view.strides, offset: view.offset };
  const geometry = { shape: base.shape, strides: base.strides, offset: base.offset };
  const outer: Node = new GraphNode('CopySlices', [base], [], (g) => {
    const span = Math.max(reach(geometry), reach(at)) + 1;
    const buffer = spread_out(g, geometry, span);
    const inside = clone(as_strided(buffer, at.shape, at.strides, at.offset));
    const grads = inner.apply([inside]);
    const rest = as_strided(
      replace_window(buffer, at, grads[0] ?? null),
      geometry.shape,
      geometry.strides,
      geometry.offset,
    );
    return [rest, ...grads.slice(1)];
  });
  outer.next.push(...inner.next.slice(1));
  outer.next_index.push(...inner.next_index.slice(1));
  outer.adopt_saved(inner);
  base.node = outer;
  base.output_index = 0;
  base.node_version = base.storage.version;
  view.node_version = -1;
});

/** The buffer with another value in a window (null: zeros). */
function replace_window(buffer: Tensor, at: Geometry, value: Tensor | null): Tensor {
  const out = allocate(buffer.shape, buffer.dtype);
  copy_into(out, buffer);
  const hole = window(out, at.shape, at.strides, at.offset);
  if (value === null) fill_with(hole, 0);
  else copy_into(hole, value);
  const inputs = value === null ? [buffer] : [buffer, value];
  if (inputs.some((each) => tracks(each)))
    record(out, 'CopySlicesBackward0', inputs, [], (g) => {
      const grads = [replace_window(g, at, null)];
      if (value !== null) grads.push(as_strided(g, at.shape, at.strides, at.offset));
      return grads;
    });
  return out;
}
