// PReLU: y = x > 0 ? x : x * weight with one weight, or one for each channel of [outer, channels, inner]. Backward reads g
// and x once for both gradients. The weight's is summed in chunks and trees that depend on the shape alone.
#include <algorithm>
#include <cstring>

#include "kernels/element_types.h"
#include "kernels/reduce_driver.h"
#include "runtime/call.h"
#include "runtime/ceil_div.h"
#include "runtime/parallel.h"
#include "simd/vector.h"

namespace cresset {
namespace {

// One instruction set's loops. Index of the backward loops: 2 with dx, plus 1 with the weight's gradient.
template <class T>
struct PRelu {
  size_t vector_bytes;
  void (*forward_run[2])(T* out, const T* x, int64_t n, T weight);  // [streaming]
  void (*forward_columns)(T* out, const T* x, const T* weight, int64_t n);
  T (*backward_run[2][4])(T* dx, const T* g, const T* x, int64_t n, T weight);
  void (*backward_columns[4])(T* dx, const T* g, const T* x, const T* weight, T* dw, int64_t n);
};

}  // namespace
}  // namespace cresset

#define CRESSET_SOURCE "kernels/prelu.inc"
#include "simd/foreach_isa.h"

namespace cresset {
namespace {

// Elements a thread takes at a time, and at most in one run.
constexpr int64_t kGrain = 32768;
constexpr int64_t kPiece = 8192;
// Channels of fewer elements than this are handled as columns; short rows of columns are joined to rows of about kColumns.
constexpr int64_t kShortRun = 64;
constexpr int64_t kColumns = 512;
constexpr int64_t kBlock = 4096;
constexpr int64_t kRows = 512;
// An output of this size leaves the caches before anybody reads it.
constexpr int64_t kStreamBytes = 24 << 20;

struct Geometry {
  int64_t outer, channels, inner;
  int64_t count() const { return outer * channels * inner; }
};

Geometry read_geometry(Call& call) {
  Geometry g{call.count(), call.count(), call.count()};
  int64_t n = 0;
  if (__builtin_mul_overflow(g.outer, g.channels, &n) || __builtin_mul_overflow(n, g.inner, &n))
    Call::fail("shape is too large");
  if (g.channels == 1) g = {1, 1, n};
  return g;
}

template <class T>
struct Operands {
  T* out;  // y or dx; null where dx is not wanted
  const T* g;
  const T* x;
  const T* weight;
  T* dw;  // null in forward and where it is not wanted
};

template <class T>
bool streams(const PRelu<T>& kernel, const T* out, const T* in, int64_t n) {
  bool aligned = reinterpret_cast<uintptr_t>(out) % kernel.vector_bytes == 0;
  return aligned && out != in && n * static_cast<int64_t>(sizeof(T)) >= kStreamBytes;
}

template <class T>
int wanted(const Operands<T>& o) {
  return (o.out != nullptr ? 2 : 0) + (o.dw != nullptr ? 1 : 0);
}

// The sum of count values, pairwise.
template <class Value>
double pairwise(const Value& value, int64_t first, int64_t count) {
  if (count > 32) {
    int64_t half = count / 2;
    return pairwise(value, first, half) + pairwise(value, first + half, count - half);
  }
  double sum = 0;
  for (int64_t i = 0; i < count; i++) sum += value(first + i);
  return sum;
}

// Channels long enough for loops of their own. Items are pieces of them, in the order of memory.
template <class T>
struct Runs {
  const PRelu<T>& kernel;
  Geometry shape;
  Operands<T> at;
  T* partial;  // one of each item

  int64_t pieces() const { return ceil_div(shape.inner, kPiece); }
  int64_t items() const { return shape.outer * shape.channels * pieces(); }
  int64_t grain() const { return std::max<int64_t>(1, kGrain / std::min(shape.inner, kPiece)); }

  void operator()(int64_t begin, int64_t end) const {
    for (int64_t item = begin; item < end; item++) {
      int64_t run = item / pieces(), first = item % pieces() * kPiece;
      int64_t n = std::min(kPiece, shape.inner - first), from = run * shape.inner + first;
      T weight = at.weight[run % shape.channels];
      T* out = at.out ? at.out + from : nullptr;
      if (at.g == nullptr) {
        kernel.forward_run[streams(kernel, out, at.x + from, shape.count())](out, at.x + from, n, weight);
      } else {
        auto backward = kernel.backward_run[streams(kernel, out, at.g + from, shape.count())][wanted(at)];
        T sum = backward(out, at.g + from, at.x + from, n, weight);
        if (partial != nullptr) partial[item] = sum;
      }
    }
  }

  // The partial sums of a channel.
  struct Channel {
    const Runs& runs;
    int64_t channel;
    double operator()(int64_t i) const {
      int64_t pieces = runs.pieces(), run = i / pieces * runs.shape.channels + channel;
      return static_cast<double>(runs.partial[run * pieces + i % pieces]);
    }
  };
};

template <class T>
void run_long_channels(const PRelu<T>& kernel, Geometry shape, const Operands<T>& at) {
  Runs<T> runs{kernel, shape, at, nullptr};
  Scratch scratch(at.dw == nullptr ? 0 : static_cast<size_t>(runs.items()) * sizeof(T));
  if (at.dw != nullptr) runs.partial = scratch.as<T>();
  parallel_for(runs.items(), runs.grain(), runs);
  if (at.dw == nullptr) return;
  for (int64_t c = 0; c < shape.channels; c++)
    at.dw[c] = static_cast<T>(pairwise(typename Runs<T>::Channel{runs, c}, 0, shape.outer * runs.pieces()));
}

// Short channels: [rows, columns] with a weight for each column. Items are blocks of columns within chunks of rows.
template <class T>
struct Columns {
  const PRelu<T>& kernel;
  int64_t count, columns;
  Operands<T> at;  // weights repeated for all columns
  T* partial;      // [chunks, columns]

