#include "kernels/gemm.h"

#include "runtime/parallel.h"
#include "random_bits.h"
#include "test.h"

namespace {

RandomBits random_bits(7);

enum class Layout { rows, columns, padded_rows, spread };
constexpr Layout kLayouts[] = {Layout::rows, Layout::columns, Layout::padded_rows, Layout::spread};

// A matrix of any layout inside a vector that is exactly as long as the last element needs.
template <class T>
struct Matrix {
  int64_t rows, columns, row_stride, col_stride;
  std::vector<T> values;

  Matrix(int64_t rows_, int64_t columns_, Layout layout) : rows(rows_), columns(columns_) {
    row_stride = layout == Layout::columns  ? 1
                 : layout == Layout::rows   ? columns
                 : layout == Layout::spread ? 2
                                            : columns + 3;
    col_stride = layout == Layout::columns ? rows : layout == Layout::spread ? 2 * rows + 1 : 1;
    values = random_bits.values<T>(rows * columns == 0 ? 0 : (rows - 1) * row_stride + (columns - 1) * col_stride + 1);
  }
  T at(int64_t i, int64_t j) const { return values[static_cast<size_t>(i * row_stride + j * col_stride)]; }
  GemmMatrix<T> operand() const { return {values.data(), row_stride, col_stride, 0}; }
};

// What gemm.h promises for one element, to the letter.
template <class T>
T promised(const Matrix<T>& a, const Matrix<T>& b, int64_t i, int64_t j, bool accumulate, T c) {
  const int64_t k = a.columns, depth = gemm_depth<T>(k);
  T result = accumulate ? c : T(0);
  bool first = !accumulate;
  for (int64_t begin = 0; begin < k; begin += depth) {
    T chain = 0;
    for (int64_t p = begin; p < std::min(k, begin + depth); p++) chain = std::fma(a.at(i, p), b.at(p, j), chain);
    result = first ? chain : result + chain;
    first = false;
  }
  return result;
}

template <class T>
struct Product {
  Matrix<T> a, b;
  int64_t m, n, k, row_stride;
  std::vector<T> before, expected;
  bool accumulate;

  Product(int64_t m_, int64_t n_, int64_t k_, Layout a_layout, Layout b_layout, int64_t pad, bool accumulate_)
      : a(m_, k_, a_layout),
        b(k_, n_, b_layout),
        m(m_),
        n(n_),
        k(k_),
        row_stride(n_ + pad),
        before(random_bits.values<T>(m_ * row_stride)),
        expected(before),
        accumulate(accumulate_) {
    for (int64_t i = 0; i < m; i++) {
      for (int64_t j = 0; j < n; j++) {
        T& at = expected[static_cast<size_t>(i * row_stride + j)];
        at = promised(a, b, i, j, accumulate, at);
      }
    }
  }

  Gemm<T> problem(std::vector<T>& c) const {
    Gemm<T> p;
    p.m = m;
    p.n = n;
    p.k = k;
    p.a = a.operand();
    p.b = b.operand();
    p.c = {c.data(), row_stride, 0};
    p.accumulate = accumulate;
    return p;
  }

