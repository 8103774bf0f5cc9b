#include "runtime/blocks.h"

#include <atomic>
#include <cstring>

#include "runtime/handover.h"

namespace cresset {
namespace {

constexpr double kSlots = 1 << 26;
constexpr uint32_t kGenerations = 1 << 26;
std::atomic<size_t> pinned{0};

}  // namespace

struct Pin {
  Allocation allocation;
  std::atomic<int> holders{1};
};

Pin* pin(Allocation allocation) {
  pinned += allocation.bytes;
  Pin* made = new Pin;
  made->allocation = allocation;
  return made;
}

void hold(Pin* pin) { pin->holders.fetch_add(1); }

void unpin(Pin* pin) {
  if (pin->holders.fetch_sub(1) != 1) return;
  pinned -= pin->allocation.bytes;
  deallocate(pin->allocation);
  delete pin;
}

size_t pinned_bytes() { return pinned; }

BlockTable::~BlockTable() {
  for (Block& block : blocks_)
    if (block.kind != Block::Kind::vacant) release(block);
}

Block& BlockTable::vacant(uint32_t& slot) {
  if (vacancies_.empty()) {
    slot = static_cast<uint32_t>(blocks_.size());
    blocks_.emplace_back();
  } else {
    slot = vacancies_.back();
    vacancies_.pop_back();
  }
  return blocks_[slot];
}

double BlockTable::admit(Block& block, uint32_t slot) {
  block.generation = block.generation % (kGenerations - 1) + 1;
  block.age = 0;
  if (young_.size() > 2 * live_blocks_ + 65536) forget_released();
  young_.push_back({slot, block.generation});
  allocated_since_sweep_++;
  live_blocks_++;
  live_bytes_ += block.allocation.bytes;
  return static_cast<double>(slot) + static_cast<double>(block.generation) * kSlots;
}

// Blocks released by hand leave their names behind; without a sweep nothing else would drop them.
void BlockTable::forget_released() {
  size_t kept = 0;
  for (Name name : young_)
    if (live(name) != nullptr) young_[kept++] = name;
  young_.resize(kept);
}

double BlockTable::allocate(size_t bytes, void* owner) {
  if (vacancies_.empty() && blocks_.size() >= static_cast<size_t>(kSlots)) return 0;
  Allocation allocation = cresset::allocate(bytes);
  if (allocation.data == nullptr) return 0;
  uint32_t slot;
  Block& block = vacant(slot);
  block.allocation = allocation;
  block.bytes = bytes;
  block.owner = owner;
  block.kind = Block::Kind::owned;
  return admit(block, slot);
}

double BlockTable::adopt(void* owner, void* user_memory) {
  if (vacancies_.empty() && blocks_.size() >= static_cast<size_t>(kSlots)) return 0;
  uint32_t slot;
  Block& block = vacant(slot);
  block.owner = owner;
  block.user_memory = user_memory;
  block.kind = Block::Kind::external;
  return admit(block, slot);
}

double BlockTable::receive(const Parcel& parcel, void* owner) {
  if (vacancies_.empty() && blocks_.size() >= static_cast<size_t>(kSlots)) return 0;
  uint32_t slot;
  Block& block = vacant(slot);
  block.allocation = parcel.allocation;
  block.bytes = parcel.bytes;
  block.owner = owner;
  block.pin = parcel.pin;
  block.kind = parcel.pin == nullptr ? Block::Kind::owned : Block::Kind::pinned;
  return admit(block, slot);
}

Pin* BlockTable::share(Block& block) {
  if (block.kind == Block::Kind::owned) {
    block.pin = pin(block.allocation);
    block.kind = Block::Kind::pinned;
  }
  return block.pin;
}

bool BlockTable::give(Block& block, bool keep, Parcel& parcel) {
  if (block.kind != Block::Kind::owned && block.kind != Block::Kind::pinned) return false;
  if (keep) share(block);
  parcel = {block.allocation, block.bytes, block.pin};
  if (block.pin != nullptr) hold(block.pin);
  if (keep) return true;
  if (block.pin == nullptr) {
    block.kind = Block::Kind::external;  // its memory is the parcel's now
    live_bytes_ -= block.allocation.bytes;
    block.allocation = {};
  }
  release(block);
  return true;
}

Block* BlockTable::find(double id) {
  if (!(id >= kSlots && id < 4503599627370496.0)) return nullptr;
  uint64_t whole = static_cast<uint64_t>(id);
  uint64_t slot = whole % static_cast<uint64_t>(kSlots);
  if (slot >= blocks_.size()) return nullptr;
  return live({static_cast<uint32_t>(slot), static_cast<uint32_t>(whole / static_cast<uint64_t>(kSlots))});
}

void BlockTable::release(Block& block) {
  live_blocks_--;
  live_bytes_ -= block.allocation.bytes;
  if (block.kind == Block::Kind::owned) {
    if (poison_) std::memset(block.allocation.data, 0xff, block.bytes);
    deallocate(block.allocation);
  } else if (block.kind == Block::Kind::pinned) {
    unpin(block.pin);
  }
  block.allocation = {};
  block.bytes = 0;
  block.owner = nullptr;
  block.user_memory = nullptr;
  block.pin = nullptr;
  block.kind = Block::Kind::vacant;
  vacancies_.push_back(static_cast<uint32_t>(&block - blocks_.data()));
}

}  // namespace cresset
