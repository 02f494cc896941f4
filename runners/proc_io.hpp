#pragma once
#include "runners/process_facts.hpp"

#include <optional>
#include <string>

namespace toolscore {

/// The text of one /proc/PID/stat. Pure. Nothing when it is none.
std::optional<process_facts> parse_stat(const std::string& text);

/// Nothing when there is no such process.
std::optional<process_facts> facts_of(std::int64_t pid);
/// 0 when there is no such process.
std::uint64_t start_time_of(std::int64_t pid);
/// The status, as of waitpid(), of a process that has ended and that nobody has reaped yet; nothing
/// when there is none, or the kernel does not tell us.
std::optional<int> exit_status_of(std::int64_t pid, std::uint64_t start_time);
/// What a living process alone has used so far, its highest resident set included.
process_usage usage_of(std::int64_t pid);
/// This boot's; empty where /proc does not tell.
const std::string& boot_id();

} // namespace toolscore
