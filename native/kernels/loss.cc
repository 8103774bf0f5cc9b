// Classification losses, as PyTorch defines them.
//
//   cross_entropy:           dtype, rows, classes, logits, target dtype, target, class weights (0, 0: none), ignore_index,
//                            label_smoothing, reduction, loss, statistics (2 x rows; 0, 0: not wanted), total weight (1)
//   cross_entropy_backward:  dtype, rows, classes, out, logits, statistics, target dtype, target, class weights,
//                            ignore_index, label_smoothing, reduction, grad, total weight
//   nll_loss:                dtype, rows, classes, log probabilities, target dtype, target, class weights, ignore_index,
//                            reduction, loss, total weight
//   nll_loss_backward:       dtype, rows, classes, out, target dtype, target, class weights, ignore_index, reduction,
//                            grad, total weight
//
// reduction: 0 none, 1 mean, 2 sum. loss and grad have `rows` elements for none, else one. All memory is contiguous.
// `out` of cross_entropy_backward may be the logits.
#include <algorithm>
#include <limits>

#include "kernels/element_types.h"
#include "kernels/loss_table.h"
#include "kernels/reduce_driver.h"
#include "runtime/ceil_div.h"
#include "runtime/parallel.h"
#include "simd/math.h"
#include "simd/vector.h"

#define CRESSET_SOURCE "kernels/loss.inc"
#include "simd/foreach_isa.h"

namespace cresset {
namespace {

double read(Dtype dtype, const void* data, int64_t i) {
  return dtype == Dtype::float32 ? static_cast<double>(static_cast<const float*>(data)[i])
                                 : static_cast<const double*>(data)[i];
}

void write(Dtype dtype, void* data, int64_t i, double value) {
  if (dtype == Dtype::float32)
    static_cast<float*>(data)[i] = static_cast<float>(value);
  else
    static_cast<double*>(data)[i] = value;
}

ClassTargets read_targets(Call& call, Dtype dtype, int64_t rows, int64_t classes) {
  IndexReader target(call, rows);
  const void* weight = call.optional(dtype, classes);
  return {rows, classes, target, weight, call.integer(-(int64_t{1} << 52), int64_t{1} << 52)};
}

double weight_sum(Dtype dtype, const ClassTargets& targets) {
  if (targets.weight == nullptr) return static_cast<double>(targets.classes);
  double sum = 0;
  for (int64_t c = 0; c < targets.classes; c++) sum += read(dtype, targets.weight, c);
  return sum;
}

LossReduction read_reduction(Call& call) { return static_cast<LossReduction>(call.integer(0, 2)); }

int64_t loss_count(LossReduction reduction, int64_t rows) { return reduction == LossReduction::none ? rows : 1; }

// Every chunk leaves its sums in its place; they are added in order.
template <class Rows>
struct Chunks {
  const Rows& rows;
  LossSums* sums;
  int64_t grain;
  void operator()(int64_t begin, int64_t end) const { sums[begin / grain] = rows(begin, end); }
};

template <class Rows>
LossSums sum_rows(int64_t n, int64_t grain, const Rows& rows) {
  int64_t chunks = ceil_div(n, grain);
  Scratch scratch(static_cast<size_t>(chunks) * sizeof(LossSums));
  LossSums* sums = scratch.as<LossSums>();
  parallel_for(n, grain, Chunks<Rows>{rows, sums, grain});
  LossSums total;
  for (int64_t i = 0; i < chunks; i++) {
    total.loss += sums[i].loss;
    total.weight += sums[i].weight;
  }
  return total;
}

void finish(Dtype dtype, LossReduction reduction, const LossSums& sums, void* loss, void* total_weight) {
  write(dtype, total_weight, 0, sums.weight);
  if (reduction == LossReduction::mean) write(dtype, loss, 0, sums.loss / sums.weight);
  if (reduction == LossReduction::sum) write(dtype, loss, 0, sums.loss);
}

// Rows a thread takes at a time.
int64_t row_grain(int64_t classes) {
  constexpr int64_t kElements = 8192, kRow = 32;  // a short row costs as much as one of kRow classes
  return std::max<int64_t>(1, kElements / std::max(classes, kRow));
}

struct CrossEntropyRows {
  LossSums (*run)(const CrossEntropy& work, int64_t begin, int64_t end);
  const CrossEntropy& work;
  LossSums operator()(int64_t begin, int64_t end) const { return run(work, begin, end); }
};

void cross_entropy_entry(Call& call) {
  Dtype dtype = read_float_dtype(call);
  int64_t rows = call.count(), classes = call.count();
  const void* logits = call.contiguous(dtype, checked_product(rows, classes));
  ClassTargets targets = read_targets(call, dtype, rows, classes);
  double smoothing = call.number();
  LossReduction reduction = read_reduction(call);
  void* loss = call.contiguous(dtype, loss_count(reduction, rows));
  void* statistics = call.optional(dtype, 2 * rows);
  void* total_weight = call.contiguous(dtype, 1);
  if (classes == 0 && rows > 0) Call::fail("there are no classes");
  IndexFault fault;
  CrossEntropy work{targets, smoothing,  weight_sum(dtype, targets),
                    logits,  statistics, reduction == LossReduction::none ? loss : nullptr,
                    fault};
  auto run = CRESSET_SELECT(loss_table)->forward[dtype == Dtype::float64];
  LossSums sums = sum_rows(rows, row_grain(classes), CrossEntropyRows{run, work});
  fault.raise("target", classes);
  finish(dtype, reduction, sums, loss, total_weight);
}

struct CrossEntropyBackwardRows {
  void (*run)(const CrossEntropyBackward& work, int64_t begin, int64_t end);
  const CrossEntropyBackward& work;
  void operator()(int64_t begin, int64_t end) const { run(work, begin, end); }
};

void cross_entropy_backward_entry(Call& call) {
  Dtype dtype = read_float_dtype(call);
  int64_t rows = call.count(), classes = call.count(), n = checked_product(rows, classes);
  void* out = call.contiguous(dtype, n);
  const void* logits = call.contiguous(dtype, n);
  const void* statistics = call.contiguous(dtype, 2 * rows);
  ClassTargets targets = read_targets(call, dtype, rows, classes);
  double smoothing = call.number();
  LossReduction reduction = read_reduction(call);
  const void* grad = call.contiguous(dtype, loss_count(reduction, rows));
  const void* total_weight = call.contiguous(dtype, 1);
  if (n == 0) return;
  IndexFault fault;
  double scale = reduction == LossReduction::mean ? 1 / read(dtype, total_weight, 0) : 1;
  CrossEntropyBackward work{targets,    smoothing, weight_sum(dtype, targets),       logits,
                            statistics, grad,      reduction == LossReduction::none, scale,
                            out,        fault};
  auto run = CRESSET_SELECT(loss_table)->backward[dtype == Dtype::float64];
  parallel_for(rows, row_grain(classes), CrossEntropyBackwardRows{run, work});
  fault.raise("target", classes);
}

CRESSET_KERNEL(cross_entropy, cross_entropy_entry);
CRESSET_KERNEL(cross_entropy_backward, cross_entropy_backward_entry);

// The target's log probability alone: nothing to vectorize.
template <class T>
struct NllRows {
  const ClassTargets& targets;
  const T* input;
  T* loss;
  IndexFault& fault;

