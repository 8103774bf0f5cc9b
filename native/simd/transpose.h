// transpose(rows): rows is an array of N vectors of N lanes; lane j of rows[i] changes places with lane i of rows[j].
// In the namespace of every instruction set.
#pragma once
#include "simd/vector.h"

namespace cresset::scalar {

template <class T>
CRESSET_INLINE void transpose(Vec<T> (&)[1]) {}

}  // namespace cresset::scalar

#if CRESSET_X86

CRESSET_BEGIN_AVX2
namespace cresset::avx2 {

CRESSET_INLINE void transpose(Vec<float> (&rows)[8]) {
  __m256 pairs[8], quads[8];
#pragma GCC unroll 4
  for (int i = 0; i < 8; i += 2) {
    pairs[i] = _mm256_unpacklo_ps(rows[i].v, rows[i + 1].v);
    pairs[i + 1] = _mm256_unpackhi_ps(rows[i].v, rows[i + 1].v);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 8; i += 4) {
#pragma GCC unroll 2
    for (int j = 0; j < 2; j++) {
      quads[i + 2 * j] = _mm256_shuffle_ps(pairs[i + j], pairs[i + j + 2], 0x44);
      quads[i + 2 * j + 1] = _mm256_shuffle_ps(pairs[i + j], pairs[i + j + 2], 0xee);
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    rows[i].v = _mm256_permute2f128_ps(quads[i], quads[i + 4], 0x20);
    rows[i + 4].v = _mm256_permute2f128_ps(quads[i], quads[i + 4], 0x31);
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

}  // namespace cresset::neon

#endif
