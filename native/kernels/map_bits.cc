// Bits of integers and bools: elementwise operations as the families', but compiled once, since they are simple and seldom
// used. What is done to each bit is done to words, whatever they are part of.
#include <cstring>
#include <type_traits>

#include "kernels/map.h"

namespace cresset {
namespace {

struct BitAnd {
  template <class T>
  static T of(T a, T b) {
    return static_cast<T>(a & b);
  }
};

struct BitOr {
  template <class T>
  static T of(T a, T b) {
    return static_cast<T>(a | b);
  }
};

struct BitXor {
  template <class T>
  static T of(T a, T b) {
    return static_cast<T>(a ^ b);
  }
};

// out may be one of the inputs.
template <class F>
void join(uint8_t* to, const uint8_t* a, const uint8_t* b, int64_t bytes) {
  int64_t i = 0;
  for (; i + 8 <= bytes; i += 8) {
    uint64_t x, y;
    std::memcpy(&x, a + i, 8);
    std::memcpy(&y, b + i, 8);
    x = F::of(x, y);
    std::memcpy(to + i, &x, 8);
  }
  for (; i < bytes; i++) to[i] = F::of(a[i], b[i]);
}

template <class F, int64_t item>
void join_loop(void* out, const void* const* in, int64_t n, const double*) {
  join<F>(static_cast<uint8_t*>(out), static_cast<const uint8_t*>(in[0]), static_cast<const uint8_t*>(in[1]), n * item);
}

// Of a bool only one bit counts.
template <class T, T mask>
void flip_loop(void* out, const void* const* in, int64_t n, const double*) {
  const T* from = static_cast<const T*>(in[0]);
  for (int64_t i = 0; i < n; i++) static_cast<T*>(out)[i] = from[i] ^ mask;
}

// By more places than there are, or by fewer than none, all bits are moved out.
struct ShiftLeft {
  template <class T>
  static T of(T a, T places) {
    constexpr int64_t bits = 8 * sizeof(T);
    return places < 0 || places >= bits ? T(0) : static_cast<T>(static_cast<uint64_t>(a) << places);
  }
};

struct ShiftRight {
  template <class T>
  static T of(T a, T places) {
    constexpr T most = static_cast<T>(8 * sizeof(T) - 1);
    if (places >= 0 && places <= most) return static_cast<T>(a >> places);
    return std::is_signed_v<T> ? static_cast<T>(a >> most) : T(0);
  }
};

template <class F, class T>
void shift_loop(void* out, const void* const* in, int64_t n, const double*) {
  const T *a = static_cast<const T*>(in[0]), *places = static_cast<const T*>(in[1]);
  for (int64_t i = 0; i < n; i++) static_cast<T*>(out)[i] = F::of(a[i], places[i]);
}

constexpr MapOp integer_op(const char* name, uint8_t inputs, MapFunction of_int64, MapFunction of_int32,
                           MapFunction of_uint8, MapFunction of_bool) {
  return {name, inputs, 0, MapType::same, MapType::same, {nullptr, nullptr, of_int64, of_int32, of_uint8, of_bool}};
}

template <class F>
constexpr MapOp bit_op(const char* name) {
  return integer_op(name, 2, join_loop<F, 8>, join_loop<F, 4>, join_loop<F, 1>, join_loop<F, 1>);
}

template <class F>
constexpr MapOp shift_op(const char* name) {
  return integer_op(name, 2, shift_loop<F, int64_t>, shift_loop<F, int32_t>, shift_loop<F, uint8_t>, nullptr);
}

constexpr MapOp bit_ops[] = {
    bit_op<BitAnd>("bitwise_and"),
    bit_op<BitOr>("bitwise_or"),
    bit_op<BitXor>("bitwise_xor"),
    integer_op("bitwise_not", 1, flip_loop<uint64_t, ~uint64_t{0}>, flip_loop<uint32_t, ~0u>, flip_loop<uint8_t, 255>,
               flip_loop<uint8_t, 1>),
    shift_op<ShiftLeft>("bitwise_left_shift"),
    shift_op<ShiftRight>("bitwise_right_shift"),
};

CRESSET_MAP_KERNELS(map_bits, bit_ops, bit_ops);

}  // namespace
}  // namespace cresset
