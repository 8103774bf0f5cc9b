#include "binding/raw.h"

#include <cmath>
#include <cstring>

#include "binding/environment.h"
#include "kernels/leaky_relu.h"
#include "runtime/allocator.h"
#include "runtime/dtype.h"

namespace cresset::binding {
namespace {

constexpr size_t kItem[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};

struct Operands {
  RawArray source, out, extra;
  bool has_extra = false;
  double slope = 0;
  Dtype dtype = Dtype::float32;
  const char* wrong = nullptr;

  int64_t n() const { return static_cast<int64_t>(source.length); }
  size_t mask_bytes() const { return (source.length + 7) / 8; }

  Operands(napi_env env, napi_callback_info info) {
    napi_value value[4];
    size_t count = 4;
    napi_get_cb_info(env, info, &count, value, nullptr, nullptr);
    if (count < 4 || !source.read(env, value[0]) || !out.read(env, value[1]) ||
        napi_get_value_double(env, value[3], &slope) != napi_ok) {
      wrong = "expected two typed arrays, a mask or undefined, and a number";
      return;
    }
    has_extra = extra.read(env, value[2]);
    if (source.type != napi_float32_array && source.type != napi_float64_array)
      wrong = "expected a Float32Array or Float64Array";
    else if (out.type != source.type || out.length != source.length)
      wrong = "input and out differ in type or length";
    else if (partly(source, out))
      wrong = "input and out overlap partly";
    dtype = source.type == napi_float32_array ? Dtype::float32 : Dtype::float64;
  }

  static bool touch(const RawArray& a, const RawArray& b) {
    return a.data < b.data + b.bytes && b.data < a.data + a.bytes;
  }
  static bool partly(const RawArray& a, const RawArray& b) { return a.data != b.data && touch(a, b); }
};

napi_value answer(napi_env env, const char* wrong) {
  napi_value result = nullptr;
  if (wrong == nullptr)
    napi_get_undefined(env, &result);
  else
    napi_create_string_utf8(env, wrong, NAPI_AUTO_LENGTH, &result);
  return result;
}

void give_back(napi_env, void*, void* hint) {
  auto* allocation = static_cast<Allocation*>(hint);
  deallocate(*allocation);
  delete allocation;
}

// Aligned memory of V8's own, where external memory is forbidden.
napi_value aligned_array(napi_env env, size_t bytes) {
  constexpr size_t kAlignment = 64;
  napi_value buffer = nullptr, result = nullptr;
  void* data = nullptr;
  if (bytes > available_memory() || napi_create_arraybuffer(env, bytes + kAlignment, &data, &buffer) != napi_ok) {
    napi_get_and_clear_last_exception(env, &result);
    return nullptr;
  }
  size_t offset = (kAlignment - reinterpret_cast<uintptr_t>(data) % kAlignment) % kAlignment;
  napi_create_typedarray(env, napi_uint8_array, bytes, buffer, offset, &result);
  return result;
}

}  // namespace

bool RawArray::read(napi_env env, napi_value value) {
  bool is = false;
  void* at = nullptr;
  if (napi_is_typedarray(env, value, &is) != napi_ok || !is) return false;
  if (napi_get_typedarray_info(env, value, &type, &length, &at, nullptr, nullptr) != napi_ok) return false;
  if (static_cast<size_t>(type) > 10) return false;
  data = static_cast<uint8_t*>(at);
  bytes = data == nullptr ? 0 : length * kItem[type];
  if (data == nullptr) length = 0;
  return true;
}

napi_value raw_leaky_relu(napi_env env, napi_callback_info info) {
  Operands o(env, info);
  if (o.wrong == nullptr && o.has_extra) {
    if (o.extra.type != napi_uint8_array || o.extra.length != o.mask_bytes())
      o.wrong = "mask is not a Uint8Array of ceil(n/8) bytes";
    else if (Operands::touch(o.extra, o.source) || Operands::touch(o.extra, o.out))
      o.wrong = "mask overlaps input or out";
  }
  if (o.wrong == nullptr)
    leaky_relu_forward(o.dtype, o.n(), o.out.data, o.source.data, o.has_extra ? o.extra.data : nullptr, o.slope);
  return answer(env, o.wrong);
}

napi_value raw_leaky_relu_backward(napi_env env, napi_callback_info info) {
  Operands o(env, info);
  if (o.wrong == nullptr) {
    bool mask = o.extra.type == napi_uint8_array;
    if (!o.has_extra ||
        (mask ? o.extra.length != o.mask_bytes() : o.extra.type != o.source.type || o.extra.length != o.source.length))
      o.wrong = "expected a mask of ceil(n/8) bytes or an input like grad";
    else if (mask ? Operands::touch(o.extra, o.out) : Operands::partly(o.extra, o.out))
      o.wrong = "mask or input overlaps out";
    else if (mask)
      leaky_relu_backward(o.dtype, o.n(), o.out.data, o.source.data, o.extra.data, o.slope);
    else
      leaky_relu_backward_input(o.dtype, o.n(), o.out.data, o.source.data, o.extra.data, o.slope);
  }
  return answer(env, o.wrong);
}

napi_value raw_alloc(napi_env env, napi_callback_info info) {
  napi_value value[1], result = nullptr;
  size_t count = 1;
  double number = NAN;
  napi_get_cb_info(env, info, &count, value, nullptr, nullptr);
  if (count > 0) napi_get_value_double(env, value[0], &number);
  if (!(number >= 1 && number <= 70368744177664.0)) return nullptr;
  size_t bytes = static_cast<size_t>(number);
  if (!external_buffers()) return aligned_array(env, bytes);
  Allocation allocation = allocate(bytes);
  if (allocation.data == nullptr) return nullptr;
  std::memset(allocation.data, 0, bytes);
  auto* hint = new Allocation(allocation);
  napi_value buffer = nullptr;
  napi_status status = napi_create_external_arraybuffer(env, allocation.data, bytes, give_back, hint, &buffer);
  if (status == napi_ok) {
    napi_create_typedarray(env, napi_uint8_array, bytes, buffer, 0, &result);
    return result;
  }
  give_back(env, nullptr, hint);
  return status == napi_no_external_buffers_allowed ? aligned_array(env, bytes) : nullptr;
}

}  // namespace cresset::binding
