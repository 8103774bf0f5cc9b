#pragma once
#include "runtime/cpu.h"

#if defined(__x86_64__) || defined(_M_X64)
#define CRESSET_X86 1
#else
#define CRESSET_X86 0
#endif
#if defined(__aarch64__) || defined(_M_ARM64)
#define CRESSET_NEON 1
#else
#define CRESSET_NEON 0
#endif

#define CRESSET_ALWAYS_INLINE inline __attribute__((always_inline))
#define CRESSET_INLINE CRESSET_ALWAYS_INLINE

// Before a loop: no iteration reads what another one writes (an output may be its own input, element by element). Clang
// needs no hint: it checks for overlap at run time, and warns where it was told to vectorize and could not.
#if defined(__clang__)
#define CRESSET_INDEPENDENT_ITERATIONS
#else
#define CRESSET_INDEPENDENT_ITERATIONS _Pragma("GCC ivdep")
#endif

// The same before a plain loop that has to become vectors. Clang at -Os would rather not: it would have to check for
// overlap, and to keep the loop a second time for the end. The scalar kernels redefine it (simd/foreach_isa.h).
#if defined(__clang__)
#define CRESSET_VECTORIZE_LOOP \
  _Pragma("clang loop vectorize(assume_safety) vectorize_predicate(disable) interleave_count(1)")
#else
#define CRESSET_VECTORIZE_LOOP _Pragma("GCC ivdep")
#endif
#define CRESSET_VECTORIZE CRESSET_VECTORIZE_LOOP

// Before a loop of so few steps that its arrays live in registers. The scalar kernels redefine it (simd/foreach_isa.h).
#define CRESSET_PRAGMA(text) _Pragma(#text)
#define CRESSET_UNROLL(count) CRESSET_PRAGMA(GCC unroll count)

// clang-format off
// Around everything of an instruction set: nothing is thrown there. Clang then makes no tables for unwinding.
#if defined(__clang__)
#define CRESSET_BEGIN_KERNELS \
  _Pragma("clang attribute push(__attribute__((nothrow)), apply_to=hasType(functionType))")
#define CRESSET_END_KERNELS _Pragma("clang attribute pop")
#else
#define CRESSET_BEGIN_KERNELS
#define CRESSET_END_KERNELS
#endif

// The one that nearly every machine passes over is built small.
#if defined(__clang__)
#define CRESSET_BEGIN_SCALAR _Pragma("clang attribute push(__attribute__((minsize)), apply_to=function)")
#define CRESSET_END_SCALAR _Pragma("clang attribute pop")
#else
#define CRESSET_BEGIN_SCALAR _Pragma("GCC push_options") _Pragma("GCC optimize(\"Os\")")
#define CRESSET_END_SCALAR _Pragma("GCC pop_options")
#endif

#if CRESSET_X86
#if defined(__clang__)
#define CRESSET_BEGIN_AVX2 \
  _Pragma("clang attribute push(__attribute__((target(\"avx2,fma,f16c,bmi,bmi2,popcnt,lzcnt\"))), apply_to=function)")
#define CRESSET_BEGIN_AVX512 \
  _Pragma("clang attribute push(__attribute__((target(\"avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c,bmi,bmi2,popcnt,lzcnt\"))), apply_to=function)")
#define CRESSET_END_TARGET _Pragma("clang attribute pop")
#else
#define CRESSET_BEGIN_AVX2 \
  _Pragma("GCC push_options") \
  _Pragma("GCC target(\"avx2,fma,f16c,bmi,bmi2,popcnt,lzcnt\")")
#define CRESSET_BEGIN_AVX512 \
  _Pragma("GCC push_options") \
  _Pragma("GCC target(\"avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c,bmi,bmi2,popcnt,lzcnt,prefer-vector-width=512\")")
#define CRESSET_END_TARGET _Pragma("GCC pop_options")
#endif
#endif
// clang-format on

// The object of this name that belongs to the instruction set in use; CRESSET_SELECT_FOR that of a type T, where AVX-512
// takes AVX2's for doubles (CRESSET_COLD_ISA in simd/foreach_isa.h).
#if CRESSET_X86
#define CRESSET_SELECT(name)                                             \
  (::cresset::isa() == ::cresset::Isa::avx512 ? &::cresset::avx512::name \
   : ::cresset::isa() == ::cresset::Isa::avx2 ? &::cresset::avx2::name   \
                                              : &::cresset::scalar::name)
#define CRESSET_SELECT_FOR(T, name)                                                        \
  (sizeof(T) == 4 && ::cresset::isa() == ::cresset::Isa::avx512 ? &::cresset::avx512::name \
   : ::cresset::isa() == ::cresset::Isa::scalar                 ? &::cresset::scalar::name \
                                                                : &::cresset::avx2::name)
#elif CRESSET_NEON
#define CRESSET_SELECT(name) \
  (::cresset::isa() == ::cresset::Isa::neon ? &::cresset::neon::name : &::cresset::scalar::name)
#else
#define CRESSET_SELECT(name) (&::cresset::scalar::name)
#endif
#if !CRESSET_X86
#define CRESSET_SELECT_FOR(T, name) CRESSET_SELECT(name)
#endif
