// NEON (AArch64): 4 floats or 2 doubles. A mask is a vector of all-ones or all-zeros lanes. Always there on AArch64, so
// no target region.
#pragma once

namespace cresset::neon {

template <class T>
struct Mask;
template <class T>
struct Vec;

template <>
struct Mask<float> {
  uint32x4_t v;

  static CRESSET_INLINE Mask from_bits(unsigned bits) {
    const uint32x4_t lane = {1, 2, 4, 8};
    return {vtstq_u32(vdupq_n_u32(bits), lane)};
  }
  static CRESSET_INLINE Mask first(int64_t n) {
    const uint32x4_t lane = {0, 1, 2, 3};
    return {vcltq_u32(lane, vdupq_n_u32(static_cast<uint32_t>(n)))};
  }
  CRESSET_INLINE unsigned bits() const {
    const uint32x4_t lane = {1, 2, 4, 8};
    return static_cast<unsigned>(vaddvq_u32(vandq_u32(v, lane)));
  }
  CRESSET_INLINE bool any() const { return bits() != 0; }
  CRESSET_INLINE bool all() const { return bits() == 0xf; }
  CRESSET_INLINE Mask operator~() const { return {vmvnq_u32(v)}; }
  friend CRESSET_INLINE Mask operator&(Mask a, Mask b) { return {vandq_u32(a.v, b.v)}; }
  friend CRESSET_INLINE Mask operator|(Mask a, Mask b) { return {vorrq_u32(a.v, b.v)}; }
  friend CRESSET_INLINE Mask operator^(Mask a, Mask b) { return {veorq_u32(a.v, b.v)}; }
};

template <>
struct Vec<float> {
  using Lane = float;
  using Bits = uint32_t;
  static constexpr int N = 4;
  float32x4_t v;

  static CRESSET_INLINE Vec set(float value) { return {vdupq_n_f32(value)}; }
  static CRESSET_INLINE Vec from_bits(Bits bits) { return wrap(vdupq_n_u32(bits)); }
  static CRESSET_INLINE Vec load(const float* p) { return {vld1q_f32(p)}; }
  static CRESSET_INLINE Vec load(const float* p, int64_t n) {
    float lanes[N] = {};
    for (int64_t i = 0; i < n; i++) lanes[i] = p[i];
    return load(lanes);
  }
  static CRESSET_INLINE Vec load(const float* p, Mask<float> wanted) {
    float lanes[N] = {};
    const unsigned bits = wanted.bits();
    for (int i = 0; i < N; i++) {
      if (bits >> i & 1) lanes[i] = p[i];
    }
    return load(lanes);
  }
  CRESSET_INLINE void store(float* p) const { vst1q_f32(p, v); }
  CRESSET_INLINE void store(float* p, int64_t n) const {
    float lanes[N];
    store(lanes);
    for (int64_t i = 0; i < n; i++) p[i] = lanes[i];
  }
  CRESSET_INLINE void stream(float* p) const { store(p); }
  static CRESSET_INLINE Vec wrap(uint32x4_t bits) { return {vreinterpretq_f32_u32(bits)}; }
  CRESSET_INLINE uint32x4_t unwrap() const { return vreinterpretq_u32_f32(v); }

  friend CRESSET_INLINE Vec operator+(Vec a, Vec b) { return {vaddq_f32(a.v, b.v)}; }
  friend CRESSET_INLINE Vec operator-(Vec a, Vec b) { return {vsubq_f32(a.v, b.v)}; }
  friend CRESSET_INLINE Vec operator*(Vec a, Vec b) { return {vmulq_f32(a.v, b.v)}; }
  friend CRESSET_INLINE Vec operator/(Vec a, Vec b) { return {vdivq_f32(a.v, b.v)}; }
  friend CRESSET_INLINE Vec operator-(Vec a) { return {vnegq_f32(a.v)}; }
  friend CRESSET_INLINE Mask<float> operator<(Vec a, Vec b) { return {vcltq_f32(a.v, b.v)}; }
  friend CRESSET_INLINE Mask<float> operator<=(Vec a, Vec b) { return {vcleq_f32(a.v, b.v)}; }
  friend CRESSET_INLINE Mask<float> operator>(Vec a, Vec b) { return {vcgtq_f32(a.v, b.v)}; }
  friend CRESSET_INLINE Mask<float> operator>=(Vec a, Vec b) { return {vcgeq_f32(a.v, b.v)}; }
  friend CRESSET_INLINE Mask<float> operator==(Vec a, Vec b) { return {vceqq_f32(a.v, b.v)}; }
  friend CRESSET_INLINE Mask<float> operator!=(Vec a, Vec b) { return ~(a == b); }

