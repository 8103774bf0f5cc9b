#pragma once
#include "kernels/norm_loops.h"

namespace cresset {

// [outer, groups, channels, inner]; a row is one group of one outer index, with statistics of its own. `channels` are those
// of one group. LayerNorm has one group and inner = 1, InstanceNorm one channel in each group.
struct GroupShape {
  int64_t outer, groups, channels, inner;
  int64_t rows() const { return outer * groups; }
  int64_t row_size() const { return channels * inner; }
  int64_t all_channels() const { return groups * channels; }
  int64_t count() const { return rows() * row_size(); }
};

template <class T>
struct GroupNorm {
  GroupShape shape;
  const T *x, *weight, *bias;  // weight and bias of all channels; may be absent
  T *mean, *rstd;              // of every row; no mean: x is divided by its root mean square
  const NormLoops<T>& loops;

  int64_t first_channel(int64_t row) const { return row % shape.groups * shape.channels; }
  T mean_of(int64_t row) const { return mean ? mean[row] : T(0); }
  Affine<T> affine(int64_t row, int64_t channel) const {
    int64_t c = first_channel(row) + channel;
    return {mean_of(row), weight ? rstd[row] * weight[c] : rstd[row], bias ? bias[c] : T(0), 0};
  }
};

template <class T>
struct GroupNormForward : GroupNorm<T> {
  T* y;
  double eps;
};

template <class T>
struct GroupNormBackward : GroupNorm<T> {
  T *dx, *dw, *db;  // each may be absent
  const T* g;

  // From the sums of g * weight and g * weight * (x - mean) over the row.
  Tilt<T> tilt(int64_t row, const GradientSums& sums) const {
    double inverse = static_cast<double>(this->rstd[row]);
    return {static_cast<T>(inverse * along(row, sums)), level(row, sums)};
  }
  RowStatistics<T> statistics(int64_t row, const GradientSums& sums) const {
    return {this->mean_of(row), this->rstd[row], static_cast<T>(along(row, sums)), level(row, sums)};
  }

 private:
  double along(int64_t row, const GradientSums& sums) const {
    double inverse = static_cast<double>(this->rstd[row]);
    return inverse * inverse * (sums.gx / static_cast<double>(this->shape.row_size()));
  }
  T level(int64_t row, const GradientSums& sums) const {
    if (this->mean == nullptr) return 0;
    return static_cast<T>(static_cast<double>(this->rstd[row]) *
                          (sums.g / static_cast<double>(this->shape.row_size())));
  }
};

// Channels whose elements come in runs of at least kShortRun share a weight in a register.
template <class T>
void group_norm_runs(const GroupNormForward<T>& job);
template <class T>
void group_norm_runs(const GroupNormBackward<T>& job);
// Others have a weight for every element.
template <class T>
void group_norm_rows(const GroupNormForward<T>& job);
template <class T>
void group_norm_rows(const GroupNormBackward<T>& job);

// Computes and keeps the statistics of a row.
template <class T>
void keep_statistics(const GroupNormForward<T>& job, int64_t row);

}  // namespace cresset
