#include "kernels/convert.h"
#include "kernels/map.h"
#include "simd/math.h"

#define CRESSET_SOURCE "kernels/map_math.inc"
#include "simd/foreach_isa.h"

namespace cresset {
CRESSET_MAP_FAMILY(map_math);
}