  friend CRESSET_INLINE Vec fma(Vec a, Vec b, Vec c) { return {vfmaq_f32(c.v, a.v, b.v)}; }
  friend CRESSET_INLINE Vec select(Mask<float> m, Vec a, Vec b) { return {vbslq_f32(m.v, a.v, b.v)}; }
  friend CRESSET_INLINE Vec lesser(Vec a, Vec b) { return select(a < b, a, b); }
  friend CRESSET_INLINE Vec greater(Vec a, Vec b) { return select(a > b, a, b); }
  friend CRESSET_INLINE Vec abs(Vec a) { return {vabsq_f32(a.v)}; }
  friend CRESSET_INLINE Vec sqrt(Vec a) { return {vsqrtq_f32(a.v)}; }
  friend CRESSET_INLINE Vec floor(Vec a) { return {vrndmq_f32(a.v)}; }
  friend CRESSET_INLINE Vec ceil(Vec a) { return {vrndpq_f32(a.v)}; }
  friend CRESSET_INLINE Vec trunc(Vec a) { return {vrndq_f32(a.v)}; }
  friend CRESSET_INLINE Vec round(Vec a) { return {vrndnq_f32(a.v)}; }

  friend CRESSET_INLINE Vec bit_and(Vec a, Vec b) { return wrap(vandq_u32(a.unwrap(), b.unwrap())); }
  friend CRESSET_INLINE Vec bit_or(Vec a, Vec b) { return wrap(vorrq_u32(a.unwrap(), b.unwrap())); }
  friend CRESSET_INLINE Vec bit_xor(Vec a, Vec b) { return wrap(veorq_u32(a.unwrap(), b.unwrap())); }
  friend CRESSET_INLINE Vec bit_andnot(Vec a, Vec b) { return wrap(vbicq_u32(b.unwrap(), a.unwrap())); }
  friend CRESSET_INLINE Vec bit_add(Vec a, Vec b) { return wrap(vaddq_u32(a.unwrap(), b.unwrap())); }
  friend CRESSET_INLINE Vec bit_sub(Vec a, Vec b) { return wrap(vsubq_u32(a.unwrap(), b.unwrap())); }
};

template <int K>
CRESSET_INLINE Vec<float> shift_left(Vec<float> a) {
  return Vec<float>::wrap(vshlq_n_u32(a.unwrap(), K));
}
template <int K>
CRESSET_INLINE Vec<float> shift_right(Vec<float> a) {
  return Vec<float>::wrap(vshrq_n_u32(a.unwrap(), K));
}

template <>
struct Mask<double> {
  uint64x2_t v;

  static CRESSET_INLINE Mask from_bits(unsigned bits) {
    const uint64x2_t lane = {1, 2};
    return {vtstq_u64(vdupq_n_u64(bits), lane)};
  }
  static CRESSET_INLINE Mask first(int64_t n) {
    const uint64x2_t lane = {0, 1};
    return {vcltq_u64(lane, vdupq_n_u64(static_cast<uint64_t>(n)))};
  }
  CRESSET_INLINE unsigned bits() const {
    const uint64x2_t lane = {1, 2};
    return static_cast<unsigned>(vaddvq_u64(vandq_u64(v, lane)));
  }
  CRESSET_INLINE bool any() const { return bits() != 0; }
  CRESSET_INLINE bool all() const { return bits() == 0x3; }
  CRESSET_INLINE Mask operator~() const { return {veorq_u64(v, vdupq_n_u64(~uint64_t{0}))}; }
  friend CRESSET_INLINE Mask operator&(Mask a, Mask b) { return {vandq_u64(a.v, b.v)}; }
  friend CRESSET_INLINE Mask operator|(Mask a, Mask b) { return {vorrq_u64(a.v, b.v)}; }
  friend CRESSET_INLINE Mask operator^(Mask a, Mask b) { return {veorq_u64(a.v, b.v)}; }
};

template <>
struct Vec<double> {
  using Lane = double;
  using Bits = uint64_t;
  static constexpr int N = 2;
  float64x2_t v;

  static CRESSET_INLINE Vec set(double value) { return {vdupq_n_f64(value)}; }
  static CRESSET_INLINE Vec from_bits(Bits bits) { return wrap(vdupq_n_u64(bits)); }
  static CRESSET_INLINE Vec load(const double* p) { return {vld1q_f64(p)}; }
  static CRESSET_INLINE Vec load(const double* p, int64_t n) {
    double lanes[N] = {};
    for (int64_t i = 0; i < n; i++) lanes[i] = p[i];
    return load(lanes);
  }
  static CRESSET_INLINE Vec load(const double* p, Mask<double> wanted) {
    double lanes[N] = {};
    const unsigned bits = wanted.bits();
    for (int i = 0; i < N; i++) {
      if (bits >> i & 1) lanes[i] = p[i];
    }
    return load(lanes);
  }
  CRESSET_INLINE void store(double* p) const { vst1q_f64(p, v); }
  CRESSET_INLINE void store(double* p, int64_t n) const {
    double lanes[N];
    store(lanes);
    for (int64_t i = 0; i < n; i++) p[i] = lanes[i];
  }
  CRESSET_INLINE void stream(double* p) const { store(p); }
  static CRESSET_INLINE Vec wrap(uint64x2_t bits) { return {vreinterpretq_f64_u64(bits)}; }
  CRESSET_INLINE uint64x2_t unwrap() const { return vreinterpretq_u64_f64(v); }

