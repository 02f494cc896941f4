#pragma once
#include "bench/samples.hpp"
#include "messages/error.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace toolscore {

inline constexpr const char* quiet_name = "quiet"; ///< A node without the storm.

/// The scenario `storm`: servers that die at their start beside one that works, under the defaults
/// for back-off and intensity.
struct storm_options {
  std::vector<std::string> launcher;
  std::string node_program;
  std::string libexec_dir;
  std::size_t count = 100;
  unsigned rounds = 3;
  std::size_t connections = 16;            ///< To the healthy server.
  std::chrono::milliseconds load{3'000};   ///< Of each measurement of calls.
  std::chrono::milliseconds parked{5'000}; ///< Of the measurement of the parked servers' cost.
};

/// @error as of run_load, and spawn_failed; io_failed  the servers are not parked in time
result<std::vector<sample>> run_storm(const storm_options& options);
std::vector<sample_limit> storm_limits();

} // namespace toolscore
