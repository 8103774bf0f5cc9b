#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <numeric>

#include "test.h"

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

// A tensor with strides, some of its dimensions reduced.
struct Layout {
  std::vector<int64_t> size, stride;
  std::vector<bool> reduced;
  int64_t span = 1;

  // Contiguous in the order of `memory` (outermost first).
  Layout(std::vector<int64_t> sizes, std::vector<int> memory, std::vector<int> reduce)
      : size(sizes), stride(sizes.size()), reduced(sizes.size()) {
    for (size_t i = memory.size(); i-- > 0;) {
      stride[size_t(memory[i])] = span;
      span *= size[size_t(memory[i])];
    }
    for (int dim : reduce) reduced[size_t(dim)] = true;
  }

  std::vector<int64_t> pick(bool reduce, const std::vector<int64_t>& from) const {
    std::vector<int64_t> picked;
    for (size_t i = 0; i < size.size(); i++) {
      if (reduced[i] == reduce) picked.push_back(from[i]);
    }
    return picked;
  }
  int64_t count(bool reduce) const {
    std::vector<int64_t> sizes = pick(reduce, size);
    return std::accumulate(sizes.begin(), sizes.end(), int64_t{1}, std::multiplies<int64_t>());
  }

  // dtype, keep, reduce, outputs..., in
  std::vector<double> arguments(double dtype, std::vector<double> outputs, double in) const {
    std::vector<double> list = {dtype};
    for (bool reduce : {false, true}) {
      std::vector<int64_t> sizes = pick(reduce, size);
      list.push_back(double(sizes.size()));
      list.insert(list.end(), sizes.begin(), sizes.end());
    }
    list.insert(list.end(), outputs.begin(), outputs.end());
    list.push_back(in);
    list.push_back(0);
    for (bool reduce : {false, true}) {
      std::vector<int64_t> strides = pick(reduce, stride);
      list.insert(list.end(), strides.begin(), strides.end());
    }
    return list;
  }

  // Offsets of the elements of one output, in row-major order of the reduced dimensions.
  std::vector<int64_t> elements(int64_t output) const {
    std::vector<int64_t> keep = pick(false, size), keep_stride = pick(false, stride);
    int64_t base = 0;
    for (size_t i = keep.size(); i-- > 0; output /= keep[i]) base += output % keep[i] * keep_stride[i];
    std::vector<int64_t> sizes = pick(true, size), strides = pick(true, stride), offsets;
    for (int64_t r = 0; r < count(true); r++) {
      int64_t rest = r, offset = base;
      for (size_t i = sizes.size(); i-- > 0; rest /= sizes[i]) offset += rest % sizes[i] * strides[i];
      offsets.push_back(offset);
    }
    return offsets;
  }
};

std::vector<Layout> layouts() {
  return {
      {{1}, {0}, {0}},
      {{10}, {0}, {0}},
      {{1000003}, {0}, {0}},
      {{7, 10}, {0, 1}, {1}},
      {{7, 17}, {0, 1}, {0}},
      {{300, 63}, {0, 1}, {1}},
      {{2000, 100}, {0, 1}, {0}},
      {{3, 9000}, {0, 1}, {1}},
      {{3, 9000}, {1, 0}, {1}},
      {{4, 130, 5, 3}, {0, 1, 2, 3}, {1}},
      {{4, 13, 5, 30}, {0, 1, 2, 3}, {0, 2}},
      {{4, 13, 5, 30}, {0, 1, 2, 3}, {0, 3}},
      {{4, 13, 5, 30}, {3, 1, 0, 2}, {1, 2}},
      {{4, 13, 5, 30}, {3, 1, 0, 2}, {0, 1, 2, 3}},
      {{5, 6}, {0, 1}, {}},
      {{5, 6}, {1, 0}, {}},
  };
}

