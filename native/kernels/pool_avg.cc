// Average pooling: the sum of a window, divided by the number of its elements.
//
//   avg_pool:           dtype, pool shape (pool.h), count padding, divisor or 0, out, in
//   avg_pool_backward:  dtype, pool shape, count padding, divisor or 0, out (as in), gradient (as out of avg_pool)
//
// All memory is contiguous. Padding that is counted ends where the padded input does. A divisor other than 0 stands for
// the number of elements.
#include <algorithm>

#include "kernels/element_types.h"
#include "kernels/pool.h"
#include "kernels/reduce_driver.h"
#include "runtime/parallel.h"
#include "simd/interleave.h"
#include "simd/vector.h"

namespace cresset {
namespace {

template <class T>
struct AvgWork {
  PoolShape shape;
  T* out;
  const T* in;    // or the gradient
  const T* wide;  // elements of each window in a row
  const T* high;  // and in a column; the divisor is their product
};

// Rows of the output, or planes; scratch holds the padded rows and the sum of rows, or a row of gradients and one of all
// windows.
template <class T>
using AvgRun = void (*)(const AvgWork<T>& work, int64_t begin, int64_t end, T* scratch);

template <class T>
struct AvgPool {
  AvgRun<T> forward[3], backward[3];  // [step]
};

}  // namespace
}  // namespace cresset

#define CRESSET_SOURCE "kernels/pool_avg.inc"
#include "simd/foreach_isa.h"

namespace cresset {
namespace {

constexpr int64_t kGrain = 8192;

// 1 and 2 have loops of their own.
int step_of(const PoolShape& shape) { return shape.columns.stride <= 2 ? static_cast<int>(shape.columns.stride) : 0; }

template <class T>
void count_elements(const PoolAxis& axis, bool with_padding, T* counts) {
  for (int64_t o = 0; o < axis.out; o++) {
    int64_t end = std::min(axis.begin(o) + axis.kernel, axis.in + axis.pad);
    int64_t count = with_padding ? end - axis.begin(o) : axis.last_tap(o) - axis.first_tap(o);
    counts[o] = static_cast<T>(count);
  }
}

template <class T>
struct Body {
  AvgRun<T> run;
  const AvgWork<T>& work;
  int64_t scratch_elements;
  void operator()(int64_t begin, int64_t end) const {
    Scratch scratch(static_cast<size_t>(scratch_elements) * sizeof(T));
    run(work, begin, end, scratch.as<T>());
  }
};

template <class T>
void pool(Call& call, const PoolShape& shape, bool backward) {
  bool with_padding = call.flag();
  T divisor = static_cast<T>(call.number());
  T* out = call.contiguous<T>(backward ? shape.in_count() : shape.out_count());
  const T* in = call.contiguous<T>(backward ? shape.out_count() : shape.in_count());
  if (shape.out_count() == 0) {
    if (backward) std::fill_n(out, shape.in_count(), T(0));
    return;
  }
  if (shape.in_count() == 0) Call::fail("the input is empty");
  Scratch counts(static_cast<size_t>(shape.columns.out + shape.rows.out) * sizeof(T));
  T *wide = counts.as<T>(), *high = wide + shape.columns.out;
  if (divisor == 0) {
    count_elements(shape.columns, with_padding, wide);
    count_elements(shape.rows, with_padding, high);
  } else {
    std::fill_n(wide, shape.columns.out, divisor);
    std::fill_n(high, shape.rows.out, T(1));
  }
  AvgWork<T> work{shape, out, in, wide, high};
  const AvgPool<T>& table = *CRESSET_SELECT_FOR(T, avg_pool_of<T>);
  if (backward) {
    int64_t plane_work = std::max(shape.in_plane(), shape.out_plane());
    parallel_for(shape.planes, std::max<int64_t>(1, kGrain / plane_work),
                 Body<T>{table.backward[step_of(shape)], work, shape.columns.out + shape.columns.span()});
  } else {
    int64_t row_work = shape.columns.in * shape.rows.kernel;
    parallel_for(shape.planes * shape.rows.out, std::max<int64_t>(1, kGrain / row_work),
                 Body<T>{table.forward[step_of(shape)], work, padded_rows(shape) + shape.columns.span()});
  }
}

template <bool backward>
void entry(Call& call) {
  Dtype dtype = call.dtype();
  PoolShape shape(call);
  if (shape.rows.dilation != 1 || shape.columns.dilation != 1) Call::fail("expected no dilation");
  with_float(dtype, [&](auto element) { pool<decltype(element)>(call, shape, backward); });
}

CRESSET_KERNEL(avg_pool, entry<false>);
CRESSET_KERNEL(avg_pool_backward, entry<true>);

}  // namespace
}  // namespace cresset
