#include "kernels/map.h"

#include <algorithm>
#include <cstdlib>

#include "kernels/move.h"
#include "kernels/strided.h"
#include "runtime/ceil_div.h"
#include "runtime/parallel.h"

namespace cresset {
namespace {

constexpr int64_t kGrain = 32768;
// Of one operand gathered at a time; all operands stay in the first-level cache.
constexpr int64_t kTileBytes = 4096;
constexpr int64_t kShortRow = 16;  // rows below this are gathered several at a time
constexpr int kMaxOperands = 1 + kMaxInputs;
// Copies of an element that stands for all.
constexpr int64_t kLineBytes = 4096;

// Each chunk runs in steps. In a step an operand is read in place if it is contiguous, or one element for all, else
// gathered into a buffer.
enum class Access { direct, constant, gathered };

struct Loops {
  MapFunction function;
  MapStepFunction stepping;  // or null
  const double* parameters;
};

struct Plan {
  const Strided& layout;
  const Loops& loops;
  Access access[kMaxOperands];
  bool constants = false;
  int64_t line;  // elements of a line of copies
  int64_t tile;  // elements of a buffer; 0: no operand needs one

  Plan(const Strided& l, const Loops& given, bool by_row) : layout(l), loops(given), tile(0) {
    int item = 1;
    for (int k = 0; k < l.count; k++) {
      const bool contiguous = by_row ? l.stride[k][0] == 1 : l.is_contiguous(k);
      const bool broadcast = by_row ? l.stride[k][0] == 0 : l.is_constant(k);
      access[k] = contiguous ? Access::direct : broadcast && k > 0 ? Access::constant : Access::gathered;
      if (access[k] == Access::constant) constants = true;
      if (access[k] == Access::gathered) tile = kTileBytes;
      item = std::max(item, l.operand[k].item);
    }
    tile /= item;
    line = kLineBytes / item;
  }
};

// Runs the loops for one thread. An input of which one element stands for all is a line of copies, and the function runs
// as often as the line lasts, unless it has a form that steps.
class Runner {
 public:
  explicit Runner(const Plan& plan) : plan_(plan) {}

  void run(uint8_t* out, const void* const* in, int64_t n) {
    const Loops& loops = plan_.loops;
    const Strided& l = plan_.layout;
    if (!plan_.constants) return loops.function(out, in, n, loops.parameters);
    if (loops.stepping != nullptr) {
      int64_t step[kMaxInputs];
      for (int k = 1; k < l.count; k++) step[k - 1] = is_constant(k) ? 0 : 1;
      return loops.stepping(out, in, step, n, loops.parameters);
    }
    const int64_t block = std::min(n, plan_.line);
    const uint8_t* at[kMaxInputs];
    for (int k = 1; k < l.count; k++)
      at[k - 1] = is_constant(k) ? line_of(k, in[k - 1], block) : static_cast<const uint8_t*>(in[k - 1]);
    for (; n > 0; n -= block) {
      const void* from[kMaxInputs];
      for (int k = 1; k < l.count; k++) from[k - 1] = at[k - 1];
      loops.function(out, from, std::min(n, block), loops.parameters);
      out += block * l.operand[0].item;
      for (int k = 1; k < l.count; k++) at[k - 1] += is_constant(k) ? 0 : block * l.operand[k].item;
    }
  }

 private:
  bool is_constant(int k) const { return plan_.access[k] == Access::constant; }

  // Kept for the next run: most constants are those of all rows.
  const uint8_t* line_of(int k, const void* element, int64_t n) {
    Line& line = lines_[k - 1];
    if (line.element != element || line.filled < n) {
      repeat_item(line.items, element, plan_.layout.operand[k].item, n);
      line.element = element;
      line.filled = n;
    }
    return line.items;
  }

