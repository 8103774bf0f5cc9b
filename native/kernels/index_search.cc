// Where values belong in ascending sequences.
//
//   search_sorted: dtype, rows, length, values a row, shared, right, out (int64) [rows, values], sequences [rows, length],
//                  in [rows, values]
//
// The first place whose element is not less (right: that is greater); NaN is greater than every number. With `shared` there
// is one sequence for all rows. Sequences that do not ascend give any place from 0 to length.
#include <algorithm>

#include "kernels/element_types.h"
#include "kernels/reduce_layout.h"
#include "runtime/parallel.h"

namespace cresset {
namespace {

template <class T>
struct Search {
  int64_t length, values;
  bool shared, right;
  int64_t* out;
  const T* sequences;
  const T* in;

  static bool less(T a, T b) { return a < b || (b != b && a == a); }

  void operator()(int64_t begin, int64_t end) const {
    for (int64_t i = begin; i < end; i++) out[i] = place(sequences + (shared ? 0 : i / values * length), in[i]);
  }

  int64_t place(const T* sequence, T value) const {
    int64_t low = 0, high = length;
    while (low < high) {
      const int64_t middle = low + (high - low) / 2;
      const bool before = right ? !less(value, sequence[middle]) : less(sequence[middle], value);
      (before ? low : high) = before ? middle + 1 : middle;
    }
    return low;
  }
};

template <class T>
void search(Call& call) {
  constexpr int64_t kGrain = 4096;
  int64_t rows = call.count(), length = call.count(), values = call.count();
  bool shared = call.flag(), right = call.flag();
  int64_t n = checked_product(rows, values);
  int64_t* out = call.contiguous<int64_t>(n);
  const T* sequences = call.contiguous<T>(shared ? length : checked_product(rows, length));
  const T* in = call.contiguous<T>(n);
  parallel_for(n, kGrain, Search<T>{length, values, shared, right, out, sequences, in});
}

void search_entry(Call& call) {
  with_type(call.dtype(), [&](auto element) { search<decltype(element)>(call); });
}

CRESSET_KERNEL(search_sorted, search_entry);

}  // namespace
}  // namespace cresset
