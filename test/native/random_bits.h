#pragma once
#include <cstdint>
#include <random>
#include <vector>

namespace cresset::test {

class RandomBits {
 public:
  explicit RandomBits(uint32_t seed) : bits_(seed) {}
  uint32_t operator()() { return static_cast<uint32_t>(bits_()); }

  // n numbers between -1 and 1.
  template <class T>
  std::vector<T> values(int64_t n) {
    std::uniform_real_distribution<double> uniform(-1, 1);
    std::vector<T> numbers(static_cast<size_t>(n));
    for (T& number : numbers) number = static_cast<T>(uniform(bits_));
    return numbers;
  }

 private:
  std::mt19937 bits_;
};

}  // namespace cresset::test
