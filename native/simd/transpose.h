// transpose(rows): rows is an array of N vectors of N lanes; lane j of rows[i] changes places with lane i of rows[j].
// load_transposed(p, stride, rows): the same of N rows of N elements in memory, `stride` apart.
// In the namespace of every instruction set.
#pragma once
#include "simd/vector.h"

namespace cresset::scalar {

template <class T>
CRESSET_INLINE void transpose(Vec<T> (&)[1]) {}

template <class T>
CRESSET_INLINE void load_transposed(const T* p, int64_t, Vec<T> (&rows)[1]) {
  rows[0] = Vec<T>::load(p);
}

}  // namespace cresset::scalar

#if CRESSET_X86

CRESSET_BEGIN_AVX2
namespace cresset::avx2 {

// Rows 0 to 3 of every 128-bit half, transposed as 4 x 4.
CRESSET_INLINE void transpose_halves(__m256 a, __m256 b, __m256 c, __m256 d, Vec<float>* out) {
  __m256 ab_low = _mm256_unpacklo_ps(a, b), ab_high = _mm256_unpackhi_ps(a, b);
  __m256 cd_low = _mm256_unpacklo_ps(c, d), cd_high = _mm256_unpackhi_ps(c, d);
  out[0].v = _mm256_shuffle_ps(ab_low, cd_low, 0x44);
  out[1].v = _mm256_shuffle_ps(ab_low, cd_low, 0xee);
  out[2].v = _mm256_shuffle_ps(ab_high, cd_high, 0x44);
  out[3].v = _mm256_shuffle_ps(ab_high, cd_high, 0xee);
}

CRESSET_INLINE void transpose(Vec<float> (&rows)[8]) {
  __m256 low[4], high[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    low[i] = _mm256_permute2f128_ps(rows[i].v, rows[i + 4].v, 0x20);
    high[i] = _mm256_permute2f128_ps(rows[i].v, rows[i + 4].v, 0x31);
  }
  transpose_halves(low[0], low[1], low[2], low[3], rows);
  transpose_halves(high[0], high[1], high[2], high[3], rows + 4);
}

// Loads that insert halves save the permutations.
CRESSET_INLINE void load_transposed(const float* p, int64_t stride, Vec<float> (&rows)[8]) {
#pragma GCC unroll 2
  for (int i = 0; i < 8; i += 4) {
    __m256 joined[4];
#pragma GCC unroll 4
    for (int r = 0; r < 4; r++) {
      const float* row = p + r * stride + i;
      joined[r] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(row)), _mm_loadu_ps(row + 4 * stride), 1);
    }
    transpose_halves(joined[0], joined[1], joined[2], joined[3], rows + i);
  }
}

CRESSET_INLINE void transpose(Vec<double> (&rows)[4]) {
  __m256d pairs[4];
#pragma GCC unroll 2
  for (int i = 0; i < 4; i += 2) {
    pairs[i] = _mm256_unpacklo_pd(rows[i].v, rows[i + 1].v);
    pairs[i + 1] = _mm256_unpackhi_pd(rows[i].v, rows[i + 1].v);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 2; i++) {
    rows[i].v = _mm256_permute2f128_pd(pairs[i], pairs[i + 2], 0x20);
    rows[i + 2].v = _mm256_permute2f128_pd(pairs[i], pairs[i + 2], 0x31);
  }
}

CRESSET_INLINE void load_transposed(const double* p, int64_t stride, Vec<double> (&rows)[4]) {
#pragma GCC unroll 2
  for (int i = 0; i < 4; i += 2) {
    __m256d joined[2];
#pragma GCC unroll 2
    for (int r = 0; r < 2; r++) {
      const double* row = p + r * stride + i;
      joined[r] = _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_loadu_pd(row)), _mm_loadu_pd(row + 2 * stride), 1);
    }
    rows[i].v = _mm256_unpacklo_pd(joined[0], joined[1]);
    rows[i + 1].v = _mm256_unpackhi_pd(joined[0], joined[1]);
  }
}

}  // namespace cresset::avx2
CRESSET_END_TARGET

