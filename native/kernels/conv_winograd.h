// Winograd's F(2×2, 3×3) for convolutions of 3×3 places, one after the other, in float32 (Lavin & Gray 2015,
// arXiv 1509.09308): a tile of 2×2 results costs 16 products for each pair of channels instead of 36. Operand tiles of 4×4
// and weights are transformed to 16 points, at each point a matrix product runs over the channels, and the sums are
// transformed back.
//
// A result sees the same elements as the direct sum, but a difference of infinities is NaN where the direct sum is infinite,
// and what is large overflows earlier. So an operand with an element that is not below kWinogradLimit is refused, and the
// caller takes the direct way.
//
// Every element is the same bits for any number of threads and on every instruction set: transforms are sums in one order,
// products along the channels (for a weight's gradient along the tiles) are added as gemm.h says.
#pragma once
#include <cstdint>

#include "kernels/conv.h"

namespace cresset {

// 2^45: a product of two transformed elements stays below 2^97, and the sum of 2^29 of them below 2^127.
constexpr float kWinogradLimit = 35184372088832.0f;

// [images, channels, height, width], of which tile row i begins at row 2 i - padding_y (which may be negative).
struct WinogradPlanes {
  const float* data = nullptr;
  int64_t images = 0, channels = 0, height = 0, width = 0;
  int64_t padding_y = 0, padding_x = 0;

  int64_t plane() const { return height * width; }
};

// out [images, rows, grid_height, grid_width] = weights · planes, then the epilogue.
struct WinogradProduct {
  WinogradPlanes planes;
  int64_t rows = 0, grid_height = 0, grid_width = 0;
  const float* weights = nullptr;  // [rows, channels, 3, 3], transposed [channels, rows, 3, 3] and its taps backwards
  bool transposed = false;
  float* out = nullptr;
  ConvEpilogue<float> epilogue;
};

// weight_gradient [g.channels, x.channels, 3, 3] and bias_gradient, which may be null, for g of the grid that x's taps see.
struct WinogradWeightGradient {
  WinogradPlanes x, g;
  float* weight_gradient = nullptr;
  float* bias_gradient = nullptr;
};

// False when an operand is too large for them; nothing that was written counts then.
bool winograd_product(const WinogradProduct& p);
bool winograd_weight_gradient(const WinogradWeightGradient& p);

}  // namespace cresset
