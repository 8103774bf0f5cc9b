#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "test.h"

namespace {

using Floats = std::vector<float>;
using Longs = std::vector<int64_t>;

uint64_t next(uint64_t& state) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return state >> 33;
}

template <class T>
std::vector<T> values(size_t n, uint64_t state, int64_t range = 2001) {
  std::vector<T> x(n);
  for (T& v : x) v = T(int64_t(next(state)) % range - (std::is_unsigned_v<T> ? 0 : range / 2));
  return x;
}

Longs indices(size_t n, uint64_t state, int64_t bound) {
  Longs x(n);
  for (int64_t& v : x) v = int64_t(next(state)) % bound;
  return x;
}

}  // namespace

TEST(index_select_and_add) {
  for (int64_t inner : {1, 3, 300}) {
    constexpr int64_t outer = 4, size = 50, count = 700;
    Longs index = indices(count, 5, size);
    std::vector<int32_t> narrow(index.begin(), index.end());
    Floats in = values<float>(size_t(outer * size * inner), 1), out(size_t(outer * count * inner));
    Floats wanted(in.size(), 1);
    for (int64_t o = 0; o < outer; o++) {
      for (int64_t c = 0; c < count; c++) {
        for (int64_t i = 0; i < inner; i++) {
          float& to = wanted[size_t((o * size + index[size_t(c)]) * inner + i)];
          to += 0.37f * in[size_t((o * size + index[size_t(c)]) * inner + i)];
        }
      }
    }
    for_each_isa_and_threads([&] {
      FakeBlocks blocks;
      double to = blocks.add(out), from = blocks.add(in);
      call("index_select", {f32, outer, size, double(inner), count, to, 0, from, 0, i32, blocks.add(narrow), 0},
           blocks);
      for (int64_t k = 0; k < outer * count * inner; k += 7) {
        int64_t row = index[size_t(k / inner % count)];
        CHECK_EQ(out[size_t(k)], in[size_t((k / inner / count * size + row) * inner + k % inner)]);
      }
      Floats sums(in.size(), 1);
      call("index_add",
           {f32, outer, size, double(inner), count, blocks.add(sums), 0, to, 0, i64, blocks.add(index), 0, 0.37},
           blocks);
      CHECK(sums == wanted);
    });
  }
}

TEST(index_out_of_range) {
  Floats in(20), out(20);
  Longs index = {0, 1, 7, -1};
  FakeBlocks blocks;
  double from = blocks.add(in), to = blocks.add(out), at = blocks.add(index);
  CHECK_EQ(refusal("index_select", {f32, 1, 5, 2, 4, to, 0, from, 0, i64, at, 0}, blocks),
           "index 7 is out of range [0, 5)");
  CHECK_EQ(refusal("index_select", {f32, 1, 8, 2, 4, to, 0, from, 0, i64, at, 0}, blocks),
           "index -1 is out of range [0, 8)");
  CHECK_EQ(refusal("index_add", {f32, 1, 5, 2, 4, to, 0, from, 0, i64, at, 0, 1}, blocks),
           "index 7 is out of range [0, 5)");
  CHECK_EQ(refusal("gather", {f32, 1, 4, 0, 5, to, 0, from, 0, 1, i64, at, 0}, blocks),
           "index 7 is out of range [0, 5)");
  CHECK_EQ(refusal("scatter", {f32, 1, 4, 0, 0, to, 0, 1, i64, at, 0, from, 0, 1}, blocks),
           "index 0 is out of range [0, 0)");
  CHECK_EQ(refusal("one_hot", {f32, 4, 4, to, 0, i64, at, 0}, blocks), "index 7 is out of range [0, 4)");
  CHECK_EQ(refusal("gather", {f32, 1, 4, 0, 5, to, 0, from, 0, 1, f32, at, 0}, blocks),
           "indices must be int64, int32 or uint8");
}

