#include "runtime/processors.h"

#include <algorithm>
#include <thread>

#if defined(__linux__)
#include <sched.h>

#include <cmath>
#include <cstdlib>

#include "runtime/cgroup.h"
#include "runtime/text_file.h"
#endif

namespace cresset {
namespace {

#if defined(__linux__)

int affinity_processors() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
}

// v2: `cpu.max` holds "QUOTA PERIOD", QUOTA being "max" for none. v1: one file each, a quota of -1 means none.
double quota(const std::string& group, CgroupVersion version) {
  constexpr double kUnlimited = 1e9;
  double quota = 0, period = 0;
  if (version == CgroupVersion::v2) {
    std::string numbers = read_text(group + "/cpu.max");
    quota = std::strtod(take_until(numbers, ' ').c_str(), nullptr);
    period = std::strtod(numbers.c_str(), nullptr);
  } else {
    quota = read_number(group + "/cpu.cfs_quota_us", 0);
    period = read_number(group + "/cpu.cfs_period_us", 0);
  }
  return quota > 0 && period > 0 ? quota / period : kUnlimited;
}

int quota_processors() {
  double least = 1 << 20;
  visit_cgroups("", "cpu", [&](const std::string& group, CgroupVersion version) {
    least = std::min(least, quota(group, version));
  });
  return static_cast<int>(std::ceil(least));
}

#else

int affinity_processors() { return 0; }
int quota_processors() { return 1 << 20; }

#endif

}  // namespace

int usable_processors() {
  int count = affinity_processors();
  if (count == 0) count = static_cast<int>(std::thread::hardware_concurrency());
  return std::max(1, std::min(count, quota_processors()));
}

}  // namespace cresset
