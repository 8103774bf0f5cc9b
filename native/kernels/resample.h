// Resizing of planes: which elements of the input each element of the output is made of, and how much of each.
#pragma once
#include "kernels/reduce_driver.h"
#include "runtime/call.h"

namespace cresset {

enum class Resampling { nearest, nearest_exact, linear, cubic, smooth_linear, smooth_cubic };

// One direction: output o is the sum of weight[k] * in[index[k]] for k in [start[o], start[o + 1]).
template <class T>
struct Taps {
  int64_t in, out;
  const int64_t* start;
  const int64_t* index;
  const T* weight;
  int64_t uniform;  // how many taps each output has, if that is the same number
  bool copies;      // a single tap of weight 1 everywhere
  bool identity;    // output o is input o
};

template <class T>
struct ResampleWork {
  Taps<T> deep, high, wide;
  T* out;
  const T* in;
};

// How a direction is resized. A ratio (input elements per output element) of 0 stands for that of the sizes.
struct ResampleAxis {
  int64_t in, out;
  double ratio;

  explicit ResampleAxis(Call& call);
  // Input elements per output element.
  double step(bool align_corners) const;
  // The most taps an output can have.
  int64_t most_taps(Resampling mode, bool align_corners) const;
};

// The taps of a direction, and those of its adjoint.
template <class T>
class TapTable {
 public:
  TapTable(const ResampleAxis& axis, Resampling mode, bool align_corners, bool adjoint);
  Taps<T> taps;

 private:
  void fill(const ResampleAxis& axis, Resampling mode, bool align_corners);
  void add_smooth(const ResampleAxis& axis, Resampling mode, double step, int64_t o);
  void transpose(int64_t* start, int64_t* index, T* weight) const;
  void describe();
  void add(int64_t index, double weight);

  int64_t entries_ = 0, most_;
  Scratch starts_, indices_, weights_, adjoint_starts_, adjoint_indices_, adjoint_weights_;
};

}  // namespace cresset
