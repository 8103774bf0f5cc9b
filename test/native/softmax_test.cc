#include <cmath>
#include <cstring>
#include <limits>

#include "test.h"

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

struct Extents {
  int64_t outer, size, inner;
  size_t count() const { return size_t(outer * size * inner); }
};

const Extents kExtents[] = {{1, 1, 1},  {5, 10, 1}, {3, 16, 1},   {4, 17, 1},   {2, 1000, 1}, {1, 100003, 1},
                            {2, 10, 7}, {3, 5, 16}, {2, 300, 33}, {1, 2, 1000}, {300, 3, 1},  {100, 2, 3}};

template <class T>
std::vector<T> values(size_t n, uint64_t state) {
  std::vector<T> x(n);
  for (T& v : x) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    v = T(double(state >> 40) / 1e6 - 8);
  }
  return x;
}

// body(at, step) for every line of the tensor.
template <class Body>
void for_each_line(const Extents& e, const Body& body) {
  for (int64_t o = 0; o < e.outer; o++) {
    for (int64_t i = 0; i < e.inner; i++) body(size_t(o * e.size * e.inner + i), size_t(e.inner));
  }
}

template <class T>
std::vector<double> reference_softmax(const Extents& e, const std::vector<T>& x, bool log) {
  std::vector<double> y(x.size());
  for_each_line(e, [&](size_t at, size_t step) {
    double top = -kInf, sum = 0;
    for (int64_t k = 0; k < e.size; k++) top = std::fmax(top, double(x[at + size_t(k) * step]));
    for (int64_t k = 0; k < e.size; k++) sum += std::exp(double(x[at + size_t(k) * step]) - top);
    for (int64_t k = 0; k < e.size; k++) {
      double shifted = double(x[at + size_t(k) * step]) - top - std::log(sum);
      y[at + size_t(k) * step] = log ? shifted : std::exp(shifted);
    }
  });
  return y;
}

template <class T>
std::vector<double> reference_backward(const Extents& e, const std::vector<T>& g, const std::vector<T>& y, bool log) {
  std::vector<double> dx(g.size());
  for_each_line(e, [&](size_t at, size_t step) {
    double sum = 0;
    for (int64_t k = 0; k < e.size; k++) {
      size_t i = at + size_t(k) * step;
      sum += double(g[i]) * (log ? 1 : double(y[i]));
    }
    for (int64_t k = 0; k < e.size; k++) {
      size_t i = at + size_t(k) * step;
      dx[i] = log ? double(g[i]) - std::exp(double(y[i])) * sum : (double(g[i]) - sum) * double(y[i]);
    }
  });
  return dx;
}

// Runs the kernel everywhere and gives the result when its bits are the same everywhere.
template <class T>
std::vector<T> run(const std::string& kernel, const Extents& e, std::vector<T> a, std::vector<T> b = {}) {
  std::vector<T> first;
  for_each_isa_and_threads([&] {
    std::vector<T> out(a.size());
    FakeBlocks blocks;
    std::vector<double> arguments = {
        code<T>, double(e.outer), double(e.size), double(e.inner), blocks.add(out), 0, blocks.add(a), 0};
    if (!b.empty()) arguments.insert(arguments.end(), {blocks.add(b), 0});
    call(kernel, arguments, blocks);
    if (first.empty()) first = out;
    CHECK(std::memcmp(out.data(), first.data(), out.size() * sizeof(T)) == 0);
  });
  return first;
}

template <class T>
void check_near(const std::vector<T>& got, const std::vector<double>& wanted, double tolerance) {
  for (size_t i = 0; i < got.size(); i++) CHECK_NEAR(got[i], wanted[i], tolerance * (1 + std::abs(wanted[i])));
}

template <class T>
void check_softmax(double tolerance) {
  for (const Extents& e : kExtents) {
    std::vector<T> x = values<T>(e.count(), 1), g = values<T>(e.count(), 2);
    for (bool log : {false, true}) {
      std::string name = log ? "log_softmax" : "softmax";
      std::vector<T> y = run(name, e, x);
      check_near(y, reference_softmax(e, x, log), tolerance);
      double scale = log ? double(e.size) : 1;
      check_near(run(name + "_backward", e, g, y), reference_backward(e, g, y, log), 10 * tolerance * scale);
    }
  }
}

}  // namespace

TEST(softmax_float32) { check_softmax<float>(1e-6); }
TEST(softmax_float64) { check_softmax<double>(1e-14); }

TEST(softmax_special_values) {
  std::vector<float> hidden = run<float>("softmax", {1, 3, 1}, {-INFINITY, 2, 2});
  CHECK(hidden == std::vector<float>({0, 0.5f, 0.5f}));
  for (float bad : {INFINITY, float(NAN)}) {
    for (float v : run<float>("softmax", {1, 3, 1}, {1, bad, 2})) CHECK(!(v > 0));
  }
  for (float v : run<float>("softmax", {1, 2, 1}, {-INFINITY, -INFINITY})) CHECK(std::isnan(v));
  for (float v : run<float>("log_softmax", {1, 2, 1}, {-INFINITY, -INFINITY})) CHECK(std::isnan(v));
  std::vector<float> large = run<float>("log_softmax", {1, 2, 1}, {1e6f, 1e6f - 1});
  CHECK_NEAR(large[0], -0.31326169, 1e-6);
}

TEST(softmax_in_place) {
  std::vector<float> x = {0, 0, 1, 1};
  FakeBlocks blocks;
  double id = blocks.add(x);
  call("softmax", {f32, 2, 2, 1, id, 0, id, 0}, blocks);
  CHECK(x == std::vector<float>({0.5f, 0.5f, 0.5f, 0.5f}));
}

TEST(softmax_refuses) {
  std::vector<float> x(4);
  FakeBlocks blocks;
  double id = blocks.add(x);
  CHECK_EQ(refusal("softmax", {i32, 2, 2, 1, id, 0, id, 0}, blocks), "expected float32 or float64");
  CHECK_EQ(refusal("softmax", {f32, 2, 3, 1, id, 0, id, 0}, blocks), "range outside the block");
  CHECK_EQ(refusal("softmax", {f32, 1e13, 1e13, 1, id, 0, id, 0}, blocks), "shape is too large");
  CHECK_EQ(refusal("softmax", {f32, 1e13, 0, 1e13, id, 0, id, 0}, blocks), "");
}
