#pragma once
#include <cstddef>
#include <cstdint>

namespace cresset {

// The numbers are part of the boundary: lib/tensor/dtype.ts uses the same.
enum class Dtype : uint8_t { float32 = 0, float64 = 1, int64 = 2, int32 = 3, uint8 = 4, boolean = 5 };
constexpr int kDtypes = 6;

constexpr size_t item_size(Dtype dtype) {
  switch (dtype) {
    case Dtype::float64:
    case Dtype::int64: return 8;
    case Dtype::float32:
    case Dtype::int32: return 4;
    default: return 1;
  }
}

template <class T>
struct DtypeOf;
template <>
struct DtypeOf<float> {
  static constexpr Dtype value = Dtype::float32;
};
template <>
struct DtypeOf<double> {
  static constexpr Dtype value = Dtype::float64;
};
template <>
struct DtypeOf<int64_t> {
  static constexpr Dtype value = Dtype::int64;
};
template <>
struct DtypeOf<int32_t> {
  static constexpr Dtype value = Dtype::int32;
};
template <>
struct DtypeOf<uint8_t> {
  static constexpr Dtype value = Dtype::uint8;
};

}  // namespace cresset
