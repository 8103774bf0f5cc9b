// Pooling window by window: adaptive windows, whose sizes differ, and windows too large for the vectors of pool_max and
// pool_avg.
//
//   max_pool_scan:           dtype, planes, 2 axes, out, indices (int64), in
//   avg_pool_scan:           dtype, planes, 2 axes, count padding, divisor or 0, out, in
//   avg_pool_scan_backward:  dtype, planes, 2 axes, count padding, divisor or 0, out (as in), gradient
//
// An axis is `in, out, kernel, stride, pad, dilation`; a kernel of 0 stands for adaptive windows, from floor(o·in / out)
// to ceil((o + 1)·in / out). All memory is contiguous. Of equal elements the first is chosen, of NaNs the last.
#include <algorithm>
#include <limits>

#include "kernels/element_types.h"
#include "kernels/pool.h"
#include "kernels/reduce_driver.h"
#include "runtime/ceil_div.h"
#include "runtime/parallel.h"

namespace cresset {
namespace {

constexpr int64_t kGrain = 8192;

// Elements start, start + step, …, count of them; `size` with the padding that counts.
struct Window {
  int64_t start, count, step, size;
};

PoolAxis read_axis(Call& call) {
  constexpr int64_t kFar = int64_t{1} << 40;
  PoolAxis axis{call.count(),          call.count(),          call.integer(0, kFar),
                call.integer(1, kFar), call.integer(0, kFar), call.integer(1, kFar)};
  if (axis.out > 0) checked_product(axis.out - 1, axis.stride);
  return axis;
}

Window window_of(const PoolAxis& axis, int64_t o, bool with_padding) {
  if (axis.kernel == 0) {
    int64_t start = o * axis.in / axis.out, end = ceil_div((o + 1) * axis.in, axis.out);
    return {start, end - start, 1, end - start};
  }
  int64_t first = axis.first_tap(o), count = std::max<int64_t>(0, axis.last_tap(o) - first), begin = axis.begin(o);
  int64_t size = with_padding ? std::min(begin + axis.kernel, axis.in + axis.pad) - begin : count;
  return {begin + first * axis.dilation, count, axis.dilation, size};
}

struct Plane {
  int64_t planes;
  PoolAxis rows, columns;

  explicit Plane(Call& call) : planes(call.count()), rows(read_axis(call)), columns(read_axis(call)) {
    checked_product(checked_product(planes, rows.in), columns.in);
    checked_product(checked_product(planes, rows.out), columns.out);
  }
  int64_t in() const { return rows.in * columns.in; }
  int64_t out() const { return rows.out * columns.out; }
};

// The windows of both axes; made when the memory they are bounded by is known to exist.
class Windows {
 public:
  Windows(const Plane& plane, bool with_padding)
      : scratch_(static_cast<size_t>(plane.rows.out + plane.columns.out) * sizeof(Window)) {
    Window *high = scratch_.as<Window>(), *wide = high + plane.rows.out;
    for (int64_t o = 0; o < plane.rows.out; o++) high[o] = window_of(plane.rows, o, with_padding);
    for (int64_t o = 0; o < plane.columns.out; o++) wide[o] = window_of(plane.columns, o, with_padding);
    rows = high;
    columns = wide;
  }
  const Window* rows;
  const Window* columns;

 private:
  Scratch scratch_;
};

int64_t plane_grain(const Plane& plane) {
  return std::max<int64_t>(1, kGrain / std::max<int64_t>(1, std::max(plane.in(), plane.out())));
}

template <class T>
struct MaxScan {
  const Plane& plane;
  const Windows& windows;
  T* out;
  int64_t* indices;
  const T* in;

  void operator()(int64_t begin, int64_t end) const {
    for (int64_t p = begin; p < end; p++) {
      for (int64_t r = 0; r < plane.rows.out; r++) {
        for (int64_t c = 0; c < plane.columns.out; c++) one(p, r, c);
      }
    }
  }

