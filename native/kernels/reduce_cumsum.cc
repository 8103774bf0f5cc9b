// cumsum, cumprod: dtype, outer, dim, inner, out, in
//
// Running sums and products over the middle dimension of contiguous [outer, dim, inner]. Floats are joined in double, as in
// PyTorch on the CPU; integers give int64.
#include <algorithm>

#include "kernels/reduce_layout.h"
#include "runtime/ceil_div.h"
#include "runtime/parallel.h"
#include "simd/vectorize.inc"

namespace cresset {
namespace {

template <class T>
struct Accumulator {
  using Type = double;
};
template <>
struct Accumulator<int64_t> {
  using Type = uint64_t;
};
template <>
struct Accumulator<int32_t> {
  using Type = uint64_t;
};
template <>
struct Accumulator<uint8_t> {
  using Type = uint64_t;
};

struct Plus {
  static constexpr int kStart = 0;
  template <class T>
  static T join(T a, T b) {
    return a + b;
  }
};
struct Times {
  static constexpr int kStart = 1;
  template <class T>
  static T join(T a, T b) {
    return a * b;
  }
};

// Items are tiles of columns within the outer dimension.
template <class In, class Out, class Op>
struct Running {
  static constexpr int64_t kTile = 64;
  const In* in;
  Out* out;
  int64_t dim, inner;

  int64_t tiles() const { return ceil_div(inner, kTile); }

  void operator()(int64_t begin, int64_t end) const {
    if (inner == 1) return runs(begin, end);
    for (int64_t item = begin; item < end; item++) {
      int64_t column = item % tiles() * kTile;
      int64_t at = item / tiles() * dim * inner + column;
      columns(in + at, std::min(kTile, inner - column), out + at);
    }
  }

  // An addition waits for the one before it: several runs at once keep the adders busy.
  void runs(int64_t begin, int64_t end) const {
    constexpr int64_t kTogether = 4;
    int64_t run = begin;
    for (; run + kTogether <= end; run += kTogether) together<kTogether>(in + run * dim, out + run * dim);
    for (; run < end; run++) together<1>(in + run * dim, out + run * dim);
  }

  template <int64_t count>
  void together(const In* x, Out* y) const {
    using Result = typename Accumulator<In>::Type;
    Result result[count];
    for (Result& each : result) each = Op::kStart;
    for (int64_t i = 0; i < dim; i++) {
      for (int64_t k = 0; k < count; k++) {
        result[k] = Op::join(result[k], static_cast<Result>(x[k * dim + i]));
        y[k * dim + i] = static_cast<Out>(result[k]);
      }
    }
  }

  void columns(const In* x, int64_t width, Out* y) const {
    using Result = typename Accumulator<In>::Type;
    Result result[kTile];
    for (Result& each : result) each = Op::kStart;
    for (int64_t i = 0; i < dim; i++, x += inner, y += inner) {
      for (int64_t c = 0; c < width; c++) {
        result[c] = Op::join(result[c], static_cast<Result>(x[c]));
        y[c] = static_cast<Out>(result[c]);
      }
    }
  }
};

template <class Op, class In, class Out>
void run(Call& call, Dtype dtype) {
  constexpr int64_t kGrain = 32768;
  int64_t outer = call.count(), dim = call.count(), inner = call.count();
  int64_t n = checked_product(checked_product(outer, dim), inner);
  Out* out = call.contiguous<Out>(n);
  const In* in = static_cast<const In*>(call.contiguous(dtype, n));
  if (n == 0) return;
  Running<In, Out, Op> body{in, out, dim, inner};
  int64_t item = dim * std::min<int64_t>(inner, 64);
  parallel_for(outer * body.tiles(), std::max<int64_t>(1, kGrain / item), body);
}

template <class Op>
void entry(Call& call) {
  Dtype dtype = call.dtype();
  switch (dtype) {
    case Dtype::float32: return run<Op, float, float>(call, dtype);
    case Dtype::float64: return run<Op, double, double>(call, dtype);
    case Dtype::int64: return run<Op, int64_t, int64_t>(call, dtype);
    case Dtype::int32: return run<Op, int32_t, int64_t>(call, dtype);
    default: return run<Op, uint8_t, int64_t>(call, dtype);
  }
}

CRESSET_KERNEL(cumsum, entry<Plus>);
CRESSET_KERNEL(cumprod, entry<Times>);

}  // namespace
}  // namespace cresset
