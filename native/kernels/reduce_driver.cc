#include "kernels/reduce_driver.h"

#include <algorithm>
#include <cstring>

#include "runtime/ceil_div.h"
#include "runtime/parallel.h"

namespace cresset {
namespace {

// Partial results cover this many elements of a run, or rows of columns. Fixed, for they decide what is added to what.
constexpr int64_t kRun = 4096;
constexpr int64_t kRows = 256;
// Elements a thread takes at a time.
constexpr int64_t kGrain = 32768;

const uint8_t* element(const void* base, int64_t index, size_t size) {
  return static_cast<const uint8_t*>(base) + index * static_cast<int64_t>(size);
}

uint8_t* element(void* base, int64_t index, size_t size) {
  return static_cast<uint8_t*>(base) + index * static_cast<int64_t>(size);
}

const void* parameter(const void* p, int64_t output, size_t size) {
  return p == nullptr ? nullptr : element(p, output, size);
}

struct Work {
  const ReduceLoops& loops;
  const ReducePlan& plan;
  const void* p;
  // [chunks][outputs]; the output itself where there is one chunk.
  void* partial;
  int64_t chunks;

  int64_t outputs() const { return plan.keep.count; }
  void* slot(int64_t chunk, int64_t output) const {
    return element(partial, chunk * outputs() + output, loops.out_size);
  }
};

// One output from contiguous runs: a chunk is one of them or a part of one. Items: the outputs of chunk 0, of chunk 1 ...
struct Runs : Work {
  int64_t length() const { return plan.reduce_dims.inner_size(); }
  int64_t parts() const { return ceil_div(length(), kRun); }
  int64_t start(int64_t chunk) const { return chunk / parts() * length() + chunk % parts() * kRun; }

  void operator()(int64_t begin, int64_t end) const {
    if (outputs() == 1) return one_output(begin, end);
    for (int64_t item = begin; item < end;) {
      const int64_t chunk = item / outputs(), output = item % outputs();
      const int64_t count = std::min(outputs() - output, end - item);
      several(chunk, output, count);
      item += count;
    }
  }

  void one_output(int64_t chunk, int64_t last) const {
    for (Cursor run(plan.reduce_dims, start(chunk)); chunk < last; chunk++) {
      const int64_t n = std::min(kRun, run.run());
      loops.rows(element(plan.in, run.offset(), loops.in_size), 0, 1, n, p, slot(chunk, 0));
      run.advance(n);
    }
  }

  void several(int64_t chunk, int64_t output, int64_t count) const {
    const Cursor run(plan.reduce_dims, start(chunk));
    const int64_t n = std::min(kRun, run.run()), last = output + count;
    for (Cursor at(plan.keep_dims, output); output < last;) {
      const int64_t neighbours = std::min(at.run(), last - output);
      loops.rows(element(plan.in, at.offset() + run.offset(), loops.in_size), plan.keep_dims.inner_stride(), neighbours,
                 n, parameter(p, output, loops.out_size), slot(chunk, output));
      output += neighbours;
      at.advance(neighbours);
    }
  }
};

// Neighbouring outputs from rows of neighbouring elements. Items: blocks of columns within chunks of rows within the
// outer kept dimensions.
struct Columns : Work {
  int64_t block;

  int64_t blocks() const { return ceil_div(plan.keep_dims.inner_size(), block); }

  void operator()(int64_t begin, int64_t end) const {
    int64_t offset[kRows];
    int64_t known = -1, rows = 0;
    for (int64_t item = begin; item < end; item++) {
      int64_t column = item % blocks() * block, chunk = item / blocks() % chunks, outer = item / blocks() / chunks;
      if (chunk != known) rows = row_offsets(chunk, offset);
      known = chunk;
      int64_t width = std::min(block, plan.keep_dims.inner_size() - column);
      int64_t output = outer * plan.keep_dims.inner_size() + column;
      Cursor at(plan.keep_dims, output);
      loops.columns(element(plan.in, at.offset(), loops.in_size), offset, rows, width,
                    parameter(p, output, loops.out_size), slot(chunk, output));
    }
  }