// Whole numbers are summed without rounding; the others show what rounding does.
template <class T>
std::vector<T> values(int64_t n, bool whole) {
  std::vector<T> x(static_cast<size_t>(n));
  uint64_t state = 42;
  for (T& v : x) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    int64_t step = int64_t(state >> 40) % 201 - 100;
    v = std::is_floating_point_v<T> ? T(whole ? double(step) : double(step) / 37 + 0.25) : T(step);
  }
  return x;
}

template <class Out>
void check_same(const std::vector<Out>& got, const std::vector<Out>& wanted) {
  CHECK(std::memcmp(got.data(), wanted.data(), got.size() * sizeof(Out)) == 0);
}

using Reference = std::function<double(const std::vector<double>&)>;

double sum_of(const std::vector<double>& x) { return double(std::accumulate(x.begin(), x.end(), 0.0L)); }
double mean_of(const std::vector<double>& x) { return sum_of(x) / double(x.size()); }
double squares_of(const std::vector<double>& x) {
  long double sum = 0;
  for (double v : x) sum += v * v;
  return double(sum);
}
double var_of(const std::vector<double>& x) {
  long double mean = mean_of(x), sum = 0;
  for (double v : x) sum += (v - mean) * (v - mean);
  return double(sum) / (double(x.size()) - 1);
}
double logsumexp_of(const std::vector<double>& x) {
  double top = *std::max_element(x.begin(), x.end()), sum = 0;
  for (double v : x) sum += std::exp(v - top);
  return top + std::log(sum);
}
double max_of(const std::vector<double>& x) { return *std::max_element(x.begin(), x.end()); }
double min_of(const std::vector<double>& x) { return *std::min_element(x.begin(), x.end()); }

// The reduction of every layout, on every instruction set and thread count, near the reference and the same bits.
template <class T, class Out>
void check_reduction(const std::string& kernel, const Reference& reference, double tolerance,
                     std::vector<double> more = {}) {
  for (const Layout& layout : layouts()) {
    if (kernel == "var" && layout.count(true) < 2) continue;
    std::vector<T> x = values<T>(layout.span, false);
    std::vector<Out> first;
    for_each_isa_and_threads([&] {
      std::vector<Out> out(static_cast<size_t>(layout.count(false)));
      FakeBlocks blocks;
      std::vector<double> arguments = layout.arguments(code<T>, {blocks.add(out), 0}, blocks.add(x));
      arguments.insert(arguments.end(), more.begin(), more.end());
      call(kernel, arguments, blocks);
      if (first.empty()) first = out;
      check_same(out, first);
    });
    for (size_t o = 0; o < first.size(); o += 1 + first.size() / 50) {
      std::vector<double> elements;
      double scale = 1;
      for (int64_t offset : layout.elements(int64_t(o))) elements.push_back(double(x[size_t(offset)]));
      for (double v : elements) scale += std::abs(v);
      if (kernel == "norm2") scale = 1 + squares_of(elements);
      if (kernel == "mean") scale = 10;
      if (kernel == "var" || kernel == "logsumexp") scale = 100;
      CHECK_NEAR(first[o], reference(elements), tolerance * scale);
    }
  }
}

template <class T>
void check_float_reductions(double tolerance) {
  check_reduction<T, T>("sum", sum_of, tolerance);
  check_reduction<T, T>("mean", mean_of, tolerance);
  check_reduction<T, T>("norm2", squares_of, tolerance);
  check_reduction<T, T>("var", var_of, tolerance, {1});
  check_reduction<T, T>("logsumexp", logsumexp_of, tolerance);
  check_reduction<T, T>("max", max_of, 0);
  check_reduction<T, T>("min", min_of, 0);
}

template <class T>
void check_integer_reductions() {
  check_reduction<T, int64_t>("sum", sum_of, 0);
  check_reduction<T, T>("max", max_of, 0);
  check_reduction<T, T>("min", min_of, 0);
}

