import './view_history';

/** Operations that show the same memory differently, and copies of it. */

export { clone, contiguous, detach } from './copy';
export {
  expand,
  expand_as,
  flatten,
  permute,
  reshape,
  reshape_as,
  squeeze,
  t,
  transpose,
  unflatten,
  unsqueeze,
  view,
  view_as,
} from './view_shape';
export { type DiagonalOptions, diagonal, narrow, select, slice, unfold } from './view_slice';
export { as_strided, set_add_elements } from './view_strided';
