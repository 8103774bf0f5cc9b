// The machinery under every elementwise kernel: layouts, broadcasts, aliases, chunks, refusals.
#include <algorithm>
#include <cstring>
#include <random>

#include "test.h"

namespace {

std::mt19937 generator(7);

int64_t random_below(int64_t n) { return static_cast<int64_t>(generator() % static_cast<uint64_t>(n)); }

template <class T>
std::vector<T> random_values(size_t n) {
  std::vector<T> values(n);
  for (T& value : values) value = static_cast<T>(static_cast<int>(generator() % 200) - 100) / T(4);
  return values;
}

// A random layout of `shape` in a buffer of its own: dimensions permuted, reversed, spread out, or (not for outputs)
// broadcast.
struct Layout {
  int64_t offset = 0, elements = 1;
  std::vector<int64_t> stride;

  Layout(const std::vector<int64_t>& shape, bool output) : stride(shape.size()) {
    std::vector<size_t> order(shape.size());
    for (size_t d = 0; d < order.size(); d++) order[d] = order.size() - 1 - d;
    if (random_below(2)) std::shuffle(order.begin(), order.end(), generator);
    int64_t step = random_below(4) ? 1 : 2;
    for (size_t d : order) {
      if (!output && random_below(4) == 0) continue;
      stride[d] = step;
      elements += step * (shape[d] - 1);
      if (random_below(5) == 0) {
        stride[d] = -step;
        offset += step * (shape[d] - 1);
      }
      step *= shape[d] + (random_below(6) == 0);
    }
  }

  int64_t at(const std::vector<int64_t>& shape, int64_t element) const {
    int64_t position = offset;
    for (size_t d = shape.size(); d-- > 0; element /= shape[d]) position += stride[d] * (element % shape[d]);
    return position;
  }

