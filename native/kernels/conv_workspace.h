#pragma once
#include <cstdint>

#include "kernels/conv_plan.h"
#include "runtime/allocator.h"
#include "runtime/call.h"

namespace cresset {

inline void check_memory(bool enough) {
  if (!enough) Call::fail("conv: out of memory");
}

// Memory of one call.
template <class T>
class Workspace {
 public:
  Workspace() = default;
  ~Workspace() { deallocate(allocation_); }
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  T* allocate_elements(int64_t count) {
    T* const data = try_elements(count);
    check_memory(data != nullptr);
    return data;
  }
  // Null when there are none: nothing may be thrown on a thread of the pool.
  T* try_elements(int64_t count) {
    allocation_ = allocate(static_cast<size_t>(count) * sizeof(T));
    return reinterpret_cast<T*>(allocation_.data);
  }

 private:
  Allocation allocation_;
};

// Rows of a matrix that are read side by side should not be a multiple of the page apart: their lines would share a set of
// the cache.
template <class T>
int64_t padded_stride(int64_t elements) {
  constexpr int64_t line = 64 / sizeof(T);
  return (ceil_div(elements, line) | 1) * line;
}

}  // namespace cresset
