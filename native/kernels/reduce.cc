// Reductions over any dimensions.
//
//   NAME: dtype, keep shape, reduce shape, out, in view (strides over the kept dimensions, then the reduced)
//
// A shape is `ndim, size...`; out is contiguous over the kept shape. sum and prod of integers give int64, any and all give
// bool. var takes one more number, the correction.
#include <limits>
#include <type_traits>

#include "kernels/reduce_driver.h"
#include "runtime/parallel.h"
#include "simd/math.h"
#include "simd/vector.h"

#define CRESSET_SOURCE "kernels/reduce.inc"
#include "simd/foreach_isa.h"

namespace cresset {

const ReduceLoops& reduce_loops(Reduction reduction, Dtype dtype) {
  const ReduceLoops& loops = CRESSET_SELECT(reduce_table)->loops[static_cast<int>(reduction)][static_cast<int>(dtype)];
  if (loops.rows == nullptr) Call::fail("the dtype must be float32 or float64");
  return loops;
}

namespace {

bool is_float(Dtype dtype) { return dtype == Dtype::float32 || dtype == Dtype::float64; }

Dtype output_dtype(Reduction reduction, Dtype dtype) {
  switch (reduction) {
    case Reduction::any:
    case Reduction::all: return Dtype::boolean;
    case Reduction::sum:
    case Reduction::product: return is_float(dtype) ? dtype : Dtype::int64;
    default: return dtype;
  }
}

struct Arguments {
  Dtype dtype;
  Shape keep, reduce;
  void* out;
  View in;

  Arguments(Call& call, Reduction reduction) : dtype(call.dtype()), keep(call.shape()), reduce(call.shape()) {
    reduce_loops(reduction, dtype);
    Shape both = concatenate(keep, reduce);
    out = call.contiguous(output_dtype(reduction, dtype), keep.count);
    call.view(in, dtype, both, false);
    bound_work(both, in);
  }
  size_t out_bytes() const { return static_cast<size_t>(keep.count) * item_size(dtype); }
};

void run(const Arguments& a, Reduction reduction, const void* p, void* out) {
  const ReduceLoops& loops = reduce_loops(reduction, a.dtype);
  if (a.keep.count == 0) return;
  if (a.reduce.count == 0) return loops.identity(out, a.keep.count);
  cresset::reduce(loops, ReducePlan(a.keep, a.reduce, a.in, Order::by_stride), p, out);
}

template <Reduction reduction>
void plain_entry(Call& call) {
  Arguments a(call, reduction);
  run(a, reduction, nullptr, a.out);
}

template <Reduction reduction>
void extreme_entry(Call& call) {
  Arguments a(call, reduction);
  if (a.reduce.count == 0 && a.keep.count > 0) Call::fail("no elements to choose from");
  run(a, reduction, nullptr, a.out);
}

template <class T>
struct Divide {
  T* out;
  T by;
  void operator()(int64_t begin, int64_t end) const {
    for (int64_t i = begin; i < end; i++) out[i] = out[i] / by;
  }
};

void divide(Dtype dtype, void* out, int64_t n, double by) {
  constexpr int64_t kGrain = 32768;
  if (dtype == Dtype::float32)
    parallel_for(n, kGrain, Divide<float>{static_cast<float*>(out), static_cast<float>(by)});
  else
    parallel_for(n, kGrain, Divide<double>{static_cast<double*>(out), by});
}

void mean(const Arguments& a, void* out) {
  run(a, Reduction::sum, nullptr, out);
  divide(a.dtype, out, a.keep.count, static_cast<double>(a.reduce.count));
}

void mean_entry(Call& call) {
  Arguments a(call, Reduction::squares);  // as for any reduction of floats only
  mean(a, a.out);
}

// Two passes: the squares of what is left after the mean lose no digits.
void var_entry(Call& call) {
  Arguments a(call, Reduction::deviation);
  double correction = call.number();
  Scratch means(a.out_bytes());
  mean(a, means.as<void>());
  run(a, Reduction::deviation, means.as<void>(), a.out);
  double degrees = static_cast<double>(a.reduce.count) - correction;
  divide(a.dtype, a.out, a.keep.count, degrees > 0 ? degrees : 0);
}

// An infinite maximum would make inf - inf of its own elements.
template <class T>
void finite_or_zero(void* values, int64_t n) {
  T* value = static_cast<T*>(values);
  constexpr T kInfinity = std::numeric_limits<T>::infinity();
  for (int64_t i = 0; i < n; i++) value[i] = value[i] == kInfinity || value[i] == -kInfinity ? T(0) : value[i];
}

void logsumexp_entry(Call& call) {
  Arguments a(call, Reduction::exp_shift);
  Scratch shift(a.out_bytes());
  run(a, Reduction::maximum, nullptr, shift.as<void>());
  if (a.dtype == Dtype::float32)
    finite_or_zero<float>(shift.as<void>(), a.keep.count);
  else
    finite_or_zero<double>(shift.as<void>(), a.keep.count);
  run(a, Reduction::exp_shift, shift.as<void>(), a.out);
  CRESSET_SELECT(reduce_table)->log_add[a.dtype == Dtype::float64](a.out, shift.as<void>(), a.keep.count);
}

CRESSET_KERNEL(sum, plain_entry<Reduction::sum>);
CRESSET_KERNEL(prod, plain_entry<Reduction::product>);
CRESSET_KERNEL(any, plain_entry<Reduction::any>);
CRESSET_KERNEL(all, plain_entry<Reduction::all>);
CRESSET_KERNEL(norm2, plain_entry<Reduction::squares>);
CRESSET_KERNEL(max, extreme_entry<Reduction::maximum>);
CRESSET_KERNEL(min, extreme_entry<Reduction::minimum>);
CRESSET_KERNEL(mean, mean_entry);
CRESSET_KERNEL(var, var_entry);
CRESSET_KERNEL(logsumexp, logsumexp_entry);

}  // namespace
}  // namespace cresset
