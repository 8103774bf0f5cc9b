// The gradient of a convolution's input, of a strided one phase by phase: the places whose coordinates are the same
// modulo the strides see the output through the same taps.
#pragma once
#include "kernels/conv_geometry.h"

namespace cresset {

template <class T>
using ConvProductLoop = bool (*)(const ConvProduct<T>&);

// `p` says all that the phases have in common. Few phases take turns on blocks of images: their places lie in the same cache
// lines.
template <class T>
void conv_input_phases(const ConvGeometry& g, const T* weight, const ConvProduct<T>& p, ConvProductLoop<T> product);

}  // namespace cresset
