// Planes of [depth, height, width] resized by taps in each direction: torch.nn.functional.interpolate.
//
//   resample:           dtype, planes, 3 × (in, out, ratio), mode, align_corners, out [planes, out…], in [planes, in…]
//   resample_backward:  the same, but out is the input's gradient [planes, in…] and in the output's [planes, out…]
//
// Both are the same computation: backward uses the taps turned round.
#include "kernels/resample.h"

#include <algorithm>
#include <cstring>

#include "kernels/element_types.h"
#include "kernels/reduce_layout.h"
#include "runtime/parallel.h"
#include "simd/vector.h"

namespace cresset {
namespace {

constexpr int64_t kGrain = 16384;

template <class T>
struct ResampleTable {
  // Rows of the output, counted through all planes; scratch holds a row of the input.
  void (*rows)(const ResampleWork<T>& work, int64_t begin, int64_t end, T* scratch);
};

}  // namespace
}  // namespace cresset

#define CRESSET_SOURCE "kernels/resample.inc"
#include "simd/foreach_isa.h"

namespace cresset {
namespace {

template <class T>
struct Rows {
  void (*run)(const ResampleWork<T>& work, int64_t begin, int64_t end, T* scratch);
  const ResampleWork<T>& work;
  void operator()(int64_t begin, int64_t end) const {
    Scratch scratch(static_cast<size_t>(work.wide.in) * sizeof(T));
    run(work, begin, end, scratch.as<T>());
  }
};

struct Request {
  int64_t planes;
  ResampleAxis deep, high, wide;
  Resampling mode;
  bool align_corners;

  explicit Request(Call& call)
      : planes(call.count()),
        deep(call),
        high(call),
        wide(call),
        mode(static_cast<Resampling>(call.integer(0, 5))),
        align_corners(call.flag()) {}

  using Size = int64_t ResampleAxis::*;
  int64_t count(Size size) const {
    return checked_product(checked_product(planes, deep.*size), checked_product(high.*size, wide.*size));
  }
};

template <class T>
void resample(Call& call, bool backward) {
  Request asked(call);
  int64_t small = asked.count(&ResampleAxis::in), large = asked.count(&ResampleAxis::out);
  T* out = call.contiguous<T>(backward ? small : large);
  const T* in = call.contiguous<T>(backward ? large : small);
  if (asked.planes == 0) return;
  TapTable<T> deep(asked.deep, asked.mode, asked.align_corners, backward);
  TapTable<T> high(asked.high, asked.mode, asked.align_corners, backward);
  TapTable<T> wide(asked.wide, asked.mode, asked.align_corners, backward);
  ResampleWork<T> work{deep.taps, high.taps, wide.taps, out, in};
  int64_t rows = asked.planes * work.deep.out * work.high.out;
  int64_t effort = work.wide.out + work.wide.in;
  parallel_for(rows, std::max<int64_t>(1, kGrain / effort), Rows<T>{CRESSET_SELECT_FOR(T, resample_of<T>)->rows, work});
}

template <bool backward>
void entry(Call& call) {
  with_float(call.dtype(), [&](auto element) { resample<decltype(element)>(call, backward); });
}

CRESSET_KERNEL(resample, entry<false>);
CRESSET_KERNEL(resample_backward, entry<true>);

}  // namespace
}  // namespace cresset
