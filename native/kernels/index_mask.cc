// Elements chosen by a mask or by being nonzero; all memory is contiguous. The caller counts first, then allocates.
//
//   count_nonzero:   dtype, n, in                           -> how many are not 0
//   nonzero:         dtype, shape, count, out (int64 [count, ndim]), in
//   masked_select:   dtype, n, count, out [count], in, mask (bool)
//   masked_scatter:  dtype, n, count, out (changed where mask), in [count], mask (bool)
//
// A count that is not the mask's is refused.
#include <atomic>

#include "kernels/element_types.h"
#include "kernels/reduce_layout.h"
#include "runtime/parallel.h"

namespace cresset {
namespace {

template <class T>
struct Count {
  const T* in;
  std::atomic<int64_t>& total;
  void operator()(int64_t begin, int64_t end) const {
    int64_t count = 0;
    for (int64_t i = begin; i < end; i++) count += in[i] != 0;
    total += count;
  }
};

template <class T>
void count_nonzero(Call& call, Dtype dtype) {
  constexpr int64_t kGrain = 65536;
  int64_t n = call.count();
  std::atomic<int64_t> total{0};
  parallel_for(n, kGrain, Count<T>{static_cast<const T*>(call.contiguous(dtype, n)), total});
  call.result(static_cast<double>(total));
}

void count_nonzero_entry(Call& call) {
  Dtype dtype = call.dtype();
  with_type(dtype, [&](auto element) { count_nonzero<decltype(element)>(call, dtype); });
}

[[noreturn]] void wrong_count() { Call::fail("the count is not that of the chosen elements"); }

template <class T>
void nonzero(Call& call, Dtype dtype) {
  Shape shape = call.shape();
  int64_t count = call.count();
  int64_t* out = call.contiguous<int64_t>(checked_product(count, shape.ndim));
  const T* in = static_cast<const T*>(call.contiguous(dtype, shape.count));
  int64_t index[kMaxDims] = {};
  int64_t found = 0;
  for (int64_t i = 0; i < shape.count; i++) {
    if (in[i] != 0) {
      if (found == count) wrong_count();
      for (int d = 0; d < shape.ndim; d++) out[found * shape.ndim + d] = index[d];
      found++;
    }
    for (int d = shape.ndim - 1; d >= 0 && ++index[d] == shape.size[d]; d--) index[d] = 0;
  }
  if (found != count) wrong_count();
}

void nonzero_entry(Call& call) {
  Dtype dtype = call.dtype();
  with_type(dtype, [&](auto element) { nonzero<decltype(element)>(call, dtype); });
}

template <class T, bool scatter>
void masked(Call& call, Dtype dtype) {
  int64_t n = call.count(), count = call.count();
  T* out = static_cast<T*>(call.contiguous(dtype, scatter ? n : count));
  const T* in = static_cast<const T*>(call.contiguous(dtype, scatter ? count : n));
  const uint8_t* mask = static_cast<const uint8_t*>(call.contiguous(Dtype::boolean, n));
  int64_t found = 0;
  for (int64_t i = 0; i < n; i++) {
    if (mask[i] == 0) continue;
    if (found == count) wrong_count();
    if (scatter)
      out[i] = in[found++];
    else
      out[found++] = in[i];
  }
  if (found != count) wrong_count();
}

template <bool scatter>
void masked_entry(Call& call) {
  Dtype dtype = call.dtype();
  with_bits(dtype, [&](auto element) { masked<decltype(element), scatter>(call, dtype); });
}

CRESSET_KERNEL(count_nonzero, count_nonzero_entry);
CRESSET_KERNEL(nonzero, nonzero_entry);
CRESSET_KERNEL(masked_select, masked_entry<false>);
CRESSET_KERNEL(masked_scatter, masked_entry<true>);

}  // namespace
}  // namespace cresset
