// Every second lane of two vectors that stand side by side, and the way back, in the namespace of every instruction set:
//
//   even(a, b)      lanes 0, 2, 4 … of a followed by b; odd(a, b): lanes 1, 3, 5 …
//   zip_low(a, b)   a0 b0 a1 b1 …, the first half; zip_high(a, b): the second half
#pragma once
#include "simd/vector.h"

namespace cresset::scalar {

template <class T>
CRESSET_INLINE Vec<T> even(Vec<T> a, Vec<T>) {
  return a;
}
template <class T>
CRESSET_INLINE Vec<T> odd(Vec<T>, Vec<T> b) {
  return b;
}
template <class T>
CRESSET_INLINE Vec<T> zip_low(Vec<T> a, Vec<T>) {
  return a;
}
template <class T>
CRESSET_INLINE Vec<T> zip_high(Vec<T>, Vec<T> b) {
  return b;
}

}  // namespace cresset::scalar

#if CRESSET_X86

CRESSET_BEGIN_AVX2
namespace cresset::avx2 {

// Exchanges the middle two quarters.
CRESSET_INLINE __m256d swap_middle(__m256d a) { return _mm256_permute4x64_pd(a, 0xd8); }
CRESSET_INLINE __m256 swap_middle(__m256 a) { return _mm256_castpd_ps(swap_middle(_mm256_castps_pd(a))); }

CRESSET_INLINE Vec<float> even(Vec<float> a, Vec<float> b) { return {swap_middle(_mm256_shuffle_ps(a.v, b.v, 0x88))}; }
CRESSET_INLINE Vec<float> odd(Vec<float> a, Vec<float> b) { return {swap_middle(_mm256_shuffle_ps(a.v, b.v, 0xdd))}; }
CRESSET_INLINE Vec<double> even(Vec<double> a, Vec<double> b) { return {swap_middle(_mm256_unpacklo_pd(a.v, b.v))}; }
CRESSET_INLINE Vec<double> odd(Vec<double> a, Vec<double> b) { return {swap_middle(_mm256_unpackhi_pd(a.v, b.v))}; }

CRESSET_INLINE Vec<float> zip_low(Vec<float> a, Vec<float> b) {
  return {_mm256_permute2f128_ps(_mm256_unpacklo_ps(a.v, b.v), _mm256_unpackhi_ps(a.v, b.v), 0x20)};
}
CRESSET_INLINE Vec<float> zip_high(Vec<float> a, Vec<float> b) {
  return {_mm256_permute2f128_ps(_mm256_unpacklo_ps(a.v, b.v), _mm256_unpackhi_ps(a.v, b.v), 0x31)};
}
CRESSET_INLINE Vec<double> zip_low(Vec<double> a, Vec<double> b) {
  return {_mm256_permute2f128_pd(_mm256_unpacklo_pd(a.v, b.v), _mm256_unpackhi_pd(a.v, b.v), 0x20)};
}
CRESSET_INLINE Vec<double> zip_high(Vec<double> a, Vec<double> b) {
  return {_mm256_permute2f128_pd(_mm256_unpacklo_pd(a.v, b.v), _mm256_unpackhi_pd(a.v, b.v), 0x31)};
}

}  // namespace cresset::avx2
CRESSET_END_TARGET

CRESSET_BEGIN_AVX512
namespace cresset::avx512 {

// Lanes by number: 0 to N - 1 are a's, N to 2N - 1 are b's.
CRESSET_INLINE Vec<float> pick(Vec<float> a, __m512i lanes, Vec<float> b) {
  return {_mm512_permutex2var_ps(a.v, lanes, b.v)};
}
CRESSET_INLINE Vec<double> pick(Vec<double> a, __m512i lanes, Vec<double> b) {
  return {_mm512_permutex2var_pd(a.v, lanes, b.v)};
}

CRESSET_INLINE Vec<float> even(Vec<float> a, Vec<float> b) {
  return pick(a, _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30), b);
}
CRESSET_INLINE Vec<float> odd(Vec<float> a, Vec<float> b) {
  return pick(a, _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31), b);
}
CRESSET_INLINE Vec<float> zip_low(Vec<float> a, Vec<float> b) {
  return pick(a, _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), b);
}
CRESSET_INLINE Vec<float> zip_high(Vec<float> a, Vec<float> b) {
  return pick(a, _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), b);
}
CRESSET_INLINE Vec<double> even(Vec<double> a, Vec<double> b) {
  return pick(a, _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14), b);
}
CRESSET_INLINE Vec<double> odd(Vec<double> a, Vec<double> b) {
  return pick(a, _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15), b);
}
CRESSET_INLINE Vec<double> zip_low(Vec<double> a, Vec<double> b) {
  return pick(a, _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11), b);
}
CRESSET_INLINE Vec<double> zip_high(Vec<double> a, Vec<double> b) {
  return pick(a, _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15), b);
}

}  // namespace cresset::avx512
CRESSET_END_TARGET

#elif CRESSET_NEON

namespace cresset::neon {

CRESSET_INLINE Vec<float> even(Vec<float> a, Vec<float> b) { return {vuzp1q_f32(a.v, b.v)}; }
CRESSET_INLINE Vec<float> odd(Vec<float> a, Vec<float> b) { return {vuzp2q_f32(a.v, b.v)}; }
CRESSET_INLINE Vec<float> zip_low(Vec<float> a, Vec<float> b) { return {vzip1q_f32(a.v, b.v)}; }
CRESSET_INLINE Vec<float> zip_high(Vec<float> a, Vec<float> b) { return {vzip2q_f32(a.v, b.v)}; }
CRESSET_INLINE Vec<double> even(Vec<double> a, Vec<double> b) { return {vuzp1q_f64(a.v, b.v)}; }
CRESSET_INLINE Vec<double> odd(Vec<double> a, Vec<double> b) { return {vuzp2q_f64(a.v, b.v)}; }
CRESSET_INLINE Vec<double> zip_low(Vec<double> a, Vec<double> b) { return {vzip1q_f64(a.v, b.v)}; }
CRESSET_INLINE Vec<double> zip_high(Vec<double> a, Vec<double> b) { return {vzip2q_f64(a.v, b.v)}; }

}  // namespace cresset::neon

#endif
