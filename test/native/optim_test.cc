#include <cstring>

#include "optim_golden.h"
#include "test.h"

namespace {

struct Optimizer {
  const char* kernel;
  int arrays;
};

const Optimizer kOptimizers[] = {{"sgd_step", 3},     {"adam_step", 5},     {"rmsprop_step", 5},
                                 {"adagrad_step", 3}, {"adadelta_step", 4}, {"adamax_step", 4},
                                 {"nadam_step", 4},   {"radam_step", 4},    {"lion_step", 3}};

int arrays_of(const std::string& kernel) {
  for (const Optimizer& optimizer : kOptimizers) {
    if (kernel == optimizer.kernel) return optimizer.arrays;
  }
  return 0;
}

// The arguments each tensor has beside its arrays, at this step (from 1). NAdam's mu_product is a float32 in PyTorch.
std::vector<double> scalars_of(const std::string& kernel, const std::vector<double>& options, int step) {
  if (kernel == "sgd_step") return {step > 1 ? 1.0 : 0.0};
  if (kernel == "nadam_step") {
    float product = 1;
    for (int i = 1; i <= step; i++) {
      product *= static_cast<float>(options[1] * (1 - 0.5 * std::pow(0.96, i * options[5])));
    }
    return {static_cast<double>(step), product};
  }
  if (kernel == "rmsprop_step" || kernel == "adadelta_step" || kernel == "lion_step") return {};
  return {static_cast<double>(step)};
}

void append(std::vector<double>& to, const std::vector<double>& more) { to.insert(to.end(), more.begin(), more.end()); }

template <class T>
void check_golden(const optim_golden::Case& golden, double tolerance) {
  size_t n = optim_golden::start.size();
  std::vector<std::vector<T>> arrays(static_cast<size_t>(arrays_of(golden.kernel)), std::vector<T>(n));
  arrays[0].assign(optim_golden::start.begin(), optim_golden::start.end());
  FakeBlocks blocks;
  std::vector<double> ids;
  for (auto& array : arrays) append(ids, {blocks.add(array), 0});
  for (int step = 1; step <= 8; step++) {
    const std::vector<double>& grad = optim_golden::gradients[static_cast<size_t>(step - 1) % 4];
    arrays[1].assign(grad.begin(), grad.end());
    std::vector<double> arguments = {code<T>, 1};
    append(arguments, golden.options);
    arguments.push_back(static_cast<double>(n));
    append(arguments, scalars_of(golden.kernel, golden.options, step));
    append(arguments, ids);
    call(golden.kernel, arguments, blocks);
  }
  for (size_t i = 0; i < n; i++) {
    double error = std::abs(static_cast<double>(arrays[0][i]) - golden.end[i]) / (1 + std::abs(golden.end[i]));
    if (!(error <= tolerance)) CHECK_EQ(std::string(golden.kernel), "PyTorch's " + std::to_string(golden.end[i]));
  }
}

// Some tensors of awkward sizes at unaligned places, all in one block for each array.
struct Tensors {
  std::vector<int64_t> sizes = {1, 7, 16385, 0, 40003, 33, 16384};
  std::vector<std::vector<float>> arrays;

  explicit Tensors(int count) : arrays(static_cast<size_t>(count), std::vector<float>(80000)) {
    uint32_t state = 1;
    for (auto& array : arrays) {
      for (float& value : array) {
        state = state * 1664525 + 1013904223;
        value = static_cast<float>(state >> 8) / 16777216 + 0.1f;
      }
    }
  }

  std::vector<double> arguments(const std::vector<double>& head, const std::vector<double>& scalars,
                                FakeBlocks& blocks) {
    std::vector<double> result = head, ids;
    for (auto& array : arrays) ids.push_back(blocks.add(array));
    double offset = 3;
    for (int64_t n : sizes) {
      result.push_back(static_cast<double>(n));
      append(result, scalars);
      for (double id : ids) append(result, {id, offset});
      offset += static_cast<double>(n) + 1;
    }
    return result;
  }
};

std::vector<double> plain_options(const std::string& kernel) {
  for (const auto& golden : optim_golden::cases) {
    if (kernel == golden.kernel && golden.options.back() == 0) return golden.options;
  }
  return {0.1, 0.9, 0.99, 0.1, 0};  // lion
}

std::vector<std::vector<float>> run_list(const std::string& kernel, std::vector<double> options, int arrays,
                                         const std::vector<double>& scalars) {
  Tensors tensors(arrays);
  FakeBlocks blocks;
  std::vector<double> head = {f32, static_cast<double>(tensors.sizes.size())};
  append(head, options);
  call(kernel, tensors.arguments(head, scalars, blocks), blocks);
  return tensors.arrays;
}

}  // namespace

TEST(optimizers_agree_with_pytorch) {
  for (const auto& golden : optim_golden::cases) {
    bool single = std::strcmp(golden.kernel, "nadam_step") == 0;
    check_golden<double>(golden, single ? 1e-7 : 1e-13);
    check_golden<float>(golden, 3e-6);
  }
}

