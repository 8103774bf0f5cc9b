#include "runtime/call.h"

#include <cstring>

namespace cresset {
namespace {

constexpr int kMaxKernels = 1024;
Kernel table[kMaxKernels];
int table_size = 0;

template <class T>
void store(uint8_t* at, double value) {
  T typed = static_cast<T>(value);
  std::memcpy(at, &typed, sizeof typed);
}

// A float64 value may lie outside an integer type's range, where a plain cast is undefined.
int64_t saturate(double value) {
  if (!(value > -9.2e18)) return value != value ? 0 : INT64_MIN;
  return value < 9.2e18 ? static_cast<int64_t>(value) : INT64_MAX;
}

void store_scalar(uint8_t* at, Dtype dtype, double value) {
  int64_t whole = saturate(value);
  switch (dtype) {
    case Dtype::float32: return store<float>(at, value);
    case Dtype::float64: return store<double>(at, value);
    case Dtype::int64: std::memcpy(at, &whole, 8); return;
    case Dtype::int32: {
      int32_t v = static_cast<int32_t>(static_cast<uint64_t>(whole));
      std::memcpy(at, &v, 4);
      return;
    }
    case Dtype::uint8: *at = static_cast<uint8_t>(static_cast<uint64_t>(whole)); return;
    case Dtype::boolean: *at = value != 0; return;
  }
}

}  // namespace

Registration::Registration(const char* name, Entry entry) {
  if (table_size < kMaxKernels) table[table_size++] = {name, entry};
}

Kernels kernels() { return {table, table_size}; }

void Call::fail(const char* what) { throw Error(what); }
void Call::fail(const std::string& what) { throw Error(what); }

double Call::number() {
  if (position_ >= length_) fail("too few arguments");
  return arguments_[position_++];
}

int64_t Call::integer(int64_t low, int64_t high) {
  double value = number();
  if (!(value >= static_cast<double>(low) && value <= static_cast<double>(high))) fail("argument out of range");
  int64_t whole = static_cast<int64_t>(value);
  if (static_cast<double>(whole) != value) fail("argument is not a whole number");
  return whole;
}

Shape Call::shape() {
  Shape shape;
  shape.ndim = static_cast<int>(integer(0, kMaxDims));
  for (int i = 0; i < shape.ndim; i++) {
    shape.size[i] = count();
    if (__builtin_mul_overflow(shape.count, shape.size[i], &shape.count) || shape.count > (int64_t{1} << 46))
      fail("shape is too large");
  }
  return shape;
}

void* Call::contiguous(Dtype dtype, int64_t n) {
  double id = number();
  int64_t offset = count();
  if (n < 0) fail("negative count");
  if (n == 0) return nullptr;
  Memory memory = resolver_.resolve(id);
  int64_t capacity = static_cast<int64_t>(memory.bytes / item_size(dtype));
  if (offset > capacity || n > capacity - offset) fail("range outside the block");
  work_.bytes += static_cast<double>(n) * static_cast<double>(item_size(dtype));
  return memory.data + static_cast<size_t>(offset) * item_size(dtype);
}

void* Call::optional(Dtype dtype, int64_t n) {
  if (position_ < length_ && arguments_[position_] == 0) {
    number();
    number();
    return nullptr;
  }
  return contiguous(dtype, n);
}

void Call::view(View& view, Dtype dtype, const Shape& shape, bool writable) {
  double id = number();
  if (id == 0) {
    if (writable && shape.count > 0) fail("an output cannot be an immediate");
    store_scalar(view.scalar, dtype, number());
    view.data = view.scalar;
    for (int i = 0; i < shape.ndim; i++) number();
    return;
  }
  int64_t offset = count();
  constexpr int64_t kFar = int64_t{1} << 46;
  int64_t low = offset, high = offset;
  double distinct = static_cast<double>(item_size(dtype));
  for (int i = 0; i < shape.ndim; i++) {
    view.stride[i] = integer(-kFar, kFar);
    int64_t reach;
    if (shape.count == 0) continue;
    if (__builtin_mul_overflow(view.stride[i], shape.size[i] - 1, &reach) || reach > kFar || reach < -kFar)
      fail("stride reaches outside the block");
    (reach < 0 ? low : high) += reach;
    if (view.stride[i] != 0) distinct *= static_cast<double>(shape.size[i]);
  }
  if (shape.count == 0) return;
  Memory memory = resolver_.resolve(id);
  int64_t capacity = static_cast<int64_t>(memory.bytes / item_size(dtype));
  if (low < 0 || high >= capacity) fail("range outside the block");
  work_.bytes += distinct;
  view.data = memory.data + static_cast<size_t>(offset) * item_size(dtype);
}

void Call::result(double value) { arguments_[results_++] = value; }

}  // namespace cresset
