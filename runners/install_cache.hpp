#pragma once
#include "runners/container/engine_images.hpp"
#include "runners/process_plan.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace toolscore {

/// A directory of installs, as it is found, or an image that was built here.
struct cached_install {
  std::string key;  ///< Its name; an image's, or its id where it has none.
  std::string from; ///< What its marker says; empty where it was never completed.
  std::string version;
  std::uint64_t bytes = 0;                    ///< Of its files.
  std::chrono::system_clock::time_point used; ///< When a server was last started from it; of an
                                              ///< image when it was made.
  bool image = false;
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
  std::string image{}; ///< Name of the one that was built for it; empty = none is known.
};

/// Images of ours and no others: of the names that it has each is one of ours, or it has none and
/// was left by a build. Pure, as all here.
/// @param name  of built_image_name
std::vector<cached_install> images_of(const std::vector<listed_image>& found,
                                      const std::string& name);

/// In the order of `found`.
std::vector<install_use> uses_of(std::vector<cached_install> found,
                                 const std::vector<install_need>& needs);

} // namespace toolscore
