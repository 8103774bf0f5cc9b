#include "kernels/conv_winograd.h"

#include <algorithm>
#include <atomic>

#include "kernels/gemm.h"
#include "kernels/winograd_kernels.h"
#include "runtime/parallel.h"
#include "simd/interleave.h"
#include "simd/transpose.h"
#include "simd/vector.h"

#define CRESSET_SOURCE "kernels/conv_winograd.inc"
#include "simd/foreach_isa.h"

namespace cresset {

const WinogradKernels& winograd_kernels() { return *CRESSET_SELECT(winograd_table); }

namespace {

// How the tasks of a call went.
struct Progress {
  std::atomic<bool> too_large{false}, out_of_memory{false};

  void note(bool small) {
    if (!small) too_large.store(true, std::memory_order_relaxed);
  }
};

struct WeightTasks {
  const WinogradKernels& kernels;
  const WinogradWeights& weights;
  Progress& progress;

  int64_t across() const { return ceil_div(weights.in, kernels.lanes); }
  int64_t count() const { return ceil_div(weights.out, kernels.lanes) * across(); }
  void operator()(int64_t begin, int64_t end) const {
    for (int64_t i = begin; i < end; i++)
      progress.note(kernels.transform_weights(weights, i / across() * kernels.lanes, i % across() * kernels.lanes));
  }
};

// A task transforms a block of tiles, multiplies at all points for some rows of the product after the others, and transforms
// their sums back.
struct ProductTasks {
  const WinogradKernels& kernels;
  const WinogradProduct& p;
  const WinogradPlan& plan;
  const PointRows& weights;
  Progress& progress;

  void operator()(int64_t begin, int64_t end) const {
    const TilePlanes tiles{p.planes, plan.tiles.across, 2};
    const int64_t channels = ceil_div(p.planes.channels, kernels.lanes) * kernels.lanes;
    PointRows operand(plan.most_tiles(), channels, channels), sums(plan.most_tiles(), most_rows(), most_rows());
    const int64_t places = 4 * plan.most_tile_rows() * plan.tiles.across;
    const int64_t rest = std::max(kernels.put_space(places), tiles.space(plan.most_tile_rows(), kernels.lanes));
    Workspace<float> memory;
    operand.data = memory.try_elements(operand.elements() + sums.elements() + rest);
    if (operand.data == nullptr) return progress.out_of_memory.store(true, std::memory_order_relaxed);
    sums.data = operand.data + operand.elements();
    float* const space = sums.data + sums.elements();
    const EvenPieces blocks{plan.tiles.units(), plan.blocks};
    const Pieces parts(panels(), plan.row_parts);
    for (int64_t task = begin; task < end && !progress.too_large.load(std::memory_order_relaxed); task++) {
      const int64_t part = task % plan.row_parts, block = task / plan.row_parts;
      run(tiles, blocks.begin(block), blocks.end(block), parts.begin(part), parts.end(part), operand, sums, space);
    }
  }

 private:
  int64_t panels() const { return ceil_div(p.rows, weights.width); }
  int64_t most_rows() const { return std::min(plan.panels_at_once, panels()) * weights.width; }

  void run(const TilePlanes& tiles, int64_t unit, int64_t last_unit, int64_t panel, int64_t last_panel,
           const PointRows& operand, const PointRows& sums, float* space) const {
    const int64_t count = plan.tiles.each_rows(unit, last_unit, 0, [&](const TileRows& part) {
      for (int64_t channel = 0; channel < p.planes.channels; channel += kernels.lanes)
        progress.note(kernels.transform_tiles(tiles, part, channel, operand, space));
    });
    const Pieces together(last_panel - panel, ceil_div(last_panel - panel, plan.panels_at_once));
    for (int64_t i = 0; i < together.count; i++) {
      const int64_t row = (panel + together.begin(i)) * weights.width;
      const int64_t last_row = std::min((panel + together.end(i)) * weights.width, p.rows);
      multiply(operand, count, row, last_row, sums);
      plan.tiles.each_rows(unit, last_unit, 0, [&](const TileRows& part) {
        for (int64_t r = row; r < last_row; r += kernels.lanes)
          kernels.put_places(p,
                             {sums.data + r - row, sums.width, sums.point_stride, part, plan.tiles.across, r,
                              std::min(kernels.lanes, last_row - r)},
                             space);
      });
    }
  }

  void multiply(const PointRows& operand, int64_t tiles, int64_t row, int64_t last_row, const PointRows& sums) const {
    const int64_t channels = p.planes.channels, depth = gemm_depth<float>(channels);
    for (int64_t point = 0; point < kPoints; point++) {
      for (int64_t k = 0; k < channels; k += depth) {
        for (int64_t r = row; r < last_row; r += weights.width) {
          const int64_t lanes = ceil_div(std::min(weights.width, last_row - r), kernels.lanes) * kernels.lanes;
          kernels.multiply({operand.at(0, k) + point * operand.point_stride, operand.width, 1, tiles,
                            std::min(depth, channels - k), weights.at(k, r) + point * weights.point_stride,
                            weights.width, sums.data + point * sums.point_stride + r - row, sums.width, lanes, k > 0});
        }
      }
    }
  }
};

}  // namespace

bool winograd_product(const WinogradProduct& p) {
  const WinogradKernels& kernels = winograd_kernels();
  Progress progress;
  PointRows points(p.planes.channels, p.rows, kernels.panel_width());
  Workspace<float> memory;
  points.data = memory.allocate_elements(points.elements());
  const int64_t out = p.transposed ? p.planes.channels : p.rows, in = p.transposed ? p.rows : p.planes.channels;
  const WinogradWeights weights{p.weights, out, in, p.transposed, points};
  const WeightTasks transform{kernels, weights, progress};
  parallel_for(transform.count(), transform.across(), transform);
  if (progress.too_large) return false;
  const WinogradTiles tiles(p.planes.images, p.grid_height, p.grid_width, p.epilogue.mask != nullptr);
  const WinogradPlan plan(tiles, p.planes.channels, ceil_div(p.rows, points.width), points.width, num_threads());
  parallel_for(plan.blocks * plan.row_parts, plan.grain, ProductTasks{kernels, p, plan, points, progress});
  check_memory(!progress.out_of_memory);
  return !progress.too_large;
}

}  // namespace cresset