  int64_t block() const { return std::min(columns, kBlock); }
  int64_t blocks() const { return ceil_div(columns, block()); }
  int64_t rows() const { return ceil_div(count, columns); }
  int64_t chunk_rows() const { return std::min(kRows, ceil_div(kGrain, block())); }
  int64_t chunks() const { return ceil_div(rows(), chunk_rows()); }

  void operator()(int64_t begin, int64_t end) const {
    for (int64_t item = begin; item < end; item++) {
      int64_t column = item % blocks() * block(), chunk = item / blocks();
      int64_t width = std::min(block(), columns - column);
      T* dw = partial ? partial + chunk * columns + column : nullptr;
      if (dw != nullptr) std::fill_n(dw, width, T(0));
      int64_t last = std::min(rows(), (chunk + 1) * chunk_rows());
      for (int64_t row = chunk * chunk_rows(); row < last; row++) {
        int64_t from = row * columns + column, n = std::min(width, count - from);
        if (n > 0) one_row(from, n, at.weight + column, dw);
      }
    }
  }

  void one_row(int64_t from, int64_t n, const T* weight, T* dw) const {
    T* out = at.out ? at.out + from : nullptr;
    if (at.g == nullptr) return kernel.forward_columns(out, at.x + from, weight, n);
    kernel.backward_columns[wanted(at)](out, at.g + from, at.x + from, weight, dw, n);
  }

  // The partial sums of a channel: those of its columns, chunk by chunk.
  struct Channel {
    const Columns& all;
    Geometry shape;
    int64_t channel;
    double operator()(int64_t i) const {
      int64_t chunk = i % all.chunks(), column = i / all.chunks();
      int64_t place =
          column / shape.inner * shape.channels * shape.inner + channel * shape.inner + column % shape.inner;
      return static_cast<double>(all.partial[chunk * all.columns + place]);
    }
  };
};

template <class T>
void run_short_channels(const PRelu<T>& kernel, Geometry shape, Operands<T> at) {
  int64_t period = shape.channels * shape.inner;
  int64_t repeats = std::max<int64_t>(1, std::min(shape.outer, kColumns / period));
  int64_t columns = repeats * period;
  Scratch weights(static_cast<size_t>(columns) * sizeof(T));
  for (int64_t i = 0; i < period; i++) weights.as<T>()[i] = at.weight[i / shape.inner];
  for (int64_t r = 1; r < repeats; r++)
    std::memcpy(weights.as<T>() + r * period, weights.as<T>(), static_cast<size_t>(period) * sizeof(T));
  T* dw = at.dw;
  at.weight = weights.as<T>();
  Columns<T> work{kernel, shape.count(), columns, at, nullptr};
  Scratch scratch(dw == nullptr ? 0 : static_cast<size_t>(work.chunks() * columns) * sizeof(T));
  if (dw != nullptr) work.partial = scratch.as<T>();
  parallel_for(work.chunks() * work.blocks(), 1, work);
  if (dw == nullptr) return;
  for (int64_t c = 0; c < shape.channels; c++) {
    typename Columns<T>::Channel sums{work, shape, c};
    dw[c] = static_cast<T>(pairwise(sums, 0, repeats * shape.inner * work.chunks()));
  }
}

template <class T>
void run(const PRelu<T>& kernel, Geometry shape, const Operands<T>& at) {
  if (shape.count() == 0) {
    if (at.dw != nullptr) std::fill_n(at.dw, shape.channels, T(0));
  } else if (shape.channels == 1 || shape.inner >= kShortRun) {
    run_long_channels(kernel, shape, at);
  } else {
    run_short_channels(kernel, shape, at);
  }
}

// dtype, outer, channels, inner, out, x, weight
template <class T>
void forward(Call& call) {
  Geometry shape = read_geometry(call);
  T* out = call.contiguous<T>(shape.count());
  const T* x = call.contiguous<T>(shape.count());
  const T* weight = call.contiguous<T>(shape.channels);
  run(*CRESSET_SELECT_FOR(T, prelu_of<T>), shape, Operands<T>{out, nullptr, x, weight, nullptr});
}

// dtype, outer, channels, inner, dx or absent, dweight or absent, g, x, weight. dx may be g.
template <class T>
void backward(Call& call) {
  Geometry shape = read_geometry(call);
  T* dx = call.optional<T>(shape.count());
  T* dw = call.optional<T>(shape.channels);
  const T* g = call.contiguous<T>(shape.count());
  const T* x = call.contiguous<T>(shape.count());
  const T* weight = call.contiguous<T>(shape.channels);
  if (dx == nullptr && dw == nullptr) return;
  run(*CRESSET_SELECT_FOR(T, prelu_of<T>), shape, Operands<T>{dx, g, x, weight, dw});
}

CRESSET_FLOAT_KERNEL(prelu, forward);
CRESSET_FLOAT_KERNEL(prelu_backward, backward);

}  // namespace
}  // namespace cresset
