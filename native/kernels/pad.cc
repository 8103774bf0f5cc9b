// Padding of contiguous tensors, dimension by dimension; a negative amount crops.
//
//   pad:           dtype, mode, shape of in, before × ndim, after × ndim, value (0, value), out, in
//   pad_backward:  dtype, mode, shape of in, before × ndim, after × ndim, out (shape of in), gradient
//
// mode: 0 constant, 1 reflect, 2 replicate, 3 circular. pad_backward is the adjoint of modes 1 to 3: each element of the
// gradient is added, in order, to the element it was copied from. (That of constant padding is padding by the opposite.)
#include <algorithm>

#include "kernels/element_types.h"
#include "kernels/reduce_layout.h"
#include "runtime/parallel.h"

namespace cresset {
namespace {

constexpr int64_t kGrain = 16384;

enum class Mode { constant, reflect, replicate, circular };

struct Padding {
  Dtype dtype;
  Mode mode;
  Shape in, out;
  int64_t before[kMaxDims];

  explicit Padding(Call& call)
      : dtype(call.dtype()), mode(static_cast<Mode>(call.integer(0, 3))), in(call.shape()), out(in) {
    constexpr int64_t kFar = int64_t{1} << 46;
    if (in.ndim == 0) Call::fail("expected at least one dimension");
    for (int d = 0; d < in.ndim; d++) before[d] = call.integer(-kFar, kFar);
    for (int d = 0; d < in.ndim; d++) widen(d, call.integer(-kFar, kFar));
    out.count = 1;
    for (int d = 0; d < out.ndim; d++) out.count = checked_product(out.count, out.size[d]);
  }

  int64_t width() const { return in.size[in.ndim - 1]; }
  int64_t out_width() const { return out.size[out.ndim - 1]; }

  // The element of dimension d that element j of the output shows; -1 for one that shows the constant.
  int64_t source(int d, int64_t j) const {
    int64_t size = in.size[d], at = j - before[d];
    if (at >= 0 && at < size) return at;
    switch (mode) {
      case Mode::reflect: return at < 0 ? -at : 2 * (size - 1) - at;
      case Mode::replicate: return at < 0 ? 0 : size - 1;
      case Mode::circular: return at < 0 ? at + size : at - size;
      default: return -1;
    }
  }

 private:
  void widen(int d, int64_t after) {
    int64_t size = in.size[d], most = std::max(before[d], after);
    out.size[d] = size + before[d] + after;
    if (out.size[d] < 0) Call::fail("the result would have a negative size");
    if (mode == Mode::constant || out.size[d] == 0) return;
    if (size == 0) Call::fail("nothing to repeat");
    if (mode == Mode::reflect && most >= size) Call::fail("reflection wider than the input");
    if (mode == Mode::circular && most > size) Call::fail("circular padding wider than the input");
  }
};

// Walks the output's rows and knows where each comes from.
class RowWalk {
 public:
  RowWalk(const Padding& padding, int64_t row) : p_(padding) {
    for (int d = p_.out.ndim - 2; d >= 0; d--) {
      index_[d] = row % p_.out.size[d];
      row /= p_.out.size[d];
    }
  }

  // The row of the input, or -1.
  int64_t source() const {
    int64_t row = 0;
    for (int d = 0; d < p_.out.ndim - 1; d++) {
      int64_t at = p_.source(d, index_[d]);
      if (at < 0) return -1;
      row = row * p_.in.size[d] + at;
    }
    return row;
  }

  void next() {
    for (int d = p_.out.ndim - 2; d >= 0; d--) {
      if (++index_[d] < p_.out.size[d]) return;
      index_[d] = 0;
    }
  }

 private:
  const Padding& p_;
  int64_t index_[kMaxDims];
};

// Of a row of the output, [first, last) shows neighbouring elements of the input's row, from `from` on.
struct Middle {
  int64_t first, last, from;

