// Compiles CRESSET_SOURCE once per instruction set, each in its own namespace (cresset::scalar, ::avx2, ::avx512,
// ::neon) and target region. Standard headers must be included before, outside the regions. No include guard on
// purpose.
//
//   #include "simd/vector.h"
//   #define CRESSET_SOURCE "kernels/fill.inc"
//   #include "simd/foreach_isa.h"
//   ... CRESSET_SELECT(fill_table) ...
//
// In a source CRESSET_ISA is its instruction set, CRESSET_COLD_ISA the one whose code does for what is not hot: AVX-512 takes
// AVX2's loops of integers, of what only waits for memory, and of doubles in all but matrix products and the long formulas of
// elementwise functions. The bits are the same.
#ifndef CRESSET_SOURCE
#error "define CRESSET_SOURCE before including simd/foreach_isa.h"
#endif

CRESSET_BEGIN_KERNELS

// Where nearly no machine goes, calls cost less than copies of long formulas, and loops less than their steps side by side.
CRESSET_BEGIN_SCALAR
#undef CRESSET_INLINE
#define CRESSET_INLINE inline
#undef CRESSET_UNROLL
#define CRESSET_UNROLL(count) CRESSET_PRAGMA(GCC unroll 1)
#undef CRESSET_VECTORIZE
#define CRESSET_VECTORIZE
#define CRESSET_ISA scalar
#define CRESSET_COLD_ISA scalar
namespace cresset::scalar {
#include CRESSET_SOURCE
}
#undef CRESSET_ISA
#undef CRESSET_COLD_ISA
#undef CRESSET_INLINE
#define CRESSET_INLINE CRESSET_ALWAYS_INLINE
#undef CRESSET_UNROLL
#define CRESSET_UNROLL(count) CRESSET_PRAGMA(GCC unroll count)
#undef CRESSET_VECTORIZE
#define CRESSET_VECTORIZE CRESSET_VECTORIZE_LOOP
CRESSET_END_SCALAR

#if CRESSET_X86
CRESSET_BEGIN_AVX2
#define CRESSET_ISA avx2
#define CRESSET_COLD_ISA avx2
namespace cresset::avx2 {
#include CRESSET_SOURCE
}
#undef CRESSET_ISA
#undef CRESSET_COLD_ISA
CRESSET_END_TARGET

CRESSET_BEGIN_AVX512
#define CRESSET_ISA avx512
#define CRESSET_COLD_ISA avx2
namespace cresset::avx512 {
#include CRESSET_SOURCE
}
#undef CRESSET_ISA
#undef CRESSET_COLD_ISA
CRESSET_END_TARGET
#endif

#if CRESSET_NEON
#define CRESSET_ISA neon
#define CRESSET_COLD_ISA neon
namespace cresset::neon {
#include CRESSET_SOURCE
}
#undef CRESSET_ISA
#undef CRESSET_COLD_ISA
#endif

CRESSET_END_KERNELS

#undef CRESSET_SOURCE
