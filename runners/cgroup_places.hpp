#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// One cgroup hierarchy that a process sees, and its own place in it. Named v1 hierarchies, which
/// belong to whoever named them, are left out.
struct cgroup_place {
  bool v2 = false;
  /// v1: what the hierarchy controls. v2: what the place may give to those below it, which stands
  /// in its cgroup.controllers and not here.
  std::vector<std::string> controllers;
  std::string directory; ///< Of the process's own cgroup, as the mounts show it.
  bool operator==(const cgroup_place&) const = default;
};

/// Pure. A hierarchy that is not mounted, or whose mount does not show the process's own cgroup
/// (as in a container with the host's paths), is left out; what cannot be understood too.
/// @param own     the text of /proc/self/cgroup
/// @param mounts  the text of /proc/self/mountinfo
std::vector<cgroup_place> find_cgroup_places(std::string_view own, std::string_view mounts);

/// The words of a text such as cgroup.controllers. Pure.
std::vector<std::string> words_of(std::string_view text);

} // namespace toolscore
