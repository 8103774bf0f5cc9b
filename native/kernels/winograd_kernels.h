// What conv_winograd.cc and conv_winograd_weight.cc do with vectors; the channels lie side by side in them.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>

#include "kernels/conv_winograd.h"
#include "kernels/conv_workspace.h"
#include "kernels/winograd_plan.h"

namespace cresset {

// An operand of the products at all points: panels of `width` channels, each with a row for every tile (of the weights: for
// every channel of the other kind). A transform stores to all points at once: their distance is an odd number of lines,
// which spreads them over the cache's sets.
struct PointRows {
  float* data = nullptr;
  int64_t points = 0, width = 0, panel_stride = 0, point_stride = 0;

  // Memory comes later.
  PointRows(int64_t points_, int64_t rows, int64_t channels, int64_t width_)
      : points(points_),
        width(width_),
        panel_stride(rows * width_),
        point_stride(padded_stride<float>(ceil_div(channels, width_) * rows * width_)) {}
  int64_t elements() const { return points * point_stride; }
  float* at(int64_t row, int64_t channel) const {
    return data + channel / width * panel_stride + row * width + channel % width;
  }
};

// Planes as tiles of size×size places see them that lie two places apart: those of an input, or of a result's gradient. The
// places of a phase are `stride` apart; phase (1, 1) begins `shift` places after phase (0, 0).
struct TilePlanes {
  WinogradPlanes planes;
  int64_t across;      // tiles of a row
  int64_t size, side;  // places and points in a row of a tile
  int64_t stride = 1;
  int64_t phases = 1;  // in a row
  int64_t shift_y = 0, shift_x = 0;
  int64_t phase_channels = 0;  // from a phase to the next among the channels of the points, or
  int64_t phase_points = 0;    // among the points

  // Of the planes.
  int64_t rows(int64_t tile_rows) const { return places(tile_rows) + shift_y; }
  int64_t columns() const { return places(across) + shift_x; }
  // Tile rows whose places are gathered together, and room for them.
  int64_t rows_at_once(int64_t lanes) const {
    constexpr int64_t kElements = (64 << 10) / sizeof(float);
    return std::max<int64_t>(1, kElements / (2 * stride * columns() * lanes));
  }
  int64_t space(int64_t tile_rows, int64_t lanes) const {
    return rows(std::min(tile_rows, rows_at_once(lanes))) * columns() * lanes;
  }

 private:
  int64_t places(int64_t tiles) const { return stride * (2 * (tiles - 1) + size - 1) + 1; }
};

struct WinogradWeights {
  const float* data;  // [out, in, size, size]
  int64_t out, in;
  WinogradKernel kernel;
  bool transposed;       // for the product that `in` channels come out of
  int64_t odd_y, odd_x;  // as WinogradProduct's
  // Rows are the channels that are added up, of one phase after the other; transposed, every panel of columns is followed by
  // those of the other phases.
  PointRows to;
};

// c = (add ? c : 0) + a · b for one panel of b.
struct PanelProduct {
  const float* a;
  int64_t a_row, a_column, rows, depth;
  const float* b;
  int64_t b_row;
  float* c;
  int64_t c_row, columns;
  bool add;
};

// Sums at the points for some tile rows and all lanes from a row of the product on.
struct PlaceSums {
  const float* data;  // of tile 0
  int64_t tile_stride, point_stride, phase_stride;
  TileRows part;
  int64_t across, row, rows;
};

// Sums at the points for a weight's gradient.
struct TapSums {
  const float* data;  // [point, rows, columns], a column for each `out`
  int64_t rows, columns;
  int64_t phase_rows;  // from a phase to the next
  WinogradKernel kernel;
  int64_t in, out;
  float* to;  // [out, in, size, size]
};

// How the tasks of a call went.
struct WinogradProgress {
  std::atomic<bool> too_large{false}, out_of_memory{false};

  void note(bool small) {
    if (!small) too_large.store(true, std::memory_order_relaxed);
  }
};

struct WinogradKernels {
  int64_t lanes;
  // For `lanes` channels; false when an element is not below the limit.
  bool (*transform_tiles)(const TilePlanes&, const TileRows&, int64_t channel, const PointRows& to, float* space);
  // For `lanes` by `lanes` kernels; likewise.
  bool (*transform_weights)(const WinogradWeights&, int64_t out, int64_t in);
  void (*multiply)(const PanelProduct&);
  // With the epilogue; the space is put_space() elements.
  void (*put_places)(const WinogradProduct&, const PlaceSums&, float* space);
  void (*put_taps)(const TapSums&, int64_t out, int64_t in);

  int64_t panel_width() const { return 2 * lanes; }
  int64_t put_space(int64_t places) const { return 2 * ceil_div(places, lanes) * lanes * lanes; }
};

// Of the instruction set in use.
const WinogradKernels& winograd_kernels();

}  // namespace cresset
