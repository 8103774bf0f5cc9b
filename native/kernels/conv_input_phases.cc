#include "kernels/conv_input_phases.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "kernels/conv_workspace.h"
#include "runtime/ceil_div.h"
#include "runtime/parallel.h"

namespace cresset {
namespace {

// [groups * in_channels, (out_channel, tap)] for some taps of [groups * out_channels, in_channels, taps].
template <class T>
struct TransposeWeights {
  static constexpr int64_t kTogether = 8;
  const ConvGeometry& g;
  const T* weight;
  const std::vector<int64_t>& taps;  // of the kernel's plane
  T* to;
  int64_t stride;

  int64_t blocks() const { return ceil_div(g.in_channels, kTogether); }
  void operator()(int64_t begin, int64_t end) const {
    const auto count = static_cast<int64_t>(taps.size());
    const int64_t plane = g.y.kernel * g.x.kernel;
    for (int64_t i = begin; i < end; i++) {
      const int64_t group = i / blocks(), first = i % blocks() * kTogether;
      const int64_t last = std::min(first + kTogether, g.in_channels);
      for (int64_t out = 0; out < g.out_channels; out++) {
        for (int64_t in = first; in < last; in++) {
          const T* from = weight + ((group * g.out_channels + out) * g.in_channels + in) * plane;
          T* row = to + (group * g.in_channels + in) * stride + out * count;
          for (int64_t t = 0; t < count; t++) row[t] = from[taps[static_cast<size_t>(t)]];
        }
      }
    }
  }
};

// The places of the input whose coordinates are (y, x) modulo the strides: they see the output through the same taps.
template <class T>
class InputPhase {
 public:
  InputPhase(const ConvGeometry& g, int64_t y, int64_t x, const T* weight, const ConvProduct<T>& whole) : p_(whole) {
    const ConvAxisTaps y_taps = backward_taps(g.y, y), x_taps = backward_taps(g.x, x);
    taps_ = tap_table(y_taps, x_taps, 0);
    p_.patches.taps = taps_.data();
    p_.patches.tap_count = static_cast<int64_t>(taps_.size());
    p_.patches.grid_height = ceil_div(g.y.input - y, g.y.stride);
    p_.patches.grid_width = ceil_div(g.x.input - x, g.x.stride);
    p_.out.data += y * g.x.input + x;
    p_.out.y_stride = g.y.stride * g.x.input;
    p_.out.x_stride = g.x.stride;
    std::vector<int64_t> places;
    for (int64_t i : y_taps.kernel) {
      for (int64_t j : x_taps.kernel) places.push_back(i * g.x.kernel + j);
    }
    p_.weight_stride = padded_stride<T>(p_.patches.rows());
    T* weights = transposed_.allocate_elements(g.groups * g.in_channels * p_.weight_stride);
    const TransposeWeights<T> transpose{g, weight, places, weights, p_.weight_stride};
    parallel_for(g.groups * transpose.blocks(), 1 + 8192 / (p_.patches.rows() + 1), transpose);
    p_.weights = weights;
  }

  void run(ConvProductLoop<T> product, int64_t first_image, int64_t images) const {
    ConvProduct<T> p = p_;
    p.patches.data += first_image * p.patches.image_stride;
    p.out.data += first_image * p.out.image_stride;
    p.patches.images = images;
    check_memory(product(p));
  }

 private:
  ConvProduct<T> p_;
  std::vector<ConvTap> taps_;
  Workspace<T> transposed_;
};

}  // namespace

template <class T>
void conv_input_phases(const ConvGeometry& g, const T* weight, const ConvProduct<T>& p, ConvProductLoop<T> product) {
  constexpr int64_t kFewPhases = 9, kBlockBytes = 512 << 10;
  const int64_t phases_y = std::min(g.y.stride, g.y.input), phases_x = std::min(g.x.stride, g.x.input);
  if (phases_y > kFewPhases || phases_x > kFewPhases || phases_y * phases_x > kFewPhases) {
    for (int64_t y = 0; y < phases_y; y++) {
      for (int64_t x = 0; x < phases_x; x++) InputPhase<T>(g, y, x, weight, p).run(product, 0, g.images);
    }
    return;
  }
  std::vector<std::unique_ptr<InputPhase<T>>> phases;
  for (int64_t y = 0; y < phases_y; y++) {
    for (int64_t x = 0; x < phases_x; x++) phases.push_back(std::make_unique<InputPhase<T>>(g, y, x, weight, p));
  }
  const int64_t bytes = (p.patches.image_stride + p.out.image_stride) * static_cast<int64_t>(sizeof(T));
  const int64_t most = phases.size() == 1 ? g.images : kBlockBytes * num_threads() / std::max<int64_t>(bytes, 1);
  const int64_t block = ceil_div(g.images, ceil_div(g.images, std::max<int64_t>(1, most)));
  for (int64_t image = 0; image < g.images; image += block) {
    for (const auto& phase : phases) phase->run(product, image, std::min(block, g.images - image));
  }
}

template void conv_input_phases(const ConvGeometry&, const float*, const ConvProduct<float>&, ConvProductLoop<float>);
template void conv_input_phases(const ConvGeometry&, const double*, const ConvProduct<double>&,
                                ConvProductLoop<double>);

}  // namespace cresset
