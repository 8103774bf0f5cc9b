// AVX-512 (F, BW, DQ, VL): 16 floats or 8 doubles, masks in mask registers. The maskz forms with all lanes on are the
// plain instructions; the unmasked intrinsics draw false warnings about uninitialized values from GCC 12.
#pragma once

CRESSET_BEGIN_AVX512
namespace cresset::avx512 {

template <class T>
struct Mask;
template <class T>
struct Vec;

template <>
struct Mask<float> {
  __mmask16 v;

  static CRESSET_INLINE Mask from_bits(unsigned bits) { return {static_cast<__mmask16>(bits)}; }
  static CRESSET_INLINE Mask first(int64_t n) { return {static_cast<__mmask16>((1u << n) - 1)}; }
  CRESSET_INLINE unsigned bits() const { return v; }
  CRESSET_INLINE bool any() const { return v != 0; }
  CRESSET_INLINE bool all() const { return v == 0xffff; }
  CRESSET_INLINE Mask operator~() const { return {static_cast<__mmask16>(~v)}; }
  friend CRESSET_INLINE Mask operator&(Mask a, Mask b) { return {static_cast<__mmask16>(a.v & b.v)}; }
  friend CRESSET_INLINE Mask operator|(Mask a, Mask b) { return {static_cast<__mmask16>(a.v | b.v)}; }
  friend CRESSET_INLINE Mask operator^(Mask a, Mask b) { return {static_cast<__mmask16>(a.v ^ b.v)}; }
};

template <>
struct Vec<float> {
  using Lane = float;
  using Bits = uint32_t;
  static constexpr int N = 16;
  __m512 v;

  static CRESSET_INLINE Vec set(float value) { return {_mm512_set1_ps(value)}; }
  static CRESSET_INLINE Vec from_bits(Bits bits) { return wrap(_mm512_set1_epi32(static_cast<int>(bits))); }
  static CRESSET_INLINE Vec load(const float* p) { return {_mm512_loadu_ps(p)}; }
  static CRESSET_INLINE Vec load(const float* p, int64_t n) {
    return {_mm512_maskz_loadu_ps(Mask<float>::first(n).v, p)};
  }
  static CRESSET_INLINE Vec load(const float* p, Mask<float> lanes) { return {_mm512_maskz_loadu_ps(lanes.v, p)}; }
  CRESSET_INLINE void store(float* p) const { _mm512_storeu_ps(p, v); }
  CRESSET_INLINE void store(float* p, int64_t n) const { _mm512_mask_storeu_ps(p, Mask<float>::first(n).v, v); }
  CRESSET_INLINE void stream(float* p) const { _mm512_stream_ps(p, v); }
  static CRESSET_INLINE Vec wrap(__m512i bits) { return {_mm512_castsi512_ps(bits)}; }
  CRESSET_INLINE __m512i unwrap() const { return _mm512_castps_si512(v); }

