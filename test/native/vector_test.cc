// Every operation of the vector classes, on every instruction set, against plain C++.
#include <cstring>
#include <limits>

#include "simd/vector.h"
#include "test.h"

namespace cresset {

// What a loop over one instruction set's vectors writes: one array for each operation.
constexpr int kOperations = 29;
template <class T>
using Probe = void (*)(T* out, unsigned* masks, const T* a, const T* b, const T* c, int64_t n);

}  // namespace cresset

#define CRESSET_SOURCE "vector_probe.inc"
#include "simd/foreach_isa.h"

namespace {

template <class T>
std::vector<T> interesting() {
  using L = std::numeric_limits<T>;
  return {T(0),
          T(-0.0),
          T(1),
          T(-1),
          T(0.5),
          T(-0.5),
          T(1.5),
          T(2.5),
          T(-2.5),
          T(3.7),
          T(-3.7),
          L::infinity(),
          -L::infinity(),
          L::quiet_NaN(),
          L::max(),
          L::lowest(),
          L::min(),
          -L::min(),
          L::denorm_min(),
          -L::denorm_min(),
          T(8388607.5),
          T(-8388607.5),
          T(4503599627370495.5),
          T(1e30),
          1 + L::epsilon(),
          1 - L::epsilon() / 2,
          T(1) / 3};
}

template <class T>
T exact_fma(T a, T b, T c) {
  return std::fma(a, b, c);
}

template <class T>
T flip_sign(T v) {
  return std::copysign(v, std::signbit(v) ? T(1) : T(-1));
}

template <class T>
using BitsOf = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;

template <class T>
BitsOf<T> bits(T v) {
  BitsOf<T> b;
  std::memcpy(&b, &v, sizeof b);
  return b;
}

template <class T>
T value(BitsOf<T> b) {
  T v;
  std::memcpy(&v, &b, sizeof v);
  return v;
}

// The same operations in the same order as vector_probe.inc.
template <class T>
void expected(T* out, unsigned* masks, T a, T b, T c) {
  const T results[kOperations] = {a + b,
                                  a - b,
                                  a * b,
                                  a / b,
                                  exact_fma(a, b, c),
                                  flip_sign(a),
                                  a < b ? a : b,
                                  a > b ? a : b,
                                  a != a   ? a
                                  : b != b ? b
                                  : b < a  ? b
                                           : a,
                                  a != a   ? a
                                  : b != b ? b
                                  : b > a  ? b
                                           : a,
                                  std::abs(a),
                                  std::sqrt(a),
                                  std::floor(a),
                                  std::ceil(a),
                                  std::trunc(a),
                                  std::nearbyint(a),
                                  std::copysign(a, b),
                                  a < b ? b : c,
                                  value<T>(bits(a) & bits(b)),
                                  value<T>(bits(a) | bits(b)),
                                  value<T>(bits(a) ^ bits(b)),
                                  value<T>(~bits(a) & bits(b)),
                                  value<T>(bits(a) + bits(b)),
                                  value<T>(bits(a) - bits(b)),
                                  value<T>(bits(a) << 7),
                                  value<T>(bits(a) >> 7),
                                  T(3),
                                  value<T>(12345),
                                  a != a ? b : a};
  for (int k = 0; k < kOperations; k++) out[k] = results[k];
  bool tests[] = {a<b, a <= b, a> b,  a >= b,  a == b, a != b, a != a, a < b && b < c, a < b || b < c,
                  (a < b) != (b < c), !(a < b)};
  *masks = 0;
  for (unsigned k = 0; k < 11; k++) *masks |= static_cast<unsigned>(tests[k]) << k;
}

template <class T>
bool same(T a, T b) {
  return (a != a && b != b) || bits(a) == bits(b);
}

template <class T>
void check_operations(Probe<T> probe) {
  std::vector<T> values = interesting<T>();
  std::vector<T> a, b, c;
  for (T x : values) {
    for (T y : values) {
      for (T z : values) {
        a.push_back(x);
        b.push_back(y);
        c.push_back(z);
      }
    }
  }
  size_t n = a.size();
  std::vector<T> out(n * kOperations);
  std::vector<unsigned> masks(n);
  probe(out.data(), masks.data(), a.data(), b.data(), c.data(), static_cast<int64_t>(n));
  for (size_t i = 0; i < n; i++) {
    T wanted[kOperations];
    unsigned wanted_mask;
    expected(wanted, &wanted_mask, a[i], b[i], c[i]);
    for (size_t k = 0; k < kOperations; k++) {
      if (!same(out[k * n + i], wanted[k])) {
        CHECK_EQ(out[k * n + i], wanted[k]);
        CHECK_EQ(k, size_t{999});
        return;
      }
    }
    CHECK_EQ(masks[i], wanted_mask);
  }
}

TEST(vector_operations_agree_with_plain_arithmetic) {
  Settings settings;
  for (const std::string& isa : isas()) {
    settings.use(isa, 1);
    check_operations<float>(CRESSET_SELECT(probe_float));
    check_operations<double>(CRESSET_SELECT(probe_double));
  }
}

TEST(vector_fma_of_float_rounds_once) {
  // Random representations meet double rounding, cancellation and subnormal results often enough.
  std::vector<float> a, b, c;
  uint64_t state = 1;
  for (int i = 0; i < 300000; i++) {
    float v[3];
    for (float& x : v) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      x = value<float>(static_cast<uint32_t>(state >> 32));
    }
    if (i % 2) v[2] = -v[0] * v[1] * (i % 4 == 1 ? 1.0f : 1.0000001f);
    if (i % 5 == 0) v[2] = std::ldexp(v[0] * v[1], i % 60 - 30);
    a.push_back(v[0]);
    b.push_back(v[1]);
    c.push_back(v[2]);
  }
  size_t n = a.size();
  std::vector<float> out(n * kOperations);
  std::vector<unsigned> masks(n);
  Settings settings;
  for (const std::string& isa : isas()) {
    settings.use(isa, 1);
    CRESSET_SELECT(probe_float)(out.data(), masks.data(), a.data(), b.data(), c.data(), static_cast<int64_t>(n));
    for (size_t i = 0; i < n; i++) {
      float wanted = std::fma(a[i], b[i], c[i]);
      if (!same(out[4 * n + i], wanted)) CHECK_EQ(out[4 * n + i], wanted);
    }
  }
}

}  // namespace
