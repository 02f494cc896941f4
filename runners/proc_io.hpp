#pragma once
#include "messages/launch_plan.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace toolscore {

/// What /proc/PID/stat says of a process.
struct process_facts {
  std::int64_t pid = 0;
  std::int64_t parent = 0;
  char state = '?'; ///< 'Z' is dead: only its parent has not looked yet.
  /// Clock ticks since boot: with the pid and the boot id it names one process for ever.
  std::uint64_t start_time = 0;
  process_usage usage; ///< Its own; `memory_max_bytes` is not in this file.
};

/// The text of one /proc/PID/stat. Pure. Nothing when it is none.
std::optional<process_facts> parse_stat(const std::string& text);

/// Nothing when there is no such process.
std::optional<process_facts> facts_of(std::int64_t pid);
/// 0 when there is no such process.
std::uint64_t start_time_of(std::int64_t pid);
/// What a living process alone has used so far, its highest resident set included.
process_usage usage_of(std::int64_t pid);
/// This boot's; empty where /proc does not tell.
const std::string& boot_id();

} // namespace toolscore
