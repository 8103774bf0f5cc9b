#include "runtime/processors.h"

#include <algorithm>
#include <thread>

#if defined(__linux__)
#include <sched.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#endif

namespace cresset {
namespace {

#if defined(__linux__)

constexpr double kUnlimited = 1e9;

int affinity_processors() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
}

// cgroup v2: `cpu.max` holds "QUOTA PERIOD", QUOTA being "max" for none.
double quota_v2(const std::string& directory) {
  std::ifstream file(directory + "/cpu.max");
  double quota, period;
  return file >> quota >> period && quota > 0 && period > 0 ? quota / period : kUnlimited;
}

// cgroup v1: a quota of -1 means none.
double quota_v1(const std::string& directory) {
  std::ifstream quota_file(directory + "/cpu.cfs_quota_us"), period_file(directory + "/cpu.cfs_period_us");
  double quota, period;
  return quota_file >> quota && period_file >> period && quota > 0 && period > 0 ? quota / period : kUnlimited;
}

// A group is bound by the quotas of all groups above it. Inside a container the path may not exist below the mount
// point; then the mount point itself is the container's group, and it is the last one visited here.
template <class Quota>
double tightest(const std::string& mount, std::string path, Quota quota) {
  double least = kUnlimited;
  for (;;) {
    while (!path.empty() && path.back() == '/') path.pop_back();
    least = std::min(least, quota(mount + path));
    if (path.empty()) return least;
    path.resize(path.find_last_of('/') == std::string::npos ? 0 : path.find_last_of('/'));
  }
}

// Lines of /proc/self/cgroup are `hierarchy:controllers:path`; v2 has no controllers there.
double cgroup_quota() {
  double least = kUnlimited;
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    std::istringstream fields(line);
    std::string hierarchy, controllers, path;
    std::getline(fields, hierarchy, ':');
    std::getline(fields, controllers, ':');
    std::getline(fields, path);
    if (controllers.empty()) {
      least = std::min(least, tightest("/sys/fs/cgroup", path, quota_v2));
      least = std::min(least, tightest("/sys/fs/cgroup/unified", path, quota_v2));
    } else if (("," + controllers + ",").find(",cpu,") != std::string::npos) {
      least = std::min(least, tightest("/sys/fs/cgroup/cpu", path, quota_v1));
      least = std::min(least, tightest("/sys/fs/cgroup/" + controllers, path, quota_v1));
    }
  }
  return least;
}

int quota_processors() { return static_cast<int>(std::ceil(cgroup_quota())); }

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
