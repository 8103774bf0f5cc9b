// AVX2 with FMA: 8 floats or 4 doubles. A mask is a vector of all-ones or all-zeros lanes.
#pragma once

CRESSET_BEGIN_AVX2
namespace cresset::avx2 {

template <class T>
struct Mask;
template <class T>
struct Vec;

template <>
struct Mask<float> {
  __m256 v;

  static CRESSET_INLINE Mask from_bits(unsigned bits) {
    const __m256i lane = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    __m256i all = _mm256_set1_epi32(static_cast<int>(bits));
    return {_mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_and_si256(all, lane), lane))};
  }
  static CRESSET_INLINE Mask first(int64_t n) {
    __m256i count = _mm256_set1_epi32(static_cast<int>(n));
    return {_mm256_castsi256_ps(_mm256_cmpgt_epi32(count, _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)))};
  }
  CRESSET_INLINE unsigned bits() const { return static_cast<unsigned>(_mm256_movemask_ps(v)); }
  CRESSET_INLINE bool any() const { return bits() != 0; }
  CRESSET_INLINE bool all() const { return bits() == 0xff; }
  CRESSET_INLINE Mask operator~() const { return {_mm256_xor_ps(v, _mm256_castsi256_ps(_mm256_set1_epi32(-1)))}; }
  friend CRESSET_INLINE Mask operator&(Mask a, Mask b) { return {_mm256_and_ps(a.v, b.v)}; }
  friend CRESSET_INLINE Mask operator|(Mask a, Mask b) { return {_mm256_or_ps(a.v, b.v)}; }
  friend CRESSET_INLINE Mask operator^(Mask a, Mask b) { return {_mm256_xor_ps(a.v, b.v)}; }
};

template <>
struct Vec<float> {
  using Lane = float;
  using Bits = uint32_t;
  static constexpr int N = 8;
  __m256 v;

  static CRESSET_INLINE Vec set(float value) { return {_mm256_set1_ps(value)}; }
  static CRESSET_INLINE Vec from_bits(Bits bits) { return wrap(_mm256_set1_epi32(static_cast<int>(bits))); }
  static CRESSET_INLINE Vec load(const float* p) { return {_mm256_loadu_ps(p)}; }
  static CRESSET_INLINE Vec load(const float* p, int64_t n) {
    return {_mm256_maskload_ps(p, _mm256_castps_si256(Mask<float>::first(n).v))};
  }
  static CRESSET_INLINE Vec load(const float* p, Mask<float> lanes) {
    return {_mm256_maskload_ps(p, _mm256_castps_si256(lanes.v))};
  }
  CRESSET_INLINE void store(float* p) const { _mm256_storeu_ps(p, v); }
  CRESSET_INLINE void store(float* p, int64_t n) const {
    _mm256_maskstore_ps(p, _mm256_castps_si256(Mask<float>::first(n).v), v);
  }
  CRESSET_INLINE void stream(float* p) const { _mm256_stream_ps(p, v); }
  static CRESSET_INLINE Vec wrap(__m256i bits) { return {_mm256_castsi256_ps(bits)}; }
  CRESSET_INLINE __m256i unwrap() const { return _mm256_castps_si256(v); }

