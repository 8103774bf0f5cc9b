// cummax: dtype, least, outer, dim, inner, values, indices, in
//
// The largest (if `least`, the smallest) of the elements so far over the middle dimension of contiguous [outer, dim,
// inner], and where the last such one is. NaN beats every number. Of float32, float64 and int64, which holds every
// integer.
#include <algorithm>

#include "kernels/reduce_layout.h"
#include "runtime/ceil_div.h"
#include "runtime/parallel.h"

namespace cresset {
namespace {

// Items are tiles of columns within the outer dimension.
template <class T>
struct Best {
  static constexpr int64_t kTile = 64;
  T* values;
  int64_t* indices;
  const T* in;
  int64_t dim, inner;
  bool least;

  int64_t tiles() const { return ceil_div(inner, kTile); }

  void operator()(int64_t begin, int64_t end) const {
    for (int64_t item = begin; item < end; item++) {
      int64_t column = item % tiles() * kTile;
      tile(item / tiles() * dim * inner + column, std::min(kTile, inner - column));
    }
  }

  void tile(int64_t first, int64_t width) const {
    for (int64_t at = first; at < first + width; at++) {
      values[at] = in[at];
      indices[at] = 0;
    }
    for (int64_t i = 1; i < dim; i++) {
      first += inner;
      for (int64_t at = first; at < first + width; at++) {
        const T x = in[at], best = values[at - inner];
        const int64_t index = indices[at - inner];
        // NaN is no less than anything, so that nothing but another NaN can follow it.
        const bool wins = (least ? x <= best : x >= best) || x != x;
        values[at] = wins ? x : best;
        indices[at] = wins ? i : index;
      }
    }
  }
};

template <class T>
void run(Call& call) {
  constexpr int64_t kGrain = 16384;
  bool least = call.integer(0, 1) == 1;
  int64_t outer = call.count(), dim = call.count(), inner = call.count();
  int64_t n = checked_product(checked_product(outer, dim), inner);
  T* values = call.contiguous<T>(n);
  int64_t* indices = call.contiguous<int64_t>(n);
  const T* in = call.contiguous<T>(n);
  if (n == 0) return;
  Best<T> body{values, indices, in, dim, inner, least};
  const int64_t work = dim * std::min(inner, body.kTile);
  parallel_for(outer * body.tiles(), std::max<int64_t>(1, kGrain / work), body);
}

void entry(Call& call) {
  switch (call.dtype()) {
    case Dtype::float32: return run<float>(call);
    case Dtype::float64: return run<double>(call);
    case Dtype::int64: return run<int64_t>(call);
    default: Call::fail("expected float32, float64 or int64");
  }
}

CRESSET_KERNEL(cummax, entry);

}  // namespace
}  // namespace cresset