  struct Line {
    const void* element = nullptr;
    int64_t filled = 0;
    alignas(64) uint8_t items[kLineBytes];
  };
  const Plan& plan_;
  Line lines_[kMaxInputs];
};

// Steps are rows along dimension 0, in tiles where an operand is gathered.
struct Rows : Plan {
  void operator()(int64_t begin, int64_t end) const {
    Position at(layout, begin);
    Runner runner(*this);
    for (int64_t i = begin; i < end;) {
      const Band band = at.band(layout, end - i);
      uint8_t* row[kMaxOperands];
      for (int k = 0; k < layout.count; k++) row[k] = at.pointer(layout, k);
      for (int64_t r = 0; r < band.rows; r++) {
        if (tile == 0)
          run(runner, row, band.columns);
        else
          by_tiles(runner, row, band.columns);
        for (int k = 0; k < layout.count; k++) row[k] += layout.pitch(k) * layout.operand[k].item;
      }
      at.advance(layout, band.rows * band.columns);
      i += band.rows * band.columns;
    }
  }

  void run(Runner& runner, uint8_t* const* operand, int64_t n) const {
    const void* in[kMaxInputs];
    for (int k = 1; k < layout.count; k++) in[k - 1] = operand[k];
    runner.run(operand[0], in, n);
  }

  void by_tiles(Runner& runner, uint8_t* const* row, int64_t columns) const {
    alignas(64) uint8_t buffer[kMaxOperands][kTileBytes];
    for (int64_t c = 0; c < columns; c += tile) {
      const int64_t n = std::min(tile, columns - c);
      uint8_t *place[kMaxOperands], *operand[kMaxOperands];
      for (int k = 0; k < layout.count; k++) {
        const int item = layout.operand[k].item;
        operand[k] = place[k] = row[k] + c * layout.stride[k][0] * item;
        if (access[k] != Access::gathered) continue;
        operand[k] = buffer[k];
        if (k > 0) copy_items(buffer[k], 1, place[k], layout.stride[k][0], item, n);
      }
      run(runner, operand, n);
      if (access[0] == Access::gathered)
        copy_items(place[0], layout.stride[0][0], buffer[0], 1, layout.operand[0].item, n);
    }
  }
};

// Steps are tiles of neighbouring elements, over several short rows.
struct Tiles : Plan {
  void operator()(int64_t begin, int64_t end) const {
    alignas(64) uint8_t buffer[kMaxOperands][kTileBytes];
    const void* in[kMaxInputs];
    const Strided& l = layout;
    Runner runner(*this);
    Position at(l, begin);
    for (int64_t i = begin; i < end;) {
      const int64_t n = tile > 0 ? std::min(tile, end - i) : end - i;
      for (int k = 1; k < l.count; k++) {
        in[k - 1] = access[k] == Access::gathered ? buffer[k] : at.pointer(l, k);
        if (access[k] == Access::gathered) gather(l, k, at, n, buffer[k]);
      }
      if (access[0] == Access::direct) {
        runner.run(at.pointer(l, 0), in, n);
      } else {
        runner.run(buffer[0], in, n);
        scatter(l, 0, at, n, buffer[0]);
      }
      at.advance(l, n);
      i += n;
    }
  }
};

// Steps over blocks of rows and columns, for inputs that are contiguous along the columns (transposed ones): gathered
// row by row, each of their cache lines would be fetched once for every element of it.
struct Blocks {
  static constexpr int64_t kRows = 16, kColumns = 32;
  const Strided* layout;
  const Loops& loops;

  int64_t bands() const { return ceil_div(layout->size[1], kRows); }

  // Chunks are bands of rows.
  void operator()(int64_t begin, int64_t end) const {
    for (int64_t i = begin; i < end; i++) {
      Position at(*layout, i / bands() * layout->size[0] * layout->size[1]);
      at.index[1] = i % bands() * kRows;
      int64_t rows = std::min(kRows, layout->size[1] - at.index[1]);
      for (; at.index[0] < layout->size[0]; at.index[0] += kColumns) {
        block(at, rows, std::min(kColumns, layout->size[0] - at.index[0]));
      }
    }
  }

