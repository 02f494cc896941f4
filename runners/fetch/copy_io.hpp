#pragma once
#include "runners/fetch/fetch_io.hpp"
#include "runners/fetch/unpack_rules.hpp"

#include <optional>
#include <string>

namespace toolscore {

/// Copies a project without what version control and installers keep in it (.git, node_modules,
/// .venv
/// ...). `digest` becomes one over the paths, modes and texts. Blocks.
std::optional<fetch_failure> copy_project(const std::string& from, const std::string& to,
                                          const unpack_limits& limits, std::string& digest);

} // namespace toolscore
