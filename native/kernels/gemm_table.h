#pragma once
#include "kernels/gemm.h"

namespace cresset {

struct GemmTable {
  void (*float32)(const Gemm<float>&);
  void (*float64)(const Gemm<double>&);
};

}  // namespace cresset
