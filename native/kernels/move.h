// Copies between strided operands of one element size.
#pragma once
#include "kernels/map.h"

namespace cresset {

// The operands may be one and the same; a partial overlap gives unspecified values.
void move(const Shape& shape, const MapOperand& out, const MapOperand& in);

// n copies of an element of so many bytes.
void repeat_item(uint8_t* to, const void* element, int item, int64_t n);

// Rows of n elements: each row's elements are `stride` apart, the rows `pitch`, in elements.
struct MoveRows {
  int64_t rows, n;
  int64_t to_pitch, to_stride, from_pitch, from_stride;
};
using MoveFunction = void (*)(void* to, const void* from, const MoveRows& rows);

// Loops for elements of so many bytes.
struct Movers {
  MoveFunction of_1, of_4, of_8;
};

}  // namespace cresset
