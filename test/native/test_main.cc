#include <algorithm>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "runtime/cpu.h"
#include "runtime/parallel.h"
#include "test.h"

namespace cresset::test {
namespace {

Test* tests = nullptr;
const char* current = "";
int failures_in_test = 0;

bool run(const Test& test) {
  current = test.name;
  failures_in_test = 0;
  try {
    test.run();
  } catch (const std::exception& error) {
    report_failure(test.name, 0, std::string("threw: ") + error.what());
  }
  return failures_in_test == 0;
}

Entry find_kernel(const std::string& name) {
  Kernels all = kernels();
  for (int i = 0; i < all.count; i++) {
    if (name == all.first[i].name) return all.first[i].entry;
  }
  throw std::runtime_error("no kernel is named " + name);
}

}  // namespace

Test::Test(const char* test_name, void (*test_run)()) : name(test_name), run(test_run), next(tests) { tests = this; }

void report_failure(const char* file, int line, const std::string& what) {
  constexpr int kShown = 10;
  if (++failures_in_test > kShown) return;
  std::printf("%s:%d: [%s] %s\n", file, line, current, what.c_str());
}

double FakeBlocks::add(void* data, size_t bytes) {
  blocks_.push_back({static_cast<uint8_t*>(data), bytes});
  return static_cast<double>(blocks_.size());
}

Memory FakeBlocks::resolve(double id) {
  if (!(id >= 1 && id <= static_cast<double>(blocks_.size()))) Call::fail("unknown block");
  return blocks_[static_cast<size_t>(id) - 1];
}

std::vector<double> call(const std::string& kernel, std::vector<double> arguments, Resolver& blocks) {
  Entry entry = find_kernel(kernel);
  Call call(arguments.data(), static_cast<int64_t>(arguments.size()), blocks);
  entry(call);
  if (!call.finished()) throw std::runtime_error(kernel + " did not read all its arguments");
  arguments.resize(static_cast<size_t>(call.results()));
  return arguments;
}

std::string refusal(const std::string& kernel, std::vector<double> arguments, Resolver& blocks) {
  try {
    call(kernel, std::move(arguments), blocks);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

std::vector<std::string> isas() {
  Settings restore;
  std::vector<std::string> usable;
  for (const char* name : {"scalar", "avx2", "avx512", "neon"}) {
    if (select_isa(name) == nullptr) usable.push_back(name);
  }
  return usable;
}

Settings::Settings() : isa_(isa_name(isa())), threads_(num_threads()) {}

Settings::~Settings() { use(isa_, threads_); }

void Settings::use(const std::string& isa, int threads) {
  const char* refused = select_isa(isa.c_str());
  if (refused != nullptr) report_failure(__FILE__, __LINE__, isa + " is " + refused);
  set_num_threads(threads);
}

}  // namespace cresset::test

// Runs every test, or those whose names contain one of the arguments.
int main(int argc, char** argv) {
  using cresset::test::Test;
  std::vector<const Test*> chosen;
  for (const Test* test = cresset::test::tests; test != nullptr; test = test->next) {
    bool wanted = argc == 1;
    for (int i = 1; i < argc; i++) wanted = wanted || std::strstr(test->name, argv[i]) != nullptr;
    if (wanted) chosen.push_back(test);
  }
  std::reverse(chosen.begin(), chosen.end());
  int failed = 0;
  for (const Test* test : chosen) {
    if (run(*test)) continue;
    failed++;
    std::printf("FAILED %s\n", test->name);
  }
  std::printf("%d passed, %d failed\n", static_cast<int>(chosen.size()) - failed, failed);
  return failed == 0 && !chosen.empty() ? 0 : 1;
}
