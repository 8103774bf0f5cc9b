#include "kernels/conv_winograd.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "kernels/conv.h"
#include "kernels/conv_workspace.h"
#include "kernels/gemm.h"
#include "runtime/parallel.h"
#include "simd/interleave.h"
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

// Of few channels the transforms cost more than they save, and so do the weights' for few tiles. A task works in memory for
// at least some rows of tiles.
bool winograd_wins(const ConvGeometry& g) {
  constexpr int64_t kFewestChannels = 16, kMostChannels = 1 << 14, kFewestTiles = 32, kMostRowElements = 1 << 18;
  const auto fits = [](const ConvAxis& a) { return a.kernel == 3 && a.stride == 1 && a.dilation == 1; };
  if (!fits(g.y) || !fits(g.x) || g.groups != 1 || g.input_count() == 0 || g.output_count() == 0) return false;
  const auto [least, most] = std::minmax(g.in_channels, g.out_channels);
  if (least < kFewestChannels || most > kMostChannels || most * std::max(g.x.input, g.x.output) > kMostRowElements)
    return false;
  return g.images * ceil_div(g.y.output, 2) * ceil_div(g.x.output, 2) >= kFewestTiles;
}

bool winograd_product(const WinogradProduct& p) { return finished(CRESSET_SELECT(winograd_table)->product(p)); }
bool winograd_weight_gradient(const WinogradWeightGradient& p) {
  return finished(CRESSET_SELECT(winograd_table)->weight_gradient(p));
}

}  // namespace cresset
