#include "kernels/tensor_list.h"

#include "kernels/element_types.h"

namespace cresset {

std::vector<ListedTensor> read_tensors(Call& call, Dtype dtype, int64_t count, const ListLayout& layout,
                                       int64_t* total) {
  std::vector<ListedTensor> tensors;
  *total = 0;
  for (int64_t t = 0; t < count; t++) {
    ListedTensor tensor = {};
    tensor.first = *total;
    tensor.n = call.count();
    for (int i = 0; i < layout.scalars; i++) tensor.scalars[i] = call.number();
    for (int k = 0; k < layout.arrays; k++) {
      bool needed = (layout.needed >> k & 1) != 0;
      void* array = needed ? call.contiguous(dtype, tensor.n) : call.optional(dtype, tensor.n);
      tensor.arrays[k] = needed ? array : nullptr;
    }
    if (tensor.n == 0) continue;
    *total += tensor.n;
    if (*total > kMaxListTotal) Call::fail("too many elements");
    tensors.push_back(tensor);
  }
  return tensors;
}

void run_list_rule(Call& call, const ListRule& rule) {
  Dtype dtype = read_float_dtype(call);
  int64_t count = call.count(), total;
  double options[kMaxListOptions];
  for (int i = 0; i < rule.options; i++) options[i] = call.number();
  ListLayout layout = {rule.scalars, rule.arrays, rule.needed(options)};
  std::vector<ListedTensor> tensors = read_tensors(call, dtype, count, layout, &total);
  TensorList list = {tensors.data(), static_cast<int64_t>(tensors.size()), total, options};
  (dtype == Dtype::float32 ? rule.run_float32 : rule.run_float64)(list);
}

}  // namespace cresset
