#include <algorithm>
#include <cstring>
#include <limits>

#include "kernels/leaky_relu.h"
#include "test.h"

namespace {

constexpr int64_t kSizes[] = {0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 127, 1000, 32768, 32769, 1000003};

template <class T>
std::vector<T> samples(int64_t n) {
  constexpr T infinity = std::numeric_limits<T>::infinity();
  const T special[] = {T(0),
                       T(-0.0),
                       infinity,
                       -infinity,
                       T(NAN),
                       std::numeric_limits<T>::denorm_min(),
                       -std::numeric_limits<T>::denorm_min(),
                       T(400),
                       T(-400),
                       T(0.3),
                       T(-0.3),
                       T(-1e-38),
                       T(-2)};
  std::vector<T> values(static_cast<size_t>(n));
  for (size_t i = 0; i < values.size(); i++) values[i] = i % 3 ? special[i * 7 % 13] : T(i % 1001) - T(500.25);
  return values;
}

template <class T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
  for (size_t i = 0; i < a.size(); i++) {
    if (a[i] != a[i] && b[i] != b[i]) continue;
    if (std::memcmp(&a[i], &b[i], sizeof(T)) != 0) return false;
  }
  return a.size() == b.size();
}

template <class T>
void check_all(int64_t n, double slope) {
  const T s = static_cast<T>(slope);
  std::vector<T> x = samples<T>(n), g = samples<T>(n), y(x.size()), dx(x.size());
  std::reverse(g.begin(), g.end());
  std::vector<uint8_t> mask(static_cast<size_t>(mask_bytes(n)));
  for (size_t i = 0; i < x.size(); i++) {
    y[i] = x[i] > 0 ? x[i] : x[i] * s;
    dx[i] = x[i] > 0 ? g[i] : g[i] * s;
    if (x[i] > 0) mask[i / 8] = static_cast<uint8_t>(mask[i / 8] | 1 << i % 8);
  }
  std::vector<T> out(x.size());
  std::vector<uint8_t> signs(mask.size(), 0xff);
  FakeBlocks blocks;
  double in = blocks.add(x), gradient = blocks.add(g), to = blocks.add(out), bits = blocks.add(signs);
  double count = static_cast<double>(n);
  call("leaky_relu", {code<T>, count, to, 0, in, 0, 0, 0, slope}, blocks);
  CHECK(same(out, y));
  std::fill(out.begin(), out.end(), T(5));
  call("leaky_relu", {code<T>, count, to, 0, in, 0, bits, 0, slope}, blocks);
  CHECK(same(out, y));
  CHECK(signs == mask);
  call("leaky_relu_backward", {code<T>, count, to, 0, gradient, 0, bits, 0, slope}, blocks);
  CHECK(same(out, dx));
  std::fill(out.begin(), out.end(), T(5));
  call("leaky_relu_backward_input", {code<T>, count, to, 0, gradient, 0, in, 0, slope}, blocks);
  CHECK(same(out, dx));
  std::fill(signs.begin(), signs.end(), uint8_t{0});
  call("leaky_relu", {code<T>, count, in, 0, in, 0, bits, 0, slope}, blocks);
  CHECK(same(x, y));
  CHECK(signs == mask);
  call("leaky_relu_backward", {code<T>, count, gradient, 0, gradient, 0, bits, 0, slope}, blocks);
  CHECK(same(g, dx));
}

TEST(leaky_relu_is_the_formula_to_the_bit) {
  for_each_isa_and_threads([] {
    for (int64_t n : kSizes) {
      check_all<float>(n, 0.01);
      check_all<double>(n, 0.01);
    }
    for (double slope : {0.0, -0.2, 1.0, 3.0, 1e-50, HUGE_VAL, double(NAN)}) {
      check_all<float>(1000, slope);
      check_all<double>(1000, slope);
    }
  });
}

