#include "kernels/conv_winograd.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "kernels/conv.h"
#include "kernels/conv_workspace.h"
#include "kernels/gemm.h"
#include "runtime/parallel.h"
#include "simd/transpose.h"
#include "simd/vector.h"

#define CRESSET_SOURCE "kernels/conv_winograd.inc"
#include "simd/foreach_isa.h"

namespace cresset {
namespace {

bool finished(WinogradEnd end) {
  check_memory(end != WinogradEnd::out_of_memory);
  return end == WinogradEnd::done;
}

}  // namespace

bool winograd_wins(const ConvGeometry& g) {
  constexpr int64_t kFewChannels = 16, kManyChannels = 1 << 14, kWideRow = 1 << 12;
  constexpr int64_t kFewTiles = 32;
  const auto fits = [](const ConvAxis& a) { return a.kernel == 3 && a.stride == 1 && a.dilation == 1; };
  if (!fits(g.y) || !fits(g.x) || g.groups != 1) return false;
  if (std::min(g.in_channels, g.out_channels) < kFewChannels || std::max(g.in_channels, g.out_channels) > kManyChannels)
    return false;
  if (g.input_count() == 0 || g.output_count() == 0 || std::max(g.x.output, g.x.input) > kWideRow) return false;
  return g.images * ceil_div(g.y.output, 2) * ceil_div(g.x.output, 2) >= kFewTiles;
}

bool winograd_product(const WinogradProduct& p) { return finished(CRESSET_SELECT(winograd_table)->product(p)); }

}  // namespace cresset
