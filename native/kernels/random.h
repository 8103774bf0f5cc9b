#pragma once
#include "runtime/call.h"
#include "runtime/random.h"

namespace cresset {

// Random numbers are drawn by tiles: word k·64 + j of a tile is word k of its counter j. So neighbouring elements come
// from neighbouring counters, and a vector of counters becomes vectors of elements without shuffling.
constexpr int kTileCounters = 64;
constexpr int kTileWords = 4 * kTileCounters;

// Reads `seed_low, seed_high, offset`.
RandomStream read_stream(Call& call);

// Fills n elements; a and b are the distribution's parameters. Returns the number of counters used up.
using RandomFill = int64_t (*)(void* out, int64_t n, const RandomStream& stream, double a, double b);

// One row for each distribution, indexed by dtype; null where the distribution has no such dtype.
struct RandomTable {
  RandomFill uniform[kDtypes];    // [a, b)
  RandomFill normal[kDtypes];     // mean a, standard deviation b
  RandomFill bernoulli[kDtypes];  // 1 with probability a
  RandomFill randint[kDtypes];    // whole numbers in [a, b), |a| and |b| at most 2^53
  int64_t (*randperm)(int64_t* out, int64_t n, const RandomStream& stream);
};

}  // namespace cresset
