#include <cmath>
#include <cstring>

#include "test.h"

namespace {

enum Reduction { kNone, kMean, kSum };

template <class T>
std::vector<T> values(size_t n, uint64_t state) {
  std::vector<T> x(n);
  for (T& v : x) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    v = T(double(state >> 40) / 4e6 - 2);
  }
  return x;
}

// A batch with a few ignored rows, and the arguments its kernels share.
template <class T>
struct Batch {
  int64_t rows, classes;
  std::vector<T> input, weight;
  std::vector<int64_t> target;
  double ignored = -100;
  double smoothing = 0;

  Batch(int64_t r, int64_t c, bool weighted) : rows(r), classes(c), input(values<T>(size_t(r * c), 3)) {
    for (int64_t i = 0; i < r; i++) target.push_back(i % 5 == 3 ? -100 : i * 7 % c);
    if (!weighted) return;
    for (int64_t i = 0; i < c; i++) weight.push_back(T(0.5 + 0.1 * double(i % 7)));
  }

  void add_targets(std::vector<double>& arguments, FakeBlocks& blocks, bool smoothed) {
    arguments.insert(arguments.end(), {i64, blocks.add(target), 0});
    if (weight.empty())
      arguments.insert(arguments.end(), {0, 0});
    else
      arguments.insert(arguments.end(), {blocks.add(weight), 0});
    arguments.push_back(ignored);
    if (smoothed) arguments.push_back(smoothing);
  }
};

template <class T>
struct Result {
  std::vector<T> loss, statistics, total = std::vector<T>(1), grad;
};

template <class T>
Result<T> forward(Batch<T>& batch, Reduction reduction) {
  Result<T> result;
  result.loss.resize(reduction == kNone ? size_t(batch.rows) : 1);
  result.statistics.resize(size_t(2 * batch.rows));
  FakeBlocks blocks;
  std::vector<double> arguments = {code<T>, double(batch.rows), double(batch.classes), blocks.add(batch.input), 0};
  batch.add_targets(arguments, blocks, true);
  arguments.insert(arguments.end(), {double(reduction), blocks.add(result.loss), 0, blocks.add(result.statistics), 0,
                                     blocks.add(result.total), 0});
  call("cross_entropy", arguments, blocks);
  return result;
}

template <class T>
void backward(Batch<T>& batch, Reduction reduction, std::vector<T>& grad, Result<T>& result) {
  result.grad.assign(batch.input.size(), 99);
  FakeBlocks blocks;
  std::vector<double> arguments = {code<T>,
                                   double(batch.rows),
                                   double(batch.classes),
                                   blocks.add(result.grad),
                                   0,
                                   blocks.add(batch.input),
                                   0,
                                   blocks.add(result.statistics),
                                   0};
  batch.add_targets(arguments, blocks, true);
  arguments.insert(arguments.end(), {double(reduction), blocks.add(grad), 0, blocks.add(result.total), 0});
  call("cross_entropy_backward", arguments, blocks);
}

// The definition, in double.
template <class T>
std::vector<double> reference(const Batch<T>& batch, Reduction reduction) {
  std::vector<double> losses;
  double sum = 0, total = 0;
  for (int64_t row = 0; row < batch.rows; row++) {
    const T* x = &batch.input[size_t(row * batch.classes)];
    int64_t target = batch.target[size_t(row)];
    losses.push_back(0);
    if (double(target) == batch.ignored) continue;
    double exps = 0, all = 0;
    for (int64_t c = 0; c < batch.classes; c++) exps += std::exp(double(x[c]));
    auto weight = [&](int64_t c) { return batch.weight.empty() ? 1.0 : double(batch.weight[size_t(c)]); };
    for (int64_t c = 0; c < batch.classes; c++) all -= weight(c) * (double(x[c]) - std::log(exps));
    double own = -weight(target) * (double(x[target]) - std::log(exps));
    losses.back() = (1 - batch.smoothing) * own + batch.smoothing / double(batch.classes) * all;
    sum += losses.back();
    total += weight(target);
  }
  if (reduction == kNone) return losses;
  return {reduction == kMean ? sum / total : sum};
}

template <class T>
void check_cross_entropy(double tolerance) {
  for (int64_t classes : {2, 10, 33, 1000}) {
    for (double smoothing : {0.0, 0.1}) {
      for (bool weighted : {false, true}) {
        for (Reduction reduction : {kNone, kMean, kSum}) {
          Batch<T> batch(301, classes, weighted);
          batch.smoothing = smoothing;
          std::vector<T> grad(reduction == kNone ? size_t(batch.rows) : 1, T(1.5));
          Result<T> first;
          for_each_isa_and_threads([&] {
            Result<T> result = forward(batch, reduction);
            backward(batch, reduction, grad, result);
            if (first.loss.empty()) first = result;
            CHECK(std::memcmp(result.loss.data(), first.loss.data(), result.loss.size() * sizeof(T)) == 0);
            CHECK(std::memcmp(result.grad.data(), first.grad.data(), result.grad.size() * sizeof(T)) == 0);
          });
          std::vector<double> wanted = reference(batch, reduction);
          for (size_t i = 0; i < wanted.size(); i++)
            CHECK_NEAR(first.loss[i], wanted[i], tolerance * (1 + std::abs(wanted[i])));
        }
      }
    }
  }
}

}  // namespace

