// One layer of a recurrent net in one direction. See rnn.cc for what the buffers hold.
#pragma once
#include <cstdint>

namespace cresset {

enum RnnMode { kRnnTanh, kRnnRelu, kLstm, kGru, kRnnModes };

// Rows of `hidden` elements, `row` apart; row t * batch + b belongs to time t of sequence b.
template <class T>
struct RnnRows {
  T* data = nullptr;
  int64_t row = 0;
};

template <class T>
struct RnnLayer {
  int64_t steps = 0, batch = 0, hidden = 0;
  bool reverse = false;
  const T *h0 = nullptr, *c0 = nullptr;  // [batch, hidden]; null for zeros
  const T* w_hh = nullptr;
  const T* bias_n = nullptr;  // of the hidden part of a GRU's new gate
  RnnRows<T> gates;
  T* cells = nullptr;  // [steps * batch, hidden], or null: then c_n takes them all
  RnnRows<T> out;
  T *h_n = nullptr, *c_n = nullptr;
  // Of backward: dh and dc, [batch, hidden], come in as the gradients of h_n and c_n and leave as those of h0 and c0.
  RnnRows<const T> g_out;
  RnnRows<T> dgates;
  T *dh = nullptr, *dc = nullptr;
  // What the time steps use up: packed weights, and a copy of h without its stride.
  T* packed = nullptr;
  T* h_copy = nullptr;
  // A single step: its products are a gemm's, before it in forward and after it in backward; nothing is packed.
  bool single() const { return steps == 1; }

  // The s-th step's time.
  int64_t time(int64_t s) const { return reverse ? steps - 1 - s : s; }
};

template <class T>
struct RnnRoutines {
  int64_t (*workspace)(const RnnLayer<T>& layer, bool backward);  // elements of `packed`
  void (*forward)(const RnnLayer<T>& layer);
  void (*backward)(const RnnLayer<T>& layer);
};

struct RnnTable {
  RnnRoutines<float> float32[kRnnModes];
  RnnRoutines<double> float64[kRnnModes];
};

}  // namespace cresset
