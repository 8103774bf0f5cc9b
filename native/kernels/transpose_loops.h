#pragma once
#include <cstdint>

namespace cresset {

// to[r * pitch + c] = from[c * stride + r] for rows x columns elements, of 4 and of 8 bytes. Bytes are moved, whatever they
// mean.
using TransposeLoop = void (*)(const void* from, int64_t stride, int64_t rows, int64_t columns, void* to,
                               int64_t pitch);

struct TransposeLoops {
  TransposeLoop of_4, of_8;
};

// The loop of the instruction set in use.
TransposeLoop transpose_loop(int item);

}  // namespace cresset
