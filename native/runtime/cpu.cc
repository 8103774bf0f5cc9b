#include "runtime/cpu.h"

#include <cstdlib>
#include <cstring>

#if defined(__x86_64__) || defined(_M_X64)
#include <cpuid.h>
#endif

namespace cresset {
namespace {

constexpr const char* kUnknown = "unknown";
constexpr const char* kUnsupported = "not supported by this machine";

#if defined(__x86_64__) || defined(_M_X64)

// Asked of the processor itself: what __builtin_cpu_supports asks is not there in every compiler's runtime library.
struct Features {
  bool avx2 = false, avx512 = false;

  Features() {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return;
    constexpr unsigned kFma = 1u << 12, kPopcnt = 1u << 23, kOsxsave = 1u << 27, kAvx = 1u << 28, kF16c = 1u << 29;
    constexpr unsigned kFirst = kFma | kPopcnt | kOsxsave | kAvx | kF16c;
    if ((c & kFirst) != kFirst) return;
    unsigned low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    // Registers the operating system saves: without its help the wide ones are lost at a context switch.
    constexpr unsigned kYmm = 0x6, kZmm = 0xe6;
    if ((low & kYmm) != kYmm) return;
    unsigned extended_c = 0;
    if (__get_cpuid(0x80000001, &a, &b, &c, &d)) extended_c = c;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return;
    constexpr unsigned kLzcnt = 1u << 5, kBmi = 1u << 3, kAvx2 = 1u << 5, kBmi2 = 1u << 8;
    constexpr unsigned kAvx512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;  // F, DQ, BW, VL
    avx2 = (b & (kBmi | kAvx2 | kBmi2)) == (kBmi | kAvx2 | kBmi2) && (extended_c & kLzcnt) != 0;
    avx512 = avx2 && (low & kZmm) == kZmm && (b & kAvx512) == kAvx512;
  }
};

const Features& features() {
  static const Features the_features;
  return the_features;
}

#endif

bool supported(Isa isa) {
  switch (isa) {
    case Isa::scalar: return true;
#if defined(__x86_64__) || defined(_M_X64)
    case Isa::avx2: return features().avx2;
    case Isa::avx512: return features().avx512;
#elif defined(__aarch64__) || defined(_M_ARM64)
    case Isa::neon: return true;
#endif
    default: return false;
  }
}

constexpr Isa kBestFirst[] = {Isa::avx512, Isa::avx2, Isa::neon, Isa::scalar};

struct Choice {
  Isa isa = Isa::scalar;
  const char* error = nullptr;

  Choice() {
    const char* name = std::getenv("CRESSET_ISA");
    if (name && *name) {
      error = choose(name);
      return;
    }
    for (Isa candidate : kBestFirst) {
      if (supported(candidate)) {
        isa = candidate;
        return;
      }
    }
  }

  const char* choose(const char* name) {
    for (Isa candidate : kBestFirst) {
      if (std::strcmp(name, isa_name(candidate)) != 0) continue;
      if (!supported(candidate)) return kUnsupported;
      isa = candidate;
      return nullptr;
    }
    return kUnknown;
  }
};

Choice& choice() {
  static Choice the_choice;
  return the_choice;
}

}  // namespace

Isa isa() { return choice().isa; }

const char* isa_error() { return choice().error; }

const char* isa_name(Isa isa) {
  switch (isa) {
    case Isa::avx2: return "avx2";
    case Isa::avx512: return "avx512";
    case Isa::neon: return "neon";
    default: return "scalar";
  }
}

const char* select_isa(const char* name) {
  const char* error = choice().choose(name);
  if (!error) choice().error = nullptr;
  return error;
}

}  // namespace cresset
