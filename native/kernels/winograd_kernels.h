// What conv_winograd.cc and conv_winograd_weight.cc do with vectors; the channels lie side by side in them.
#pragma once
#include <algorithm>
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
  int64_t width = 0, panel_stride = 0, point_stride = 0;

  // Memory comes later.
  PointRows(int64_t rows, int64_t channels, int64_t width_)
      : width(width_),
        panel_stride(rows * width_),
        point_stride(padded_stride<float>(ceil_div(channels, width_) * rows * width_)) {}
  int64_t elements() const { return kPoints * point_stride; }
  float* at(int64_t row, int64_t channel) const {
    return data + channel / width * panel_stride + row * width + channel % width;
  }
};

// Planes as tiles that lie two places apart see them: 4×4 places of an input, or 2×2 of a result's gradient.
struct TilePlanes {
  WinogradPlanes planes;
  int64_t across;   // tiles of a row
  int64_t overlap;  // places that neighbours share: 2 or 0

  int64_t columns() const { return 2 * across + overlap; }
  // Tile rows whose places are gathered together, and room for them.
  int64_t rows_at_once(int64_t lanes) const {
    constexpr int64_t kElements = (64 << 10) / sizeof(float);
    return std::max<int64_t>(1, kElements / (2 * columns() * lanes));
  }
  int64_t space(int64_t rows, int64_t lanes) const {
    return (2 * std::min(rows, rows_at_once(lanes)) + overlap) * columns() * lanes;
  }
};

struct WinogradWeights {
  const float* data;  // [out, in, 3, 3]
  int64_t out, in;
  bool transposed;  // for the product that `in` channels come out of
  PointRows to;     // rows are the channels that are added up
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
  int64_t tile_stride, point_stride;
  TileRows part;
  int64_t across, row, rows;
};

// Sums at the points for a weight's gradient.
struct TapSums {
  const float* data;  // [point, in, columns], a column for each `out`
  int64_t in, out, columns;
  float* to;  // [out, in, 3, 3]
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
