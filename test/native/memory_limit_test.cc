#include "runtime/memory_limit.h"

#include <cstdlib>
#include <fstream>
#include <utility>

#include "runtime/allocator.h"
#include "test.h"

namespace {

#if defined(__linux__)

constexpr size_t kGiB = size_t{1} << 30;

// A directory that stands for the root of a machine.
class FakeRoot {
 public:
  FakeRoot() {
    char name[] = "/tmp/cresset_root_XXXXXX";
    path_ = mkdtemp(name);
  }
  ~FakeRoot() { run("rm -r '" + path_ + "'"); }
  FakeRoot(const FakeRoot&) = delete;
  FakeRoot& operator=(const FakeRoot&) = delete;

  void write(const std::string& file, const std::string& text) {
    std::string whole = path_ + file;
    run("mkdir -p '" + whole.substr(0, whole.find_last_of('/')) + "'");
    std::ofstream(whole) << text;
  }
  const std::string& path() const { return path_; }

 private:
  static void run(const std::string& command) { CHECK_EQ(std::system(command.c_str()), 0); }
  std::string path_;
};

void write_meminfo(FakeRoot& root) {
  root.write("/proc/meminfo", "MemTotal:       16777216 kB\nMemFree: 1024 kB\nMemAvailable:    8388608 kB\n");
}

std::string bytes(size_t count) { return std::to_string(count) + "\n"; }

TEST(without_control_groups_the_machine_is_the_limit) {
  FakeRoot root;
  write_meminfo(root);
  MachineMemory memory = machine_memory(root.path());
  CHECK_EQ(memory.total, 16 * kGiB);
  CHECK_EQ(memory.available, 8 * kGiB);
}

TEST(a_v2_group_is_bound_by_its_ancestors_and_gives_its_file_cache_back) {
  FakeRoot root;
  write_meminfo(root);
  root.write("/proc/self/cgroup", "0::/outer/inner\n");
  root.write("/sys/fs/cgroup/outer/inner/memory.max", "max\n");
  root.write("/sys/fs/cgroup/outer/memory.max", bytes(4 * kGiB));
  root.write("/sys/fs/cgroup/outer/memory.current", bytes(3 * kGiB));
  root.write("/sys/fs/cgroup/outer/memory.stat", "anon 5\ninactive_file " + bytes(kGiB) + "active_file 0\n");
  MachineMemory memory = machine_memory(root.path());
  CHECK_EQ(memory.total, 4 * kGiB);
  CHECK_EQ(memory.available, 2 * kGiB);
}

TEST(inside_a_container_the_mount_point_is_the_v1_group) {
  FakeRoot root;
  write_meminfo(root);
  root.write("/proc/self/cgroup", "7:cpu,cpuacct:/x\n4:memory:/not/visible/here\n");
  root.write("/sys/fs/cgroup/memory/memory.limit_in_bytes", bytes(2 * kGiB));
  root.write("/sys/fs/cgroup/memory/memory.usage_in_bytes", bytes(3 * kGiB));
  root.write("/sys/fs/cgroup/memory/memory.stat", "inactive_file 1\ntotal_active_file " + bytes(kGiB / 2));
  MachineMemory memory = machine_memory(root.path());
  CHECK_EQ(memory.total, 2 * kGiB);
  CHECK_EQ(memory.available, size_t{0});
}

TEST(a_v1_group_without_a_limit_does_not_bind) {
  FakeRoot root;
  write_meminfo(root);
  root.write("/proc/self/cgroup", "4:memory:/a\n");
  root.write("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "9223372036854771712\n");
  root.write("/sys/fs/cgroup/memory/a/memory.usage_in_bytes", bytes(kGiB));
  CHECK_EQ(machine_memory(root.path()).available, 8 * kGiB);
}

#endif

TEST(more_than_the_machine_has_is_refused) {
  MachineMemory memory = machine_memory();
  CHECK(memory.available > 0 && memory.available <= memory.total);
  CHECK(allocate(memory.total).data == nullptr);
  CHECK(available_memory() < memory.total);
}

TEST(the_limit_binds_cached_memory_too) {
  empty_cache();
  size_t before = allocator_stats().in_use;
  set_memory_limit(before + (size_t{16} << 20));
  Allocation first = allocate(size_t{8} << 20), second = allocate(size_t{8} << 20);
  CHECK(first.data != nullptr && second.data != nullptr);
  CHECK(allocate(64).data == nullptr);
  deallocate(first);
  // Cached now as 8 MiB; it has to go for 4 MiB of another class.
  Allocation third = allocate(size_t{4} << 20);
  CHECK(third.data != nullptr);
  deallocate(second);
  deallocate(third);
  set_memory_limit(SIZE_MAX);
}

}  // namespace
