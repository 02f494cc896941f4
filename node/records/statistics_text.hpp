#pragma once
#include "store/record_statistics.hpp"

#include <cstddef>
#include <string>

namespace toolscore {

/// A line a tool: how its calls ended and how long they took.
std::string statistics_text(const record_statistics& counted, std::size_t width);
/// {"tools": [...], "gaps": N, "others": N}, times in microseconds.
std::string statistics_json(const record_statistics& counted);

} // namespace toolscore
