#pragma once
#include "runtime/call.h"

namespace cresset {

// Some dimensions of a strided operand, outermost first, those of size 1 dropped and neighbours that form one run merged.
// There is always at least one.
struct Dims {
  int ndim = 0;
  int64_t count = 1;
  int64_t size[kMaxDims] = {};
  int64_t stride[kMaxDims] = {};
  int64_t inner_size() const { return size[ndim - 1]; }
  int64_t inner_stride() const { return stride[ndim - 1]; }
};

enum class Order { given, by_stride };

// by_stride puts the dimension with the smallest stride innermost first: for reductions whose order of elements is free.
Dims coalesce(const Shape& shape, const int64_t* stride, Order order);

// Walks the offsets of Dims in row-major order.
class Cursor {
 public:
  Cursor(const Dims& dims, int64_t first);
  int64_t offset() const { return offset_; }
  // Elements from here to the end of the innermost dimension, inner_stride() apart.
  int64_t run() const { return dims_.inner_size() - index_[dims_.ndim - 1]; }
  // Goes on by n elements; n is at most run().
  void advance(int64_t n);

 private:
  const Dims& dims_;
  int64_t offset_ = 0;
  int64_t index_[kMaxDims];
};

// The two shapes as one. Fails when that has too many dimensions or elements.
Shape concatenate(const Shape& a, const Shape& b);

// Product of two counts, checked against overflow.
int64_t checked_product(int64_t a, int64_t b);

// Fails for a view whose elements repeat the same memory so often that its count says nothing about its size.
void bound_work(const Shape& shape, const View& view);

}  // namespace cresset
