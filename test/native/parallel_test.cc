#include "runtime/parallel.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <set>
#include <thread>

#include "test.h"

namespace {

struct CountVisits {
  std::atomic<int>* visits;
  void operator()(int64_t begin, int64_t end) const {
    for (int64_t i = begin; i < end; i++) visits[i].fetch_add(1, std::memory_order_relaxed);
  }
};

void check_visits(int64_t n, int64_t grain) {
  std::vector<std::atomic<int>> visits(static_cast<size_t>(n) + 1);
  parallel_for(n, grain, CountVisits{visits.data()});
  int64_t once = 0;
  for (int64_t i = 0; i < n; i++) once += visits[static_cast<size_t>(i)] == 1;
  CHECK_EQ(once, n);
  CHECK_EQ(visits[static_cast<size_t>(n)].load(), 0);
}

struct RecordChunk {
  int64_t grain;
  int64_t* ends;
  void operator()(int64_t begin, int64_t end) const {
    if (begin % grain == 0) ends[begin / grain] = end;
  }
};

struct Nested {
  std::atomic<int64_t>* total;
  struct Inner {
    std::atomic<int64_t>* total;
    std::thread::id caller;
    void operator()(int64_t begin, int64_t end) const {
      if (std::this_thread::get_id() == caller) total->fetch_add(end - begin);
    }
  };
  void operator()(int64_t begin, int64_t end) const {
    for (int64_t i = begin; i < end; i++) parallel_for(10, 1, Inner{total, std::this_thread::get_id()});
  }
};

struct SleepyChunk {
  std::atomic<int>* sleeping;
  std::atomic<int>* most;
  void operator()(int64_t, int64_t) const {
    int now = sleeping->fetch_add(1) + 1;
    for (int seen = most->load(); seen < now && !most->compare_exchange_weak(seen, now);) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    sleeping->fetch_sub(1);
  }
};

// Runs a region itself.
void count_call(void* data) {
  ++*static_cast<int*>(data);
  check_visits(100, 7);
}

}  // namespace

TEST(parallel_visits_every_element_once) {
  Settings settings;
  for (int threads : {1, 2, 3, 7}) {
    set_num_threads(threads);
    for (int64_t n : {0, 1, 7, 8, 1000, 4096, 10007}) {
      for (int64_t grain : {1, 8, 1000, 20000}) check_visits(n, grain);
    }
  }
}

TEST(parallel_chunk_edges_do_not_depend_on_threads) {
  Settings settings;
  for (int threads : {1, 2, 7}) {
    set_num_threads(threads);
    std::vector<int64_t> ends(8, -1);
    parallel_for(1000, 128, RecordChunk{128, ends.data()});
    for (size_t i = 0; i < 8; i++) CHECK_EQ(ends[i], std::min<int64_t>(1000, 128 * (static_cast<int64_t>(i) + 1)));
  }
}

TEST(parallel_many_small_regions) {
  Settings settings;
  for (int threads : {2, 4}) {
    set_num_threads(threads);
    std::vector<std::atomic<int>> visits(16);
    for (int i = 0; i < 20000; i++) parallel_for(16, 1 + i % 8, CountVisits{visits.data()});
    for (auto& count : visits) CHECK_EQ(count.load(), 20000);
  }
}

TEST(parallel_nested_regions_run_on_their_thread) {
  Settings settings;
  set_num_threads(4);
  std::atomic<int64_t> total{0};
  parallel_for(100, 3, Nested{&total});
  CHECK_EQ(total.load(), 1000);
}

TEST(parallel_runs_chunks_at_the_same_time_and_no_more_than_threads) {
  Settings settings;
  for (int threads : {1, 3}) {
    set_num_threads(threads);
    std::atomic<int> sleeping{0}, most{0};
    parallel_for(30, 1, SleepyChunk{&sleeping, &most});
    CHECK_EQ(most.load(), threads);
  }
}

TEST(parallel_concurrent_callers) {
  Settings settings;
  set_num_threads(4);
  std::vector<std::thread> callers;
  std::atomic<int> right{0};
  for (int t = 0; t < 12; t++) {
    callers.emplace_back([&right] {
      for (int round = 0; round < 200; round++) {
        std::vector<std::atomic<int>> visits(97);
        parallel_for(97, 5, CountVisits{visits.data()});
        int once = 0;
        for (auto& count : visits) once += count == 1;
        right += once == 97;
      }
    });
  }
  for (auto& caller : callers) caller.join();
  CHECK_EQ(right.load(), 12 * 200);
}

TEST(parallel_calls_once_beside_the_next_region) {
  Settings settings;
  set_num_threads(2);
  int calls = 0;
  CHECK(!beside_next_region(count_call, &calls));
  check_visits(1, 1);  // too little for a region
  CHECK_EQ(calls, 0);
  check_visits(1000, 10);
  CHECK_EQ(calls, 1);
  check_visits(1000, 10);
  CHECK_EQ(calls, 1);
  beside_next_region(count_call, &calls);
  CHECK(beside_next_region(nullptr, nullptr));
  check_visits(1000, 10);
  CHECK_EQ(calls, 1);
  set_num_threads(1);
  beside_next_region(count_call, &calls);
  check_visits(1000, 10);
  CHECK(beside_next_region(nullptr, nullptr));
  CHECK_EQ(calls, 1);
}

TEST(parallel_clamps_the_thread_count) {
  Settings settings;
  set_num_threads(100000);
  CHECK_EQ(num_threads(), 256);
  set_num_threads(-5);
  CHECK(num_threads() >= 1 && num_threads() <= 256);
}

#if !defined(__SANITIZE_THREAD__)
TEST(parallel_works_in_a_forked_child) {
  Settings settings;
  set_num_threads(3);
  check_visits(100, 1);
  pid_t child = fork();
  if (child == 0) {
    std::vector<std::atomic<int>> visits(100);
    parallel_for(100, 1, CountVisits{visits.data()});
    int once = 0;
    for (auto& count : visits) once += count == 1;
    _exit(once == 100 ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  CHECK_EQ(status, 0);
}
#endif
