#include "runtime/cpu.h"

#include <cstdlib>
#include <cstring>

namespace cresset {
namespace {

constexpr const char* kUnknown = "unknown";
constexpr const char* kUnsupported = "not supported by this machine";

bool supported(Isa isa) {
  switch (isa) {
    case Isa::scalar: return true;
#if defined(__x86_64__) || defined(_M_X64)
    // These ask the operating system too (XGETBV): without its help the wide registers are lost at a context switch.
    case Isa::avx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
             __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
    case Isa::avx512:
      return supported(Isa::avx2) && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
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
#if defined(__x86_64__) || defined(_M_X64)
    __builtin_cpu_init();
#endif
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