TEST(leaky_relu_takes_any_alignment_and_writes_nothing_else) {
  Settings settings;
  for (const std::string& isa : isas()) {
    settings.use(isa, 1);
    for (size_t shift = 0; shift < 20; shift++) {
      const int64_t n = 150;
      std::vector<float> x = samples<float>(200), out(200, 9.0f);
      std::vector<uint8_t> mask(40, 0xaa);
      leaky_relu_forward(Dtype::float32, n, out.data() + shift, x.data() + 20 - shift, mask.data() + shift, 0.1);
      for (size_t i = 0; i < out.size(); i++) {
        bool inside = i >= shift && i < shift + 150;
        float v = inside ? x[i - shift + 20 - shift] : 9.0f;
        float wanted = !inside || v > 0 ? v : v * 0.1f;
        CHECK((out[i] != out[i] && wanted != wanted) || out[i] == wanted);
      }
      for (size_t i = 0; i < mask.size(); i++) {
        if (i < shift || i >= shift + 19) CHECK_EQ(mask[i], uint8_t{0xaa});
      }
      CHECK_EQ(mask[shift + 18] >> 6, 0);
    }
  }
}

// Large enough for streaming stores.
TEST(leaky_relu_of_a_large_array) {
  const size_t n = (size_t{24} << 20) / sizeof(float) + 77;
  std::vector<float> x = samples<float>(static_cast<int64_t>(n)), y(n + 16);
  std::vector<uint8_t> mask(static_cast<size_t>(mask_bytes(static_cast<int64_t>(n))));
  Settings settings;
  for (const std::string& isa : isas()) {
    settings.use(isa, 2);
    // 64-byte aligned, as the allocator's blocks are, so that the stores may stream.
    float* out = reinterpret_cast<float*>((reinterpret_cast<uintptr_t>(y.data()) + 63) & ~uintptr_t{63});
    int64_t count = static_cast<int64_t>(n);
    bool right = true;
    leaky_relu_forward(Dtype::float32, count, out, x.data(), mask.data(), 0.5);
    for (size_t i = 0; i < n; i++) {
      float wanted = x[i] > 0 ? x[i] : x[i] * 0.5f;
      right &= (out[i] == wanted || wanted != wanted) && (mask[i / 8] >> i % 8 & 1) == (x[i] > 0);
    }
    leaky_relu_backward(Dtype::float32, count, out, x.data(), mask.data(), 0.25);
    for (size_t i = 0; i < n; i++) {
      float wanted = x[i] > 0 ? x[i] : x[i] * 0.25f;
      right &= out[i] == wanted || wanted != wanted;
    }
    leaky_relu_backward_input(Dtype::float32, count, out, x.data(), x.data(), 2);
    for (size_t i = 0; i < n; i++) {
      float wanted = x[i] > 0 ? x[i] : x[i] * 2;
      right &= out[i] == wanted || wanted != wanted;
    }
    CHECK(right);
  }
}

TEST(leaky_relu_refuses_what_it_cannot_do) {
  std::vector<float> x(16);
  std::vector<uint8_t> mask(2);
  FakeBlocks blocks;
  double block = blocks.add(x), bits = blocks.add(mask);
  CHECK(refusal("leaky_relu", {f32, 16, block, 0, block, 0, bits, 0, 0.1}, blocks).empty());
  CHECK(!refusal("leaky_relu", {f32, 17, block, 0, block, 0, 0, 0, 0.1}, blocks).empty());
  CHECK(!refusal("leaky_relu", {f32, 16, block, 0, block, 0, bits, 1, 0.1}, blocks).empty());
  CHECK(!refusal("leaky_relu", {i32, 16, block, 0, block, 0, bits, 0, 0.1}, blocks).empty());
  CHECK(!refusal("leaky_relu_backward", {f32, 16, block, 0, block, 0, 0, 0, 0.1}, blocks).empty());
  CHECK(!refusal("leaky_relu_backward", {f32, 16, 99, 0, block, 0, bits, 0, 0.1}, blocks).empty());
}

}  // namespace
