#pragma once
#include <mutex>

#include "runtime/call.h"

namespace cresset {

// Indices that lie in memory, of any integer dtype. Each is read once: where user code shares the memory, it could change
// between the check and the use.
class IndexReader {
 public:
  // Reads `dtype, id, offset`.
  IndexReader(Call& call, int64_t n);
  int64_t operator[](int64_t i) const {
    switch (dtype_) {
      case Dtype::int64: return static_cast<const volatile int64_t*>(data_)[i];
      case Dtype::int32: return static_cast<const volatile int32_t*>(data_)[i];
      default: return static_cast<const volatile uint8_t*>(data_)[i];
    }
  }

  // f(p) with p[i] the index i, of its own type: for loops that should not ask each time.
  template <class F>
  auto typed(const F& f) const {
    switch (dtype_) {
      case Dtype::int64: return f(static_cast<const volatile int64_t*>(data_));
      case Dtype::int32: return f(static_cast<const volatile int32_t*>(data_));
      default: return f(static_cast<const volatile uint8_t*>(data_));
    }
  }

 private:
  Dtype dtype_;
  const void* data_;
};

// Keeps the first index out of range that the threads of a region came upon.
class IndexFault {
 public:
  void report(int64_t position, int64_t value);
  // Fails with "WHAT VALUE is out of range [0, BOUND)" if there was one.
  void raise(const char* what, int64_t bound) const;

 private:
  std::mutex mutex_;
  int64_t position_ = -1;
  int64_t value_ = 0;
};

}  // namespace cresset
