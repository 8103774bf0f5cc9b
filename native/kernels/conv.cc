// Convolutions in two dimensions (one is a height of 1) with a stride, padding, dilation and groups; all operands contiguous.
//
//   conv                      dtype, geometry, x, weight, out, bias, activation, slope, mask
//   conv_input_gradient       dtype, geometry, g, weight, out, bias
//   conv_weight_gradient      dtype, geometry, g, x, out, bias_gradient
//   conv_transpose_gradients  dtype, geometry, out's gradient, weight, g, g's gradient, weight's: of conv_input_gradient
//
//   geometry     see conv_geometry.h
//   bias, mask, bias_gradient   id, offset; 0, 0 when there is none
//   activation   0 none, 1 leaky_relu(slope); a mask needs it, and planes of the output of whole bytes
//
// conv_input_gradient is the transposed convolution, which is why it takes a bias (one for each channel of its output).
#include <algorithm>
#include <atomic>
#include <cstring>
#include <type_traits>
#include <utility>
#include <vector>

#include "kernels/conv_geometry.h"
#include "kernels/conv_input_phases.h"
#include "kernels/conv_one_place.h"
#include "kernels/conv_plan.h"
#include "kernels/conv_winograd_choice.h"
#include "kernels/conv_workspace.h"
#include "kernels/element_types.h"
#include "kernels/gemm.h"
#include "runtime/ceil_div.h"
#include "runtime/parallel.h"
#include "simd/interleave.h"
#include "simd/transpose.h"
#include "simd/vector.h"

#define CRESSET_SOURCE "kernels/conv.inc"
#include "simd/foreach_isa.h"

namespace cresset {
namespace {

template <class T>
const ConvKernels<T>& kernels_for();
template <>
const ConvKernels<float>& kernels_for<float>() {
  return CRESSET_SELECT(conv_table)->float32;
}
template <>
const ConvKernels<double>& kernels_for<double>() {
  return CRESSET_SELECT(conv_table)->float64;
}

// What the taps see of a plane from all positions of an axis; with the padding, if that is little, no tap leaves it.
struct PlaneRange {
  int64_t first = 0, size = 0;

  PlaneRange() = default;
  PlaneRange(const ConvAxisTaps& taps, int64_t positions) {
    const auto [least, most] = std::minmax_element(taps.shift.begin(), taps.shift.end());
    first = *least;
    size = positions + *most - *least;
  }
  bool fits(int64_t plane) const { return size > 0 && size <= plane + plane / 2 + 4; }
};
// In shorter rows the planes without padding have longer runs: rows that follow each other.
constexpr int64_t kLongRow = 16;

// The patches that conv multiplies with, and all that their description points at.
template <class T>
class ForwardPatches {
 public:
  ForwardPatches(const ConvGeometry& g, const T* x) {
    const ConvAxisTaps y_taps = forward_taps(g.y), x_taps = forward_taps(g.x);
    const bool split = (g.y.stride > 1 || g.x.stride > 1) && g.input_count() > 0 && !y_taps.shift.empty();
    const auto planes = static_cast<int64_t>(split ? y_taps.phases.size() * x_taps.phases.size() : 1);
    patches_.height = ceil_div(g.y.input, g.y.stride);
    patches_.width = ceil_div(g.x.input, g.x.stride);
    PlaneRange y_range, x_range;
    if (split && g.x.output >= kLongRow) {
      y_range = PlaneRange(y_taps, g.y.output);
      x_range = PlaneRange(x_taps, g.x.output);
      patches_.inside = y_range.fits(patches_.height) && x_range.fits(patches_.width);
    }
    if (patches_.inside) {
      patches_.height = y_range.size;
      patches_.width = x_range.size;
    } else {
      y_range.first = x_range.first = 0;
    }
    const int64_t plane = patches_.height * patches_.width;
    taps_ = tap_table(y_taps, x_taps, plane);
    for (ConvTap& tap : taps_) {
      tap.dy -= y_range.first;
      tap.dx -= x_range.first;
    }
    patches_.data = split ? split_phases(g, x, y_taps, x_taps, y_range.first, x_range.first, planes * plane) : x;
    patches_.channel_stride = planes * plane;
    patches_.group_stride = patches_.channel_stride * g.in_channels;
    patches_.image_stride = patches_.group_stride * g.groups;
    patches_.channels = g.in_channels;
    patches_.taps = taps_.data();
    patches_.tap_count = static_cast<int64_t>(taps_.size());
    patches_.images = g.images;
    patches_.grid_height = g.y.output;
    patches_.grid_width = g.x.output;
  }
  const ConvPatches<T>& get() const { return patches_; }

