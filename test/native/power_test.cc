// pow of floats against the standard library's of doubles, and the same bits on every instruction set.
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <random>

#include "simd/math.h"
#include "test.h"

#define CRESSET_SOURCE "power_probe.inc"
#include "simd/foreach_isa.h"

namespace {

struct Pairs {
  std::vector<float> base, exponent;
  void add(float b, float e) {
    base.push_back(b);
    exponent.push_back(e);
  }
};

float from_bits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

Pairs arguments() {
  Pairs pairs;
  std::mt19937 random(1);
  std::uniform_real_distribution<float> unit(0, 1);
  // Every exponent of the base, and powers that stay within the numbers or leave them just so.
  for (int i = 0; i < 400000; i++) {
    float base = std::ldexp(1 + unit(random), static_cast<int>(random() % 276) - 149);
    float reach = 155 * (2 * unit(random) - 1);
    pairs.add(base, reach / std::log2(base));
    pairs.add(4 * unit(random), 12 * unit(random) - 6);
    pairs.add(1 + 0.001f * (unit(random) - 0.5f), 1e5f * (unit(random) - 0.5f));
    pairs.add(from_bits(static_cast<uint32_t>(random())), from_bits(static_cast<uint32_t>(random())));
    pairs.add(-10 * unit(random), static_cast<float>(static_cast<int>(random() % 61) - 30));
  }
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> special = {0,        1,       2,        3,        0.5f,     1.5f,      -0.5f,      16777216,
                                      16777215, 0x1p31f, infinity, 0x1p-40f, 0x1p127f, 0x1p-149f, 0x1.5p-140f};
  for (float b : special) {
    for (float e : special) {
      for (int signs = 0; signs < 4; signs++) pairs.add(signs & 1 ? -b : b, signs & 2 ? -e : e);
      pairs.add(b, std::nanf(""));
      pairs.add(std::nanf(""), e);
    }
  }
  return pairs;
}

double error_in_ulp(float y, double exact) {
  float nearest = static_cast<float>(exact);
  if (nearest != nearest || y != y) return (nearest != nearest) == (y != y) ? 0 : HUGE_VAL;
  if (nearest == y) return std::signbit(nearest) == std::signbit(y) ? 0 : HUGE_VAL;
  if (std::isinf(nearest) || std::isinf(y))
    return std::abs(exact) > 0x1.fffffcp127 && !(std::abs(y) < 3e38f) ? 1 : HUGE_VAL;
  float magnitude = std::abs(nearest);
  double unit = static_cast<double>(std::nextafter(magnitude, std::numeric_limits<float>::infinity())) - magnitude;
  return std::abs(y - exact) / unit;
}

TEST(powers_are_near_the_exact_ones) {
  const Pairs x = arguments();
  std::vector<float> first, y(x.base.size());
  Settings settings;
  for (const std::string& isa : isas()) {
    settings.use(isa, 1);
    (*CRESSET_SELECT(power_probe))(y.data(), x.base.data(), x.exponent.data(), static_cast<int64_t>(y.size()));
    if (first.empty()) first = y;
    size_t differ = 0;
    for (size_t i = 0; i < y.size(); i++) differ += std::memcmp(&y[i], &first[i], sizeof(float)) != 0 && y[i] == y[i];
    CHECK_EQ(differ, size_t{0});
  }
  double worst = 0;
  size_t where = 0;
  for (size_t i = 0; i < y.size(); i++) {
    double error = error_in_ulp(y[i], std::pow(static_cast<double>(x.base[i]), static_cast<double>(x.exponent[i])));
    if (error <= worst) continue;
    worst = error;
    where = i;
  }
  std::printf("  pow      float32: %.3f ulp at %.9g, %.9g: %.9g\n", worst, static_cast<double>(x.base[where]),
              static_cast<double>(x.exponent[where]), static_cast<double>(y[where]));
  CHECK(worst <= 1.1);
}

}  // namespace
