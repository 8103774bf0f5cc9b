// Element by element indexing along one dimension, as torch.gather and torch.scatter.
//
//   gather:                dtype, index shape, dim, size of dim, out (contiguous), in view, index dtype, index
//   scatter, scatter_add:  dtype, index shape, dim, size of dim, out view, index dtype, index, in view
//   scatter_reduce:        how (0 product, 1 largest, 2 smallest), then as scatter
//
// index is contiguous; the views have strides over its shape, and reach `size of dim` elements along dim. in of the
// scatters may be an immediate. Where indices repeat, the last one wins, or they add up in order.
#include <algorithm>

#include "kernels/element_types.h"
#include "kernels/index_reader.h"
#include "kernels/reduce_layout.h"
#include "runtime/ceil_div.h"
#include "runtime/parallel.h"

namespace cresset {
namespace {

constexpr int64_t kGrain = 16384;

struct Indexing {
  Dtype dtype;
  Shape shape;  // of the index
  int dim;
  int64_t size;  // of the indexed dimension

  explicit Indexing(Call& call)
      : dtype(call.dtype()),
        shape(call.shape()),
        dim(static_cast<int>(call.integer(0, shape.ndim - 1))),
        size(call.count()) {}

  // The part of the indexed tensor that can be reached.
  Shape reach() const {
    Shape reached = shape;
    reached.size[dim] = size;
    reached.count = 1;
    for (int i = 0; i < shape.ndim; i++) reached.count = checked_product(reached.count, reached.size[i]);
    return reached;
  }

  // No index is right for a dimension of size 0, and the strides of an empty view mean nothing.
  void refuse_empty(const IndexReader& index, IndexFault& fault) const {
    if (size == 0) fault.report(0, index[0]);
    fault.raise("index", size);
  }
};

// The dimensions of a view but for the one that is indexed.
Dims without(const Shape& shape, const View& view, int dim) {
  int64_t stride[kMaxDims];
  for (int i = 0; i < shape.ndim; i++) stride[i] = i == dim ? 0 : view.stride[i];
  return coalesce(shape, stride, Order::given);
}

template <class T>
struct Gather {
  const Dims& dims;
  T* out;
  const T* in;
  int64_t stride, size;
  const IndexReader& index;
  IndexFault& fault;

  void operator()(int64_t begin, int64_t end) const {
    Cursor at(dims, begin);
    for (int64_t i = begin; i < end;) {
      int64_t run = std::min(at.run(), end - i);
      const T* from = in + at.offset();
      if (!index.typed([&](auto chosen) { return line(chosen, from, i, run); })) return;
      i += run;
      at.advance(run);
    }
  }

  // What the loop needs is copied: the compiler cannot know that `out` does not overwrite it.
  template <class I>
  bool line(const I* indices, const T* from, int64_t first, int64_t run) const {
    const int64_t step = dims.inner_stride(), along = stride, bound = size;
    T* const to = out + first;
    for (int64_t j = 0; j < run; j++, from += step) {
      const int64_t chosen = indices[first + j];
      if (chosen < 0 || chosen >= bound) {
        fault.report(first + j, chosen);
        return false;
      }
      to[j] = from[chosen * along];
    }
    return true;
  }
};

template <class T>
void gather(const Indexing& x, void* out, const View& in, const IndexReader& index, IndexFault& fault) {
  Dims dims = without(x.shape, in, x.dim);
  Gather<T> body{dims, static_cast<T*>(out), static_cast<const T*>(in.data), in.stride[x.dim], x.size, index, fault};
  parallel_for(x.shape.count, kGrain, body);
}

void gather_entry(Call& call) {
  Indexing x(call);
  void* out = call.contiguous(x.dtype, x.shape.count);
  View in;
  call.view(in, x.dtype, x.reach(), false);
  IndexReader index(call, x.shape.count);
  if (x.shape.count == 0) return;
  IndexFault fault;
  x.refuse_empty(index, fault);
  with_bits(x.dtype, [&](auto element) { gather<decltype(element)>(x, out, in, index, fault); });
  fault.raise("index", x.size);
}

struct Assign {
  static constexpr bool kHot = true;
  template <class T>
  void apply(T& to, T from) const {
    to = from;
  }
};

struct AddTo {
  static constexpr bool kHot = true;
  template <class T>
  void apply(T& to, T from) const {
    to = wrapping_add(to, from);
  }
};

// Seldom used: a call for each element, so that one loop serves all types of a size.
struct Reduce {
  static constexpr bool kHot = false;
  void (*join)(void* to, const void* from);