  void check() const {
    std::vector<T> c = before;
    gemm(problem(c));
    CHECK(c == expected);
    if (c != expected)
      report_failure(__FILE__, __LINE__, std::to_string(m) + "x" + std::to_string(n) + "x" + std::to_string(k));
  }
};

template <class T>
void check_products(const std::vector<int64_t>& sizes, const std::vector<int64_t>& depths) {
  Settings settings;
  for (int64_t m : sizes) {
    for (int64_t n : sizes) {
      for (int64_t k : depths) {
        auto a_layout = kLayouts[random_bits() % 4], b_layout = kLayouts[random_bits() % 4];
        Product<T> product(m, n, k, a_layout, b_layout, static_cast<int64_t>(random_bits() % 2) * 5,
                           random_bits() % 2 == 0);
        for (const std::string& isa : isas()) {
          settings.use(isa, static_cast<int>(1 + random_bits() % 3));
          product.check();
        }
      }
    }
  }
}

TEST(gemm_every_small_shape_gives_the_promised_bits) {
  check_products<float>({1, 2, 3, 4, 5, 7, 8, 14, 15, 16, 17, 31, 33, 65}, {0, 1, 2, 16, 17, 33});
  check_products<double>({1, 2, 3, 4, 5, 7, 8, 9, 14, 16, 17, 33}, {0, 1, 8, 9, 33});
}

TEST(gemm_every_layout_and_thread_count_gives_the_promised_bits) {
  for (Layout a_layout : kLayouts) {
    for (Layout b_layout : kLayouts) {
      for (bool accumulate : {false, true}) {
        Product<float> wide(67, 131, 530, a_layout, b_layout, 0, accumulate);
        Product<double> narrow(131, 37, 290, a_layout, b_layout, 1, accumulate);
        for_each_isa_and_threads([&] {
          wide.check();
          narrow.check();
        });
      }
    }
  }
}

TEST(gemm_vectors_give_the_promised_bits) {
  for (Layout a_layout : kLayouts) {
    for (Layout b_layout : kLayouts) {
      for (int64_t rows : {1, 2, 3, 4, 5}) {
        Product<float> row(rows, 300, 700, a_layout, b_layout, 0, rows == 2);
        Product<float> column(300, rows, 700, a_layout, b_layout, 0, rows == 3);
        Product<double> spaced(201, rows, 300, a_layout, b_layout, rows % 2, false);
        for_each_isa_and_threads([&] {
          row.check();
          column.check();
          spaced.check();
        });
      }
    }
  }
}

TEST(gemm_is_near_a_float64_sum) {
  for (int64_t k : {1, 64, 513, 2000}) {
    Matrix<float> a(20, k, Layout::rows), b(k, 40, Layout::columns);
    std::vector<float> c(20 * 40);
    Gemm<float> p;
    p.m = 20;
    p.n = 40;
    p.k = k;
    p.a = a.operand();
    p.b = b.operand();
    p.c = {c.data(), 40, 0};
    gemm(p);
    for (int64_t i = 0; i < 20; i++) {
      for (int64_t j = 0; j < 40; j++) {
        double sum = 0;
        for (int64_t q = 0; q < k; q++) sum += double(a.at(i, q)) * double(b.at(q, j));
        CHECK_NEAR(c[static_cast<size_t>(i * 40 + j)], sum, 2e-7 * static_cast<double>(k));
      }
    }
  }
}

template <class T>
void check_epilogue(int64_t m, int64_t n, int64_t k, bool with_bias, bool with_mask, T slope) {
  Product<T> product(m, n, k, Layout::rows, Layout::columns, 0, false);
  std::vector<T> bias = random_bits.values<T>(n), expected = product.expected;
  const size_t mask_bytes = static_cast<size_t>((m * n + 7) / 8);
  std::vector<uint8_t> expected_mask(mask_bytes + 1, 0);
  expected_mask.back() = 0xa5;
  for (int64_t i = 0; i < m * n; i++) {
    T& at = expected[static_cast<size_t>(i)];
    if (with_bias) at += bias[static_cast<size_t>(i % n)];
    if (at > 0) expected_mask[static_cast<size_t>(i / 8)] |= static_cast<uint8_t>(1 << i % 8);
    at = at > 0 ? at : at * slope;
  }
  for_each_isa_and_threads([&] {
    std::vector<T> c(static_cast<size_t>(m * n), T(99));
    std::vector<uint8_t> mask(mask_bytes + 1, 0xa5);
    Gemm<T> p = product.problem(c);
    p.epilogue.bias = with_bias ? bias.data() : nullptr;
    p.epilogue.leaky = true;
    p.epilogue.slope = slope;
    p.epilogue.mask = with_mask ? mask.data() : nullptr;
    gemm(p);
    CHECK(c == expected);
    if (with_mask) CHECK(mask == expected_mask);
  });
}

TEST(gemm_epilogue_is_bias_then_leaky_relu_and_packs_the_signs) {
  for (int64_t m : {1, 2, 5, 33, 120}) {
    for (int64_t n : {1, 3, 8, 10, 16, 37, 64, 200}) {
      check_epilogue<float>(m, n, 20, n % 3 != 0, true, 0.01f);
      check_epilogue<double>(m, n, 20, m % 2 != 0, m != 5, -0.5);
    }
  }
  check_epilogue<float>(300, 77, 600, true, true, 0.2f);
  check_epilogue<float>(300, 176, 600, true, true, 2.0f);
}

// Arguments of the entry, with all the names.
struct Arguments {
  double dtype = f32, batch = 1, m = 0, n = 0, k = 0;
  double a = 0, a_offset = 0, a_batch = 0, a_row = 0, a_col = 1;
  double b = 0, b_offset = 0, b_batch = 0, b_row = 0, b_col = 1;
  double c = 0, c_offset = 0, c_batch = 0, c_row = 0, c_col = 1;
  double accumulate = 0, bias = 0, bias_offset = 0, activation = 0, slope = 0, mask = 0, mask_offset = 0;

