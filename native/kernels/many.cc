#include <cmath>
#include <cstring>
#include <vector>

#include "kernels/element_types.h"
#include "kernels/tensor_list.h"
#include "runtime/parallel.h"
#include "simd/vector.h"

namespace cresset {
namespace {

// Works chunk by chunk; `results` has room for one number a chunk, of which there is at least one.
using Measure = double (*)(const TensorList& list, double* results, int64_t chunks);

// By dtype, then by kind of norm.
struct NormTable {
  int64_t chunk_elements;
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
  Dtype dtype = read_float_dtype(call);
  int64_t kind = call.integer(0, 2), count = call.count(), total;
  std::vector<ListedTensor> tensors = read_tensors(call, dtype, count, {0, 1, 0b1}, &total);
  const NormTable* table = CRESSET_SELECT(norm_table);
  TensorList list = {tensors.data(), static_cast<int64_t>(tensors.size()), total, nullptr};
  std::vector<double> results(static_cast<size_t>(total / table->chunk_elements + 1));
  int64_t chunks = static_cast<int64_t>(results.size());
  call.result(table->measure[static_cast<int>(dtype)][kind](list, results.data(), chunks));
}

}  // namespace

CRESSET_LIST_KERNEL(zero_many, zero);
CRESSET_LIST_KERNEL(scale_many, scale);
CRESSET_LIST_KERNEL(add_scaled_many, add_scaled);
CRESSET_LIST_KERNEL(lerp_many, lerp);
CRESSET_KERNEL(norm_many, norm_many);

}  // namespace cresset
