#include "kernels/reduce_layout.h"

namespace cresset {
namespace {

int64_t magnitude(int64_t stride) { return stride < 0 ? -stride : stride; }

void swap_dims(Dims& dims, int a, int b) {
  int64_t size = dims.size[a], stride = dims.stride[a];
  dims.size[a] = dims.size[b];
  dims.stride[a] = dims.stride[b];
  dims.size[b] = size;
  dims.stride[b] = stride;
}

void sort_by_stride(Dims& dims) {
  for (int i = 1; i < dims.ndim; i++) {
    for (int j = i; j > 0 && magnitude(dims.stride[j - 1]) < magnitude(dims.stride[j]); j--) swap_dims(dims, j - 1, j);
  }
}

}  // namespace

Dims coalesce(const Shape& shape, const int64_t* stride, Order order) {
  Dims kept;
  for (int i = 0; i < shape.ndim; i++) {
    if (shape.size[i] == 1) continue;
    kept.size[kept.ndim] = shape.size[i];
    kept.stride[kept.ndim++] = stride[i];
  }
  if (order == Order::by_stride) sort_by_stride(kept);
  Dims dims;
  dims.count = shape.count;
  for (int i = 0; i < kept.ndim; i++) {
    int last = dims.ndim - 1;
    if (last >= 0 && dims.stride[last] == kept.stride[i] * kept.size[i]) {
      dims.size[last] *= kept.size[i];
      dims.stride[last] = kept.stride[i];
      continue;
    }
    dims.size[dims.ndim] = kept.size[i];
    dims.stride[dims.ndim++] = kept.stride[i];
  }
  if (dims.ndim == 0) dims.size[dims.ndim++] = 1;
  return dims;
}

Cursor::Cursor(const Dims& dims, int64_t first) : dims_(dims) {
  for (int i = dims.ndim - 1; i >= 0; i--) {
    index_[i] = first % dims.size[i];
    first /= dims.size[i];
    offset_ += index_[i] * dims.stride[i];
  }
}

void Cursor::advance(int64_t n) {
  int i = dims_.ndim - 1;
  index_[i] += n;
  offset_ += n * dims_.stride[i];
  while (index_[i] == dims_.size[i] && i > 0) {
    offset_ -= index_[i] * dims_.stride[i];
    index_[i--] = 0;
    index_[i]++;
    offset_ += dims_.stride[i];
  }
}

Shape concatenate(const Shape& a, const Shape& b) {
  if (a.ndim + b.ndim > kMaxDims) Call::fail("too many dimensions");
  Shape both = a;
  for (int i = 0; i < b.ndim; i++) both.size[both.ndim++] = b.size[i];
  both.count = checked_product(a.count, b.count);
  return both;
}

int64_t checked_product(int64_t a, int64_t b) {
  int64_t product;
  if (__builtin_mul_overflow(a, b, &product) || product > (int64_t{1} << 46)) Call::fail("shape is too large");
  return product;
}

void bound_work(const Shape& shape, const View& view) {
  constexpr int64_t kAnyway = int64_t{1} << 28;
  if (shape.count <= kAnyway) return;
  int64_t span = 1;
  for (int i = 0; i < shape.ndim; i++) span += magnitude(view.stride[i]) * (shape.size[i] - 1);
  if (shape.count > span) Call::fail("the operand repeats its memory too often");
}

}  // namespace cresset