TEST(cross_entropy_float32) { check_cross_entropy<float>(2e-6); }
TEST(cross_entropy_float64) { check_cross_entropy<double>(1e-13); }

TEST(cross_entropy_gradient_is_the_slope) {
  for (Reduction reduction : {kMean, kSum}) {
    for (bool weighted : {false, true}) {
      Batch<double> batch(6, 5, weighted);
      batch.smoothing = 0.2;
      std::vector<double> one = {1};
      Result<double> result = forward(batch, reduction);
      backward(batch, reduction, one, result);
      for (size_t i = 0; i < batch.input.size(); i++) {
        constexpr double kStep = 1e-5;
        double kept = batch.input[i];
        batch.input[i] = kept + kStep;
        double up = forward(batch, reduction).loss[0];
        batch.input[i] = kept - kStep;
        double down = forward(batch, reduction).loss[0];
        batch.input[i] = kept;
        CHECK_NEAR(result.grad[i], (up - down) / (2 * kStep), 1e-8);
      }
    }
  }
}

TEST(cross_entropy_all_ignored) {
  Batch<float> batch(4, 3, false);
  batch.target = {-100, -100, -100, -100};
  Result<float> result = forward(batch, kMean);
  CHECK(std::isnan(result.loss[0]));
  std::vector<float> one = {1};
  backward(batch, kMean, one, result);
  for (float g : result.grad) CHECK_EQ(g, 0);
  CHECK_EQ(forward(batch, kSum).loss[0], 0);
}

TEST(cross_entropy_large_logits) {
  Batch<float> batch(1, 2, false);
  batch.target = {1};
  batch.input = {1e6f, 1e6f - 1};
  Result<float> result = forward(batch, kMean);
  CHECK_NEAR(result.loss[0], 1.3132617, 1e-6);
  std::vector<float> one = {1};
  backward(batch, kMean, one, result);
  CHECK_NEAR(result.grad[0], 0.7310586, 1e-6);
}

TEST(cross_entropy_refuses_targets) {
  Batch<float> batch(10, 10, false);
  batch.target[7] = 12;
  batch.target[9] = -1;
  for_each_isa_and_threads([&] {
    std::string text;
    try {
      forward(batch, kMean);
    } catch (const Error& error) {
      text = error.what();
    }
    CHECK(text == "target 12 is out of range [0, 10)");
  });
}

TEST(nll_loss_matches_cross_entropy) {
  Batch<double> batch(50, 7, true);
  std::vector<double> log_probabilities(batch.input.size()), total(1), loss(1), losses(50), grad(batch.input.size());
  FakeBlocks blocks;
  double input = blocks.add(log_probabilities), out = blocks.add(grad), one = blocks.add(loss), sum = blocks.add(total);
  call("log_softmax", {f64, 50, 7, 1, input, 0, blocks.add(batch.input), 0}, blocks);
  for (Reduction reduction : {kNone, kMean, kSum}) {
    std::vector<double> arguments = {f64, 50, 7, input, 0};
    batch.add_targets(arguments, blocks, false);
    double to = reduction == kNone ? blocks.add(losses) : one;
    arguments.insert(arguments.end(), {double(reduction), to, 0, sum, 0});
    call("nll_loss", arguments, blocks);
    std::vector<double> wanted = forward(batch, reduction).loss;
    for (size_t i = 0; i < wanted.size(); i++) CHECK_NEAR(reduction == kNone ? losses[i] : loss[0], wanted[i], 1e-13);

    arguments = {f64, 50, 7, out, 0};
    batch.add_targets(arguments, blocks, false);
    arguments.insert(arguments.end(), {double(reduction), to, 0, sum, 0});
    call("nll_loss_backward", arguments, blocks);
    for (size_t i = 0; i < grad.size(); i++) {
      size_t row = i / 7;
      bool hit = batch.target[row] == int64_t(i % 7);
      double g = reduction == kNone ? losses[row] : loss[0];
      double scale = reduction == kMean ? total[0] : 1;
      CHECK_NEAR(grad[i], hit ? -batch.weight[i % 7] * g / scale : 0, 1e-13);
    }
  }
}
