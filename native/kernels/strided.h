// How several operands of one shape lie in memory, reduced to the fewest dimensions, and the walk through them.
#pragma once
#include "kernels/map.h"

namespace cresset {

struct Strided {
  int count = 0;  // operands
  int dims = 0;   // at least 1; dimension 0 is the innermost
  int64_t size[kMaxDims];
  int64_t stride[1 + kMaxInputs][kMaxDims];  // in elements
  MapOperand operand[1 + kMaxInputs];

  // Orders dimensions by the strides of the first operand and joins those that are one in every operand.
  Strided(const Shape& shape, const MapOperand* operands, int count);
  bool is_contiguous(int k) const;
  bool is_constant(int k) const;
  // Between the rows along dimension 0; 0 where there is one.
  int64_t pitch(int k) const { return dims > 1 ? stride[k][1] : 0; }
};

// Neighbouring rows along dimension 1, or a part of one row.
struct Band {
  int64_t rows, columns;
};

struct Position {
  int64_t index[kMaxDims];

  Position(const Strided& layout, int64_t element);
  void advance(const Strided& layout, int64_t elements);
  // As many whole rows as `elements` reach from here, or what is left of this row.
  Band band(const Strided& layout, int64_t elements) const;
  uint8_t* pointer(const Strided& layout, int k) const {
    int64_t offset = 0;
    for (int d = 0; d < layout.dims; d++) offset += index[d] * layout.stride[k][d];
    return layout.operand[k].data + offset * layout.operand[k].item;
  }
};

// n elements of operand k, from position `at` on, to or from contiguous memory.
void gather(const Strided& layout, int k, const Position& at, int64_t n, uint8_t* to);
void scatter(const Strided& layout, int k, const Position& at, int64_t n, const uint8_t* from);
// n elements that are so many elements apart.
void copy_items(uint8_t* to, int64_t to_stride, const uint8_t* from, int64_t from_stride, int item, int64_t n);
// rows x columns elements of operand k from `from` on, rows along dimension 1 and columns along dimension 0, to a
// contiguous block. Reads along dimension 1.
void gather_block(const Strided& layout, int k, const uint8_t* from, int64_t rows, int64_t columns, uint8_t* to);

}  // namespace cresset
