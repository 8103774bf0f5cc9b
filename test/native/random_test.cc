#include "runtime/random.h"

#include <algorithm>
#include <cstring>

#include "runtime/parallel.h"
#include "test.h"

namespace {

constexpr double kSeedLow = 1234567, kSeedHigh = 89;

template <class T>
std::vector<T> draw(const std::string& kernel, int64_t n, std::vector<double> parameters, double offset = 0) {
  std::vector<T> out(static_cast<size_t>(n));
  FakeBlocks blocks;
  std::vector<double> arguments = {code<T>, static_cast<double>(n), blocks.add(out), 0};
  arguments.insert(arguments.end(), parameters.begin(), parameters.end());
  arguments.insert(arguments.end(), {kSeedLow, kSeedHigh, offset});
  CHECK_EQ(call(kernel, arguments, blocks).size(), size_t{1});
  return out;
}

std::vector<int64_t> permutation(int64_t n) {
  std::vector<int64_t> out(static_cast<size_t>(n));
  FakeBlocks blocks;
  call("randperm", {static_cast<double>(n), blocks.add(out), 0, kSeedLow, kSeedHigh, 7}, blocks);
  return out;
}

struct Moments {
  double mean = 0, variance = 0, skew = 0, kurtosis = 0;
};

template <class T>
Moments moments(const std::vector<T>& values) {
  Moments m;
  double n = static_cast<double>(values.size());
  for (T v : values) m.mean += static_cast<double>(v) / n;
  for (T v : values) m.variance += std::pow(static_cast<double>(v) - m.mean, 2) / n;
  for (T v : values) {
    double z = (static_cast<double>(v) - m.mean) / std::sqrt(m.variance);
    m.skew += z * z * z / n;
    m.kurtosis += z * z * z * z / n;
  }
  return m;
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

template <class T>
void check_same_everywhere(const std::string& kernel, const std::vector<double>& parameters) {
  std::vector<T> reference;
  Settings settings;
  settings.use("scalar", 1);
  reference = draw<T>(kernel, 50001, parameters, 3);
  for_each_isa_and_threads([&] { CHECK(same_bits(reference, draw<T>(kernel, 50001, parameters, 3))); });
  std::vector<T> shorter = draw<T>(kernel, 777, parameters, 3);
  CHECK(std::equal(shorter.begin(), shorter.end(), reference.begin()));
}

template <class T>
void check_uniform() {
  std::vector<T> values = draw<T>("uniform", 1000000, {-2, 3});
  auto [least, most] = std::minmax_element(values.begin(), values.end());
  CHECK(*least >= -2 && *most < 3);
  Moments m = moments(values);
  CHECK_NEAR(m.mean, 0.5, 0.01);
  CHECK_NEAR(m.variance, 25.0 / 12, 0.01);
  CHECK_NEAR(m.kurtosis, 1.8, 0.01);
}

template <class T>
void check_normal() {
  std::vector<T> values = draw<T>("normal", 1000000, {1, 2});
  Moments m = moments(values);
  CHECK_NEAR(m.mean, 1, 0.01);
  CHECK_NEAR(m.variance, 4, 0.03);
  CHECK_NEAR(m.skew, 0, 0.01);
  CHECK_NEAR(m.kurtosis, 3, 0.03);
  double beyond =
      static_cast<double>(std::count_if(values.begin(), values.end(), [](T v) { return v > 1 + 2 * 1.96; }));
  CHECK_NEAR(beyond / 1e6, 0.025, 0.001);
  double together = 0;
  for (size_t i = 0; i + 1 < values.size(); i += 2) together += double(values[i] - 1) * double(values[i + 1] - 1) / 2e6;
  CHECK_NEAR(together, 0, 0.01);
}

}  // namespace

// The known answers of the authors' own library (Random123, kat_vectors).
TEST(philox_known_answers) {
  auto is = [](PhiloxWords got, PhiloxWords want) { return std::memcmp(&got, &want, sizeof got) == 0; };
  CHECK(is(philox(0, 0, 0), {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}}));
  CHECK(is(philox(~uint64_t{0}, ~uint64_t{0}, ~uint64_t{0}), {{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}}));
  CHECK(is(philox(0x299f31d0a4093822, 0x85a308d3243f6a88, 0x0370734413198a2e),
           {{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}));
}

TEST(random_is_the_same_for_any_isa_and_threads) {
  check_same_everywhere<float>("uniform", {-1, 1});
  check_same_everywhere<double>("uniform", {-1, 1});
  check_same_everywhere<float>("normal", {0, 1});
  check_same_everywhere<double>("normal", {0, 1});
  check_same_everywhere<int64_t>("randint", {-5, 1e15});
  check_same_everywhere<int32_t>("randint", {0, 3e9 / 2});
  check_same_everywhere<uint8_t>("randint", {0, 10});
  check_same_everywhere<uint8_t>("bernoulli", {0.3});
  check_same_everywhere<float>("bernoulli", {0.3});
}

TEST(uniform_moments_and_range) {
  check_uniform<float>();
  check_uniform<double>();
}

TEST(uniform_never_returns_high) {
  // With a spacing of 1/8 at 2^20, rounding would reach `high` in half of the top cell.
  for (float v : draw<float>("uniform", 100000, {1048576, 1048577})) CHECK(v >= 1048576 && v < 1048577);
  for (float v : draw<float>("uniform", 1000, {2.5, 2.5})) CHECK_EQ(v, 2.5f);
}

TEST(normal_moments) {
  check_normal<float>();
  check_normal<double>();
}

TEST(randint_is_unbiased_and_in_range) {
  std::vector<int32_t> dice = draw<int32_t>("randint", 600000, {1, 7});
  std::vector<double> counts(8);
  for (int32_t v : dice) counts[static_cast<size_t>(std::clamp(v, 0, 7))]++;
  CHECK_EQ(counts[0] + counts[7], 0.0);
  for (size_t face = 1; face <= 6; face++) CHECK_NEAR(counts[face], 100000, 1500);
  // A range of 3·2^30 rejects a quarter of all words, so redrawing is well exercised; thirds must come out alike.
  std::vector<double> thirds(3);
  for (int64_t v : draw<int64_t>("randint", 300000, {0, 3221225472})) thirds[static_cast<size_t>(v >> 30)]++;
  for (double count : thirds) CHECK_NEAR(count, 100000, 1500);
  for (int64_t v : draw<int64_t>("randint", 10000, {-9007199254740992, 9007199254740992})) {
    CHECK(v >= -9007199254740992 && v < 9007199254740992);
  }
}

TEST(bernoulli_probabilities) {
  for (uint8_t v : draw<uint8_t>("bernoulli", 10000, {0})) CHECK_EQ(v, 0);
  for (uint8_t v : draw<uint8_t>("bernoulli", 10000, {1})) CHECK_EQ(v, 1);
  std::vector<uint8_t> values = draw<uint8_t>("bernoulli", 1000000, {0.25});
  CHECK_NEAR(static_cast<double>(std::count(values.begin(), values.end(), 1)), 250000, 2500);
}

TEST(randperm_permutes) {
  std::vector<int64_t> values = permutation(10007);
  std::vector<int64_t> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  for (size_t i = 0; i < sorted.size(); i++) CHECK_EQ(sorted[i], static_cast<int64_t>(i));
  int64_t fixed = 0;
  for (size_t i = 0; i < values.size(); i++) fixed += values[i] == static_cast<int64_t>(i);
  CHECK(fixed < 10);
  for_each_isa_and_threads([&] { CHECK(same_bits(values, permutation(10007))); });
  CHECK(permutation(0).empty());
}

TEST(random_offset_moves_by_what_was_used) {
  std::vector<float> out(1000);
  FakeBlocks blocks;
  double id = blocks.add(out);
  std::vector<double> used = call("uniform", {f32, 1000, id, 0, 0, 1, 1, 0, 0}, blocks);
  CHECK_EQ(used[0], 256.0);  // 1000 floats are 4 tiles of 64 counters
  std::vector<float> first = out;
  call("uniform", {f32, 1000, id, 0, 0, 1, 1, 0, used[0]}, blocks);
  int64_t equal = 0;
  for (size_t i = 0; i < out.size(); i++) equal += out[i] == first[i];
  CHECK(equal < 3);
}

TEST(random_refuses_bad_arguments) {
  std::vector<float> out(10);
  FakeBlocks blocks;
  double id = blocks.add(out);
  CHECK(refusal("uniform", {f32, 11, id, 0, 0, 1, 1, 0, 0}, blocks) != "");
  CHECK(refusal("uniform", {i64, 5, id, 0, 0, 1, 1, 0, 0}, blocks) != "");
  CHECK(refusal("uniform", {f32, 10, id, 0, 0, 1, -1, 0, 0}, blocks) != "");
  CHECK(refusal("randint", {f32, 10, id, 0, 3, 3, 1, 0, 0}, blocks) != "");
  CHECK(refusal("randint", {f32, 10, id, 0, 0, NAN, 1, 0, 0}, blocks) != "");
  CHECK(refusal("bernoulli", {f32, 10, id, 0, 1.5, 1, 0, 0}, blocks) != "");
  CHECK(refusal("randperm", {10, id, 0, 1, 0, 0}, blocks) != "");
}