  friend CRESSET_INLINE Vec operator+(Vec a, Vec b) { return {vaddq_f64(a.v, b.v)}; }
  friend CRESSET_INLINE Vec operator-(Vec a, Vec b) { return {vsubq_f64(a.v, b.v)}; }
  friend CRESSET_INLINE Vec operator*(Vec a, Vec b) { return {vmulq_f64(a.v, b.v)}; }
  friend CRESSET_INLINE Vec operator/(Vec a, Vec b) { return {vdivq_f64(a.v, b.v)}; }
  friend CRESSET_INLINE Vec operator-(Vec a) { return {vnegq_f64(a.v)}; }
  friend CRESSET_INLINE Mask<double> operator<(Vec a, Vec b) { return {vcltq_f64(a.v, b.v)}; }
  friend CRESSET_INLINE Mask<double> operator<=(Vec a, Vec b) { return {vcleq_f64(a.v, b.v)}; }
  friend CRESSET_INLINE Mask<double> operator>(Vec a, Vec b) { return {vcgtq_f64(a.v, b.v)}; }
  friend CRESSET_INLINE Mask<double> operator>=(Vec a, Vec b) { return {vcgeq_f64(a.v, b.v)}; }
  friend CRESSET_INLINE Mask<double> operator==(Vec a, Vec b) { return {vceqq_f64(a.v, b.v)}; }
  friend CRESSET_INLINE Mask<double> operator!=(Vec a, Vec b) { return ~(a == b); }

  friend CRESSET_INLINE Vec fma(Vec a, Vec b, Vec c) { return {vfmaq_f64(c.v, a.v, b.v)}; }
  friend CRESSET_INLINE Vec select(Mask<double> m, Vec a, Vec b) { return {vbslq_f64(m.v, a.v, b.v)}; }
  friend CRESSET_INLINE Vec lesser(Vec a, Vec b) { return select(a < b, a, b); }
  friend CRESSET_INLINE Vec greater(Vec a, Vec b) { return select(a > b, a, b); }
  friend CRESSET_INLINE Vec abs(Vec a) { return {vabsq_f64(a.v)}; }
  friend CRESSET_INLINE Vec sqrt(Vec a) { return {vsqrtq_f64(a.v)}; }
  friend CRESSET_INLINE Vec floor(Vec a) { return {vrndmq_f64(a.v)}; }
  friend CRESSET_INLINE Vec ceil(Vec a) { return {vrndpq_f64(a.v)}; }
  friend CRESSET_INLINE Vec trunc(Vec a) { return {vrndq_f64(a.v)}; }
  friend CRESSET_INLINE Vec round(Vec a) { return {vrndnq_f64(a.v)}; }

  friend CRESSET_INLINE Vec bit_and(Vec a, Vec b) { return wrap(vandq_u64(a.unwrap(), b.unwrap())); }
  friend CRESSET_INLINE Vec bit_or(Vec a, Vec b) { return wrap(vorrq_u64(a.unwrap(), b.unwrap())); }
  friend CRESSET_INLINE Vec bit_xor(Vec a, Vec b) { return wrap(veorq_u64(a.unwrap(), b.unwrap())); }
  friend CRESSET_INLINE Vec bit_andnot(Vec a, Vec b) { return wrap(vbicq_u64(b.unwrap(), a.unwrap())); }
  friend CRESSET_INLINE Vec bit_add(Vec a, Vec b) { return wrap(vaddq_u64(a.unwrap(), b.unwrap())); }
  friend CRESSET_INLINE Vec bit_sub(Vec a, Vec b) { return wrap(vsubq_u64(a.unwrap(), b.unwrap())); }
};

template <int K>
CRESSET_INLINE Vec<double> shift_left(Vec<double> a) {
  return Vec<double>::wrap(vshlq_n_u64(a.unwrap(), K));
}
template <int K>
CRESSET_INLINE Vec<double> shift_right(Vec<double> a) {
  return Vec<double>::wrap(vshrq_n_u64(a.unwrap(), K));
}

CRESSET_INLINE void stream_fence() {}

#include "simd/vector_common.inc"

}  // namespace cresset::neon
