#include "kernels/gemm_plan.h"

#include "runtime/ceil_div.h"

namespace cresset {
namespace {

// Costs in multiply-adds of a vector.
constexpr double kPackElement = 0.25;  // reading and packing an element of an operand, on average
constexpr double kStoreElement = 0.1;

}  // namespace

GemmPlan::GemmPlan(const GemmShape& shape, const GemmTile& tile, int threads) {
  // A block's part of B, depth x columns, should stay in the last cache while the rows of A pass by.
  constexpr int64_t kCacheBytes = int64_t{4} << 20;
  int64_t most_columns = kCacheBytes / tile.item_bytes / std::max<int64_t>(shape.depth, 1);
  int64_t panels = ceil_div(shape.n, tile.width), tiles = ceil_div(shape.m, tile.rows);
  column_parts = ceil_div(panels, std::max<int64_t>(most_columns / tile.width, 1));

  double m = static_cast<double>(shape.m), n = static_cast<double>(shape.n), k = static_cast<double>(shape.k);
  double cost = m * n * k / static_cast<double>(tile.lanes) + kPackElement * (m + n) * k + kStoreElement * m * n;
  int64_t blocks = shape.batch * row_parts * column_parts;
  if (threads > 1) {
    // Two blocks for every thread, so that a thread that was held up does not hold up the others.
    double worth = cost * static_cast<double>(shape.batch) / kWorthAThread;
    int64_t wanted = static_cast<int64_t>(std::min(worth, 2.0 * threads));
    while (blocks < wanted) {
      int64_t block_tiles = ceil_div(tiles, row_parts), block_panels = ceil_div(panels, column_parts);
      if (block_panels > 1 && (block_panels * tile.width >= block_tiles * tile.rows || block_tiles == 1))
        column_parts = std::min(column_parts * 2, panels);
      else if (block_tiles > 1)
        row_parts = std::min(row_parts * 2, tiles);
      else
        break;
      blocks = shape.batch * row_parts * column_parts;
    }
  }
  double block_cost = cost / static_cast<double>(row_parts * column_parts);
  grain = std::clamp<int64_t>(static_cast<int64_t>(kWorthAThread / (block_cost + 1)), 1, std::max<int64_t>(blocks, 1));
}

}  // namespace cresset
