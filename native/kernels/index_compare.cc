// Reading one element, and comparing tensors.
//
//   item:     dtype, in (id, offset) -> the value; for int64 also its high (signed) and low 32 bits
//   compare:  dtype, shape, a view, b view, rtol, atol, equal_nan
//             -> how many differ, the position of the first (-1: none), greatest absolute and relative difference
//
// Elements agree as in torch.isclose: equal, or |a - b| finite and <= atol + rtol * |b|; so tolerances of 0 ask for
// equality. The differences are over all pairs, differing or not; those that involve NaN or inf are left out.
#include <cmath>
#include <mutex>

#include "kernels/element_types.h"
#include "kernels/reduce_layout.h"
#include "runtime/parallel.h"

namespace cresset {
namespace {

void item_entry(Call& call) {
  Dtype dtype = call.dtype();
  const void* data = call.contiguous(dtype, 1);
  switch (dtype) {
    case Dtype::float32: return call.result(static_cast<double>(*static_cast<const float*>(data)));
    case Dtype::float64: return call.result(*static_cast<const double*>(data));
    case Dtype::int32: return call.result(*static_cast<const int32_t*>(data));
    case Dtype::uint8: return call.result(*static_cast<const uint8_t*>(data));
    case Dtype::boolean: return call.result(*static_cast<const uint8_t*>(data) != 0);
    case Dtype::int64: {
      int64_t value = *static_cast<const int64_t*>(data);
      call.result(static_cast<double>(value));
      call.result(static_cast<double>(value >> 32));
      call.result(static_cast<double>(value & 0xffffffff));
    }
  }
}

struct Tolerance {
  double relative, absolute;
  bool equal_nan;
};

struct Comparison {
  int64_t differing = 0;
  int64_t first = -1;
  double absolute = 0, relative = 0;

  void add(const Comparison& other) {
    differing += other.differing;
    if (other.first >= 0 && (first < 0 || other.first < first)) first = other.first;
    absolute = std::fmax(absolute, other.absolute);
    relative = std::fmax(relative, other.relative);
  }
};

template <class T>
struct Compare {
  const Dims &a_dims, &b_dims;
  const T *a, *b;
  const Tolerance& tolerance;
  std::mutex& mutex;
  Comparison& total;

  void operator()(int64_t begin, int64_t end) const {
    Comparison found;
    Cursor at(a_dims, begin), bt(b_dims, begin);
    for (int64_t i = begin; i < end; i++) {
      pair(a[at.offset()], b[bt.offset()], i, found);
      at.advance(1);
      bt.advance(1);
    }
    std::lock_guard<std::mutex> lock(mutex);
    total.add(found);
  }

  void pair(T x, T y, int64_t position, Comparison& found) const {
    if (x == y) return;
    bool close = tolerance.equal_nan && x != x && y != y;
    double difference = std::fabs(static_cast<double>(x) - static_cast<double>(y));
    double size = std::fabs(static_cast<double>(y));
    if (std::isfinite(difference)) {
      found.absolute = std::fmax(found.absolute, difference);
      if (size > 0) found.relative = std::fmax(found.relative, difference / size);
      bool tolerant = tolerance.relative != 0 || tolerance.absolute != 0;
      close = close || (tolerant && difference <= tolerance.absolute + tolerance.relative * size);
    }
    if (close) return;
    if (found.first < 0) found.first = position;
    found.differing++;
  }
};

template <class T>
void compare(Call& call, Dtype dtype) {
  constexpr int64_t kGrain = 16384;
  Shape shape = call.shape();
  View a, b;
  call.view(a, dtype, shape, false);
  call.view(b, dtype, shape, false);
  double relative = call.number(), absolute = call.number();
  Tolerance tolerance{relative, absolute, call.flag()};
  Comparison total;
  if (shape.count > 0) {
    bound_work(shape, a);
    bound_work(shape, b);
    Dims a_dims = coalesce(shape, a.stride, Order::given), b_dims = coalesce(shape, b.stride, Order::given);
    std::mutex mutex;
    parallel_for(shape.count, kGrain,
                 Compare<T>{a_dims, b_dims, static_cast<const T*>(a.data), static_cast<const T*>(b.data), tolerance,
                            mutex, total});
  }
  call.result(static_cast<double>(total.differing));
  call.result(static_cast<double>(total.first));
  call.result(total.absolute);
  call.result(total.relative);
}

void compare_entry(Call& call) {
  Dtype dtype = call.dtype();
  with_type(dtype, [&](auto element) { compare<decltype(element)>(call, dtype); });
}

CRESSET_KERNEL(item, item_entry);
CRESSET_KERNEL(compare, compare_entry);

}  // namespace
}  // namespace cresset