  LossSums operator()(int64_t begin, int64_t end) const {
    const T* weight = static_cast<const T*>(targets.weight);
    LossSums sums;
    for (int64_t row = begin; row < end; row++) {
      int64_t target = targets.target[row];
      double own = 0, each = 0;
      if (target != targets.ignored) {
        if (target < 0 || target >= targets.classes) {
          fault.report(row, target);
          return sums;
        }
        own = weight == nullptr ? 1 : static_cast<double>(weight[target]);
        each = -own * static_cast<double>(input[row * targets.classes + target]);
      }
      sums.weight += own;
      sums.loss += each;
      if (loss != nullptr) loss[row] = static_cast<T>(each);
    }
    return sums;
  }
};

template <class T>
struct NllBackwardRows {
  const ClassTargets& targets;
  const T* grad;
  bool per_row;
  double scale;
  T* out;
  IndexFault& fault;

  void operator()(int64_t begin, int64_t end) const {
    const T* weight = static_cast<const T*>(targets.weight);
    std::fill(out + begin * targets.classes, out + end * targets.classes, T(0));
    for (int64_t row = begin; row < end; row++) {
      int64_t target = targets.target[row];
      if (target == targets.ignored) continue;
      if (target < 0 || target >= targets.classes) return fault.report(row, target);
      double own = weight == nullptr ? 1 : static_cast<double>(weight[target]);
      out[row * targets.classes + target] = static_cast<T>(-own * scale * static_cast<double>(grad[per_row ? row : 0]));
    }
  }
};

constexpr int64_t kNllGrain = 4096;

template <class T>
void nll_loss(Call& call, Dtype dtype) {
  int64_t rows = call.count(), classes = call.count();
  const T* input = call.contiguous<T>(checked_product(rows, classes));
  ClassTargets targets = read_targets(call, dtype, rows, classes);
  LossReduction reduction = read_reduction(call);
  T* loss = call.contiguous<T>(loss_count(reduction, rows));
  void* total_weight = call.contiguous(dtype, 1);
  IndexFault fault;
  NllRows<T> work{targets, input, reduction == LossReduction::none ? loss : nullptr, fault};
  LossSums sums = sum_rows(rows, kNllGrain, work);
  fault.raise("target", classes);
  finish(dtype, reduction, sums, loss, total_weight);
}

template <class T>
void nll_loss_backward(Call& call, Dtype dtype) {
  int64_t rows = call.count(), classes = call.count();
  T* out = call.contiguous<T>(checked_product(rows, classes));
  ClassTargets targets = read_targets(call, dtype, rows, classes);
  LossReduction reduction = read_reduction(call);
  const T* grad = call.contiguous<T>(loss_count(reduction, rows));
  const void* total_weight = call.contiguous(dtype, 1);
  if (out == nullptr) return;
  IndexFault fault;
  double scale = reduction == LossReduction::mean ? 1 / read(dtype, total_weight, 0) : 1;
  NllBackwardRows<T> work{targets, grad, reduction == LossReduction::none, scale, out, fault};
  parallel_for(rows, std::max<int64_t>(1, kNllGrain * 8 / classes), work);
  fault.raise("target", classes);
}

void nll_loss_entry(Call& call) {
  Dtype dtype = read_float_dtype(call);
  dtype == Dtype::float32 ? nll_loss<float>(call, dtype) : nll_loss<double>(call, dtype);
}

void nll_loss_backward_entry(Call& call) {
  Dtype dtype = read_float_dtype(call);
  dtype == Dtype::float32 ? nll_loss_backward<float>(call, dtype) : nll_loss_backward<double>(call, dtype);
}

CRESSET_KERNEL(nll_loss, nll_loss_entry);
CRESSET_KERNEL(nll_loss_backward, nll_loss_backward_entry);

}  // namespace
}  // namespace cresset
