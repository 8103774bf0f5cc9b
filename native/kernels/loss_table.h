#pragma once
#include "kernels/index_reader.h"

namespace cresset {

enum class LossReduction { none, mean, sum };

struct ClassTargets {
  int64_t rows, classes;
  IndexReader target;
  const void* weight;  // one for every class, or null
  int64_t ignored;     // the target that does not count
};

// Sums over the rows of a chunk.
struct LossSums {
  double loss = 0;
  double weight = 0;
};

struct CrossEntropy {
  const ClassTargets& targets;
  double smoothing;
  double weight_sum;  // over all classes
  const void* logits;
  // Row maximum and log of the sum of exp(x - maximum), interleaved: all that the gradient needs besides the logits.
  void* statistics;
  void* loss;  // one for every row, or null
  IndexFault& fault;
};

struct CrossEntropyBackward {
  const ClassTargets& targets;
  double smoothing;
  double weight_sum;
  const void* logits;
  const void* statistics;
  const void* grad;  // one for every row, or one (per_row false)
  bool per_row;
  double scale;
  void* out;
  IndexFault& fault;
};

// float and double.
struct LossTable {
  LossSums (*forward[2])(const CrossEntropy& work, int64_t begin, int64_t end);
  void (*backward[2])(const CrossEntropyBackward& work, int64_t begin, int64_t end);
};

}  // namespace cresset
