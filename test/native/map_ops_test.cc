// What each elementwise operation computes: PyTorch's results at kinks, zeros, infinities and NaN, taken from PyTorch
// 2; and the same bits on every instruction set.
#include <cstring>
#include <limits>

#include "test.h"

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
using Row = std::vector<double>;

template <class T>
bool same_values(const std::vector<T>& a, const std::vector<T>& b) {
  for (size_t i = 0; i < a.size(); i++) {
    if (a[i] != a[i] && b[i] != b[i]) continue;
    if (a[i] != b[i] || std::signbit(double(a[i])) != std::signbit(double(b[i]))) return false;
  }
  return a.size() == b.size();
}

template <class To, class T>
void check_op(const std::string& kernel, const std::vector<Row>& inputs, const Row& parameters, const Row& expected) {
  size_t n = expected.size();
  std::vector<To> out(n), wanted(n);
  for (size_t i = 0; i < n; i++) wanted[i] = static_cast<To>(expected[i]);
  std::vector<std::vector<T>> values;
  for (const Row& input : inputs) values.emplace_back(input.begin(), input.end());
  FakeBlocks blocks;
  Row arguments = {code<T>, 1, double(n), blocks.add(out), 0, 1};
  for (std::vector<T>& input : values) arguments.insert(arguments.end(), {blocks.add(input), 0, 1});
  arguments.insert(arguments.end(), parameters.begin(), parameters.end());
  call(kernel, arguments, blocks);
  if (same_values(out, wanted)) return;
  std::ostringstream text;
  text << kernel << " gives";
  for (To v : out) text << ' ' << double(v);
  report_failure(__FILE__, __LINE__, text.str());
}

// Results that are exact in both dtypes.
void check_real(const std::string& kernel, const std::vector<Row>& inputs, const Row& parameters, const Row& expected) {
  Settings settings;
  for (const std::string& isa : isas()) {
    settings.use(isa, 1);
    check_op<float, float>(kernel, inputs, parameters, expected);
    check_op<double, double>(kernel, inputs, parameters, expected);
  }
}

const Row kinks = {-0.0, 0.0, nan, inf, -inf, -1, 1, 3, -3, 6, 0.5, -0.5};
const Row twos(12, 2);

