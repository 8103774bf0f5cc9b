#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>

#include "runtime/dtype.h"

namespace cresset {

// Thrown by kernel entries, caught in binding/, which hands JavaScript a status and the text.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Memory {
  uint8_t* data = nullptr;
  size_t bytes = 0;
};

// Finds the memory behind a block id; throws Error for a stale or unknown one.
class Resolver {
 public:
  virtual Memory resolve(double id) = 0;

 protected:
  ~Resolver() = default;
};

constexpr int kMaxDims = 16;

// A shape, product checked against overflow.
struct Shape {
  int ndim = 0;
  int64_t count = 1;
  int64_t size[kMaxDims] = {};
};

// A strided window of a block, wholly inside it. Strides are in elements. `scalar` holds the value of an
// immediate operand (then `data` points at it and all strides are 0).
struct View {
  void* data = nullptr;
  int64_t stride[kMaxDims] = {};
  alignas(8) uint8_t scalar[8] = {};
  View() = default;
  View(const View&) = delete;
  View& operator=(const View&) = delete;
};

// What one call has to do, for profilers: the bytes of its operands, each counted once, and the floating point operations
// of kernels whose arithmetic rather than memory sets the pace.
struct CallWork {
  double bytes = 0;
  double operations = 0;
  Dtype dtype = Dtype::float32;  // the last one read
};

// Reads the arguments of one kernel call in order. Everything a kernel touches comes from here, so everything is
// judged here: numbers are bounded, ids live, ranges inside their blocks. It knows no JavaScript, so the C++ tests use it
// too.
//
// In the argument array an operand is `id, offset` (contiguous) or `id, offset, stride…` (strided; offsets and strides in
// elements). An operand whose id is 0 is an immediate: `0, value` stands for a tensor filled with `value`.
class Call {
 public:
  Call(double* arguments, int64_t length, Resolver& resolver)
      : arguments_(arguments), length_(length), resolver_(resolver) {}

  double number();
  bool flag() { return number() != 0; }
  int64_t integer(int64_t low, int64_t high);
  int64_t count() { return integer(0, int64_t{1} << 46); }
  Dtype dtype() { return work_.dtype = static_cast<Dtype>(integer(0, kDtypes - 1)); }
  // `ndim, size…`
  Shape shape();

  // `id, offset`: n contiguous elements of `dtype`. Null only when n is 0.
  void* contiguous(Dtype dtype, int64_t n);
  template <class T>
  T* contiguous(int64_t n) {
    return static_cast<T*>(contiguous(DtypeOf<T>::value, n));
  }
  // The same, but an id of 0 means "absent" and gives null (its offset is ignored).
  void* optional(Dtype dtype, int64_t n);
  template <class T>
  T* optional(int64_t n) {
    return static_cast<T*>(optional(DtypeOf<T>::value, n));
  }
  // `id, offset, stride × ndim`. Immediates allowed unless `writable`.
  void view(View& view, Dtype dtype, const Shape& shape, bool writable);

  // Values handed back to JavaScript: they overwrite the argument array from its beginning.
  void result(double value);
  int64_t results() const { return results_; }
  // Counts multiplications and additions; in double, which does not overflow.
  void operations(double count) { work_.operations += count; }
  const CallWork& work() const { return work_; }
  bool finished() const { return position_ == length_; }

  // Out of line: a kernel has many reasons, and none of them has to be fast.
  [[noreturn]] static void fail(const char* what);
  [[noreturn]] static void fail(const std::string& what);

 private:
  double* arguments_;
  int64_t length_;
  int64_t position_ = 0;
  int64_t results_ = 0;
  CallWork work_;
  Resolver& resolver_;
};

using Entry = void (*)(Call&);

// A kernel is known by its name; TypeScript looks the index up once, at load.
struct Kernel {
  const char* name;
  Entry entry;
};
struct Kernels {
  const Kernel* first;
  int count;
};
Kernels kernels();

struct Registration {
  Registration(const char* name, Entry entry);
};

// At namespace scope of the .cc file that defines the entry: CRESSET_KERNEL(gemm, gemm_entry);
#define CRESSET_KERNEL(name, entry) static const ::cresset::Registration registered_##name(#name, entry)

}  // namespace cresset
