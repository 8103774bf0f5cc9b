// Moving elements: copy, cast, fill.
//
//   copy: dtype, shape, out view, in view
//   cast: out dtype, in dtype, shape, out view, in view
//   fill: dtype, shape, out view, value
#include <cstring>

#include "kernels/convert.h"
#include "kernels/map.h"
#include "kernels/move.h"
#include "simd/vector.h"

#define CRESSET_SOURCE "kernels/map_copy.inc"
#include "simd/foreach_isa.h"

namespace cresset {
namespace {

MapOperand operand(const View& view, Dtype dtype) {
  return {static_cast<uint8_t*>(view.data), view.stride, static_cast<int>(item_size(dtype))};
}

void convert_views(Call& call, Dtype to, Dtype from) {
  Shape shape = call.shape();
  View out, in;
  call.view(out, to, shape, true);
  call.view(in, from, shape, false);
  check_distinct(shape, out);
  if (to == from) return move(shape, operand(out, to), operand(in, from));
  MapOperand operands[] = {operand(out, to), operand(in, from)};
  map(shape, operands, 2, (*CRESSET_SELECT(map_cast))[static_cast<int>(to)][static_cast<int>(from)], nullptr);
}

void copy_entry(Call& call) {
  Dtype dtype = call.dtype();
  convert_views(call, dtype, dtype);
}

void cast_entry(Call& call) {
  Dtype to = call.dtype();
  convert_views(call, to, call.dtype());
}

template <class T>
void store(double value, uint8_t* at) {
  T typed = convert<T>(value);
  std::memcpy(at, &typed, sizeof typed);
}

void store_as(Dtype dtype, double value, uint8_t* at) {
  switch (dtype) {
    case Dtype::float32: return store<float>(value, at);
    case Dtype::float64: return store<double>(value, at);
    case Dtype::int64: return store<int64_t>(value, at);
    case Dtype::int32: return store<int32_t>(value, at);
    case Dtype::uint8: return store<uint8_t>(value, at);
    case Dtype::boolean: return store<Boolean>(value, at);
  }
}

void fill_entry(Call& call) {
  Dtype dtype = call.dtype();
  Shape shape = call.shape();
  View out;
  call.view(out, dtype, shape, true);
  alignas(8) uint8_t value[8];
  store_as(dtype, call.number(), value);
  check_distinct(shape, out);
  const int64_t broadcast[kMaxDims] = {};
  move(shape, operand(out, dtype), {value, broadcast, static_cast<int>(item_size(dtype))});
}

CRESSET_KERNEL(copy, copy_entry);
CRESSET_KERNEL(cast, cast_entry);
CRESSET_KERNEL(fill, fill_entry);

}  // namespace
}  // namespace cresset
