#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace toolscore {

/// What is known of a cgroup's kills for memory once something of it has died.
struct memory_evidence {
  /// Of the cgroup's own count, which goes with the cgroup: nothing where that is gone.
  std::optional<bool> counted;
  /// Signals at v1's memory.oom_control, which outlive it: one for each time the memory was out,
  /// before anybody is killed for it, and one for the cgroup's removal.
  std::uint64_t signals = 0;
  /// A signal at another file of the cgroup, which is given for nothing but its removal, was seen
  /// long enough ago for that of memory.oom_control to have come.
  bool removal_seen = false;
};

/// Whether something of it was killed for its memory limit; nothing where that is not known, or not
/// yet. Pure.
std::optional<bool> was_out_of_memory(const memory_evidence& x);

/// The cgroup that has a container's limits: runtimes put its processes below it at times, where
/// the kills for the limit above are not counted. Pure.
/// @param directory  of one of its processes
std::string limited_cgroup(const std::string& directory, const std::string& container_id);

} // namespace toolscore
