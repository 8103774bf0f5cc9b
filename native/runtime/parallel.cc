#include "runtime/parallel.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

#if !defined(_WIN32)
#include <pthread.h>
#endif

#include "runtime/processors.h"

namespace cresset {
namespace {

constexpr int kMaxThreads = 256;
constexpr int kMaxRegions = 8;
constexpr int64_t kMaxChunks = int64_t{1} << 31;
constexpr auto kSpin = std::chrono::microseconds(50);

// True while this thread runs a chunk: regions started from there run on it alone.
thread_local bool in_region = false;

struct Beside {
  void (*work)(void* data) = nullptr;
  void* data = nullptr;
};
thread_local Beside beside;

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

int processors() {
  static const int count = usable_processors();
  return count;
}

// Spinning pays only while every thread has a processor of its own.
bool may_spin(int threads) { return threads <= processors(); }

template <class Ready>
bool spin_until(const Ready& ready) {
  constexpr int kPausesPerClock = 32;
  auto deadline = std::chrono::steady_clock::now() + kSpin;
  do {
    for (int i = 0; i < kPausesPerClock; i++) {
      if (ready()) return true;
      pause();
    }
    std::this_thread::yield();  // on a busy machine the thread we wait for may need this very processor
  } while (std::chrono::steady_clock::now() < deadline);
  return ready();
}

// A thread sleeps here until somebody who changed what `ready` looks at calls wake(). The flag keeps wake() cheap while
// nobody sleeps; both sides are sequentially consistent, so one of them sees the other.
class Parking {
 public:
  template <class Ready>
  void sleep_until(const Ready& ready) {
    std::unique_lock<std::mutex> lock(mutex_);
    occupied_.store(true);
    while (!ready()) condition_.wait(lock);
    occupied_.store(false);
  }

  void wake() {
    if (!occupied_.load()) return;
    {
      std::lock_guard<std::mutex> lock(mutex_);
    }
    condition_.notify_one();
  }

 private:
  std::atomic<bool> occupied_{false};
  std::mutex mutex_;
  std::condition_variable condition_;
};

// Chunks [begin, end) nobody has claimed yet, in one word. Whoever succeeds in taking a chunk out of it owns that chunk of
// the region running now, however old his knowledge of the region was: everything else is read after the claim.
class alignas(64) Slice {
 public:
  void fill(int64_t begin, int64_t end) { word_.store(pack(begin, end), std::memory_order_release); }

  // The owner takes from the front, thieves from the back: neighbouring chunks stay on one thread, and on the same
  // thread from one region to the next, where its cache still holds them.
  bool take(bool front, int64_t* chunk) {
    uint64_t word = word_.load(std::memory_order_relaxed);
    for (;;) {
      int64_t begin = static_cast<int64_t>(word >> 32), end = static_cast<int64_t>(word & 0xffffffffu);
      if (begin >= end) return false;
      *chunk = front ? begin : end - 1;
      uint64_t rest = front ? pack(begin + 1, end) : pack(begin, end - 1);
      if (word_.compare_exchange_weak(word, rest, std::memory_order_acq_rel, std::memory_order_relaxed)) return true;
    }
  }

 private:
  static uint64_t pack(int64_t begin, int64_t end) {
    return static_cast<uint64_t>(begin) << 32 | static_cast<uint64_t>(end);
  }

  std::atomic<uint64_t> word_{0};
};

// One parallel_for in flight. Regions live in the pool, not on the caller's stack, because late threads still look at them.
class Region {
 public:
  bool acquire() { return !busy_.load(std::memory_order_relaxed) && !busy_.exchange(true, std::memory_order_acquire); }
  void release() { busy_.store(false, std::memory_order_release); }

  void start(int64_t n, int64_t grain, int64_t chunks, int participants, detail::ChunkFunction function,
             const void* body) {
    n_ = n;
    grain_ = grain;
    function_ = function;
    body_ = body;
    unfinished_.store(chunks, std::memory_order_relaxed);
    participants_.store(participants, std::memory_order_relaxed);
    for (int i = 0; i < participants; i++) slices_[i].fill(chunks * i / participants, chunks * (i + 1) / participants);
  }

  // Runs chunks until none is left to claim: first those of the thread's own slice, then the others'.
  bool help(int thread) {
    int participants = participants_.load(std::memory_order_relaxed);
    if (thread >= participants) return false;
    int64_t finished = 0, chunk;
    for (int i = 0; i < participants; i++) {
      Slice& slice = slices_[(thread + i) % participants];
      while (slice.take(i == 0, &chunk)) {
        function_(body_, chunk * grain_, std::min(n_, (chunk + 1) * grain_));
        finished++;
      }
    }
    if (finished > 0 && unfinished_.fetch_sub(finished) == finished) caller_.wake();
    return finished > 0;
  }

  void wait(int threads) {
    auto finished = [this] { return unfinished_.load() == 0; };
    if (finished() || (may_spin(threads) && spin_until(finished))) return;
    caller_.sleep_until(finished);
  }

