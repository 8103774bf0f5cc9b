#pragma once
#include <cstdint>

namespace cresset {

// to[r * columns + c] = from[c * stride + r] for rows x columns elements, of 4 and of 8 bytes. Bytes are moved, whatever they
// mean.
using TransposeLoop = void (*)(const void* from, int64_t stride, int64_t rows, int64_t columns, void* to);

struct TransposeLoops {
  TransposeLoop of_4, of_8;
};

}  // namespace cresset
