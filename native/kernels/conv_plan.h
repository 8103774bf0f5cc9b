// How a convolution's product is cut into tasks. Which task computes an element does not change its bits.
#pragma once
#include <algorithm>
#include <cstdint>

#include "kernels/gemm_plan.h"
#include "runtime/ceil_div.h"

namespace cresset {

// [0, n) in nearly equal pieces, the longer ones spread: neighbouring tasks, which one thread claims, add up to equal work.
struct EvenPieces {
  int64_t n, count;

  int64_t begin(int64_t piece) const { return n * piece / count; }
  int64_t end(int64_t piece) const { return begin(piece + 1); }
  int64_t longest() const { return ceil_div(n, count); }
};

struct ConvPlan {
  int64_t row_parts = 1, column_parts = 1;
  int64_t grain = 1;  // tasks a thread claims at once

  // Parts of `tiles` tiles of rows by `panels` panels, in `others` independent products. A task works in space for
  // `panel_elements` of every panel, and multiplies and adds `panel_cost` vectors for each.
  ConvPlan(int64_t tiles, int64_t panels, int64_t others, int64_t panel_bytes, double panel_cost, int threads) {
    constexpr int64_t kCacheBytes = 400 << 10;
    column_parts = ceil_div(panels, std::max<int64_t>(1, kCacheBytes / std::max<int64_t>(panel_bytes, 1)));
    const double cost = panel_cost * static_cast<double>(panels) * static_cast<double>(others);
    const int64_t wanted = threads == 1 ? 1 : static_cast<int64_t>(std::min(cost / kWorthAThread, 3.0 * threads));
    while (others * row_parts * column_parts < wanted) {
      if (column_parts < panels)
        column_parts = std::min(column_parts * 2, panels);
      else if (row_parts < tiles)
        row_parts = std::min(row_parts * 2, tiles);
      else
        break;
    }
    // As many tasks for every thread, where there are few.
    const int64_t apart = others * row_parts;
    while (threads > 1 && wanted > 1 && column_parts < panels && apart * column_parts % threads != 0 &&
           apart * column_parts < 16 * threads)
      column_parts++;
    const double tasks = static_cast<double>(others * row_parts * column_parts);
    grain = std::max<int64_t>(1, static_cast<int64_t>(std::min(kWorthAThread * tasks / (cost + 1), tasks)));
  }
};

// A weight's gradient: `rows` by the channels of g, added up over blocks of positions.
struct ConvWeightPlan {
  int64_t rows = 0;  // of a group: (channel, tap), and the ones
  int64_t width = 0, panels = 0;
  int64_t columns = 0;  // of a row of the sums
  int64_t depth = 0;    // of a block of positions
  int64_t sums = 1;     // partial sums that are added in order in the end; of the shape alone, they decide the bits
  int64_t row_parts = 1, column_parts = 1, rows_at_once = 1;
  int64_t grain = 1;

  void cut(int64_t groups, int64_t channels, int64_t positions, int64_t block, const GemmTile& tile, int threads) {
    constexpr int64_t kRowBytes = 256 << 10, kPanelBytes = 512 << 10, kManySums = 1 << 17, kMostSums = 16;
    const int64_t lanes = 64 / tile.item_bytes;
    depth = block;
    panels = ceil_div(channels, width);
    columns = ceil_div(channels, lanes) * lanes;
    const int64_t wanted_sums = kManySums / (rows * ceil_div(channels, lanes) * lanes * groups);
    sums = std::clamp<int64_t>(wanted_sums, 1, std::min(kMostSums, ceil_div(positions, depth)));
    column_parts = std::min(panels, ceil_div(panels * width * depth * tile.item_bytes, kPanelBytes));
    rows_at_once = std::max<int64_t>(1, kRowBytes / tile.item_bytes / depth / tile.rows) * tile.rows;
    const double cost = static_cast<double>(groups * rows) * static_cast<double>(columns / tile.lanes + 2) *
                        static_cast<double>(positions);
    const double wanted = threads == 1 ? 1 : std::min(cost / kWorthAThread, 3.0 * threads);
    while (static_cast<double>(groups * sums * column_parts * row_parts) < wanted && rows / row_parts > 2 * tile.rows)
      row_parts *= 2;
    const double tasks = static_cast<double>(groups * sums * column_parts * row_parts);
    grain = std::max<int64_t>(1, static_cast<int64_t>(std::min(kWorthAThread * tasks / (cost + 1), tasks)));
  }
};

}  // namespace cresset
