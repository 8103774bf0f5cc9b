// Every element of a row has a weight: LayerNorm, RMSNorm, and groups of tiny images.
#include <algorithm>

#include "kernels/group_norm.h"
#include "kernels/reduce_driver.h"
#include "runtime/ceil_div.h"
#include "runtime/parallel.h"

namespace cresset {
namespace {

// The parameters' gradients are summed over chunks of outer indices, then over the chunks: at most kMostChunks of them, and
// few enough that their sums are small beside the input.
constexpr int64_t kChunk = 65536;
constexpr int64_t kMostChunks = 64;
constexpr int64_t kLeastOuter = 4;

// A parameter's value for every element of the rows of one outer index.
template <class T>
class PerElement {
 public:
  PerElement(const GroupShape& shape, const T* parameter, T absent)
      : memory_(direct(shape, parameter) ? 0 : static_cast<size_t>(shape.groups * shape.row_size()) * sizeof(T)) {
    data_ = direct(shape, parameter) ? parameter : memory_.template as<T>();
    if (data_ == parameter) return;
    T* to = memory_.template as<T>();
    for (int64_t c = 0; c < shape.all_channels(); c++)
      std::fill_n(to + c * shape.inner, shape.inner, parameter ? parameter[c] : absent);
  }
  const T* at(int64_t element) const { return data_ + element; }

 private:
  static bool direct(const GroupShape& shape, const T* parameter) { return parameter != nullptr && shape.inner == 1; }
  Scratch memory_;
  const T* data_;
};

template <class T>
struct ForwardRows {
  const GroupNormForward<T>& job;
  const PerElement<T>&weight, &bias;
  void operator()(int64_t begin, int64_t end) const {
    int64_t n = job.shape.row_size();
    for (int64_t row = begin; row < end; row++) {
      keep_statistics(job, row);
      int64_t element = row % job.shape.groups * n;
      job.loops.normalize_row(job.y + row * n, job.x + row * n, weight.at(element), bias.at(element), n,
                              {job.mean_of(row), job.rstd[row], 0, 0});
    }
  }
};

template <class T>
struct BackwardChunks {
  const GroupNormBackward<T>& job;
  const PerElement<T>& weight;
  int64_t outer_per_chunk;
  T* partial;  // of every chunk the sums of all elements' dw, then of their db; null where neither is wanted

  int64_t elements() const { return job.shape.groups * job.shape.row_size(); }

  void operator()(int64_t begin, int64_t end) const {
    for (int64_t chunk = begin; chunk < end; chunk++) {
      T* dw = partial ? partial + 2 * chunk * elements() : nullptr;
      if (dw != nullptr) std::fill_n(dw, 2 * elements(), T(0));
      int64_t last = std::min(job.shape.outer, (chunk + 1) * outer_per_chunk) * job.shape.groups;
      for (int64_t row = chunk * outer_per_chunk * job.shape.groups; row < last; row++) one_row(row, dw);
    }
  }

  void one_row(int64_t row, T* dw) const {
    int64_t n = job.shape.row_size(), at = row * n, element = row % job.shape.groups * n;
    GradientSums sums;
    for (int64_t i = 0; i < n && job.dx != nullptr; i += kNormPiece)
      sums.join(job.loops.row_sums(job.g + at + i, job.x + at + i, weight.at(element + i), std::min(kNormPiece, n - i),
                                   job.mean_of(row)));
    T* dx = job.dx ? job.dx + at : nullptr;
    job.loops.gradient_row[(dx ? 1 : 0) + (dw ? 2 : 0)](dx, dw ? dw + element : nullptr,
                                                        dw ? dw + elements() + element : nullptr, job.g + at,
                                                        job.x + at, weight.at(element), n, job.statistics(row, sums));
  }
};

// The partial sums of the elements of each channel.
template <class T>
struct FinishChannels {
  const BackwardChunks<T>& all;
  int64_t chunks;
  T* out[2];
  void operator()(int64_t begin, int64_t end) const {
    int64_t inner = all.job.shape.inner;
    for (int64_t c = begin; c < end; c++) {
      for (int k = 0; k < 2; k++) {
        double sum = 0;
        for (int64_t chunk = 0; chunk < chunks; chunk++) {
          const T* part = all.partial + (2 * chunk + k) * all.elements() + c * inner;
          for (int64_t i = 0; i < inner; i++) sum += static_cast<double>(part[i]);
        }
        if (out[k] != nullptr) out[k][c] = static_cast<T>(sum);
      }
    }
  }
};

}  // namespace

template <class T>
void group_norm_rows(const GroupNormForward<T>& job) {
  const PerElement<T> weight(job.shape, job.weight, T(1)), bias(job.shape, job.bias, T(0));
  int64_t grain = std::max<int64_t>(1, kNormGrain / job.shape.row_size());
  parallel_for(job.shape.rows(), grain, ForwardRows<T>{job, weight, bias});
}

template <class T>
void group_norm_rows(const GroupNormBackward<T>& job) {
  const PerElement<T> weight(job.shape, job.weight, T(1));
  int64_t outer = job.shape.outer, elements = job.shape.groups * job.shape.row_size();
  int64_t each = std::max({ceil_div(kChunk, elements), ceil_div(outer, kMostChunks), kLeastOuter});
  int64_t chunks = ceil_div(outer, each);
  bool parameters = job.dw != nullptr || job.db != nullptr;
  Scratch memory(parameters ? static_cast<size_t>(2 * chunks * elements) * sizeof(T) : 0);
  BackwardChunks<T> work{job, weight, each, parameters ? memory.as<T>() : nullptr};
  if (!parameters && job.dx == nullptr) return;
  parallel_for(chunks, 1, work);
  if (!parameters) return;
  int64_t grain = std::max<int64_t>(1, kNormGrain / 4 / (chunks * job.shape.inner));
  parallel_for(job.shape.all_channels(), grain, FinishChannels<T>{work, chunks, {job.dw, job.db}});
}

template void group_norm_rows(const GroupNormForward<float>&);
template void group_norm_rows(const GroupNormForward<double>&);
template void group_norm_rows(const GroupNormBackward<float>&);
template void group_norm_rows(const GroupNormBackward<double>&);

}  // namespace cresset
