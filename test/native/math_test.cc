// The elementary functions against the standard library in higher precision, over all exponents; and the same bits on
// every instruction set. Prints the largest error of each in units in the last place.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <limits>
#include <type_traits>

#include "simd/math.h"
#include "test.h"

namespace cresset {

struct MathProbe {
  void (*of_float)(float* out, const float* x, int64_t n);
  void (*of_double)(double* out, const double* x, int64_t n);
};

}  // namespace cresset

#define CRESSET_SOURCE "math_probe.inc"
#include "simd/foreach_isa.h"

namespace {

template <class W>
W sigmoid_reference(W x) {
  return 1 / (1 + std::exp(-x));
}

struct Reference {
  const char* name;
  double limit;
  double (*of_float)(double);
  long double (*of_double)(long double);
};

const Reference references[] = {
    {"exp", 1, std::exp, std::exp},    {"expm1", 2, std::expm1, std::expm1},
    {"log", 1, std::log, std::log},    {"log1p", 1, std::log1p, std::log1p},
    {"log2", 2, std::log2, std::log2}, {"log10", 2, std::log10, std::log10},
    {"tanh", 2, std::tanh, std::tanh}, {"sigmoid", 2.2, sigmoid_reference, sigmoid_reference},
    {"erf", 2, std::erf, std::erf},    {"sin", 2, std::sin, std::sin},
    {"cos", 2, std::cos, std::cos},    {"tan", 3, std::tan, std::tan},
};

// Representations spread over the whole type, both signs, all exponents, and the values where something changes.
template <class T>
std::vector<T> arguments() {
  using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
  const Bits step = sizeof(T) == 4 ? Bits(4099) : static_cast<Bits>(0x00000ffffffffd3bull);
  std::vector<T> values;
  Bits bits = 0;
  do {
    T value;
    std::memcpy(&value, &bits, sizeof value);
    values.push_back(value);
  } while (!__builtin_add_overflow(bits, step, &bits));
  // Most of the above is huge or tiny; functions bend between.
  for (int i = -400000; i <= 400000; i++) values.push_back(static_cast<T>(i) * T(0.00027182818));
  using L = std::numeric_limits<T>;
  for (T v : {T(0), L::infinity(), L::quiet_NaN(), L::denorm_min(), L::min(), L::max(), T(1), 1 + L::epsilon(),
              T(1) - L::epsilon() / 2, T(88.72283), T(88.72284), T(-103.9), T(-104), T(709.78), T(709.79), T(-745.1),
              T(-745.2)}) {
    values.push_back(v);
    values.push_back(-v);
  }
  return values;
}

// The distance of y from the exact value in units of the last place of the correctly rounded result.
template <class T, class W>
double error_in_ulp(T y, W exact) {
  T nearest = static_cast<T>(exact);
  if (exact != exact || y != y) return (exact != exact) == (y != y) ? 0 : HUGE_VAL;
  if (nearest == y) return nearest != 0 || std::signbit(nearest) == std::signbit(y) ? 0 : HUGE_VAL;
  if (std::isinf(nearest) || std::isinf(y)) return HUGE_VAL;
  T magnitude = std::abs(nearest);
  W unit = static_cast<W>(std::nextafter(magnitude, std::numeric_limits<T>::infinity())) - static_cast<W>(magnitude);
  return static_cast<double>(std::abs(static_cast<W>(y) - exact) / unit);
}

template <class T, class Run, class W>
void measure(const Reference& reference, const Run& run, W (*exact)(W)) {
  static const std::vector<T> x = arguments<T>();
  std::vector<T> first, y(x.size());
  Settings settings;
  for (const std::string& isa : isas()) {
    settings.use(isa, 1);
    run(y.data(), x.data(), static_cast<int64_t>(x.size()));
    if (first.empty()) first = y;
    size_t differ = 0;
    for (size_t i = 0; i < x.size(); i++) {
      differ += std::memcmp(&y[i], &first[i], sizeof(T)) != 0 && (y[i] == y[i] || first[i] == first[i]);
    }
    CHECK_EQ(differ, size_t{0});
  }
  double worst = 0;
  T where = 0;
  for (size_t i = 0; i < x.size(); i++) {
    double error = error_in_ulp(first[i], exact(static_cast<W>(x[i])));
    if (!(error <= worst)) {
      worst = error;
      where = x[i];
    }
  }
  std::printf("  %-8s float%zu: %.3f ulp at %.9g\n", reference.name, sizeof(T) * 8, worst, static_cast<double>(where));
  CHECK(worst <= reference.limit);
}

template <class T>
struct Run {
  size_t k;
  void operator()(T* out, const T* x, int64_t n) const {
    const MathProbe& probe = (*CRESSET_SELECT(math_probes))[k];
    if constexpr (sizeof(T) == 4) {
      probe.of_float(out, x, n);
    } else {
      probe.of_double(out, x, n);
    }
  }
};

TEST(elementary_functions_are_within_their_limits) {
  static_assert(std::size(references) == std::size(scalar::math_probes));
  for (size_t k = 0; k < std::size(references); k++) {
    measure<float>(references[k], Run<float>{k}, references[k].of_float);
    // Where long double is no wider than double there is nothing to compare with.
    if (sizeof(long double) > 8) measure<double>(references[k], Run<double>{k}, references[k].of_double);
  }
}

}  // namespace