  int64_t row_offsets(int64_t chunk, int64_t* offset) const {
    int64_t first = chunk * kRows, rows = std::min(kRows, plan.reduce.count - first);
    Cursor at(plan.reduce_dims, first);
    for (int64_t r = 0; r < rows;) {
      int64_t run = std::min(at.run(), rows - r);
      for (int64_t i = 0; i < run; i++) offset[r++] = at.offset() + i * plan.reduce_dims.inner_stride();
      at.advance(run);
    }
    return rows;
  }
};

template <class T>
void gather(const T* in, const Dims& dims, int64_t first, int64_t n, T* to) {
  Cursor at(dims, first);
  int64_t stride = dims.inner_stride();
  while (n > 0) {
    int64_t run = std::min(n, at.run());
    const T* from = in + at.offset();
    if (stride == 1) {
      std::memcpy(to, from, static_cast<size_t>(run) * sizeof(T));
    } else {
      for (int64_t i = 0; i < run; i++) to[i] = from[i * stride];
    }
    to += run;
    n -= run;
    at.advance(run);
  }
}

// Anything else: elements are gathered into a contiguous run first.
struct Scattered : Work {
  void operator()(int64_t begin, int64_t end) const {
    alignas(64) uint8_t run[kRun * 8];
    for (int64_t item = begin; item < end; item++) {
      int64_t output = item / chunks, chunk = item % chunks, first = chunk * kRun;
      int64_t n = std::min(kRun, plan.reduce.count - first);
      Cursor at(plan.keep_dims, output);
      gather_run(element(plan.in, at.offset(), loops.in_size), first, n, run);
      loops.rows(run, 0, 1, n, parameter(p, output, loops.out_size), slot(chunk, output));
    }
  }

  void gather_run(const void* in, int64_t first, int64_t n, void* to) const {
    const Dims& dims = plan.reduce_dims;
    switch (loops.in_size) {
      case 8: return gather(static_cast<const uint64_t*>(in), dims, first, n, static_cast<uint64_t*>(to));
      case 4: return gather(static_cast<const uint32_t*>(in), dims, first, n, static_cast<uint32_t*>(to));
      default: return gather(static_cast<const uint8_t*>(in), dims, first, n, static_cast<uint8_t*>(to));
    }
  }
};

// Joins the partial results pairwise, into those of chunk 0.
void join(const Work& work) {
  for (int64_t step = 1; step < work.chunks; step *= 2) {
    for (int64_t chunk = 0; chunk + step < work.chunks; chunk += 2 * step)
      work.loops.combine(work.slot(chunk, 0), work.slot(chunk + step, 0), work.outputs());
  }
}

}  // namespace

Scratch::Scratch(size_t bytes) : data_(bytes <= sizeof inline_ ? inline_ : std::malloc(bytes)) {
  if (data_ == nullptr) Call::fail("out of memory");
}

Scratch::~Scratch() {
  if (data_ != inline_) std::free(data_);
}

ReducePlan::ReducePlan(const Shape& kept, const Shape& reduced, const View& view, Order order)
    : keep(kept),
      reduce(reduced),
      in(view.data),
      keep_dims(coalesce(kept, view.stride, Order::given)),
      reduce_dims(coalesce(reduced, view.stride + kept.ndim, order)) {}

void reduce(const ReduceLoops& loops, const ReducePlan& plan, const void* p, void* out) {
  int64_t outputs = plan.keep.count, n = plan.reduce.count;
  bool by_runs = plan.runs(), by_columns = !by_runs && plan.columns();
  int64_t length = plan.reduce_dims.inner_size();
  int64_t chunks = by_runs ? n / length * ceil_div(length, kRun) : ceil_div(n, by_columns ? kRows : kRun);
  Scratch scratch(chunks == 1 ? 0 : static_cast<size_t>(chunks * outputs) * loops.out_size);
  Work work{loops, plan, p, chunks == 1 ? out : scratch.as<void>(), chunks};
  if (by_columns) {
    int64_t rows = std::min(n, kRows), wide = std::max<int64_t>(64, kGrain / rows / 64 * 64);
    Columns columns{work, wide};
    int64_t width = std::min(wide, plan.keep_dims.inner_size());
    int64_t items = outputs / plan.keep_dims.inner_size() * chunks * columns.blocks();
    parallel_for(items, std::max<int64_t>(1, kGrain / (rows * width)), columns);
  } else {
    int64_t grain = std::max<int64_t>(1, kGrain / std::min(by_runs ? length : n, kRun));
    if (by_runs)
      parallel_for(outputs * chunks, grain, Runs{work});
    else
      parallel_for(outputs * chunks, grain, Scattered{work});
  }
  if (chunks == 1) return;
  join(work);
  std::memcpy(out, scratch.as<void>(), static_cast<size_t>(outputs) * loops.out_size);
}

}  // namespace cresset