  std::vector<double> list() const {
    return {dtype, batch, m,          n,       k,           a,          a_offset, a_batch,  a_row,
            a_col, b,     b_offset,   b_batch, b_row,       b_col,      c,        c_offset, c_batch,
            c_row, c_col, accumulate, bias,    bias_offset, activation, slope,    mask,     mask_offset};
  }
};

TEST(gemm_entry_multiplies_batches) {
  for (int64_t batch : {1, 3, 50}) {
    for (int64_t size : {3, 20, 70}) {
      std::vector<float> a = random_bits.values<float>(batch * size * size), b = random_bits.values<float>(size * size);
      std::vector<float> c(a.size());
      FakeBlocks blocks;
      Arguments args;
      double s = static_cast<double>(size);
      args.batch = static_cast<double>(batch);
      args.m = args.n = args.k = args.a_row = args.b_row = args.c_row = s;
      args.a = blocks.add(a);
      args.b = blocks.add(b);
      args.c = blocks.add(c);
      args.a_batch = args.c_batch = s * s;
      for_each_isa_and_threads([&] {
        std::fill(c.begin(), c.end(), 0.0f);
        call("gemm", args.list(), blocks);
        for (int64_t e = 0; e < batch * size * size; e++) {
          float chain = 0;
          for (int64_t q = 0; q < size; q++)
            chain = std::fma(a[static_cast<size_t>(e / size * size + q)], b[static_cast<size_t>(q * size + e % size)],
                             chain);
          if (c[static_cast<size_t>(e)] != chain) return report_failure(__FILE__, __LINE__, "batched gemm");
        }
      });
    }
  }
}

TEST(gemm_entry_fuses_the_epilogue) {
  std::vector<float> x = {1, 2, 3, 4}, w = {1, 0, 0, 1, -1, -1}, bias = {0, -10, 1}, y(6);
  std::vector<uint8_t> mask = {0xff};
  FakeBlocks blocks;
  Arguments args;
  args.m = 2;
  args.n = 3;
  args.k = 2;
  args.a = blocks.add(x);
  args.a_row = 2;
  args.b = blocks.add(w);
  args.b_row = 1;
  args.b_col = 2;
  args.c = blocks.add(y);
  args.c_row = 3;
  args.bias = blocks.add(bias);
  args.activation = 1;
  args.slope = 0.5;
  args.mask = blocks.add(mask);
  call("gemm", args.list(), blocks);
  CHECK((y == std::vector<float>{1, -4, -1, 3, -3, -3}));
  CHECK_EQ(mask[0], 0b1001);
}

TEST(gemm_entry_refuses_what_it_must_not_touch) {
  std::vector<float> a(64), b(64), c(64);
  FakeBlocks blocks;
  Arguments good;
  good.m = good.n = good.k = good.a_row = good.b_row = good.c_row = 8;
  good.a = blocks.add(a);
  good.b = blocks.add(b);
  good.c = blocks.add(c);
  CHECK_EQ(refusal("gemm", good.list(), blocks), "");
  auto refused = [&](auto change) {
    Arguments bad = good;
    change(bad);
    return !refusal("gemm", bad.list(), blocks).empty();
  };
  CHECK(refused([](Arguments& x) { x.dtype = i64; }));
  CHECK(refused([](Arguments& x) { x.m = 9; }));
  CHECK(refused([](Arguments& x) { x.k = 9; }));
  CHECK(refused([](Arguments& x) { x.a_offset = 1; }));
  CHECK(refused([](Arguments& x) { x.b_row = 9; }));
  CHECK(refused([](Arguments& x) { x.c_row = 7; }));
  CHECK(refused([](Arguments& x) { x.c_row = 0; }));
  CHECK(refused([](Arguments& x) { x.c_col = 8, x.c_row = 1; }));
  CHECK(refused([](Arguments& x) { x.c = 0; }));
  CHECK(refused([](Arguments& x) { x.a = 0, x.a_row = x.a_col = 0; }));
  CHECK(refused([](Arguments& x) { x.a_row = 0; }));
  CHECK(refused([](Arguments& x) { x.batch = 2; }));
  CHECK(refused([](Arguments& x) { x.k = 1e12, x.a_row = x.a_col = x.b_row = x.b_col = 0; }));
  CHECK(refused([](Arguments& x) { x.mask = 1; }));
  CHECK(refused([](Arguments& x) { x.activation = 2; }));
  CHECK(refused([](Arguments& x) { x.bias = 1, x.bias_offset = 60; }));
}

TEST(gemm_entry_survives_garbage) {
  std::vector<float> small(64);
  std::vector<double> large(3000);
  FakeBlocks blocks;
  const double ids[] = {0, blocks.add(small), blocks.add(large), 99, -1};
  const double numbers[] = {0, 1, 2, 3, 7, 8, 16, 50, 64, -1, -8, 0.5, 1e3, 1e9, 1e13, 9e15, 1e300, NAN, INFINITY};
  for (int round = 0; round < 50000; round++) {
    // Mostly plausible, else nothing would get past the first checks.
    std::vector<double> arguments;
    for (int i = 0; i < 27; i++) {
      const bool id = i == 5 || i == 10 || i == 15 || i == 21 || i == 25;
      const uint32_t dice = random_bits() % 100;
      if (id)
        arguments.push_back(ids[dice < 80 ? 1 + dice % 2 : dice % 5]);
      else
        arguments.push_back(dice < 95 ? numbers[dice % 8] : numbers[dice % 19]);
    }
    refusal("gemm", arguments, blocks);
  }
}

}  // namespace
