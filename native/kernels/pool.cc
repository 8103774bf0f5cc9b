#include "kernels/pool.h"

#include "kernels/reduce_layout.h"

namespace cresset {
namespace {

// The last window begins on the input or on the padding before it, and no window is wider than a few inputs, so that
// every loop is bounded by the memory that the call names.
PoolAxis read_axis(Call& call) {
  constexpr int64_t kFar = int64_t{1} << 40;
  PoolAxis axis{call.count(),          call.count(),          call.integer(1, kMaxTaps),
                call.integer(1, kFar), call.integer(0, kFar), call.integer(1, kFar)};
  if (2 * axis.pad > axis.effective()) Call::fail("padding wider than half the window");
  if (axis.out > 0 && checked_product(axis.out - 1, axis.stride) >= axis.in + axis.pad)
    Call::fail("a window lies outside the input");
  if (axis.effective() > 4 * axis.in + 1024) Call::fail("a window much wider than the input");
  return axis;
}

}  // namespace

PoolShape::PoolShape(Call& call) : planes(call.count()), rows(read_axis(call)), columns(read_axis(call)) {
  if (rows.kernel * columns.kernel > kMaxTaps) Call::fail("a window has too many elements");
  checked_product(checked_product(planes, rows.in), columns.in);
  checked_product(checked_product(planes, rows.out), columns.out);
}

}  // namespace cresset
