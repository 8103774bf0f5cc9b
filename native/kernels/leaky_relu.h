// y = x > 0 ? x : x * slope, the slope first rounded to the dtype. NaN and ±0 go with the negative side, as in PyTorch.
//
// The mask holds x > 0 of element i in bit i % 8 of byte i / 8, the bits behind the last element 0. It is all that
// backward needs, at 1/32 of the memory of x. Pointers may have any alignment; `out` may be exactly `x` or `gradient`.
#pragma once
#include <cstdint>

#include "runtime/dtype.h"

namespace cresset {

// Dtype: float32 or float64. `mask` may be null.
void leaky_relu_forward(Dtype dtype, int64_t n, void* out, const void* x, uint8_t* mask, double slope);

// out = x > 0 ? gradient : gradient * slope, x > 0 read from the mask or from x.
void leaky_relu_backward(Dtype dtype, int64_t n, void* out, const void* gradient, const uint8_t* mask, double slope);
void leaky_relu_backward_input(Dtype dtype, int64_t n, void* out, const void* gradient, const void* x, double slope);

constexpr int64_t mask_bytes(int64_t n) { return (n + 7) / 8; }

}  // namespace cresset
