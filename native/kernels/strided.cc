#include "kernels/strided.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "kernels/transpose_loops.h"
#include "simd/transpose.h"

#define CRESSET_SOURCE "kernels/transpose_loops.inc"
#include "simd/foreach_isa.h"

namespace cresset {
namespace {

// Whether dimension `outer` continues `inner` in every operand, so that the two are one.
bool joins(const Strided& l, int inner, int64_t size, const int64_t* outer_stride) {
  for (int k = 0; k < l.count; k++) {
    if (outer_stride[k] != l.stride[k][inner] * size) return false;
  }
  return true;
}

template <size_t item>
void copy_strided(uint8_t* to, int64_t to_stride, const uint8_t* from, int64_t from_stride, int64_t n) {
  constexpr int64_t bytes = item;
  for (int64_t i = 0; i < n; i++) std::memcpy(to + i * to_stride * bytes, from + i * from_stride * bytes, item);
}

}  // namespace

void copy_items(uint8_t* to, int64_t to_stride, const uint8_t* from, int64_t from_stride, int item, int64_t n) {
  if (to_stride == 1 && from_stride == 1) {
    std::memcpy(to, from, static_cast<size_t>(n * item));
  } else if (item == 8) {
    copy_strided<8>(to, to_stride, from, from_stride, n);
  } else if (item == 4) {
    copy_strided<4>(to, to_stride, from, from_stride, n);
  } else {
    copy_strided<1>(to, to_stride, from, from_stride, n);
  }
}

Strided::Strided(const Shape& shape, const MapOperand* operands, int operand_count) : count(operand_count) {
  std::copy(operands, operands + count, operand);
  int order[kMaxDims];
  int used = 0;
  for (int d = shape.ndim - 1; d >= 0; d--) {
    if (shape.size[d] == 1) continue;
    int64_t distance = std::abs(operands[0].stride[d]);
    int place = used++;
    for (; place > 0 && std::abs(operands[0].stride[order[place - 1]]) > distance; place--)
      order[place] = order[place - 1];
    order[place] = d;
  }
  for (int i = 0; i < used; i++) {
    int64_t outer[1 + kMaxInputs];
    for (int k = 0; k < count; k++) outer[k] = operands[k].stride[order[i]];
    if (dims > 0 && joins(*this, dims - 1, size[dims - 1], outer)) {
      size[dims - 1] *= shape.size[order[i]];
      continue;
    }
    for (int k = 0; k < count; k++) stride[k][dims] = outer[k];
    size[dims++] = shape.size[order[i]];
  }
  if (dims == 0) {
    for (int k = 0; k < count; k++) stride[k][0] = 1;
    size[dims++] = 1;
  }
}

bool Strided::is_contiguous(int k) const {
  int64_t expected = 1;
  for (int d = 0; d < dims; d++) {
    if (stride[k][d] != expected) return false;
    expected *= size[d];
  }
  return true;
}

bool Strided::is_constant(int k) const {
  return std::all_of(stride[k], stride[k] + dims, [](int64_t s) { return s == 0; });
}

Position::Position(const Strided& layout, int64_t element) {
  for (int d = 0; d < layout.dims; d++) {
    index[d] = element % layout.size[d];
    element /= layout.size[d];
  }
}

void Position::advance(const Strided& layout, int64_t elements) {
  index[0] += elements;
  for (int d = 0; d + 1 < layout.dims && index[d] >= layout.size[d]; d++) {
    index[d + 1] += index[d] / layout.size[d];
    index[d] %= layout.size[d];
  }
}

Band Position::band(const Strided& layout, int64_t elements) const {
  const int64_t row = layout.size[0];
  if (index[0] > 0 || elements < row) return {1, std::min(elements, row - index[0])};
  return {layout.dims > 1 ? std::min(elements / row, layout.size[1] - index[1]) : 1, row};
}

void gather(const Strided& layout, int k, const Position& at, int64_t n, uint8_t* to) {
  const int item = layout.operand[k].item;
  for (Position p = at; n > 0;) {
    const Band band = p.band(layout, n);
    const uint8_t* from = p.pointer(layout, k);
    for (int64_t r = 0; r < band.rows; r++, to += band.columns * item, from += layout.pitch(k) * item)
      copy_items(to, 1, from, layout.stride[k][0], item, band.columns);
    n -= band.rows * band.columns;
    p.advance(layout, band.rows * band.columns);
  }
}

void scatter(const Strided& layout, int k, const Position& at, int64_t n, const uint8_t* from) {
  const int item = layout.operand[k].item;
  for (Position p = at; n > 0;) {
    const Band band = p.band(layout, n);
    uint8_t* to = p.pointer(layout, k);
    for (int64_t r = 0; r < band.rows; r++, from += band.columns * item, to += layout.pitch(k) * item)
      copy_items(to, layout.stride[k][0], from, 1, item, band.columns);
    n -= band.rows * band.columns;
    p.advance(layout, band.rows * band.columns);
  }
}

TransposeLoop transpose_loop(int item) {
  const TransposeLoops& loops = *CRESSET_SELECT(transpose_loops);
  return item == 8 ? loops.of_8 : loops.of_4;
}

void gather_block(const Strided& layout, int k, const uint8_t* from, int64_t rows, int64_t columns, uint8_t* to) {
  int item = layout.operand[k].item;
  if (layout.stride[k][1] == 1 && item >= 4)
    return transpose_loop(item)(from, layout.stride[k][0], rows, columns, to, columns);
  for (int64_t c = 0; c < columns; c++) {
    copy_items(to + c * item, columns, from + c * layout.stride[k][0] * item, layout.stride[k][1], item, rows);
  }
}

}  // namespace cresset
