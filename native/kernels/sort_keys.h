// Unsigned integers in the order of the elements: NaN above every number, -0 equal to 0.
#pragma once
#include <cstdint>
#include <cstring>

#include "simd/target.h"

namespace cresset {

CRESSET_INLINE uint32_t key_of(float x) {
  if (x != x) return UINT32_MAX;
  uint32_t bits;
  x += 0.0f;  // -0 becomes 0
  std::memcpy(&bits, &x, sizeof bits);
  return bits >> 31 ? ~bits : bits | uint32_t{1} << 31;
}
CRESSET_INLINE uint64_t key_of(double x) {
  if (x != x) return UINT64_MAX;
  uint64_t bits;
  x += 0.0;
  std::memcpy(&bits, &x, sizeof bits);
  return bits >> 63 ? ~bits : bits | uint64_t{1} << 63;
}
CRESSET_INLINE uint64_t key_of(int64_t x) {
  return static_cast<uint64_t>(x) ^ uint64_t { 1 } << 63;
}
CRESSET_INLINE uint32_t key_of(int32_t x) {
  return static_cast<uint32_t>(x) ^ uint32_t { 1 } << 31;
}
CRESSET_INLINE uint32_t key_of(uint8_t x) { return x; }

constexpr int64_t kKeys = 64;
// The keys of n elements, at most kKeys; inverted where the order is descending. Returns the least.
template <class T>
using MakeKeys = decltype(key_of(T())) (*)(const T* x, int64_t n, bool descending, decltype(key_of(T()))* keys);

}  // namespace cresset
