// Where PyTorch looks for the elements of a resized plane, and with which weights.
#include <algorithm>
#include <cmath>

#include "kernels/resample.h"

namespace cresset {
namespace {

constexpr double kCubic = -0.75;       // Keys' parameter
constexpr double kSmoothCubic = -0.5;  // and that of the smoothing kind

int64_t bounded(double position, int64_t in) {
  if (!(position > 0)) return 0;
  return position >= static_cast<double>(in - 1) ? in - 1 : static_cast<int64_t>(position);
}

// Keys' cubic convolution at distance x.
double cubic(double x, double a) {
  x = std::abs(x);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

bool smooths(Resampling mode) { return mode == Resampling::smooth_linear || mode == Resampling::smooth_cubic; }

double radius(Resampling mode) { return mode == Resampling::smooth_cubic ? 2 : 1; }

// The nearest element, computed in float32 as PyTorch does for every dtype.
int64_t nearest(const ResampleAxis& axis, bool exact, int64_t o) {
  float step =
      axis.ratio > 0 ? static_cast<float>(axis.ratio) : static_cast<float>(axis.in) / static_cast<float>(axis.out);
  float at = exact ? static_cast<float>((static_cast<double>(o) + 0.5) * static_cast<double>(step))
                   : static_cast<float>(o) * step;
  return bounded(std::floor(at), axis.in);
}

}  // namespace

ResampleAxis::ResampleAxis(Call& call)
    : in(call.integer(1, INT32_MAX)), out(call.integer(1, INT32_MAX)), ratio(call.number()) {
  // A scale factor's inverse: the output is no larger than it says. So there are few taps to a table.
  if (!(ratio >= 0 && ratio * static_cast<double>(out) <= 1.001 * static_cast<double>(in)))
    Call::fail("argument out of range");
}

double ResampleAxis::step(bool align_corners) const {
  if (align_corners) return out > 1 ? static_cast<double>(in - 1) / static_cast<double>(out - 1) : 0;
  return ratio > 0 ? ratio : static_cast<double>(in) / static_cast<double>(out);
}

int64_t ResampleAxis::most_taps(Resampling mode, bool align_corners) const {
  switch (mode) {
    case Resampling::nearest:
    case Resampling::nearest_exact: return 1;
    case Resampling::linear: return 2;
    case Resampling::cubic: return 4;
    default: break;
  }
  double reach = std::ceil(radius(mode) * std::max(1.0, step(align_corners)));
  return std::min<int64_t>(in, 2 * static_cast<int64_t>(std::min(reach, 2e9)) + 1);
}

template <class T>
TapTable<T>::TapTable(const ResampleAxis& axis, Resampling mode, bool align_corners, bool adjoint)
    : most_(checked_product(axis.out, axis.most_taps(mode, align_corners))),
      starts_(static_cast<size_t>(axis.out + 1) * sizeof(int64_t)),
      indices_(static_cast<size_t>(most_) * sizeof(int64_t)),
      weights_(static_cast<size_t>(most_) * sizeof(T)),
      adjoint_starts_(adjoint ? static_cast<size_t>(axis.in + 1) * sizeof(int64_t) : 0),
      adjoint_indices_(adjoint ? static_cast<size_t>(most_) * sizeof(int64_t) : 0),
      adjoint_weights_(adjoint ? static_cast<size_t>(most_) * sizeof(T) : 0) {
  taps = {axis.in, axis.out, starts_.as<int64_t>(), indices_.as<int64_t>(), weights_.as<T>(), 0, false, false};
  fill(axis, mode, align_corners);
  if (adjoint) {
    auto *start = adjoint_starts_.as<int64_t>(), *index = adjoint_indices_.as<int64_t>();
    T* weight = adjoint_weights_.as<T>();
    transpose(start, index, weight);
    taps = {axis.out, axis.in, start, index, weight, 0, false, false};
  }
  describe();
}

template <class T>
void TapTable<T>::add(int64_t index, double weight) {
  indices_.as<int64_t>()[entries_] = index;
  weights_.as<T>()[entries_++] = static_cast<T>(weight);
}

template <class T>
void TapTable<T>::fill(const ResampleAxis& axis, Resampling mode, bool align_corners) {
  const double step = axis.step(align_corners);
  for (int64_t o = 0; o < axis.out; o++) {
    starts_.as<int64_t>()[o] = entries_;
    if (mode == Resampling::nearest || mode == Resampling::nearest_exact) {
      add(nearest(axis, mode == Resampling::nearest_exact, o), 1);
      continue;
    }
    if (smooths(mode)) {
      add_smooth(axis, mode, step, o);
      continue;
    }
    double at = align_corners ? step * static_cast<double>(o) : step * (static_cast<double>(o) + 0.5) - 0.5;
    if (mode == Resampling::linear) {
      if (axis.in == axis.out) {
        add(o, 1);
        continue;
      }
      int64_t first = bounded(at, axis.in);
      double rest = std::min(std::max(at - static_cast<double>(first), 0.0), 1.0);
      add(first, 1 - rest);
      add(std::min(first + 1, axis.in - 1), rest);
    } else {
      double floor = std::min(std::floor(at), static_cast<double>(axis.in - 1));
      double rest = std::min(std::max(at - floor, 0.0), 1.0);
      for (int k = -1; k <= 2; k++) add(bounded(floor + k, axis.in), cubic(rest - k, kCubic));
    }
  }
  starts_.as<int64_t>()[axis.out] = entries_;
}

// A filter as wide as the step, so that no element of a larger input is left out; weights sum up to 1.
template <class T>
void TapTable<T>::add_smooth(const ResampleAxis& axis, Resampling mode, double step, int64_t o) {
  const double stretch = std::max(1.0, step), reach = radius(mode) * stretch;
  const double center = step * (static_cast<double>(o) + 0.5);
  int64_t first = bounded(std::trunc(center - reach + 0.5), axis.in);
  int64_t last = bounded(std::trunc(center + reach + 0.5) - 1, axis.in) + 1;
  int64_t begin = entries_;
  double sum = 0;
  for (int64_t i = first; i < last && entries_ < most_; i++) {
    double x = (static_cast<double>(i) - center + 0.5) / stretch;
    double weight = mode == Resampling::smooth_cubic ? cubic(x, kSmoothCubic) : std::max(0.0, 1 - std::abs(x));
    sum += weight;
    add(i, weight);
  }
  for (int64_t k = begin; k < entries_ && sum != 0; k++)
    weights_.as<T>()[k] = static_cast<T>(static_cast<double>(weights_.as<T>()[k]) / sum);
}

// Sorted by input, and for each input by output.
template <class T>
void TapTable<T>::transpose(int64_t* start, int64_t* index, T* weight) const {
  std::fill_n(start, taps.in + 1, 0);
  for (int64_t k = 0; k < entries_; k++) start[taps.index[k] + 1]++;
  for (int64_t i = 0; i < taps.in; i++) start[i + 1] += start[i];
  // Each start moves to its end while its entries are put, and then is the next one's.
  for (int64_t o = 0; o < taps.out; o++) {
    for (int64_t k = taps.start[o]; k < taps.start[o + 1]; k++) {
      int64_t to = start[taps.index[k]]++;
      index[to] = o;
      weight[to] = taps.weight[k];
    }
  }
  for (int64_t i = taps.in; i > 0; i--) start[i] = start[i - 1];
  start[0] = 0;
}

template <class T>
void TapTable<T>::describe() {
  taps.uniform = taps.start[1];
  taps.copies = taps.identity = true;
  for (int64_t o = 0; o < taps.out; o++) {
    int64_t first = taps.start[o], count = taps.start[o + 1] - first;
    if (count != taps.uniform) taps.uniform = 0;
    if (count != 1 || taps.weight[first] != T(1)) taps.copies = taps.identity = false;
    if (taps.identity && taps.index[first] != o) taps.identity = false;
  }
  if (taps.in != taps.out) taps.identity = false;
}

template class TapTable<float>;
template class TapTable<double>;

}  // namespace cresset
