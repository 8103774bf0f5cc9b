#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "kernels/tensor_list.h"
#include "runtime/parallel.h"
#include "simd/vector.h"

namespace cresset {
namespace {

struct NormPiece {
  const void* data;
  int64_t n;
};

using Measure = double (*)(const NormPiece* pieces, int64_t count, double* results);

// By dtype, then by kind of norm.
struct NormTable {
  Measure measure[2][3];
};

}  // namespace
}  // namespace cresset

#define CRESSET_SOURCE "kernels/many.inc"
#include "simd/foreach_isa.h"

namespace cresset {
namespace {

// `dtype, kind, tensors, then for each tensor: n, (id, offset)`. Returns, over all elements, by kind: 0 the largest
// magnitude, 1 the sum of magnitudes, 2 the sum of squares.
void norm_many(Call& call) {
  constexpr int64_t kPiece = 16384;
  Dtype dtype = call.dtype();
  if (dtype != Dtype::float32 && dtype != Dtype::float64) Call::fail("expected float32 or float64");
  int64_t kind = call.integer(0, 2), count = call.count();
  int64_t item = static_cast<int64_t>(item_size(dtype));
  std::vector<NormPiece> pieces;
  for (int64_t t = 0; t < count; t++) {
    int64_t n = call.count();
    const char* data = static_cast<const char*>(call.contiguous(dtype, n));
    for (int64_t i = 0; i < n; i += kPiece) pieces.push_back({data + i * item, std::min(kPiece, n - i)});
  }
  std::vector<double> results(pieces.size());
  Measure measure = CRESSET_SELECT(norm_table)->measure[static_cast<int>(dtype)][kind];
  call.result(measure(pieces.data(), static_cast<int64_t>(pieces.size()), results.data()));
}

}  // namespace

CRESSET_LIST_KERNEL(zero_many, zero);
CRESSET_LIST_KERNEL(scale_many, scale);
CRESSET_LIST_KERNEL(lerp_many, lerp);
CRESSET_KERNEL(norm_many, norm_many);

}  // namespace cresset
