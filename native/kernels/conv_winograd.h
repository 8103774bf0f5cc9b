// Winograd's F(2×2, 3×3) and F(2×2, 2×2) for convolutions in float32 (Lavin & Gray 2015, arXiv 1509.09308): a tile of 2×2
// results costs 16 products for each pair of channels instead of 36, or 9 instead of 16. Operand tiles of 4×4 or 3×3 and
// weights are transformed to as many points, at each point a matrix product runs over the channels, and the sums are
// transformed back.
//
// 4×4 taps with a stride of 2 are 2×2 on each of four phases, the planes of every second place in y and x, which are added up
// like channels. In the transposed product each of four phases of the results has 2×2 taps.
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

struct WinogradKernel {
  int64_t taps = 3, stride = 1;  // or 2 and 2; the taps are those of a phase in a row

  int64_t side() const { return taps + 1; }  // places of an operand's tile and points in a row
  int64_t points() const { return side() * side(); }
  int64_t size() const { return taps * stride; }
  int64_t phases() const { return stride * stride; }
};

// [images, channels, height, width]; the first tile begins at row -padding_y (which may be negative).
struct WinogradPlanes {
  const float* data = nullptr;
  int64_t images = 0, channels = 0, height = 0, width = 0;
  int64_t padding_y = 0, padding_x = 0;

  int64_t plane() const { return height * width; }
};

// out [images, rows, height, width] = weights · planes, then the epilogue.
struct WinogradProduct {
  WinogradKernel kernel;
  WinogradPlanes planes;
  int64_t rows = 0, height = 0, width = 0;
  // [rows, channels, size, size], transposed [channels, rows, ...] and its taps backwards.
  const float* weights = nullptr;
  bool transposed = false;
  // Transposed with a stride of 2: 1 where the first place of the output has the taps of the second phase. Then the places
  // beside it see planes one place later.
  int64_t odd_y = 0, odd_x = 0;
  float* out = nullptr;
  ConvEpilogue<float> epilogue;

  int64_t stride_in() const { return transposed ? 1 : kernel.stride; }
  int64_t stride_out() const { return transposed ? kernel.stride : 1; }
  int64_t phases_in() const { return stride_in() * stride_in(); }
  int64_t phases_out() const { return stride_out() * stride_out(); }
  int64_t depth() const { return planes.channels * phases_in(); }
  int64_t tile_places() const { return 2 * stride_out(); }  // of the results of all phases in a row
};

// weight_gradient [g.channels, x.channels, size, size] and bias_gradient, which may be null, for g of the grid that x's taps
// see.
struct WinogradWeightGradient {
  WinogradKernel kernel;
  WinogradPlanes x, g;
  float* weight_gradient = nullptr;
  float* bias_gradient = nullptr;
};

// False when an operand is too large for them; nothing that was written counts then.
bool winograd_product(const WinogradProduct& p);
bool winograd_weight_gradient(const WinogradWeightGradient& p);

}  // namespace cresset
