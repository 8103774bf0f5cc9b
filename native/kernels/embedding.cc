// Rows of a table by their numbers; the forward pass is index_select.
//
//   embedding_backward:  dtype, rows, width, count, out [rows, width], gradient [count, width], index dtype, index [count],
//                        padding (a row, or -1), counts (int64 [rows]) or 0
//   embedding_renorm:    dtype, rows, width, count, table [rows, width], index dtype, index [count], seen (uint8 [rows]),
//                        max_norm, norm_type
//
// embedding_backward adds gradients in the order of the indices, none to the row of padding; with counts it fills them with
// how often each row is named, and divides by that. embedding_renorm scales the named rows that are longer than max_norm.
#include <algorithm>
#include <cmath>

#include "kernels/element_types.h"
#include "kernels/index_reader.h"
#include "kernels/reduce_layout.h"
#include "kernels/row_sum.h"
#include "runtime/parallel.h"

namespace cresset {
namespace {

constexpr int64_t kGrain = 16384;

template <class T>
struct Table {
  int64_t rows, width, count;
  explicit Table(Call& call) : rows(call.count()), width(call.count()), count(call.count()) {
    elements = checked_product(rows, width);
    named = checked_product(count, width);
  }
  int64_t elements, named;
};

// Items are ranges of rows, which no other item touches; each goes through all indices and takes its own.
template <class T>
struct Backward {
  const Table<T>& table;
  T* out;
  const T* gradient;
  const IndexReader& index;
  int64_t padding;
  int64_t* counts;
  int64_t ranges;
  IndexFault& fault;

  void operator()(int64_t begin, int64_t end) const {
    for (int64_t range = begin; range < end; range++) {
      int64_t first = table.rows * range / ranges, last = table.rows * (range + 1) / ranges;
      std::fill(out + first * table.width, out + last * table.width, T(0));
      if (counts != nullptr && !count_rows(first, last)) return;
      if (!add_rows(first, last)) return;
    }
  }

  bool count_rows(int64_t first, int64_t last) const {
    std::fill(counts + first, counts + last, 0);
    for (int64_t i = 0; i < table.count; i++) {
      int64_t row = index[i];
      if (row < 0 || row >= table.rows) return fault.report(i, row), false;
      if (row >= first && row < last) counts[row]++;
    }
    return true;
  }

  bool add_rows(int64_t first, int64_t last) const {
    for (int64_t i = 0; i < table.count; i++) {
      int64_t row = index[i];
      if (row < 0 || row >= table.rows) return fault.report(i, row), false;
      if (row < first || row >= last || row == padding) continue;
      T* to = out + row * table.width;
      const T* from = gradient + i * table.width;
      if (counts == nullptr) {
        add_row(to, from, table.width);
      } else {
        // Shared memory may name another row than when it was counted.
        T share = static_cast<T>(std::max<int64_t>(1, counts[row]));
        add_share(to, from, share, table.width);
      }
    }
    return true;
  }
};

template <class T>
void backward(Call& call) {
  Table<T> table(call);
  T* out = call.contiguous<T>(table.elements);
  const T* gradient = call.contiguous<T>(table.named);
  IndexReader index(call, table.count);
  int64_t padding = call.integer(-1, std::max<int64_t>(0, table.rows - 1));
  int64_t* counts = call.optional<int64_t>(table.rows);
  if (table.elements == 0) return;
  IndexFault fault;
  bool large = table.elements + table.named >= 4 * kGrain;
  int64_t ranges = large ? std::min<int64_t>(8, table.rows) : 1;
  parallel_for(ranges, 1, Backward<T>{table, out, gradient, index, padding, counts, ranges, fault});
  fault.raise("index", table.rows);
}

template <class T>
double norm(const T* row, int64_t n, double p) {
  double sum = 0;
  for (int64_t j = 0; j < n; j++) {
    double size = std::abs(static_cast<double>(row[j]));
    if (std::isinf(p)) {
      sum = std::max(sum, size);
    } else if (p == 2) {
      sum += size * size;
    } else {
      sum += p == 1 ? size : std::pow(size, p);
    }
  }
  return std::isinf(p) || p == 1 ? sum : p == 2 ? std::sqrt(sum) : std::pow(sum, 1 / p);
}

template <class T>
void renorm(Call& call) {
  Table<T> table(call);
  T* values = call.contiguous<T>(table.elements);
  IndexReader index(call, table.count);
  uint8_t* seen = call.contiguous<uint8_t>(table.rows);
  double most = call.number(), p = call.number();
  std::fill_n(seen, table.rows, uint8_t{0});
  IndexFault fault;
  for (int64_t i = 0; i < table.count; i++) {
    int64_t row = index[i];
    if (row < 0 || row >= table.rows) {
      fault.report(i, row);
      break;
    }
    if (seen[row] != 0) continue;
    seen[row] = 1;
    T* at = values + row * table.width;
    double length = norm(at, table.width, p);
    if (!(length > most)) continue;
    T scale = static_cast<T>(most / (length + 1e-7));
    for (int64_t j = 0; j < table.width; j++) at[j] *= scale;
  }
  fault.raise("index", table.rows);
}

CRESSET_FLOAT_KERNEL(embedding_backward, backward);
CRESSET_FLOAT_KERNEL(embedding_renorm, renorm);

}  // namespace
}  // namespace cresset
