#pragma once
#include <cstdint>

namespace cresset {

// to[i] += from[i], for rows that do not overlap.
template <class T>
void add_row(T* to, const T* from, int64_t n);

// to[i] += from[i] / divisor
template <class T>
void add_share(T* to, const T* from, T divisor, int64_t n);

}  // namespace cresset
