// Max pooling. For every window a byte says which of its elements was chosen: the first of the largest, or the last NaN.
//
//   max_pool:           dtype, pool shape (pool.h), out, codes or 0, in
//   max_pool_backward:  dtype, pool shape, out (as in), gradient (as out of max_pool), codes
//   max_pool_indices:   pool shape, indices (int64), codes
//
// All memory is contiguous. An index is the place of the chosen element in its plane.
#include <algorithm>
#include <limits>

#include "kernels/element_types.h"
#include "kernels/pool.h"
#include "kernels/reduce_driver.h"
#include "runtime/parallel.h"
#include "simd/interleave.h"
#include "simd/vector.h"

namespace cresset {
namespace {

template <class T>
struct MaxWork {
  PoolShape shape;
  T* out;
  uint8_t* codes;
  const T* in;
  const T* first;  // of each window in a row, the first tap that lies on the input
};

template <class T>
struct MaxBackwardWork {
  PoolShape shape;
  T* out;
  const T* gradient;
  const uint8_t* codes;
};

// Rows of the output; scratch holds the padded rows, and kCodes codes or a row's.
template <class T>
using MaxForward = void (*)(const MaxWork<T>& work, int64_t begin, int64_t end, T* scratch);
// Planes; scratch holds a plane's codes and a row of all windows.
template <class T>
using MaxBackward = void (*)(const MaxBackwardWork<T>& work, int64_t begin, int64_t end, T* scratch);

template <class T>
struct MaxPool {
  MaxForward<T> forward[3][2];  // [step][with codes]
  MaxBackward<T> backward[3];
};

// Codes that are turned into bytes at a time.
constexpr int64_t kCodes = 2048;

}  // namespace
}  // namespace cresset

#define CRESSET_SOURCE "kernels/pool_max.inc"
#include "simd/foreach_isa.h"

namespace cresset {
namespace {

constexpr int64_t kGrain = 8192;

// 1 and 2 have loops of their own.
int step_of(const PoolShape& shape) { return shape.columns.stride <= 2 ? static_cast<int>(shape.columns.stride) : 0; }

template <class T>
struct Forward {
  MaxForward<T> run;
  const MaxWork<T>& work;
  void operator()(int64_t begin, int64_t end) const {
    Scratch scratch(static_cast<size_t>(padded_rows(work.shape) + std::max(kCodes, work.shape.columns.out)) *
                    sizeof(T));
    run(work, begin, end, scratch.as<T>());
  }
};

template <class T>
void forward(Call& call, const PoolShape& shape) {
  T* out = call.contiguous<T>(shape.out_count());
  uint8_t* codes = call.optional<uint8_t>(shape.out_count());
  const T* in = call.contiguous<T>(shape.in_count());
  if (shape.out_count() == 0) return;
  Scratch first(static_cast<size_t>(shape.columns.out) * sizeof(T));
  for (int64_t t = 0; t < shape.columns.out; t++) first.as<T>()[t] = static_cast<T>(shape.columns.first_tap(t));
  MaxWork<T> work{shape, out, codes, in, first.as<T>()};
  int64_t row_work = std::max<int64_t>(1, shape.columns.in * shape.rows.kernel);
  parallel_for(shape.planes * shape.rows.out, std::max<int64_t>(1, kGrain / row_work),
               Forward<T>{CRESSET_SELECT_FOR(T, max_pool_of<T>)->forward[step_of(shape)][codes != nullptr], work});
}

template <class T>
struct Backward {
  MaxBackward<T> run;
  const MaxBackwardWork<T>& work;
  void operator()(int64_t begin, int64_t end) const {
    const PoolShape& shape = work.shape;
    int64_t span = shape.out_plane() == 0 ? 0 : shape.columns.span();
    Scratch scratch(static_cast<size_t>(shape.out_plane() + span) * sizeof(T));
    run(work, begin, end, scratch.as<T>());
  }
};

template <class T>
void backward(Call& call, const PoolShape& shape) {
  T* out = call.contiguous<T>(shape.in_count());
  const T* gradient = call.contiguous<T>(shape.out_count());
  const uint8_t* codes = call.contiguous<uint8_t>(shape.out_count());
  if (shape.in_count() == 0) return;
  MaxBackwardWork<T> work{shape, out, gradient, codes};
  // The vectors look at every tap; a scatter only at the one that was chosen.
  constexpr int64_t kFewTaps = 16;
  bool vectors = shape.columns.dilation == 1 && shape.rows.kernel * shape.columns.kernel <= kFewTaps;
  int64_t plane_work = std::max(shape.in_plane(), shape.out_plane());
  parallel_for(shape.planes, std::max<int64_t>(1, kGrain / plane_work),
               Backward<T>{CRESSET_SELECT_FOR(T, max_pool_of<T>)->backward[vectors ? step_of(shape) : 0], work});
}

void forward_entry(Call& call) {
  Dtype dtype = call.dtype();
  PoolShape shape(call);
  with_float(dtype, [&](auto element) { forward<decltype(element)>(call, shape); });
}

void backward_entry(Call& call) {
  Dtype dtype = call.dtype();
  PoolShape shape(call);
  with_float(dtype, [&](auto element) { backward<decltype(element)>(call, shape); });
}

struct Indices {
  const PoolShape& shape;
  int64_t* indices;
  const uint8_t* codes;

  void operator()(int64_t begin, int64_t end) const {
    const PoolAxis &rows = shape.rows, &columns = shape.columns;
    for (int64_t item = begin; item < end; item++) {
      int64_t top = rows.begin(item % rows.out);
      for (int64_t t = 0; t < columns.out; t++) {
        int64_t code = codes[item * columns.out + t];
        int64_t row = top + code / columns.kernel * rows.dilation;
        int64_t column = columns.begin(t) + code % columns.kernel * columns.dilation;
        // A window of padding alone, between the elements of a dilated kernel, has chosen nothing.
        bool inside = row >= 0 && row < rows.in && column >= 0 && column < columns.in;
        indices[item * columns.out + t] = inside ? row * columns.in + column : 0;
      }
    }
  }
};

void indices_entry(Call& call) {
  PoolShape shape(call);
  int64_t* indices = call.contiguous<int64_t>(shape.out_count());
  const uint8_t* codes = call.contiguous<uint8_t>(shape.out_count());
  if (shape.out_count() == 0) return;
  parallel_for(shape.planes * shape.rows.out, std::max<int64_t>(1, kGrain / shape.columns.out),
               Indices{shape, indices, codes});
}

CRESSET_KERNEL(max_pool, forward_entry);
CRESSET_KERNEL(max_pool_backward, backward_entry);
CRESSET_KERNEL(max_pool_indices, indices_entry);

}  // namespace
}  // namespace cresset
