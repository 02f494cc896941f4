#pragma once
#include "messages/error.hpp"
#include "messages/server_spec.hpp"
#include "runners/cgroup_places.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// One file of a cgroup to be written before anything runs in it.
struct cgroup_setting {
  std::string file;
  std::string value;
  bool required = true; ///< False: not every kernel has the file, and the limit holds without.
  bool operator==(const cgroup_setting&) const = default;
};

/// One limit and how a hierarchy holds it.
struct cgroup_limit {
  std::string controller; ///< As the policy calls it too: memory, cpu or pids.
  std::string words;      ///< "64 MiB"
  bool required = true;   ///< False: only a default asks for it.
  std::vector<cgroup_setting> settings;
  bool operator==(const cgroup_limit&) const = default;
};

/// What of one tree's cgroup stands in one hierarchy.
struct cgroup_part {
  std::size_t place = 0; ///< Which of the places.
  bool v2 = false;
  bool tracks = false; ///< The tree is found and killed by it.
  std::vector<cgroup_limit> limits;
  bool operator==(const cgroup_part&) const = default;
};

struct cgroup_plan {
  std::vector<cgroup_part> parts;
  std::string not_given; ///< What a default asks and no hierarchy here has; one line.
};

/// "limits.memory (64 MiB)": how a limit is named where it cannot be had. Pure.
std::string limit_words(const cgroup_limit& limit);

/// "cgroup v2: kill, cgroup v1: memory, pids": what is in force once they are made. Pure.
std::string cgroup_words(const std::vector<cgroup_part>& parts);

/// Whether any of them is held by a cgroup.
bool needs_cgroup(const limits_policy& limits) noexcept;
/// Whether there is one among them that the start must fail without. Pure.
bool demands_cgroup(const limits_policy& limits) noexcept;

/// Which limit goes into which file of which hierarchy. Pure; a v2 place has its controllers read.
/// @param tracked  also a cgroup where no limit asks for one, to find and kill the tree by; best in
///                 v2, which has a kill of its own. None at all is no failure then.
/// @error spawn_failed  a limit is asked for, by more than a default, that no hierarchy here can
///                      hold
result<cgroup_plan> plan_cgroup(const std::vector<cgroup_place>& places,
                                const limits_policy& limits, bool tracked);

/// Whether the kernel has killed a process of a cgroup for want of memory; in v2 only if it was for
/// the cgroup's own limit. Pure.
/// @param events  the text of memory.events (v2) or memory.oom_control (v1)
bool read_out_of_memory(std::string_view events, bool v2);

/// The name of a tree's cgroup: what people know it by, in letters that every file system takes,
/// and a number that makes it unique in its node. Pure.
std::string cgroup_name(std::string_view name, std::uint64_t number);

} // namespace toolscore