TEST(activations_follow_pytorch_at_their_kinks) {
  check_real("relu", {kinks}, {}, {-0.0, 0, nan, inf, 0, 0, 1, 3, 0, 6, 0.5, 0});
  check_real("relu_backward", {twos, kinks}, {}, {0, 0, 2, 2, 0, 0, 2, 2, 0, 2, 2, 0});
  check_real("leaky_relu_strided", {kinks}, {0.5}, {-0.0, 0, nan, inf, -inf, -0.5, 1, 3, -1.5, 6, 0.5, -0.25});
  check_real("leaky_relu_strided_backward", {twos, kinks}, {0.5}, {1, 1, 1, 2, 1, 1, 2, 2, 1, 2, 2, 1});
  check_real("rrelu_noise", {kinks, Row(12, 0.25)}, {}, {0.25, 0.25, 1, 1, 0.25, 0.25, 1, 1, 0.25, 1, 1, 0.25});
  check_real("threshold", {kinks}, {0.5, 7}, {7, 7, nan, inf, 7, 7, 1, 3, 7, 6, 7, 7});
  check_real("threshold_backward", {twos, kinks}, {0.5}, {0, 0, 2, 2, 0, 0, 2, 2, 0, 2, 0, 0});
  check_real("hardtanh", {kinks}, {-1, 1}, {-0.0, 0, nan, 1, -1, -1, 1, 1, -1, 1, 0.5, -0.5});
  check_real("hardtanh_backward", {twos, kinks}, {-1, 1}, {2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2});
  check_real("hardtanh", {kinks}, {0, 6}, {-0.0, 0, nan, 6, 0, 0, 1, 3, 0, 6, 0.5, 0});
  check_real("hardsigmoid_backward", {Row(12, 0), kinks}, {}, Row(12, 0));
  check_real("hardsigmoid", {{-3, 3, nan, inf, -inf, 0}}, {}, {0, 1, nan, 1, 0, 0.5});
  check_real("hardswish", {{-0.0, nan, inf, -inf, 3, -3, 6}}, {}, {-0.0, nan, inf, nan, 3, -0.0, 6});
  check_real("hardswish_backward", {Row(6, 2), {-3, 3, nan, inf, -inf, 0}}, {}, {0, 2, nan, 2, 0, 1});
  check_real("hardshrink", {kinks}, {0.5}, {0, 0, nan, inf, -inf, -1, 1, 3, -3, 6, 0, 0});
  check_real("hardshrink_backward", {twos, kinks}, {0.5}, {0, 0, 0, 2, 2, 2, 2, 2, 2, 2, 0, 0});
  check_real("softshrink", {kinks}, {0.5}, {-0.0, 0, nan, inf, -inf, -0.5, 0.5, 2.5, -2.5, 5.5, 0, -0.0});
  check_real("softshrink_backward", {twos, kinks}, {0.5}, {0, 0, 0, 2, 2, 2, 2, 2, 2, 2, 0, 0});
  check_real("elu", {{-0.0, 0, nan, inf, -inf, 3}}, {2, 1, 1}, {-0.0, 0, nan, inf, -2, 3});
  check_real("elu_backward", {Row(6, 2), {-0.0, 0, nan, inf, -inf, 3}}, {2, 1, 1}, {4, 4, nan, 2, 0, 2});
  check_real("elu_backward_result", {Row(4, 2), {-0.0, 0, -2, 3}}, {2, 1, 1}, {4, 4, 0, 2});
  check_real("silu", {{-0.0, 0, nan, inf, -inf}}, {}, {-0.0, 0, nan, inf, nan});
  check_real("softplus", {{inf, -inf, nan, 30}}, {1, 20}, {inf, 0, nan, 30});
  check_real("softplus_backward", {Row(4, 2), {inf, -inf, nan, 0}}, {1, 20}, {2, 0, nan, 1});
  check_real("logsigmoid", {{inf, -inf, nan}}, {}, {0, -inf, nan});
  check_real("softsign", {{-0.0, 1, 3, -1, nan}}, {}, {-0.0, 0.5, 0.75, -0.5, nan});
}

TEST(arithmetic_follows_pytorch_at_its_limits) {
  check_real("sign", {kinks}, {}, {0, 0, 0, 1, -1, -1, 1, 1, -1, 1, 1, -1});
  check_real("round", {{0.5, 1.5, 2.5, -0.5, -1.5, nan}}, {}, {0, 2, 2, -0.0, -2, nan});
  check_real("maximum", {{nan, 1, 0, -0.0, inf}, {1, nan, -0.0, 0, -inf}}, {}, {nan, nan, 0, -0.0, inf});
  check_real("minimum", {{nan, 1, 0, -0.0, inf}, {1, nan, -0.0, 0, -inf}}, {}, {nan, nan, 0, -0.0, -inf});
  check_real("clamp", {{5, nan, 1, 5, 0}, {0, 0, nan, 4, 4}, {3, 3, 3, nan, 2}}, {}, {3, nan, nan, nan, 2});
  check_real("fmod", {{7, -7, 7, -7, 0, -0.0, 5, inf, 1}, {3, 3, -3, -3, -3, -3, 0, 2, inf}}, {},
             {1, -1, 1, -1, 0, -0.0, nan, nan, 1});
  check_real("remainder", {{7, -7, 7, -7, 0, -0.0, 5, inf, 1}, {3, 3, -3, -3, -3, -3, 0, 2, inf}}, {},
             {1, 2, -2, -1, 0, -0.0, nan, nan, 1});
  check_real("div_trunc", {{7, -7, 7, -7, 0, -0.0, 5, inf, 1}, {3, 3, -3, -3, -3, -3, 0, 2, inf}}, {},
             {2, -2, -2, 2, -0.0, 0, inf, inf, 0});
  check_real("div_floor", {{7, -7, 7, -7, 0, -0.0, 5, inf, 1}, {3, 3, -3, -3, -3, -3, 0, 2, inf}}, {},
             {2, -3, -3, 2, -0.0, 0, inf, nan, 0});
  check_real("addcmul", {{1}, {2}, {3}}, {0.5}, {4});
  check_real("addcdiv", {{1}, {3}, {2}}, {0.5}, {1.75});
  check_real("lerp", {{1, 1, 1}, {3, 3, 3}, {0, 1, 0.25}}, {}, {1, 3, 1.5});
}

