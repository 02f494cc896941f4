#pragma once
#include "messages/crash.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

// The lists of a crash report as they stand in a row: JSON arrays. Pure.

std::string row_text(const std::vector<lost_call>& calls);
std::string row_text(const std::vector<std::string>& lines);

/// What row_text made; what is no such text, or only in part, gives what can be read of it.
std::vector<lost_call> read_lost_calls(std::string_view text);
std::vector<std::string> read_lines(std::string_view text);

} // namespace toolscore
