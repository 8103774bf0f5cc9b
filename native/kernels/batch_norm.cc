// Batch normalisation over [outer, channels, inner], and a rectifier behind it (`gate`: none, leaky_relu, relu) in the same
// pass. Sums are taken over pieces and joined in an order that depends on the shape alone.
#include "kernels/batch_norm.h"

#include <algorithm>

#include "kernels/element_types.h"
#include "kernels/reduce_driver.h"
#include "runtime/call.h"

namespace cresset {
namespace {

BatchShape read_shape(Call& call) {
  BatchShape shape{call.count(), call.count(), call.count()};
  int64_t n = checked_product(checked_product(shape.outer, shape.channels), shape.inner);
  if (shape.channels == 1) return {1, 1, n};
  return shape;
}

template <class Job>
void run(const Job& job) {
  if (job.shape.channels == 1 || job.shape.inner >= kShortRun) return batch_norm_runs(job);
  batch_norm_columns(job);
}

template <class T>
BatchNorm<T> read_head(Call& call) {
  BatchShape shape = read_shape(call);
  bool training = call.flag();
  Gate gate = static_cast<Gate>(call.integer(0, kGates - 1));
  return {shape,   training, gate,           static_cast<T>(call.number()), nullptr, nullptr, nullptr,
          nullptr, nullptr,  norm_loops<T>()};
}

// dtype, outer, channels, inner, training, gate, slope, eps, momentum, y, x, weight or absent, bias or absent, mean, rstd,
// running mean or absent, running variance or absent. Fills mean and rstd; in training moves the running statistics.
template <class T>
void forward(Call& call) {
  BatchNormForward<T> job{read_head<T>(call), nullptr, 0, 0, nullptr, nullptr};
  int64_t n = job.shape.count(), channels = job.shape.channels;
  job.eps = call.number();
  job.momentum = call.number();
  job.y = call.contiguous<T>(n);
  job.x = call.contiguous<T>(n);
  job.weight = call.optional<T>(channels);
  job.bias = call.optional<T>(channels);
  job.mean = call.contiguous<T>(channels);
  job.rstd = call.contiguous<T>(channels);
  job.running_mean = call.optional<T>(channels);
  job.running_var = call.optional<T>(channels);
  if (n == 0) {
    std::fill_n(job.mean, channels, T(0));
    std::fill_n(job.rstd, channels, T(0));
    return;
  }
  if (!job.training) {
    if (job.running_mean == nullptr || job.running_var == nullptr) Call::fail("running statistics are missing");
    for (int64_t c = 0; c < channels; c++)
      job.keep(c, static_cast<double>(job.running_mean[c]), static_cast<double>(job.running_var[c]));
  }
  run(job);
}

// dtype, outer, channels, inner, training, gate, slope, dx or absent, dweight or absent, dbias or absent, g, x, weight or
// absent, bias or absent, mean, rstd. dx may be g.
template <class T>
void backward(Call& call) {
  BatchNormBackward<T> job{read_head<T>(call), nullptr, nullptr, nullptr, nullptr, nullptr, nullptr};
  int64_t n = job.shape.count(), channels = job.shape.channels;
  job.dx = call.optional<T>(n);
  job.dw = call.optional<T>(channels);
  job.db = call.optional<T>(channels);
  job.g = call.contiguous<T>(n);
  job.x = call.contiguous<T>(n);
  job.weight = call.optional<T>(channels);
  job.bias = call.optional<T>(channels);
  job.mean = call.contiguous<T>(channels);
  job.rstd = call.contiguous<T>(channels);
  if (n == 0) {
    if (job.dw != nullptr) std::fill_n(job.dw, channels, T(0));
    if (job.db != nullptr) std::fill_n(job.db, channels, T(0));
    return;
  }
  Scratch tilt(static_cast<size_t>(2 * channels) * sizeof(T));
  job.along = tilt.as<T>();
  job.level = job.along + channels;
  if (!job.needs_sums()) std::fill_n(job.along, 2 * channels, T(0));
  run(job);
}

CRESSET_FLOAT_KERNEL(batch_norm, forward);
CRESSET_FLOAT_KERNEL(batch_norm_backward, backward);

}  // namespace
}  // namespace cresset
