// A weight's gradient: at every point the product of the input's tiles and the gradient's, added up over the tiles. A block of
// tile rows after the other is transformed, then multiplied; what is added up in one chain depends on the shapes alone.
#include <algorithm>

#include "kernels/winograd_kernels.h"
#include "runtime/parallel.h"

namespace cresset {
namespace {

struct Block {
  const WinogradKernels& kernels;
  const WinogradWeightGradient& p;
  const WinogradWeightPlan& plan;
  int64_t phase_rows, rows, columns;  // of the products; rows are x's channels, of one phase after the other
  TilePlanes x_tiles, g_tiles;
  PointRows x, g;               // their points
  float* sums = nullptr;        // [point, rows, columns]
  float* bias_sums = nullptr;   // [columns]
  int64_t first = 0, last = 0;  // tile rows

  Block(const WinogradKernels& kernels_, const WinogradWeightGradient& p_, const WinogradWeightPlan& plan_,
        int64_t most_tiles)
      : kernels(kernels_),
        p(p_),
        plan(plan_),
        phase_rows(vectors(p_.x) * kernels_.lanes),
        rows((p_.kernel.phases() - 1) * phase_rows + p_.x.channels),
        columns(vectors(p_.g) * kernels_.lanes),
        x_tiles(tiles_of(p_.x, p_.kernel.side())),
        g_tiles(tiles_of(p_.g, 2)),
        x(p_.kernel.points(), most_tiles, rows, kPanel),
        g(p_.kernel.points(), most_tiles, columns, kernels_.panel_width()) {
    x_tiles.stride = x_tiles.phases = p.kernel.stride;
    x_tiles.shift_y = x_tiles.shift_x = p.kernel.stride - 1;
    x_tiles.phase_channels = phase_rows;
  }
  int64_t vectors(const WinogradPlanes& planes) const { return ceil_div(planes.channels, kernels.lanes); }
  int64_t sums_count() const { return p.kernel.points() * rows * columns; }
  int64_t elements() const { return x.elements() + g.elements() + sums_count() + columns; }
  void place(float* memory) {
    x.data = memory;
    g.data = x.data + x.elements();
    sums = g.data + g.elements();
    if (p.bias_gradient != nullptr) bias_sums = sums + sums_count();
  }

 private:
  static constexpr int64_t kPanel = 64;
  TilePlanes tiles_of(const WinogradPlanes& planes, int64_t size) const {
    return {planes, plan.tiles.across, size, p.kernel.side()};
  }
};

// Vectors of x's channels, then of g's, times parts of the tile rows.
struct TransformTasks {
  const Block& b;
  WinogradProgress& progress;

  int64_t of_x() const { return b.vectors(b.p.x); }
  int64_t vectors() const { return of_x() + b.vectors(b.p.g); }
  int64_t count() const { return vectors() * b.plan.row_parts; }

  void operator()(int64_t begin, int64_t end) const {
    const WinogradTiles& tiles = b.plan.tiles;
    const EvenPieces parts{b.last - b.first, b.plan.row_parts};
    Workspace<float> memory;
    const int64_t lanes = b.kernels.lanes, rows = parts.longest();
    float* space = memory.try_elements(std::max(b.x_tiles.space(rows, lanes), b.g_tiles.space(rows, lanes)));
    if (space == nullptr) return progress.out_of_memory.store(true, std::memory_order_relaxed);
    for (int64_t i = begin; i < end; i++) {
      const int64_t vector = i % vectors(), part = i / vectors();
      const bool is_x = vector < of_x();
      const int64_t channel = (is_x ? vector : vector - of_x()) * lanes;
      const int64_t row = parts.begin(part), last_row = parts.end(part);
      tiles.each_rows(b.first + row, b.first + last_row, row * tiles.across, [&](const TileRows& rows_of_image) {
        const TilePlanes& planes = is_x ? b.x_tiles : b.g_tiles;
        progress.note(b.kernels.transform_tiles(planes, rows_of_image, channel, is_x ? b.x : b.g, space));
      });
    }
  }
};

// A panel of rows at a point each, and the bias.
struct MultiplyTasks {
  const Block& b;

  int64_t panels() const { return ceil_div(b.rows, b.x.width); }
  int64_t count() const { return b.p.kernel.points() * panels() + (b.bias_sums != nullptr); }

  void operator()(int64_t begin, int64_t end) const {
    // At point (1, 1) a tile of the gradient has become the sum of its places.
    const int64_t points = b.p.kernel.points(), sum_point = b.p.kernel.side() + 1;
    constexpr float kOne = 1;
    for (int64_t i = begin; i < end; i++) {
      const int64_t point = i / panels(), row = i % panels() * b.x.width;
      if (point == points)
        multiply(&kOne, 0, 1, sum_point, b.bias_sums);
      else
        multiply(b.x.at(0, row) + point * b.x.point_stride, b.x.width, std::min(b.x.width, b.rows - row), point,
                 b.sums + (point * b.rows + row) * b.columns);
    }
  }

 private:
  void multiply(const float* a, int64_t a_column, int64_t rows, int64_t point, float* sums) const {
    const int64_t depth = (b.last - b.first) * b.plan.tiles.across;
    for (int64_t column = 0; column < b.columns; column += b.g.width)
      b.kernels.multiply({a, 1, a_column, rows, depth, b.g.at(0, column) + point * b.g.point_stride, b.g.width,
                          sums + column, b.columns, std::min(b.g.width, b.columns - column), b.first > 0});
  }
};

struct PutTasks {
  const WinogradKernels& kernels;
  const TapSums& sums;

  int64_t across() const { return ceil_div(sums.in, kernels.lanes); }
  int64_t count() const { return ceil_div(sums.out, kernels.lanes) * across(); }
  void operator()(int64_t begin, int64_t end) const {
    for (int64_t i = begin; i < end; i++)
      kernels.put_taps(sums, i / across() * kernels.lanes, i % across() * kernels.lanes);
  }
};

}  // namespace

bool winograd_weight_gradient(const WinogradWeightGradient& p) {
  const WinogradKernels& kernels = winograd_kernels();
  const WinogradWeightPlan plan(p, num_threads());
  const EvenPieces blocks{plan.tiles.units(), plan.blocks};
  Block block(kernels, p, plan, blocks.longest() * plan.tiles.across);
  Workspace<float> memory;
  block.place(memory.allocate_elements(block.elements()));
  WinogradProgress progress;
  for (int64_t i = 0; i < blocks.count; i++) {
    block.first = blocks.begin(i);
    block.last = blocks.end(i);
    const TransformTasks transform{block, progress};
    parallel_for(transform.count(), plan.transform_grain, transform);
    check_memory(!progress.out_of_memory);
    if (progress.too_large) return false;
    const MultiplyTasks multiply{block};
    parallel_for(multiply.count(), plan.multiply_grain, multiply);
  }
  const TapSums sums{block.sums, block.rows,   block.columns, block.phase_rows,
                     p.kernel,   p.x.channels, p.g.channels,  p.weight_gradient};
  const PutTasks put{kernels, sums};
  parallel_for(put.count(), put.across(), put);
  if (p.bias_gradient != nullptr) std::copy_n(block.bias_sums, p.g.channels, p.bias_gradient);
  return true;
}

}  // namespace cresset
