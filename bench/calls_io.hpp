#pragma once
#include "bench/figures.hpp"
#include "messages/error.hpp"

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace toolscore {

/// The scenario `calls`: what a gateway costs a call, held against the floor in interleaved rounds.
struct calls_options {
  unsigned rounds = 5;
  std::chrono::milliseconds duration{1000}; ///< Of each measurement.
  std::chrono::milliseconds warm_up{200};
  std::size_t text_bytes = 64;
  std::vector<std::size_t> connections{1, 16, 64};
  /// Name and URL of endpoints that already run; if there are none, a node is started.
  std::vector<std::pair<std::string, std::string>> targets;
  std::vector<std::string> launcher; ///< What to start the node through, so that it ends with us.
  std::string node_program;
  std::string libexec_dir;
  bool recorded = true;       ///< A node that has not recorded every call is an error.
  bool write_each = false;    ///< The floor puts each call in a write of its own.
  bool unrecorded = false;    ///< A second node that records no call is measured beside.
  bool legacy_server = false; ///< Both gateways stand in front of a server of the legacy era.
};

struct calls_outcome {
  std::vector<measurement> measurements;
  std::map<std::string, long> resident_kib; ///< At the end, of what the scenario started.
};

/// Starts what is to be measured, measures, and ends all it started, whatever happens.
/// Progress goes to stderr. @error as of run_load, and spawn_failed
result<calls_outcome> run_calls(const calls_options& options);

} // namespace toolscore
