// Sorting along the last dimension of contiguous [rows, columns].
//
//   sort:  dtype, rows, columns, descending, values (0, 0: not wanted), indices (int64; 0, 0: not wanted), in
//   topk:  dtype, rows, columns, k, largest, values [rows, k], indices (int64) [rows, k], in
//
// Stable: equal elements keep their order, descending too. NaN is greater than every number. Outputs must not be the input.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <new>

#include "kernels/element_types.h"
#include "kernels/reduce_layout.h"
#include "kernels/sort_keys.h"
#include "runtime/parallel.h"

#define CRESSET_SOURCE "kernels/sort_keys.inc"
#include "simd/foreach_isa.h"

namespace cresset {
namespace {

template <class Key>
struct Entry {
  Key key;
  Key index;  // as wide as the key, so that entries have no holes
  bool operator<(const Entry& other) const { return key != other.key ? key < other.key : index < other.index; }
};

template <class Key>
void insertion_sort(Entry<Key>* entries, int64_t n) {
  for (int64_t i = 1; i < n; i++) {
    Entry<Key> entry = entries[i];
    int64_t j = i;
    for (; j > 0 && entry.key < entries[j - 1].key; j--) entries[j] = entries[j - 1];
    entries[j] = entry;
  }
}

// Byte by byte from the lowest; bytes in which all keys agree are skipped. Gives the buffer with the result.
template <class Key>
Entry<Key>* radix_sort(Entry<Key>* entries, Entry<Key>* spare, int64_t n) {
  constexpr int kDigits = sizeof(Key);
  int64_t count[kDigits][256] = {};
  for (int64_t i = 0; i < n; i++) {
    for (int d = 0; d < kDigits; d++) count[d][entries[i].key >> (8 * d) & 255]++;
  }
  for (int d = 0; d < kDigits; d++) {
    if (count[d][entries[0].key >> (8 * d) & 255] == n) continue;
    int64_t place = 0;
    for (int64_t& each : count[d]) {
      int64_t here = each;
      each = place;
      place += here;
    }
    for (int64_t i = 0; i < n; i++) spare[count[d][entries[i].key >> (8 * d) & 255]++] = entries[i];
    std::swap(entries, spare);
  }
  return entries;
}

template <class T>
struct Sorting {
  static constexpr int64_t kFew = 16;
  using Key = decltype(key_of(T()));
  const T* in;
  T* values;
  int64_t* indices;
  int64_t columns, wanted;
  bool descending;
  std::atomic<bool>& out_of_memory;
  MakeKeys<T> make_keys;

  void operator()(int64_t begin, int64_t end) const {
    std::unique_ptr<Entry<Key>[]> buffer(new (std::nothrow) Entry<Key>[static_cast<size_t>(2 * columns)]);
    if (buffer == nullptr) {
      out_of_memory = true;
      return;
    }
    for (int64_t row = begin; row < end; row++) {
      const T* x = in + row * columns;
      Entry<Key>* entries = buffer.get();
      if (wanted <= kFew) {
        find_few(x, entries);
        write(x, entries, row * wanted);
        continue;
      }
      for (int64_t i = 0; i < columns; i++) {
        Key key = key_of(x[i]);
        entries[i] = {descending ? static_cast<Key>(~key) : key, static_cast<Key>(i)};
      }
      write(x, sort(entries), row * wanted);
    }
  }

  // The first ones in order, each put in its place among those found before.
  void find_few(const T* x, Entry<Key>* best) const {
    Key keys[kKeys];
    int64_t have = 0;
    for (int64_t first = 0; first < columns; first += kKeys) {
      const int64_t n = std::min(kKeys, columns - first);
      const Key least = make_keys(x + first, n, descending, keys);
      if (have == wanted && least >= best[have - 1].key) continue;
      for (int64_t i = 0; i < n; i++) {
        if (have == wanted && keys[i] >= best[have - 1].key) continue;
        int64_t place = have < wanted ? have++ : have - 1;
        for (; place > 0 && best[place - 1].key > keys[i]; place--) best[place] = best[place - 1];
        best[place] = {keys[i], static_cast<Key>(first + i)};
      }
    }
  }

  const Entry<Key>* sort(Entry<Key>* entries) const {
    constexpr int64_t kShort = 64;
    if (columns <= kShort) {
      insertion_sort(entries, columns);
    } else if (wanted <= columns / 64) {
      std::partial_sort(entries, entries + wanted, entries + columns);
    } else if (wanted < columns / 8) {
      std::nth_element(entries, entries + wanted, entries + columns);
      std::sort(entries, entries + wanted);
    } else {
      return radix_sort(entries, entries + columns, columns);
    }
    return entries;
  }

  void write(const T* x, const Entry<Key>* sorted, int64_t at) const {
    for (int64_t i = 0; i < wanted; i++) {
      int64_t index = static_cast<int64_t>(sorted[i].index);
      if (values != nullptr) values[at + i] = x[index];
      if (indices != nullptr) indices[at + i] = index;
    }
  }
};

template <class T>
void run(int64_t rows, int64_t columns, int64_t wanted, bool descending, T* values, int64_t* indices, const T* in) {
  constexpr int64_t kGrain = 4096;
  if (columns > UINT32_MAX) Call::fail("too many elements to sort");
  std::atomic<bool> out_of_memory{false};
  Sorting<T> body{in, values, indices, columns, wanted, descending, out_of_memory, *CRESSET_SELECT(make_keys<T>)};
  parallel_for(rows, std::max<int64_t>(1, kGrain / columns), body);
  if (out_of_memory) Call::fail("out of memory");
}

template <class T>
void sort(Call& call, Dtype dtype) {
  int64_t rows = call.count(), columns = call.count(), n = checked_product(rows, columns);
  bool descending = call.flag();
  T* values = static_cast<T*>(call.optional(dtype, n));
  int64_t* indices = call.optional<int64_t>(n);
  const T* in = static_cast<const T*>(call.contiguous(dtype, n));
  if (n > 0) run(rows, columns, columns, descending, values, indices, in);
}

template <class T>
void topk(Call& call, Dtype dtype) {
  int64_t rows = call.count(), columns = call.count(), k = call.integer(0, columns);
  bool largest = call.flag();
  T* values = static_cast<T*>(call.contiguous(dtype, checked_product(rows, k)));
  int64_t* indices = call.contiguous<int64_t>(rows * k);
  const T* in = static_cast<const T*>(call.contiguous(dtype, checked_product(rows, columns)));
  if (rows * k > 0) run(rows, columns, k, largest, values, indices, in);
}

void sort_entry(Call& call) {
  Dtype dtype = call.dtype();
  with_type(dtype, [&](auto element) { sort<decltype(element)>(call, dtype); });
}

void topk_entry(Call& call) {
  Dtype dtype = call.dtype();
  with_type(dtype, [&](auto element) { topk<decltype(element)>(call, dtype); });
}

CRESSET_KERNEL(sort, sort_entry);
CRESSET_KERNEL(topk, topk_entry);

}  // namespace
}  // namespace cresset
