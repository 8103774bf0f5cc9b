// Attention without the matrix of weights: scores of a few rows and keys at a time, in cache (Dao et al., "FlashAttention",
// 2022). Forward keeps one number a row, from which backward computes the weights again.
//
//   attention_forward:   dtype, batch, heads, rows, keys, width, value_width, scale, causal, q, k, v, mask_kind, mask,
//                        out, log_sum
//   attention_backward:  the same, g, dq, dk, dv
//
//   q, k, v, out, g, dq, dk, dv   [batch, heads, rows or keys, width or value_width]: id, offset, strides (the last 1)
//   mask                          [batch, heads, rows, keys]: id, offset, strides; bool or of the dtype by mask_kind
//                                 (0 none, 1 bool, 2 float)
//   log_sum                       [batch, heads, rows], contiguous; 0, 0 for none in forward
//   dq, dk, dv                    each after a flag: 0 (then nothing follows) or 1
#include "kernels/attention.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "kernels/element_types.h"
#include "kernels/gemm.h"
#include "kernels/gemm_plan.h"
#include "kernels/overlap.h"
#include "kernels/reduce_layout.h"
#include "runtime/allocator.h"
#include "runtime/call.h"
#include "runtime/ceil_div.h"
#include "runtime/parallel.h"
#include "simd/math.h"
#include "simd/transpose.h"
#include "simd/vector.h"

#define CRESSET_SOURCE "kernels/attention.inc"
#include "simd/foreach_isa.h"

namespace cresset {
namespace {

Shape shape_of(int64_t batch, int64_t heads, int64_t rows, int64_t columns) {
  Shape shape;
  shape.ndim = 4;
  const int64_t sizes[4] = {batch, heads, rows, columns};
  std::copy(sizes, sizes + 4, shape.size);
  shape.count = checked_product(checked_product(batch, heads), checked_product(rows, columns));
  return shape;
}

template <class T>
Heads<T> read_heads(Call& call, const Shape& shape, bool writable) {
  View view;
  call.view(view, DtypeOf<T>::value, shape, writable);
  if (shape.count == 0) return {};
  if (view.data == view.scalar) Call::fail("attention: an operand cannot be a number");
  if (shape.size[3] > 1 && view.stride[3] != 1) Call::fail("attention: rows must be contiguous");
  if (elements_overlap(shape, view, writable ? 0 : 2)) Call::fail("attention: the elements of an operand overlap");
  return {static_cast<T*>(view.data), view.stride[0], view.stride[1], view.stride[2]};
}

template <class T>
Heads<const T> read_input(Call& call, const Shape& shape) {
  const Heads<T> heads = read_heads<T>(call, shape, false);
  return {heads.data, heads.b, heads.h, heads.r};
}

// After a flag that says whether it is wanted.
template <class T>
Heads<T> read_wanted(Call& call, const Shape& shape) {
  return call.flag() ? read_heads<T>(call, shape, true) : Heads<T>();
}

template <class T>
struct Shapes {
  Shape q, k, v, out;
  explicit Shapes(const AttentionWork<T>& w)
      : q(shape_of(w.batch, w.heads, w.rows, w.width)),
        k(shape_of(w.batch, w.heads, w.keys, w.width)),
        v(shape_of(w.batch, w.heads, w.keys, w.value_width)),
        out(shape_of(w.batch, w.heads, w.rows, w.value_width)) {}
};

template <class T>
void read_mask(Call& call, AttentionWork<T>& work, View& view) {
  work.mask_kind = static_cast<MaskKind>(call.integer(0, kMaskKinds - 1));
  if (work.mask_kind == kNoMask) return;
  const Dtype dtype = work.mask_kind == kBoolMask ? Dtype::boolean : DtypeOf<T>::value;
  call.view(view, dtype, shape_of(work.batch, work.heads, work.rows, work.keys), false);
  work.mask = view.data;
  std::copy(view.stride, view.stride + 4, work.mask_stride);
}

// Everything that forward and backward have in common.
template <class T>
AttentionWork<T> read_work(Call& call, View& mask) {
  AttentionWork<T> work;
  for (int64_t* size : {&work.batch, &work.heads, &work.rows, &work.keys, &work.width, &work.value_width})
    *size = call.count();
  if (work.width == 0) Call::fail("attention: the width must not be 0");
  work.scale = static_cast<T>(call.number());
  work.causal = call.flag();
  const Shapes<T> shapes(work);
  work.q = read_input<T>(call, shapes.q);
  work.k = read_input<T>(call, shapes.k);
  work.v = read_input<T>(call, shapes.v);
  read_mask(call, work, mask);
  work.out = read_heads<T>(call, shapes.out, true);
  work.log_sum = call.optional<T>(checked_product(checked_product(work.batch, work.heads), work.rows));
  return work;
}

const AttentionRoutines<float>& routines(float) { return CRESSET_SELECT(attention_table)->float32; }
const AttentionRoutines<double>& routines(double) { return CRESSET_SELECT(attention_table)->float64; }

// Every product of scores, weights or their gradients takes each pair of row and key once; a causal mask leaves half of them.
template <class T>
void count_operations(Call& call, const AttentionWork<T>& work, double widths, double value_widths) {
  const double pairs = static_cast<double>(work.batch) * static_cast<double>(work.heads) *
                       static_cast<double>(work.rows) * static_cast<double>(work.keys) * (work.causal ? 0.5 : 1);
  call.operations(2 * pairs *
                  (widths * static_cast<double>(work.width) + value_widths * static_cast<double>(work.value_width)));
}

template <class T>
void forward(Call& call) {
  View mask;
  AttentionWork<T> work = read_work<T>(call, mask);
  count_operations(call, work, 1, 1);
  if (Shapes<T>(work).out.count == 0) return;
  std::atomic<bool> out_of_memory{false};
  work.out_of_memory = &out_of_memory;
  routines(T()).forward(work);
  if (out_of_memory.load()) Call::fail("attention: out of memory");
}

template <class T>
void backward(Call& call) {
  View mask;
  AttentionWork<T> work = read_work<T>(call, mask);
  const Shapes<T> shapes(work);
  work.g = read_input<T>(call, shapes.out);
  work.dq = read_wanted<T>(call, shapes.q);
  work.dk = read_wanted<T>(call, shapes.k);
  work.dv = read_wanted<T>(call, shapes.v);
  count_operations(call, work, 3, 2);
  const int64_t heads = work.batch * work.heads;
  if (heads == 0 || work.value_width == 0 || work.rows == 0 || work.keys == 0) return;
  if (work.log_sum == nullptr) Call::fail("attention: log_sum is missing");
  const Allocation delta = allocate(static_cast<size_t>(heads * work.rows) * sizeof(T));
  if (delta.data == nullptr) Call::fail("attention: out of memory");
  work.delta = reinterpret_cast<T*>(delta.data);
  std::atomic<bool> out_of_memory{false};
  work.out_of_memory = &out_of_memory;
  routines(T()).backward(work);
  deallocate(delta);
  if (out_of_memory.load()) Call::fail("attention: out of memory");
}

CRESSET_FLOAT_KERNEL(attention_forward, forward);
CRESSET_FLOAT_KERNEL(attention_backward, backward);

}  // namespace
}  // namespace cresset
