#pragma once
#include <node_api.h>

#include <cstddef>
#include <cstdint>

namespace cresset::binding {

// The bytes of any ArrayBufferView, SharedArrayBuffer-backed ones included.
struct RawArray {
  uint8_t* data = nullptr;
  size_t bytes = 0;
  size_t length = 0;
  napi_typedarray_type type = napi_uint8_array;
  bool read(napi_env env, napi_value value);
};

// leaky_relu(x, out, mask | undefined, slope) and leaky_relu_backward(grad, out, mask | input, slope) on typed arrays. They
// return undefined, or the text of what is wrong.
napi_value raw_leaky_relu(napi_env env, napi_callback_info info);
napi_value raw_leaky_relu_backward(napi_env env, napi_callback_info info);
// raw_alloc(bytes): a Uint8Array of zeros whose memory is 64-byte aligned, over an external ArrayBuffer of its size where
// those are allowed; undefined when there is not enough memory.
napi_value raw_alloc(napi_env env, napi_callback_info info);

}  // namespace cresset::binding
