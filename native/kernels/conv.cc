// Convolutions in two dimensions (one is a height of 1) with a stride, padding, dilation and groups; all operands contiguous.
//
//   conv                  dtype, geometry, x, weight, out, bias, activation, slope, mask
//   conv_input_gradient   dtype, geometry, g, weight, out, bias
//   conv_weight_gradient  dtype, geometry, g, x, out, bias_gradient
//
//   geometry     see conv_geometry.h
//   bias, mask, bias_gradient   id, offset; 0, 0 when there is none
//   activation   0 none, 1 leaky_relu(slope); a mask needs it, and planes of the output of whole bytes
//
// conv_input_gradient is the transposed convolution, which is why it takes a bias (one for each channel of its output).
#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "kernels/conv_geometry.h"
#include "kernels/conv_one_place.h"
#include "kernels/conv_plan.h"
#include "kernels/gemm.h"
#include "runtime/allocator.h"
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

void check_memory(bool enough) {
  if (!enough) Call::fail("conv: out of memory");
}

// Memory of one call.
template <class T>
class Workspace {
 public:
  Workspace() = default;
  ~Workspace() { deallocate(allocation_); }
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  T* allocate_elements(int64_t count) {
    allocation_ = allocate(static_cast<size_t>(count) * sizeof(T));
    check_memory(allocation_.data != nullptr);
    return reinterpret_cast<T*>(allocation_.data);
  }

 private:
  Allocation allocation_;
};

// Rows of a matrix that are read side by side should not be a multiple of the page apart: their lines would share a set of
// the cache.
template <class T>
int64_t padded_stride(int64_t elements) {
  constexpr int64_t line = 64 / sizeof(T);
  return (ceil_div(elements, line) | 1) * line;
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

template <class T>
void forward(Call& call) {
  const ConvGeometry g(call);
  const T* x = call.contiguous<T>(g.input_count());
  const T* weight = call.contiguous<T>(g.weight_count());
  T* out = call.contiguous<T>(g.output_count());
  ConvProduct<T> p;
  p.bias = call.optional<T>(g.groups * g.out_channels);
  p.leaky = call.integer(0, 1) == 1;
  p.slope = static_cast<T>(call.number());
  p.mask = call.optional<uint8_t>((g.output_count() + 7) / 8);
  if (g.output_count() == 0) return;
  const int64_t plane = g.y.output * g.x.output;
  if (p.mask != nullptr && (!p.leaky || plane % 8 != 0))
    Call::fail("conv: a mask needs an activation, and planes of a multiple of 8 elements");
  if (sees_all_at_once(g)) return one_place_forward(g, x, weight, out, {p.bias, 1, p.leaky, p.slope, p.mask});
  const ForwardPatches<T> patches(g, x);
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

  void run(int64_t first_image, int64_t images) const {
    ConvProduct<T> p = p_;
    p.patches.data += first_image * p.patches.image_stride;
    p.out.data += first_image * p.out.image_stride;
    p.patches.images = images;
    check_memory(kernels_for<T>().product(p));
  }

 private:
  ConvProduct<T> p_;
  std::vector<ConvTap> taps_;
  Workspace<T> transposed_;
};

// Few phases take turns on blocks of images: their places lie in the same cache lines.
template <class T>
void input_gradient_phases(const ConvGeometry& g, const T* weight, const ConvProduct<T>& p) {
  constexpr int64_t kFewPhases = 9, kBlockBytes = 512 << 10;
  const int64_t phases_y = std::min(g.y.stride, g.y.input), phases_x = std::min(g.x.stride, g.x.input);
  if (phases_y > kFewPhases || phases_x > kFewPhases || phases_y * phases_x > kFewPhases) {
    for (int64_t y = 0; y < phases_y; y++) {
      for (int64_t x = 0; x < phases_x; x++) InputPhase<T>(g, y, x, weight, p).run(0, g.images);
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
    for (const auto& phase : phases) phase->run(image, std::min(block, g.images - image));
  }
}

template <class T>
void input_gradient(Call& call) {
  const ConvGeometry g(call);
  ConvProduct<T> p;
  p.patches.data = call.contiguous<T>(g.output_count());
  const T* weight = call.contiguous<T>(g.weight_count());
  p.out.data = call.contiguous<T>(g.input_count());
  p.bias = call.optional<T>(g.groups * g.in_channels);
  if (g.input_count() == 0) return;
  if (sees_all_at_once(g)) {
    Workspace<T> repeated;
    T* const space = repeated.allocate_elements(g.input_count() / g.images);
    return one_place_input_gradient(g, p.patches.data, weight, p.out.data, p.bias, space);
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
  input_gradient_phases(g, weight, p);
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
  const ForwardPatches<T> patches(g, x);
  p.patches = patches.get();
  p.groups = g.groups;
  p.rows = g.out_channels;
  check_memory(kernels_for<T>().weight_gradient(p));
}

template <void (*run_float)(Call&), void (*run_double)(Call&)>
void by_dtype(Call& call) {
  switch (call.dtype()) {
    case Dtype::float32: return run_float(call);
    case Dtype::float64: return run_double(call);
    default: Call::fail("conv: the dtype must be float32 or float64");
  }
}

constexpr Entry conv_entry = by_dtype<forward<float>, forward<double>>;
constexpr Entry conv_input_gradient_entry = by_dtype<input_gradient<float>, input_gradient<double>>;
constexpr Entry conv_weight_gradient_entry = by_dtype<weight_gradient<float>, weight_gradient<double>>;

CRESSET_KERNEL(conv, conv_entry);
CRESSET_KERNEL(conv_input_gradient, conv_input_gradient_entry);
CRESSET_KERNEL(conv_weight_gradient, conv_weight_gradient_entry);

}  // namespace
}  // namespace cresset
