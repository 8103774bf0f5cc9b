// Convolutions over [image, channel, y, x] as products of matrices, without ever writing the matrix of patches down: what
// a block of the product reads is gathered while it is packed.
//
// Every element of a result is the same bits for any number of threads and on every instruction set: products along
// (channel, tap), or for a weight's gradient along the positions, are added as gemm.h says.
#pragma once
#include <cstdint>

namespace cresset {

// One tap of the kernel: the row of the operand (channel, tap) reads place (y + dy, x + dx) of plane `plane` of the channel
// for position (y, x) of the grid, and 0 outside of the plane.
struct ConvTap {
  int64_t dy, dx;
  int64_t plane;  // in elements from the channel's beginning
};

// The matrix of patches, rows (channel, tap) by columns (image, y, x), as it lies in memory.
template <class T>
struct ConvPatches {
  const T* data = nullptr;
  int64_t image_stride = 0, group_stride = 0, channel_stride = 0;
  int64_t height = 0, width = 0;  // of a plane
  bool inside = false;            // no tap leaves its plane
  int64_t channels = 0;           // of a group
  const ConvTap* taps = nullptr;
  int64_t tap_count = 0;
  int64_t images = 0, grid_height = 0, grid_width = 0;

  int64_t rows() const { return channels * tap_count; }
  int64_t columns() const { return images * grid_height * grid_width; }
};

// Where the product's element (row, (image, y, x)) of a group goes.
template <class T>
struct ConvOutput {
  T* data = nullptr;
  int64_t image_stride = 0, channel_stride = 0, y_stride = 0, x_stride = 0;
};

// What follows a product: pre = sum + bias[channel], then pre > 0 ? pre : pre * slope.
template <class T>
struct ConvEpilogue {
  const T* bias = nullptr;
  bool leaky = false;
  T slope = 0;
  uint8_t* mask = nullptr;  // bit i tells pre > 0 of element i of a contiguous out, whose planes are whole bytes
};

// out = weights · patches for every group, then the epilogue, whose channels are groups * rows.
template <class T>
struct ConvProduct {
  ConvPatches<T> patches;
  int64_t groups = 0, rows = 0;  // rows of a group
  const T* weights = nullptr;    // [groups * rows, patches.rows()], rows weight_stride apart
  int64_t weight_stride = 0;
  ConvOutput<T> out;
  ConvEpilogue<T> epilogue;
};

// weight_gradient[row of g, row of patches] = the sum over all positions, and bias_gradient the sum of g.
template <class T>
struct ConvWeightGradient {
  ConvPatches<T> patches;
  int64_t groups = 0, rows = 0;  // channels of g in a group
  const T* g = nullptr;          // [image, groups * rows, position]
  T* weight_gradient = nullptr;  // [groups * rows, patches.rows()]
  T* bias_gradient = nullptr;    // may be null
};

// x laid out anew for a stride: plane (i, j) of a channel holds x[(y + first_y) * stride_y + phases_y[i],
// (x + first_x) * stride_x + phases_x[j]], and 0 outside of x.
template <class T>
struct ConvPhases {
  const T* x = nullptr;
  T* planes = nullptr;
  int64_t channels = 0, height = 0, width = 0;  // of x, all images' channels together
  int64_t stride_y = 1, stride_x = 1;
  int64_t first_y = 0, first_x = 0;
  const int64_t* phases_y = nullptr;
  const int64_t* phases_x = nullptr;
  int64_t count_y = 0, count_x = 0;
  int64_t plane_height = 0, plane_width = 0;
};

template <class T>
struct ConvKernels {
  // False when there was no memory for packing.
  bool (*product)(const ConvProduct<T>&);
  bool (*weight_gradient)(const ConvWeightGradient<T>&);
  void (*split_phases)(const ConvPhases<T>&);
};

struct ConvTable {
  ConvKernels<float> float32;
  ConvKernels<double> float64;
};

}  // namespace cresset
