// Rows taken and added by a list of indices along one dimension of contiguous [outer, size, inner].
//
//   index_select, embedding:  dtype, outer, size, inner, count, out [outer, count, inner], in, index dtype, index [count]
//   index_add:     dtype, outer, size, inner, count, out (added to), in [outer, count, inner], index dtype, index, alpha
//
// Where indices repeat, index_add adds in their order.
#include <algorithm>

#include "kernels/element_types.h"
#include "kernels/index_reader.h"
#include "kernels/reduce_layout.h"
#include "runtime/parallel.h"
#include "simd/vector.h"

#define CRESSET_SOURCE "kernels/index_add_row.inc"
#include "simd/foreach_isa.h"

namespace cresset {
namespace {

// to += from * alpha for n elements.
template <class T>
using AddRow = void (*)(T* to, const T* from, int64_t n, T alpha);

template <class T>
void add_integers(T* to, const T* from, int64_t n, T alpha) {
  for (int64_t i = 0; i < n; i++) to[i] = wrapping_add(to[i], from[i], alpha);
}
template <class T>
AddRow<T> add_row_of() {
  return add_integers<T>;
}
template <>
AddRow<float> add_row_of() {
  return *CRESSET_SELECT(add_row<float>);
}
template <>
AddRow<double> add_row_of() {
  return *CRESSET_SELECT(add_row<double>);
}

constexpr int64_t kGrain = 16384;

struct Extents {
  Dtype dtype;
  int64_t outer, size, inner, count;
  explicit Extents(Call& call)
      : dtype(call.dtype()), outer(call.count()), size(call.count()), inner(call.count()), count(call.count()) {}
  int64_t whole() const { return checked_product(checked_product(outer, size), inner); }
  int64_t selected() const { return checked_product(checked_product(outer, count), inner); }
};

template <class T>
struct Select {
  const Extents& e;
  T* out;
  const T* in;
  const IndexReader& index;
  IndexFault& fault;

  void operator()(int64_t begin, int64_t end) const {
    if (e.inner == 1) return index.typed([&](auto chosen) { elements(chosen, begin, end); });
    int64_t position = begin % e.count;
    const T* slab = in + begin / e.count * e.size * e.inner;
    for (int64_t item = begin; item < end; item++) {
      int64_t chosen = index[position];
      if (chosen < 0 || chosen >= e.size) return fault.report(position, chosen);
      const T* from = slab + chosen * e.inner;
      std::copy_n(from, e.inner, out + item * e.inner);
      if (++position == e.count) {
        position = 0;
        slab += e.size * e.inner;
      }
    }
  }

  // What the loop needs is copied: the compiler cannot know that `out` does not overwrite it.
  template <class I>
  void elements(const I* chosen, int64_t begin, int64_t end) const {
    const int64_t size = e.size, count = e.count;
    int64_t position = begin % count;
    const T* slab = in + begin / count * size;
    for (int64_t i = begin; i < end; position = 0, slab += size) {
      const int64_t stop = std::min(end, i + count - position);
      for (; i < stop; i++, position++) {
        const int64_t at = chosen[position];
        if (at < 0 || at >= size) return fault.report(position, at);
        out[i] = slab[at];
      }
    }
  }
};

template <class T>
void select(const Extents& e, void* out, const void* in, const IndexReader& index, IndexFault& fault) {
  parallel_for(e.outer * e.count, std::max<int64_t>(1, kGrain / e.inner),
               Select<T>{e, static_cast<T*>(out), static_cast<const T*>(in), index, fault});
}

void index_select_entry(Call& call) {
  Extents e(call);
  int64_t selected = e.selected();
  void* out = call.contiguous(e.dtype, selected);
  const void* in = call.contiguous(e.dtype, e.whole());
  IndexReader index(call, e.count);
  if (selected == 0) return;
  IndexFault fault;
  with_bits(e.dtype, [&](auto element) { select<decltype(element)>(e, out, in, index, fault); });
  fault.raise("index", e.size);
}

// Items are ranges of output rows, which no other item touches; each goes through all indices in order and takes its own.
template <class T>
struct AddRows {
  const Extents& e;
  T* out;
  const T* in;
  const IndexReader& index;
  T alpha;
  AddRow<T> add;
  int64_t ranges;
  IndexFault& fault;

  void operator()(int64_t begin, int64_t end) const {
    for (int64_t item = begin; item < end; item++) {
      int64_t outer = item / ranges, range = item % ranges;
      int64_t first = e.size * range / ranges, last = e.size * (range + 1) / ranges;
      for (int64_t position = 0; position < e.count; position++) {
        int64_t chosen = index[position];
        if (chosen < 0 || chosen >= e.size) return fault.report(position, chosen);
        if (chosen < first || chosen >= last) continue;
        add(out + (outer * e.size + chosen) * e.inner, in + (outer * e.count + position) * e.inner, e.inner, alpha);
      }
    }
  }
};

template <class T>
void index_add(Call& call, const Extents& e) {
  int64_t selected = e.selected();
  T* out = call.contiguous<T>(e.whole());
  const T* in = call.contiguous<T>(selected);
  IndexReader index(call, e.count);
  double alpha = call.number();
  if (!(alpha > -1e9 && alpha < 1e9) && std::is_integral_v<T>) Call::fail("argument out of range");
  if (selected == 0) return;
  IndexFault fault;
  T typed_alpha = std::is_integral_v<T> ? static_cast<T>(static_cast<int64_t>(alpha)) : static_cast<T>(alpha);
  int64_t work = std::max<int64_t>(1, e.count * e.inner);
  // Every range reads all indices: only long rows are worth that.
  bool divided = num_threads() > 1 && e.inner >= 16 && work >= 4 * kGrain;
  int64_t ranges = divided ? std::min<int64_t>(2 * num_threads(), e.size) : 1;
  AddRows<T> body{e, out, in, index, typed_alpha, add_row_of<T>(), std::max<int64_t>(1, ranges), fault};
  parallel_for(e.outer * body.ranges, std::max<int64_t>(1, kGrain / (work / body.ranges)), body);
  fault.raise("index", e.size);
}

void index_add_entry(Call& call) {
  Extents e(call);
  if (e.dtype == Dtype::boolean) Call::fail("bool has no addition");
  with_type(e.dtype, [&](auto element) { index_add<decltype(element)>(call, e); });
}

CRESSET_KERNEL(index_select, index_select_entry);
CRESSET_KERNEL(embedding, index_select_entry);
CRESSET_KERNEL(index_add, index_add_entry);

}  // namespace
}  // namespace cresset