  void block(const Position& at, int64_t rows, int64_t columns) const {
    alignas(64) uint8_t buffer[kMaxOperands][kRows * kColumns * 8];
    const Strided& l = *layout;
    const uint8_t* row[kMaxOperands];
    int64_t pitch[kMaxOperands];
    for (int k = 1; k < l.count; k++) {
      row[k] = at.pointer(l, k);
      pitch[k] = l.stride[k][1] * l.operand[k].item;
      if (l.stride[k][0] == 1) continue;
      gather_block(l, k, row[k], rows, columns, buffer[k]);
      row[k] = buffer[k];
      pitch[k] = columns * l.operand[k].item;
    }
    uint8_t* out = at.pointer(l, 0);
    for (int64_t r = 0; r < rows; r++) {
      const void* in[kMaxInputs];
      for (int k = 1; k < l.count; k++) in[k - 1] = row[k] + r * pitch[k];
      loops.function(out + r * l.stride[0][1] * l.operand[0].item, in, columns, loops.parameters);
    }
  }
};

bool prefers_blocks(const Strided& layout) {
  if (layout.dims < 2 || layout.size[0] < 8 || layout.size[1] < 8 || layout.stride[0][0] != 1) return false;
  for (int k = 1; k < layout.count; k++) {
    if (layout.stride[k][1] == 1 && std::abs(layout.stride[k][0]) > 1) return true;
  }
  return false;
}

void map(const Shape& shape, const MapOperand* operands, int count, const Loops& loops) {
  if (shape.count == 0) return;
  Strided layout(shape, operands, count);
  if (prefers_blocks(layout)) {
    Blocks blocks{&layout, loops};
    int64_t bands = shape.count / (layout.size[0] * layout.size[1]) * blocks.bands();
    return parallel_for(bands, std::max<int64_t>(1, kGrain / (Blocks::kRows * layout.size[0])), blocks);
  }
  const bool by_row = layout.dims == 1 || layout.size[0] >= kShortRow;
  const Plan plan(layout, loops, by_row);
  if (by_row)
    parallel_for(shape.count, kGrain, Rows{plan});
  else
    parallel_for(shape.count, kGrain, Tiles{plan});
}

}  // namespace

void map(const Shape& shape, const MapOperand* operands, int count, MapFunction function, const double* parameters) {
  map(shape, operands, count, {function, nullptr, parameters});
}

void check_distinct(const Shape& shape, const View& out) {
  // Fewer addresses than elements mean that elements share memory, whatever the strides.
  int64_t reach = 0;
  for (int i = 0; i < shape.ndim; i++) {
    if (shape.size[i] > 1 && out.stride[i] == 0) Call::fail("the elements of an output share memory");
    if (shape.count > 0) reach += std::abs(out.stride[i]) * (shape.size[i] - 1);
  }
  if (shape.count > 0 && reach + 1 < shape.count) Call::fail("the elements of an output share memory");
}

void run_map(Call& call, const MapOp& op) {
  Dtype dtype = call.dtype();
  MapFunction function = op.functions[static_cast<int>(dtype)];
  if (!function) Call::fail("not defined for this dtype");
  Shape shape = call.shape();
  View views[kMaxOperands];
  MapOperand operands[kMaxOperands];
  for (size_t k = 0; k <= op.inputs; k++) {
    MapType type = k == 0 ? op.out : k == 1 ? op.first : MapType::same;
    Dtype operand_dtype = type == MapType::boolean ? Dtype::boolean : dtype;
    call.view(views[k], operand_dtype, shape, k == 0);
    operands[k] = {static_cast<uint8_t*>(views[k].data), views[k].stride, static_cast<int>(item_size(operand_dtype))};
  }
  double parameters[kMaxParameters];
  for (size_t i = 0; i < op.parameters; i++) parameters[i] = call.number();
  check_distinct(shape, views[0]);
  const bool steps = static_cast<size_t>(dtype) < std::size(op.stepping);
  map(shape, operands, 1 + static_cast<int>(op.inputs),
      {function, steps ? op.stepping[static_cast<int>(dtype)] : nullptr, parameters});
}

}  // namespace cresset
