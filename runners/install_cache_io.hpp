#pragma once
#include "runners/install_cache.hpp"

#include <string>
#include <vector>

namespace toolscore {

/// What is below <state_dir>/installs, by name. Blocks on the disk, for long where there is much.
std::vector<cached_install> find_installs(const std::string& state_dir);

/// Removes one. Its marker goes first, so that what is left of it by a failure is no install.
/// The caller holds the state directory.
/// @error io_failed  something of it is left
result<done> remove_cached(const std::string& state_dir, const std::string& key);

} // namespace toolscore