  explicit Middle(const Padding& p) {
    int64_t before = p.before[p.in.ndim - 1];
    first = std::min(std::max<int64_t>(before, 0), p.out_width());
    last = std::max(first, std::min(before + p.width(), p.out_width()));
    from = std::min(first - before, p.width());
  }
};

template <class T>
struct Pad {
  const Padding& p;
  Middle middle;
  T* out;
  const T* in;
  T value;

  void operator()(int64_t begin, int64_t end) const {
    RowWalk walk(p, begin);
    for (int64_t row = begin; row < end; row++, walk.next()) {
      int64_t source = walk.source();
      T* to = out + row * p.out_width();
      if (source < 0) {
        std::fill_n(to, p.out_width(), value);
      } else {
        const T* from = in + source * p.width();
        edge(to, from, 0, middle.first);
        std::copy_n(from + middle.from, middle.last - middle.first, to + middle.first);
        edge(to, from, middle.last, p.out_width());
      }
    }
  }

  void edge(T* to, const T* from, int64_t first, int64_t last) const {
    if (p.mode == Mode::constant) return std::fill(to + first, to + last, value);
    for (int64_t j = first; j < last; j++) to[j] = from[p.source(p.in.ndim - 1, j)];
  }
};

template <class T>
void pad(const Padding& p, void* out, const void* in, const View& value) {
  Pad<T> body{p, Middle(p), static_cast<T*>(out), static_cast<const T*>(in), *static_cast<const T*>(value.data)};
  parallel_for(p.out.count / p.out_width(), std::max<int64_t>(1, kGrain / p.out_width()), body);
}

void pad_entry(Call& call) {
  Padding p(call);
  View value;
  call.view(value, p.dtype, Shape(), false);
  void* out = call.contiguous(p.dtype, p.out.count);
  const void* in = call.contiguous(p.dtype, p.in.count);
  if (p.out.count == 0) return;
  with_bits(p.dtype, [&](auto element) { pad<decltype(element)>(p, out, in, value); });
}

// Items are slices of the first dimension, which is not padded unless it is the only item.
template <class T>
struct PadBackward {
  const Padding& p;
  Middle middle;
  int64_t slices;
  T* out;
  const T* gradient;

  void operator()(int64_t begin, int64_t end) const {
    int64_t elements = p.in.count / slices, rows = p.out.count / p.out_width() / slices;
    std::fill(out + begin * elements, out + end * elements, T(0));
    RowWalk walk(p, begin * rows);
    for (int64_t row = begin * rows; row < end * rows; row++, walk.next())
      add_row(out + walk.source() * p.width(), gradient + row * p.out_width());
  }

  void add_row(T* to, const T* g) const {
    const int last = p.in.ndim - 1;
    for (int64_t j = 0; j < middle.first; j++) to[p.source(last, j)] += g[j];
    T* inner = to + middle.from;
    const T* from = g + middle.first;
    for (int64_t j = 0; j < middle.last - middle.first; j++) inner[j] += from[j];
    for (int64_t j = middle.last; j < p.out_width(); j++) to[p.source(last, j)] += g[j];
  }
};

template <class T>
void pad_backward(Call& call, const Padding& p) {
  T* out = call.contiguous<T>(p.in.count);
  const T* gradient = call.contiguous<T>(p.out.count);
  if (p.in.count == 0) return;
  if (p.out.count == 0) {
    std::fill_n(out, p.in.count, T(0));
    return;
  }
  bool sliced = p.in.ndim > 1 && p.before[0] == 0 && p.in.size[0] == p.out.size[0];
  PadBackward<T> body{p, Middle(p), sliced ? p.in.size[0] : 1, out, gradient};
  parallel_for(body.slices, std::max<int64_t>(1, kGrain / (p.out.count / body.slices)), body);
}

void pad_backward_entry(Call& call) {
  Padding p(call);
  if (p.mode == Mode::constant) Call::fail("constant padding has no adjoint of its own");
  with_float(p.dtype, [&](auto element) { pad_backward<decltype(element)>(call, p); });
}

CRESSET_KERNEL(pad, pad_entry);
CRESSET_KERNEL(pad_backward, pad_backward_entry);

}  // namespace
}  // namespace cresset
