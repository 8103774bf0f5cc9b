// A layer of a recurrent net in one direction, all its time steps in one call: the input's products in one gemm, then for
// every step the hidden product and the cells in one pass. Backward likewise, the weights' gradients as one gemm each.
//
//   rnn_forward:   mode, dtype, steps, batch, inputs, hidden, reverse, x, h0, c0, w_ih, w_hh, b_ih, b_hh,
//                  gates, cells, out, h_n, c_n
//   rnn_backward:  mode, dtype, steps, batch, inputs, hidden, reverse, x, h0, c0, w_ih, w_hh, gates, cells, out,
//                  g_out, dgates, dh, dc, dx, add_to_dx, dw_ih, dw_hh, db_ih, db_hh
//
//   mode                   0 tanh, 1 relu, 2 lstm, 3 gru
//   gates, out, g_out, dgates   rows of [steps * batch]: id, offset, row stride, 1
//   the others             contiguous: id, offset; 0, 0 for an absent one
//
// gates, dgates: groups of `hidden` columns: one (its rows may be out's), LSTM i f g o, GRU n r z and the hidden part of n.
// cells: the LSTM's c of all times; when absent (forward only) c_n serves. dh, dc: as in rnn.h.
#include "kernels/rnn.h"

#include <algorithm>
#include <utility>

#include "kernels/element_types.h"
#include "kernels/gemm.h"
#include "kernels/gemm_plan.h"
#include "kernels/reduce_layout.h"
#include "runtime/allocator.h"
#include "runtime/call.h"
#include "runtime/ceil_div.h"
#include "runtime/parallel.h"
#include "simd/math.h"
#include "simd/transpose.h"
#include "simd/vector.h"

#define CRESSET_SOURCE "kernels/rnn.inc"
#include "simd/foreach_isa.h"

namespace cresset {
namespace {

// Neighbouring gates of weight_ih and where their columns lie in the gates buffer.
struct GatePiece {
  int first, group, count;
};

struct ModeLayout {
  int groups, gates;  // of the buffer; of the weights
  int hidden_group;   // where the hidden product's columns begin
  bool separate;      // its last gate is kept apart from the input's product
  int pieces;
  GatePiece piece[2];
};

constexpr ModeLayout kLayouts[kRnnModes] = {
    {1, 1, 0, false, 1, {{0, 0, 1}, {}}},
    {1, 1, 0, false, 1, {{0, 0, 1}, {}}},
    {4, 4, 0, false, 1, {{0, 0, 4}, {}}},
    {4, 3, 1, true, 2, {{0, 1, 2}, {2, 0, 1}}},
};

// Memory for the duration of a call.
template <class T>
class Workspace {
 public:
  explicit Workspace(int64_t elements) {
    if (elements <= 0) return;
    allocation_ = allocate(static_cast<size_t>(elements) * sizeof(T));
    if (allocation_.data == nullptr) Call::fail("rnn: out of memory");
  }
  ~Workspace() { deallocate(allocation_); }
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;
  T* data() { return reinterpret_cast<T*>(allocation_.data); }

 private:
  Allocation allocation_;
};

template <class T>
struct Problem {
  ModeLayout layout;
  int64_t inputs, rows;
  RnnLayer<T> layer;
  const T *x, *w_ih;
  const RnnRoutines<T>* routines;

