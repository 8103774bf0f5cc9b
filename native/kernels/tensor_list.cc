#include "kernels/tensor_list.h"

#include <vector>

namespace cresset {

void run_list_rule(Call& call, const ListRule& rule) {
  Dtype dtype = call.dtype();
  if (dtype != Dtype::float32 && dtype != Dtype::float64) Call::fail("expected float32 or float64");
  int64_t count = call.count();
  double options[kMaxListOptions];
  for (int i = 0; i < rule.options; i++) options[i] = call.number();
  unsigned needed = rule.needed(options);

  std::vector<ListedTensor> tensors;
  int64_t total = 0;
  for (int64_t t = 0; t < count; t++) {
    ListedTensor tensor = {};
    tensor.first = total;
    tensor.n = call.count();
    for (int i = 0; i < rule.scalars; i++) tensor.scalars[i] = call.number();
    for (int k = 0; k < rule.arrays; k++) {
      bool wanted = (needed >> k & 1) != 0;
      void* array = wanted ? call.contiguous(dtype, tensor.n) : call.optional(dtype, tensor.n);
      tensor.arrays[k] = wanted ? array : nullptr;
    }
    if (tensor.n == 0) continue;
    if (__builtin_add_overflow(total, tensor.n, &total) || total > int64_t{1} << 46) Call::fail("too many elements");
    tensors.push_back(tensor);
  }

  TensorList list = {tensors.data(), static_cast<int64_t>(tensors.size()), total, options};
  (dtype == Dtype::float32 ? rule.run_float32 : rule.run_float64)(list);
}

}  // namespace cresset
