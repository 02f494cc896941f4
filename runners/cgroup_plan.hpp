#pragma once
#include "messages/error.hpp"
#include "messages/server_spec.hpp"
#include "runners/cgroup_places.hpp"

#include <cstddef>
#include <optional>
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

/// What of one tree's cgroup stands in one hierarchy.
struct cgroup_part {
  std::size_t place = 0; ///< Which of the places.
  bool v2 = false;
  std::vector<std::string> controllers; ///< v2: to be switched on above it.
  std::vector<cgroup_setting> settings;
  bool operator==(const cgroup_part&) const = default;
};

struct cgroup_plan {
  std::vector<cgroup_part> parts;
  std::string words; ///< "cgroup v1 (memory 64 MiB, pids 64)": what is in force once it is made.
};

/// Whether any of them can only be had by a cgroup.
bool needs_cgroup(const limits_policy& limits) noexcept;

/// Which limit goes into which file of which hierarchy. Pure; a v2 place has its controllers read.
/// @param tracked  also a cgroup where no limit asks for one, to find and kill the tree by; best in
///                 v2, which has a kill of its own. None at all is no failure then.
/// @error spawn_failed  a limit is asked for that no hierarchy here can hold
result<cgroup_plan> plan_cgroup(const std::vector<cgroup_place>& places,
                                const limits_policy& limits, bool tracked);

/// What a cgroup counted in its life.
struct cgroup_counts {
  std::uint64_t killed = 0;     ///< Processes that the kernel killed for want of memory,
  std::uint64_t limit_hits = 0; ///< and how often its own limit was what they wanted to pass.
  bool out_of_memory() const noexcept { return killed != 0 && limit_hits != 0; }
};
/// Pure. @param events  the text of memory.events (v2) or memory.oom_control (v1)
/// @param failures      v1: the text of memory.failcnt
cgroup_counts read_counts(std::string_view events, std::optional<std::string_view> failures);

/// The name of a tree's cgroup: what people know it by, in letters that every file system takes,
/// and a number that makes it unique in its node. Pure.
std::string cgroup_name(std::string_view name, std::uint64_t number);

} // namespace toolscore
