#include "kernels/random.h"

#include <algorithm>
#include <cmath>

#include "runtime/call.h"
#include "runtime/ceil_div.h"
#include "runtime/parallel.h"
#include "simd/math.h"
#include "simd/vector.h"

#define CRESSET_SOURCE "kernels/random.inc"
#include "simd/foreach_isa.h"

namespace cresset {
namespace {

constexpr int64_t kExact = int64_t{1} << 53;

// A call draws values by value: `dtype, n, out (id, offset), parameters…, seed_low, seed_high, offset`. Every kernel here
// returns the number of counters it used up, to be added to the offset.
struct Request {
  Dtype dtype;
  int64_t n;
  void* out;

  explicit Request(Call& call) : dtype(call.dtype()), n(call.count()), out(call.contiguous(dtype, n)) {}

  void fill(Call& call, const RandomFill* fills, double a, double b) const {
    RandomStream stream = read_stream(call);
    RandomFill chosen = fills[static_cast<int>(dtype)];
    if (chosen == nullptr) Call::fail("expected float32 or float64");
    call.result(static_cast<double>(chosen(out, n, stream, a, b)));
  }
};

void uniform(Call& call) {
  Request request(call);
  double low = call.number(), high = call.number();
  request.fill(call, CRESSET_SELECT(random_table)->uniform, low, high);
}

void normal(Call& call) {
  Request request(call);
  double mean = call.number(), deviation = call.number();
  request.fill(call, CRESSET_SELECT(random_table)->normal, mean, deviation);
}

void bernoulli(Call& call) {
  Request request(call);
  double probability = call.number();
  if (!(probability >= 0 && probability <= 1)) Call::fail("expected a probability between 0 and 1");
  request.fill(call, CRESSET_SELECT(random_table)->bernoulli, probability, 0);
}

void randint(Call& call) {
  Request request(call);
  int64_t low = call.integer(-kExact, kExact), high = call.integer(-kExact, kExact);
  if (low >= high) Call::fail("expected low < high");
  request.fill(call, CRESSET_SELECT(random_table)->randint, static_cast<double>(low), static_cast<double>(high));
}

// `n, out (id, offset; int64), seed_low, seed_high, offset`
void randperm(Call& call) {
  int64_t n = call.count();
  int64_t* out = call.contiguous<int64_t>(n);
  RandomStream stream = read_stream(call);
  call.result(static_cast<double>(CRESSET_SELECT(random_table)->randperm(out, n, stream)));
}

}  // namespace

RandomStream read_stream(Call& call) {
  constexpr int64_t kWord = 0xffffffff;
  uint64_t low = static_cast<uint64_t>(call.integer(0, kWord));
  uint64_t high = static_cast<uint64_t>(call.integer(0, kWord));
  return {high << 32 | low, static_cast<uint64_t>(call.integer(0, kExact))};
}

CRESSET_KERNEL(uniform, uniform);
CRESSET_KERNEL(normal, normal);
CRESSET_KERNEL(bernoulli, bernoulli);
CRESSET_KERNEL(randint, randint);
CRESSET_KERNEL(randperm, randperm);

}  // namespace cresset