  void one(int64_t p, int64_t r, int64_t c) const {
    const Window &high = windows.rows[r], &wide = windows.columns[c];
    const T* from = in + p * plane.in();
    T best = -std::numeric_limits<T>::infinity();
    int64_t chosen = high.count > 0 && wide.count > 0 ? high.start * plane.columns.in + wide.start : 0;
    for (int64_t i = 0; i < high.count; i++) {
      int64_t row = (high.start + i * high.step) * plane.columns.in + wide.start;
      for (int64_t j = 0; j < wide.count; j++) {
        T v = from[row + j * wide.step];
        if (v > best || v != v) {
          best = v;
          chosen = row + j * wide.step;
        }
      }
    }
    int64_t at = (p * plane.rows.out + r) * plane.columns.out + c;
    out[at] = best;
    indices[at] = chosen;
  }
};

template <class T>
void max_scan(Call& call, const Plane& plane) {
  T* out = call.contiguous<T>(plane.planes * plane.out());
  int64_t* indices = call.contiguous<int64_t>(plane.planes * plane.out());
  const T* in = call.contiguous<T>(plane.planes * plane.in());
  if (plane.planes * plane.out() == 0) return;
  if (plane.in() == 0) Call::fail("the input is empty");
  Windows windows(plane, false);
  parallel_for(plane.planes, plane_grain(plane), MaxScan<T>{plane, windows, out, indices, in});
}

template <class T>
struct AvgScan {
  const Plane& plane;
  const Windows& windows;
  double divisor;
  T* out;
  const T* in;

  void operator()(int64_t begin, int64_t end) const {
    for (int64_t p = begin; p < end; p++) {
      T* to = out + p * plane.out();
      for (int64_t r = 0; r < plane.rows.out; r++) {
        for (int64_t c = 0; c < plane.columns.out; c++) *to++ = one(in + p * plane.in(), r, c);
      }
    }
  }

  double count(int64_t r, int64_t c) const {
    return divisor != 0 ? divisor : static_cast<double>(windows.rows[r].size * windows.columns[c].size);
  }

  T one(const T* from, int64_t r, int64_t c) const {
    const Window &high = windows.rows[r], &wide = windows.columns[c];
    double sum = 0;
    for (int64_t i = 0; i < high.count; i++) {
      const T* row = from + (high.start + i * high.step) * plane.columns.in + wide.start;
      for (int64_t j = 0; j < wide.count; j++) sum += static_cast<double>(row[j * wide.step]);
    }
    return static_cast<T>(sum / count(r, c));
  }
};

template <class T>
struct AvgScanBackward {
  AvgScan<T> forward;  // its `in` is the gradient

  void operator()(int64_t begin, int64_t end) const {
    const Plane& plane = forward.plane;
    std::fill(forward.out + begin * plane.in(), forward.out + end * plane.in(), T(0));
    for (int64_t p = begin; p < end; p++) {
      const T* gradient = forward.in + p * plane.out();
      for (int64_t r = 0; r < plane.rows.out; r++) {
        for (int64_t c = 0; c < plane.columns.out; c++, gradient++)
          one(forward.out + p * plane.in(), r, c, static_cast<T>(static_cast<double>(*gradient) / forward.count(r, c)));
      }
    }
  }

  void one(T* to, int64_t r, int64_t c, T share) const {
    const Window &high = forward.windows.rows[r], &wide = forward.windows.columns[c];
    for (int64_t i = 0; i < high.count; i++) {
      T* row = to + (high.start + i * high.step) * forward.plane.columns.in + wide.start;
      for (int64_t j = 0; j < wide.count; j++) row[j * wide.step] += share;
    }
  }
};

template <class T>
void avg_scan(Call& call, const Plane& plane, bool backward) {
  bool with_padding = call.flag();
  double divisor = call.number();
  int64_t in_count = plane.planes * plane.in(), out_count = plane.planes * plane.out();
  T* out = call.contiguous<T>(backward ? in_count : out_count);
  const T* in = call.contiguous<T>(backward ? out_count : in_count);
  if (out_count == 0) {
    if (backward) std::fill_n(out, in_count, T(0));
    return;
  }
  if (in_count == 0) Call::fail("the input is empty");
  Windows windows(plane, with_padding);
  AvgScan<T> body{plane, windows, divisor, out, in};
  if (backward) return parallel_for(plane.planes, plane_grain(plane), AvgScanBackward<T>{body});
  parallel_for(plane.planes, plane_grain(plane), body);
}

void max_entry(Call& call) {
  Dtype dtype = call.dtype();
  Plane plane(call);
  with_float(dtype, [&](auto element) { max_scan<decltype(element)>(call, plane); });
}

template <bool backward>
void avg_entry(Call& call) {
  Dtype dtype = call.dtype();
  Plane plane(call);
  with_float(dtype, [&](auto element) { avg_scan<decltype(element)>(call, plane, backward); });
}

CRESSET_KERNEL(max_pool_scan, max_entry);
CRESSET_KERNEL(avg_pool_scan, avg_entry<false>);
CRESSET_KERNEL(avg_pool_scan_backward, avg_entry<true>);

}  // namespace
}  // namespace cresset
