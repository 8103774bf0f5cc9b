// PReLU in every geometry: values, both gradients against a plain loop, the same bits on every instruction set and with any
// number of threads.
#include <cstring>

#include "test.h"

namespace {

struct Extents {
  int64_t outer, channels, inner;
  size_t count() const { return static_cast<size_t>(outer * channels * inner); }
};

const Extents kExtents[] = {{1, 1, 1},    {1, 1, 7},     {1, 1, 100003}, {0, 3, 5},      {2, 0, 3},     {4, 3, 1},
                            {1000, 3, 1}, {20011, 7, 1}, {5, 3, 4},      {300, 3, 60},   {2, 3, 64},    {2, 3, 10007},
                            {3, 5000, 1}, {7, 600, 1},   {1, 10000, 1},  {100, 700, 13}, {2, 1, 100000}};

template <class T>
std::vector<T> values(size_t n, uint64_t state) {
  const T special[] = {T(0), T(-0.0), T(1e-40), T(-2), T(3)};
  std::vector<T> x(n);
  for (T& v : x) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    T random = static_cast<T>(static_cast<double>(static_cast<int64_t>(state)) * 2e-19);
    v = state >> 60 == 0 ? special[(state >> 40) % 5] : random;
  }
  return x;
}

template <class T>
void check_extents(const Extents& e) {
  std::vector<T> x = values<T>(e.count(), 1), g = values<T>(e.count(), 2);
  std::vector<T> weight = values<T>(static_cast<size_t>(e.channels), 3);
  std::vector<T> y(x.size()), dx(x.size()), first_dw;
  std::vector<long double> dw(weight.size()), magnitude(weight.size());
  for (size_t i = 0; i < x.size(); i++) {
    size_t c = i / static_cast<size_t>(e.inner) % weight.size();
    y[i] = x[i] > 0 ? x[i] : x[i] * weight[c];
    dx[i] = x[i] > 0 ? g[i] : g[i] * weight[c];
    long double term = x[i] > 0 ? 0 : static_cast<long double>(g[i]) * x[i];
    dw[c] += term;
    magnitude[c] += std::abs(term);
  }
  for_each_isa_and_threads([&] {
    FakeBlocks blocks;
    std::vector<T> out(x.size(), 5), out_dw(weight.size(), 5), alone(weight.size(), 5), in_place = g;
    double in = blocks.add(x), slopes = blocks.add(weight), to = blocks.add(out), sums = blocks.add(out_dw);
    std::vector<double> head = {code<T>, double(e.outer), double(e.channels), double(e.inner)};
    auto with = [&](std::vector<double> more) {
      more.insert(more.begin(), head.begin(), head.end());
      return more;
    };
    auto same = [](const std::vector<T>& a, const std::vector<T>& b) {
      return a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
    };
    call("prelu", with({to, 0, in, 0, slopes, 0}), blocks);
    CHECK(same(out, y));
    double gradient = blocks.add(g), target = blocks.add(in_place);
    call("prelu_backward", with({to, 0, sums, 0, gradient, 0, in, 0, slopes, 0}), blocks);
    CHECK(same(out, dx));
    for (size_t c = 0; c < dw.size(); c++) {
      long double limit = 1e-44L + magnitude[c] * (sizeof(T) == 4 ? 1e-6L : 5e-15L);
      CHECK(std::abs(out_dw[c] - dw[c]) <= limit);
    }
    if (first_dw.empty()) first_dw = out_dw;
    CHECK(same(out_dw, first_dw));
    call("prelu_backward", with({0, 0, blocks.add(alone), 0, gradient, 0, in, 0, slopes, 0}), blocks);
    CHECK(same(alone, first_dw));
    call("prelu_backward", with({target, 0, 0, 0, target, 0, in, 0, slopes, 0}), blocks);
    CHECK(same(in_place, dx));
  });
}

TEST(prelu_and_its_gradients) {
  for (const Extents& e : kExtents) {
    check_extents<float>(e);
    check_extents<double>(e);
  }
}

TEST(prelu_of_special_values) {
  const double inf = HUGE_VAL, nan = NAN;
  std::vector<double> x = {nan, inf, -inf, -2}, weight = {0.25}, g = {3, 3, 3, 3}, out(4), dw(1);
  FakeBlocks blocks;
  double in = blocks.add(x), to = blocks.add(out), slope = blocks.add(weight), gradient = blocks.add(g);
  call("prelu", {f64, 1, 1, 4, to, 0, in, 0, slope, 0}, blocks);
  CHECK(std::isnan(out[0]) && out[1] == inf && out[2] == -inf && out[3] == -0.5);
  call("prelu_backward", {f64, 1, 1, 4, to, 0, blocks.add(dw), 0, gradient, 0, in, 0, slope, 0}, blocks);
  CHECK(out[0] == 0.75 && out[1] == 3 && out[2] == 0.75 && out[3] == 0.75);
  CHECK(std::isnan(dw[0]));
}

TEST(prelu_refuses_what_it_cannot_hold) {
  std::vector<float> x(12), weight(3);
  FakeBlocks blocks;
  double in = blocks.add(x), slopes = blocks.add(weight);
  CHECK(refusal("prelu", {f32, 2, 3, 2, in, 0, in, 0, slopes, 0}, blocks).empty());
  CHECK(!refusal("prelu", {f32, 3, 3, 2, in, 0, in, 0, slopes, 0}, blocks).empty());
  CHECK(!refusal("prelu", {f32, 2, 4, 1, in, 0, in, 0, slopes, 0}, blocks).empty());
  CHECK(!refusal("prelu", {f32, 1e13, 1e13, 1e13, in, 0, in, 0, slopes, 0}, blocks).empty());
  CHECK(!refusal("prelu", {i64, 1, 1, 1, in, 0, in, 0, slopes, 0}, blocks).empty());
}

}  // namespace
