#pragma once
#include "runners/image/build_io.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace toolscore {

struct context_limits {
  std::uint64_t bytes_max = std::uint64_t{512} << 20U;
  std::uint64_t entries_max = 200'000;
};

/// The directory that is sent: below `root` in truth, whatever links say.
/// @returns empty, and `failure` why, where it is none
std::string context_directory(const std::string& root, const std::string& subdir,
                              std::optional<image_failure>& failure);

/// Text of a file of the project, 1 MiB at most; nothing where it is none.
std::optional<std::string> project_text(const std::string& directory, const std::string& path);

/// Writes the project as a tar: sorted, without times and owners, so that the same files are the
/// same bytes. Left out are .git and what .dockerignore names; links stay links.
std::optional<image_failure> write_context(const std::string& directory,
                                           const std::string& dockerfile, const std::string& to,
                                           const context_limits& limits);

} // namespace toolscore