  template <class T>
  void apply(T& to, T from) const {
    join(&to, &from);
  }
};

template <class T>
void sum(void* to, const void* from) {
  *static_cast<T*>(to) = wrapping_add(*static_cast<T*>(to), *static_cast<const T*>(from));
}

template <class T>
void multiply(void* to, const void* from) {
  T& product = *static_cast<T*>(to);
  const T factor = *static_cast<const T*>(from);
  if constexpr (std::is_floating_point_v<T>)
    product *= factor;
  else
    product = static_cast<T>(static_cast<uint64_t>(product) * static_cast<uint64_t>(factor));
}

// NaN beats every number.
template <class T, bool largest>
void choose(void* to, const void* from) {
  T& best = *static_cast<T*>(to);
  const T x = *static_cast<const T*>(from);
  if (x != x || (largest ? x > best : x < best)) best = x;
}

// Offsets of neighbouring elements.
void offsets(const Dims& dims, int64_t first, int64_t n, int64_t* offset) {
  Cursor at(dims, first);
  for (int64_t i = 0; i < n; i++) {
    offset[i] = at.offset();
    at.advance(1);
  }
}

// Items are blocks of neighbouring lines along dim: no other item touches their outputs, and each line is walked in order.
template <class T, class Op>
struct Scatter {
  static constexpr int64_t kLines = 64;
  T* out;
  const T* in;
  const Dims &out_dims, &in_dims;  // over the lines
  int64_t out_stride, in_stride, size, length, inner;
  const IndexReader& index;
  IndexFault& fault;
  Op op;

  int64_t blocks() const { return ceil_div(inner, kLines); }

  void operator()(int64_t begin, int64_t end) const {
    for (int64_t item = begin; item < end; item++) {
      int64_t first = item % blocks() * kLines;
      if (!block(item / blocks(), first, std::min(kLines, inner - first))) return;
    }
  }

  bool block(int64_t outer, int64_t first, int64_t lines) const {
    int64_t to[kLines], from[kLines];
    offsets(out_dims, outer * inner + first, lines, to);
    offsets(in_dims, outer * inner + first, lines, from);
    if constexpr (Op::kHot) {
      if (inner == 1) {
        const int64_t position = outer * length;
        return index.typed(
            [&](auto chosen) { return one_line(chosen + position, out + to[0], in + from[0], position); });
      }
    }
    for (int64_t k = 0; k < length; k++) {
      if (!across(k * in_stride, (outer * length + k) * inner + first, lines, to, from)) return false;
    }
    return true;
  }

  // What the loops need is copied: the compiler cannot know that `out` does not overwrite it.
  bool across(int64_t in_offset, int64_t position, int64_t lines, const int64_t* to, const int64_t* from) const {
    const IndexReader chosen_of = index;
    const int64_t step = out_stride, bound = size;
    T* const target = out;
    const T* const source = in + in_offset;
    for (int64_t line = 0; line < lines; line++) {
      const int64_t chosen = chosen_of[position + line];
      if (chosen < 0 || chosen >= bound) return refuse(position + line, chosen);
      op.apply(target[to[line] + chosen * step], source[from[line]]);
    }
    return true;
  }

  template <class I>
  bool one_line(const I* indices, T* to, const T* from, int64_t position) const {
    const int64_t step = out_stride, in_step = in_stride, bound = size, count = length;
    for (int64_t k = 0; k < count; k++) {
      const int64_t chosen = indices[k];
      if (chosen < 0 || chosen >= bound) return refuse(position + k, chosen);
      op.apply(to[chosen * step], from[k * in_step]);
    }
    return true;
  }

