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

#include "kernels/index_types.h"
#include "kernels/reduce_layout.h"
#include "runtime/parallel.h"

namespace cresset {
namespace {

// Unsigned integers in the order of the elements.
uint32_t key_of(float x) {
  if (x != x) return UINT32_MAX;
  uint32_t bits;
  x += 0.0f;  // -0 becomes 0
  std::memcpy(&bits, &x, sizeof bits);
  return bits >> 31 ? ~bits : bits | uint32_t{1} << 31;
}
uint64_t key_of(double x) {
  if (x != x) return UINT64_MAX;
  uint64_t bits;
  x += 0.0;
  std::memcpy(&bits, &x, sizeof bits);
  return bits >> 63 ? ~bits : bits | uint64_t{1} << 63;
}
uint64_t key_of(int64_t x) {
  return static_cast<uint64_t>(x) ^ uint64_t { 1 } << 63;
}
uint32_t key_of(int32_t x) {
  return static_cast<uint32_t>(x) ^ uint32_t { 1 } << 31;
}
uint32_t key_of(uint8_t x) { return x; }

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
  using Key = decltype(key_of(T()));
  const T* in;
  T* values;
  int64_t* indices;
  int64_t columns, wanted;
  bool descending;
  std::atomic<bool>& out_of_memory;

  void operator()(int64_t begin, int64_t end) const {
    std::unique_ptr<Entry<Key>[]> buffer(new (std::nothrow) Entry<Key>[static_cast<size_t>(2 * columns)]);
    if (buffer == nullptr) {
      out_of_memory = true;
      return;
    }
    for (int64_t row = begin; row < end; row++) {
      const T* x = in + row * columns;
      Entry<Key>* entries = buffer.get();
      for (int64_t i = 0; i < columns; i++) {
        Key key = key_of(x[i]);
        entries[i] = {descending ? static_cast<Key>(~key) : key, static_cast<Key>(i)};
      }
      write(x, sort(entries), row * wanted);
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
  Sorting<T> body{in, values, indices, columns, wanted, descending, out_of_memory};
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