template <class T>
void check_indices() {
  for (const Layout& layout : layouts()) {
    std::vector<T> x = values<T>(layout.span, true);
    for (bool most : {true, false}) {
      size_t outputs = size_t(layout.count(false));
      std::vector<int64_t> only(outputs), index(outputs);
      std::vector<T> value(outputs);
      for_each_isa_and_threads([&] {
        FakeBlocks blocks;
        double in = blocks.add(x), where = blocks.add(index), what = blocks.add(value), alone = blocks.add(only);
        call(most ? "argmax" : "argmin", layout.arguments(code<T>, {alone, 0}, in), blocks);
        call(most ? "max_with_index" : "min_with_index", layout.arguments(code<T>, {what, 0, where, 0}, in), blocks);
        check_same(only, index);
        for (size_t o = 0; o < outputs; o += 1 + outputs / 50) {
          std::vector<T> elements;
          for (int64_t offset : layout.elements(int64_t(o))) elements.push_back(x[size_t(offset)]);
          auto at = most ? std::max_element(elements.begin(), elements.end())
                         : std::min_element(elements.begin(), elements.end());
          CHECK_EQ(index[o], at - elements.begin());
          CHECK_EQ(value[o], *at);
        }
      });
    }
  }
}

template <class T>
double reduce_all(const std::string& kernel, std::vector<T> x, std::vector<double> more = {}) {
  std::vector<T> out(1);
  FakeBlocks blocks;
  double n = double(x.size());
  std::vector<double> arguments = {code<T>, 0, 1, n, blocks.add(out), 0, blocks.add(x), 0, 1};
  arguments.insert(arguments.end(), more.begin(), more.end());
  call(kernel, arguments, blocks);
  return double(out[0]);
}

bool truth(const std::string& kernel, std::vector<float> x) {
  std::vector<uint8_t> out(1);
  FakeBlocks blocks;
  call(kernel, {f32, 0, 1, double(x.size()), blocks.add(out), 0, blocks.add(x), 0, 1}, blocks);
  return out[0] != 0;
}

}  // namespace

TEST(reduce_float32) { check_float_reductions<float>(3e-7); }
TEST(reduce_float64) { check_float_reductions<double>(1e-14); }
TEST(reduce_integers) {
  check_integer_reductions<int64_t>();
  check_integer_reductions<int32_t>();
  check_integer_reductions<uint8_t>();
}
TEST(reduce_indices) {
  check_indices<float>();
  check_indices<double>();
  check_indices<int64_t>();
  check_indices<int32_t>();
  check_indices<uint8_t>();
}

TEST(reduce_prod) {
  CHECK_EQ(reduce_all<float>("prod", {1.5f, -2, 4}), -12);
  CHECK_EQ(reduce_all<int64_t>("prod", {3, -5, 7}), -105);
}

TEST(reduce_of_nothing) {
  CHECK_EQ(reduce_all<float>("sum", {}), 0);
  CHECK_EQ(reduce_all<float>("prod", {}), 1);
  CHECK(std::isnan(reduce_all<float>("mean", {})));
  CHECK(std::isnan(reduce_all<float>("var", {}, {1})));
  CHECK_EQ(reduce_all<double>("logsumexp", {}), -kInf);
  CHECK(!truth("any", {}));
  CHECK(truth("all", {}));
  std::vector<float> out(1);
  FakeBlocks blocks;
  double id = blocks.add(out);
  CHECK_EQ(refusal("max", {f32, 0, 1, 0, id, 0, id, 0, 1}, blocks), "no elements to choose from");
}

TEST(reduce_special_values) {
  for (const char* kernel : {"max", "min"}) {
    std::vector<double> x(100, 1);
    x[63] = kNan;
    CHECK(std::isnan(reduce_all(kernel, x)));
  }
  CHECK_EQ(reduce_all<double>("max", {-kInf, -kInf}), -kInf);
  CHECK_EQ(reduce_all<double>("logsumexp", {-kInf, -kInf}), -kInf);
  CHECK_EQ(reduce_all<double>("logsumexp", {1, kInf}), kInf);
  CHECK_NEAR(reduce_all<double>("logsumexp", {1000, 1000}), 1000 + std::log(2.0), 1e-12);
  CHECK_EQ(reduce_all<double>("var", {3}, {0}), 0);
  CHECK(std::isnan(reduce_all<double>("var", {3}, {1})));
  CHECK(truth("any", {0, 0, NAN}));
  CHECK(!truth("any", {0, -0.0f}));
  CHECK(!truth("all", {1, 0}));
}

