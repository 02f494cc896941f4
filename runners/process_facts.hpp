#pragma once
#include "messages/launch_plan.hpp"

#include <cstdint>

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

} // namespace toolscore
