#include <algorithm>

#include "kernels/group_norm.h"
#include "kernels/reduce_driver.h"
#include "runtime/parallel.h"

namespace cresset {
namespace {

int64_t grain_of(const GroupShape& shape) { return std::max<int64_t>(1, kNormGrain / shape.row_size()); }

template <class T>
struct ForwardRows {
  const GroupNormForward<T>& job;
  void operator()(int64_t begin, int64_t end) const {
    const auto& [outer, groups, channels, inner] = job.shape;
    for (int64_t row = begin; row < end; row++) {
      keep_statistics(job, row);
      for (int64_t c = 0; c < channels; c++) {
        int64_t at = (row * channels + c) * inner;
        bool stream = norm_streams<T>(job.y + at, job.x + at, nullptr, job.shape.count());
        job.loops.normalize[0][stream](job.y + at, job.x + at, {1, 0, inner}, job.affine(row, c));
      }
    }
  }
};

template <class T>
struct BackwardRows {
  const GroupNormBackward<T>& job;
  GradientSums* sums;  // of every channel of every row

  void operator()(int64_t begin, int64_t end) const {
    int64_t channels = job.shape.channels, inner = job.shape.inner;
    for (int64_t row = begin; row < end; row++) {
      GradientSums weighted;
      for (int64_t c = 0; c < channels; c++) {
        GradientSums of_channel = sum_channel(row, (row * channels + c) * inner);
        double weight = job.weight ? static_cast<double>(job.weight[job.first_channel(row) + c]) : 1;
        weighted.join({weight * of_channel.g, weight * of_channel.gx});
        sums[row * channels + c] = of_channel;
      }
      if (job.dx == nullptr) continue;
      Tilt<T> tilt = job.tilt(row, weighted);
      for (int64_t c = 0; c < channels; c++) {
        int64_t at = (row * channels + c) * inner;
        bool stream = norm_streams<T>(job.dx + at, job.g + at, job.x + at, job.shape.count());
        job.loops.gradient[0][stream](job.dx + at, job.g + at, job.x + at, {1, 0, inner}, job.affine(row, c), tilt);
      }
    }
  }

  GradientSums sum_channel(int64_t row, int64_t first) const {
    GradientSums all;
    const Affine<T> affine{job.mean_of(row), 0, 0, 0};
    for (int64_t i = 0; i < job.shape.inner; i += kNormPiece) {
      Runs runs{1, 0, std::min(kNormPiece, job.shape.inner - i)};
      all.join(job.loops.sums[0](job.g + first + i, job.x + first + i, runs, affine));
    }
    return all;
  }
};

}  // namespace

template <class T>
void group_norm_runs(const GroupNormForward<T>& job) {
  parallel_for(job.shape.rows(), grain_of(job.shape), ForwardRows<T>{job});
}

template <class T>
void group_norm_runs(const GroupNormBackward<T>& job) {
  int64_t rows = job.shape.rows(), all = job.shape.all_channels();
  Scratch memory(static_cast<size_t>(rows * job.shape.channels) * sizeof(GradientSums));
  auto* sums = memory.as<GradientSums>();
  parallel_for(rows, grain_of(job.shape), BackwardRows<T>{job, sums});
  for (int64_t c = 0; c < all; c++) {
    double dw = 0, db = 0;
    for (int64_t n = 0; n < job.shape.outer; n++) {
      const GradientSums& each = sums[n * all + c];
      dw += each.gx * static_cast<double>(job.rstd[n * job.shape.groups + c / job.shape.channels]);
      db += each.g;
    }
    if (job.dw != nullptr) job.dw[c] = static_cast<T>(dw);
    if (job.db != nullptr) job.db[c] = static_cast<T>(db);
  }
}

template void group_norm_runs(const GroupNormForward<float>&);
template void group_norm_runs(const GroupNormForward<double>&);
template void group_norm_runs(const GroupNormBackward<float>&);
template void group_norm_runs(const GroupNormBackward<double>&);

}  // namespace cresset
