#pragma once
#include <chrono>

namespace toolscore {

/// Of one process, in MB of 10^6 bytes.
struct process_memory {
  double resident_mb = 0;
  double anonymous_mb = 0;
  double proportional_mb = 0; ///< Shared pages divided by those that share them.
};
/// Zeros if it cannot be read.
process_memory memory_of(int pid);

struct idle_figures {
  double processor_percent = 0; ///< Of one core.
  double wakeups_per_s = 0;     ///< Of all its threads: how often one of them waited and went on.
  process_memory memory;
  /// The process and what it started for its own work (the node's spawner and inits), but not the
  /// supervised children.
  double tree_pss_mb = 0;
};
/// Blocks for `time`.
idle_figures measure_idle(int pid, std::chrono::milliseconds time);

} // namespace toolscore
