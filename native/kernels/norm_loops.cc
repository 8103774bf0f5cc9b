#include "kernels/norm_loops.h"

#include "runtime/parallel.h"
#include "simd/vector.h"

#define CRESSET_SOURCE "kernels/norm_loops.inc"
#include "simd/foreach_isa.h"

namespace cresset {

// Chan, Golub and LeVeque: two means and what they differ by.
void Moments::join(const Moments& other) {
  if (count == 0) {
    *this = other;
    return;
  }
  double total = count + other.count, difference = other.mean - mean;
  mean += difference * (other.count / total);
  squares += other.squares + difference * difference * (count * (other.count / total));
  count = total;
}

template <>
const NormLoops<float>& norm_loops() {
  return *CRESSET_SELECT(norm_loops_of<float>);
}
template <>
const NormLoops<double>& norm_loops() {
  return *CRESSET_SELECT_FOR(double, norm_loops_of<double>);
}

}  // namespace cresset
