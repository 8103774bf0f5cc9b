// gemm: dtype, batch, m, n, k, a, b, c, accumulate, bias, activation, slope, mask
//
//   a, b, c      id, offset, batch_stride, row_stride, col_stride each; c's col_stride is 1
//   bias, mask   id, offset; 0, 0 when there is none; the mask's offset is in bytes
//   activation   0 none, 1 leaky_relu(slope)
//
// A batch stride of 0 repeats a or b (not both) over the batch. Bias and activation need batch 1, a mask a contiguous c.
#include <algorithm>
#include <atomic>
#include <utility>

#include "kernels/element_types.h"
#include "kernels/gemm_plan.h"
#include "kernels/gemm_table.h"
#include "kernels/overlap.h"
#include "runtime/allocator.h"
#include "runtime/call.h"
#include "runtime/ceil_div.h"
#include "runtime/parallel.h"
#include "simd/transpose.h"
#include "simd/vector.h"

#define CRESSET_SOURCE "kernels/gemm.inc"
#include "simd/foreach_isa.h"

namespace cresset {

namespace {

// Said here, because nothing may be thrown through the kernels.
void demand_memory(bool had_memory) {
  if (!had_memory) Call::fail("gemm: out of memory");
}

}  // namespace

void gemm(const Gemm<float>& problem) { demand_memory(CRESSET_SELECT(gemm_table)->float32(problem)); }
void gemm(const Gemm<double>& problem) { demand_memory(CRESSET_SELECT(gemm_table)->float64(problem)); }

namespace {

Shape matrices(int64_t batch, int64_t rows, int64_t columns) {
  Shape shape;
  shape.ndim = 3;
  shape.size[0] = batch;
  shape.size[1] = rows;
  shape.size[2] = columns;
  if (__builtin_mul_overflow(batch, rows, &shape.count) || __builtin_mul_overflow(shape.count, columns, &shape.count))
    Call::fail("gemm: the shape is too large");
  return shape;
}

template <class T>
GemmMatrix<T> read_operand(Call& call, View& view, const Shape& shape) {
  call.view(view, DtypeOf<T>::value, shape, false);
  Shape distinct = shape;
  if (view.stride[0] == 0) distinct.size[0] = 1;
  if (shape.count > 0 && elements_overlap(distinct, view)) Call::fail("gemm: the elements of an operand overlap");
  return {static_cast<const T*>(view.data), view.stride[1], view.stride[2], view.stride[0]};
}

template <class T>
GemmOutput<T> read_output(Call& call, const Shape& shape) {
  View view;
  call.view(view, DtypeOf<T>::value, shape, true);
  if (shape.count > 0) {
    if (elements_overlap(shape, view)) Call::fail("gemm: the elements of the output overlap");
    if (shape.size[2] > 1 && view.stride[2] != 1) Call::fail("gemm: the output's rows must be contiguous");
  }
  return {static_cast<T*>(view.data), view.stride[1], view.stride[0]};
}

template <class T>
GemmEpilogue<T> read_epilogue(Call& call, const Gemm<T>& problem) {
  GemmEpilogue<T> epilogue;
  epilogue.bias = call.optional<T>(problem.n);
  epilogue.leaky = call.integer(0, 1) == 1;
  epilogue.slope = static_cast<T>(call.number());
  epilogue.mask = call.optional<uint8_t>((problem.m * problem.n + 7) / 8);
  if (problem.batch != 1 && (epilogue.bias != nullptr || epilogue.leaky))
    Call::fail("gemm: bias and activation need a batch of 1");
  if (epilogue.mask != nullptr) {
    if (!epilogue.leaky) Call::fail("gemm: a mask needs an activation");
    if (problem.m > 1 && problem.c.row_stride != problem.n) Call::fail("gemm: a mask needs a contiguous output");
  }
  return epilogue;
}

template <class T>
void run(Call& call) {
  Gemm<T> problem;
  problem.batch = call.count();
  problem.m = call.count();
  problem.n = call.count();
  problem.k = call.count();
  View a, b;
  problem.a = read_operand<T>(call, a, matrices(problem.batch, problem.m, problem.k));
  problem.b = read_operand<T>(call, b, matrices(problem.batch, problem.k, problem.n));
  problem.c = read_output<T>(call, matrices(problem.batch, problem.m, problem.n));
  problem.accumulate = call.flag();
  problem.epilogue = read_epilogue(call, problem);
  if (problem.batch > 1 && problem.k > 0 && problem.a.batch_stride == 0 && problem.b.batch_stride == 0)
    Call::fail("gemm: a and b cannot both repeat over the batch");
  call.operations(2.0 * static_cast<double>(problem.batch) * static_cast<double>(problem.m) *
                  static_cast<double>(problem.n) * static_cast<double>(problem.k));
  gemm(problem);
}

CRESSET_FLOAT_KERNEL(gemm, run);

}  // namespace
}  // namespace cresset
