#include "runtime/allocator.h"

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <vector>

#include "runtime/memory_limit.h"

#if defined(_WIN32)
#include <malloc.h>
#else
#include <sys/mman.h>
#endif
#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace cresset {
namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kLargest = size_t{1} << 46;
constexpr int kClasses = 4 * 42;
constexpr int kFits = 4;  // classes: its own and those of less than twice its size

// Class 4·e + q holds blocks of (4 + q)·2^(e + 4) bytes. Sizes are multiples of the alignment, so below 256 some stay unused.
struct SizeClass {
  int index;
  size_t bytes;
};

SizeClass size_class(size_t bytes) {
  bytes = bytes < kAlignment ? kAlignment : (bytes + kAlignment - 1) / kAlignment * kAlignment;
  int exponent = 63 - __builtin_clzll(static_cast<unsigned long long>(bytes));
  size_t step = size_t{1} << (exponent - 2);
  size_t quarter = (bytes - (size_t{1} << exponent) + step - 1) / step;
  if (quarter == 4) {
    exponent++;
    step <<= 1;
    quarter = 0;
  }
  return {(exponent - 6) * 4 + static_cast<int>(quarter), (4 + quarter) * step};
}

uint8_t* system_allocate(size_t bytes) {
#if defined(_WIN32)
  return static_cast<uint8_t*>(_aligned_malloc(bytes, bytes >= kHugePage ? 4096 : kAlignment));
#else
  if (bytes < kHugePage) {
    void* data = nullptr;
    return posix_memalign(&data, kAlignment, bytes) == 0 ? static_cast<uint8_t*>(data) : nullptr;
  }
  // Map one huge page more than needed and cut both ends off at huge-page boundaries.
  size_t mapped = bytes + kHugePage;
  void* base = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) return nullptr;
  auto begin = reinterpret_cast<uintptr_t>(base);
  uintptr_t aligned = (begin + kHugePage - 1) / kHugePage * kHugePage;
  if (aligned > begin) munmap(base, aligned - begin);
  size_t tail = begin + mapped - (aligned + bytes);
  if (tail > 0) munmap(reinterpret_cast<void*>(aligned + bytes), tail);
#if defined(MADV_HUGEPAGE)
  madvise(reinterpret_cast<void*>(aligned), bytes, MADV_HUGEPAGE);
#endif
  return reinterpret_cast<uint8_t*>(aligned);
#endif
}

void system_free(Allocation allocation) {
#if defined(_WIN32)
  _aligned_free(allocation.data);
#else
  if (allocation.bytes < kHugePage)
    std::free(allocation.data);
  else
    munmap(allocation.data, allocation.bytes);
#endif
}

struct Pool {
  std::mutex mutex;
  std::vector<uint8_t*> free[kClasses];
  AllocatorStats stats;
  size_t cache_limit = size_t{256} << 20;
  size_t memory_limit = SIZE_MAX;
  // Taken from the system since the machine's memory was last looked at. A look costs some ten microseconds.
  size_t unseen = 0;
  static constexpr size_t kLookEvery = size_t{64} << 20;

  // What the system can give now. Memory that blocks have but nobody wrote to yet does not show in the machine's figures,
  // so it is taken off; some is left for V8, the kernels' workspaces and everybody else.
  size_t available() {
    MachineMemory machine = machine_memory();
    size_t ours = stats.in_use + stats.cached;
    size_t limit = std::min(memory_limit, machine.total == 0 ? SIZE_MAX : machine.total);
    size_t left = limit - std::min(limit, ours);
    if (machine.total == 0) return left;
    size_t resident = resident_bytes();
    size_t taken = machine.total / 64 + (resident == 0 ? 0 : ours - std::min(ours, resident));
    return std::min(left, machine.available - std::min(machine.available, taken));
  }

  bool is_granted(size_t bytes) {
    unseen += bytes;
    if (stats.in_use + stats.cached > memory_limit - std::min(memory_limit, bytes)) return false;
    if (unseen < kLookEvery) return true;
    if (bytes > available()) return false;
    unseen = 0;
    return true;
  }

