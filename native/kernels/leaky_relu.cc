#include "kernels/leaky_relu.h"

#include <algorithm>
#include <cstring>

#include "kernels/element_types.h"
#include "runtime/call.h"
#include "runtime/parallel.h"
#include "simd/vector.h"

namespace cresset {
namespace {

// One instruction set's loops over contiguous memory. The last index of each: whether stores stream past the caches.
template <class T>
struct LeakyRelu {
  size_t vector_bytes;
  void (*forward[2][2])(T* out, const T* x, uint8_t* mask, int64_t n, T slope);  // [with a mask][streaming]
  void (*backward[2])(T* out, const T* gradient, const uint8_t* mask, int64_t n, T slope);
  void (*backward_input[2])(T* out, const T* gradient, const T* x, int64_t n, T slope);
};

}  // namespace
}  // namespace cresset

#define CRESSET_SOURCE "kernels/leaky_relu.inc"
#include "simd/foreach_isa.h"

namespace cresset {
namespace {

// A multiple of 64, the elements of one word of the mask.
constexpr int64_t kGrain = 32768;
// An output of this size leaves the caches before anybody reads it.
constexpr int64_t kStreamBytes = 24 << 20;

// Over its own input, an ordinary store finds the line in the cache, which a streaming store would first throw out.
template <class T>
bool streams(const LeakyRelu<T>& kernel, int64_t n, const void* out, const void* in) {
  bool aligned = reinterpret_cast<uintptr_t>(out) % kernel.vector_bytes == 0;
  return aligned && out != in && n * static_cast<int64_t>(sizeof(T)) >= kStreamBytes;
}

template <class T>
struct Forward {
  void (*run)(T*, const T*, uint8_t*, int64_t, T);
  T* out;
  const T* x;
  uint8_t* mask;
  T slope;
  void operator()(int64_t begin, int64_t end) const {
    run(out + begin, x + begin, mask ? mask + begin / 8 : nullptr, end - begin, slope);
  }
};

template <class T>
struct Backward {
  void (*run)(T*, const T*, const uint8_t*, int64_t, T);
  T* out;
  const T* gradient;
  const uint8_t* mask;
  T slope;
  void operator()(int64_t begin, int64_t end) const {
    run(out + begin, gradient + begin, mask + begin / 8, end - begin, slope);
  }
};

template <class T>
struct BackwardInput {
  void (*run)(T*, const T*, const T*, int64_t, T);
  T* out;
  const T* gradient;
  const T* x;
  T slope;
  void operator()(int64_t begin, int64_t end) const {
    run(out + begin, gradient + begin, x + begin, end - begin, slope);
  }
};

template <class T>
void forward_of(int64_t n, void* out, const void* x, uint8_t* mask, double slope) {
  const LeakyRelu<T>& kernel = *CRESSET_SELECT(leaky_relu_of<T>);
  auto run = kernel.forward[mask != nullptr][streams(kernel, n, out, x)];
  Forward<T> body{run, static_cast<T*>(out), static_cast<const T*>(x), mask, static_cast<T>(slope)};
  parallel_for(n, kGrain, body);
}

template <class T>
void backward_of(int64_t n, void* out, const void* gradient, const uint8_t* mask, double slope) {
  const LeakyRelu<T>& kernel = *CRESSET_SELECT(leaky_relu_of<T>);
  auto run = kernel.backward[streams(kernel, n, out, gradient)];
  Backward<T> body{run, static_cast<T*>(out), static_cast<const T*>(gradient), mask, static_cast<T>(slope)};
  parallel_for(n, kGrain, body);
}

template <class T>
void backward_input_of(int64_t n, void* out, const void* gradient, const void* x, double slope) {
  const LeakyRelu<T>& kernel = *CRESSET_SELECT(leaky_relu_of<T>);
  auto run = kernel.backward_input[streams(kernel, n, out, gradient)];
  BackwardInput<T> body{run, static_cast<T*>(out), static_cast<const T*>(gradient), static_cast<const T*>(x),
                        static_cast<T>(slope)};
  parallel_for(n, kGrain, body);
}

// dtype, n, out, x, mask or 0, slope
void forward_entry(Call& call) {
  Dtype dtype = read_float_dtype(call);
  int64_t n = call.count();
  void* out = call.contiguous(dtype, n);
  const void* x = call.contiguous(dtype, n);
  uint8_t* mask = call.optional<uint8_t>(mask_bytes(n));
  leaky_relu_forward(dtype, n, out, x, mask, call.number());
}

// dtype, n, out, gradient, mask, slope
void backward_entry(Call& call) {
  Dtype dtype = read_float_dtype(call);
  int64_t n = call.count();
  void* out = call.contiguous(dtype, n);
  const void* gradient = call.contiguous(dtype, n);
  const uint8_t* mask = call.contiguous<uint8_t>(mask_bytes(n));
  leaky_relu_backward(dtype, n, out, gradient, mask, call.number());
}

// dtype, n, out, gradient, x, slope
void backward_input_entry(Call& call) {
  Dtype dtype = read_float_dtype(call);
  int64_t n = call.count();
  void* out = call.contiguous(dtype, n);
  const void* gradient = call.contiguous(dtype, n);
  const void* x = call.contiguous(dtype, n);
  leaky_relu_backward_input(dtype, n, out, gradient, x, call.number());
}

CRESSET_KERNEL(leaky_relu, forward_entry);
CRESSET_KERNEL(leaky_relu_backward, backward_entry);
CRESSET_KERNEL(leaky_relu_backward_input, backward_input_entry);

}  // namespace

void leaky_relu_forward(Dtype dtype, int64_t n, void* out, const void* x, uint8_t* mask, double slope) {
  if (dtype == Dtype::float64) return forward_of<double>(n, out, x, mask, slope);
  forward_of<float>(n, out, x, mask, slope);
}

void leaky_relu_backward(Dtype dtype, int64_t n, void* out, const void* gradient, const uint8_t* mask, double slope) {
  if (dtype == Dtype::float64) return backward_of<double>(n, out, gradient, mask, slope);
  backward_of<float>(n, out, gradient, mask, slope);
}

void leaky_relu_backward_input(Dtype dtype, int64_t n, void* out, const void* gradient, const void* x, double slope) {
  if (dtype == Dtype::float64) return backward_input_of<double>(n, out, gradient, x, slope);
  backward_input_of<float>(n, out, gradient, x, slope);
}

}  // namespace cresset
