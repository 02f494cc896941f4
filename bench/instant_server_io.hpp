#pragma once
#include <chrono>

namespace toolscore {

struct instant_server_options {
  bool legacy = false;               ///< Refuse server/discover.
  std::chrono::microseconds work{0}; ///< Busy time spent on every line before it is answered.
};

/// Serves stdin to stdout until stdin ends. All the lines that one read brought are answered by one
/// write. @returns the exit code
int run_instant_server(const instant_server_options& options);

} // namespace toolscore
