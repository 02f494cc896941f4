#pragma once
#include "runners/cgroup_plan.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace toolscore {

// The files of one cgroup. All block for as long as the kernel takes, which a move between cgroups
// makes some milliseconds at worst: for the pool, or for a node's start.

/// The whole text; empty where it cannot be read.
std::string read_cgroup_file(const std::string& path);
/// One write. @returns 0 or an errno
int write_cgroup_file(const std::string& path, const std::string& text);

/// Whether the directory is one of a cgroup file system.
bool is_cgroup(const std::string& directory);
/// The cgroups right below it.
std::vector<std::string> cgroups_below(const std::string& directory);
/// The processes in it, those of the cgroups below it included. A process of a PID namespace that
/// this one cannot see is 0.
std::vector<long> processes_in(const std::string& directory);
/// No process lives in it or below it.
bool is_empty_cgroup(const std::string& directory);
/// SIGKILL to all in it and below it, but to the caller: by the cgroup's own kill where it has one.
void kill_in_cgroup(const std::string& directory);
/// Whether a process of it was killed for its memory limit.
bool ran_out_of_memory(const std::string& directory);

/// Kills what lives in it until it is empty, then removes it with all below it.
/// @returns false where that takes longer than `limit`
bool clear_cgroup(const std::string& directory, std::chrono::milliseconds limit);

} // namespace toolscore
