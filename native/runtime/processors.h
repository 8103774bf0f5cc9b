#pragma once

namespace cresset {

// How many threads this process may run at once: the processors of its affinity mask, at most its cgroup's CPU quota.
int usable_processors();

}  // namespace cresset