TEST(integer_arithmetic_wraps_and_never_traps) {
  const Row a = {7, -7, 7, -7, 5, -9223372036854775808.0, 0};
  const Row b = {3, 3, -3, -3, 0, -1, 0};
  using I = int64_t;
  Settings settings;
  for (const std::string& isa : isas()) {
    settings.use(isa, 1);
    check_op<I, I>("div_trunc", {a, b}, {}, {2, -2, -2, 2, 0, -9223372036854775808.0, 0});
    check_op<I, I>("div_floor", {a, b}, {}, {2, -3, -3, 2, 0, -9223372036854775808.0, 0});
    check_op<I, I>("fmod", {a, b}, {}, {1, -1, 1, -1, 5, 0, 0});
    check_op<I, I>("remainder", {a, b}, {}, {1, 2, -2, -1, 5, 0, 0});
    check_op<int32_t, int32_t>("abs", {{-2147483648.0, -3}}, {}, {-2147483648.0, 3});
    check_op<int32_t, int32_t>("mul", {{65536, -7}, {65536, 3}}, {}, {0, -21});
    check_op<int32_t, int32_t>("pow", {{2, 3, -2, 0, 1, -1, 0}, {5, 20, 3, 0, -1, -3, -2}}, {},
                               {32, -808182895, -8, 1, 1, -1, 0});
    check_op<uint8_t, uint8_t>("sub", {{1, 200}, {2, 100}}, {}, {255, 100});
    check_op<uint8_t, uint8_t>("neg", {{1, 0}}, {}, {255, 0});
  }
}

TEST(comparisons_and_logic) {
  Settings settings;
  for (const std::string& isa : isas()) {
    settings.use(isa, 1);
    const Row a = {1, 2, nan, inf, -0.0}, b = {2, 1, nan, inf, 0};
    check_op<uint8_t, float>("eq", {a, b}, {}, {0, 0, 0, 1, 1});
    check_op<uint8_t, double>("ne", {a, b}, {}, {1, 1, 1, 0, 0});
    check_op<uint8_t, float>("lt", {a, b}, {}, {1, 0, 0, 0, 0});
    check_op<uint8_t, double>("le", {a, b}, {}, {1, 0, 0, 1, 1});
    check_op<uint8_t, float>("gt", {a, b}, {}, {0, 1, 0, 0, 0});
    check_op<uint8_t, double>("ge", {a, b}, {}, {0, 1, 0, 1, 1});
    check_op<uint8_t, float>("isnan", {a}, {}, {0, 0, 1, 0, 0});
    check_op<uint8_t, float>("isinf", {{inf, -inf, nan, 1}}, {}, {1, 1, 0, 0});
    check_op<uint8_t, double>("isfinite", {{inf, -inf, nan, 1}}, {}, {0, 0, 0, 1});
    check_op<uint8_t, int64_t>("isfinite", {{3, 0}}, {}, {1, 1});
    check_op<uint8_t, float>("logical_and", {a, {nan, 0, 1, 1, 1}}, {}, {1, 0, 1, 1, 0});
    check_op<uint8_t, uint8_t>("logical_xor", {{0, 1, 2}, {1, 1, 0}}, {}, {1, 0, 1});
    check_op<uint8_t, int32_t>("logical_not", {{0, 5}}, {}, {1, 0});
  }
}

TEST(where_moves_every_dtype) {
  std::vector<uint8_t> condition = {1, 0, 1};
  std::vector<int64_t> a = {INT64_MAX, 2, 3}, b = {4, INT64_MIN, 6}, out(3);
  FakeBlocks blocks;
  call("where",
       {i64, 1, 3, blocks.add(out), 0, 1, blocks.add(condition), 0, 1, blocks.add(a), 0, 1, blocks.add(b), 0, 1},
       blocks);
  CHECK(out == (std::vector<int64_t>{INT64_MAX, INT64_MIN, 3}));
}

