#pragma once
#include "kernels/gemm.h"

namespace cresset {

// False when there was no memory to work in.
struct GemmTable {
  bool (*float32)(const Gemm<float>&);
  bool (*float64)(const Gemm<double>&);
};

}  // namespace cresset
