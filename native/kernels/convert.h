// Conversion between element types, defined for every value. As PyTorch on this kind of machine: a float that does not
// fit an int64 or int32 gives its smallest value; uint8 and integers keep the low bits; bool is value != 0 (NaN is
// true).
#pragma once
#include <cstdint>
#include <type_traits>

#include "simd/target.h"

namespace cresset {

// A bool is stored as a byte, but converted to differently.
enum class Boolean : uint8_t {};

template <class Whole, class Real>
CRESSET_INLINE Whole truncate(Real value) {
  constexpr Real limit = sizeof(Whole) == 8 ? Real(9223372036854775808.0) : Real(2147483648.0);
  constexpr Whole smallest = sizeof(Whole) == 8 ? Whole(INT64_MIN) : Whole(INT32_MIN);
  return value >= -limit && value < limit ? static_cast<Whole>(value) : smallest;
}

template <class To, class From>
CRESSET_INLINE To convert(From value) {
  if constexpr (std::is_same_v<From, Boolean>) {
    return static_cast<uint8_t>(value) != 0 ? To(1) : To(0);
  } else if constexpr (std::is_same_v<To, Boolean>) {
    return static_cast<Boolean>(value != From(0));
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    if constexpr (sizeof(To) == 1)
      return static_cast<To>(truncate<int64_t>(value));
    else
      return truncate<To>(value);
  } else {
    return static_cast<To>(value);
  }
}

}  // namespace cresset
