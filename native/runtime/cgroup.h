#pragma once
#include <functional>
#include <string>

namespace cresset {

enum class CgroupVersion { v1, v2 };

// Visits the directories of the control groups that bind this process in `controller` ("cpu", "memory"): its own and all
// above it, since a group is bound by the limits of its ancestors. Visits nothing where there are no control groups.
// `root` stands before every path; tests give a directory of their own.
void visit_cgroups(const std::string& root, const std::string& controller,
                   const std::function<void(const std::string& directory, CgroupVersion)>& visit);

}  // namespace cresset