  friend CRESSET_INLINE Vec operator+(Vec a, Vec b) { return {_mm256_add_ps(a.v, b.v)}; }
  friend CRESSET_INLINE Vec operator-(Vec a, Vec b) { return {_mm256_sub_ps(a.v, b.v)}; }
  friend CRESSET_INLINE Vec operator*(Vec a, Vec b) { return {_mm256_mul_ps(a.v, b.v)}; }
  friend CRESSET_INLINE Vec operator/(Vec a, Vec b) { return {_mm256_div_ps(a.v, b.v)}; }
  friend CRESSET_INLINE Vec operator-(Vec a) { return {_mm256_xor_ps(a.v, _mm256_set1_ps(-0.0))}; }
  friend CRESSET_INLINE Mask<float> operator<(Vec a, Vec b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_LT_OQ)}; }
  friend CRESSET_INLINE Mask<float> operator<=(Vec a, Vec b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_LE_OQ)}; }
  friend CRESSET_INLINE Mask<float> operator>(Vec a, Vec b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_GT_OQ)}; }
  friend CRESSET_INLINE Mask<float> operator>=(Vec a, Vec b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_GE_OQ)}; }
  friend CRESSET_INLINE Mask<float> operator==(Vec a, Vec b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_EQ_OQ)}; }
  friend CRESSET_INLINE Mask<float> operator!=(Vec a, Vec b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_NEQ_UQ)}; }

  friend CRESSET_INLINE Vec fma(Vec a, Vec b, Vec c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
  friend CRESSET_INLINE Vec select(Mask<float> m, Vec a, Vec b) { return {_mm256_blendv_ps(b.v, a.v, m.v)}; }
  friend CRESSET_INLINE Vec lesser(Vec a, Vec b) { return {_mm256_min_ps(a.v, b.v)}; }
  friend CRESSET_INLINE Vec greater(Vec a, Vec b) { return {_mm256_max_ps(a.v, b.v)}; }
  friend CRESSET_INLINE Vec abs(Vec a) { return {_mm256_andnot_ps(_mm256_set1_ps(-0.0), a.v)}; }
  friend CRESSET_INLINE Vec sqrt(Vec a) { return {_mm256_sqrt_ps(a.v)}; }
  friend CRESSET_INLINE Vec floor(Vec a) { return {_mm256_round_ps(a.v, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC)}; }
  friend CRESSET_INLINE Vec ceil(Vec a) { return {_mm256_round_ps(a.v, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC)}; }
  friend CRESSET_INLINE Vec trunc(Vec a) { return {_mm256_round_ps(a.v, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC)}; }
  friend CRESSET_INLINE Vec round(Vec a) {
    return {_mm256_round_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
  }

  friend CRESSET_INLINE Vec bit_and(Vec a, Vec b) { return {_mm256_and_ps(a.v, b.v)}; }
  friend CRESSET_INLINE Vec bit_or(Vec a, Vec b) { return {_mm256_or_ps(a.v, b.v)}; }
  friend CRESSET_INLINE Vec bit_xor(Vec a, Vec b) { return {_mm256_xor_ps(a.v, b.v)}; }
  friend CRESSET_INLINE Vec bit_andnot(Vec a, Vec b) { return {_mm256_andnot_ps(a.v, b.v)}; }
  friend CRESSET_INLINE Vec bit_add(Vec a, Vec b) { return wrap(_mm256_add_epi32(a.unwrap(), b.unwrap())); }
  friend CRESSET_INLINE Vec bit_sub(Vec a, Vec b) { return wrap(_mm256_sub_epi32(a.unwrap(), b.unwrap())); }
};

template <int K>
CRESSET_INLINE Vec<float> shift_left(Vec<float> a) {
  return Vec<float>::wrap(_mm256_slli_epi32(a.unwrap(), K));
}
template <int K>
CRESSET_INLINE Vec<float> shift_right(Vec<float> a) {
  return Vec<float>::wrap(_mm256_srli_epi32(a.unwrap(), K));
}

template <>
struct Mask<double> {
  __m256d v;

  static CRESSET_INLINE Mask from_bits(unsigned bits) {
    const __m256i lane = _mm256_setr_epi64x(1, 2, 4, 8);
    __m256i all = _mm256_set1_epi64x(static_cast<long long>(bits));
    return {_mm256_castsi256_pd(_mm256_cmpeq_epi64(_mm256_and_si256(all, lane), lane))};
  }
  static CRESSET_INLINE Mask first(int64_t n) {
    __m256i count = _mm256_set1_epi64x(static_cast<long long>(n));
    return {_mm256_castsi256_pd(_mm256_cmpgt_epi64(count, _mm256_setr_epi64x(0, 1, 2, 3)))};
  }
  CRESSET_INLINE unsigned bits() const { return static_cast<unsigned>(_mm256_movemask_pd(v)); }
  CRESSET_INLINE bool any() const { return bits() != 0; }
  CRESSET_INLINE bool all() const { return bits() == 0xf; }
  CRESSET_INLINE Mask operator~() const { return {_mm256_xor_pd(v, _mm256_castsi256_pd(_mm256_set1_epi32(-1)))}; }
  friend CRESSET_INLINE Mask operator&(Mask a, Mask b) { return {_mm256_and_pd(a.v, b.v)}; }
  friend CRESSET_INLINE Mask operator|(Mask a, Mask b) { return {_mm256_or_pd(a.v, b.v)}; }
  friend CRESSET_INLINE Mask operator^(Mask a, Mask b) { return {_mm256_xor_pd(a.v, b.v)}; }
};

template <>
struct Vec<double> {
  using Lane = double;
  using Bits = uint64_t;
  static constexpr int N = 4;
  __m256d v;

  static CRESSET_INLINE Vec set(double value) { return {_mm256_set1_pd(value)}; }
  static CRESSET_INLINE Vec from_bits(Bits bits) { return wrap(_mm256_set1_epi64x(static_cast<long long>(bits))); }
  static CRESSET_INLINE Vec load(const double* p) { return {_mm256_loadu_pd(p)}; }
  static CRESSET_INLINE Vec load(const double* p, int64_t n) {
    return {_mm256_maskload_pd(p, _mm256_castpd_si256(Mask<double>::first(n).v))};
  }
  static CRESSET_INLINE Vec load(const double* p, Mask<double> lanes) {
    return {_mm256_maskload_pd(p, _mm256_castpd_si256(lanes.v))};
  }
  CRESSET_INLINE void store(double* p) const { _mm256_storeu_pd(p, v); }
  CRESSET_INLINE void store(double* p, int64_t n) const {
    _mm256_maskstore_pd(p, _mm256_castpd_si256(Mask<double>::first(n).v), v);
  }
  CRESSET_INLINE void stream(double* p) const { _mm256_stream_pd(p, v); }
  static CRESSET_INLINE Vec wrap(__m256i bits) { return {_mm256_castsi256_pd(bits)}; }
  CRESSET_INLINE __m256i unwrap() const { return _mm256_castpd_si256(v); }

  friend CRESSET_INLINE Vec operator+(Vec a, Vec b) { return {_mm256_add_pd(a.v, b.v)}; }
  friend CRESSET_INLINE Vec operator-(Vec a, Vec b) { return {_mm256_sub_pd(a.v, b.v)}; }
  friend CRESSET_INLINE Vec operator*(Vec a, Vec b) { return {_mm256_mul_pd(a.v, b.v)}; }
  friend CRESSET_INLINE Vec operator/(Vec a, Vec b) { return {_mm256_div_pd(a.v, b.v)}; }
  friend CRESSET_INLINE Vec operator-(Vec a) { return {_mm256_xor_pd(a.v, _mm256_set1_pd(-0.0))}; }
  friend CRESSET_INLINE Mask<double> operator<(Vec a, Vec b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_LT_OQ)}; }
  friend CRESSET_INLINE Mask<double> operator<=(Vec a, Vec b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_LE_OQ)}; }
  friend CRESSET_INLINE Mask<double> operator>(Vec a, Vec b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_GT_OQ)}; }
  friend CRESSET_INLINE Mask<double> operator>=(Vec a, Vec b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_GE_OQ)}; }
  friend CRESSET_INLINE Mask<double> operator==(Vec a, Vec b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_EQ_OQ)}; }
  friend CRESSET_INLINE Mask<double> operator!=(Vec a, Vec b) { return {_mm256_cmp_pd(a.v, b.v, _CMP_NEQ_UQ)}; }

  friend CRESSET_INLINE Vec fma(Vec a, Vec b, Vec c) { return {_mm256_fmadd_pd(a.v, b.v, c.v)}; }
  friend CRESSET_INLINE Vec select(Mask<double> m, Vec a, Vec b) { return {_mm256_blendv_pd(b.v, a.v, m.v)}; }
  friend CRESSET_INLINE Vec lesser(Vec a, Vec b) { return {_mm256_min_pd(a.v, b.v)}; }
  friend CRESSET_INLINE Vec greater(Vec a, Vec b) { return {_mm256_max_pd(a.v, b.v)}; }
  friend CRESSET_INLINE Vec abs(Vec a) { return {_mm256_andnot_pd(_mm256_set1_pd(-0.0), a.v)}; }
  friend CRESSET_INLINE Vec sqrt(Vec a) { return {_mm256_sqrt_pd(a.v)}; }
  friend CRESSET_INLINE Vec floor(Vec a) { return {_mm256_round_pd(a.v, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC)}; }
  friend CRESSET_INLINE Vec ceil(Vec a) { return {_mm256_round_pd(a.v, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC)}; }
  friend CRESSET_INLINE Vec trunc(Vec a) { return {_mm256_round_pd(a.v, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC)}; }
  friend CRESSET_INLINE Vec round(Vec a) {
    return {_mm256_round_pd(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
  }

  friend CRESSET_INLINE Vec bit_and(Vec a, Vec b) { return {_mm256_and_pd(a.v, b.v)}; }
  friend CRESSET_INLINE Vec bit_or(Vec a, Vec b) { return {_mm256_or_pd(a.v, b.v)}; }
  friend CRESSET_INLINE Vec bit_xor(Vec a, Vec b) { return {_mm256_xor_pd(a.v, b.v)}; }
  friend CRESSET_INLINE Vec bit_andnot(Vec a, Vec b) { return {_mm256_andnot_pd(a.v, b.v)}; }
  friend CRESSET_INLINE Vec bit_add(Vec a, Vec b) { return wrap(_mm256_add_epi64(a.unwrap(), b.unwrap())); }
  friend CRESSET_INLINE Vec bit_sub(Vec a, Vec b) { return wrap(_mm256_sub_epi64(a.unwrap(), b.unwrap())); }
};

template <int K>
CRESSET_INLINE Vec<double> shift_left(Vec<double> a) {
  return Vec<double>::wrap(_mm256_slli_epi64(a.unwrap(), K));
}
template <int K>
CRESSET_INLINE Vec<double> shift_right(Vec<double> a) {
  return Vec<double>::wrap(_mm256_srli_epi64(a.unwrap(), K));
}

CRESSET_INLINE void stream_fence() { _mm_sfence(); }

#include "simd/vector_common.inc"

}  // namespace cresset::avx2
CRESSET_END_TARGET
