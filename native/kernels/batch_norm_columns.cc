// Short channels: [rows, columns] with statistics for each column, which are then joined to those of the channels.
#include <algorithm>

#include "kernels/batch_norm.h"
#include "kernels/reduce_driver.h"
#include "runtime/ceil_div.h"
#include "runtime/parallel.h"

namespace cresset {
namespace {

// Short rows are joined to rows of about kJoined columns. Work goes to the threads in tiles.
constexpr int64_t kJoined = 128;
constexpr int64_t kTileRows = 256;
constexpr int64_t kTileColumns = 512;

struct Tiles {
  explicit Tiles(const BatchShape& given) : shape(given), period(given.channels * given.inner) {
    repeats = std::max<int64_t>(1, std::min(given.outer, kJoined / period));
    while (given.outer % repeats != 0) repeats--;
    columns = repeats * period;
    rows = given.outer / repeats;
    across = ceil_div(columns, kTileColumns);
    down = ceil_div(rows, kTileRows);
  }
  int64_t count() const { return across * down; }
  int64_t first_column(int64_t tile) const { return tile % across * kTileColumns; }
  int64_t width(int64_t tile) const { return std::min(kTileColumns, columns - first_column(tile)); }
  int64_t first_row(int64_t tile) const { return tile / across * kTileRows; }
  int64_t height(int64_t tile) const { return std::min(kTileRows, rows - first_row(tile)); }
  int64_t grain() const { return std::max<int64_t>(1, kNormGrain / (std::min(kTileRows, rows) * columns)); }
  int64_t channel(int64_t column) const { return column % period / shape.inner; }

  BatchShape shape;
  int64_t period, repeats, columns, rows, across, down;
};

// A value for every column.
template <class T>
struct Spread {
  explicit Spread(const Tiles& tiles) : stride(tiles.columns), memory(static_cast<size_t>(5 * stride) * sizeof(T)) {}
  T* row(int i) { return memory.template as<T>() + i * stride; }
  ColumnAffine<T> affine(T slope) { return {row(0), row(1), row(2), slope}; }
  ColumnTilt<T> tilt() { return {row(3), row(4)}; }

