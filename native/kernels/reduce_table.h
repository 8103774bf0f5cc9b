#pragma once
#include "runtime/dtype.h"

namespace cresset {

// What a reduction does with an element x; p is a parameter that belongs to the output.
enum class Reduction {
  sum,        // x
  product,    // x
  maximum,    // x; NaN wins
  minimum,    // x; NaN wins
  any,        // x != 0
  all,        // x != 0
  squares,    // the sum of x^2
  deviation,  // the sum of (x - p)^2
  exp_shift,  // the sum of exp(x - p)
};
constexpr int kReductions = 9;

// The loops of one reduction over one dtype, the types erased so that one driver serves all. Strides are in elements.
struct ReduceLoops {
  // An entry that is not there (float reductions of integers) has no loops.
  size_t in_size, out_size;
  // `outputs` runs of n contiguous elements, `stride` apart, to one output each.
  void (*rows)(const void* x, int64_t stride, int64_t outputs, int64_t n, const void* p, void* out);
  // out[c] from x[offset[r] + c] over r.
  void (*columns)(const void* x, const int64_t* offset, int64_t rows, int64_t columns, const void* p, void* out);
  // a[i] with b[i], into a.
  void (*combine)(void* a, const void* b, int64_t n);
  // The outputs of reductions over nothing.
  void (*identity)(void* out, int64_t n);
};

struct ReduceTable {
  ReduceLoops loops[kReductions][kDtypes];
  // out[i] = log(out[i]) + p[i], float and double.
  void (*log_add[2])(void* out, const void* p, int64_t n);
};

}  // namespace cresset
