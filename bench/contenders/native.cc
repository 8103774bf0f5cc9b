// The machine's own yardsticks: memcpy, and oneDNN's sgemm where its headers are. Reads lines `CASE THREADS ITERATIONS ARGUMENT…`,
// answers with one JSON line each. Compiled by the benchmark: c++ -O2 -fopenmp native.cc [-DWITH_DNNL -ldnnl].
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#ifdef WITH_DNNL
#include <dnnl.h>
#endif

namespace {

struct Case {
  virtual ~Case() = default;
  virtual void run() = 0;
};

// The bytes are cut in one piece per thread, at cache lines.
struct Memcpy final : Case {
  std::vector<char> from, to;
  explicit Memcpy(size_t bytes) : from(bytes, 1), to(bytes, 2) {}
  void run() override {
#pragma omp parallel
    {
      size_t threads = static_cast<size_t>(omp_get_num_threads()), mine = static_cast<size_t>(omp_get_thread_num());
      size_t piece = (from.size() / threads + 63) / 64 * 64;
      size_t begin = std::min(piece * mine, from.size()), end = std::min(begin + piece, from.size());
      std::memcpy(to.data() + begin, from.data() + begin, end - begin);
    }
  }
};

#ifdef WITH_DNNL
struct Sgemm final : Case {
  long m, k, n;
  std::vector<float> a, b, c;
  Sgemm(long m, long k, long n) : m(m), k(k), n(n), a(m * k, 0.5f), b(k * n, 0.25f), c(m * n) {}
  void run() override { dnnl_sgemm('N', 'N', m, n, k, 1.0f, a.data(), k, b.data(), n, 0.0f, c.data(), n); }
};
#endif

std::unique_ptr<Case> make(const std::string& name, std::istream& arguments) {
  if (name == "memcpy") {
    size_t bytes = 0;
    arguments >> bytes;
    return std::make_unique<Memcpy>(bytes);
  }
#ifdef WITH_DNNL
  if (name == "sgemm") {
    long m = 0, k = 0, n = 0;
    arguments >> m >> k >> n;
    return std::make_unique<Sgemm>(m, k, n);
  }
#endif
  return nullptr;
}

void info() {
#ifdef WITH_DNNL
  const dnnl_version_t* v = dnnl_version();
  std::printf("{\"name\": \"oneDNN %d.%d.%d\", \"sgemm\": true, \"threads\": %d}\n", v->major, v->minor, v->patch, omp_get_max_threads());
#else
  std::printf("{\"name\": \"memcpy\", \"sgemm\": false, \"threads\": %d}\n", omp_get_max_threads());
#endif
}

}  // namespace

int main() {
  std::string line, key;
  std::unique_ptr<Case> current;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string name, arguments;
    int threads = 1;
    long iterations = 0;
    words >> name >> threads >> iterations;
    std::getline(words, arguments);
    if (name == "info") {
      info();
    } else {
      if (key != name + arguments) {
        current.reset();
        std::istringstream rest(arguments);
        current = make(name, rest);
        key = name + arguments;
      }
      if (current == nullptr) {
        std::printf("{\"error\": \"no case %s\"}\n", name.c_str());
      } else {
        omp_set_num_threads(threads);
        auto start = std::chrono::steady_clock::now();
        for (long i = 0; i < iterations; i++) current->run();
        std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
        std::printf("{\"seconds\": %.9f}\n", seconds.count());
      }
    }
    std::fflush(stdout);
  }
}
