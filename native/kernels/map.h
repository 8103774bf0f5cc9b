// Elementwise operations: out[i] = f(in0[i], in1[i], ...; parameters) over any shapes, strides and broadcasts.
//
// A family of operations is a source kernels/map_NAME.inc, compiled once per instruction set, that ends in a list
// `NAME_ops` of MapOps and the table `map_NAME` made of it. Adding an operation is a functor and a line in that list.
// kernels/map_NAME.cc registers one kernel per line; its arguments are
//
//   dtype, shape, out view, input views..., parameters...
#pragma once
#include <iterator>
#include <utility>

#include "runtime/call.h"
#include "simd/target.h"

namespace cresset {

constexpr int kMaxInputs = 4;
constexpr int kMaxParameters = 4;

// Contiguous memory only: strides and broadcasts are dealt with outside. out may be one of the inputs.
using MapFunction = void (*)(void* out, const void* const* in, int64_t n, const double* parameters);
// The same, but where step[k] is 0 and not 1 one element of input k stands for all.
using MapStepFunction = void (*)(void* out, const void* const* in, const int64_t* step, int64_t n,
                                 const double* parameters);

// What an operand's dtype is, given the call's.
enum class MapType : uint8_t { same, boolean };

struct MapOp {
  const char* name;
  uint8_t inputs;
  uint8_t parameters;
  MapType out;
  MapType first;                   // of the first input; the others are `same`
  MapFunction functions[kDtypes];  // null where PyTorch does not define the operation either
  // Of float32, float64 and int64, for what is broadcast most; null where there is none.
  MapStepFunction stepping[3] = {};
  bool is_long = false;  // the formula takes longer than to load and store its operands
};

template <size_t N>
struct MapTable {
  MapOp ops[N];
  constexpr size_t size() const { return N; }
  constexpr const MapOp& operator[](size_t i) const { return ops[i]; }
};

// A family's table from its operations on an instruction set and on CRESSET_COLD_ISA: own are the loops of float32, and
// those of float64 that do not wait for memory.
template <size_t N>
constexpr MapTable<N> map_table(const MapOp (&own)[N], const MapOp (&cold)[N]) {
  MapTable<N> table = {};
  for (size_t i = 0; i < N; i++) {
    MapOp& op = table.ops[i];
    op = cold[i];
    op.functions[int(Dtype::float32)] = own[i].functions[int(Dtype::float32)];
    op.stepping[int(Dtype::float32)] = own[i].stepping[int(Dtype::float32)];
    if (own[i].is_long) op.functions[int(Dtype::float64)] = own[i].functions[int(Dtype::float64)];
  }
  return table;
}

struct MapOperand {
  uint8_t* data;
  const int64_t* stride;  // in elements, one for each dimension of the shape
  int item;               // bytes
};

// The first operand is the output. It may be an exact alias of inputs; a partial overlap gives unspecified values.
void map(const Shape& shape, const MapOperand* operands, int count, MapFunction function, const double* parameters);

// Refuses outputs whose elements share memory. So the block bounds the number of elements, and the time.
void check_distinct(const Shape& shape, const View& out);

void run_map(Call& call, const MapOp& op);

// One kernel for each of the operations `listed`; `used` has those of the instruction set in use, in the same order.
#define CRESSET_MAP_KERNELS(family, listed, used)                               \
  template <size_t I>                                                           \
  static void family##_entry(::cresset::Call& call) {                           \
    ::cresset::run_map(call, (used)[I]);                                        \
  }                                                                             \
  template <size_t... I>                                                        \
  static bool family##_register(std::index_sequence<I...>) {                    \
    (void(::cresset::Registration((listed)[I].name, &family##_entry<I>)), ...); \
    return true;                                                                \
  }                                                                             \
  static const bool family##_registered = family##_register(std::make_index_sequence<std::size(listed)>())

#define CRESSET_MAP_FAMILY(table) CRESSET_MAP_KERNELS(table, ::cresset::scalar::table, *CRESSET_SELECT(table))

}  // namespace cresset
