// The three products of a convolution by Winograd's way, where it is the fast one and the operands allow it. Else false: the
// direct way has to be taken, and nothing that was written counts.
#pragma once
#include "kernels/conv.h"
#include "kernels/conv_geometry.h"

namespace cresset {

bool winograd_forward(const ConvGeometry& g, const float* x, const float* weight, float* out,
                      const ConvEpilogue<float>& epilogue);
bool winograd_input_gradient(const ConvGeometry& g, const float* gradient, const float* weight, float* out,
                             const float* bias);
bool winograd_weight_gradient(const ConvGeometry& g, const float* gradient, const float* x, float* weight_gradient,
                              float* bias_gradient);

}  // namespace cresset
