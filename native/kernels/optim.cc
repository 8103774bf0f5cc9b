#include <cmath>
#include <cstring>

#include "kernels/tensor_list.h"
#include "runtime/parallel.h"
#include "simd/vector.h"

#define CRESSET_SOURCE "kernels/optim.inc"
#include "simd/foreach_isa.h"

namespace cresset {

CRESSET_LIST_KERNEL(sgd_step, sgd);
CRESSET_LIST_KERNEL(adam_step, adam);
CRESSET_LIST_KERNEL(rmsprop_step, rmsprop);
CRESSET_LIST_KERNEL(adagrad_step, adagrad);
CRESSET_LIST_KERNEL(adadelta_step, adadelta);
CRESSET_LIST_KERNEL(adamax_step, adamax);
CRESSET_LIST_KERNEL(nadam_step, nadam);
CRESSET_LIST_KERNEL(radam_step, radam);
CRESSET_LIST_KERNEL(lion_step, lion);

}  // namespace cresset
