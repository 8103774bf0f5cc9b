#pragma once
#include <cstdint>

namespace cresset {

// Number, mean and sum of squared deviations of some values.
struct Moments {
  double count = 0, mean = 0, squares = 0;
  void join(const Moments& other);
  double variance() const { return squares / count; }
};

// The sums both gradients of a normalisation need: of g, and of g * (x - mean).
struct GradientSums {
  double g = 0, gx = 0;
  void join(const GradientSums& other) {
    g += other.g;
    gx += other.gx;
  }
};

// `count` runs of n neighbouring elements, `stride` apart.
struct Runs {
  int64_t count, stride, n;
};

// What follows the normalisation in the same pass. Its sign is not kept: backward computes it again, with the same bits.
enum class Gate { none, leaky_relu, relu };
constexpr int kGates = 3;

// y = gate((x - mean) * scale + shift)
template <class T>
struct Affine {
  T mean, scale, shift, slope;
};

// dx = gated(g) * scale - (x - mean) * along - level
template <class T>
struct Tilt {
  T along, level;
};

// The same with a value for each column.
template <class T>
struct ColumnAffine {
  const T *mean, *scale, *shift;
  T slope;
  ColumnAffine from(int64_t column) const { return {mean + column, scale + column, shift + column, slope}; }
};
template <class T>
struct ColumnTilt {
  const T *along, *level;
  ColumnTilt from(int64_t column) const { return {along + column, level + column}; }
};

// A row of LayerNorm: y = (x - mean) * rstd * weight + bias, every element with a weight of its own, and
// dx = g * weight * rstd - (x - mean) * rstd * along - level.
template <class T>
struct RowStatistics {
  T mean, rstd, along, level;
};

// One instruction set's loops over contiguous memory. An output may be an input.
template <class T>
struct NormLoops {
  int64_t vector_bytes;

  Moments (*moments)(const T* x, const Runs& runs);
  double (*squares)(const T* x, int64_t n);
  void (*normalize[kGates][2])(T* y, const T* x, const Runs& runs, const Affine<T>& affine);  // [streaming stores]
  GradientSums (*sums[kGates])(const T* g, const T* x, const Runs& runs, const Affine<T>& affine);
  void (*gradient[kGates][2])(T* dx, const T* g, const T* x, const Runs& runs, const Affine<T>& affine,
                              const Tilt<T>& tilt);

  void (*normalize_row)(T* y, const T* x, const T* weight, const T* bias, int64_t n, const RowStatistics<T>& row);
  GradientSums (*row_sums)(const T* g, const T* x, const T* weight, int64_t n, T mean);
  // [1 with dx, plus 2 with the parameters' gradients, which are added to dw and db]
  void (*gradient_row[4])(T* dx, T* dw, T* db, const T* g, const T* x, const T* weight, int64_t n,
                          const RowStatistics<T>& row);

  // Per column of `rows` rows, `stride` apart: a value near the mean, and sums of the first and second power of what
  // the elements differ from it.
  void (*column_moments)(const T* x, int64_t rows, int64_t stride, int64_t n, T* near, T* first, T* second);
  void (*column_sums[kGates])(const T* g, const T* x, int64_t rows, int64_t stride, int64_t n,
                              const ColumnAffine<T>& affine, T* sum_g, T* sum_gx);
  void (*normalize_columns[kGates])(T* y, const T* x, int64_t n, const ColumnAffine<T>& affine);
  void (*gradient_columns[kGates])(T* dx, const T* g, const T* x, int64_t n, const ColumnAffine<T>& affine,
                                   const ColumnTilt<T>& tilt);
};

// Those of the instruction set in use.
template <class T>
const NormLoops<T>& norm_loops();

// Sums of more elements than this are joined from parts, in double.
constexpr int64_t kNormPiece = 4096;
// Elements a thread takes at a time.
constexpr int64_t kNormGrain = 32768;
// Runs of fewer elements than this are handled as columns, or by a weight for every element.
constexpr int64_t kShortRun = 16;

// An output of this size leaves the caches before anybody reads it.
template <class T>
bool norm_streams(const T* out, const T* a, const T* b, int64_t total) {
  constexpr int64_t kStreamBytes = 24 << 20;
  bool aligned = reinterpret_cast<uintptr_t>(out) % static_cast<uintptr_t>(norm_loops<T>().vector_bytes) == 0;
  return aligned && out != a && out != b && total * static_cast<int64_t>(sizeof(T)) >= kStreamBytes;
}

}  // namespace cresset