template <class To, class From>
void check_cast(std::vector<From> from, const std::vector<To>& wanted, double to_code = code<To>,
                double from_code = code<From>) {
  std::vector<To> out(from.size());
  FakeBlocks blocks;
  Settings settings;
  for (const std::string& isa : isas()) {
    settings.use(isa, 1);
    call("cast", {to_code, from_code, 1, double(from.size()), blocks.add(out), 0, 1, blocks.add(from), 0, 1}, blocks);
    CHECK(out == wanted);
  }
}

TEST(cast_is_defined_for_every_value) {
  const std::vector<float> wild = {NAN, INFINITY, -INFINITY, 3e9f, -1.5f, 300.7f};
  check_cast<int64_t>(wild, {INT64_MIN, INT64_MIN, INT64_MIN, 3000000000, -1, 300});
  check_cast<int32_t>(wild, {INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN, -1, 300});
  check_cast<uint8_t>(wild, {0, 0, 0, 0, 255, 44});
  check_cast<uint8_t>(wild, {1, 1, 1, 1, 1, 1}, b1);
  check_cast<uint8_t>(std::vector<int64_t>{256, 0, -1}, {1, 0, 1}, b1);
  check_cast<uint8_t>(std::vector<int64_t>{256, 0, -1}, {0, 0, 255});
  check_cast<float>(std::vector<uint8_t>{0, 1}, {0, 1}, f32, b1);
  check_cast<double>(std::vector<float>{0.1f}, {double(0.1f)});
  check_cast<float>(std::vector<double>{1e39, 1e-50, 0.1}, {INFINITY, 0, 0.1f});
}

TEST(fill_and_copy_any_layout) {
  std::vector<int32_t> grid(35);
  FakeBlocks blocks;
  double block = blocks.add(grid);
  call("fill", {i32, 2, 3, 3, block, 1, 14, 2, 7}, blocks);
  for (size_t i = 0; i < 35; i++) CHECK_EQ(grid[i], i % 14 < 7 && i % 14 % 2 == 1 ? 7 : 0);
  std::vector<double> matrix(70 * 130), turned(matrix.size());
  for (size_t i = 0; i < matrix.size(); i++) matrix[i] = static_cast<double>(i);
  FakeBlocks two;
  call("copy", {f64, 2, 130, 70, two.add(turned), 0, 70, 1, two.add(matrix), 0, 1, 130}, two);
  bool right = true;
  for (size_t r = 0; r < 130; r++) {
    for (size_t c = 0; c < 70; c++) right &= turned[r * 70 + c] == matrix[c * 130 + r];
  }
  CHECK(right);
}

