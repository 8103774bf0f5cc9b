// What the units of a layer put out, counted in one pass.
//
//   unit_counts:   dtype, outer, units, inner, y, low, high, counts
//
// y is [outer, units, inner]. For every unit the float64 rows of counts [4, units] grow by the number of elements below 0,
// equal to 0, above 0, and flat: at most low or at least high (NaN for a bound that there is not).
#include <algorithm>

#include "kernels/element_types.h"
#include "runtime/call.h"
#include "runtime/ceil_div.h"
#include "runtime/parallel.h"
#include "simd/vector.h"

namespace cresset {
namespace {

constexpr int kCounters = 4;
// So many elements are counted in lanes of float32 without losing one.
constexpr int64_t kMostCounted = int64_t{1} << 22;
// Columns counted together, in accumulators on the stack.
constexpr int64_t kColumns = 64;

template <class T>
struct UnitCounts {
  // counts[c] grows by the counts of n neighbours.
  void (*run)(const T* y, int64_t n, T low, T high, double* counts);
  // counts[c * kColumns + j] grows by those of column j < columns <= kColumns of rows that lie `stride` apart.
  void (*columns)(const T* y, int64_t rows, int64_t stride, int64_t columns, T low, T high, double* counts);
};

}  // namespace
}  // namespace cresset

#define CRESSET_SOURCE "kernels/unit_counts.inc"
#include "simd/foreach_isa.h"

namespace cresset {
namespace {

// Units of fewer neighbours than this are counted as columns.
constexpr int64_t kShortRun = 32;
constexpr int64_t kGrain = 32768;

template <class T>
struct Layer {
  const UnitCounts<T>& kernel;
  int64_t outer, units, inner;
  const T* y;
  T low, high;
  double* counts;

  int64_t width() const { return units * inner; }
  void add(int64_t unit, int counter, double value) const { counts[counter * units + unit] += value; }
};

template <class T>
struct Runs {
  const Layer<T>& layer;
  void operator()(int64_t begin, int64_t end) const {
    for (int64_t unit = begin; unit < end; unit++) {
      double found[kCounters] = {};
      for (int64_t i = 0; i < layer.outer; i++)
        layer.kernel.run(layer.y + i * layer.width() + unit * layer.inner, layer.inner, layer.low, layer.high, found);
      for (int c = 0; c < kCounters; c++) layer.add(unit, c, found[c]);
    }
  }
};

// Blocks of columns that begin and end with whole units, so that no two threads meet in one.
template <class T>
struct Columns {
  const Layer<T>& layer;
  int64_t units_together() const { return kColumns / layer.inner; }
  int64_t blocks() const { return ceil_div(layer.units, units_together()); }
  void operator()(int64_t begin, int64_t end) const {
    for (int64_t block = begin; block < end; block++) {
      const int64_t first = block * units_together(), last = std::min(first + units_together(), layer.units);
      const int64_t columns = (last - first) * layer.inner;
      double found[kCounters * kColumns] = {};
      layer.kernel.columns(layer.y + first * layer.inner, layer.outer, layer.width(), columns, layer.low, layer.high,
                           found);
      for (int c = 0; c < kCounters; c++)
        for (int64_t j = 0; j < columns; j++) layer.add(first + j / layer.inner, c, found[c * kColumns + j]);
    }
  }
};

template <class T>
void count_units(Call& call) {
  const int64_t outer = call.count(), units = call.count(), inner = call.count();
  int64_t n = 0, counters = 0;
  if (__builtin_mul_overflow(outer, units, &n) || __builtin_mul_overflow(n, inner, &n) ||
      __builtin_mul_overflow(units, int64_t{kCounters}, &counters))
    Call::fail("unit_counts: the shape is too large");
  const T* y = call.contiguous<T>(n);
  const T low = static_cast<T>(call.number()), high = static_cast<T>(call.number());
  const Layer<T> layer{*CRESSET_SELECT_FOR(T, unit_counts_of<T>), outer, units, inner, y, low, high,
                       call.contiguous<double>(counters)};
  if (n == 0) return;
  if (inner >= kShortRun) return parallel_for(units, 1 + kGrain / (outer * inner), Runs<T>{layer});
  const Columns<T> columns{layer};
  parallel_for(columns.blocks(), 1 + kGrain / (outer * kColumns), columns);
}

CRESSET_FLOAT_KERNEL(unit_counts, count_units);

}  // namespace
}  // namespace cresset
