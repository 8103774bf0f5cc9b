// C[m,n] = (accumulate ? C : 0) + A[m,k] · B[k,n], then bias and LeakyReLU.
//
// Every element of C is the same bits for any number of threads, instruction set, layout and position: the products of
// gemm_depth(k) consecutive k are added by one chain of fused multiply-adds that begins at zero, and the sums of those
// blocks are added to C in order.
#pragma once
#include <cstdint>

#include "runtime/ceil_div.h"

namespace cresset {

// Element (i, j) lies at data[i * row_stride + j * col_stride].
template <class T>
struct GemmMatrix {
  const T* data = nullptr;
  int64_t row_stride = 0, col_stride = 0;
  int64_t batch_stride = 0;
};

// Rows are contiguous.
template <class T>
struct GemmOutput {
  T* data = nullptr;
  int64_t row_stride = 0;
  int64_t batch_stride = 0;
};

// pre = C + bias[col * bias_stride]; C = pre > 0 ? pre : pre * slope. Bit i % 8 of mask[i / 8] tells pre > 0 of element
// i = row * n + col; the unused bits of the last byte become 0.
template <class T>
struct GemmEpilogue {
  const T* bias = nullptr;
  int64_t bias_stride = 1;
  bool leaky = false;
  T slope = 0;
  uint8_t* mask = nullptr;
};

template <class T>
struct Gemm {
  int64_t batch = 1, m = 0, n = 0, k = 0;
  GemmMatrix<T> a, b;
  GemmOutput<T> c;
  bool accumulate = false;
  GemmEpilogue<T> epilogue;  // a mask only with batch = 1
};

// How many k one chain takes: blocks of equal size, none above the limit.
template <class T>
constexpr int64_t gemm_depth(int64_t k) {
  constexpr int64_t limit = 2048 / sizeof(T), step = 8;
  int64_t blocks = ceil_div(k, limit);
  return blocks <= 1 ? k : ceil_div(ceil_div(k, blocks), step) * step;
}

// On the instruction set in use.
void gemm(const Gemm<float>& problem);
void gemm(const Gemm<double>& problem);

}  // namespace cresset
