// Rows added to rows: what gathers gradients where places repeat.
#include "kernels/row_sum.h"

#include "simd/vector.h"

namespace cresset {
namespace {

template <class T>
struct RowSums {
  void (*add)(T* to, const T* from, int64_t n);
  void (*add_share)(T* to, const T* from, T divisor, int64_t n);
};

}  // namespace
}  // namespace cresset

#define CRESSET_SOURCE "kernels/row_sum.inc"
#include "simd/foreach_isa.h"

namespace cresset {

template <class T>
void add_row(T* to, const T* from, int64_t n) {
  CRESSET_SELECT(row_sums_of<T>)->add(to, from, n);
}

template <class T>
void add_share(T* to, const T* from, T divisor, int64_t n) {
  CRESSET_SELECT(row_sums_of<T>)->add_share(to, from, divisor, n);
}

template void add_row(float*, const float*, int64_t);
template void add_row(double*, const double*, int64_t);
template void add_share(float*, const float*, float, int64_t);
template void add_share(double*, const double*, double, int64_t);

}  // namespace cresset
