#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "runtime/allocator.h"

namespace cresset {

// Memory with several holders: a block, an ArrayBuffer given to the user, blocks of other threads. It goes back when all
// have let go: a block's owner by a sweep, the buffer by its finalizer (which, after a transfer, may run first or last,
// and on any thread).
struct Pin;
Pin* pin(Allocation allocation);  // with one holder
void hold(Pin* pin);
void unpin(Pin* pin);
size_t pinned_bytes();

struct Parcel;

// One block. `owner` and, for memory of the user's, `user_memory` are what the binding layer needs to ask whether anybody
// still holds it and where it lies.
struct Block {
  enum class Kind : uint8_t { vacant, owned, pinned, external };
  Allocation allocation;
  size_t bytes = 0;  // as asked for; accesses are checked against this
  void* owner = nullptr;
  void* user_memory = nullptr;
  Pin* pin = nullptr;
  uint32_t generation = 0;
  Kind kind = Kind::vacant;
  uint8_t age = 0;  // sweeps survived
};

// The table that turns ids into memory. An id is slot + generation·2^26; the generation makes a stale id fail to resolve.
class BlockTable {
 public:
  BlockTable() = default;
  BlockTable(const BlockTable&) = delete;
  BlockTable& operator=(const BlockTable&) = delete;
  ~BlockTable();

  // 0 when there is no memory.
  double allocate(size_t bytes, void* owner);
  double adopt(void* owner, void* user_memory);
  // A block of the memory that another table gave away; 0 when the table is full (the parcel stays the caller's).
  double receive(const Parcel& parcel, void* owner);
  // The block's memory, for another table; the block's slot is free then. With `keep` both hold it. False for memory of
  // the user's.
  bool give(Block& block, bool keep, Parcel& parcel);
  // Makes the block one holder of its memory among others.
  Pin* share(Block& block);
  // Null for an id that names no live block.
  Block* find(double id);
  // Frees the slot; owned memory goes back to the allocator (filled with `poison` first, if set), pinned memory to its pin.
  void release(Block& block);

  // Visits blocks that could have lost their owner: the young ones always, of the old ones as many as were allocated
  // since the last sweep (all of them when `everything`), and releases those for which is_dead(owner) holds.
  template <class IsDead>
  void sweep(bool everything, IsDead is_dead) {
    size_t budget = everything ? old_.size() : allocated_since_sweep_;
    allocated_since_sweep_ = 0;
    size_t kept = 0;
    for (size_t i = 0; i < young_.size(); i++) {
      Block* block = live(young_[i]);
      if (block == nullptr) continue;
      if (is_dead(*block)) {
        release(*block);
      } else if (++block->age >= 3) {
        old_.push_back(young_[i]);
      } else {
        young_[kept++] = young_[i];
      }
    }
    young_.resize(kept);
    for (; budget > 0 && !old_.empty(); budget--) {
      if (cursor_ >= old_.size()) cursor_ = 0;
      Block* block = live(old_[cursor_]);
      if (block != nullptr && !is_dead(*block)) {
        cursor_++;
        continue;
      }
      if (block != nullptr) release(*block);
      old_[cursor_] = old_.back();
      old_.pop_back();
    }
  }

  size_t live_blocks() const { return live_blocks_; }
  size_t live_bytes() const { return live_bytes_; }
  void set_poison(bool on) { poison_ = on; }

 private:
  struct Name {
    uint32_t slot;
    uint32_t generation;
  };
  Block& vacant(uint32_t& slot);
  double admit(Block& block, uint32_t slot);
  void forget_released();
  Block* live(Name name) {
    Block& block = blocks_[name.slot];
    return block.kind != Block::Kind::vacant && block.generation == name.generation ? &block : nullptr;
  }

  std::vector<Block> blocks_;
  std::vector<uint32_t> vacancies_;
  std::vector<Name> young_, old_;
  size_t cursor_ = 0;
  size_t allocated_since_sweep_ = 0;
  size_t live_blocks_ = 0;
  size_t live_bytes_ = 0;
  bool poison_ = false;
};

}  // namespace cresset
