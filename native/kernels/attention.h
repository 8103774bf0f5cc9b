// Attention over heads: out = softmax(scale · q kᵀ + mask) v. See attention.cc.
#pragma once
#include <atomic>
#include <cstdint>

namespace cresset {

// Element (batch, head, row, column) lies at data[batch * b + head * h + row * r + column].
template <class T>
struct Heads {
  T* data = nullptr;
  int64_t b = 0, h = 0, r = 0;
};

enum MaskKind { kNoMask, kBoolMask, kFloatMask, kMaskKinds };

template <class T>
struct AttentionWork {
  int64_t batch = 0, heads = 0, rows = 0, keys = 0, width = 0, value_width = 0;
  T scale = 0;
  bool causal = false;  // row i sees keys 0 to i
  Heads<const T> q, k, v;
  MaskKind mask_kind = kNoMask;  // bool: false hides; float: added
  const void* mask = nullptr;
  int64_t mask_stride[4] = {};
  Heads<T> out;
  // The logarithm of each row's sum of exponentials, [batch, heads, rows]; +inf where a row sees nothing.
  T* log_sum = nullptr;
  // Of backward. delta: g · out of each row.
  Heads<const T> g;
  T* delta = nullptr;
  Heads<T> dq, dk, dv;
  std::atomic<bool>* out_of_memory = nullptr;
};

template <class T>
struct AttentionRoutines {
  void (*forward)(const AttentionWork<T>& work);
  void (*backward)(const AttentionWork<T>& work);
};

struct AttentionTable {
  AttentionRoutines<float> float32;
  AttentionRoutines<double> float64;
};

}  // namespace cresset
