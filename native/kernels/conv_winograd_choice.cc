#include "kernels/conv_winograd_choice.h"

#include <algorithm>

#include "kernels/conv_plan.h"
#include "kernels/conv_winograd.h"

namespace cresset {
namespace {

// By the shapes alone. Of few channels the transforms cost more than they save, and so do the weights' for few tiles. A task
// works in memory for at least some rows of tiles.
bool wins(const ConvGeometry& g) {
  constexpr int64_t kFewestChannels = 16, kMostChannels = 1 << 14, kFewestTiles = 16, kMostRowElements = 1 << 18;
  const auto fits = [](const ConvAxis& a) { return a.kernel == 3 && a.stride == 1 && a.dilation == 1; };
  if (!fits(g.y) || !fits(g.x) || g.groups != 1 || g.input_count() == 0 || g.output_count() == 0) return false;
  const auto [least, most] = std::minmax(g.in_channels, g.out_channels);
  if (least < kFewestChannels || most > kMostChannels || most * std::max(g.x.input, g.x.output) > kMostRowElements)
    return false;
  return g.images * ceil_div(g.y.output, 2) * ceil_div(g.x.output, 2) >= kFewestTiles;
}

WinogradPlanes input_of(const ConvGeometry& g, const float* x) {
  return {x, g.images, g.in_channels, g.y.input, g.x.input, g.y.padding, g.x.padding};
}

}  // namespace

bool winograd_forward(const ConvGeometry& g, const float* x, const float* weight, float* out,
                      const ConvEpilogue<float>& epilogue) {
  if (!wins(g)) return false;
  WinogradProduct p;
  p.planes = input_of(g, x);
  p.rows = g.out_channels;
  p.grid_height = g.y.output;
  p.grid_width = g.x.output;
  p.weights = weight;
  p.out = out;
  p.epilogue = epilogue;
  return winograd_product(p);
}

// Place i of the input is seen through tap k from place i + padding - k of the output.
bool winograd_input_gradient(const ConvGeometry& g, const float* gradient, const float* weight, float* out,
                             const float* bias) {
  if (!wins(g)) return false;
  WinogradProduct p;
  p.planes = {gradient, g.images, g.out_channels, g.y.output, g.x.output, 2 - g.y.padding, 2 - g.x.padding};
  p.rows = g.in_channels;
  p.grid_height = g.y.input;
  p.grid_width = g.x.input;
  p.weights = weight;
  p.transposed = true;
  p.out = out;
  p.epilogue.bias = bias;
  return winograd_product(p);
}

bool winograd_weight_gradient(const ConvGeometry& g, const float* gradient, const float* x, float* weight_gradient,
                              float* bias_gradient) {
  if (!wins(g)) return false;
  const WinogradPlanes planes{gradient, g.images, g.out_channels, g.y.output, g.x.output};
  return winograd_weight_gradient({input_of(g, x), planes, weight_gradient, bias_gradient});
}

}  // namespace cresset
