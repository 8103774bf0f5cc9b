#include "runtime/cgroup.h"

#include "runtime/text_file.h"

namespace cresset {

// Lines of /proc/self/cgroup are `hierarchy:controllers:path`; v2 has no controllers there. Inside a container the path
// may not exist below the mount point; then the mount point itself is the container's group, and it is the last one
// visited.
void visit_cgroups(const std::string& root, const std::string& controller,
                   const std::function<void(const std::string& directory, CgroupVersion)>& visit) {
  auto climb = [&](const std::string& mount, std::string path, CgroupVersion version) {
    for (;;) {
      while (!path.empty() && path.back() == '/') path.pop_back();
      visit(root + mount + path, version);
      if (path.empty()) return;
      size_t slash = path.find_last_of('/');
      path.resize(slash == std::string::npos ? 0 : slash);
    }
  };
  std::string groups = read_text(root + "/proc/self/cgroup");
  while (!groups.empty()) {
    std::string path = take_until(groups, '\n');
    take_until(path, ':');  // the hierarchy's number
    const std::string controllers = take_until(path, ':');
    if (controllers.empty()) {
      climb("/sys/fs/cgroup", path, CgroupVersion::v2);
      climb("/sys/fs/cgroup/unified", path, CgroupVersion::v2);
    } else if (("," + controllers + ",").find("," + controller + ",") != std::string::npos) {
      climb("/sys/fs/cgroup/" + controller, path, CgroupVersion::v1);
      if (controllers != controller) climb("/sys/fs/cgroup/" + controllers, path, CgroupVersion::v1);
    }
  }
}

}  // namespace cresset
