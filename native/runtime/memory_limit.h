#pragma once
#include <cstddef>
#include <string>

namespace cresset {

struct MachineMemory {
  size_t total = 0;  // physical memory, or the control group's limit where that is less
  size_t available =
      0;  // of it, what can be taken without swapping or being killed; what caches hold counts as available
};

// Zeros where the system tells neither. `root` stands before the paths of Linux's files; tests give a directory of their own.
MachineMemory machine_memory(const std::string& root = "");

// Bytes of this process in physical memory; 0 where the system does not tell.
size_t resident_bytes();

}  // namespace cresset