  friend CRESSET_INLINE Vec operator+(Vec a, Vec b) { return {_mm512_add_ps(a.v, b.v)}; }
  friend CRESSET_INLINE Vec operator-(Vec a, Vec b) { return {_mm512_sub_ps(a.v, b.v)}; }
  friend CRESSET_INLINE Vec operator*(Vec a, Vec b) { return {_mm512_mul_ps(a.v, b.v)}; }
  friend CRESSET_INLINE Vec operator/(Vec a, Vec b) { return {_mm512_div_ps(a.v, b.v)}; }
  friend CRESSET_INLINE Vec operator-(Vec a) { return {_mm512_xor_ps(a.v, _mm512_set1_ps(-0.0))}; }
  friend CRESSET_INLINE Mask<float> operator<(Vec a, Vec b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ)}; }
  friend CRESSET_INLINE Mask<float> operator<=(Vec a, Vec b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LE_OQ)}; }
  friend CRESSET_INLINE Mask<float> operator>(Vec a, Vec b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_GT_OQ)}; }
  friend CRESSET_INLINE Mask<float> operator>=(Vec a, Vec b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_GE_OQ)}; }
  friend CRESSET_INLINE Mask<float> operator==(Vec a, Vec b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_EQ_OQ)}; }
  friend CRESSET_INLINE Mask<float> operator!=(Vec a, Vec b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_NEQ_UQ)}; }

  friend CRESSET_INLINE Vec fma(Vec a, Vec b, Vec c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
  friend CRESSET_INLINE Vec select(Mask<float> m, Vec a, Vec b) { return {_mm512_mask_blend_ps(m.v, b.v, a.v)}; }
  friend CRESSET_INLINE Vec lesser(Vec a, Vec b) { return {_mm512_maskz_min_ps(kAll, a.v, b.v)}; }
  friend CRESSET_INLINE Vec greater(Vec a, Vec b) { return {_mm512_maskz_max_ps(kAll, a.v, b.v)}; }
  friend CRESSET_INLINE Vec abs(Vec a) { return {_mm512_andnot_ps(_mm512_set1_ps(-0.0), a.v)}; }
  friend CRESSET_INLINE Vec sqrt(Vec a) { return {_mm512_maskz_sqrt_ps(kAll, a.v)}; }
  friend CRESSET_INLINE Vec floor(Vec a) {
    return {_mm512_maskz_roundscale_ps(kAll, a.v, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC)};
  }
  friend CRESSET_INLINE Vec ceil(Vec a) {
    return {_mm512_maskz_roundscale_ps(kAll, a.v, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC)};
  }
  friend CRESSET_INLINE Vec trunc(Vec a) {
    return {_mm512_maskz_roundscale_ps(kAll, a.v, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC)};
  }
  friend CRESSET_INLINE Vec round(Vec a) {
    return {_mm512_maskz_roundscale_ps(kAll, a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
  }

  friend CRESSET_INLINE Vec bit_and(Vec a, Vec b) { return {_mm512_and_ps(a.v, b.v)}; }
  friend CRESSET_INLINE Vec bit_or(Vec a, Vec b) { return {_mm512_or_ps(a.v, b.v)}; }
  friend CRESSET_INLINE Vec bit_xor(Vec a, Vec b) { return {_mm512_xor_ps(a.v, b.v)}; }
  friend CRESSET_INLINE Vec bit_andnot(Vec a, Vec b) { return {_mm512_andnot_ps(a.v, b.v)}; }
  friend CRESSET_INLINE Vec bit_add(Vec a, Vec b) { return wrap(_mm512_add_epi32(a.unwrap(), b.unwrap())); }
  friend CRESSET_INLINE Vec bit_sub(Vec a, Vec b) { return wrap(_mm512_sub_epi32(a.unwrap(), b.unwrap())); }

 private:
  static constexpr __mmask16 kAll = 0xffff;
};

template <int K>
CRESSET_INLINE Vec<float> shift_left(Vec<float> a) {
  return Vec<float>::wrap(_mm512_maskz_slli_epi32(0xffff, a.unwrap(), K));
}
template <int K>
CRESSET_INLINE Vec<float> shift_right(Vec<float> a) {
  return Vec<float>::wrap(_mm512_maskz_srli_epi32(0xffff, a.unwrap(), K));
}

template <>
struct Mask<double> {
  __mmask8 v;

  static CRESSET_INLINE Mask from_bits(unsigned bits) { return {static_cast<__mmask8>(bits)}; }
  static CRESSET_INLINE Mask first(int64_t n) { return {static_cast<__mmask8>((1u << n) - 1)}; }
  CRESSET_INLINE unsigned bits() const { return v; }
  CRESSET_INLINE bool any() const { return v != 0; }
  CRESSET_INLINE bool all() const { return v == 0xff; }
  CRESSET_INLINE Mask operator~() const { return {static_cast<__mmask8>(~v)}; }
  friend CRESSET_INLINE Mask operator&(Mask a, Mask b) { return {static_cast<__mmask8>(a.v & b.v)}; }
  friend CRESSET_INLINE Mask operator|(Mask a, Mask b) { return {static_cast<__mmask8>(a.v | b.v)}; }
  friend CRESSET_INLINE Mask operator^(Mask a, Mask b) { return {static_cast<__mmask8>(a.v ^ b.v)}; }
};

template <>
struct Vec<double> {
  using Lane = double;
  using Bits = uint64_t;
  static constexpr int N = 8;
  __m512d v;

  static CRESSET_INLINE Vec set(double value) { return {_mm512_set1_pd(value)}; }
  static CRESSET_INLINE Vec from_bits(Bits bits) { return wrap(_mm512_set1_epi64(static_cast<long long>(bits))); }
  static CRESSET_INLINE Vec load(const double* p) { return {_mm512_loadu_pd(p)}; }
  static CRESSET_INLINE Vec load(const double* p, int64_t n) {
    return {_mm512_maskz_loadu_pd(Mask<double>::first(n).v, p)};
  }
  static CRESSET_INLINE Vec load(const double* p, Mask<double> lanes) { return {_mm512_maskz_loadu_pd(lanes.v, p)}; }
  CRESSET_INLINE void store(double* p) const { _mm512_storeu_pd(p, v); }
  CRESSET_INLINE void store(double* p, int64_t n) const { _mm512_mask_storeu_pd(p, Mask<double>::first(n).v, v); }
  CRESSET_INLINE void stream(double* p) const { _mm512_stream_pd(p, v); }
  static CRESSET_INLINE Vec wrap(__m512i bits) { return {_mm512_castsi512_pd(bits)}; }
  CRESSET_INLINE __m512i unwrap() const { return _mm512_castpd_si512(v); }

  friend CRESSET_INLINE Vec operator+(Vec a, Vec b) { return {_mm512_add_pd(a.v, b.v)}; }
  friend CRESSET_INLINE Vec operator-(Vec a, Vec b) { return {_mm512_sub_pd(a.v, b.v)}; }
  friend CRESSET_INLINE Vec operator*(Vec a, Vec b) { return {_mm512_mul_pd(a.v, b.v)}; }
  friend CRESSET_INLINE Vec operator/(Vec a, Vec b) { return {_mm512_div_pd(a.v, b.v)}; }
  friend CRESSET_INLINE Vec operator-(Vec a) { return {_mm512_xor_pd(a.v, _mm512_set1_pd(-0.0))}; }
  friend CRESSET_INLINE Mask<double> operator<(Vec a, Vec b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_LT_OQ)}; }
  friend CRESSET_INLINE Mask<double> operator<=(Vec a, Vec b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_LE_OQ)}; }
  friend CRESSET_INLINE Mask<double> operator>(Vec a, Vec b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_GT_OQ)}; }
  friend CRESSET_INLINE Mask<double> operator>=(Vec a, Vec b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_GE_OQ)}; }
  friend CRESSET_INLINE Mask<double> operator==(Vec a, Vec b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_EQ_OQ)}; }
  friend CRESSET_INLINE Mask<double> operator!=(Vec a, Vec b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_NEQ_UQ)}; }

  friend CRESSET_INLINE Vec fma(Vec a, Vec b, Vec c) { return {_mm512_fmadd_pd(a.v, b.v, c.v)}; }
  friend CRESSET_INLINE Vec select(Mask<double> m, Vec a, Vec b) { return {_mm512_mask_blend_pd(m.v, b.v, a.v)}; }
  friend CRESSET_INLINE Vec lesser(Vec a, Vec b) { return {_mm512_maskz_min_pd(kAll, a.v, b.v)}; }
  friend CRESSET_INLINE Vec greater(Vec a, Vec b) { return {_mm512_maskz_max_pd(kAll, a.v, b.v)}; }
  friend CRESSET_INLINE Vec abs(Vec a) { return {_mm512_andnot_pd(_mm512_set1_pd(-0.0), a.v)}; }
  friend CRESSET_INLINE Vec sqrt(Vec a) { return {_mm512_maskz_sqrt_pd(kAll, a.v)}; }
  friend CRESSET_INLINE Vec floor(Vec a) {
    return {_mm512_maskz_roundscale_pd(kAll, a.v, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC)};
  }
  friend CRESSET_INLINE Vec ceil(Vec a) {
    return {_mm512_maskz_roundscale_pd(kAll, a.v, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC)};
  }
  friend CRESSET_INLINE Vec trunc(Vec a) {
    return {_mm512_maskz_roundscale_pd(kAll, a.v, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC)};
  }
  friend CRESSET_INLINE Vec round(Vec a) {
    return {_mm512_maskz_roundscale_pd(kAll, a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
  }

  friend CRESSET_INLINE Vec bit_and(Vec a, Vec b) { return {_mm512_and_pd(a.v, b.v)}; }
  friend CRESSET_INLINE Vec bit_or(Vec a, Vec b) { return {_mm512_or_pd(a.v, b.v)}; }
  friend CRESSET_INLINE Vec bit_xor(Vec a, Vec b) { return {_mm512_xor_pd(a.v, b.v)}; }
  friend CRESSET_INLINE Vec bit_andnot(Vec a, Vec b) { return {_mm512_andnot_pd(a.v, b.v)}; }
  friend CRESSET_INLINE Vec bit_add(Vec a, Vec b) { return wrap(_mm512_add_epi64(a.unwrap(), b.unwrap())); }
  friend CRESSET_INLINE Vec bit_sub(Vec a, Vec b) { return wrap(_mm512_sub_epi64(a.unwrap(), b.unwrap())); }

 private:
  static constexpr __mmask8 kAll = 0xff;
};

template <int K>
CRESSET_INLINE Vec<double> shift_left(Vec<double> a) {
  return Vec<double>::wrap(_mm512_maskz_slli_epi64(0xff, a.unwrap(), K));
}
template <int K>
CRESSET_INLINE Vec<double> shift_right(Vec<double> a) {
  return Vec<double>::wrap(_mm512_maskz_srli_epi64(0xff, a.unwrap(), K));
}

// mantissa * 2^n for a whole n, rounded once.
CRESSET_INLINE Vec<float> times_power_of_two(Vec<float> mantissa, Vec<float> n) {
  return {_mm512_maskz_scalef_ps(0xffff, mantissa.v, n.v)};
}
CRESSET_INLINE Vec<double> times_power_of_two(Vec<double> mantissa, Vec<double> n) {
  return {_mm512_maskz_scalef_pd(0xff, mantissa.v, n.v)};
}

CRESSET_INLINE void stream_fence() { _mm_sfence(); }

#include "simd/vector_common.inc"

}  // namespace cresset::avx512
CRESSET_END_TARGET
