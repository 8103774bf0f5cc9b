// A kernel that sees the whole input at once, from one place: x, weight and output are matrices as they lie in memory.
#pragma once
#include "kernels/conv.h"
#include "kernels/conv_geometry.h"

namespace cresset {

bool sees_all_at_once(const ConvGeometry& g);

// out = x · weightᵀ, and what the epilogue adds.
template <class T>
void one_place_forward(const ConvGeometry& g, const T* x, const T* weight, T* out, const ConvEpilogue<T>& epilogue);
// out = g · weight + bias, one for each channel; `repeated` has room for one image.
template <class T>
void one_place_input_gradient(const ConvGeometry& g, const T* gradient, const T* weight, T* out, const T* bias,
                              T* repeated);
// out = gᵀ · x; bias_gradient, if there is one, the sum over the images.
template <class T>
void one_place_weight_gradient(const ConvGeometry& g, const T* gradient, const T* x, T* out, T* bias_gradient);

}  // namespace cresset
