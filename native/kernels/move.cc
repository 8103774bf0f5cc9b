#include "kernels/move.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "kernels/strided.h"
#include "kernels/transpose_loops.h"
#include "runtime/ceil_div.h"
#include "runtime/parallel.h"
#include "simd/vector.h"

#define CRESSET_SOURCE "kernels/move.inc"
#include "simd/foreach_isa.h"

namespace cresset {
namespace {

constexpr int64_t kGrain = 32768;

struct MoveAll {
  const Strided& layout;
  MoveFunction function;

  void operator()(int64_t begin, int64_t end) const {
    Position at(layout, begin);
    for (int64_t i = begin; i < end;) {
      const Band band = at.band(layout, end - i);
      const MoveRows rows{band.rows,           band.columns,    layout.pitch(0),
                          layout.stride[0][0], layout.pitch(1), layout.stride[1][0]};
      function(at.pointer(layout, 0), at.pointer(layout, 1), rows);
      at.advance(layout, band.rows * band.columns);
      i += band.rows * band.columns;
    }
  }
};

// Where the input is contiguous along dimension 1 and the output along dimension 0. Chunks are bands of rows of the
// output: moved row by row, each cache line of the input would be fetched once for every element of it.
struct Transpose {
  static constexpr int64_t kRows = 16;
  const Strided& layout;
  TransposeLoop loop;

  static bool fits(const Strided& l) {
    return l.dims >= 2 && l.size[0] >= 4 && l.size[1] >= 4 && l.stride[0][0] == 1 && l.stride[1][1] == 1 &&
           std::abs(l.stride[1][0]) > 1 && l.operand[0].item >= 4;
  }

  int64_t bands() const { return ceil_div(layout.size[1], kRows); }

  void operator()(int64_t begin, int64_t end) const {
    for (int64_t i = begin; i < end; i++) {
      Position at(layout, i / bands() * layout.size[0] * layout.size[1]);
      at.index[1] = i % bands() * kRows;
      loop(at.pointer(layout, 1), layout.stride[1][0], std::min(kRows, layout.size[1] - at.index[1]), layout.size[0],
           at.pointer(layout, 0), layout.stride[0][1]);
    }
  }
};

MoveFunction mover(int item) {
  const Movers& movers = *CRESSET_SELECT(map_move);
  return item == 8 ? movers.of_8 : item == 4 ? movers.of_4 : movers.of_1;
}

}  // namespace

void repeat_item(uint8_t* to, const void* element, int item, int64_t n) {
  mover(item)(to, element, {1, n, 0, 1, 0, 0});
}

void move(const Shape& shape, const MapOperand& out, const MapOperand& in) {
  if (shape.count == 0) return;
  const MapOperand operands[] = {out, in};
  const Strided layout(shape, operands, 2);
  if (Transpose::fits(layout)) {
    const Transpose body{layout, transpose_loop(out.item)};
    const int64_t items = shape.count / (layout.size[0] * layout.size[1]) * body.bands();
    return parallel_for(items, std::max<int64_t>(1, kGrain / (Transpose::kRows * layout.size[0])), body);
  }
  parallel_for(shape.count, kGrain, MoveAll{layout, mover(out.item)});
}

}  // namespace cresset
