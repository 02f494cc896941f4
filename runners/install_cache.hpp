#pragma once
#include "runners/process_plan.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace toolscore {

/// A directory of installs, as it is found.
struct cached_install {
  std::string key;  ///< Its name.
  std::string from; ///< What its marker says; empty where it was never completed.
  std::string version;
  std::uint64_t bytes = 0;                    ///< Of its files.
  std::chrono::system_clock::time_point used; ///< When a server was last started from it.
  bool complete() const noexcept { return !from.empty(); }
};

/// Who uses one. A server that needs the same thing for another version of Node.js or Python counts
/// too: which of them its node has is not known where another environment asks.
struct install_use {
  cached_install install;
  std::vector<std::string> servers; ///< By name.
  bool removable() const noexcept { return servers.empty(); }
};

/// What a configured server needs; its plan's kind is not none.
struct install_need {
  std::string server;
  std::string key;
  std::string from;
};

/// In the order of `found`. Pure.
std::vector<install_use> uses_of(std::vector<cached_install> found,
                                 const std::vector<install_need>& needs);

} // namespace toolscore