TEST(reduce_index_of_nan_and_ties) {
  std::vector<float> x = {1, 5, 5, NAN, 7, NAN, 5, 5, 2, 2, 2, 2};
  std::vector<int64_t> out(3);
  FakeBlocks blocks;
  double in = blocks.add(x), index = blocks.add(out);
  call("argmax", {f32, 1, 3, 1, 4, index, 0, in, 0, 4, 1}, blocks);
  CHECK(out == std::vector<int64_t>({3, 1, 0}));
  call("argmin", {f32, 1, 3, 1, 4, index, 0, in, 0, 4, 1}, blocks);
  CHECK(out == std::vector<int64_t>({3, 1, 0}));
}

TEST(reduce_sum_is_accurate) {
  std::vector<float> x(1 << 24, 0.1f);
  CHECK_NEAR(reduce_all("sum", x), double(0.1f) * double(x.size()), 1);
  std::vector<float> shifted(100000);
  for (size_t i = 0; i < shifted.size(); i++) shifted[i] = 10000 + float(i % 2);
  CHECK_NEAR(reduce_all("var", shifted, {0}), 0.25, 1e-4);
}

TEST(reduce_repeated_memory) {
  std::vector<float> x = {3}, out(1);
  FakeBlocks blocks;
  double in = blocks.add(x), id = blocks.add(out);
  call("sum", {f32, 0, 1, 10000, id, 0, in, 0, 0}, blocks);
  CHECK_EQ(out[0], 30000);
  call("sum", {f32, 0, 2, 100, 100, id, 0, 0, 0.5, 0, 0}, blocks);
  CHECK_EQ(out[0], 5000);
  CHECK_EQ(refusal("sum", {f32, 0, 1, 1e13, id, 0, in, 0, 0}, blocks), "the operand repeats its memory too often");
}

TEST(reduce_refuses) {
  std::vector<float> x(6), out(2);
  FakeBlocks blocks;
  double in = blocks.add(x), id = blocks.add(out);
  CHECK_EQ(refusal("mean", {i32, 1, 2, 1, 3, id, 0, in, 0, 3, 1}, blocks), "the dtype must be float32 or float64");
  CHECK_EQ(refusal("norm2", {i32, 1, 2, 1, 3, id, 0, in, 0, 3, 1}, blocks), "the dtype must be float32 or float64");
  CHECK_EQ(refusal("sum", {f32, 1, 2, 1, 4, id, 0, in, 0, 3, 1}, blocks), "range outside the block");
  CHECK_EQ(refusal("sum", {f32, 1, 3, 1, 2, id, 0, in, 0, 2, 1}, blocks), "range outside the block");
}

TEST(reduce_cumsum) {
  std::vector<float> x = {1, 2, 3, 4, 5, 6}, out(6);
  std::vector<int32_t> whole = {1, -2, 3};
  std::vector<int64_t> sums(3);
  for_each_isa_and_threads([&] {
    FakeBlocks blocks;
    double in = blocks.add(x), id = blocks.add(out);
    call("cumsum", {f32, 2, 3, 1, id, 0, in, 0}, blocks);
    CHECK(out == std::vector<float>({1, 3, 6, 4, 9, 15}));
    call("cumsum", {f32, 1, 2, 3, id, 0, in, 0}, blocks);
    CHECK(out == std::vector<float>({1, 2, 3, 5, 7, 9}));
    call("cumsum", {i32, 1, 3, 1, blocks.add(sums), 0, blocks.add(whole), 0}, blocks);
    CHECK(sums == std::vector<int64_t>({1, -1, 2}));
  });
}
