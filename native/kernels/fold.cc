// Sliding blocks of planes as columns, and their sum back: torch.nn.functional.unfold and fold.
//
//   unfold:  dtype, planes, 2 × (in, out, kernel, stride, pad, dilation), columns [planes, kernels, outs], in [planes, ins]
//   fold:    the same, but out [planes, ins] and columns [planes, kernels, outs]
//
// Block o of a direction holds the elements o·stride - pad + j·dilation, j < kernel; those outside the plane are 0.
#include <algorithm>

#include "kernels/element_types.h"
#include "kernels/reduce_layout.h"
#include "kernels/row_sum.h"
#include "runtime/ceil_div.h"
#include "runtime/parallel.h"

namespace cresset {
namespace {

constexpr int64_t kGrain = 16384;
constexpr int64_t kFar = int64_t{1} << 30;

struct Direction {
  int64_t in, out, kernel, stride, pad, dilation;

  explicit Direction(Call& call)
      : in(call.integer(0, kFar)),
        out(call.integer(0, kFar)),
        kernel(call.integer(1, kFar)),
        stride(call.integer(1, kFar)),
        pad(call.integer(0, kFar)),
        dilation(call.integer(1, kFar)) {}

  // Where element j of block 0 lies.
  int64_t begin(int64_t j) const { return j * dilation - pad; }
  // The blocks whose element j lies on the plane are [first, last).
  int64_t first(int64_t j) const { return begin(j) >= 0 ? 0 : std::min(out, ceil_div(-begin(j), stride)); }
  int64_t last(int64_t j) const {
    int64_t room = in - 1 - begin(j);
    return room < 0 ? first(j) : std::max(first(j), std::min(out, room / stride + 1));
  }
};

struct Blocks {
  int64_t planes;
  Direction rows, columns;

  explicit Blocks(Call& call) : planes(call.count()), rows(call), columns(call) {
    plane = checked_product(rows.in, columns.in);
    whole = checked_product(planes, plane);
    kernel = checked_product(rows.kernel, columns.kernel);
    unfolded = checked_product(checked_product(planes, kernel), checked_product(rows.out, columns.out));
  }
  int64_t plane, whole, kernel, unfolded;
};

// Items are elements of the blocks' kernels, plane by plane.
template <class T>
struct Unfold {
  const Blocks& b;
  T* out;
  const T* in;

  void operator()(int64_t begin, int64_t end) const {
    for (int64_t item = begin; item < end; item++) {
      int64_t i = item % b.kernel / b.columns.kernel, j = item % b.columns.kernel;
      const T* plane = in + item / b.kernel * b.plane;
      T* to = out + item * b.rows.out * b.columns.out;
      int64_t first = b.rows.first(i), last = b.rows.last(i);
      std::fill_n(to, first * b.columns.out, T(0));
      for (int64_t o = first; o < last; o++)
        row(to + o * b.columns.out, plane + (b.rows.begin(i) + o * b.rows.stride) * b.columns.in, j);
      std::fill_n(to + last * b.columns.out, (b.rows.out - last) * b.columns.out, T(0));
    }
  }

  void row(T* to, const T* from, int64_t j) const {
    int64_t first = b.columns.first(j), last = b.columns.last(j), stride = b.columns.stride;
    std::fill_n(to, first, T(0));
    const T* source = from + b.columns.begin(j);
    if (stride == 1) {
      std::copy_n(source + first, last - first, to + first);
    } else {
      for (int64_t o = first; o < last; o++) to[o] = source[o * stride];
    }
    std::fill_n(to + last, b.columns.out - last, T(0));
  }
};

// Items are planes; each adds up in the order of the columns.
template <class T>
struct Fold {
  const Blocks& b;
  T* out;
  const T* columns;

  void operator()(int64_t begin, int64_t end) const {
    for (int64_t plane = begin; plane < end; plane++) {
      T* to = out + plane * b.plane;
      std::fill_n(to, b.plane, T(0));
      for (int64_t k = 0; k < b.kernel; k++) {
        int64_t i = k / b.columns.kernel;
        const T* from = columns + (plane * b.kernel + k) * b.rows.out * b.columns.out;
        for (int64_t o = b.rows.first(i); o < b.rows.last(i); o++)
          row(to + (b.rows.begin(i) + o * b.rows.stride) * b.columns.in, from + o * b.columns.out,
              k % b.columns.kernel);
      }
    }
  }

  void row(T* to, const T* from, int64_t j) const {
    int64_t first = b.columns.first(j), last = b.columns.last(j), stride = b.columns.stride;
    T* target = to + b.columns.begin(j);
    if (stride == 1) return add_row(target + first, from + first, last - first);
    for (int64_t o = first; o < last; o++) target[o * stride] += from[o];
  }
};

template <class T>
void unfold(Call& call) {
  Blocks b(call);
  T* out = call.contiguous<T>(b.unfolded);
  const T* in = call.contiguous<T>(b.whole);
  if (b.unfolded == 0) return;
  int64_t effort = b.rows.out * b.columns.out;
  parallel_for(b.planes * b.kernel, std::max<int64_t>(1, kGrain / effort), Unfold<T>{b, out, in});
}

template <class T>
void fold(Call& call) {
  Blocks b(call);
  T* out = call.contiguous<T>(b.whole);
  const T* columns = call.contiguous<T>(b.unfolded);
  if (b.unfolded == 0) return std::fill_n(out, b.whole, T(0)), void();
  if (b.whole == 0) return;
  parallel_for(b.planes, std::max<int64_t>(1, kGrain / (b.unfolded / b.planes)), Fold<T>{b, out, columns});
}

CRESSET_FLOAT_KERNEL(unfold, unfold);
CRESSET_FLOAT_KERNEL(fold, fold);

}  // namespace
}  // namespace cresset
