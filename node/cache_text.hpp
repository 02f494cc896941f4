#pragma once
#include "node/wall_time.hpp"
#include "runners/install_cache.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace toolscore {

/// For people: a line an install, the sum last.
std::string cache_text(const std::vector<install_use>& all, wall_time now, std::size_t width);

/// {"installs":[{"key","from","version","bytes","used","servers":[...],"complete","image"}]};
/// `used` in milliseconds since 1970.
reply_json cache_json(const std::vector<install_use>& all);

/// "12.5 MiB": for people, rounded.
std::string rounded_size(std::uint64_t bytes);

} // namespace toolscore