TEST(index_gather_and_scatter) {
  constexpr int64_t a = 6, b = 40, c = 70, size = 9;
  for (int dim = 0; dim < 3; dim++) {
    int64_t reach[3] = {a, b, c};
    reach[dim] = size;
    // The indexed tensor is stored with its dimensions reversed.
    int64_t stride[3] = {1, reach[0], reach[0] * reach[1]};
    Floats x = values<float>(size_t(reach[0] * reach[1] * reach[2]), 7), source = values<float>(size_t(a * b * c), 8);
    Longs index = indices(size_t(a * b * c), 9, size);
    Floats gathered(index.size()), scattered = x, added = x;
    size_t k = 0;
    for (int64_t i = 0; i < a; i++) {
      for (int64_t j = 0; j < b; j++) {
        for (int64_t l = 0; l < c; l++, k++) {
          int64_t at[3] = {i, j, l};
          at[dim] = index[k];
          size_t offset = size_t(at[0] * stride[0] + at[1] * stride[1] + at[2] * stride[2]);
          gathered[k] = x[offset];
          scattered[offset] = source[k];
          added[offset] += source[k];
        }
      }
    }
    for_each_isa_and_threads([&] {
      Floats out(index.size()), assigned = x, sums = x;
      FakeBlocks blocks;
      double at = blocks.add(index), from = blocks.add(source),
             strides[3] = {double(stride[0]), double(stride[1]), double(stride[2])};
      std::vector<double> head = {f32, 3, a, b, c, double(dim), size};
      std::vector<double> arguments = head;
      arguments.insert(arguments.end(), {blocks.add(out), 0, blocks.add(x), 0});
      arguments.insert(arguments.end(), strides, strides + 3);
      arguments.insert(arguments.end(), {i64, at, 0});
      call("gather", arguments, blocks);
      CHECK(out == gathered);
      for (bool add : {false, true}) {
        arguments = head;
        arguments.insert(arguments.end(), {blocks.add(add ? sums : assigned), 0});
        arguments.insert(arguments.end(), strides, strides + 3);
        arguments.insert(arguments.end(), {i64, at, 0, from, 0, b * c, c, 1});
        call(add ? "scatter_add" : "scatter", arguments, blocks);
      }
      CHECK(assigned == scattered);
      CHECK(sums == added);
    });
  }
}

TEST(index_scatter_an_immediate) {
  Floats out(5);
  Longs index = {3, 1, 3};
  FakeBlocks blocks;
  double to = blocks.add(out), at = blocks.add(index);
  call("scatter_add", {f32, 1, 3, 0, 5, to, 0, 1, i64, at, 0, 0, 2.5, 0}, blocks);
  CHECK(out == Floats({0, 2.5f, 0, 5, 0}));
  CHECK_EQ(refusal("scatter", {f32, 1, 3, 0, 5, to, 0, 0, i64, at, 0, 0, 1, 0}, blocks),
           "an output cannot repeat its memory");
}

TEST(index_masks) {
  Floats in = {1, 0, NAN, -0.0f, 5, 6}, out(4);
  std::vector<uint8_t> mask = {1, 0, 1, 0, 0, 1};
  Longs where(8);
  FakeBlocks blocks;
  double from = blocks.add(in), to = blocks.add(out), chosen = blocks.add(mask), positions = blocks.add(where);
  CHECK_EQ(call("count_nonzero", {f32, 6, from, 0}, blocks)[0], 4);
  CHECK_EQ(call("count_nonzero", {b1, 6, chosen, 0}, blocks)[0], 3);
  call("nonzero", {f32, 2, 2, 3, 4, positions, 0, from, 0}, blocks);
  CHECK(where == Longs({0, 0, 0, 2, 1, 1, 1, 2}));
  call("masked_select", {f32, 6, 3, to, 0, from, 0, chosen, 0}, blocks);
  CHECK(out[0] == 1 && std::isnan(out[1]) && out[2] == 6);
  for (double count : {2, 4}) {
    CHECK_EQ(refusal("masked_select", {f32, 6, count, to, 0, from, 0, chosen, 0}, blocks),
             "the count is not that of the chosen elements");
  }
  Floats source = {10, 20, 30}, target(6, 1);
  call("masked_scatter", {f32, 6, 3, blocks.add(target), 0, blocks.add(source), 0, chosen, 0}, blocks);
  CHECK(target == Floats({10, 1, 20, 1, 1, 30}));
}

TEST(index_create) {
  Floats x(9);
  Longs whole(5);
  FakeBlocks blocks;
  double to = blocks.add(x), integers = blocks.add(whole);
  call("arange", {f32, 5, to, 0, 0.5, 0.1}, blocks);
  CHECK_EQ(x[3], float(0.5 + 3 * 0.1));
  call("arange", {i64, 5, integers, 0, -3, 2}, blocks);
  CHECK(whole == Longs({-3, -1, 1, 3, 5}));
  call("linspace", {f32, 5, to, 0, -1, 1}, blocks);
  CHECK(Floats(x.begin(), x.begin() + 5) == Floats({-1, -0.5f, 0, 0.5f, 1}));
  call("linspace", {i64, 5, integers, 0, 0, 10}, blocks);
  CHECK(whole == Longs({0, 2, 5, 7, 10}));
  call("linspace", {f32, 1, to, 0, 3, 7}, blocks);
  CHECK_EQ(x[0], 3);
  call("eye", {f32, 2, 3, to, 0}, blocks);
  CHECK(Floats(x.begin(), x.begin() + 6) == Floats({1, 0, 0, 0, 1, 0}));
  std::vector<uint8_t> classes = {2, 0};
  call("one_hot", {f32, 2, 3, to, 0, u8, blocks.add(classes), 0}, blocks);
  CHECK(Floats(x.begin(), x.begin() + 6) == Floats({0, 0, 1, 1, 0, 0}));
}

