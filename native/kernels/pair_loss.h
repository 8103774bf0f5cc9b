#pragma once
#include "runtime/call.h"

// Losses of pairs: an input and a target of one shape, and up to two tensors of weights. Value and mean in one pass over
// them, both gradients in another.
namespace cresset {

constexpr int kMaxLossArrays = 4;

struct PairLoss {
  int64_t n;
  double parameter;
  const void* arrays[kMaxLossArrays];  // input, target, weights; null: all ones
};

struct PairLossGradient {
  PairLoss loss;
  const void* grad;  // n elements, or null: `factor` is the gradient of every element's loss
  double factor;
  void* out[2];  // of the input, of the target; null where not wanted
};

// The sum over [begin, end); every element's own value goes to `each` unless that is null.
using PairLossValue = double (*)(const PairLoss& loss, void* each, int64_t begin, int64_t end);
using PairLossSlope = void (*)(const PairLossGradient& work, int64_t begin, int64_t end);

// One loss for one instruction set; by dtype.
struct PairLossRule {
  int arrays;
  // Both must lie in [0, 1]; where they do not the value is NaN.
  bool probabilities;
  PairLossValue value[2];
  PairLossSlope gradient[2];
};

}  // namespace cresset