  bool refuse(int64_t position, int64_t chosen) const {
    fault.report(position, chosen);
    return false;
  }
};

// The shape of the lines along dim, and a view's strides over it.
Dims lines_of(const Shape& shape, const View& view, int dim) {
  Shape lines;
  int64_t stride[kMaxDims];
  for (int i = 0; i < shape.ndim; i++) {
    if (i == dim) continue;
    stride[lines.ndim] = view.stride[i];
    lines.size[lines.ndim++] = shape.size[i];
    lines.count *= shape.size[i];
  }
  return coalesce(lines, stride, Order::given);
}

template <class T, class Op>
void scatter(const Indexing& x, const View& out, const View& in, const IndexReader& index, IndexFault& fault, Op op) {
  Dims out_dims = lines_of(x.shape, out, x.dim), in_dims = lines_of(x.shape, in, x.dim);
  int64_t inner = 1, length = x.shape.size[x.dim];
  for (int i = x.dim + 1; i < x.shape.ndim; i++) inner *= x.shape.size[i];
  Scatter<T, Op> body{static_cast<T*>(out.data),
                      static_cast<const T*>(in.data),
                      out_dims,
                      in_dims,
                      out.stride[x.dim],
                      in.stride[x.dim],
                      x.size,
                      length,
                      inner,
                      index,
                      fault,
                      op};
  int64_t items = x.shape.count / length / inner * body.blocks();
  int64_t work = length * std::min(inner, Scatter<T, Op>::kLines);
  parallel_for(items, std::max<int64_t>(1, kGrain / work), body);
}

void forbid_overlap(const Shape& shape, const View& view) {
  for (int i = 0; i < shape.ndim; i++) {
    if (shape.size[i] > 1 && view.stride[i] == 0) Call::fail("an output cannot repeat its memory");
  }
}

struct Scattering {
  const Indexing& x;
  const View &out, &in;
  const IndexReader& index;
  IndexFault& fault;

  template <class T, class Op>
  void run(Op op) const {
    scatter<T>(x, out, in, index, fault, op);
  }
};

void scatter_with(Call& call, void (*run)(const Scattering& all, int64_t how), int64_t how = 0) {
  Indexing x(call);
  View out, in;
  call.view(out, x.dtype, x.reach(), true);
  IndexReader index(call, x.shape.count);
  call.view(in, x.dtype, x.shape, false);
  if (x.shape.count == 0) return;
  IndexFault fault;
  x.refuse_empty(index, fault);
  forbid_overlap(x.reach(), out);
  run(Scattering{x, out, in, index, fault}, how);
  fault.raise("index", x.size);
}

void assign(const Scattering& all, int64_t) {
  with_bits(all.x.dtype, [&](auto element) { all.run<decltype(element)>(Assign{}); });
}

void add(const Scattering& all, int64_t) {
  switch (all.x.dtype) {
    case Dtype::float32: return all.run<float>(AddTo{});
    case Dtype::float64: return all.run<double>(AddTo{});
    case Dtype::int64: return all.run<int64_t>(AddTo{});
    case Dtype::int32: return all.run<uint32_t>(Reduce{sum<uint32_t>});
    case Dtype::uint8: return all.run<uint8_t>(Reduce{sum<uint8_t>});
    default: Call::fail("bool has no addition");
  }
}

void reduce(const Scattering& all, int64_t how) {
  Reduce op{};
  with_type(all.x.dtype, [&](auto element) {
    using T = decltype(element);
    op.join = how == 0 ? multiply<T> : how == 1 ? choose<T, true> : choose<T, false>;
  });
  with_bits(all.x.dtype, [&](auto element) { all.run<decltype(element)>(op); });
}

void scatter_entry(Call& call) { scatter_with(call, assign); }
void scatter_add_entry(Call& call) { scatter_with(call, add); }
void scatter_reduce_entry(Call& call) {
  int64_t how = call.integer(0, 2);
  scatter_with(call, reduce, how);
}

CRESSET_KERNEL(gather, gather_entry);
CRESSET_KERNEL(scatter, scatter_entry);
CRESSET_KERNEL(scatter_add, scatter_add_entry);
CRESSET_KERNEL(scatter_reduce, scatter_reduce_entry);

}  // namespace
}  // namespace cresset