  int64_t stride;
  Scratch memory;
};

template <class Job, class T>
void spread_affine(const Job& job, const Tiles& tiles, Spread<T>& spread) {
  for (int64_t column = 0; column < tiles.columns; column++) {
    Affine<T> affine = job.affine(tiles.channel(column));
    spread.row(0)[column] = affine.mean;
    spread.row(1)[column] = affine.scale;
    spread.row(2)[column] = affine.shift;
  }
}

// What one tile knows of its columns: `rows` rows of as many values.
template <class T>
struct Partial {
  const Tiles& tiles;
  int64_t rows;
  T* data;
  T* row(int64_t tile, int64_t i) const {
    return data + (tile / tiles.across * rows + i) * tiles.columns + tiles.first_column(tile);
  }
};

template <class T>
struct MomentTiles {
  const BatchNormForward<T>& job;
  Partial<T> partial;
  void operator()(int64_t begin, int64_t end) const {
    const Tiles& tiles = partial.tiles;
    for (int64_t t = begin; t < end; t++) {
      const T* x = job.x + tiles.first_row(t) * tiles.columns + tiles.first_column(t);
      job.loops.column_moments(x, tiles.height(t), tiles.columns, tiles.width(t), partial.row(t, 0), partial.row(t, 1),
                               partial.row(t, 2));
    }
  }
};

template <class T>
struct SumTiles {
  const BatchNormBackward<T>& job;
  Partial<T> partial;
  ColumnAffine<T> affine;
  void operator()(int64_t begin, int64_t end) const {
    const Tiles& tiles = partial.tiles;
    for (int64_t t = begin; t < end; t++) {
      int64_t column = tiles.first_column(t), at = tiles.first_row(t) * tiles.columns + column;
      job.loops.column_sums[int(job.gate)](job.g + at, job.x + at, tiles.height(t), tiles.columns, tiles.width(t),
                                           affine.from(column), partial.row(t, 0), partial.row(t, 1));
    }
  }
};

template <class T>
Moments part_of(const BatchNormForward<T>&, const Partial<T>& partial, int64_t down, int64_t column) {
  const Tiles& tiles = partial.tiles;
  const T* near = partial.data + down * partial.rows * tiles.columns + column;
  double count = static_cast<double>(tiles.height(down * tiles.across));
  double first = static_cast<double>(near[tiles.columns]), second = static_cast<double>(near[2 * tiles.columns]);
  double squares = second - first * (first / count);
  return {count, static_cast<double>(*near) + first / count, squares < 0 ? 0 : squares};
}

template <class T>
GradientSums part_of(const BatchNormBackward<T>&, const Partial<T>& partial, int64_t down, int64_t column) {
  const T* sum = partial.data + down * partial.rows * partial.tiles.columns + column;
  return {static_cast<double>(sum[0]), static_cast<double>(sum[partial.tiles.columns])};
}

// The columns of a channel, joined.
template <class Job, class T>
struct Finish {
  const Job& job;
  Partial<T> partial;
  void operator()(int64_t begin, int64_t end) const {
    const Tiles& tiles = partial.tiles;
    for (int64_t channel = begin; channel < end; channel++) {
      typename Job::Sums all;
      for (int64_t down = 0; down < tiles.down; down++) {
        for (int64_t repeat = 0; repeat < tiles.repeats; repeat++) {
          int64_t column = repeat * tiles.period + channel * tiles.shape.inner;
          for (int64_t i = 0; i < tiles.shape.inner; i++) all.join(part_of(job, partial, down, column + i));
        }
      }
      job.finish(channel, all);
    }
  }
};

template <class Job, class T>
void finish_channels(const Job& job, const Partial<T>& partial) {
  const Tiles& tiles = partial.tiles;
  int64_t parts = tiles.down * tiles.repeats * tiles.shape.inner;
  parallel_for(tiles.shape.channels, std::max<int64_t>(1, kNormGrain / 16 / parts), Finish<Job, T>{job, partial});
}

template <class T>
void write_row(const BatchNormForward<T>& job, int64_t at, int64_t n, const ColumnAffine<T>& affine,
               const ColumnTilt<T>&) {
  job.loops.normalize_columns[int(job.gate)](job.y + at, job.x + at, n, affine);
}

template <class T>
void write_row(const BatchNormBackward<T>& job, int64_t at, int64_t n, const ColumnAffine<T>& affine,
               const ColumnTilt<T>& tilt) {
  job.loops.gradient_columns[int(job.gate)](job.dx + at, job.g + at, job.x + at, n, affine, tilt);
}

template <class Job, class T>
struct WriteTiles {
  const Job& job;
  const Tiles& tiles;
  ColumnAffine<T> affine;
  ColumnTilt<T> tilt;
  void operator()(int64_t begin, int64_t end) const {
    for (int64_t t = begin; t < end; t++) {
      int64_t column = tiles.first_column(t), last = tiles.first_row(t) + tiles.height(t);
      for (int64_t row = tiles.first_row(t); row < last; row++)
        write_row(job, row * tiles.columns + column, tiles.width(t), affine.from(column), tilt.from(column));
    }
  }
};

size_t partial_bytes(const Tiles& tiles, int64_t rows, size_t item) {
  return static_cast<size_t>(tiles.down * rows * tiles.columns) * item;
}

}  // namespace

template <class T>
void batch_norm_columns(const BatchNormForward<T>& job) {
  const Tiles tiles(job.shape);
  if (job.training) {
    Scratch memory(partial_bytes(tiles, 3, sizeof(T)));
    Partial<T> partial{tiles, 3, memory.as<T>()};
    parallel_for(tiles.count(), tiles.grain(), MomentTiles<T>{job, partial});
    finish_channels(job, partial);
  }
  Spread<T> spread(tiles);
  spread_affine(job, tiles, spread);
  WriteTiles<BatchNormForward<T>, T> write{job, tiles, spread.affine(job.slope), spread.tilt()};
  parallel_for(tiles.count(), tiles.grain(), write);
}

template <class T>
void batch_norm_columns(const BatchNormBackward<T>& job) {
  const Tiles tiles(job.shape);
  Spread<T> spread(tiles);
  spread_affine(job, tiles, spread);
  if (job.needs_sums()) {
    Scratch memory(partial_bytes(tiles, 2, sizeof(T)));
    Partial<T> partial{tiles, 2, memory.as<T>()};
    parallel_for(tiles.count(), tiles.grain(), SumTiles<T>{job, partial, spread.affine(job.slope)});
    finish_channels(job, partial);
  }
  if (job.dx == nullptr) return;
  for (int64_t column = 0; column < tiles.columns; column++) {
    spread.row(3)[column] = job.along[tiles.channel(column)];
    spread.row(4)[column] = job.level[tiles.channel(column)];
  }
  WriteTiles<BatchNormBackward<T>, T> write{job, tiles, spread.affine(job.slope), spread.tilt()};
  parallel_for(tiles.count(), tiles.grain(), write);
}

template void batch_norm_columns(const BatchNormForward<float>&);
template void batch_norm_columns(const BatchNormForward<double>&);
template void batch_norm_columns(const BatchNormBackward<float>&);
template void batch_norm_columns(const BatchNormBackward<double>&);

}  // namespace cresset
