// Elementary functions of a Vec, float and double: exp expm1 log log1p log2 log10 tanh sigmoid erf sin cos tan, fmod
// (exact), pow of float; pow of double and lanewise<Library...> go through the standard library lane by lane. Written once in
// math.inc, so their results are the same bits on every instruction set. Within 2 units in the last place of the exact result
// (sigmoid 2.2, tan 3) for every argument (test/native/math_test.cc measures them), right at 0, inf, NaN and
// subnormals. For activations, cheaper where the range is known: exp_of_minus_abs, log1p_of_unit, normal.
#pragma once
#include <utility>

#include "simd/math_constants.h"
#include "simd/vector.h"

namespace cresset {

// The standard library's functions as types, outside the target regions.
#define CRESSET_LIBRARY_FUNCTION(Name, name) \
  struct Name {                              \
    template <class... T>                    \
    auto operator()(T... x) const {          \
      return std::name(x...);                \
    }                                        \
  }
CRESSET_LIBRARY_FUNCTION(LibrarySin, sin);
CRESSET_LIBRARY_FUNCTION(LibraryCos, cos);
CRESSET_LIBRARY_FUNCTION(LibraryTan, tan);
CRESSET_LIBRARY_FUNCTION(LibraryAsin, asin);
CRESSET_LIBRARY_FUNCTION(LibraryAcos, acos);
CRESSET_LIBRARY_FUNCTION(LibraryAtan, atan);
CRESSET_LIBRARY_FUNCTION(LibraryAtan2, atan2);
CRESSET_LIBRARY_FUNCTION(LibrarySinh, sinh);
CRESSET_LIBRARY_FUNCTION(LibraryCosh, cosh);
CRESSET_LIBRARY_FUNCTION(LibraryAsinh, asinh);
CRESSET_LIBRARY_FUNCTION(LibraryAcosh, acosh);
CRESSET_LIBRARY_FUNCTION(LibraryAtanh, atanh);
CRESSET_LIBRARY_FUNCTION(LibraryErfc, erfc);
CRESSET_LIBRARY_FUNCTION(LibraryExp2, exp2);
CRESSET_LIBRARY_FUNCTION(LibraryPow, pow);
CRESSET_LIBRARY_FUNCTION(LibraryFmod, fmod);
#undef CRESSET_LIBRARY_FUNCTION

}  // namespace cresset

#define CRESSET_SOURCE "simd/math.inc"
#include "simd/foreach_isa.h"
