// How Winograd's products are cut into tasks.
#pragma once
#include <algorithm>
#include <cstdint>
#include <numeric>

#include "kernels/conv_plan.h"
#include "kernels/conv_winograd.h"

namespace cresset {

// Tile rows [first, first + rows) of an image; their tiles are those from `tile` on of a block.
struct TileRows {
  int64_t image, first, rows, tile;
};

// Rows of tiles of side×side places over the images' grids, in units that one task computes.
struct WinogradTiles {
  int64_t images, down, across;  // tiles of an image
  int64_t unit;                  // tile rows; with a mask their places are whole bytes

  WinogradTiles(int64_t images_, int64_t height, int64_t width, int64_t side, bool whole_bytes)
      : images(images_),
        down(ceil_div(height, side)),
        across(ceil_div(width, side)),
        unit(whole_bytes ? 8 / std::gcd(side * width, int64_t{8}) : 1) {}
  int64_t units_of_image() const { return ceil_div(down, unit); }
  int64_t units() const { return images * units_of_image(); }

  // Calls run(TileRows) for the tile rows of units [at, last), image after image; their tiles are those from `tile` on of a
  // block. Gives the tile after them.
  template <class Run>
  int64_t each_rows(int64_t at, int64_t last, int64_t tile, const Run& run) const {
    while (at < last) {
      const int64_t image = at / units_of_image(), first = at % units_of_image();
      const int64_t count = std::min(last - at, units_of_image() - first);
      const int64_t rows = std::min(count * unit, down - first * unit);
      run(TileRows{image, first * unit, rows, tile});
      at += count;
      tile += rows * across;
    }
    return tile;
  }
};

struct WinogradPlan {
  WinogradTiles tiles;
  int64_t blocks = 1, row_parts = 1;
  int64_t panels_at_once = 1;
  int64_t grain = 1;

  // Panels of `width` rows of the product.
  WinogradPlan(const WinogradProduct& p, int64_t panels, int64_t width, int threads)
      : tiles(p.planes.images, p.height, p.width, p.tile_places(), p.epilogue.mask != nullptr) {
    constexpr int64_t kOperandBytes = 768 << 10, kResultBytes = 384 << 10, kFewTiles = 42, kFewBlocks = 8;
    const int64_t point_bytes = p.kernel.points() * p.phases_out() * static_cast<int64_t>(sizeof(float));
    const int64_t units = tiles.units(), unit_tiles = tiles.unit * tiles.across;
    const int64_t most = std::max(kFewTiles, kOperandBytes / (point_bytes * p.depth()));
    const int64_t wanted = std::clamp(units * unit_tiles / (3 * threads), kFewTiles, most);
    blocks = ceil_div(units, std::max<int64_t>(1, wanted / unit_tiles));
    if (blocks < kFewBlocks * threads) blocks = std::min(units, ceil_div(blocks, threads) * threads);
    while (blocks * row_parts < threads && row_parts < panels) row_parts++;
    panels_at_once = std::clamp<int64_t>(kResultBytes / (point_bytes * width * most_tiles()), 1, panels);
    const double cost = static_cast<double>(most_tiles() * p.depth()) *
                        static_cast<double>(panels * width * p.phases_out() / row_parts);
    grain = std::max<int64_t>(1, static_cast<int64_t>(kWorthAThread / (cost + 1)));
  }
  int64_t block_rows() const { return ceil_div(tiles.units(), blocks) * tiles.unit; }
  int64_t most_tile_rows() const { return std::min(block_rows(), tiles.down); }
  int64_t most_tiles() const { return std::min(block_rows(), tiles.images * tiles.down) * tiles.across; }
};

// A weight's gradient: blocks of tile rows, one after the other. Their number decides the bits: it is of the shapes alone.
struct WinogradWeightPlan {
  WinogradTiles tiles;
  int64_t blocks = 1, row_parts = 1;
  int64_t transform_grain = 1, multiply_grain = 1;

  WinogradWeightPlan(const WinogradWeightGradient& p, int threads)
      : tiles(p.g.images, p.g.height, p.g.width, 2, false) {
    constexpr int64_t kDepth = 768, kFewestTiles = 64, kOperandBytes = 16 << 20;
    constexpr int64_t kLanes = 16;
    const int64_t in_channels = p.x.channels, out_channels = p.g.channels;
    const int64_t point_bytes = p.kernel.points() * static_cast<int64_t>(sizeof(float));
    const int64_t tile_bytes = point_bytes * (p.kernel.phases() * in_channels + out_channels);
    const int64_t depth = std::clamp<int64_t>(kOperandBytes / tile_bytes, kFewestTiles, kDepth);
    blocks = std::min(tiles.units(), ceil_div(tiles.units() * tiles.across, depth));
    const int64_t rows = tiles.units() / blocks, pieces = ceil_div(in_channels + out_channels, kLanes);
    row_parts = std::clamp<int64_t>(3 * threads / pieces, 1, std::max<int64_t>(1, rows / 2));
    transform_grain = 1 + kWorthAThread * row_parts / (rows * tiles.across * 40);
    multiply_grain = 1 + kWorthAThread / (rows * tiles.across * 4 * ceil_div(out_channels, kLanes));
  }
};

}  // namespace cresset
