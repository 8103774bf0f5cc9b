// Channels become pixels, and back: torch.nn.functional.pixel_shuffle and pixel_unshuffle.
//
//   pixel_shuffle:    dtype, planes, factor, height, width, out [planes, height·factor, width·factor],
//                     in [planes, factor, factor, height, width]
//   pixel_unshuffle:  the same, but out is the second of these and in the first
#include <algorithm>

#include "kernels/element_types.h"
#include "kernels/reduce_layout.h"
#include "runtime/call.h"
#include "runtime/parallel.h"

namespace cresset {
namespace {

constexpr int64_t kGrain = 16384;

struct Pixels {
  Dtype dtype;
  int64_t planes, factor, height, width;

  explicit Pixels(Call& call)
      : dtype(call.dtype()), planes(call.count()), factor(call.count()), height(call.count()), width(call.count()) {
    row = checked_product(factor, width);
    rows = checked_product(checked_product(planes, height), factor);
    elements = checked_product(rows, row);
  }
  int64_t row, rows, elements;

  // Of row y·factor + i of the wide image: where the part of its pixels j, j + factor, … lies among the channels.
  int64_t channel(int64_t item, int64_t j) const {
    int64_t i = item % factor, y = item / factor % height, plane = item / factor / height;
    return (((plane * factor + i) * factor + j) * height + y) * width;
  }
};

// Items are rows of the wide image.
template <class T>
struct Shuffle {
  const Pixels& p;
  T* wide;
  const T* channels;

  void operator()(int64_t begin, int64_t end) const {
    for (int64_t item = begin; item < end; item++) {
      T* to = wide + item * p.row;
      if (p.factor == 2) {
        const T *a = channels + p.channel(item, 0), *b = channels + p.channel(item, 1);
        for (int64_t x = 0; x < p.width; x++) {
          to[2 * x] = a[x];
          to[2 * x + 1] = b[x];
        }
        continue;
      }
      for (int64_t j = 0; j < p.factor; j++) {
        const T* from = channels + p.channel(item, j);
        for (int64_t x = 0; x < p.width; x++) to[x * p.factor + j] = from[x];
      }
    }
  }
};

template <class T>
struct Unshuffle {
  const Pixels& p;
  T* channels;
  const T* wide;

  void operator()(int64_t begin, int64_t end) const {
    for (int64_t item = begin; item < end; item++) {
      const T* from = wide + item * p.row;
      for (int64_t j = 0; j < p.factor; j++) {
        T* to = channels + p.channel(item, j);
        for (int64_t x = 0; x < p.width; x++) to[x] = from[x * p.factor + j];
      }
    }
  }
};

template <template <class> class Body>
void entry(Call& call) {
  Pixels p(call);
  void* out = call.contiguous(p.dtype, p.elements);
  const void* in = call.contiguous(p.dtype, p.elements);
  if (p.elements == 0) return;
  with_bits(p.dtype, [&](auto element) {
    using T = decltype(element);
    parallel_for(p.rows, std::max<int64_t>(1, kGrain / p.row),
                 Body<T>{p, static_cast<T*>(out), static_cast<const T*>(in)});
  });
}

CRESSET_KERNEL(pixel_shuffle, entry<Shuffle>);
CRESSET_KERNEL(pixel_unshuffle, entry<Unshuffle>);

}  // namespace
}  // namespace cresset
