// Where the taps of a convolution's kernel look.
#pragma once
#include <cstdint>
#include <vector>

#include "kernels/conv.h"
#include "runtime/call.h"

namespace cresset {

// One dimension: place o of the output sees places o * stride + k * dilation - padding of the input. What lies past the
// input's end counts as padding as well.
struct ConvAxis {
  int64_t input = 0, kernel = 0, output = 0;
  int64_t stride = 1, padding = 0, dilation = 1;
};

// x [images, groups * in_channels, y.input, x.input], weight [groups * out_channels, in_channels, y.kernel, x.kernel],
// output [images, groups * out_channels, y.output, x.output].
struct ConvGeometry {
  int64_t images = 0, groups = 1, in_channels = 0, out_channels = 0;
  ConvAxis y, x;

  // images, groups, in_channels and out_channels of all groups, then for y and x: input, kernel, output, stride, padding,
  // dilation.
  explicit ConvGeometry(Call& call);

  int64_t input_count() const { return input_count_; }
  int64_t weight_count() const { return weight_count_; }
  int64_t output_count() const { return output_count_; }
  // Of one product of this geometry.
  double operations() const;

 private:
  int64_t input_count_ = 0, weight_count_ = 0, output_count_ = 0;
};

// The taps of one dimension. With a stride, the input is seen as planes of every stride-th place: tap k reads place
// position + shift of plane `phase`.
struct ConvAxisTaps {
  std::vector<int64_t> kernel;  // which k
  std::vector<int64_t> shift, phase;
  std::vector<int64_t> phases;  // first place of each plane
};

ConvAxisTaps forward_taps(const ConvAxis& axis);
// Those through which places first, first + stride, ... of the input are seen from the output, all in one plane.
ConvAxisTaps backward_taps(const ConvAxis& axis, int64_t first);

// All pairs; planes of plane_size elements in the order of (y.phase, x.phase).
std::vector<ConvTap> tap_table(const ConvAxisTaps& y, const ConvAxisTaps& x, int64_t plane_size);

}  // namespace cresset