TEST(lion_follows_the_sign) {
  std::vector<double> param = {1, 1, 1}, grad = {2, -3, 0}, average = {0, 0, 0};
  FakeBlocks blocks;
  call("lion_step",
       {f64, 1, 0.5, 0.5, 0.75, 0.5, 0, 3, blocks.add(param), 0, blocks.add(grad), 0, blocks.add(average), 0}, blocks);
  CHECK_EQ(param[0], 0.25);
  CHECK_EQ(param[1], 1.25);
  CHECK_EQ(param[2], 0.75);
  CHECK_EQ(average[0], 0.5);
}

TEST(optimizers_are_the_same_for_any_isa_and_threads) {
  for (const Optimizer& optimizer : kOptimizers) {
    std::vector<double> options = plain_options(optimizer.kernel);
    std::vector<double> scalars = scalars_of(optimizer.kernel, options, 3);
    Settings settings;
    settings.use("scalar", 1);
    auto reference = run_list(optimizer.kernel, options, optimizer.arrays, scalars);
    for_each_isa_and_threads(
        [&] { CHECK(run_list(optimizer.kernel, options, optimizer.arrays, scalars) == reference); });
    auto untouched = Tensors(optimizer.arrays).arrays;
    CHECK(reference[1] == untouched[1]);
    CHECK(reference[0] != untouched[0]);
    // Between the tensors lies one element that belongs to none.
    for (size_t gap : {0, 1, 2, 4, 12}) CHECK_EQ(reference[0][gap], untouched[0][gap]);
  }
}

TEST(optimizers_take_no_tensors_and_absent_state) {
  FakeBlocks blocks;
  call("sgd_step", {f32, 0, 0.1, 0, 0, 0, 0, 0}, blocks);
  std::vector<float> param = {1, 2}, grad = {1, 1};
  double p = blocks.add(param), g = blocks.add(grad);
  call("sgd_step", {f32, 1, 0.5, 0, 0, 0, 0, 0, 2, 0, p, 0, g, 0, 0, 0}, blocks);
  CHECK_EQ(param[1], 1.5f);
  // With momentum the buffer must be there.
  CHECK(refusal("sgd_step", {f32, 1, 0.5, 0.9, 0, 0, 0, 0, 2, 0, p, 0, g, 0, 0, 0}, blocks) != "");
}

TEST(optimizers_refuse_bad_arguments) {
  std::vector<float> param(4), grad(3);
  FakeBlocks blocks;
  double p = blocks.add(param), g = blocks.add(grad);
  CHECK(refusal("sgd_step", {f32, 1, 0.5, 0, 0, 0, 0, 0, 4, 0, p, 0, g, 0, 0, 0}, blocks) != "");
  CHECK(refusal("sgd_step", {i64, 0, 0.5, 0, 0, 0, 0, 0}, blocks) != "");
  CHECK(refusal("sgd_step", {f32, 1e12, 0.5, 0, 0, 0, 0, 0}, blocks) != "");
  CHECK(refusal("adam_step", {f32, NAN}, blocks) != "");
}

TEST(many_tensors_zero_scale_add_lerp) {
  auto zeroed = run_list("zero_many", {}, 1, {});
  auto scaled = run_list("scale_many", {0.5}, 1, {});
  auto added = run_list("add_scaled_many", {0.5}, 2, {});
  auto mixed = run_list("lerp_many", {0.25}, 2, {});
  auto before = Tensors(2).arrays;
  CHECK_EQ(zeroed[0][3], 0.0f);
  CHECK_EQ(zeroed[0][13 + 16384], 0.0f);
  CHECK_EQ(zeroed[0][13 + 16385], before[0][13 + 16385]);
  CHECK_EQ(scaled[0][100], before[0][100] * 0.5f);
  CHECK_EQ(added[0][100], before[0][100] + 0.5f * before[1][100]);
  CHECK_EQ(mixed[0][100], before[0][100] + 0.25f * (before[1][100] - before[0][100]));
  CHECK(mixed[1] == before[1]);
}

TEST(many_tensors_norms) {
  std::vector<float> values(100000), other = {3, -4};
  for (size_t i = 0; i < values.size(); i++) values[i] = static_cast<float>(i % 7) - 3;
  FakeBlocks blocks;
  double id = blocks.add(values), id2 = blocks.add(other);
  auto norm = [&](double kind) { return call("norm_many", {f32, kind, 2, 99995, id, 5, 2, id2, 0}, blocks)[0]; };
  double squares = 25, magnitudes = 7;
  for (size_t i = 5; i < values.size(); i++) {
    squares += values[i] * values[i];
    magnitudes += std::abs(values[i]);
  }
  for_each_isa_and_threads([&] {
    CHECK_EQ(norm(0), 4.0);
    CHECK_EQ(norm(1), magnitudes);
    CHECK_EQ(norm(2), squares);
  });
  for (size_t i = 0; i < values.size(); i++) values[i] = 1 / (1 + static_cast<float>(i));
  Settings settings;
  settings.use("scalar", 1);
  double reference = norm(2);
  for_each_isa_and_threads([&] { CHECK_EQ(norm(2), reference); });
  values[50000] = NAN;
  for (double kind : {0, 1, 2}) CHECK(std::isnan(norm(kind)));
  CHECK_EQ(call("norm_many", {f32, 2, 0}, blocks)[0], 0.0);
}
