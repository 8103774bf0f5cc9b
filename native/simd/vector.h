// Vec<T>, T = float or double: one hardware vector, in the namespace of its instruction set. All have the same members:
//
//   N                         lanes; Lane = T; Bits = the unsigned integer of T's size
//   set(v)  from_bits(b)      every lane v; every lane the value whose representation is b
//   load(p)  load(p, n)       unaligned; the first n lanes (0 <= n <= N), the rest 0, touching no byte beyond them
//   load(p, mask)             lane i from p[i] where the mask has it, else 0; touches no other byte
//   store(p)  store(p, n)     the same for writing
//   stream(p)                 past the caches; p aligned to the vector; publish with stream_fence()
//   + - * /  unary -          IEEE; unary - flips the sign bit, NaN's too
//   < <= > >= == !=           give a Mask; with NaN all are false but !=
//
// Mask: & | ^ ~, bits() (lane i is bit i), from_bits(b), first(n) (the first n lanes), any(), all().
// Free functions of a Vec V (found by argument-dependent lookup):
//
//   fma(a, b, c)              a * b + c, rounded once, on every instruction set
//   select(m, a, b)           a where m, else b
//   lesser(a, b)              a < b ? a : b     (b when equal or NaN), one instruction where there is one
//   greater(a, b)             a > b ? a : b
//   minimum(a, b), maximum(a, b)   NaN when either is, a when equal (so for ±0), as torch.minimum
//   abs, sqrt, floor, ceil, trunc, round (half to even), copysign(magnitude, sign), is_nan(a) -> Mask
//   bit_and, bit_or, bit_xor, bit_andnot(a, b) = ~a & b, bit_add, bit_sub, shift_left<K>, shift_right<K> (logical):
//                             on the lanes' representations, as unsigned integers
//
// Results are the same bits on every instruction set (a NaN's sign and payload aside).
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>

#include "simd/target.h"

#if CRESSET_X86
#include <immintrin.h>
#elif CRESSET_NEON
#include <arm_neon.h>
#endif

#include "simd/vector_scalar.h"
#if CRESSET_X86
#include "simd/vector_avx2.h"
#include "simd/vector_avx512.h"
#elif CRESSET_NEON
#include "simd/vector_neon.h"
#endif
