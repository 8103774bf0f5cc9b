#pragma once
#include <cstdlib>

#include "runtime/call.h"

namespace cresset {

// Whether elements of the dimensions from `first` on share a place. Where none do, a block cannot hold fewer elements
// than the shape has: that bounds the work, and keeps threads from writing the same place.
inline bool elements_overlap(const Shape& shape, const View& view, int first = 0) {
  if (shape.count == 0) return false;
  int64_t stride[kMaxDims], size[kMaxDims];
  int dims = 0;
  for (int i = first; i < shape.ndim; i++) {
    if (shape.size[i] == 1) continue;
    int at = dims++;
    const int64_t reach = std::abs(view.stride[i]);
    for (; at > 0 && stride[at - 1] > reach; at--) {
      stride[at] = stride[at - 1];
      size[at] = size[at - 1];
    }
    stride[at] = reach;
    size[at] = shape.size[i];
  }
  for (int i = 0; i < dims; i++) {
    if (stride[i] == 0 || (i > 0 && stride[i] / stride[i - 1] < size[i - 1])) return true;
  }
  return false;
}

}  // namespace cresset
