// Normalisation of rows: GroupNorm, InstanceNorm, LayerNorm and RMSNorm over [outer, groups, channels, inner].
#include "kernels/group_norm.h"

#include <algorithm>
#include <cmath>

#include "kernels/element_types.h"
#include "kernels/reduce_layout.h"
#include "runtime/call.h"

namespace cresset {

template <class T>
void keep_statistics(const GroupNormForward<T>& job, int64_t row) {
  int64_t n = job.shape.row_size();
  const T* x = job.x + row * n;
  double variance;
  if (job.mean != nullptr) {
    Moments all;
    for (int64_t at = 0; at < n; at += kNormPiece)
      all.join(job.loops.moments(x + at, {1, 0, std::min(kNormPiece, n - at)}));
    job.mean[row] = static_cast<T>(all.mean);
    variance = all.variance();
  } else {
    double squares = 0;
    for (int64_t at = 0; at < n; at += kNormPiece) squares += job.loops.squares(x + at, std::min(kNormPiece, n - at));
    variance = squares / static_cast<double>(n);
  }
  job.rstd[row] = static_cast<T>(1 / std::sqrt(variance + job.eps));
}

template void keep_statistics(const GroupNormForward<float>&, int64_t);
template void keep_statistics(const GroupNormForward<double>&, int64_t);

namespace {

GroupShape read_shape(Call& call) {
  GroupShape shape{call.count(), call.count(), call.count(), call.count()};
  checked_product(checked_product(shape.outer, shape.groups), checked_product(shape.channels, shape.inner));
  return shape;
}

template <class Job>
void run(const Job& job) {
  if (job.shape.inner >= kShortRun) return group_norm_runs(job);
  group_norm_rows(job);
}

template <class T>
GroupNorm<T> read_head(Call& call) {
  return {read_shape(call), nullptr, nullptr, nullptr, nullptr, nullptr, norm_loops<T>()};
}

// dtype, outer, groups, channels of a group, inner, eps, y, x, weight or absent, bias or absent, mean or absent, rstd.
// Fills mean and rstd, one for each row.
template <class T>
void forward(Call& call) {
  GroupNormForward<T> job{read_head<T>(call), nullptr, 0};
  int64_t n = job.shape.count(), channels = job.shape.all_channels(), rows = job.shape.rows();
  job.eps = call.number();
  job.y = call.contiguous<T>(n);
  job.x = call.contiguous<T>(n);
  job.weight = call.optional<T>(channels);
  job.bias = call.optional<T>(channels);
  job.mean = call.optional<T>(rows);
  job.rstd = call.contiguous<T>(rows);
  if (n > 0) return run(job);
  if (job.mean != nullptr) std::fill_n(job.mean, rows, T(0));
  std::fill_n(job.rstd, rows, T(0));
}

// dtype, outer, groups, channels of a group, inner, dx or absent, dweight or absent, dbias or absent, g, x, weight or absent,
// mean or absent, rstd. dx may be g.
template <class T>
void backward(Call& call) {
  GroupNormBackward<T> job{read_head<T>(call), nullptr, nullptr, nullptr, nullptr};
  int64_t n = job.shape.count(), channels = job.shape.all_channels(), rows = job.shape.rows();
  job.dx = call.optional<T>(n);
  job.dw = call.optional<T>(channels);
  job.db = call.optional<T>(channels);
  job.g = call.contiguous<T>(n);
  job.x = call.contiguous<T>(n);
  job.weight = call.optional<T>(channels);
  job.mean = call.optional<T>(rows);
  job.rstd = call.contiguous<T>(rows);
  if (n > 0) return run(job);
  if (job.dw != nullptr) std::fill_n(job.dw, channels, T(0));
  if (job.db != nullptr) std::fill_n(job.db, channels, T(0));
}

CRESSET_FLOAT_KERNEL(group_norm, forward);
CRESSET_FLOAT_KERNEL(group_norm_backward, backward);

}  // namespace
}  // namespace cresset
