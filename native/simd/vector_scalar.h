// One lane: the reference for the others, and what runs where no vector unit is known.
#pragma once

namespace cresset::scalar {

template <class T>
struct Mask {
  bool on;

  static CRESSET_INLINE Mask from_bits(unsigned bits) { return {(bits & 1) != 0}; }
  static CRESSET_INLINE Mask first(int64_t n) { return {n > 0}; }
  CRESSET_INLINE unsigned bits() const { return on; }
  CRESSET_INLINE bool any() const { return on; }
  CRESSET_INLINE bool all() const { return on; }
  CRESSET_INLINE Mask operator~() const { return {!on}; }
  friend CRESSET_INLINE Mask operator&(Mask a, Mask b) { return {a.on && b.on}; }
  friend CRESSET_INLINE Mask operator|(Mask a, Mask b) { return {a.on || b.on}; }
  friend CRESSET_INLINE Mask operator^(Mask a, Mask b) { return {a.on != b.on}; }
};

template <class T>
struct BitsOf;
template <>
struct BitsOf<float> {
  using Type = uint32_t;
};
template <>
struct BitsOf<double> {
  using Type = uint64_t;
};

template <class T>
struct Vec {
  using Lane = T;
  using Bits = typename BitsOf<T>::Type;
  static constexpr int N = 1;
  T v;

  static CRESSET_INLINE Vec set(T value) { return {value}; }
  static CRESSET_INLINE Vec from_bits(Bits bits) {
    Vec result;
    std::memcpy(&result.v, &bits, sizeof bits);
    return result;
  }
  static CRESSET_INLINE Vec load(const T* p) { return {*p}; }
  static CRESSET_INLINE Vec load(const T* p, int64_t n) { return {n > 0 ? *p : T(0)}; }
  static CRESSET_INLINE Vec load(const T* p, Mask<T> lane) { return {lane.on ? *p : T(0)}; }
  CRESSET_INLINE void store(T* p) const { *p = v; }
  CRESSET_INLINE void store(T* p, int64_t n) const {
    if (n > 0) *p = v;
  }
  CRESSET_INLINE void stream(T* p) const { *p = v; }
  CRESSET_INLINE Bits bits() const {
    Bits result;
    std::memcpy(&result, &v, sizeof v);
    return result;
  }

  friend CRESSET_INLINE Vec operator+(Vec a, Vec b) { return {a.v + b.v}; }
  friend CRESSET_INLINE Vec operator-(Vec a, Vec b) { return {a.v - b.v}; }
  friend CRESSET_INLINE Vec operator*(Vec a, Vec b) { return {a.v * b.v}; }
  friend CRESSET_INLINE Vec operator/(Vec a, Vec b) { return {a.v / b.v}; }
  friend CRESSET_INLINE Vec operator-(Vec a) { return {-a.v}; }
  friend CRESSET_INLINE Mask<T> operator<(Vec a, Vec b) { return {a.v < b.v}; }
  friend CRESSET_INLINE Mask<T> operator<=(Vec a, Vec b) { return {a.v <= b.v}; }
  friend CRESSET_INLINE Mask<T> operator>(Vec a, Vec b) { return {a.v > b.v}; }
  friend CRESSET_INLINE Mask<T> operator>=(Vec a, Vec b) { return {a.v >= b.v}; }
  friend CRESSET_INLINE Mask<T> operator==(Vec a, Vec b) { return {a.v == b.v}; }
  friend CRESSET_INLINE Mask<T> operator!=(Vec a, Vec b) { return {a.v != b.v}; }

  friend CRESSET_INLINE Vec select(Mask<T> m, Vec a, Vec b) { return {m.on ? a.v : b.v}; }
  friend CRESSET_INLINE Vec lesser(Vec a, Vec b) { return {a.v < b.v ? a.v : b.v}; }
  friend CRESSET_INLINE Vec greater(Vec a, Vec b) { return {a.v > b.v ? a.v : b.v}; }

  friend CRESSET_INLINE Vec bit_and(Vec a, Vec b) { return from_bits(a.bits() & b.bits()); }
  friend CRESSET_INLINE Vec bit_or(Vec a, Vec b) { return from_bits(a.bits() | b.bits()); }
  friend CRESSET_INLINE Vec bit_xor(Vec a, Vec b) { return from_bits(a.bits() ^ b.bits()); }
  friend CRESSET_INLINE Vec bit_andnot(Vec a, Vec b) { return from_bits(~a.bits() & b.bits()); }
  friend CRESSET_INLINE Vec bit_add(Vec a, Vec b) { return from_bits(a.bits() + b.bits()); }
  friend CRESSET_INLINE Vec bit_sub(Vec a, Vec b) { return from_bits(a.bits() - b.bits()); }
};

template <int K, class T>
CRESSET_INLINE Vec<T> shift_left(Vec<T> a) {
  return Vec<T>::from_bits(a.bits() << K);
}
template <int K, class T>
CRESSET_INLINE Vec<T> shift_right(Vec<T> a) {
  return Vec<T>::from_bits(a.bits() >> K);
}

CRESSET_INLINE Vec<double> fma(Vec<double> a, Vec<double> b, Vec<double> c) { return {std::fma(a.v, b.v, c.v)}; }

// The product is exact in double. The sum is rounded to odd there, so that rounding it to float is as if from the exact
// sum.
CRESSET_INLINE Vec<float> fma(Vec<float> a, Vec<float> b, Vec<float> c) {
  double product = double(a.v) * double(b.v), addend = c.v;
  double sum = product + addend;
  double shifted = sum - product;
  double error = (product - (sum - shifted)) + (addend - shifted);
  Vec<double> rounded{sum};
  bool adjust = (error < 0 || error > 0) && (rounded.bits() & 1) == 0;
  bool outward = (error > 0) == (sum > 0);
  uint64_t step = outward ? 1 : ~uint64_t{0};
  return {float(Vec<double>::from_bits(rounded.bits() + (adjust ? step : 0)).v)};
}

template <class T>
CRESSET_INLINE Vec<T> abs(Vec<T> a) {
  return bit_andnot(Vec<T>::set(T(-0.0)), a);
}

CRESSET_INLINE Vec<float> sqrt(Vec<float> a) { return {std::sqrt(a.v)}; }
CRESSET_INLINE Vec<double> sqrt(Vec<double> a) { return {std::sqrt(a.v)}; }

// Adding and subtracting 2^(fraction bits) leaves no fraction; larger values have none. Cheaper than a library call.
template <class T>
CRESSET_INLINE Vec<T> round(Vec<T> a) {
  const T whole = sizeof(T) == 4 ? T(8388608) : T(4503599627370496);
  Vec<T> magnitude = abs(a);
  T rounded = (magnitude.v + whole) - whole;
  Vec<T> signed_bits = bit_and(a, Vec<T>::set(T(-0.0)));
  return magnitude.v < whole ? bit_or(Vec<T>{rounded}, signed_bits) : a;
}

template <class T>
CRESSET_INLINE Vec<T> floor(Vec<T> a) {
  Vec<T> nearest = round(a);
  return nearest.v > a.v ? Vec<T>{nearest.v - 1} : nearest;
}

template <class T>
CRESSET_INLINE Vec<T> ceil(Vec<T> a) {
  return -floor(-a);
}

template <class T>
CRESSET_INLINE Vec<T> trunc(Vec<T> a) {
  return bit_or(floor(abs(a)), bit_and(a, Vec<T>::set(T(-0.0))));
}

CRESSET_INLINE void stream_fence() {}

#include "simd/vector_common.inc"

}  // namespace cresset::scalar