  // Its own class's latest block is the one most likely in cache; a free one of up to twice the size costs less than new
  // memory, which a loop of ever new shapes would otherwise take until it has blocks of every class.
  Allocation from_cache(SizeClass wanted) {
    int last = std::min(wanted.index + kFits, kClasses);
    for (int index = wanted.index; index < last; index++) {
      if (free[index].empty()) continue;
      Allocation found = {free[index].back(), class_bytes(index)};
      free[index].pop_back();
      stats.cached -= found.bytes;
      return found;
    }
    return {};
  }

  uint8_t* from_system(size_t bytes) { return is_granted(bytes) ? system_allocate(bytes) : nullptr; }

  // Gives cached blocks back, largest first, until in_use + cached fits into `limit`.
  void trim(size_t limit) {
    for (int index = kClasses - 1; index >= 0 && stats.cached > 0 && stats.in_use + stats.cached > limit; index--) {
      size_t bytes = class_bytes(index);
      while (!free[index].empty() && stats.in_use + stats.cached > limit) {
        system_free({free[index].back(), bytes});
        free[index].pop_back();
        stats.cached -= bytes;
      }
    }
  }

  static size_t class_bytes(int index) { return static_cast<size_t>(4 + index % 4) << (index / 4 + 4); }
};

// Never destroyed: worker threads and late finalizers may outlive static destruction.
Pool& pool() {
  static Pool* instance = new Pool;
  return *instance;
}

}  // namespace

size_t size_class_bytes(size_t bytes) { return size_class(bytes).bytes; }

Allocation allocate(size_t bytes) {
  if (bytes > kLargest) return {};
  SizeClass wanted = size_class(bytes);
  Pool& p = pool();
  std::lock_guard<std::mutex> lock(p.mutex);
  Allocation given = p.from_cache(wanted);
  if (given.data == nullptr) {
    p.trim(p.cache_limit > wanted.bytes ? p.cache_limit - wanted.bytes : 0);
    given = {p.from_system(wanted.bytes), wanted.bytes};
    if (given.data == nullptr) {
      p.trim(0);
      given.data = p.from_system(wanted.bytes);
      if (given.data == nullptr) return {};
    }
    p.stats.system_allocations++;
  }
  p.stats.in_use += given.bytes;
  if (p.stats.in_use + p.stats.cached > p.stats.peak) p.stats.peak = p.stats.in_use + p.stats.cached;
  return given;
}

void deallocate(Allocation allocation) {
  if (allocation.data == nullptr) return;
  Pool& p = pool();
  std::lock_guard<std::mutex> lock(p.mutex);
  p.stats.in_use -= allocation.bytes;
  p.stats.cached += allocation.bytes;
  p.free[size_class(allocation.bytes).index].push_back(allocation.data);
  if (p.stats.in_use + p.stats.cached > p.cache_limit) p.trim(p.cache_limit);
}

void empty_cache() {
  Pool& p = pool();
  std::lock_guard<std::mutex> lock(p.mutex);
  p.trim(0);
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

size_t available_memory() {
  Pool& p = pool();
  std::lock_guard<std::mutex> lock(p.mutex);
  return p.available() + p.stats.cached;
}

void set_memory_limit(size_t bytes) {
  Pool& p = pool();
  std::lock_guard<std::mutex> lock(p.mutex);
  p.memory_limit = bytes;
}

size_t memory_limit() {
  size_t machine = machine_memory().total;
  Pool& p = pool();
  std::lock_guard<std::mutex> lock(p.mutex);
  return machine == 0 ? p.memory_limit : std::min(p.memory_limit, machine);
}

void set_cache_limit(size_t bytes) {
  Pool& p = pool();
  std::lock_guard<std::mutex> lock(p.mutex);
  p.cache_limit = bytes;
}

AllocatorStats allocator_stats() {
  Pool& p = pool();
  std::lock_guard<std::mutex> lock(p.mutex);
  return p.stats;
}

void reset_peak() {
  Pool& p = pool();
  std::lock_guard<std::mutex> lock(p.mutex);
  p.stats.peak = p.stats.in_use + p.stats.cached;
}

}  // namespace cresset
