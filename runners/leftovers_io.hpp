#pragma once
#include "runners/leftover.hpp"

#include <chrono>
#include <vector>

namespace toolscore {

/// What was found alive of a former node.
struct reaped_leftovers {
  std::vector<process_mark> gone;  ///< Killed, and seen to have ended.
  std::vector<process_mark> stuck; ///< Killed, or not permitted to be, and alive at the limit.
};

/// Kills those of `noted` that live and are certainly the noted ones, each by a pidfd whose process
/// is looked at again after it was opened, and waits for their end. Blocks for up to `limit`: for a
/// node's start, before its loop runs.
reaped_leftovers reap_leftovers(const std::vector<process_mark>& noted,
                                std::chrono::milliseconds limit);

} // namespace toolscore
