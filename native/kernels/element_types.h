#pragma once
#include <type_traits>

#include "runtime/call.h"

namespace cresset {

// f(T()) with T the element type; bool is uint8_t.
template <class F>
void with_type(Dtype dtype, const F& f) {
  switch (dtype) {
    case Dtype::float32: return f(float());
    case Dtype::float64: return f(double());
    case Dtype::int64: return f(int64_t());
    case Dtype::int32: return f(int32_t());
    default: return f(uint8_t());
  }
}

// The next argument: float32 or float64.
inline Dtype read_float_dtype(Call& call) {
  const Dtype dtype = call.dtype();
  if (dtype != Dtype::float32 && dtype != Dtype::float64) Call::fail("expected float32 or float64");
  return dtype;
}

// f(T()) with T float or double.
template <class F>
void with_float(Dtype dtype, const F& f) {
  if (dtype == Dtype::float32) return f(float());
  if (dtype == Dtype::float64) return f(double());
  Call::fail("expected float32 or float64");
}

// CRESSET_KERNEL of a function template <class T> void(Call&), for T float and double.
#define CRESSET_FLOAT_KERNEL(name, function)                                                       \
  CRESSET_KERNEL(name, [](::cresset::Call& call) {                                                 \
    ::cresset::with_float(call.dtype(), [&](auto element) { function<decltype(element)>(call); }); \
  })

// f(T()) with T an unsigned integer of the element's size: for what only moves elements.
template <class F>
void with_bits(Dtype dtype, const F& f) {
  switch (item_size(dtype)) {
    case 8: return f(uint64_t());
    case 4: return f(uint32_t());
    default: return f(uint8_t());
  }
}

// a + b * c, integers modulo their size: signed overflow would be undefined.
template <class T>
T wrapping_add(T a, T b, T c = T(1)) {
  if constexpr (std::is_floating_point_v<T>)
    return a + b * c;
  else
    return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b) * static_cast<uint64_t>(c));
}

}  // namespace cresset