 private:
  const T* split_phases(const ConvGeometry& g, const T* x, const ConvAxisTaps& y_taps, const ConvAxisTaps& x_taps,
                        int64_t first_y, int64_t first_x, int64_t channel_size) {
    ConvPhases<T> phases;
    phases.x = x;
    phases.channels = g.images * g.groups * g.in_channels;
    phases.planes = planes_.allocate_elements(phases.channels * channel_size);
    phases.height = g.y.input;
    phases.width = g.x.input;
    phases.stride_y = g.y.stride;
    phases.stride_x = g.x.stride;
    phases.first_y = first_y;
    phases.first_x = first_x;
    phases.phases_y = y_taps.phases.data();
    phases.phases_x = x_taps.phases.data();
    phases.count_y = static_cast<int64_t>(y_taps.phases.size());
    phases.count_x = static_cast<int64_t>(x_taps.phases.size());
    phases.plane_height = patches_.height;
    phases.plane_width = patches_.width;
    kernels_for<T>().split_phases(phases);
    return phases.planes;
  }

  std::vector<ConvTap> taps_;
  Workspace<T> planes_;
  ConvPatches<T> patches_;
};

template <class T>
struct CopyRows {
  const T* from;
  int64_t columns;
  T* to;
  int64_t stride;
  void operator()(int64_t begin, int64_t end) const {
    for (int64_t i = begin; i < end; i++)
      std::memcpy(to + i * stride, from + i * columns, sizeof(T) * static_cast<size_t>(columns));
  }
};

// out = weight · patches, then the epilogue.
template <class T>
void multiply_patches(const ConvGeometry& g, const ForwardPatches<T>& patches, const T* weight, T* out,
                      const ConvEpilogue<T>& epilogue) {
  const int64_t plane = g.y.output * g.x.output;
  ConvProduct<T> p;
  p.epilogue = epilogue;
  p.patches = patches.get();
  p.groups = g.groups;
  p.rows = g.out_channels;
  p.out = {out, g.groups * g.out_channels * plane, plane, g.x.output, 1};
  p.weights = weight;
  const int64_t columns = p.weight_stride = p.patches.rows();
  Workspace<T> copied;
  if (columns * static_cast<int64_t>(sizeof(T)) % 1024 == 0 && columns > 0 && p.patches.columns() >= 256) {
    const int64_t rows = p.groups * p.rows;
    p.weight_stride = padded_stride<T>(columns);
    T* to = copied.allocate_elements(rows * p.weight_stride);
    parallel_for(rows, 1 + 65536 / columns, CopyRows<T>{weight, columns, to, p.weight_stride});
    p.weights = to;
  }
  check_memory(kernels_for<T>().product(p));
}

template <class T>
void forward(Call& call) {
  const ConvGeometry g(call);
  const T* x = call.contiguous<T>(g.input_count());
  const T* weight = call.contiguous<T>(g.weight_count());
  T* out = call.contiguous<T>(g.output_count());
  ConvEpilogue<T> epilogue;
  epilogue.bias = call.optional<T>(g.groups * g.out_channels);
  epilogue.leaky = call.integer(0, 1) == 1;
  epilogue.slope = static_cast<T>(call.number());
  epilogue.mask = call.optional<uint8_t>((g.output_count() + 7) / 8);
  if (g.output_count() == 0) return;
  const int64_t plane = g.y.output * g.x.output;
  if (epilogue.mask != nullptr && (!epilogue.leaky || plane % 8 != 0))
    Call::fail("conv: a mask needs an activation, and planes of a multiple of 8 elements");
  if (sees_all_at_once(g)) return one_place_forward(g, x, weight, out, epilogue);
  if constexpr (std::is_same_v<T, float>) {
    if (winograd_forward(g, x, weight, out, epilogue)) return;
  }
  multiply_patches(g, ForwardPatches<T>(g, x), weight, out, epilogue);
}

template <class T>
void input_gradient(Call& call) {
  const ConvGeometry g(call);
  ConvProduct<T> p;
  p.patches.data = call.contiguous<T>(g.output_count());
  const T* weight = call.contiguous<T>(g.weight_count());
  p.out.data = call.contiguous<T>(g.input_count());
  p.epilogue.bias = call.optional<T>(g.groups * g.in_channels);
  if (g.input_count() == 0) return;
  if (sees_all_at_once(g)) {
    Workspace<T> repeated;
    T* const space = repeated.allocate_elements(g.input_count() / g.images);
    return one_place_input_gradient(g, p.patches.data, weight, p.out.data, p.epilogue.bias, space);
  }
  if constexpr (std::is_same_v<T, float>) {
    if (winograd_input_gradient(g, p.patches.data, weight, p.out.data, p.epilogue.bias)) return;
  }
  const int64_t plane = g.y.output * g.x.output, out_plane = g.y.input * g.x.input;
  p.patches.height = g.y.output;
  p.patches.width = g.x.output;
  p.patches.channels = g.out_channels;
  p.patches.channel_stride = plane;
  p.patches.group_stride = plane * g.out_channels;
  p.patches.image_stride = p.patches.group_stride * g.groups;
  p.patches.images = g.images;
  p.groups = g.groups;
  p.rows = g.in_channels;
  p.out.channel_stride = out_plane;
  p.out.image_stride = out_plane * g.in_channels * g.groups;
  conv_input_phases(g, weight, p, kernels_for<T>().product);
}

template <class T>
void weight_gradient(Call& call) {
  const ConvGeometry g(call);
  ConvWeightGradient<T> p;
  p.g = call.contiguous<T>(g.output_count());
  const T* x = call.contiguous<T>(g.input_count());
  p.weight_gradient = call.contiguous<T>(g.weight_count());
  p.bias_gradient = call.optional<T>(g.groups * g.out_channels);
  if (g.weight_count() == 0 || g.output_count() == 0) {
    std::fill_n(p.weight_gradient, g.weight_count(), T(0));
    if (p.bias_gradient != nullptr && g.output_count() == 0)
      std::fill_n(p.bias_gradient, g.groups * g.out_channels, T(0));
    return;
  }
  if (sees_all_at_once(g)) return one_place_weight_gradient(g, p.g, x, p.weight_gradient, p.bias_gradient);
  if constexpr (std::is_same_v<T, float>) {
    if (winograd_weight_gradient(g, p.g, x, p.weight_gradient, p.bias_gradient)) return;
  }
  const ForwardPatches<T> patches(g, x);
  p.patches = patches.get();
  p.groups = g.groups;
  p.rows = g.out_channels;
  check_memory(kernels_for<T>().weight_gradient(p));
}

// Both are products with the same patches.
template <class T>
void transpose_gradients(Call& call) {
  const ConvGeometry g(call);
  const T* gradient = call.contiguous<T>(g.input_count());
  const T* weight = call.contiguous<T>(g.weight_count());
  ConvWeightGradient<T> p;
  p.g = call.contiguous<T>(g.output_count());
  T* input_gradient = call.contiguous<T>(g.output_count());
  p.weight_gradient = call.contiguous<T>(g.weight_count());
  call.operations(g.operations());  // the second product
  if (g.weight_count() == 0 || g.output_count() == 0) {
    std::fill_n(p.weight_gradient, g.weight_count(), T(0));
    std::fill_n(input_gradient, g.output_count(), T(0));
    return;
  }
  if (sees_all_at_once(g)) {
    one_place_forward(g, gradient, weight, input_gradient, ConvEpilogue<T>());
    return one_place_weight_gradient<T>(g, p.g, gradient, p.weight_gradient, nullptr);
  }
  bool multiplied = false, summed = false;
  if constexpr (std::is_same_v<T, float>) {
    multiplied = winograd_forward(g, gradient, weight, input_gradient, ConvEpilogue<T>());
    summed = winograd_weight_gradient(g, p.g, gradient, p.weight_gradient, nullptr);
    if (multiplied && summed) return;
  }
  const ForwardPatches<T> patches(g, gradient);
  if (!multiplied) multiply_patches(g, patches, weight, input_gradient, ConvEpilogue<T>());
  if (summed) return;
  p.patches = patches.get();
  p.groups = g.groups;
  p.rows = g.out_channels;
  check_memory(kernels_for<T>().weight_gradient(p));
}

CRESSET_FLOAT_KERNEL(conv, forward);
CRESSET_FLOAT_KERNEL(conv_input_gradient, input_gradient);
CRESSET_FLOAT_KERNEL(conv_weight_gradient, weight_gradient);
CRESSET_FLOAT_KERNEL(conv_transpose_gradients, transpose_gradients);

}  // namespace
}  // namespace cresset
