#pragma once
#include <cstddef>
#include <cstdint>

namespace cresset {

// The process-wide caching allocator under all block tables. Blocks are 64-byte aligned, rounded up to size classes (at most
// 1/4 larger than asked for) and kept in LIFO free lists, so that the next result lands in memory that is still in cache.
struct Allocation {
  uint8_t* data = nullptr;
  size_t bytes = 0;  // of the size class
};

struct AllocatorStats {
  size_t in_use = 0;
  size_t cached = 0;
  size_t peak = 0;  // highest in_use + cached since reset_peak
  size_t system_allocations = 0;
};

// `data` is null when there is not enough memory even with an empty cache. Systems grant more than they have and kill who
// uses it, so what is free is looked at before the system is asked; see memory_limit.h.
Allocation allocate(size_t bytes);
void deallocate(Allocation allocation);
void empty_cache();
// The largest block that would be granted now, the cache given up.
size_t available_memory();
// No more than this is taken from the system, and no more than the machine or the control group has.
void set_memory_limit(size_t bytes);
size_t memory_limit();
// Free memory is cached as long as in_use + cached stays below this.
void set_cache_limit(size_t bytes);
AllocatorStats allocator_stats();
void reset_peak();
size_t size_class_bytes(size_t bytes);

}  // namespace cresset
