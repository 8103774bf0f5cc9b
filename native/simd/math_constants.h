// Coefficients of simd/math.inc, lowest degree first: Chebyshev fits computed with 60 digits.
#pragma once
#include <cstdint>

namespace cresset {

// log2_e, ln2 = ln2_high + ln2_low, where a whole exponent times ln2_high is exact.
// exp:  (exp(r) - 1 - r) / r^2            for |r| <= ln2 / 2
// exp2: (2^f - 1) / f                      for |f| <= 1 / 2
// log:  (2 atanh(s) - 2 s) / s^3 in s^2   for |s| <= (sqrt 2 - 1) / (sqrt 2 + 1)
// sin:  (sin(r) / r - 1) / r^2 in r^2, cos: (cos(r) - 1 + r^2 / 2) / r^4 in r^2, for |r| <= pi / 4
// tanh: (tanh(x) / x - 1) / x^2 in x^2   for |x| <= 0.55
// erf:  erf(x) / x - 1 in x^2             for |x| <= 1
// log1p_unit: as log, for s <= 1 / 3
// normal_tail: exp(x^2 / 2) times the part of the normal distribution above x >= 0, in normal_scale / (normal_scale + x)
// erfc: erfc(x) exp(x^2) in 2 / (2 + x)   for 1 <= x, up to where erf rounds to 1
template <class T>
struct MathConstants;

template <>
struct MathConstants<float> {
  using T = float;
  static constexpr int fraction_bits = 23, bias = 127;
  static constexpr uint32_t one = 0x3f800000, sqrt_half = 0x3f3504f3, fraction_mask = 0x007fffff;
  static constexpr T two_to_fraction = 8388608, smallest_normal = 0x1p-126f;
  static constexpr T exp_low = -104, exp_high = 89, expm1_low = -18;
  static constexpr T log2_e = 0x1.7154760000000p+0f, ln2_high = 0x1.62e4000000000p-1f, ln2_low = 0x1.7f7d1c0000000p-20f;
  static constexpr T exp[] = {0x1.0000000000000p-1f, 0x1.5555560000000p-3f,  0x1.5554e80000000p-5f,
                              0x1.1110e00000000p-7f, 0x1.6d43b00000000p-10f, 0x1.a1256c0000000p-13f};
  static constexpr T log[] = {0x1.5555560000000p-1f, 0x1.9999ec0000000p-2f, 0x1.245c280000000p-2f,
                              0x1.ddd4da0000000p-3f};
  static constexpr T log2_e_low = 0x1.4ae0c00000000p-26f,
                     two_thirds_low = -0x1.5555560000000p-26f;  // beyond log2_e, log[0]
  static constexpr T log1p_unit[] = {0x1.5555580000000p-1f, 0x1.9996ac0000000p-2f, 0x1.2509280000000p-2f,
                                     0x1.b6dc9c0000000p-3f, 0x1.f1995c0000000p-3f};
  static constexpr T normal_tail[] = {0x1.53ebbc0000000p-18f, 0x1.100de40000000p-3f,  0x1.13dc760000000p-3f,
                                      0x1.b3b3d00000000p-4f,  0x1.1e751c0000000p-3f,  -0x1.8675180000000p-4f,
                                      0x1.19e0660000000p-2f,  -0x1.45935c0000000p-2f, 0x1.35e83e0000000p-3f,
                                      -0x1.bc1e440000000p-6f};
  static constexpr T exp2[] = {0x1.62e4300000000p-1f, 0x1.ebfbe00000000p-3f,  0x1.c6aecc0000000p-5f,
                               0x1.3b29ca0000000p-7f, 0x1.5f48ba0000000p-10f, 0x1.4479ce0000000p-13f};
  static constexpr T normal_scale = 3, normal_far = 15;
  static constexpr T erf[] = {0x1.06eba80000000p-3f,  -0x1.8127460000000p-2f, 0x1.ce2f080000000p-4f,
                              -0x1.b829c80000000p-6f, 0x1.562a600000000p-8f,  -0x1.bccf660000000p-11f,
                              0x1.d887500000000p-14f, -0x1.445f480000000p-17f};
  static constexpr T erfc[] = {-0x1.fb11b80000000p-14f, 0x1.2328800000000p-2f,  0x1.0e61fc0000000p-2f,
                               0x1.511b640000000p-2f,   -0x1.be32d80000000p-5f, 0x1.ec77f20000000p-2f,
                               -0x1.8b099e0000000p-2f,  0x1.1b626c0000000p-4f,  0x1.a2657c0000000p-7f};
  static constexpr T log10_e = 0x1.bcb7b20000000p-2f, log10_2_high = 0x1.3440000000000p-2f,
                     log10_2_low = 0x1.3509f80000000p-18f;
  static constexpr T two_over_pi = 0x1.45f3060000000p-1f, reducible = 100000;
  static constexpr T half_pi[] = {0x1.921fb60000000p+0f, -0x1.777a5c0000000p-25f, -0x1.ee59da0000000p-50f};
  static constexpr T sin[] = {-0x1.5555560000000p-3f, 0x1.11110e0000000p-7f, -0x1.a013a20000000p-13f,
                              0x1.6dbbee0000000p-19f};
  static constexpr T cos[] = {0x1.5555540000000p-5f, -0x1.6c12ce0000000p-10f, 0x1.9bd6700000000p-16f};
  static constexpr T tanh[] = {-0x1.5555560000000p-2f, 0x1.1111040000000p-3f,  -0x1.ba14260000000p-5f,
                               0x1.6578a20000000p-6f,  -0x1.175f300000000p-7f, 0x1.4b07080000000p-9f};
};
template <>
struct MathConstants<double> {
  using T = double;
  static constexpr int fraction_bits = 52, bias = 1023;
  static constexpr uint64_t one = 0x3ff0000000000000, sqrt_half = 0x3fe6a09e667f3bcd,
                            fraction_mask = 0x000fffffffffffff;
  static constexpr T two_to_fraction = 4503599627370496, smallest_normal = 0x1p-1022;
  static constexpr T exp_low = -746, exp_high = 710, expm1_low = -38;
  static constexpr T log2_e = 0x1.71547652b82fep+0, ln2_high = 0x1.62e42fefa3000p-1, ln2_low = 0x1.3de6af278ece6p-42;
  static constexpr T exp[] = {0x1.0000000000000p-1,  0x1.5555555555557p-3,  0x1.5555555555556p-5,
                              0x1.11111111100bep-7,  0x1.6c16c16c162c3p-10, 0x1.a01a01abf85abp-13,
                              0x1.a01a01a6e1e2ap-16, 0x1.71de01fdbf9cap-19, 0x1.27e4db46cddd1p-22,
                              0x1.af4e554377204p-26, 0x1.1f7340dbc337ep-29};
  static constexpr T log[] = {0x1.5555555555558p-1, 0x1.9999999995273p-2, 0x1.2492492dfd86cp-2, 0x1.c71c62d5e53e0p-3,
                              0x1.7462b91b8df65p-3, 0x1.39fdcceb4bb45p-3, 0x1.2b5f68a50d903p-3};
  static constexpr T log1p_unit[] = {
      0x1.5555555555535p-1, 0x1.99999999a0867p-2, 0x1.2492492084c6dp-2, 0x1.c71c741fb771ap-3, 0x1.745cb399a180cp-3,
      0x1.3b1de308ca73ap-3, 0x1.10676c8f592d4p-3, 0x1.efdd2510e6a75p-4, 0x1.559e57e1713b3p-4, 0x1.5c8824a5deec9p-3};
  static constexpr T normal_tail[] = {
      -0x1.319d331edbb3ep-40, 0x1.46d0429ce4cb3p-4, 0x1.46d041dbe11dap-4,  0x1.39bdc014b819dp-4,
      0x1.1f97a833f922cp-4,   0x1.f3f8440428c5fp-5, 0x1.973aad4b8068ep-5,  0x1.380faa7590115p-5,
      0x1.77e3da4bfd9bbp-6,   0x1.b470dd61037e7p-6, -0x1.11ebb1f006538p-5, 0x1.e0df252937000p-4,
      -0x1.19c6a4bb1de70p-2,  0x1.0ee5f455de096p-1, -0x1.af3030ed35eb0p-1, 0x1.13b23d46eda78p+0,
      -0x1.1998530fa0996p+0,  0x1.c11d589e2af87p-1, -0x1.0d9208285c331p-1, 0x1.d251be1b2af28p-3,
      -0x1.117d8967dbd28p-4,  0x1.859a60c604d28p-7, -0x1.fdd191dfec151p-11};
  static constexpr T exp2[] = {0x1.62e42fefa39efp-1,  0x1.ebfbdff82c58fp-3,  0x1.c6b08d704a0d1p-5,
                               0x1.3b2ab6fba4e7dp-7,  0x1.5d87fe78a2292p-10, 0x1.430912f869f36p-13,
                               0x1.ffcbfc75f302dp-17, 0x1.62c022494aaf6p-20, 0x1.b524db38fd217p-24,
                               0x1.e4cef7c7ba8ccp-28, 0x1.ea044321b97cfp-32, 0x1.c4c5ddc814c67p-36};
  static constexpr T normal_scale = 5, normal_far = 39;
  static constexpr T erf[] = {0x1.06eba8214db69p-3,   -0x1.812746b0379e6p-2,  0x1.ce2f21a042b30p-4,
                              -0x1.b82ce31284e00p-6,  0x1.565bcd0dbaa38p-8,   -0x1.c02db3dac435fp-11,
                              0x1.f9a321d5b8e1ep-14,  -0x1.f4d1e3183f7aep-17, 0x1.b9df224ca4b97p-20,
                              -0x1.5f1ecb6f0764cp-23, 0x1.f7b4bf3b13964p-27,  -0x1.389d4f2641625p-30,
                              0x1.05ffd737fb32ep-34};
  static constexpr T erfc[] = {-0x1.95304e61b6c4cp-26, 0x1.20ddbc2026af3p-2,  0x1.20d79b0ad49ddp-2,
                               0x1.fa1d13797d477p-3,   0x1.63983af247430p-3,  0x1.a14e27e559e4dp-4,
                               -0x1.930379c6ae01ep-4,  0x1.4b878a68a8806p-2,  -0x1.44fc3a3205baep+0,
                               0x1.89233568f7d26p+1,   -0x1.849068c695688p+2, 0x1.30279afa9a8d5p+3,
                               -0x1.60de8b6b57d20p+3,  0x1.266edb67a0d1ep+3,  -0x1.5909588f550f4p+2,
                               0x1.0f3af1ee4baccp+1,   -0x1.024fbbff55ce4p-1, 0x1.c49d5026d94f3p-5};
  static constexpr T log10_e = 0x1.bcb7b1526e50ep-2, log10_2_high = 0x1.34413509f7000p-2,
                     log10_2_low = 0x1.3fde623e2566bp-43;
  static constexpr T two_over_pi = 0x1.45f306dc9c883p-1, reducible = 4000000;
  static constexpr T half_pi[] = {0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54, -0x1.f1976b7ed8fbcp-110};
  static constexpr T sin[] = {-0x1.5555555555555p-3, 0x1.1111111111110p-7,   -0x1.a01a01a019926p-13,
                              0x1.71de3a545e700p-19, -0x1.ae64540f0ba18p-26, 0x1.61217c1864fa1p-33,
                              -0x1.ab161757f0c63p-41};
  static constexpr T cos[] = {0x1.5555555555555p-5,   -0x1.6c16c16c16960p-10, 0x1.a01a019f4d0edp-16,
                              -0x1.27e4fa15bd814p-22, 0x1.1eeb66b683028p-29,  -0x1.907c0e63adbb6p-37};
  static constexpr T tanh[] = {-0x1.5555555555555p-2,  0x1.1111111111109p-3,   -0x1.ba1ba1ba1a705p-5,
                               0x1.664f48822d60dp-6,   -0x1.226e353973fdep-7,  0x1.d6d3c5ee500bfp-9,
                               -0x1.7da25c3bd077bp-10, 0x1.3547ad42a2cc7p-11,  -0x1.f41bde30ad0c5p-13,
                               0x1.8c8d808d1d698p-14,  -0x1.1accbc7e7ff20p-15, 0x1.0809ea9dc2203p-17};
};

}  // namespace cresset
