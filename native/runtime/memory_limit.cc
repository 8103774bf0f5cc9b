#include "runtime/memory_limit.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "runtime/cgroup.h"
#include "runtime/text_file.h"

#if defined(_WIN32)
#include <windows.h>
#else
#include <unistd.h>
#endif
#if defined(__APPLE__)
#include <mach/mach.h>
#endif

namespace cresset {
namespace {

#if defined(_WIN32)

MachineMemory physical_memory(const std::string&) {
  MEMORYSTATUSEX status;
  status.dwLength = sizeof status;
  if (!GlobalMemoryStatusEx(&status)) return {};
  return {static_cast<size_t>(status.ullTotalPhys), static_cast<size_t>(status.ullAvailPhys)};
}

#else

size_t pages_to_bytes(double pages) {
  return static_cast<size_t>(std::max(pages, 0.0) * static_cast<double>(sysconf(_SC_PAGESIZE)));
}

#if defined(__APPLE__)

MachineMemory physical_memory(const std::string&) {
  MachineMemory memory;
  memory.total = pages_to_bytes(static_cast<double>(sysconf(_SC_PHYS_PAGES)));
  vm_statistics64_data_t pages;
  mach_msg_type_number_t count = HOST_VM_INFO64_COUNT;
  if (host_statistics64(mach_host_self(), HOST_VM_INFO64, reinterpret_cast<host_info64_t>(&pages), &count) ==
      KERN_SUCCESS)
    memory.available =
        pages_to_bytes(static_cast<double>(pages.free_count) + pages.inactive_count + pages.purgeable_count);
  else
    memory.available = memory.total;
  return memory;
}

#else

// The number behind `name` in a file of lines `name number`; 0 when it has none.
size_t entry(const std::string& file, const std::string& name) {
  std::string lines = read_text(file);
  while (!lines.empty()) {
    const std::string line = take_until(lines, '\n');
    if (line.compare(0, name.size(), name) != 0 || line.find_first_of(" \t") != name.size()) continue;
    return static_cast<size_t>(std::strtoull(line.c_str() + name.size(), nullptr, 10));
  }
  return 0;
}

MachineMemory physical_memory(const std::string& root) {
  MachineMemory memory;
  memory.total = entry(root + "/proc/meminfo", "MemTotal:") * 1024;
  memory.available = entry(root + "/proc/meminfo", "MemAvailable:") * 1024;
  if (memory.total == 0) memory.total = pages_to_bytes(static_cast<double>(sysconf(_SC_PHYS_PAGES)));
  if (memory.available == 0) memory.available = memory.total;
  return memory;
}

#endif
#endif

#if defined(__linux__)

// What of a group's usage is the cache of files, which goes when memory is short.
size_t reclaimable(const std::string& group, CgroupVersion version) {
  std::string prefix = version == CgroupVersion::v1 ? "total_" : "", file = group + "/memory.stat";
  return entry(file, prefix + "inactive_file") + entry(file, prefix + "active_file");
}

// A limit of "max" (v2) reads as 0; no limit of v1 is one larger than any machine.
void tighten(MachineMemory& memory, size_t physical, const std::string& group, CgroupVersion version) {
  bool v2 = version == CgroupVersion::v2;
  const double bytes = read_number(group + (v2 ? "/memory.max" : "/memory.limit_in_bytes"), 0);
  if (!(bytes > 0 && bytes < static_cast<double>(physical))) return;
  const auto limit = static_cast<size_t>(bytes);
  auto usage = static_cast<size_t>(read_number(group + (v2 ? "/memory.current" : "/memory.usage_in_bytes"), 0));
  usage -= std::min(usage, reclaimable(group, version));
  memory.total = std::min(memory.total, limit);
  memory.available = std::min(memory.available, limit - std::min(limit, usage));
}

#endif

}  // namespace

MachineMemory machine_memory(const std::string& root) {
  MachineMemory memory = physical_memory(root);
#if defined(__linux__)
  size_t physical = memory.total;
  visit_cgroups(root, "memory",
                [&](const std::string& group, CgroupVersion version) { tighten(memory, physical, group, version); });
#endif
  return memory;
}

size_t resident_bytes() {
#if defined(__linux__)
  std::string pages = read_text("/proc/self/statm");
  take_until(pages, ' ');  // all of the address space
  return pages_to_bytes(std::strtod(pages.c_str(), nullptr));
#else
  return 0;
#endif
}

}  // namespace cresset
