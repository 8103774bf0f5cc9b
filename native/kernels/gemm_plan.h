// How a product is cut into blocks. One block of C is one task: it packs what it reads into memory of its own, so tasks
// never wait for one another.
#pragma once
#include <algorithm>
#include <cstdint>

namespace cresset {

// A thread begins a task for at least so many vectors that are multiplied and added.
constexpr int64_t kWorthAThread = 16000;

struct GemmTile {
  int64_t rows;   // most rows of a register tile
  int64_t width;  // columns of a panel of B
  int64_t item_bytes;
  int64_t lanes;  // of a vector
};

struct GemmShape {
  int64_t batch, m, n, k;
  int64_t depth;  // of a block of k
};

struct GemmPlan {
  int64_t row_parts = 1, column_parts = 1;
  int64_t grain = 1;  // blocks a thread claims at once

  GemmPlan(const GemmShape& shape, const GemmTile& tile, int threads);
};

// [0, n) in nearly equal pieces, the longer ones first.
struct Pieces {
  int64_t count, size, longer;

  Pieces(int64_t n, int64_t pieces) : count(pieces), size(n / pieces), longer(n % pieces) {}
  int64_t begin(int64_t piece) const { return size * piece + std::min(piece, longer); }
  int64_t end(int64_t piece) const { return begin(piece + 1); }
};

}  // namespace cresset
