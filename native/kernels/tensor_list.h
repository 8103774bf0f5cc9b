#pragma once
#include <type_traits>
#include <vector>

#include "runtime/call.h"

// One elementwise update of many tensors in one native call and one parallel region: an optimizer's step, the scaling of
// all gradients. The elements of all tensors form one flat range, which is split as if it were a single tensor.
//
// A rule is a template <class T> struct with
//   Options, Scalars                  structs of doubles: arguments of the call, and of each tensor
//   kArrays, kWritten                 arrays each tensor has; bit k: array k is stored back
//   needed(options)                   bit k: array k must be there (the others are ignored)
//   Rule(options, scalars)            what is computed once for a tensor, in double, then rounded to T
//   operator()(Vec<T>* x)             the update of one vector of elements, x[k] being that of array k
// Its kernel takes `dtype, tensors, options…, then for each tensor: n, scalars…, (id, offset) × kArrays`.
namespace cresset {

constexpr int kMaxListArrays = 6;
constexpr int kMaxListScalars = 4;
constexpr int kMaxListOptions = 12;

struct None {};

template <class Struct>
constexpr int doubles_in() {
  return std::is_empty_v<Struct> ? 0 : static_cast<int>(sizeof(Struct) / sizeof(double));
}

struct ListedTensor {
  int64_t first;  // of its elements in the flat range
  int64_t n;
  double scalars[kMaxListScalars];
  void* arrays[kMaxListArrays];  // null where the rule does not need one
};

// Larger totals do not fit a machine's memory; they come from listing the same block over and over.
constexpr int64_t kMaxListTotal = int64_t{1} << 36;

struct TensorList {
  const ListedTensor* tensors;  // none is empty
  int64_t count;
  int64_t total;
  const double* options;
};

// A rule without its types, for one instruction set.
struct ListRule {
  int options, scalars, arrays;
  unsigned (*needed)(const double* options);
  void (*run_float32)(const TensorList& list);
  void (*run_float64)(const TensorList& list);
};

// Reads the arguments of a rule's kernel and runs it.
void run_list_rule(Call& call, const ListRule& rule);

// What each tensor's arguments are: `n, scalars…, (id, offset) × arrays`. Bit k of `needed`: array k must be there.
struct ListLayout {
  int scalars, arrays;
  unsigned needed;
};

// Reads `count` tensors and leaves the empty ones out; `total` becomes the number of elements.
std::vector<ListedTensor> read_tensors(Call& call, Dtype dtype, int64_t count, const ListLayout& layout,
                                       int64_t* total);

}  // namespace cresset

// In the .cc file: the kernel `name` runs the rule `rule` that the .inc file defines with list_rule<…>().
#define CRESSET_LIST_KERNEL(name, rule)                                                                      \
  static void name##_entry(::cresset::Call& call) { ::cresset::run_list_rule(call, *CRESSET_SELECT(rule)); } \
  CRESSET_KERNEL(name, name##_entry)
