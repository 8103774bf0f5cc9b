#pragma once
#include <cmath>

#include "kernels/norm_loops.h"

namespace cresset {

// [outer, channels, inner], statistics over all but the channels.
struct BatchShape {
  int64_t outer, channels, inner;
  int64_t count() const { return outer * channels * inner; }
  int64_t per_channel() const { return outer * inner; }
};

// What both directions know. Where `training`, mean and rstd are computed from x; else they come from the running statistics.
template <class T>
struct BatchNorm {
  BatchShape shape;
  bool training;
  Gate gate;
  T slope;
  const T *x, *weight, *bias;  // weight and bias may be absent
  T *mean, *rstd;
  const NormLoops<T>& loops;

  Affine<T> affine(int64_t channel) const {
    return {mean[channel], weight ? rstd[channel] * weight[channel] : rstd[channel], bias ? bias[channel] : T(0),
            slope};
  }
};

template <class T>
struct BatchNormForward : BatchNorm<T> {
  using Sums = Moments;
  T* y;
  double eps, momentum;
  T *running_mean, *running_var;  // may be absent in training

  void keep(int64_t channel, double center, double variance) const {
    this->mean[channel] = static_cast<T>(center);
    this->rstd[channel] = static_cast<T>(1 / std::sqrt(variance + eps));
  }
  void finish(int64_t channel, const Moments& of_batch) const {
    keep(channel, of_batch.mean, of_batch.variance());
    if (running_mean != nullptr) move(running_mean[channel], of_batch.mean);
    if (running_var != nullptr) move(running_var[channel], of_batch.squares / (of_batch.count - 1));
  }
  void move(T& running, double value) const {
    running = static_cast<T>(momentum * value + (1 - momentum) * static_cast<double>(running));
  }
};

template <class T>
struct BatchNormBackward : BatchNorm<T> {
  using Sums = GradientSums;
  T *dx, *dw, *db;  // each may be absent
  const T* g;
  T *along, *level;  // of every channel; filled by finish()

  // dx = (g - mean(g) - hat * mean(g * hat)) * rstd * weight; without the means where the statistics are constants.
  void finish(int64_t channel, const GradientSums& sums) const {
    double inverse = static_cast<double>(this->rstd[channel]), n = static_cast<double>(this->shape.per_channel());
    double scale = static_cast<double>(this->affine(channel).scale);
    along[channel] = static_cast<T>(this->training ? scale * inverse * inverse * (sums.gx / n) : 0);
    level[channel] = static_cast<T>(this->training ? scale * (sums.g / n) : 0);
    if (dw != nullptr) dw[channel] = static_cast<T>(sums.gx * inverse);
    if (db != nullptr) db[channel] = static_cast<T>(sums.g);
  }
  bool needs_sums() const { return (this->training && dx != nullptr) || dw != nullptr || db != nullptr; }
};

// For channels whose elements come in runs of at least kShortRun.
template <class T>
void batch_norm_runs(const BatchNormForward<T>& job);
template <class T>
void batch_norm_runs(const BatchNormBackward<T>& job);
// For all others.
template <class T>
void batch_norm_columns(const BatchNormForward<T>& job);
template <class T>
void batch_norm_columns(const BatchNormBackward<T>& job);

}  // namespace cresset
