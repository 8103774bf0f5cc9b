#pragma once
#include <cmath>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "runtime/call.h"

// A small test harness: no dependencies, runs without Node.
//
//   TEST(adds_numbers) {
//     std::vector<float> out(3), x = {1, 2, 3};
//     FakeBlocks blocks;
//     call("square", {f32, 3, blocks.add(out), 0, blocks.add(x), 0}, blocks);
//     CHECK_EQ(out[2], 9.0f);
//   }
namespace cresset::test {

struct Test {
  const char* name;
  void (*run)();
  Test* next;
  Test(const char* name, void (*run)());
};

void report_failure(const char* file, int line, const std::string& what);

// A uint8_t is a number here, not a character.
template <class T>
const T& shown(const T& value) {
  return value;
}
inline int shown(uint8_t value) { return value; }

template <class A, class B>
void check_equal(const A& a, const B& b, const char* text, const char* file, int line) {
  if (a == b) return;
  std::ostringstream out;
  out.precision(17);
  out << text << ": " << shown(a) << " != " << shown(b);
  report_failure(file, line, out.str());
}

// Dtype codes as they stand in argument arrays.
constexpr double f32 = 0, f64 = 1, i64 = 2, i32 = 3, u8 = 4, b1 = 5;
template <class T>
constexpr double code = static_cast<double>(DtypeOf<T>::value);

// Memory for kernel calls: every vector added becomes a block. It must outlive the calls and keep its size.
class FakeBlocks final : public Resolver {
 public:
  template <class T>
  double add(std::vector<T>& values) {
    return add(values.data(), values.size() * sizeof(T));
  }
  double add(void* data, size_t bytes);
  Memory resolve(double id) override;

 private:
  std::vector<Memory> blocks_;
};

// Runs the kernel of this name and returns what it handed back. Throws Error as the kernel does, and when the kernel did
// not read all its arguments.
std::vector<double> call(const std::string& kernel, std::vector<double> arguments, Resolver& blocks);

// What the kernel refused the arguments with; empty when it accepted them.
std::string refusal(const std::string& kernel, std::vector<double> arguments, Resolver& blocks);

// The instruction sets of this machine, scalar first.
std::vector<std::string> isas();

// Restores the instruction set and the thread count when it goes out of scope.
struct Settings {
  Settings();
  ~Settings();
  Settings(const Settings&) = delete;
  Settings& operator=(const Settings&) = delete;
  void use(const std::string& isa, int threads);

 private:
  std::string isa_;
  int threads_;
};

// Calls body() once for every instruction set with 1, 2 and 7 threads.
template <class Body>
void for_each_isa_and_threads(const Body& body) {
  Settings settings;
  for (const std::string& isa : isas()) {
    for (int threads : {1, 2, 7}) {
      settings.use(isa, threads);
      body();
    }
  }
}

}  // namespace cresset::test

#define TEST(name)                                                 \
  static void test_##name();                                       \
  static ::cresset::test::Test tested_##name(#name, &test_##name); \
  static void test_##name()

#define CHECK(condition) \
  ((condition) ? void() : ::cresset::test::report_failure(__FILE__, __LINE__, "CHECK(" #condition ")"))
#define CHECK_EQ(a, b) ::cresset::test::check_equal(a, b, #a " == " #b, __FILE__, __LINE__)
#define CHECK_NEAR(a, b, tolerance)                                         \
  (std::abs(static_cast<double>(a) - static_cast<double>(b)) <= (tolerance) \
       ? void()                                                             \
       : ::cresset::test::report_failure(__FILE__, __LINE__,                \
                                         #a " ~ " #b ": " + std::to_string(a) + " against " + std::to_string(b)))

using namespace cresset;        // NOLINT: a test file is a leaf
using namespace cresset::test;  // NOLINT
