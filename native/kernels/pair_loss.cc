//   NAME:           dtype, reduction, n, parameter, (id, offset) for each of the loss's arrays, loss
//   NAME_backward:  dtype, reduction, n, parameter, (id, offset) for each of the loss's arrays, grad, gradient of the
//                   input, gradient of the target (0, 0: not wanted)
//
// The arrays are input and target, then weights (0, 0: none). reduction: 0 none, 1 mean, 2 sum; loss and grad have n
// elements for none, else one.
#include "kernels/pair_loss.h"

#include <cmath>
#include <string>

#include "kernels/element_types.h"
#include "kernels/reduce_driver.h"
#include "runtime/ceil_div.h"
#include "runtime/parallel.h"
#include "simd/math.h"
#include "simd/vector.h"

#define CRESSET_SOURCE "kernels/pair_loss.inc"
#include "simd/foreach_isa.h"

namespace cresset {
namespace {

enum Reduction { kNone, kMean, kSum };
constexpr int64_t kGrain = 16384;

struct Arguments {
  Dtype dtype;
  Reduction reduction;
  PairLoss loss;

  bool is_double() const { return dtype == Dtype::float64; }
  int64_t results() const { return reduction == kNone ? loss.n : 1; }
};

Arguments read_arguments(Call& call, const PairLossRule& rule) {
  Arguments given = {};
  given.dtype = read_float_dtype(call);
  given.reduction = static_cast<Reduction>(call.integer(0, 2));
  given.loss.n = call.count();
  given.loss.parameter = call.number();
  for (int k = 0; k < rule.arrays; k++)
    given.loss.arrays[k] =
        k < 2 ? call.contiguous(given.dtype, given.loss.n) : call.optional(given.dtype, given.loss.n);
  return given;
}

double read(Dtype dtype, const void* data, int64_t i) {
  return dtype == Dtype::float32 ? static_cast<double>(static_cast<const float*>(data)[i])
                                 : static_cast<const double*>(data)[i];
}

// Names the first element that is no probability, if there is one.
void check_probabilities(const Arguments& given) {
  const char* names[] = {"input", "target"};
  for (int64_t i = 0; i < given.loss.n; i++) {
    for (int k = 0; k < 2; k++) {
      double value = read(given.dtype, given.loss.arrays[k], i);
      if (!(value >= 0 && value <= 1))
        Call::fail(std::string("expected every element of ") + names[k] + " between 0 and 1, got " +
                   std::to_string(value) + " at element " + std::to_string(i));
    }
  }
}

struct ValueChunks {
  PairLossValue run;
  const PairLoss& loss;
  void* each;
  double* sums;
  void operator()(int64_t begin, int64_t end) const { sums[begin / kGrain] = run(loss, each, begin, end); }
};

void run_pair_loss(Call& call, const PairLossRule& rule) {
  Arguments given = read_arguments(call, rule);
  void* out = call.contiguous(given.dtype, given.results());
  int64_t n = given.loss.n, chunks = ceil_div(n, kGrain);
  Scratch scratch(static_cast<size_t>(chunks) * sizeof(double));
  double* sums = scratch.as<double>();
  void* each = given.reduction == kNone ? out : nullptr;
  parallel_for(n, kGrain, ValueChunks{rule.value[given.is_double()], given.loss, each, sums});
  double total = 0;
  for (int64_t i = 0; i < chunks; i++) total += sums[i];
  if (rule.probabilities && std::isnan(total)) check_probabilities(given);
  if (given.reduction == kNone) return;
  if (given.reduction == kMean) total /= static_cast<double>(n);
  if (given.is_double())
    *static_cast<double*>(out) = total;
  else
    *static_cast<float*>(out) = static_cast<float>(total);
}

struct GradientChunks {
  PairLossSlope run;
  const PairLossGradient& work;
  void operator()(int64_t begin, int64_t end) const { run(work, begin, end); }
};

void run_pair_loss_backward(Call& call, const PairLossRule& rule) {
  Arguments given = read_arguments(call, rule);
  const void* grad = call.contiguous(given.dtype, given.results());
  PairLossGradient work = {given.loss, nullptr, 0, {nullptr, nullptr}};
  for (void*& out : work.out) out = call.optional(given.dtype, given.loss.n);
  if (given.loss.n == 0) return;
  if (given.reduction == kNone) {
    work.grad = grad;
  } else {
    work.factor = read(given.dtype, grad, 0);
    if (given.reduction == kMean) work.factor /= static_cast<double>(given.loss.n);
  }
  parallel_for(given.loss.n, kGrain, GradientChunks{rule.gradient[given.is_double()], work});
}

}  // namespace

#define CRESSET_PAIR_LOSS(name, rule)                                                                    \
  static void name##_entry(Call& call) { run_pair_loss(call, *CRESSET_SELECT(rule)); }                   \
  static void name##_backward_entry(Call& call) { run_pair_loss_backward(call, *CRESSET_SELECT(rule)); } \
  CRESSET_KERNEL(name, name##_entry);                                                                    \
  CRESSET_KERNEL(name##_backward, name##_backward_entry)

CRESSET_PAIR_LOSS(mse_loss, mse);
CRESSET_PAIR_LOSS(l1_loss, l1);
CRESSET_PAIR_LOSS(smooth_l1_loss, smooth_l1);
CRESSET_PAIR_LOSS(huber_loss, huber);
CRESSET_PAIR_LOSS(binary_cross_entropy, bce);
CRESSET_PAIR_LOSS(binary_cross_entropy_with_logits, bce_with_logits);
CRESSET_PAIR_LOSS(kl_div, kl_div);
CRESSET_PAIR_LOSS(kl_div_log, kl_div_log);
CRESSET_PAIR_LOSS(soft_margin_loss, soft_margin);

}  // namespace cresset