  void append(std::vector<double>& arguments, double block) const {
    arguments.push_back(block);
    arguments.push_back(static_cast<double>(offset));
    for (int64_t s : stride) arguments.push_back(static_cast<double>(s));
  }
};

template <class T>
void check_random_layouts(const std::string& kernel, T (*expected)(T, T)) {
  for (int round = 0; round < 300; round++) {
    std::vector<int64_t> shape(static_cast<size_t>(random_below(5)));
    for (int64_t& size : shape) size = 1 + random_below(round % 3 == 0 ? 90 : 7);
    while (shape.size() > 2 && round % 3 == 0) shape.pop_back();
    int64_t count = 1;
    for (int64_t size : shape) count *= size;
    Layout to(shape, true), a(shape, false), b(shape, false);
    auto x = random_values<T>(static_cast<size_t>(a.elements));
    auto y = random_values<T>(static_cast<size_t>(b.elements));
    std::vector<T> out(static_cast<size_t>(to.elements), T(77));
    FakeBlocks blocks;
    std::vector<double> arguments = {code<T>, static_cast<double>(shape.size())};
    arguments.insert(arguments.end(), shape.begin(), shape.end());
    to.append(arguments, blocks.add(out));
    a.append(arguments, blocks.add(x));
    b.append(arguments, blocks.add(y));
    std::vector<T> wanted = out;
    for (int64_t i = 0; i < count; i++) {
      wanted[static_cast<size_t>(to.at(shape, i))] =
          expected(x[static_cast<size_t>(a.at(shape, i))], y[static_cast<size_t>(b.at(shape, i))]);
    }
    call(kernel, arguments, blocks);
    CHECK(out == wanted);
  }
}

TEST(map_walks_any_layout) {
  Settings settings;
  for (const std::string& isa : isas()) {
    settings.use(isa, 2);
    check_random_layouts<float>("sub", [](float a, float b) { return a - b; });
    check_random_layouts<double>("mul", [](double a, double b) { return a * b; });
    check_random_layouts<uint8_t>("add", [](uint8_t a, uint8_t b) { return static_cast<uint8_t>(a + b); });
    check_random_layouts<int64_t>("sub", [](int64_t a, int64_t b) { return a - b; });
  }
}

TEST(map_of_many_chunks_is_the_same_for_any_thread_count) {
  const int64_t n = 1000003;
  auto x = random_values<float>(n), y = random_values<float>(n);
  for_each_isa_and_threads([&] {
    std::vector<float> out(n);
    FakeBlocks blocks;
    call("add", {f32, 1, double(n), blocks.add(out), 0, 1, blocks.add(x), 0, 1, blocks.add(y), 0, 1}, blocks);
    bool right = true;
    for (size_t i = 0; i < n; i++) right &= out[i] == x[i] + y[i];
    CHECK(right);
  });
}

TEST(map_takes_immediates_and_writes_in_place) {
  for (int64_t n : {0, 1, 7, 8, 9, 15, 16, 17, 513, 70001}) {
    auto x = random_values<float>(static_cast<size_t>(n));
    auto wanted = x;
    for (float& v : wanted) v = v * 0.1f;
    FakeBlocks blocks;
    double block = blocks.add(x);
    call("mul", {f32, 1, double(n), block, 0, 1, block, 0, 1, 0, 0.1, 0}, blocks);
    CHECK(x == wanted);
  }
}

TEST(map_of_a_bias_and_a_column) {
  const int64_t rows = 301, columns = 257;
  auto x = random_values<float>(rows * columns), bias = random_values<float>(columns),
       column = random_values<float>(rows);
  std::vector<float> sum(rows * columns), product(rows * columns);
  FakeBlocks blocks;
  double in = blocks.add(x);
  call("add", {f32, 2, rows, columns, blocks.add(sum), 0, columns, 1, in, 0, columns, 1, blocks.add(bias), 0, 0, 1},
       blocks);
  call("mul",
       {f32, 2, rows, columns, blocks.add(product), 0, columns, 1, in, 0, columns, 1, blocks.add(column), 0, 1, 0},
       blocks);
  bool right = true;
  for (size_t r = 0; r < rows; r++) {
    for (size_t c = 0; c < columns; c++) {
      right &= sum[r * columns + c] == x[r * columns + c] + bias[c];
      right &= product[r * columns + c] == x[r * columns + c] * column[r];
    }
  }
  CHECK(right);
}

TEST(map_of_transposed_inputs) {
  const int64_t rows = 601, columns = 403;
  auto x = random_values<float>(rows * columns), y = random_values<float>(rows * columns);
  for_each_isa_and_threads([&] {
    std::vector<float> out(rows * columns);
    FakeBlocks blocks;
    double left = blocks.add(x), right = blocks.add(y);
    call("sub", {f32, 2, rows, columns, blocks.add(out), 0, columns, 1, left, 0, 1, rows, right, 0, columns, 1},
         blocks);
    bool correct = true;
    for (size_t r = 0; r < rows; r++) {
      for (size_t c = 0; c < columns; c++) {
        correct &= out[r * columns + c] == x[c * rows + r] - y[r * columns + c];
      }
    }
    CHECK(correct);
  });
}

TEST(map_refuses_what_it_cannot_do) {
  std::vector<float> x(8);
  std::vector<uint8_t> flags(8);
  FakeBlocks blocks;
  double block = blocks.add(x), bools = blocks.add(flags);
  CHECK(refusal("add", {f32, 1, 8, block, 0, 1, block, 0, 1, 0, 1, 0}, blocks).empty());
  CHECK(!refusal("add", {f32, 1, 8, block, 1, 1, block, 0, 1, 0, 1, 0}, blocks).empty());  // beyond the block
  CHECK(!refusal("add", {f32, 1, 8, block, 0, 0, block, 0, 1, 0, 1, 0}, blocks).empty());  // output broadcast
  CHECK(
      !refusal("add", {f32, 2, 3, 4, block, 0, 1, 1, block, 0, 0, 1, 0, 1, 0, 0}, blocks).empty());  // output overlaps
  CHECK(!refusal("add", {f32, 1, 1e12, 0, 1, 0, 0, 1, 0, 0, 1, 0}, blocks).empty());                 // output immediate
  CHECK(!refusal("add", {b1, 1, 8, bools, 0, 1, bools, 0, 1, bools, 0, 1}, blocks).empty());         // bools do not add
  CHECK(!refusal("div", {i32, 1, 8, block, 0, 1, block, 0, 1, 0, 1, 0}, blocks).empty());
  CHECK(!refusal("eq", {f32, 1, 9, bools, 0, 1, block, 0, 0, block, 0, 0}, blocks).empty());
}

}  // namespace