 private:
  std::atomic<bool> busy_{false};
  int64_t n_ = 0, grain_ = 0;
  detail::ChunkFunction function_ = nullptr;
  const void* body_ = nullptr;
  std::atomic<int> participants_{0};
  alignas(64) std::atomic<int64_t> unfinished_{0};
  Parking caller_;
  Slice slices_[kMaxThreads];
};

class alignas(64) Worker {
 public:
  void call() {
    calls_.fetch_add(1);
    parking_.wake();
  }
  uint32_t calls() const { return calls_.load(); }
  void wait(uint32_t seen, int threads) {
    auto called = [this, seen] { return calls_.load() != seen; };
    if (may_spin(threads) && spin_until(called)) return;
    parking_.sleep_until(called);
  }

 private:
  std::atomic<uint32_t> calls_{0};
  Parking parking_;
};

std::atomic<int> thread_count{0};  // 0 until somebody asks

class Pool {
 public:
  // How many threads can take part, the caller included, after starting those still missing.
  int start(int threads) {
    if (started_.load(std::memory_order_acquire) < threads) {
      std::lock_guard<std::mutex> lock(mutex_);
      while (started_.load(std::memory_order_relaxed) < threads && !exhausted_) start_one();
    }
    return std::min(threads, started_.load(std::memory_order_acquire));
  }

  Region* acquire() {
    for (Region& region : regions_) {
      if (region.acquire()) return &region;
    }
    return nullptr;
  }

  void call_workers(int participants) {
    for (int i = 1; i < participants; i++) workers_[i].call();
  }

 private:
  void start_one() {
    int index = started_.load(std::memory_order_relaxed);
    try {
      std::thread([this, index] { work(index); }).detach();
      started_.store(index + 1, std::memory_order_release);
    } catch (const std::system_error&) {
      exhausted_ = true;  // the system gives no more threads; work with those we have
    }
  }

  [[noreturn]] void work(int index) {
    in_region = true;
    Worker& self = workers_[index];
    for (;;) {
      uint32_t seen = self.calls();
      bool helped = false;
      for (Region& region : regions_) helped |= region.help(index);
      if (!helped) self.wait(seen, num_threads());
    }
  }

  Region regions_[kMaxRegions];
  Worker workers_[kMaxThreads];  // the first is unused: thread 0 of a region is its caller
  std::atomic<int> started_{1};
  std::mutex mutex_;
  bool exhausted_ = false;
};

// Never deleted: its threads run until the process ends, and no destructor may wait for them.
std::atomic<Pool*> the_pool{nullptr};

#if !defined(_WIN32)
// A forked child has none of its parent's threads. The old pool is left as it stands: its locks may be taken.
void forget_pool() {
  the_pool.store(nullptr);
  in_region = false;
}
#endif

Pool& pool() {
  Pool* existing = the_pool.load(std::memory_order_acquire);
  if (existing != nullptr) return *existing;
  static std::mutex mutex;
  std::lock_guard<std::mutex> lock(mutex);
  existing = the_pool.load(std::memory_order_acquire);
  if (existing != nullptr) return *existing;
#if !defined(_WIN32)
  static const int watched = pthread_atfork(nullptr, nullptr, forget_pool);
  static_cast<void>(watched);
#endif
  existing = new Pool;
  the_pool.store(existing, std::memory_order_release);
  return *existing;
}

int default_threads() {
  const char* text = std::getenv("CRESSET_NUM_THREADS");
  int wanted = text == nullptr ? 0 : std::atoi(text);
  return std::min(wanted > 0 ? wanted : processors(), kMaxThreads);
}

void run_alone(int64_t n, int64_t grain, detail::ChunkFunction function, const void* body) {
  for (int64_t begin = 0; begin < n; begin += grain) function(body, begin, std::min(n, begin + grain));
}

}  // namespace

int num_threads() {
  int count = thread_count.load(std::memory_order_relaxed);
  if (count == 0 && thread_count.compare_exchange_strong(count, default_threads())) count = thread_count.load();
  return count;
}

void set_num_threads(int count) { thread_count.store(count > 0 ? std::min(count, kMaxThreads) : default_threads()); }

bool beside_next_region(void (*work)(void* data), void* data) {
  return std::exchange(beside, {work, data}).work != nullptr;
}

void detail::run_chunks(int64_t n, int64_t grain, ChunkFunction function, const void* body) {
  grain = std::max<int64_t>(grain, 1);
  int64_t chunks = (n - 1) / grain + 1;
  int threads = static_cast<int>(std::min<int64_t>(num_threads(), chunks));
  if (threads == 1 || in_region || chunks > kMaxChunks) return run_alone(n, grain, function, body);
  Region* region = pool().acquire();
  if (region == nullptr) return run_alone(n, grain, function, body);
  threads = pool().start(threads);
  region->start(n, grain, chunks, threads, function, body);
  pool().call_workers(threads);
  if (Beside now = std::exchange(beside, {}); now.work != nullptr) now.work(now.data);
  in_region = true;
  region->help(0);
  in_region = false;
  region->wait(threads);
  region->release();
}

}  // namespace cresset
