// Tensors made from a rule; all memory is contiguous.
//
//   arange:      dtype, n, out, start, step
//   linspace:    dtype, n, out, start, end
//   eye:         dtype, rows, columns, out
//   one_hot:     dtype, n, classes, out [n, classes], index dtype, index [n]
//   tril, triu:  dtype, batch, rows, columns, diagonal, out, in (out may be in)
#include <algorithm>
#include <cmath>

#include "kernels/element_types.h"
#include "kernels/index_reader.h"
#include "kernels/reduce_layout.h"
#include "runtime/parallel.h"

namespace cresset {
namespace {

constexpr int64_t kGrain = 16384;

template <class T>
T from_double(double value) {
  if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(value);
  } else {
    if (!(value > -9.2e18 && value < 9.2e18)) return 0;
    return static_cast<T>(static_cast<uint64_t>(static_cast<int64_t>(value)));
  }
}

// start + i * step, floats in double with one rounding at the end, integers exactly.
template <class T>
struct Arange {
  T* out;
  double start, step;
  void operator()(int64_t begin, int64_t end) const {
    if constexpr (std::is_floating_point_v<T>) {
      for (int64_t i = begin; i < end; i++) out[i] = static_cast<T>(start + static_cast<double>(i) * step);
    } else {
      uint64_t first = static_cast<uint64_t>(from_double<int64_t>(start));
      uint64_t by = static_cast<uint64_t>(from_double<int64_t>(step));
      for (int64_t i = begin; i < end; i++) out[i] = static_cast<T>(first + static_cast<uint64_t>(i) * by);
    }
  }
};

// From both ends, so that the last element is the end; PyTorch's bits.
template <class T>
struct Linspace {
  using Step = std::conditional_t<std::is_floating_point_v<T>, T, double>;
  T* out;
  int64_t n;
  double start, end;
  void operator()(int64_t from, int64_t to) const {
    Step first = static_cast<Step>(from_double<T>(start)), last = static_cast<Step>(from_double<T>(end));
    Step step = n > 1 ? (last - first) / static_cast<Step>(n - 1) : Step(0);
    for (int64_t i = from; i < to; i++) {
      bool near_start = i < n / 2 || n == 1;
      Step value = near_start ? std::fma(static_cast<Step>(i), step, first)
                              : std::fma(-static_cast<Step>(n - 1 - i), step, last);
      out[i] = from_double<T>(static_cast<double>(value));
    }
  }
};

template <class T>
struct MakeArange {
  static void run(Call& call) {
    int64_t n = call.count();
    T* out = call.contiguous<T>(n);
    double start = call.number(), step = call.number();
    parallel_for(n, kGrain, Arange<T>{out, start, step});
  }
};

template <class T>
struct MakeLinspace {
  static void run(Call& call) {
    int64_t n = call.count();
    T* out = call.contiguous<T>(n);
    double start = call.number(), end = call.number();
    parallel_for(n, kGrain, Linspace<T>{out, n, start, end});
  }
};

template <class T>
struct MakeEye {
  static void run(Call& call) {
    int64_t rows = call.count(), columns = call.count(), n = checked_product(rows, columns);
    T* out = call.contiguous<T>(n);
    std::fill_n(out, n, T(0));
    for (int64_t i = 0; n > 0 && i < std::min(rows, columns); i++) out[i * columns + i] = 1;
  }
};

template <class T>
struct MakeOneHot {
  static void run(Call& call) {
    int64_t rows = call.count(), classes = call.count(), n = checked_product(rows, classes);
    T* out = call.contiguous<T>(n);
    IndexReader index(call, rows);
    IndexFault fault;
    std::fill_n(out, n, T(0));
    for (int64_t row = 0; row < rows; row++) {
      int64_t chosen = index[row];
      if (chosen < 0 || chosen >= classes) {
        fault.report(row, chosen);
        break;
      }
      out[row * classes + chosen] = 1;
    }
    fault.raise("index", classes);
  }
};

template <template <class> class Make>
void create(Call& call) {
  with_type(call.dtype(), [&](auto element) { Make<decltype(element)>::run(call); });
}

template <class T, bool lower>
struct Triangle {
  T* out;
  const T* in;
  int64_t rows, columns, diagonal;

  void operator()(int64_t begin, int64_t end) const {
    for (int64_t line = begin; line < end; line++) {
      // The first column right of the diagonal, or the diagonal's own.
      int64_t edge = std::clamp(line % rows + diagonal + (lower ? 1 : 0), int64_t{0}, columns);
      T* to = out + line * columns;
      const T* from = in + line * columns;
      int64_t kept = lower ? 0 : edge, kept_end = lower ? edge : columns;
      if (out != in) std::copy(from + kept, from + kept_end, to + kept);
      std::fill(to, to + kept, T(0));
      std::fill(to + kept_end, to + columns, T(0));
    }
  }
};

template <class T, bool lower>
void triangle(Call& call, Dtype dtype) {
  int64_t batch = call.count(), rows = call.count(), columns = call.count();
  int64_t diagonal = call.integer(-(int64_t{1} << 46), int64_t{1} << 46);
  int64_t n = checked_product(checked_product(batch, rows), columns);
  T* out = static_cast<T*>(call.contiguous(dtype, n));
  const T* in = static_cast<const T*>(call.contiguous(dtype, n));
  if (n == 0) return;
  Triangle<T, lower> body{out, in, rows, columns, diagonal};
  parallel_for(batch * rows, std::max<int64_t>(1, kGrain / columns), body);
}

template <bool lower>
void triangle_entry(Call& call) {
  Dtype dtype = call.dtype();
  with_bits(dtype, [&](auto element) { triangle<decltype(element), lower>(call, dtype); });
}

CRESSET_KERNEL(arange, create<MakeArange>);
CRESSET_KERNEL(linspace, create<MakeLinspace>);
CRESSET_KERNEL(eye, create<MakeEye>);
CRESSET_KERNEL(one_hot, create<MakeOneHot>);
CRESSET_KERNEL(tril, triangle_entry<true>);
CRESSET_KERNEL(triu, triangle_entry<false>);

}  // namespace
}  // namespace cresset