TEST(index_triangles) {
  Floats x = {1, 2, 3, 4, 5, 6, 7, 8, 9}, out(9);
  FakeBlocks blocks;
  double from = blocks.add(x), to = blocks.add(out);
  call("tril", {f32, 1, 3, 3, 0, to, 0, from, 0}, blocks);
  CHECK(out == Floats({1, 0, 0, 4, 5, 0, 7, 8, 9}));
  call("triu", {f32, 1, 3, 3, 1, to, 0, from, 0}, blocks);
  CHECK(out == Floats({0, 2, 3, 0, 0, 6, 0, 0, 0}));
  call("tril", {f32, 1, 3, 3, -5, to, 0, from, 0}, blocks);
  CHECK(out == Floats(9));
  call("triu", {f32, 1, 3, 3, -1, from, 0, from, 0}, blocks);
  CHECK(x == Floats({1, 2, 3, 4, 5, 6, 0, 8, 9}));
}

TEST(index_item) {
  Longs big = {0, -(int64_t{1} << 60) - 5};
  FakeBlocks blocks;
  std::vector<double> parts = call("item", {i64, blocks.add(big), 1}, blocks);
  CHECK_EQ(int64_t(parts[1]) * (int64_t{1} << 32) + int64_t(parts[2]), big[1]);
  Floats x = {2.5f};
  CHECK_EQ(call("item", {f32, blocks.add(x), 0}, blocks)[0], 2.5);
}

TEST(index_compare) {
  Floats a = values<float>(100000, 3), b = a;
  b[70000] += 0.5f;
  b[80000] += 0.25f;
  for_each_isa_and_threads([&] {
    FakeBlocks blocks;
    double left = blocks.add(a), right = blocks.add(b);
    std::vector<double> result = call("compare", {f32, 1, 100000, left, 0, 1, right, 0, 1, 0, 0, 0}, blocks);
    CHECK(result[0] == 2 && result[1] == 70000 && result[2] == 0.5);
    result = call("compare", {f32, 1, 100000, left, 0, 1, right, 0, 1, 0, 0.3, 0}, blocks);
    CHECK(result[0] == 1 && result[1] == 70000);
  });
  Floats special = {NAN, INFINITY, -0.0f}, other = {NAN, INFINITY, 0.0f};
  FakeBlocks blocks;
  double left = blocks.add(special), right = blocks.add(other);
  CHECK_EQ(call("compare", {f32, 1, 3, left, 0, 1, right, 0, 1, 1, 1, 0}, blocks)[0], 1);
  CHECK_EQ(call("compare", {f32, 1, 3, left, 0, 1, right, 0, 1, 0, 0, 1}, blocks)[0], 0);
}

namespace {

template <class T>
bool before(T x, T y, bool descending) {
  if (descending) std::swap(x, y);
  if (x != x) return false;
  return y != y || x < y;
}

template <class T>
void check_sort() {
  for (int64_t columns : {1, 5, 64, 65, 1000, 70000}) {
    for (bool descending : {false, true}) {
      const int64_t rows = columns > 1000 ? 2 : 5;
      std::vector<T> x = values<T>(size_t(rows * columns), 11, std::is_unsigned_v<T> ? 256 : 501), sorted(x.size());
      if constexpr (std::is_floating_point_v<T>) {
        for (size_t i = 0; i < x.size(); i += 13) x[i] = i % 2 ? T(NAN) : T(-0.0);
      }
      Longs wanted(x.size()), index(x.size());
      for (int64_t row = 0; row < rows; row++) {
        int64_t* at = wanted.data() + row * columns;
        const T* from = x.data() + row * columns;
        std::iota(at, at + columns, 0);
        std::stable_sort(at, at + columns, [&](int64_t i, int64_t j) { return before(from[i], from[j], descending); });
      }
      for_each_isa_and_threads([&] {
        FakeBlocks blocks;
        double from = blocks.add(x), to = blocks.add(sorted), where = blocks.add(index);
        call("sort", {code<T>, double(rows), double(columns), double(descending), to, 0, where, 0, from, 0}, blocks);
        CHECK(index == wanted);
        for (size_t i = 0; i < x.size(); i++) {
          T value = x[i / size_t(columns) * size_t(columns) + size_t(wanted[i])];
          CHECK(std::memcmp(&sorted[i], &value, sizeof value) == 0);
        }
        for (int64_t k : {int64_t{1}, columns / 20, columns}) {
          call("topk",
               {code<T>, double(rows), double(columns), double(k), double(descending), to, 0, where, 0, from, 0},
               blocks);
          for (int64_t row = 0; row < rows; row++)
            CHECK(std::equal(&index[size_t(row * k)], &index[size_t(row * k)] + k, &wanted[size_t(row * columns)]));
        }
      });
    }
  }
}

}  // namespace

TEST(index_sort) {
  check_sort<float>();
  check_sort<double>();
  check_sort<int64_t>();
  check_sort<int32_t>();
  check_sort<uint8_t>();
}