// Every operation on two floating dtypes, over values that meet all branches: scalar first, then the others.
TEST(every_instruction_set_gives_the_same_bits) {
  struct Operation {
    const char* kernel;
    int inputs;
    Row parameters;
  };
  const Operation operations[] = {
      {"add", 2, {}},
      {"sub", 2, {}},
      {"mul", 2, {}},
      {"div", 2, {}},
      {"add_scaled", 2, {0.3}},
      {"div_trunc", 2, {}},
      {"div_floor", 2, {}},
      {"fmod", 2, {}},
      {"remainder", 2, {}},
      {"pow", 2, {}},
      {"neg", 1, {}},
      {"abs", 1, {}},
      {"sign", 1, {}},
      {"square", 1, {}},
      {"sqrt", 1, {}},
      {"rsqrt", 1, {}},
      {"reciprocal", 1, {}},
      {"floor", 1, {}},
      {"ceil", 1, {}},
      {"trunc", 1, {}},
      {"round", 1, {}},
      {"minimum", 2, {}},
      {"maximum", 2, {}},
      {"clamp", 3, {}},
      {"addcmul", 3, {0.7}},
      {"addcdiv", 3, {0.7}},
      {"lerp", 3, {}},
      {"exp", 1, {}},
      {"expm1", 1, {}},
      {"log", 1, {}},
      {"log1p", 1, {}},
      {"log2", 1, {}},
      {"log10", 1, {}},
      {"sin", 1, {}},
      {"cos", 1, {}},
      {"tan", 1, {}},
      {"tanh", 1, {}},
      {"sigmoid", 1, {}},
      {"erf", 1, {}},
      {"exp2", 1, {}},
      {"asin", 1, {}},
      {"acos", 1, {}},
      {"atan", 1, {}},
      {"sinh", 1, {}},
      {"cosh", 1, {}},
      {"asinh", 1, {}},
      {"acosh", 1, {}},
      {"atanh", 1, {}},
      {"erfc", 1, {}},
      {"atan2", 2, {}},
      {"leaky_relu_strided", 1, {0.1}},
      {"leaky_relu_strided_backward", 2, {0.1}},
      {"rrelu_noise", 2, {}},
      {"glu", 2, {}},
      {"glu_backward", 3, {}},
      {"relu", 1, {}},
      {"relu_backward", 2, {}},
      {"threshold", 1, {0.2, 9}},
      {"threshold_backward", 2, {0.2}},
      {"hardtanh", 1, {-2, 2}},
      {"hardtanh_backward", 2, {-2, 2}},
      {"elu", 1, {1.3, 1.1, 0.7}},
      {"elu_backward", 2, {1.3, 1.1, 0.7}},
      {"elu_backward_result", 2, {1.3, 1.1, 0.7}},
      {"gelu", 1, {}},
      {"gelu_backward", 2, {}},
      {"gelu_tanh", 1, {}},
      {"gelu_tanh_backward", 2, {}},
      {"sigmoid_backward", 2, {}},
      {"tanh_backward", 2, {}},
      {"silu", 1, {}},
      {"silu_backward", 2, {}},
      {"mish", 1, {}},
      {"mish_backward", 2, {}},
      {"softplus", 1, {1.5, 20}},
      {"softplus_backward", 2, {1.5, 20}},
      {"softsign", 1, {}},
      {"softsign_backward", 2, {}},
      {"logsigmoid", 1, {}},
      {"logsigmoid_backward", 2, {}},
      {"hardsigmoid", 1, {}},
      {"hardsigmoid_backward", 2, {}},
      {"hardswish", 1, {}},
      {"hardswish_backward", 2, {}},
      {"hardshrink", 1, {0.5}},
      {"hardshrink_backward", 2, {0.5}},
      {"softshrink", 1, {0.5}},
      {"softshrink_backward", 2, {0.5}},
      {"tanhshrink", 1, {}},
      {"tanhshrink_backward", 2, {}},
  };
  const double special[] = {0, -0.0, inf, -inf, nan,  1e-45, -1e-45, 1e-310, 1,  -1,
                            3, -3,   400, -400, 88.5, -88.5, 1e30,   20,     -20};
  const size_t n = 4099;
  std::vector<std::vector<float>> floats(3, std::vector<float>(n));
  std::vector<std::vector<double>> doubles(3, std::vector<double>(n));
  uint64_t state = 42;
  for (size_t k = 0; k < 3; k++) {
    for (size_t i = 0; i < n; i++) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      double v = static_cast<double>(static_cast<int64_t>(state)) * 1e-18;
      doubles[k][i] = state >> 60 == 0 ? special[(state >> 40) % 19] : v;
      floats[k][i] = static_cast<float>(doubles[k][i]);
    }
  }
  for (const Operation& operation : operations) {
    std::vector<float> first_float;
    std::vector<double> first_double;
    for_each_isa_and_threads([&] {
      std::vector<float> out_float(n);
      std::vector<double> out_double(n);
      FakeBlocks blocks;
      Row of_float = {f32, 1, double(n), blocks.add(out_float), 0, 1},
          of_double = {f64, 1, double(n), blocks.add(out_double), 0, 1};
      for (size_t k = 0; k < static_cast<size_t>(operation.inputs); k++) {
        of_float.insert(of_float.end(), {blocks.add(floats[k]), 0, 1});
        of_double.insert(of_double.end(), {blocks.add(doubles[k]), 0, 1});
      }
      of_float.insert(of_float.end(), operation.parameters.begin(), operation.parameters.end());
      of_double.insert(of_double.end(), operation.parameters.begin(), operation.parameters.end());
      call(operation.kernel, of_float, blocks);
      call(operation.kernel, of_double, blocks);
      if (first_float.empty()) {
        first_float = out_float;
        first_double = out_double;
      }
      if (!same_values(out_float, first_float) || !same_values(out_double, first_double)) {
        report_failure(__FILE__, __LINE__, std::string(operation.kernel) + " differs between instruction sets");
      }
    });
  }
}

}  // namespace
