#include "kernels/conv_winograd_choice.h"

#include <algorithm>

#include "kernels/conv_plan.h"
#include "kernels/conv_winograd.h"

namespace cresset {
namespace {

// A convolution by its shapes, which alone decide.
class Candidate {
 public:
  explicit Candidate(const ConvGeometry& g) : g_(g) {
    if (g.groups != 1 || g.input_count() == 0 || g.output_count() == 0) return;
    for (const WinogradKernel& kernel : {WinogradKernel{3, 1}, WinogradKernel{2, 2}}) {
      if (!fits(g.y, kernel) || !fits(g.x, kernel)) continue;
      kernel_ = kernel;
      possible_ = has_fit_size();
    }
  }
  const WinogradKernel& kernel() const { return kernel_; }

  // From the input to the output, or the weight's gradient.
  bool wins() const {
    return possible_ && saves(tiles(g_.y.output, 2) * tiles(g_.x.output, 2),
                              kernel_.size() * kernel_.size() * g_.y.output * g_.x.output);
  }
  // From the output to the input.
  bool wins_backwards() const {
    const int64_t side = 2 * kernel_.stride;
    return possible_ && saves(tiles(g_.y.input, side) * tiles(g_.x.input, side),
                              kernel_.taps * kernel_.taps * g_.y.input * g_.x.input);
  }

 private:
  static int64_t tiles(int64_t places, int64_t side) { return ceil_div(places, side); }
  static bool fits(const ConvAxis& a, const WinogradKernel& kernel) {
    return a.kernel == kernel.size() && a.stride == kernel.stride && a.dilation == 1;
  }
  // Of few channels the transforms cost more than they save. A task works in memory for at least some rows of tiles.
  bool has_fit_size() const {
    constexpr int64_t kFewestChannels = 16, kMostChannels = 1 << 14, kMostRowElements = 1 << 18;
    const auto [least, most] = std::minmax(g_.in_channels, g_.out_channels);
    return least >= kFewestChannels && most <= kMostChannels &&
           most * std::max(g_.x.input, g_.x.output) <= kMostRowElements;
  }
  // Against the direct way's products for an image and a pair of channels. With few tiles the weights' transforms cost more
  // than is saved.
  bool saves(int64_t tiles, int64_t products) const {
    const int64_t fewest_tiles = kernel_.taps == 3 ? 16 : 32;
    return g_.images * tiles >= fewest_tiles && 5 * kernel_.points() * kernel_.phases() * tiles <= 4 * products;
  }

  const ConvGeometry& g_;
  WinogradKernel kernel_;
  bool possible_ = false;
};

WinogradPlanes input_of(const ConvGeometry& g, const float* x) {
  return {x, g.images, g.in_channels, g.y.input, g.x.input, g.y.padding, g.x.padding};
}

}  // namespace

bool winograd_forward(const ConvGeometry& g, const float* x, const float* weight, float* out,
                      const ConvEpilogue<float>& epilogue) {
  const Candidate candidate(g);
  if (!candidate.wins()) return false;
  WinogradProduct p;
  p.kernel = candidate.kernel();
  p.planes = input_of(g, x);
  p.rows = g.out_channels;
  p.height = g.y.output;
  p.width = g.x.output;
  p.weights = weight;
  p.out = out;
  p.epilogue = epilogue;
  return winograd_product(p);
}

// Place i of the input is seen through tap k from place (i + padding - k) / stride of the output: the first place through the
// last tap of its phase from place padding / stride - (taps - 1).
bool winograd_input_gradient(const ConvGeometry& g, const float* gradient, const float* weight, float* out,
                             const float* bias) {
  const Candidate candidate(g);
  if (!candidate.wins_backwards()) return false;
  WinogradProduct p;
  p.kernel = candidate.kernel();
  const int64_t stride = p.kernel.stride, last = p.kernel.taps - 1;
  p.planes = {gradient,
              g.images,
              g.out_channels,
              g.y.output,
              g.x.output,
              last - g.y.padding / stride,
              last - g.x.padding / stride};
  p.rows = g.in_channels;
  p.height = g.y.input;
  p.width = g.x.input;
  p.odd_y = g.y.padding % stride;
  p.odd_x = g.x.padding % stride;
  p.weights = weight;
  p.transposed = true;
  p.out = out;
  p.epilogue.bias = bias;
  return winograd_product(p);
}

bool winograd_weight_gradient(const ConvGeometry& g, const float* gradient, const float* x, float* weight_gradient,
                              float* bias_gradient) {
  const Candidate candidate(g);
  if (!candidate.wins()) return false;
  const WinogradPlanes planes{gradient, g.images, g.out_channels, g.y.output, g.x.output};
  return winograd_weight_gradient({candidate.kernel(), input_of(g, x), planes, weight_gradient, bias_gradient});
}

}  // namespace cresset
