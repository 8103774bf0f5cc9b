#include "kernels/conv_geometry.h"

#include <algorithm>

namespace cresset {
namespace {

constexpr int64_t kMost = int64_t{1} << 31;

ConvAxis read_axis(Call& call) {
  ConvAxis axis;
  axis.input = call.integer(0, kMost);
  axis.kernel = call.integer(0, kMost);
  axis.output = call.integer(0, kMost);
  axis.stride = call.integer(1, kMost);
  axis.padding = call.integer(0, kMost);
  axis.dilation = call.integer(1, kMost);
  return axis;
}

int64_t count_of(int64_t a, int64_t b, int64_t c, int64_t d) {
  if (a == 0 || b == 0 || c == 0 || d == 0) return 0;
  int64_t count = 0;
  if (__builtin_mul_overflow(a, b, &count) || __builtin_mul_overflow(count, c, &count) ||
      __builtin_mul_overflow(count, d, &count))
    Call::fail("conv: the shape is too large");
  return count;
}

int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

int64_t index_of(std::vector<int64_t>& known, int64_t value) {
  const auto found = std::find(known.begin(), known.end(), value);
  if (found != known.end()) return found - known.begin();
  known.push_back(value);
  return static_cast<int64_t>(known.size()) - 1;
}

}  // namespace

ConvGeometry::ConvGeometry(Call& call) {
  images = call.integer(0, kMost);
  groups = call.integer(1, kMost);
  const int64_t all_in = call.integer(0, kMost), all_out = call.integer(0, kMost);
  if (all_in % groups != 0 || all_out % groups != 0) Call::fail("conv: groups must divide the channels");
  in_channels = all_in / groups;
  out_channels = all_out / groups;
  y = read_axis(call);
  x = read_axis(call);
  input_count_ = count_of(images, all_in, y.input, x.input);
  weight_count_ = count_of(all_out, in_channels, y.kernel, x.kernel);
  if (weight_count_ == 0) y.kernel = x.kernel = 0;  // nothing bounds the taps of no channels
  output_count_ = count_of(images, all_out, y.output, x.output);
  call.operations(operations());
}

double ConvGeometry::operations() const {
  return 2.0 * static_cast<double>(output_count_) * static_cast<double>(in_channels) *
         static_cast<double>(y.kernel * x.kernel);
}

ConvAxisTaps forward_taps(const ConvAxis& axis) {
  ConvAxisTaps taps;
  for (int64_t k = 0; k < axis.kernel; k++) {
    const int64_t place = k * axis.dilation - axis.padding, shift = floor_div(place, axis.stride);
    const int64_t first = place - shift * axis.stride;
    // A plane that begins behind the input has no places: nothing is to be seen from there on.
    const bool seen = first < axis.input;
    taps.kernel.push_back(k);
    taps.shift.push_back(seen ? shift : axis.input);
    taps.phase.push_back(seen ? index_of(taps.phases, first) : 0);
  }
  if (taps.phases.empty()) taps.phases.push_back(0);
  return taps;
}

ConvAxisTaps backward_taps(const ConvAxis& axis, int64_t first) {
  ConvAxisTaps taps;
  taps.phases.push_back(0);
  for (int64_t k = 0; k < axis.kernel; k++) {
    const int64_t place = first + axis.padding - k * axis.dilation, shift = floor_div(place, axis.stride);
    if (shift * axis.stride != place) continue;
    taps.kernel.push_back(k);
    taps.shift.push_back(shift);
    taps.phase.push_back(0);
  }
  return taps;
}

std::vector<ConvTap> tap_table(const ConvAxisTaps& y, const ConvAxisTaps& x, int64_t plane_size) {
  std::vector<ConvTap> table;
  const auto planes_x = static_cast<int64_t>(x.phases.size());
  for (size_t i = 0; i < y.kernel.size(); i++) {
    for (size_t j = 0; j < x.kernel.size(); j++)
      table.push_back({y.shift[i], x.shift[j], (y.phase[i] * planes_x + x.phase[j]) * plane_size});
  }
  return table;
}

}  // namespace cresset