CRESSET_BEGIN_AVX512
namespace cresset::avx512 {

// The four 128-bit quarters of four registers, transposed as 4 x 4 elements.
CRESSET_INLINE void transpose_quarters(__m512 a, __m512 b, __m512 c, __m512 d, Vec<float>* out, int step) {
  __m512 ab_even = _mm512_maskz_shuffle_f32x4(0xffff, a, b, 0x88),
         ab_odd = _mm512_maskz_shuffle_f32x4(0xffff, a, b, 0xdd);
  __m512 cd_even = _mm512_maskz_shuffle_f32x4(0xffff, c, d, 0x88),
         cd_odd = _mm512_maskz_shuffle_f32x4(0xffff, c, d, 0xdd);
  out[0].v = _mm512_maskz_shuffle_f32x4(0xffff, ab_even, cd_even, 0x88);
  out[step].v = _mm512_maskz_shuffle_f32x4(0xffff, ab_odd, cd_odd, 0x88);
  out[2 * step].v = _mm512_maskz_shuffle_f32x4(0xffff, ab_even, cd_even, 0xdd);
  out[3 * step].v = _mm512_maskz_shuffle_f32x4(0xffff, ab_odd, cd_odd, 0xdd);
}

CRESSET_INLINE void transpose(Vec<float> (&rows)[16]) {
  __m512 pairs[16], quads[16];
#pragma GCC unroll 8
  for (int i = 0; i < 16; i += 2) {
    pairs[i] = _mm512_maskz_unpacklo_ps(0xffff, rows[i].v, rows[i + 1].v);
    pairs[i + 1] = _mm512_maskz_unpackhi_ps(0xffff, rows[i].v, rows[i + 1].v);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 16; i += 4) {
#pragma GCC unroll 2
    for (int j = 0; j < 2; j++) {
      quads[i + 2 * j] = _mm512_maskz_shuffle_ps(0xffff, pairs[i + j], pairs[i + j + 2], 0x44);
      quads[i + 2 * j + 1] = _mm512_maskz_shuffle_ps(0xffff, pairs[i + j], pairs[i + j + 2], 0xee);
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) transpose_quarters(quads[i], quads[i + 4], quads[i + 8], quads[i + 12], rows + i, 4);
}

CRESSET_INLINE void transpose(Vec<double> (&rows)[8]) {
  __m512d pairs[8], even[4], odd[4];
#pragma GCC unroll 4
  for (int i = 0; i < 8; i += 2) {
    pairs[i] = _mm512_maskz_unpacklo_pd(0xff, rows[i].v, rows[i + 1].v);
    pairs[i + 1] = _mm512_maskz_unpackhi_pd(0xff, rows[i].v, rows[i + 1].v);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 4; i += 2) {
#pragma GCC unroll 2
    for (int j = 0; j < 2; j++) {
      even[i + j] = _mm512_maskz_shuffle_f64x2(0xff, pairs[2 * i + j], pairs[2 * i + j + 2], 0x88);
      odd[i + j] = _mm512_maskz_shuffle_f64x2(0xff, pairs[2 * i + j], pairs[2 * i + j + 2], 0xdd);
    }
  }
#pragma GCC unroll 2
  for (int j = 0; j < 2; j++) {
    rows[j].v = _mm512_maskz_shuffle_f64x2(0xff, even[j], even[j + 2], 0x88);
    rows[j + 2].v = _mm512_maskz_shuffle_f64x2(0xff, odd[j], odd[j + 2], 0x88);
    rows[j + 4].v = _mm512_maskz_shuffle_f64x2(0xff, even[j], even[j + 2], 0xdd);
    rows[j + 6].v = _mm512_maskz_shuffle_f64x2(0xff, odd[j], odd[j + 2], 0xdd);
  }
}

template <class T>
CRESSET_INLINE void load_transposed(const T* p, int64_t stride, Vec<T> (&rows)[Vec<T>::N]) {
#pragma GCC unroll 16
  for (int i = 0; i < Vec<T>::N; i++) rows[i] = Vec<T>::load(p + i * stride);
  transpose(rows);
}

}  // namespace cresset::avx512
CRESSET_END_TARGET

#elif CRESSET_NEON

namespace cresset::neon {

CRESSET_INLINE void transpose(Vec<double> (&rows)[2]) {
  float64x2_t low = vtrn1q_f64(rows[0].v, rows[1].v);
  rows[1].v = vtrn2q_f64(rows[0].v, rows[1].v);
  rows[0].v = low;
}

CRESSET_INLINE void transpose(Vec<float> (&rows)[4]) {
  float64x2_t pairs[4];
#pragma GCC unroll 2
  for (int i = 0; i < 4; i += 2) {
    pairs[i] = vreinterpretq_f64_f32(vtrn1q_f32(rows[i].v, rows[i + 1].v));
    pairs[i + 1] = vreinterpretq_f64_f32(vtrn2q_f32(rows[i].v, rows[i + 1].v));
  }
#pragma GCC unroll 2
  for (int i = 0; i < 2; i++) {
    rows[i].v = vreinterpretq_f32_f64(vtrn1q_f64(pairs[i], pairs[i + 2]));
    rows[i + 2].v = vreinterpretq_f32_f64(vtrn2q_f64(pairs[i], pairs[i + 2]));
  }
}

template <class T>
CRESSET_INLINE void load_transposed(const T* p, int64_t stride, Vec<T> (&rows)[Vec<T>::N]) {
#pragma GCC unroll 16
  for (int i = 0; i < Vec<T>::N; i++) rows[i] = Vec<T>::load(p + i * stride);
  transpose(rows);
}

}  // namespace cresset::neon

#endif
