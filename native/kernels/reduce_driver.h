#pragma once
#include <cstdlib>

#include "kernels/reduce_layout.h"
#include "kernels/reduce_table.h"

namespace cresset {

// Memory for the length of a call. Small requests cost nothing.
class Scratch {
 public:
  explicit Scratch(size_t bytes);
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  template <class T>
  T* as() {
    return static_cast<T*>(data_);
  }

 private:
  alignas(64) uint8_t inline_[1024];
  void* data_;
};

// A strided input and which of its dimensions are kept and which reduced. The output is contiguous over the kept ones.
struct ReducePlan {
  Shape keep, reduce;
  const void* in;
  Dims keep_dims, reduce_dims;

  // Reads nothing but the numbers; neither shape may be empty.
  ReducePlan(const Shape& keep, const Shape& reduce, const View& view, Order order);
  // Each output comes from one contiguous run, or from long ones.
  bool runs() const {
    constexpr int64_t kLong = 256;
    bool long_enough = reduce_dims.inner_size() >= (reduce_dims.ndim == 1 ? 2 : kLong);
    return reduce_dims.inner_stride() == 1 && long_enough;
  }
  // Neighbouring outputs come from neighbouring elements.
  bool columns() const { return keep_dims.inner_stride() == 1; }
};

// The loops of the instruction set in use; fails where the dtype has none.
const ReduceLoops& reduce_loops(Reduction reduction, Dtype dtype);

// out[o] = the reduction of the elements of output o; p may be null where the reduction has no parameter.
void reduce(const ReduceLoops& loops, const ReducePlan& plan, const void* p, void* out);

}  // namespace cresset
