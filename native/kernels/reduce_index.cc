// Where the extreme lies: the value first, by the vectorized reduction, then the first element that equals it.
//
//   argmax, argmin:                  dtype, keep shape, reduce shape, out (int64), in view
//   max_with_index, min_with_index:  dtype, keep shape, reduce shape, values, indices (int64), in view
//
// An index counts the reduced elements in row-major order. The first of equals; NaN beats every number.
#include <algorithm>

#include "kernels/element_types.h"
#include "kernels/reduce_driver.h"
#include "runtime/ceil_div.h"
#include "runtime/parallel.h"
#include "simd/target.h"

namespace cresset {
namespace {

template <class T>
struct Match {
  T value;
  bool nan;
  explicit Match(T wanted) : value(wanted), nan(wanted != wanted) {}
  bool operator()(T x) const { return static_cast<bool>((x == value) | (nan & (x != x))); }
};

constexpr int64_t kLocateTile = 64;
// Searches rows x + offset[r] of `width` columns for the values, and writes first + r where found[c] is negative.
// Returns how many it found.
template <class T>
using LocateTile = int64_t (*)(const T* x, const int64_t* offset, int64_t rows, int64_t first, int64_t width,
                               const T* value, int64_t* found);

}  // namespace
}  // namespace cresset

#define CRESSET_SOURCE "kernels/reduce_locate.inc"
#include "simd/foreach_isa.h"

namespace cresset {
namespace {

constexpr int64_t kGrain = 32768;

// The first match in a strided run; n when there is none.
template <class T>
int64_t find(const T* x, int64_t stride, int64_t n, const Match<T>& match) {
  constexpr int64_t kBlock = 256, kShort = 32;
  if (n <= kShort) {  // backwards and without branches, which a short run would mispredict
    int64_t found = n;
    for (int64_t i = n - 1; i >= 0; i--) found = match(x[i * stride]) ? i : found;
    return found;
  }
  int64_t i = 0;
  if (stride == 1) {
    for (; i + kBlock <= n; i += kBlock) {
      int hit = 0;
      for (int64_t j = 0; j < kBlock; j++) hit |= match(x[i + j]);
      if (hit != 0) break;
    }
  }
  while (i < n && !match(x[i * stride])) i++;
  return i;
}

template <class T>
struct Locate {
  const ReducePlan& plan;
  const T* values;
  int64_t* out;

  void operator()(int64_t begin, int64_t end) const {
    Cursor at(plan.keep_dims, begin);
    bool one_run = plan.reduce_dims.ndim == 1;
    for (int64_t output = begin; output < end; output++) {
      const T* x = static_cast<const T*>(plan.in) + at.offset();
      Match<T> match(values[output]);
      out[output] =
          one_run ? first_of(find(x, plan.reduce_dims.inner_stride(), plan.reduce.count, match)) : locate(x, match);
      at.advance(1);
    }
  }

  // Without a match, another thread changed the input meanwhile.
  int64_t first_of(int64_t found) const { return found < plan.reduce.count ? found : 0; }

  int64_t locate(const T* x, const Match<T>& match) const {
    Cursor at(plan.reduce_dims, 0);
    for (int64_t passed = 0; passed < plan.reduce.count;) {
      int64_t run = at.run(), found = find(x + at.offset(), plan.reduce_dims.inner_stride(), run, match);
      if (found < run) return passed + found;
      passed += run;
      at.advance(run);
    }
    return 0;
  }
};

// Items are tiles of neighbouring outputs, searched row by row.
template <class T>
struct LocateColumns {
  static constexpr int64_t kRows = 256;
  const ReducePlan& plan;
  const T* values;
  int64_t* out;
  LocateTile<T> tile;

  int64_t tiles() const { return ceil_div(plan.keep_dims.inner_size(), kLocateTile); }

  void operator()(int64_t begin, int64_t end) const {
    for (int64_t item = begin; item < end; item++) {
      int64_t column = item % tiles() * kLocateTile;
      int64_t output = item / tiles() * plan.keep_dims.inner_size() + column;
      Cursor at(plan.keep_dims, output);
      locate(static_cast<const T*>(plan.in) + at.offset(), std::min(kLocateTile, plan.keep_dims.inner_size() - column),
             values + output, out + output);
    }
  }

  void locate(const T* x, int64_t width, const T* value, int64_t* index) const {
    int64_t offset[kRows];
    std::fill_n(index, width, int64_t{-1});
    Cursor row(plan.reduce_dims, 0);
    int64_t missing = width;
    for (int64_t first = 0; first < plan.reduce.count && missing > 0; first += kRows) {
      const int64_t rows = std::min(kRows, plan.reduce.count - first);
      for (int64_t r = 0; r < rows; r++, row.advance(1)) offset[r] = row.offset();
      missing -= tile(x, offset, rows, first, width, value, index);
    }
    for (int64_t c = 0; c < width; c++) index[c] = std::max<int64_t>(0, index[c]);
  }
};

template <class T>
void locate(const ReducePlan& plan, const void* values, int64_t* out) {
  const T* typed = static_cast<const T*>(values);
  int64_t n = plan.reduce.count;
  if (plan.columns() && !plan.runs()) {
    LocateColumns<T> body{plan, typed, out, *CRESSET_SELECT(locate_tile<T>)};
    int64_t items = plan.keep.count / plan.keep_dims.inner_size() * body.tiles();
    return parallel_for(items, std::max<int64_t>(1, kGrain / kLocateTile / n), body);
  }
  parallel_for(plan.keep.count, std::max<int64_t>(1, kGrain / n), Locate<T>{plan, typed, out});
}

template <Reduction reduction, bool with_values>
void entry(Call& call) {
  Dtype dtype = call.dtype();
  Shape keep = call.shape(), reduced = call.shape(), both = concatenate(keep, reduced);
  void* given = with_values ? call.contiguous(dtype, keep.count) : nullptr;
  int64_t* index = call.contiguous<int64_t>(keep.count);
  View in;
  call.view(in, dtype, both, false);
  bound_work(both, in);
  if (keep.count == 0) return;
  if (reduced.count == 0) Call::fail("no elements to choose from");
  Scratch scratch(with_values ? 0 : static_cast<size_t>(keep.count) * item_size(dtype));
  void* values = with_values ? given : scratch.as<void>();
  ReducePlan plan(keep, reduced, in, Order::given);
  reduce(reduce_loops(reduction, dtype), plan, nullptr, values);
  with_type(dtype, [&](auto element) { locate<decltype(element)>(plan, values, index); });
}

CRESSET_KERNEL(argmax, (entry<Reduction::maximum, false>));
CRESSET_KERNEL(argmin, (entry<Reduction::minimum, false>));
CRESSET_KERNEL(max_with_index, (entry<Reduction::maximum, true>));
CRESSET_KERNEL(min_with_index, (entry<Reduction::minimum, true>));

}  // namespace
}  // namespace cresset
