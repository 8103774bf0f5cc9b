// Matrices side by side: torch.cat, stack and roll. The output is written from its beginning to its end.
//
//   join: dtype, rows, matrices, then for each of them columns and a view of [rows, columns] with contiguous rows; out
#include <algorithm>
#include <cstring>
#include <vector>

#include "kernels/reduce_layout.h"
#include "runtime/call.h"
#include "runtime/parallel.h"

namespace cresset {
namespace {

struct Matrix {
  const uint8_t* data;
  int64_t row, pitch;  // bytes of a row, and from one row to the next
};

// Items are the output's bytes.
struct Join {
  const std::vector<Matrix>& matrices;
  int64_t row_bytes;
  uint8_t* out;

  void operator()(int64_t begin, int64_t end) const {
    int64_t row = begin / row_bytes, at = begin % row_bytes;
    auto matrix = matrices.begin();
    while (at >= matrix->row) at -= (matrix++)->row;
    while (begin < end) {
      const int64_t bytes = std::min(matrix->row - at, end - begin);
      std::memmove(out + begin, matrix->data + row * matrix->pitch + at, static_cast<size_t>(bytes));
      begin += bytes;
      at = 0;
      if (++matrix == matrices.end()) {
        matrix = matrices.begin();
        row++;
      }
    }
  }
};

void join_entry(Call& call) {
  constexpr int64_t kMostMatrices = 256, kGrain = 128 << 10;
  const Dtype dtype = call.dtype();
  const auto item = static_cast<int64_t>(item_size(dtype));
  Shape shape;
  shape.ndim = 2;
  shape.size[0] = call.count();
  const int64_t count = call.integer(0, kMostMatrices);
  std::vector<Matrix> matrices;
  int64_t columns = 0;
  for (int64_t i = 0; i < count; i++) {
    shape.size[1] = call.count();
    shape.count = checked_product(shape.size[0], shape.size[1]);
    View view;
    call.view(view, dtype, shape, false);
    if (shape.count == 0) continue;
    if (view.stride[1] != 1) Call::fail("the elements of a row must be neighbours");
    matrices.push_back({static_cast<const uint8_t*>(view.data), shape.size[1] * item, view.stride[0] * item});
    columns += shape.size[1];
  }
  const int64_t elements = checked_product(shape.size[0], columns);
  auto* out = static_cast<uint8_t*>(call.contiguous(dtype, elements));
  if (elements > 0) parallel_for(elements * item, kGrain, Join{matrices, columns * item, out});
}

CRESSET_KERNEL(join, join_entry);

}  // namespace
}  // namespace cresset