  int64_t gate_rows() const { return layout.gates * layer.hidden; }
  bool empty() const { return rows == 0 || layer.hidden == 0; }
};

const RnnRoutines<float>* routines(int mode, float) { return &CRESSET_SELECT(rnn_table)->float32[mode]; }
const RnnRoutines<double>* routines(int mode, double) { return &CRESSET_SELECT(rnn_table)->float64[mode]; }

template <class T>
Problem<T> read_problem(Call& call, int mode) {
  Problem<T> p;
  p.layout = kLayouts[mode];
  p.routines = routines(mode, T());
  p.layer.steps = call.count();
  p.layer.batch = call.count();
  p.inputs = call.count();
  const int64_t h = p.layer.hidden = call.count(), b = p.layer.batch;
  p.layer.reverse = call.flag();
  p.rows = checked_product(p.layer.steps, b);
  checked_product(p.rows, checked_product(h, 8));
  const int64_t gates = checked_product(h, p.layout.gates);
  p.x = call.contiguous<T>(checked_product(p.rows, p.inputs));
  p.layer.h0 = call.optional<T>(checked_product(b, h));
  p.layer.c0 = call.optional<T>(b * h);
  p.w_ih = call.contiguous<T>(checked_product(gates, p.inputs));
  p.layer.w_hh = call.contiguous<T>(checked_product(gates, h));
  return p;
}

// Products of all gates of all rows with `columns` values each.
template <class T>
void count_operations(Call& call, const Problem<T>& p, int64_t columns) {
  call.operations(2.0 * static_cast<double>(p.rows) * static_cast<double>(p.gate_rows()) *
                  static_cast<double>(columns));
}

template <class T>
RnnRows<T> read_rows(Call& call, int64_t rows, int64_t columns, bool writable) {
  Shape shape;
  shape.ndim = 2;
  shape.size[0] = rows;
  shape.size[1] = columns;
  shape.count = rows * columns;
  View view;
  call.view(view, DtypeOf<T>::value, shape, writable);
  if (view.data == view.scalar) return {};
  if (columns > 1 && view.stride[1] != 1) Call::fail("rnn: the elements of a row must lie together");
  return {static_cast<T*>(view.data), view.stride[0]};
}

template <class T>
Gemm<T> product(int64_t m, int64_t n, int64_t k, GemmMatrix<T> a, GemmMatrix<T> b, GemmOutput<T> c, bool accumulate) {
  Gemm<T> p;
  p.m = m;
  p.n = n;
  p.k = k;
  p.a = a;
  p.b = b;
  p.c = c;
  p.accumulate = accumulate;
  return p;
}

// gates = x W_ihᵀ + b_ih + b_hh; the GRU adds its last b_hh to the hidden part alone.
template <class T>
void multiply_inputs(const Problem<T>& p, const T* b_ih, const T* b_hh) {
  const int64_t h = p.layer.hidden;
  Workspace<T> space(b_ih == nullptr ? 0 : p.gate_rows());
  T* bias = b_ih == nullptr ? nullptr : space.data();
  const int64_t both = p.layout.separate ? p.gate_rows() - h : p.gate_rows();
  for (int64_t i = 0; bias != nullptr && i < p.gate_rows(); i++)
    bias[i] = b_hh != nullptr && i < both ? b_ih[i] + b_hh[i] : b_ih[i];
  for (int i = 0; i < p.layout.pieces; i++) {
    const GatePiece& piece = p.layout.piece[i];
    Gemm<T> gemm_piece = product<T>(p.rows, piece.count * h, p.inputs, {p.x, p.inputs, 1},
                                    {p.w_ih + piece.first * h * p.inputs, 1, p.inputs},
                                    {p.layer.gates.data + piece.group * h, p.layer.gates.row}, false);
    gemm_piece.epilogue.bias = bias == nullptr ? nullptr : bias + piece.first * h;
    gemm(gemm_piece);
  }
}

// The hidden product of a single step.
template <class T>
void multiply_hidden(const Problem<T>& p) {
  const RnnLayer<T>& layer = p.layer;
  const int64_t h = layer.hidden, together = p.layout.separate ? p.layout.gates - 1 : p.layout.gates;
  T* c = layer.gates.data + p.layout.hidden_group * h;
  const int64_t k = layer.h0 == nullptr ? 0 : h;
  if (k > 0)
    gemm(product<T>(layer.batch, together * h, k, {layer.h0, h, 1}, {layer.w_hh, 1, h}, {c, layer.gates.row}, true));
  if (p.layout.separate)
    gemm(product<T>(layer.batch, h, k, {layer.h0, h, 1}, {layer.w_hh + together * h * h, 1, h},
                    {c + together * h, layer.gates.row}, false));
}

template <class T>
void forward(Call& call, int mode) {
  Problem<T> p = read_problem<T>(call, mode);
  count_operations(call, p, p.inputs + p.layer.hidden);
  RnnLayer<T>& layer = p.layer;
  const int64_t h = layer.hidden, state = layer.batch * h;
  const T* b_ih = call.optional<T>(p.gate_rows());
  const T* b_hh = call.optional<T>(p.gate_rows());
  layer.gates = read_rows<T>(call, p.rows, p.layout.groups * h, true);
  layer.cells = call.optional<T>(p.rows * h);
  layer.out = read_rows<T>(call, p.rows, h, true);
  layer.h_n = call.contiguous<T>(state);
  layer.c_n = call.optional<T>(state);
  if (p.empty()) return;
  if (mode == kLstm && layer.c_n == nullptr) Call::fail("rnn: an LSTM needs c_n");
  if (p.layout.separate && b_hh != nullptr) layer.bias_n = b_hh + p.gate_rows() - h;
  multiply_inputs(p, b_ih, b_hh);
  if (layer.single()) multiply_hidden(p);
  Workspace<T> packed(p.routines->workspace(layer, false));
  layer.packed = packed.data();
  // Rows a multiple of the page apart share a cache set.
  const bool copied = !layer.single() && layer.out.row * static_cast<int64_t>(sizeof(T)) % 2048 == 0;
  Workspace<T> copy(copied ? layer.batch * (h + 32) : 0);
  layer.h_copy = copy.data();
  p.routines->forward(layer);
}

// dW_hh = the sum over time of dgatesᵀ h, where h is the output of the step before.
template <class T>
void hidden_weight_gradient(const Problem<T>& p, T* dw_hh) {
  const RnnLayer<T>& layer = p.layer;
  const int64_t h = layer.hidden, b = layer.batch, later = (layer.steps - 1) * b;
  const T* dgates = layer.dgates.data + p.layout.hidden_group * h;
  const int64_t from = layer.reverse ? 0 : b, before = layer.reverse ? b : 0;
  gemm(product<T>(p.gate_rows(), h, later, {dgates + from * layer.dgates.row, 1, layer.dgates.row},
                  {layer.out.data + before * layer.out.row, layer.out.row, 1}, {dw_hh, h}, false));
  if (layer.h0 == nullptr) return;
  const T* first = dgates + layer.time(0) * b * layer.dgates.row;
  gemm(product<T>(p.gate_rows(), h, b, {first, 1, layer.dgates.row}, {layer.h0, h, 1}, {dw_hh, h}, true));
}

template <class T>
struct Gradients {
  T *dx, *dw_ih, *dw_hh, *db_ih, *db_hh;
  bool add_to_dx;
};

// Columns of dgates added up over all rows: a product with a row of ones.
template <class T>
void sum_columns(const Problem<T>& p, int group, int64_t groups, T* out) {
  static const T one = 1;
  const int64_t h = p.layer.hidden;
  gemm(product<T>(1, groups * h, p.rows, {&one, 0, 0}, {p.layer.dgates.data + group * h, p.layer.dgates.row, 1},
                  {out, groups * h}, false));
}

template <class T>
void weight_gradients(const Problem<T>& p, const Gradients<T>& out) {
  const RnnLayer<T>& layer = p.layer;
  const int64_t h = layer.hidden, row = layer.dgates.row;
  for (int i = 0; i < p.layout.pieces; i++) {
    const GatePiece& piece = p.layout.piece[i];
    const int64_t columns = piece.count * h, first = piece.first * h;
    const T* dgates = layer.dgates.data + piece.group * h;
    if (out.dx != nullptr)
      gemm(product<T>(p.rows, p.inputs, columns, {dgates, row, 1}, {p.w_ih + first * p.inputs, p.inputs, 1},
                      {out.dx, p.inputs}, out.add_to_dx || i > 0));
    if (out.dw_ih != nullptr)
      gemm(product<T>(columns, p.inputs, p.rows, {dgates, 1, row}, {p.x, p.inputs, 1},
                      {out.dw_ih + first * p.inputs, p.inputs}, false));
    if (out.db_ih != nullptr) sum_columns(p, piece.group, piece.count, out.db_ih + first);
  }
  if (out.dw_hh != nullptr) hidden_weight_gradient(p, out.dw_hh);
  if (out.db_hh != nullptr) sum_columns(p, p.layout.hidden_group, p.layout.gates, out.db_hh);
}

template <class T>
void backward(Call& call, int mode) {
  Problem<T> p = read_problem<T>(call, mode);
  RnnLayer<T>& layer = p.layer;
  const int64_t h = layer.hidden, state = layer.batch * h, columns = p.layout.groups * h;
  layer.gates = read_rows<T>(call, p.rows, columns, false);
  layer.cells = call.optional<T>(p.rows * h);
  layer.out = read_rows<T>(call, p.rows, h, false);
  const RnnRows<T> g_out = read_rows<T>(call, p.rows, h, false);
  layer.g_out = {g_out.data, g_out.row};
  layer.dgates = read_rows<T>(call, p.rows, columns, true);
  layer.dh = call.contiguous<T>(state);
  layer.dc = call.optional<T>(state);
  Gradients<T> out;
  out.dx = call.optional<T>(p.rows * p.inputs);
  out.add_to_dx = call.flag();
  out.dw_ih = call.optional<T>(p.gate_rows() * p.inputs);
  out.dw_hh = call.optional<T>(p.gate_rows() * h);
  out.db_ih = call.optional<T>(p.gate_rows());
  out.db_hh = call.optional<T>(p.gate_rows());
  count_operations(
      call, p,
      h + (out.dx == nullptr ? 0 : p.inputs) + (out.dw_ih == nullptr ? 0 : p.inputs) + (out.dw_hh == nullptr ? 0 : h));
  if (p.empty()) return;
  if (layer.gates.data == nullptr || layer.out.data == nullptr) Call::fail("rnn: the layer's values are missing");
  if (mode == kLstm && (layer.cells == nullptr || layer.dc == nullptr)) Call::fail("rnn: an LSTM needs cells and dc");
  Workspace<T> packed(p.routines->workspace(layer, true));
  layer.packed = packed.data();
  p.routines->backward(layer);
  if (layer.single())
    gemm(product<T>(layer.batch, h, p.gate_rows(), {layer.dgates.data + p.layout.hidden_group * h, layer.dgates.row, 1},
                    {layer.w_hh, h, 1}, {layer.dh, h}, p.layout.separate));
  weight_gradients(p, out);
}

int read_mode(Call& call) { return static_cast<int>(call.integer(0, kRnnModes - 1)); }

void forward_entry(Call& call) {
  const int mode = read_mode(call);
  with_float(call.dtype(), [&](auto element) { forward<decltype(element)>(call, mode); });
}

void backward_entry(Call& call) {
  const int mode = read_mode(call);
  with_float(call.dtype(), [&](auto element) { backward<decltype(element)>(call, mode); });
}

CRESSET_KERNEL(rnn_forward, forward_entry);
CRESSET_KERNEL(rnn_backward, backward_entry);

}  // namespace
}  // namespace cresset
