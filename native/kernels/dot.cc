//   dot: dtype, n, out (one element), a, b
//
// The sum of a[i] * b[i], contiguous.
#include "kernels/element_types.h"
#include "kernels/reduce_driver.h"
#include "runtime/ceil_div.h"
#include "runtime/parallel.h"
#include "simd/vector.h"

#define CRESSET_SOURCE "kernels/dot.inc"
#include "simd/foreach_isa.h"

namespace cresset {
namespace {

// Fixed: it decides what is added to what.
constexpr int64_t kPart = 16384;

template <class T>
struct DotParts {
  double (*dot)(const T*, const T*, int64_t);
  const T *a, *b;
  double* sums;
  void operator()(int64_t begin, int64_t end) const { sums[begin / kPart] = dot(a + begin, b + begin, end - begin); }
};

template <class T>
void run(Call& call, double (*dot)(const T*, const T*, int64_t)) {
  const int64_t n = call.count();
  T* out = call.contiguous<T>(1);
  const T* a = call.contiguous<T>(n);
  const T* b = call.contiguous<T>(n);
  const int64_t parts = ceil_div(n, kPart);
  Scratch scratch(static_cast<size_t>(parts) * sizeof(double));
  double* sums = scratch.as<double>();
  parallel_for(n, kPart, DotParts<T>{dot, a, b, sums});
  double total = 0;
  for (int64_t i = 0; i < parts; i++) total += sums[i];
  *out = static_cast<T>(total);
}

void dot_entry(Call& call) {
  with_float(call.dtype(), [&](auto element) {
    using T = decltype(element);
    run<T>(call, *CRESSET_SELECT(dot_of<T>));
  });
}

CRESSET_KERNEL(dot, dot_entry);

}  // namespace
}  // namespace cresset
