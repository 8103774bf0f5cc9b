#include <algorithm>

#include "kernels/batch_norm.h"
#include "kernels/reduce_driver.h"
#include "runtime/ceil_div.h"
#include "runtime/parallel.h"

namespace cresset {
namespace {

// A channel whose elements fit here is read once: what was summed is still in the cache when it is normalised.
constexpr int64_t kCacheBytes = 1 << 20;

// A channel's elements in pieces of at most kNormPiece: parts of a long run, or several short runs.
struct Pieces {
  explicit Pieces(const BatchShape& given)
      : shape(given),
        parts(ceil_div(given.inner, kNormPiece)),
        group(parts > 1 ? 1 : std::max<int64_t>(1, kNormPiece / given.inner)),
        count(parts > 1 ? given.outer * parts : ceil_div(given.outer, group)) {}

  int64_t offset(int64_t channel, int64_t piece) const {
    int64_t run = parts > 1 ? piece / parts : piece * group, part = parts > 1 ? piece % parts : 0;
    return (run * shape.channels + channel) * shape.inner + part * kNormPiece;
  }
  Runs runs(int64_t piece) const {
    if (parts > 1) return {1, 0, std::min(kNormPiece, shape.inner - piece % parts * kNormPiece)};
    return {std::min(group, shape.outer - piece * group), shape.channels * shape.inner, shape.inner};
  }

  BatchShape shape;
  int64_t parts, group, count;
};

template <class T>
Moments sums_of(const BatchNormForward<T>& job, int64_t, int64_t at, const Runs& runs) {
  return job.loops.moments(job.x + at, runs);
}

template <class T>
GradientSums sums_of(const BatchNormBackward<T>& job, int64_t channel, int64_t at, const Runs& runs) {
  return job.loops.sums[int(job.gate)](job.g + at, job.x + at, runs, job.affine(channel));
}

template <class T>
void write(const BatchNormForward<T>& job, int64_t channel, int64_t at, const Runs& runs) {
  bool stream = norm_streams<T>(job.y + at, job.x + at, nullptr, job.shape.count());
  job.loops.normalize[int(job.gate)][stream](job.y + at, job.x + at, runs, job.affine(channel));
}

template <class T>
void write(const BatchNormBackward<T>& job, int64_t channel, int64_t at, const Runs& runs) {
  bool stream = norm_streams<T>(job.dx + at, job.g + at, job.x + at, job.shape.count());
  Affine<T> affine = job.affine(channel);
  if (job.training || job.gate != Gate::none) {
    Tilt<T> tilt{job.along[channel], job.level[channel]};
    job.loops.gradient[int(job.gate)][stream](job.dx + at, job.g + at, job.x + at, runs, affine, tilt);
  } else {
    job.loops.normalize[0][stream](job.dx + at, job.g + at, runs, {0, affine.scale, 0, 0});
  }
}

// One channel after the other, both passes.
template <class Job>
struct Channels {
  const Job& job;
  const Pieces& pieces;
  bool sums, writes;

  void operator()(int64_t begin, int64_t end) const {
    for (int64_t channel = begin; channel < end; channel++) {
      if (sums) {
        typename Job::Sums all;
        for (int64_t p = 0; p < pieces.count; p++)
          all.join(sums_of(job, channel, pieces.offset(channel, p), pieces.runs(p)));
        job.finish(channel, all);
      }
      if (!writes) continue;
      for (int64_t p = 0; p < pieces.count; p++) write(job, channel, pieces.offset(channel, p), pieces.runs(p));
    }
  }
};

// All pieces of all channels, one pass. Items follow each other in memory.
template <class Job>
struct Pass {
  const Job& job;
  const Pieces& pieces;
  typename Job::Sums* partial;  // null: the pass that writes

  void operator()(int64_t begin, int64_t end) const {
    for (int64_t item = begin; item < end; item++) {
      int64_t channel = item / pieces.parts % pieces.shape.channels;
      int64_t piece = item / pieces.parts / pieces.shape.channels * pieces.parts + item % pieces.parts;
      int64_t at = pieces.offset(channel, piece);
      if (partial == nullptr)
        write(job, channel, at, pieces.runs(piece));
      else
        partial[channel * pieces.count + piece] = sums_of(job, channel, at, pieces.runs(piece));
    }
  }
};

template <class Job>
void run_pieces(const Job& job, const Pieces& pieces, bool sums, bool writes) {
  int64_t channels = job.shape.channels, items = channels * pieces.count;
  int64_t grain = std::max<int64_t>(1, kNormGrain / ceil_div(job.shape.count(), items));
  if (sums) {
    Scratch scratch(static_cast<size_t>(items) * sizeof(typename Job::Sums));
    auto* partial = scratch.as<typename Job::Sums>();
    parallel_for(items, grain, Pass<Job>{job, pieces, partial});
    for (int64_t c = 0; c < channels; c++) {
      typename Job::Sums all;
      for (int64_t p = 0; p < pieces.count; p++) all.join(partial[c * pieces.count + p]);
      job.finish(c, all);
    }
  }
  if (writes) parallel_for(items, grain, Pass<Job>{job, pieces, nullptr});
}

template <class Job>
void run(const Job& job, int64_t operands, bool sums, bool writes) {
  constexpr int64_t kFewChannels = 8;
  const Pieces pieces(job.shape);
  int64_t bytes = operands * job.shape.per_channel() * static_cast<int64_t>(sizeof(*job.x));
  if (sums && bytes <= kCacheBytes && (job.shape.channels >= kFewChannels || job.shape.count() <= kNormGrain)) {
    int64_t grain = std::max<int64_t>(1, kNormGrain / job.shape.per_channel());
    parallel_for(job.shape.channels, grain, Channels<Job>{job, pieces, sums, writes});
  } else {
    run_pieces(job, pieces, sums, writes);
  }
}

}  // namespace

template <class T>
void batch_norm_runs(const BatchNormForward<T>& job) {
  run(job, 1, job.training, true);
}
template <class T>
void batch_norm_runs(const BatchNormBackward<T>& job) {
  run(job, 2, job.needs_sums(), job.dx != nullptr);
}

template void batch_norm_runs(const BatchNormForward<float>&);
template void batch_norm_runs(const BatchNormForward<double>&);
template void batch_norm_runs(const BatchNormBackward<float>&);
template void batch_norm_runs(const BatchNormBackward<double>&);

}  // namespace cresset
