// Windows that slide over planes of [planes, rows, columns]: what the pooling kernels share.
#pragma once
#include "runtime/call.h"
#include "runtime/ceil_div.h"

namespace cresset {

// One direction of a sliding window: windows o = 0, 1, … cover the elements o·stride - pad + j·dilation, j < kernel.
struct PoolAxis {
  int64_t in, out, kernel, stride, pad, dilation;

  int64_t effective() const { return (kernel - 1) * dilation + 1; }
  // Elements from the first window's beginning to the last one's end.
  int64_t span() const { return (out - 1) * stride + effective(); }
  bool padded() const { return pad > 0 || span() > in; }
  int64_t begin(int64_t o) const { return o * stride - pad; }
  // The taps of window o that lie on the input: [first_tap, last_tap).
  int64_t first_tap(int64_t o) const { return begin(o) >= 0 ? 0 : ceil_div(-begin(o), dilation); }
  int64_t last_tap(int64_t o) const {
    int64_t room = in - begin(o);
    int64_t taps = room <= 0 ? 0 : ceil_div(room, dilation);
    return taps < kernel ? taps : kernel;
  }
};

// Taps are numbered row by row, so that a byte holds one.
constexpr int64_t kMaxTaps = 256;

struct PoolShape {
  int64_t planes;
  PoolAxis rows, columns;

  // Reads `planes`, then `in, out, kernel, stride, pad, dilation` of the rows and of the columns.
  explicit PoolShape(Call& call);
  int64_t in_plane() const { return rows.in * columns.in; }
  int64_t out_plane() const { return rows.out * columns.out; }
  int64_t in_count() const { return planes * in_plane(); }
  int64_t out_count() const { return planes * out_plane(); }
};

// Room for `kernel` rows with their padding.
inline int64_t padded_rows(const PoolShape& shape) {
  return shape.columns.padded() ? shape.rows.kernel * shape.columns.span() : 0;
}

}  // namespace cresset
