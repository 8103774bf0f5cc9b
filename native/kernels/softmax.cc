// Softmax over the middle dimension of contiguous [outer, size, inner]; inner is 1 for the last dimension.
//
//   softmax, log_softmax:                    dtype, outer, size, inner, out, x
//   softmax_backward, log_softmax_backward:  dtype, outer, size, inner, out, g, y
//
// out may be x or g itself. Rows that hold NaN, +inf or nothing but -inf give NaN, as in PyTorch.
#include <algorithm>
#include <limits>

#include "kernels/element_types.h"
#include "kernels/reduce_layout.h"
#include "runtime/ceil_div.h"
#include "runtime/parallel.h"
#include "simd/math.h"
#include "simd/vector.h"

namespace cresset {
namespace {

struct SoftmaxWork {
  int64_t size, inner;
  void* out;
  const void *a, *b;  // x, or g and y
};

struct SoftmaxTable {
  void (*lines[4][2])(const SoftmaxWork& work, int64_t begin, int64_t end);
};

}  // namespace
}  // namespace cresset

#define CRESSET_SOURCE "kernels/softmax.inc"
#include "simd/foreach_isa.h"

namespace cresset {
namespace {

enum Kind { kSoftmax, kLogSoftmax, kSoftmaxBackward, kLogSoftmaxBackward };

struct Body {
  void (*lines)(const SoftmaxWork& work, int64_t begin, int64_t end);
  SoftmaxWork work;
  void operator()(int64_t begin, int64_t end) const { lines(work, begin, end); }
};

template <Kind kind>
void entry(Call& call) {
  constexpr int64_t kGrain = 16384;
  const Dtype dtype = read_float_dtype(call);
  int64_t outer = call.count(), size = call.count(), inner = call.count();
  int64_t n = checked_product(checked_product(outer, size), inner);
  SoftmaxWork work{size, inner, call.contiguous(dtype, n), call.contiguous(dtype, n), nullptr};
  bool backward = kind == kSoftmaxBackward || kind == kLogSoftmaxBackward;
  work.b = backward ? call.contiguous(dtype, n) : work.a;
  if (n == 0) return;
  int64_t width = std::min(inner, static_cast<int64_t>(64 / item_size(dtype)));
  int64_t lines = outer * ceil_div(inner, width);
  auto run = CRESSET_SELECT(softmax_table)->lines[kind][dtype == Dtype::float64];
  parallel_for(lines, std::max<int64_t>(1, kGrain / (size * width)), Body{run, work});
}

CRESSET_KERNEL(softmax, entry<kSoftmax>);
CRESSET_KERNEL(log_softmax, entry<kLogSoftmax>);
CRESSET_KERNEL(softmax_backward, entry<kSoftmaxBackward>);
CRESSET_KERNEL(log_softmax_backward, entry<kLogSoftmaxBackward>);

}  // namespace
}  // namespace cresset
