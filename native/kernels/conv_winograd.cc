#include "kernels/conv_winograd.h"

#include <algorithm>

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

struct WeightTasks {
  const WinogradKernels& kernels;
  const WinogradWeights& weights;
  WinogradProgress& progress;

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
  WinogradProgress& progress;

  void operator()(int64_t begin, int64_t end) const {
    const TilePlanes tiles = operand_tiles();
    const int64_t depth = padded_stride<float>(p.depth()), columns = most_panels() * panel_columns();
    PointRows operand(p.kernel.points() * p.phases_out(), plan.most_tiles(), depth, depth);
    PointRows sums(p.kernel.points(), plan.most_tiles(), columns, columns);
    const int64_t places = p.tile_places() * p.tile_places() * plan.most_tile_rows() * plan.tiles.across;
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
  int64_t most_panels() const { return std::min(plan.panels_at_once, panels()); }
  // Of the sums: those of all phases lie beside each other.
  int64_t panel_columns() const { return weights.width * p.phases_out(); }

  // The phases that go in are channels of their own; for those that come out the operand is transformed anew.
  TilePlanes operand_tiles() const {
    TilePlanes tiles{p.planes, plan.tiles.across, p.kernel.side(), p.kernel.side()};
    tiles.phases = p.kernel.stride;
    tiles.stride = p.stride_in();
    if (p.transposed) {
      tiles.shift_y = p.odd_y;
      tiles.shift_x = p.odd_x;
      tiles.phase_points = p.kernel.points();
    } else if (tiles.phases > 1) {
      tiles.shift_y = tiles.shift_x = 1;
      tiles.phase_channels = p.planes.channels;
    }
    return tiles;
  }

  void run(const TilePlanes& tiles, int64_t unit, int64_t last_unit, int64_t panel, int64_t last_panel,
           const PointRows& operand, const PointRows& sums, float* space) const {
    const int64_t count = plan.tiles.each_rows(unit, last_unit, 0, [&](const TileRows& part) {
      for (int64_t channel = 0; channel < p.planes.channels; channel += kernels.lanes)
        progress.note(kernels.transform_tiles(tiles, part, channel, operand, space));
    });
    const Pieces together(last_panel - panel, ceil_div(last_panel - panel, plan.panels_at_once));
    for (int64_t i = 0; i < together.count; i++) {
      const int64_t first = panel + together.begin(i), last = panel + together.end(i);
      multiply(operand, count, first, last, sums);
      plan.tiles.each_rows(unit, last_unit, 0, [&](const TileRows& part) {
        for (int64_t at = first; at < last; at++)
          put_panel(at, sums.data + (at - first) * panel_columns(), sums, part, space);
      });
    }
  }

  void multiply(const PointRows& operand, int64_t tiles, int64_t panel, int64_t last_panel,
                const PointRows& sums) const {
    for (int64_t phase = 0; phase < p.phases_out(); phase++) {
      for (int64_t point = 0; point < p.kernel.points(); point++) {
        const float* a = operand.data + (phase * p.kernel.points() + point) * operand.point_stride;
        float* to = sums.data + point * sums.point_stride + phase * weights.width;
        multiply_point(a, operand.width, tiles, panel, last_panel, phase, point, to, sums.width);
      }
    }
  }

  void multiply_point(const float* a, int64_t a_row, int64_t tiles, int64_t panel, int64_t last_panel, int64_t phase,
                      int64_t point, float* to, int64_t to_row) const {
    const int64_t whole = p.depth(), depth = gemm_depth<float>(whole);
    for (int64_t k = 0; k < whole; k += depth) {
      for (int64_t at = panel; at < last_panel; at++) {
        const float* b = weights.at(k, (at * p.phases_out() + phase) * weights.width) + point * weights.point_stride;
        const int64_t lanes = ceil_div(rows_of(at), kernels.lanes) * kernels.lanes;
        kernels.multiply({a + k, a_row, 1, tiles, std::min(depth, whole - k), b, weights.width,
                          to + (at - panel) * panel_columns(), to_row, lanes, k > 0});
      }
    }
  }

  void put_panel(int64_t panel, const float* from, const PointRows& sums, const TileRows& part, float* space) const {
    for (int64_t row = 0; row < rows_of(panel); row += kernels.lanes)
      kernels.put_places(p,
                         {from + row, sums.width, sums.point_stride, weights.width, part, plan.tiles.across,
                          panel * weights.width + row, std::min(kernels.lanes, rows_of(panel) - row)},
                         space);
  }

  int64_t rows_of(int64_t panel) const { return std::min(weights.width, p.rows - panel * weights.width); }
};

}  // namespace

bool winograd_product(const WinogradProduct& p) {
  const WinogradKernels& kernels = winograd_kernels();
  WinogradProgress progress;
  const int64_t width = kernels.panel_width(), panels = ceil_div(p.rows, width);
  PointRows points(p.kernel.points(), p.depth(), panels * width * p.phases_out(), width);
  Workspace<float> memory;
  points.data = memory.allocate_elements(points.elements());
  const int64_t out = p.transposed ? p.planes.channels : p.rows, in = p.transposed ? p.rows : p.planes.channels;
  const WinogradWeights weights{p.weights, out, in, p.kernel, p.transposed, p.odd_y, p.odd_x, points};
  const WeightTasks transform{kernels, weights, progress};
  parallel_for(transform.count(), transform.across(), transform);
  if (progress.too_large) return false;
  const WinogradPlan plan(p, panels, width, num_threads());
  parallel_for(plan.blocks * plan.row_parts, plan.grain, ProductTasks{kernels, p, plan, points, progress});
  check_memory(!progress.out_of_memory);
  return !progress.too_large;
}

}  // namespace cresset
