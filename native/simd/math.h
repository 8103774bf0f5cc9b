// Elementary functions of a Vec, float and double: exp expm1 log log1p log2 log10 tanh sigmoid erf sin cos tan fmod pow.
// Written once in math.inc, so their results are the same bits on every instruction set. Within 2 units in the last
// place of the exact result for every argument (test/native/math_test.cc measures them), right at 0, inf, NaN and
// subnormals.
#pragma once
#include <utility>

#include "simd/math_constants.h"
#include "simd/vector.h"

namespace cresset {

// The standard library's functions as types, outside the target regions.
struct LibrarySin {
  template <class T>
  T operator()(T x) const {
    return std::sin(x);
  }
};
struct LibraryCos {
  template <class T>
  T operator()(T x) const {
    return std::cos(x);
  }
};
struct LibraryTan {
  template <class T>
  T operator()(T x) const {
    return std::tan(x);
  }
};
struct LibraryFmod {
  template <class T>
  T operator()(T x, T y) const {
    return std::fmod(x, y);
  }
};
struct LibraryPow {
  template <class T>
  T operator()(T x, T y) const {
    return std::pow(x, y);
  }
};

}  // namespace cresset

#define CRESSET_SOURCE "simd/math.inc"
#include "simd/foreach_isa.h"
