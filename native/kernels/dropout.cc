// Dropout in one pass: a bit is drawn for every element and kept for backward.
//
//   dropout:           dtype, n, out, x, mask or 0, probability to keep, scale, kept, dropped, seed_low, seed_high, offset
//   dropout_backward:  dtype, n, out, gradient, mask, scale
//
// out = x * (keep ? scale : 0) + (keep ? kept : dropped), the sum left out where both are 0. The mask has a bit for each
// element. out may be x, or the gradient. dropout returns the number of counters used up.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/element_types.h"
#include "kernels/leaky_relu.h"
#include "kernels/random.h"
#include "runtime/ceil_div.h"
#include "runtime/parallel.h"
#include "simd/vector.h"

namespace cresset {
namespace {

template <class T>
struct DropoutWork {
  T* out;
  const T* x;
  uint8_t* mask;  // null where it is not wanted
  int64_t n;
  uint32_t limit;  // words up to it keep their element
  T scale, kept, dropped;
  RandomStream stream;
};

template <class T>
struct DropoutTable {
  void (*forward)(const DropoutWork<T>& work, int64_t first_tile, int64_t last_tile);
  void (*backward)(T* out, const T* gradient, const uint8_t* mask, int64_t n, T scale);
};

}  // namespace
}  // namespace cresset

#define CRESSET_SOURCE "kernels/dropout.inc"
#include "simd/foreach_isa.h"

namespace cresset {
namespace {

template <class T>
struct Forward {
  void (*run)(const DropoutWork<T>& work, int64_t first_tile, int64_t last_tile);
  const DropoutWork<T>& work;
  void operator()(int64_t begin, int64_t end) const { run(work, begin, end); }
};

template <class T>
void forward(Call& call) {
  constexpr int64_t kGrain = 64;
  DropoutWork<T> work{};
  work.n = call.count();
  work.out = call.contiguous<T>(work.n);
  work.x = call.contiguous<T>(work.n);
  work.mask = call.optional<uint8_t>(mask_bytes(work.n));
  double keep = call.number();
  if (!(keep >= 0 && keep <= 1)) Call::fail("expected a probability between 0 and 1");
  work.scale = static_cast<T>(call.number());
  work.kept = static_cast<T>(call.number());
  work.dropped = static_cast<T>(call.number());
  work.stream = read_stream(call);
  // Words below keep·2^32 keep. There is no such word for 0; then the scale is 0.
  double threshold = std::ceil(keep * 0x1p32);
  work.limit = static_cast<uint32_t>(std::max(threshold - 1, 0.0));
  if (threshold == 0) work.scale = 0;
  int64_t tiles = ceil_div(work.n, kTileWords);
  parallel_for(tiles, kGrain, Forward<T>{CRESSET_SELECT_FOR(T, dropout_of<T>)->forward, work});
  call.result(static_cast<double>(tiles * kTileCounters));
}

template <class T>
struct Backward {
  void (*run)(T* out, const T* gradient, const uint8_t* mask, int64_t n, T scale);
  T* out;
  const T* gradient;
  const uint8_t* mask;
  T scale;
  void operator()(int64_t begin, int64_t end) const {
    run(out + begin, gradient + begin, mask + begin / 8, end - begin, scale);
  }
};

template <class T>
void backward(Call& call) {
  constexpr int64_t kGrain = 32768;  // a multiple of 64, the elements of one word of the mask
  int64_t n = call.count();
  T* out = call.contiguous<T>(n);
  const T* gradient = call.contiguous<T>(n);
  const uint8_t* mask = call.contiguous<uint8_t>(mask_bytes(n));
  T scale = static_cast<T>(call.number());
  parallel_for(n, kGrain, Backward<T>{CRESSET_SELECT_FOR(T, dropout_of<T>)->backward, out, gradient, mask, scale});
}

CRESSET_FLOAT_KERNEL(dropout, forward);
CRESSET_FLOAT_KERNEL(dropout_backward, backward);

}  // namespace
}  // namespace cresset
